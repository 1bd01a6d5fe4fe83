// What the server can do, as three documents say it: SMART App Launch 2.2, "Conformance"; OpenID Connect
// Discovery 1.0; RFC 8414. Each field follows from what is switched on.
#include "src/smart/json.h"
#include "src/smart/responses.h"
#include "src/smart/service.h"

namespace smart {
namespace {

using Texts = std::vector<std::string>;

const Texts kScopes{"openid",          "fhirUser",         "profile",        "launch",
                    "launch/patient",  "launch/encounter", "offline_access", "online_access",
                    "patient/*.cruds", "patient/*.rs",     "patient/*.read", "patient/*.write",
                    "patient/*.*",     "user/*.cruds",     "user/*.rs",      "user/*.read",
                    "user/*.write",    "user/*.*"};
const Texts kSystemScopes{"system/*.cruds", "system/*.rs", "system/*.read", "system/*.write", "system/*.*"};
const Texts kAlgorithms{"RS384", "ES384", "RS256"};

const Texts kPeople{"launch-standalone",
                    "launch-ehr",
                    "authorize-post",
                    "client-public",
                    "client-confidential-symmetric",
                    "sso-openid-connect",
                    "context-banner",
                    "context-style",
                    "context-ehr-patient",
                    "context-ehr-encounter",
                    "context-standalone-patient",
                    "context-standalone-encounter",
                    "permission-offline",
                    "permission-online",
                    "permission-patient",
                    "permission-user"};

Texts scopesOf(bool people) {
  Texts out = people ? kScopes : Texts();
  out.insert(out.end(), kSystemScopes.begin(), kSystemScopes.end());
  if (people) out.emplace_back("portal/launch");
  return out;
}

Texts capabilitiesOf(bool people) {
  Texts out = people ? kPeople : Texts();
  for (const char* each : {"client-confidential-asymmetric", "permission-v1", "permission-v2"})
    out.emplace_back(each);
  return out;
}

}  // namespace

std::vector<std::string> Service::grantTypes() const {
  Texts out;
  if (options_.pages) out = {std::string(kAuthorizationCode), std::string(kRefreshToken)};
  out.emplace_back(kClientCredentials);
  return out;
}

std::vector<std::string> Service::authenticationMethods() const {
  Texts out{"private_key_jwt", "client_secret_basic"};
  if (options_.pages) out.emplace_back("none");
  return out;
}

// The fields that all three documents share.
std::string Service::metadata(bool openid) const {
  const std::string& auth = options_.authBase;
  JsonWriter out;
  out.add("issuer", auth).add("jwks_uri", auth + "/jwks").add("token_endpoint", auth + "/token");
  if (options_.pages) out.add("authorization_endpoint", auth + "/authorize");
  if (options_.registration) out.add("registration_endpoint", auth + "/register");
  out.add("introspection_endpoint", auth + "/introspect")
      .add("revocation_endpoint", auth + "/revoke")
      .add("grant_types_supported", grantTypes())
      .add("response_types_supported", options_.pages ? Texts{"code"} : Texts())
      .add("code_challenge_methods_supported", Texts{"S256"})
      .add("scopes_supported", scopesOf(options_.pages))
      .add("token_endpoint_auth_methods_supported", authenticationMethods())
      .add("token_endpoint_auth_signing_alg_values_supported", kAlgorithms);
  if (options_.pages)
    out.add("response_modes_supported", Texts{"query"})
        .add("authorization_response_iss_parameter_supported", true);
  if (!openid) return out.take();
  return out.add("userinfo_endpoint", auth + "/userinfo")
      .add("subject_types_supported", Texts{"public"})
      .add("id_token_signing_alg_values_supported", Texts{"RS256"})
      .add("claim_types_supported", Texts{"normal"})
      .add("claims_supported",
           Texts{"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "fhirUser", "name"})
      .add("claims_parameter_supported", false)
      .add("request_parameter_supported", false)
      .add("request_uri_parameter_supported", false)
      .take();
}

http::Response Service::smartConfiguration(const http::Request&) {
  const std::string& auth = options_.authBase;
  JsonWriter out;
  if (options_.pages)
    out.add("issuer", auth)
        .add("jwks_uri", auth + "/jwks")
        .add("authorization_endpoint", auth + "/authorize");
  if (options_.registration) out.add("registration_endpoint", auth + "/register");
  if (!options_.managementEndpoint.empty()) out.add("management_endpoint", options_.managementEndpoint);
  out.add("token_endpoint", auth + "/token")
      .add("introspection_endpoint", auth + "/introspect")
      .add("revocation_endpoint", auth + "/revoke")
      .add("grant_types_supported", grantTypes())
      .add("response_types_supported", options_.pages ? Texts{"code"} : Texts())
      .add("code_challenge_methods_supported", Texts{"S256"})
      .add("scopes_supported", scopesOf(options_.pages))
      .add("token_endpoint_auth_methods_supported", authenticationMethods())
      .add("token_endpoint_auth_signing_alg_values_supported", kAlgorithms)
      .add("capabilities", capabilitiesOf(options_.pages));
  return publicResponse(out.take());
}

http::Response Service::openidConfiguration(const http::Request&) {
  return publicResponse(metadata(true));
}

http::Response Service::serverMetadata(const http::Request&) {
  return publicResponse(metadata(options_.pages));
}

}  // namespace smart
