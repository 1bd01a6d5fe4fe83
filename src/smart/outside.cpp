#include "src/smart/outside.h"

#include <algorithm>

#include "src/platform/encoding.h"
#include "src/smart/json.h"
#include "src/smart/url.h"

namespace smart {
namespace {

using namespace std::chrono_literals;

constexpr std::array kAccepted{Algorithm::rs256, Algorithm::rs384, Algorithm::es256, Algorithm::es384};
constexpr std::chrono::seconds kClockSkew = 10s;
constexpr std::chrono::seconds kDiscoveredFor = 1h;
constexpr std::chrono::seconds kBetweenDiscoveries = 10s;
// So long a verdict is kept at most: a key that was withdrawn, or another e-mail of the user, is seen then.
constexpr std::chrono::seconds kBelievedFor = 60s;
constexpr std::size_t kLongestValue = 320;  // bytes, of a claim that names somebody

Error invalidToken() {
  return {401, "invalid_token", "The access token is not valid."};
}

std::int64_t secondsNow() {
  return std::chrono::duration_cast<std::chrono::seconds>(platform::now().time_since_epoch()).count();
}

bool isFor(const Json& claims, const std::string& audience) {
  if (textMember(claims, "aud") == audience) return true;
  const auto several = textsMember(claims, "aud");
  return several && std::ranges::find(*several, audience) != several->end();
}

// exp is needed; nbf and iat are believed when they are there.
bool isNow(const Json& claims) {
  const std::int64_t now = secondsNow();
  const auto expires = timeMember(claims, "exp");
  if (!expires || *expires <= now) return false;
  return std::ranges::all_of(std::array{"nbf", "iat"}, [&](const char* name) {
    const auto time = timeMember(claims, name);
    return has(claims, name) ? time && *time <= now + kClockSkew.count() : true;
  });
}

// A text that names somebody or something; empty when there is none, or one that cannot.
std::string nameIn(const Json& claims, std::string_view claim) {
  auto text = textMember(claims, claim).value_or("");
  const bool isPlain =
      std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
  return text.size() <= kLongestValue && isPlain ? text : std::string();
}

std::string userIn(const Json& claims, const std::string& claim) {
  if (claim == "email") {
    const Json* const verified = member(claims, "email_verified");
    std::string address = nameIn(claims, claim);
    if (verified == nullptr || !verified->IsTrue() || address.find('@') == std::string::npos) return {};
    return address;
  }
  return nameIn(claims, claim);
}

// `scope` as RFC 9068 has it, or `scp`. What is no scope of SMART's (it has no slash) means nothing here; of
// the others each byte must be understood.
std::optional<Scopes> scopesIn(const Json& claims) {
  std::string text = textMember(claims, "scope").value_or("");
  if (!has(claims, "scope")) {
    text = textMember(claims, "scp").value_or("");
    for (const std::string& each : textsMember(claims, "scp").value_or(std::vector<std::string>{}))
      (text += text.empty() ? "" : " ") += each;
  }
  std::string ours;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view each = std::string_view(text).substr(at, end - at);
    if (each.find('/') != std::string_view::npos) (ours += ours.empty() ? "" : " ") += each;
    at = end + 1;
  }
  if (ours.empty()) return Scopes{};
  auto parsed = parseScopes(ours);
  if (!parsed) return std::nullopt;
  return *std::move(parsed);
}

std::optional<std::string> idIn(const Json& claims, std::string_view claim) {
  auto text = nameIn(claims, claim);
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

}  // namespace

std::optional<OutsideIssuer> parseOutsideIssuer(std::string_view text) {
  const std::size_t space = text.find(' ');
  OutsideIssuer out{std::string(text.substr(0, space)), {}};
  if (space != std::string_view::npos)
    out.jwksUri = text.substr(std::min(text.find_first_not_of(' ', space), text.size()));
  if (!isSafeUrl(out.issuer) || out.issuer.find('?') != std::string::npos) return std::nullopt;
  if (space != std::string_view::npos && !isSafeUrl(out.jwksUri)) return std::nullopt;
  return out;
}

Outside::Outside(OutsideOptions options, Fetch fetch)
    : options_(std::move(options)),
      fetch_(fetch ? std::move(fetch) : Fetch([rules = options_.fetch](const std::string& url) {
        return smart::fetch(url, rules);
      })),
      keys_(fetch_, kAccepted) {}

bool Outside::looksLikeOne(std::string_view bearer) const noexcept {
  return !options_.issuers.empty() && std::ranges::count(bearer, '.') == 2;
}

// What costs little comes first; keys are fetched only for an issuer that is trusted.
Answer<OutsideClaims> Outside::verify(std::string_view bearer) {
  const auto read = readJws(bearer, kAccepted, JwsType::accessToken);
  if (!read) return invalidToken();
  const auto unverified = JsonObject::parse(read->payload);
  if (!unverified) return invalidToken();
  const Json& claims = unverified->value();
  const std::string issuer = textMember(claims, "iss").value_or("");
  const auto known = std::ranges::find(options_.issuers, issuer, &OutsideIssuer::issuer);
  // A token that is bound to a key of its sender (RFC 7800) is no bearer token.
  if (known == options_.issuers.end() || !isFor(claims, options_.audience) || !isNow(claims) ||
      has(claims, "cnf") || nameIn(claims, "sub").empty())
    return invalidToken();
  const auto jwksUri = jwksUriOf(*known);
  if (!jwksUri) return jwksUri.error();
  const auto keys = keys_.at(*jwksUri, read->header);
  if (!keys) return unavailable();
  if (!(*keys)->verify(bearer, kAccepted, JwsType::accessToken)) return invalidToken();

  auto scopes = scopesIn(claims);
  OutsideClaims out;
  out.user = userIn(claims, options_.userClaim);
  if (!scopes || out.user.empty()) return invalidToken();
  const std::string client = nameIn(claims, "client_id");
  out.clientId = issuer + " " + (client.empty() ? nameIn(claims, "azp") : client);
  out.scopes = *std::move(scopes);
  out.patient = idIn(claims, "patient");
  out.encounter = idIn(claims, "encounter");
  out.tokenId = platform::hex(platform::sha256(bearer)).substr(0, 32);
  const platform::Instant expires(std::chrono::seconds(*timeMember(claims, "exp")));
  out.expiresAt = std::min(expires, platform::now() + kBelievedFor);
  return out;
}

// One asks for the document; the others go on with what was known, or come again.
Answer<std::string> Outside::jwksUriOf(const OutsideIssuer& issuer) {
  if (!issuer.jwksUri.empty()) return issuer.jwksUri;
  std::string before;
  {
    const std::lock_guard lock(mutex_);
    Discovered& known = discovered_[issuer.issuer];
    before = known.jwksUri;
    if (Clock::now() < known.until) {
      if (before.empty()) return unavailable();
      return before;
    }
    known.until = Clock::now() + kBetweenDiscoveries;
  }
  const bool slash = issuer.issuer.ends_with('/');
  const auto fetched = fetch_(issuer.issuer + (slash ? "" : "/") + ".well-known/openid-configuration");
  const auto document = fetched ? JsonObject::parse(fetched->body) : std::nullopt;
  const bool isIts = document && textMember(document->value(), "issuer") == issuer.issuer;
  auto uri = isIts ? textMember(document->value(), "jwks_uri") : std::nullopt;
  if (!uri || !isSafeUrl(*uri)) {
    if (before.empty()) return unavailable();
    return before;
  }
  const std::lock_guard lock(mutex_);
  discovered_[issuer.issuer] = {*uri, Clock::now() + kDiscoveredFor};
  return *std::move(uri);
}

}  // namespace smart
