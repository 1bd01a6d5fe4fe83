// POST [auth]/register: RFC 7591, sections 2 and 3. What is not understood is refused, not ignored.
#include <algorithm>
#include <array>

#include "src/http/text.h"
#include "src/smart/json.h"
#include "src/smart/responses.h"
#include "src/smart/service.h"

namespace smart {
namespace {

constexpr std::size_t kLongestBody = 64 * 1024;

Error wrong(std::string description) {
  return {400, "invalid_client_metadata", std::move(description)};
}

constexpr std::array<std::string_view, 9> kUnderstood{
    "client_name", "redirect_uris", "token_endpoint_auth_method", "grant_types", "response_types", "scope",
    "jwks",        "jwks_uri",      "initiate_login_uri"};

struct Method {
  std::string_view name;
  ClientKind kind;
};
constexpr std::array<Method, 3> kMethods{{{"none", ClientKind::isPublic},
                                          {"client_secret_basic", ClientKind::confidentialSecret},
                                          {"private_key_jwt", ClientKind::confidentialKey}}};

// nullopt: the member is not there; an Error: it is no text.
Answer<std::optional<std::string>> optionalText(const Json& object, std::string_view name) {
  auto text = textMember(object, name);
  if (!text && has(object, name)) return wrong("The member " + std::string(name) + " must be text.");
  return text;
}

Answer<std::vector<std::string>> texts(const Json& object, std::string_view name,
                                       std::vector<std::string> usual) {
  if (!has(object, name)) return usual;
  auto found = textsMember(object, name);
  if (!found) return wrong("The member " + std::string(name) + " must be an array of texts.");
  return *std::move(found);
}

std::optional<Error> unknownMember(const Json& object) {
  if (has(object, "software_statement"))
    return Error{400, "unapproved_software_statement", "Software statements are not accepted here."};
  for (const auto& each : object.GetObject()) {
    const std::string_view name(each.name.GetString(), each.name.GetStringLength());
    if (std::ranges::find(kUnderstood, name) != kUnderstood.end()) continue;
    std::string known;
    for (const std::string_view one : kUnderstood) (known += known.empty() ? "" : ", ") += one;
    return wrong("A member is not understood. These are: " + known + ".");
  }
  return std::nullopt;
}

Answer<Done> readAddresses(const Json& object, Registration& out) {
  auto redirects = texts(object, "redirect_uris", {});
  if (!redirects) return redirects.error();
  out.redirectUris = *std::move(redirects);
  auto launch = optionalText(object, "initiate_login_uri");
  if (!launch) return launch.error();
  out.launchUri = *std::move(launch);
  auto uri = optionalText(object, "jwks_uri");
  if (!uri) return uri.error();
  out.jwksUri = *std::move(uri);
  if (const Json* const jwks = member(object, "jwks")) {
    if (!jwks->IsObject()) return wrong("The member jwks must be an object.");
    out.jwks = writeJson(*jwks);
  }
  return Done{};
}

Answer<Registration> readRegistration(const Json& object) {
  if (auto unknown = unknownMember(object)) return *std::move(unknown);
  Registration out;
  out.selfRegistered = true;
  out.name = textMember(object, "client_name").value_or("");
  out.scopes = textMember(object, "scope").value_or("");
  const auto method = optionalText(object, "token_endpoint_auth_method");
  if (!method) return method.error();
  const auto* const known =
      std::ranges::find(kMethods, method->value_or("client_secret_basic"), &Method::name);
  if (known == kMethods.end())
    return wrong("The token_endpoint_auth_method is none, client_secret_basic or private_key_jwt.");
  out.kind = known->kind;
  auto grants = texts(object, "grant_types", {std::string(kAuthorizationCode)});
  if (!grants) return grants.error();
  out.grantTypes = *std::move(grants);
  const auto responses = texts(object, "response_types", {"code"});
  if (!responses) return responses.error();
  if (*responses != std::vector<std::string>{"code"}) return wrong("The only response type is code.");
  if (auto read = readAddresses(object, out); !read) return read.error();
  return out;
}

std::string bodyOf(const Registered& registered) {
  const Client& client = registered.client;
  JsonWriter out;
  out.add("client_id", client.id).addIfAny("client_secret", registered.secret);
  if (registered.secret) out.add("client_secret_expires_at", std::int64_t{0});
  out.add("client_name", client.name)
      .add("redirect_uris", client.redirectUris)
      .add("token_endpoint_auth_method", std::ranges::find(kMethods, client.kind, &Method::kind)->name)
      .add("grant_types", client.grantTypes)
      .add("response_types", std::vector<std::string>{"code"})
      .add("scope", textOf(client.scopes))
      .addIfAny("jwks_uri", client.jwksUri)
      .addIfAny("initiate_login_uri", client.launchUri);
  if (client.jwks) out.addRaw("jwks", *client.jwks);
  return out.take();
}

}  // namespace

http::Response Service::registerItself(const http::Request& request) {
  const std::string* const type = request.header("Content-Type");
  const std::string_view media =
      type == nullptr ? std::string_view() : std::string_view(*type).substr(0, type->find(';'));
  if (!http::text::equalsIgnoringCase(http::text::trim(media), "application/json"))
    return errorResponse(wrong("The body must be application/json."), request);
  const auto document = request.body.size() <= kLongestBody ? JsonObject::parse(request.body) : std::nullopt;
  if (!document) return errorResponse(wrong("The body is no JSON object, or too long."), request);
  const auto registration = readRegistration(document->value());
  if (!registration) return errorResponse(registration.error(), request);
  const auto connection = connections_.borrow();
  const auto registered = registerClient(*connection, *registration);
  if (!registered) return errorResponse(registered.error(), request);
  return jsonResponse(bodyOf(*registered), 201);
}

}  // namespace smart
