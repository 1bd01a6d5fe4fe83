// libcjose with owners: the only file that knows the library, beside its .cpp.
//
// Threading: a Jwk may be used by several threads at once, since nothing changes it. Errors: an empty Jwk,
// false, or std::runtime_error where only exhausted memory or a broken OpenSSL is the cause.
#pragma once

#include <memory>
#include <string>
#include <string_view>

extern "C" {
struct _cjose_jwk_int;  // NOLINT(readability-identifier-naming,bugprone-reserved-identifier): the library's
}

namespace smart::cjose {

struct Release {
  void operator()(_cjose_jwk_int*) const noexcept;
};
using Jwk = std::unique_ptr<_cjose_jwk_int, Release>;

struct Header {
  std::string_view alg, kid, typ;
};

Jwk importJwk(std::string_view json);
Jwk makeRsa2048(const std::string& kid);
Jwk makeEc(std::string_view curve, const std::string& kid);  // "P-256" or "P-384"
std::string toJson(const Jwk&, bool withPrivate);

bool verify(std::string_view compact, const Jwk&);
std::string sign(std::string_view payload, const Jwk&, const Header&);

}  // namespace smart::cjose
