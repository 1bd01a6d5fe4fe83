#include "src/audit/keys.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "src/platform/encoding.h"

namespace audit {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

constexpr std::size_t kPublicKey = 32;
constexpr std::size_t kSignature = 64;

const std::uint8_t* bytesOf(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::string publicOf(EVP_PKEY* key) {
  std::string out(kPublicKey, '\0');
  std::size_t size = out.size();
  const bool had = EVP_PKEY_id(key) == EVP_PKEY_ED25519 &&
                   EVP_PKEY_get_raw_public_key(key, reinterpret_cast<std::uint8_t*>(out.data()), &size) == 1;
  return had ? out : std::string();
}

// An encrypted key has no one here to ask for its password.
int refusePassword(char*, int, int, void*) {
  return -1;
}

}  // namespace

std::string Keys::add(Key key) {
  const std::string bytes = publicOf(key.get());
  if (bytes.empty()) return {};
  std::string id = platform::hex(platform::sha256(bytes)).substr(0, 32);
  known_[id] = std::move(key);
  return id;
}

fhir::Result<Keys> Keys::read(const std::string& file) {
  if (file.empty()) return Keys();
  const auto refuse = [&](const std::string& why) {
    return Outcome(Failure::badRequest, IssueType::value,
                   "audit-key: " + file + " " + why + "; `openssl genpkey -algorithm ed25519` makes one");
  };
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_file(file.c_str(), "r"), &BIO_free);
  if (!bio) return refuse("cannot be read");
  Keys out;
  const auto take = [&](EVP_PKEY* made, bool isPrivate) {
    Key key(made, &EVP_PKEY_free);
    const std::string id = out.add(key);
    if (isPrivate && !id.empty() && !out.signer_) {
      out.signer_ = std::move(key);
      out.id_ = id;
    }
    return !id.empty();
  };
  while (EVP_PKEY* made = PEM_read_bio_PrivateKey(bio.get(), nullptr, &refusePassword, nullptr)) {
    if (!take(made, true)) return refuse("has a key that is not Ed25519");
  }
  if (BIO_reset(bio.get()) != 0) return refuse("cannot be read");
  while (EVP_PKEY* made = PEM_read_bio_PUBKEY(bio.get(), nullptr, &refusePassword, nullptr)) {
    if (!take(made, false)) return refuse("has a key that is not Ed25519");
  }
  if (out.known_.empty()) return refuse("has no Ed25519 key in PEM");
  return out;
}

bool Keys::trust(std::string_view bytes) {
  if (bytes.size() != kPublicKey) return false;
  Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytesOf(bytes), bytes.size()),
          &EVP_PKEY_free);
  return key != nullptr && !add(std::move(key)).empty();
}

std::string Keys::sign(std::string_view statement) const {
  std::string out(kSignature, '\0');
  std::size_t size = out.size();
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const bool done = EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, signer_.get()) == 1 &&
                    EVP_DigestSign(context.get(), reinterpret_cast<std::uint8_t*>(out.data()), &size,
                                   bytesOf(statement), statement.size()) == 1;
  if (!done) throw std::runtime_error("Ed25519 is not available");
  return out;
}

std::optional<bool> Keys::proves(const std::string& keyId, std::string_view statement,
                                 std::string_view signature) const {
  const auto key = known_.find(keyId);
  if (key == known_.end()) return std::nullopt;
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key->second.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytesOf(signature), signature.size(), bytesOf(statement),
                          statement.size()) == 1;
}

std::map<std::string, std::string> Keys::publicKeys() const {
  std::map<std::string, std::string> out;
  for (const auto& [id, key] : known_) out.emplace(id, publicOf(key.get()));
  return out;
}

}  // namespace audit
