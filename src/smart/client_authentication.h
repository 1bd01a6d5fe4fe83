// Who is the client that calls the token endpoint (or introspection, or revocation)?
//
// Methods: none (a public client says its client_id), client_secret_basic (RFC 6749, section 2.3.1), and
// private_key_jwt as SMART App Launch 2.2, "Client Authentication: Asymmetric", asks it (RFC 7523): RS384 or
// ES384 (RS256 too), iss = sub = client_id, aud the token endpoint or the issuer, exp at most five minutes
// ahead, a jti that was not used before, a jku only if it is the registered one. Threading: safe for all
// threads; a connection is taken for each statement and never held while keys are fetched. Errors:
// `invalid_client` with 401, whose words tell nothing of a secret and never what the server knows of the
// client's keys.
#pragma once

#include <string>

#include "src/http/message.h"
#include "src/smart/client.h"
#include "src/smart/client_keys.h"
#include "src/smart/connections.h"
#include "src/smart/form.h"

namespace smart {

inline constexpr std::string_view kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

class ClientAuthentication {
 public:
  struct Options {
    std::string tokenUrl;
    std::string issuer;
  };

  ClientAuthentication(Options options, Fetch fetch)
      : options_(std::move(options)), keys_(std::move(fetch)) {}

  // The client, not revoked, shown to be who it says by its own method and by no other.
  Answer<Client> authenticate(const http::Request&, const Form&, Connections&);

 private:
  Answer<Client> byAssertion(const Form&, Connections&);
  Answer<Client> bySecret(std::string_view authorization, const Form&, Connections&) const;
  Answer<Client> byName(const Form&, Connections&) const;

  Options options_;
  ClientKeys keys_;
};

}  // namespace smart
