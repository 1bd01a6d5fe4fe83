// Service: the authorization server's endpoints, without its pages.
//
//   POST [auth]/token        RFC 6749: authorization_code, refresh_token, client_credentials
//   POST [auth]/introspect   RFC 7662
//   POST [auth]/revoke       RFC 7009
//   POST [auth]/register     RFC 7591, when it is switched on
//   POST [auth]/launch       for the platform's portal: the `launch` of an EHR launch
//   GET  [auth]/jwks         RFC 7517
//   GET  [auth]/userinfo     OpenID Connect Core, section 5.3 (POST too)
//   GET  [auth]/.well-known/openid-configuration, [origin]/.well-known/oauth-authorization-server[/auth],
//        [fhir]/.well-known/smart-configuration
//
// Errors are JSON as RFC 6749, section 5.2, says; nothing here is kept by caches but keys and discovery.
// Threading: handle() may be called by many threads. Ownership: what it is given must outlive it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/http/message.h"
#include "src/smart/client_authentication.h"
#include "src/smart/connections.h"
#include "src/smart/fetch.h"
#include "src/smart/grants.h"
#include "src/smart/keys.h"
#include "src/smart/tokens.h"

namespace smart {

struct ServiceOptions {
  std::string fhirBase;            // "https://fhir.example.org/fhir"; the `aud` of an authorization
  std::string authBase;            // "https://fhir.example.org/auth"; the issuer, too
  bool pages = false;              // [auth]/authorize is there, so people can sign in
  bool registration = false;       // [auth]/register is there
  std::string managementEndpoint;  // where people see and end what they allowed; empty: nowhere
  GrantTimes times;
  FetchRules fetch;
  std::string secret;  // seals the signing keys; empty: the database's own
};

class Service {
 public:
  Service(Connections& connections, Tokens& tokens, ServiceOptions options);

  // nullopt when the path is none of its endpoints.
  std::optional<http::Response> handle(const http::Request&);

  const ServiceOptions& options() const noexcept { return options_; }
  const Grants& grants() const noexcept { return grants_; }
  Keys& keys() noexcept { return keys_; }
  Connections& connections() noexcept { return connections_; }

 private:
  using Endpoint = http::Response (Service::*)(const http::Request&);
  struct Route {
    std::vector<std::string> segments;
    std::string_view methods;  // "POST", "GET, HEAD"
    Endpoint endpoint;
    bool anyOrigin;  // what everybody may read
  };

  // Who may ask about a token: of one client's, or of any.
  struct Introspector {
    bool anyClient = false;
    std::string clientId;
  };

  // No endpoint waits for a second connection, or for a client's server, while it has a connection: all could
  // then wait for each other.

  http::Response token(const http::Request&);
  http::Response introspect(const http::Request&);
  http::Response revoke(const http::Request&);
  http::Response registerItself(const http::Request&);
  http::Response launch(const http::Request&);
  http::Response jwks(const http::Request&);
  http::Response userinfo(const http::Request&);
  http::Response smartConfiguration(const http::Request&);
  http::Response openidConfiguration(const http::Request&);
  http::Response serverMetadata(const http::Request&);

  std::vector<Route> routes() const;
  http::Response answer(const Route&, const http::Request&);
  void allowOrigin(const http::Request&, http::Response&);
  Answer<Issued> grant(const http::Request&, const Form&);
  Answer<std::string> idToken(store::Connection&, const Client&, const Issued&);
  Answer<Introspector> introspectorOf(const http::Request&, const Form&);
  std::string metadata(bool openid) const;
  std::vector<std::string> grantTypes() const;
  std::vector<std::string> authenticationMethods() const;

  Connections& connections_;
  Tokens& tokens_;
  const ServiceOptions options_;
  const Grants grants_;
  Keys keys_;
  ClientAuthentication authentication_;
  const std::vector<Route> routes_;
};

}  // namespace smart
