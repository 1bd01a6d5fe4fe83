// Outside: access tokens of identity providers that the operator trusts, beside the server's own.
//
// A token says who signed in elsewhere and what an app may do for him. Who he is here, and what he may, is
// this platform's: a claim names a user, who must be here and active, and whose role is the one that he has
// here. The scopes can only narrow it.
//
// Specification: RFC 9068 (access tokens as JWT), RFC 8725; OpenID Connect Discovery 1.0, section 4.
// Threading: safe for all threads; a fetch of keys blocks its caller alone, for seconds at most. Errors:
// `invalid_token`, in the same words whatever is wrong; `temporarily_unavailable` when the provider's keys
// cannot be got.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/smart/client_keys.h"
#include "src/smart/principal.h"

namespace smart {

struct OutsideIssuer {
  std::string issuer;   // `iss`, byte for byte
  std::string jwksUri;  // empty: from its openid-configuration
};

struct OutsideOptions {
  std::vector<OutsideIssuer> issuers{};  // none: no outside token is taken
  std::string audience{};                // `aud` must have it
  // The claim that names the user: by his e-mail, or by users.id when its value is a uuid. `email` counts
  // only with `email_verified` true.
  std::string userClaim = "email";
  FetchRules fetch{};  // of the keys
};

// "ISSUER" or "ISSUER JWKS-URL"; nullopt unless both are https, or http on loopback.
std::optional<OutsideIssuer> parseOutsideIssuer(std::string_view text);

// What a token says when everything about it is right.
struct OutsideClaims {
  std::string user;                    // the value of the user claim
  std::string clientId;                // with its issuer, so that it is no client of this server
  Scopes scopes;                       // SMART's alone; the token's others mean nothing here
  std::optional<std::string> patient;  // in context; a patient who signs in has himself there
  std::optional<std::string> encounter;
  std::string tokenId;  // a digest; opens nothing
  platform::Instant expiresAt;
};

class Outside {
 public:
  // `fetch`: other than over the network, for tests.
  explicit Outside(OutsideOptions options, Fetch fetch = {});

  // Whether it may be such a token: three parts, where the server's own have no dots.
  bool looksLikeOne(std::string_view bearer) const noexcept;
  Answer<OutsideClaims> verify(std::string_view bearer);

 private:
  using Clock = std::chrono::steady_clock;
  struct Discovered {
    std::string jwksUri;  // empty: it was never got
    Clock::time_point until;
  };

  Answer<std::string> jwksUriOf(const OutsideIssuer&);

  const OutsideOptions options_;
  Fetch fetch_;
  ClientKeys keys_;
  std::mutex mutex_;
  std::map<std::string, Discovered, std::less<>> discovered_;  // by issuer
};

// The user as the database says it now; nullptr when he is not here, not active or has no profile.
Answer<std::shared_ptr<const Principal>> principalOf(store::Connection&, OutsideClaims);

}  // namespace smart
