// Signatures of JSON: compact JWS by RS256, RS384, ES256 and ES384, verified against a JWK set, and made.
//
// Specification: RFC 7515 (JWS), RFC 7517 (JWK), RFC 7518 sections 3.3, 3.4, RFC 8725 (best current
// practices). libcjose does the cryptography; which algorithm and which key are decided here before, from a
// header that is read strictly: alg none, HS*, a key that the token brings along and extensions (crit, b64)
// never get that far. Threading: immutable after construction, safe for all threads. Errors: Outcomes of 400
// whose words hold nothing of the token.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"

namespace smart {

enum class Algorithm : std::uint8_t { rs256, rs384, es384, es256 };
std::string_view nameOf(Algorithm) noexcept;  // "RS256"
std::optional<Algorithm> algorithmOf(std::string_view name) noexcept;

// What this server signs by and takes from its clients; ES256 is for what identity providers sign.
inline constexpr std::array kOwnAlgorithms{Algorithm::rs256, Algorithm::rs384, Algorithm::es384};

// What the header's typ may be.
enum class JwsType : std::uint8_t {
  any,          // JWT, or none is said
  accessToken,  // at+jwt (RFC 9068, section 2.1), so that no id_token passes for one
};

inline constexpr std::size_t kLongestJws = 16 * 1024;     // bytes
inline constexpr std::size_t kLongestKeySet = 64 * 1024;  // bytes
inline constexpr std::size_t kMostKeys = 50;

// The header of a token, before anything is believed of it.
struct JwsHeader {
  Algorithm algorithm = Algorithm::rs384;
  std::string kid;
  std::optional<std::string> jku;
};

// A token that has the form of one: header and payload, not verified.
struct UnverifiedJws {
  JwsHeader header;
  std::string payload;
};

// Errors: anything that is not three parts of base64url with an acceptable header (alg one of `allowed`, a
// kid, the typ; no crit, b64, jwk, x5u, zip, enc).
fhir::Result<UnverifiedJws> readJws(std::string_view compact, std::span<const Algorithm> allowed,
                                    JwsType type = JwsType::any);

// The public keys of one party.
class KeySet {
 public:
  // Errors: no JWK set, a private or symmetric key in it, none that can verify one of `algorithms`: RSA of
  // 2048 to 8192 bits, or EC on P-384 (P-256 for ES256), for signatures, with a kid. Other keys are left out
  // (RFC 7517, section 5).
  static fhir::Result<KeySet> parse(std::string_view jwks,
                                    std::span<const Algorithm> algorithms = kOwnAlgorithms);

  // The payload. Errors: not exactly one key has the header's kid and the algorithm's kty and curve; the
  // signature is wrong.
  fhir::Result<std::string> verify(std::string_view compact, std::span<const Algorithm> allowed,
                                   JwsType type = JwsType::any) const;
  bool hasKey(const JwsHeader&) const;

 private:
  struct Key;
  const Key* find(const JwsHeader&) const;
  std::vector<std::shared_ptr<const Key>> keys_;
};

// A key that signs.
class SigningKey {
 public:
  // A new one: RSA of 2048 bits, or EC on the algorithm's curve; its kid is random.
  static SigningKey make(Algorithm);
  // From privateJwk(). nullopt when the text is none.
  static std::optional<SigningKey> read(Algorithm, std::string_view privateJwk);

  Algorithm algorithm() const noexcept { return algorithm_; }
  const std::string& kid() const noexcept { return kid_; }
  std::string privateJwk() const;
  std::string publicJwk() const;  // with alg, use and kid
  // Compact JWS with the header {alg, kid, typ}.
  std::string sign(std::string_view payload, std::string_view typ = "JWT") const;

 private:
  struct Inside;
  SigningKey() = default;
  Algorithm algorithm_ = Algorithm::rs256;
  std::string kid_;
  std::shared_ptr<const Inside> inside_;
};

}  // namespace smart
