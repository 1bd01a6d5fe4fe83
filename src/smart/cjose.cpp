#include "src/smart/cjose.h"

#include <cjose/cjose.h>

#include <cstdlib>
#include <stdexcept>

namespace smart::cjose {
namespace {

struct ReleaseJws {
  void operator()(cjose_jws_t* jws) const noexcept { cjose_jws_release(jws); }
};
using Jws = std::unique_ptr<cjose_jws_t, ReleaseJws>;

struct ReleaseHeader {
  void operator()(cjose_header_t* header) const noexcept { cjose_header_release(header); }
};
using OwnedHeader = std::unique_ptr<cjose_header_t, ReleaseHeader>;

struct Free {
  void operator()(char* text) const noexcept { std::free(text); }  // NOLINT: libcjose allocates with malloc
};

void need(bool done) {
  if (!done) throw std::runtime_error("libcjose failed");
}

Jwk named(cjose_jwk_t* made, const std::string& kid) {
  Jwk jwk(made);
  cjose_err error;
  need(jwk != nullptr && cjose_jwk_set_kid(jwk.get(), kid.data(), kid.size(), &error));
  return jwk;
}

void set(const OwnedHeader& header, const char* name, std::string_view value) {
  cjose_err error;
  need(cjose_header_set(header.get(), name, std::string(value).c_str(), &error));
}

}  // namespace

void Release::operator()(_cjose_jwk_int* jwk) const noexcept {
  cjose_jwk_release(jwk);
}

Jwk importJwk(std::string_view json) {
  cjose_err error;
  return Jwk(cjose_jwk_import(json.data(), json.size(), &error));
}

Jwk makeRsa2048(const std::string& kid) {
  constexpr std::uint8_t exponent[] = {1, 0, 1};
  cjose_err error;
  return named(cjose_jwk_create_RSA_random(2048, exponent, sizeof exponent, &error), kid);
}

Jwk makeEc(std::string_view curve, const std::string& kid) {
  cjose_err error;
  return named(cjose_jwk_create_EC_random(curve == "P-256" ? CJOSE_JWK_EC_P_256 : CJOSE_JWK_EC_P_384, &error),
               kid);
}

std::string toJson(const Jwk& jwk, bool withPrivate) {
  cjose_err error;
  const std::unique_ptr<char, Free> text(cjose_jwk_to_json(jwk.get(), withPrivate, &error));
  need(text != nullptr);
  return text.get();
}

bool verify(std::string_view compact, const Jwk& jwk) {
  cjose_err error;
  const Jws jws(cjose_jws_import(compact.data(), compact.size(), &error));
  return jws != nullptr && cjose_jws_verify(jws.get(), jwk.get(), &error);
}

std::string sign(std::string_view payload, const Jwk& jwk, const Header& header) {
  cjose_err error;
  const OwnedHeader made(cjose_header_new(&error));
  need(made != nullptr);
  set(made, CJOSE_HDR_ALG, header.alg);
  set(made, CJOSE_HDR_KID, header.kid);
  set(made, "typ", header.typ);
  const Jws jws(cjose_jws_sign(jwk.get(), made.get(), reinterpret_cast<const std::uint8_t*>(payload.data()),
                               payload.size(), &error));
  const char* text = nullptr;
  need(jws != nullptr && cjose_jws_export(jws.get(), &text, &error));
  return text;
}

}  // namespace smart::cjose
