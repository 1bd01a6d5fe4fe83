#include "src/smart/jose.h"

#include <algorithm>
#include <array>

#include "src/http/text.h"
#include "src/platform/encoding.h"
#include "src/smart/cjose.h"
#include "src/smart/json.h"

namespace smart {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

struct Name {
  Algorithm algorithm;
  std::string_view name;
};
constexpr std::array<Name, 4> kAlgorithms{{{Algorithm::rs256, "RS256"},
                                           {Algorithm::rs384, "RS384"},
                                           {Algorithm::es384, "ES384"},
                                           {Algorithm::es256, "ES256"}}};

Outcome refuse(std::string_view why) {
  return {Failure::badRequest, IssueType::security, std::string(why)};
}

// The curve of ES256 and ES384; empty: RSA.
std::string_view curveOf(Algorithm algorithm) noexcept {
  if (algorithm == Algorithm::es384) return "P-384";
  return algorithm == Algorithm::es256 ? "P-256" : "";
}

std::string_view ktyOf(Algorithm algorithm) noexcept {
  return curveOf(algorithm).empty() ? "RSA" : "EC";
}

std::size_t bitsOf(std::string_view bigEndian) noexcept {
  const std::size_t first = bigEndian.find_first_not_of('\0');
  if (first == std::string_view::npos) return 0;
  std::size_t bits = (bigEndian.size() - first) * 8;
  for (auto top = static_cast<unsigned char>(bigEndian[first]); (top & 0x80U) == 0;
       top = static_cast<unsigned char>(top << 1U))
    --bits;
  return bits;
}

bool forSignatures(const Json& jwk) {
  if (has(jwk, "use") && textMember(jwk, "use") != "sig") return false;
  if (!has(jwk, "key_ops")) return true;
  const auto operations = textsMember(jwk, "key_ops");
  return operations && std::ranges::find(*operations, "verify") != operations->end();
}

bool isSecret(const Json& jwk) {
  constexpr std::array<std::string_view, 8> members{"d", "p", "q", "dp", "dq", "qi", "oth", "k"};
  return std::ranges::any_of(members, [&](std::string_view name) { return has(jwk, name); });
}

// The key with its public members alone; empty when it is none that this room uses.
std::string publicOf(const Json& jwk, std::string_view kty) {
  JsonWriter out;
  out.add("kty", kty);
  if (kty == "RSA") {
    const auto n = textMember(jwk, "n");
    const auto e = textMember(jwk, "e");
    const auto modulus = platform::fromBase64url(n.value_or(""));
    const auto exponent = platform::fromBase64url(e.value_or(""));
    if (!modulus || !exponent || bitsOf(*modulus) < 2048 || bitsOf(*modulus) > 8192) return {};
    const std::size_t size = bitsOf(*exponent);
    if (size < 2 || size > 64 || (static_cast<unsigned char>(exponent->back()) & 1U) == 0) return {};
    return out.add("n", *n).add("e", *e).take();
  }
  const auto x = textMember(jwk, "x");
  const auto y = textMember(jwk, "y");
  const auto curve = textMember(jwk, "crv");
  if (kty != "EC" || (curve != "P-384" && curve != "P-256")) return {};
  const std::size_t size = curve == "P-384" ? 48 : 32;
  const auto bytesX = platform::fromBase64url(x.value_or(""));
  const auto bytesY = platform::fromBase64url(y.value_or(""));
  if (!bytesX || !bytesY || bytesX->size() != size || bytesY->size() != size) return {};
  return out.add("crv", *curve).add("x", *x).add("y", *y).take();
}

std::string namesOf(std::span<const Algorithm> algorithms) {
  std::string out;
  for (const Algorithm algorithm : algorithms) (out += out.empty() ? "" : ", ") += nameOf(algorithm);
  return out;
}

// Media types are compared without regard to case; "application/" may be left out (RFC 7515, section 4.1.9).
bool isType(std::string_view typ, std::string_view wanted) {
  constexpr std::string_view prefix = "application/";
  if (http::text::equalsIgnoringCase(typ.substr(0, prefix.size()), prefix)) typ.remove_prefix(prefix.size());
  return http::text::equalsIgnoringCase(typ, wanted);
}

}  // namespace

struct KeySet::Key {
  std::string kid;
  std::string kty;
  std::string curve;  // empty: RSA
  std::optional<std::string> alg;

  bool fits(Algorithm algorithm) const { return kty == ktyOf(algorithm) && curve == curveOf(algorithm); }

  cjose::Jwk jwk;
};

std::string_view nameOf(Algorithm algorithm) noexcept {
  return std::ranges::find(kAlgorithms, algorithm, &Name::algorithm)->name;
}

std::optional<Algorithm> algorithmOf(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(kAlgorithms, name, &Name::name);
  return found == kAlgorithms.end() ? std::nullopt : std::optional(found->algorithm);
}

fhir::Result<UnverifiedJws> readJws(std::string_view compact, std::span<const Algorithm> allowed,
                                    JwsType type) {
  if (compact.size() > kLongestJws) return refuse("The token is too long.");
  const std::size_t first = compact.find('.');
  const std::size_t second = first == std::string_view::npos ? first : compact.find('.', first + 1);
  if (second == std::string_view::npos || compact.find('.', second + 1) != std::string_view::npos)
    return refuse("The token is no signed JSON Web Token of three parts.");
  const auto head = platform::fromBase64url(compact.substr(0, first));
  auto payload = platform::fromBase64url(compact.substr(first + 1, second - first - 1));
  const auto signature = platform::fromBase64url(compact.substr(second + 1));
  if (!head || !payload || !signature || signature->empty())
    return refuse("The token has a part that is no base64url.");
  const auto header = JsonObject::parse(*head);
  if (!header) return refuse("The token's header is no JSON object.");
  const auto algorithm = algorithmOf(textMember(header->value(), "alg").value_or(""));
  if (!algorithm || std::ranges::find(allowed, *algorithm) == allowed.end())
    return refuse("The token is signed by an algorithm that is not accepted.");
  for (const std::string_view name : {"crit", "b64", "jwk", "x5u", "zip", "enc"})
    if (has(header->value(), name)) return refuse("The token's header has a member that is not accepted.");
  const auto typ = textMember(header->value(), "typ");
  if (type == JwsType::accessToken) {
    if (!isType(typ.value_or(""), "at+jwt")) return refuse("The token is of another type than at+jwt.");
  } else if (has(header->value(), "typ") && typ != "JWT" && typ != "jwt") {
    return refuse("The token is of another type than JWT.");
  }
  auto kid = textMember(header->value(), "kid");
  if (!kid || kid->empty()) return refuse("The token does not say by which key (kid) it is signed.");
  auto jku = textMember(header->value(), "jku");
  if (has(header->value(), "jku") && !jku) return refuse("The token's jku is no text.");
  return UnverifiedJws{{*algorithm, *std::move(kid), std::move(jku)}, *std::move(payload)};
}

fhir::Result<KeySet> KeySet::parse(std::string_view jwks, std::span<const Algorithm> algorithms) {
  if (jwks.size() > kLongestKeySet) return refuse("The key set is too long.");
  const auto document = JsonObject::parse(jwks);
  const Json* const list = document ? member(document->value(), "keys") : nullptr;
  if (list == nullptr || !list->IsArray())
    return refuse("The key set is no JSON object with an array 'keys'.");
  if (list->Size() > kMostKeys) return refuse("The key set has too many keys.");
  KeySet out;
  for (const Json& jwk : list->GetArray()) {
    if (!jwk.IsObject()) return refuse("The key set has an entry that is no key.");
    if (isSecret(jwk))
      return refuse("The key set has a private or symmetric key; such a key is never given away.");
    auto kid = textMember(jwk, "kid");
    auto kty = textMember(jwk, "kty");
    if (!kid || kid->empty() || !kty || !forSignatures(jwk)) continue;
    const std::string good = publicOf(jwk, *kty);
    if (good.empty()) continue;
    Key key{
        *std::move(kid), *std::move(kty), textMember(jwk, "crv").value_or(""), textMember(jwk, "alg"), {}};
    if (std::ranges::none_of(algorithms, [&](Algorithm each) { return key.fits(each); })) continue;
    key.jwk = cjose::importJwk(good);
    if (!key.jwk) return refuse("The key set has a key that is none, such as a point beside its curve.");
    out.keys_.push_back(std::make_shared<const Key>(std::move(key)));
  }
  if (out.keys_.empty())
    return refuse("The key set has no key with a kid that can verify one of " + namesOf(algorithms) +
                  " (RSA of 2048 bits and more).");
  return out;
}

const KeySet::Key* KeySet::find(const JwsHeader& header) const {
  const Key* found = nullptr;
  for (const auto& key : keys_) {
    if (key->kid != header.kid || !key->fits(header.algorithm)) continue;
    if (found != nullptr) return nullptr;
    found = key.get();
  }
  if (found == nullptr || (found->alg && *found->alg != nameOf(header.algorithm))) return nullptr;
  return found;
}

bool KeySet::hasKey(const JwsHeader& header) const {
  return find(header) != nullptr;
}

fhir::Result<std::string> KeySet::verify(std::string_view compact, std::span<const Algorithm> allowed,
                                         JwsType type) const {
  auto read = readJws(compact, allowed, type);
  if (!read) return std::move(read).outcome();
  const Key* const key = find(read->header);
  if (key == nullptr) return refuse("Not exactly one key fits the token's kid and algorithm.");
  if (!cjose::verify(compact, key->jwk)) return refuse("The token's signature is wrong.");
  return std::move(read->payload);
}

struct SigningKey::Inside {
  cjose::Jwk jwk;
};

SigningKey SigningKey::make(Algorithm algorithm) {
  SigningKey out;
  out.algorithm_ = algorithm;
  out.kid_ = platform::randomToken().substr(0, 22);
  const std::string_view curve = curveOf(algorithm);
  out.inside_ = std::make_shared<const Inside>(
      Inside{curve.empty() ? cjose::makeRsa2048(out.kid_) : cjose::makeEc(curve, out.kid_)});
  return out;
}

std::optional<SigningKey> SigningKey::read(Algorithm algorithm, std::string_view privateJwk) {
  const auto document = JsonObject::parse(privateJwk);
  if (!document || textMember(document->value(), "kty") != ktyOf(algorithm) ||
      textMember(document->value(), "crv").value_or("") != curveOf(algorithm) || !isSecret(document->value()))
    return std::nullopt;
  SigningKey out;
  out.algorithm_ = algorithm;
  out.kid_ = textMember(document->value(), "kid").value_or("");
  cjose::Jwk jwk = cjose::importJwk(privateJwk);
  if (!jwk || out.kid_.empty()) return std::nullopt;
  out.inside_ = std::make_shared<const Inside>(Inside{std::move(jwk)});
  return out;
}

std::string SigningKey::privateJwk() const {
  return cjose::toJson(inside_->jwk, true);
}

std::string SigningKey::publicJwk() const {
  const auto document = JsonObject::parse(cjose::toJson(inside_->jwk, false));
  JsonWriter out;
  for (const auto& each : document->value().GetObject())
    out.add({each.name.GetString(), each.name.GetStringLength()},
            std::string_view(each.value.GetString(), each.value.GetStringLength()));
  return out.add("use", "sig").add("alg", nameOf(algorithm_)).take();
}

std::string SigningKey::sign(std::string_view payload, std::string_view typ) const {
  return cjose::sign(payload, inside_->jwk, {nameOf(algorithm_), kid_, typ});
}

}  // namespace smart
