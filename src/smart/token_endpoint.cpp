// POST [auth]/token: RFC 6749, sections 4.1.3, 4.4.2, 5 and 6; SMART App Launch 2.2, "Response".
#include <algorithm>
#include <array>

#include "src/smart/json.h"
#include "src/smart/responses.h"
#include "src/smart/service.h"

namespace smart {
namespace {

Error missing(std::string_view name) {
  return {400, "invalid_request", "The parameter " + std::string(name) + " is missing."};
}

bool isKnown(std::string_view grantType) {
  return grantType == kAuthorizationCode || grantType == kRefreshToken || grantType == kClientCredentials;
}

// What a launch context never overwrites.
bool isReserved(std::string_view name) {
  constexpr std::array<std::string_view, 8> names{"access_token",  "token_type", "expires_in", "scope",
                                                  "refresh_token", "id_token",   "patient",    "encounter"};
  return std::ranges::find(names, name) != names.end();
}

std::string bodyOf(const Issued& issued, const std::optional<std::string>& idToken) {
  JsonWriter out;
  out.add("access_token", issued.accessToken)
      .add("token_type", "Bearer")
      .add("expires_in", std::int64_t{issued.lifetime.count()})
      .add("scope", textOf(issued.scopes))
      .addIfAny("refresh_token", issued.refreshToken)
      .addIfAny("id_token", idToken)
      .addIfAny("patient", issued.context.patient)
      .addIfAny("encounter", issued.context.encounter);
  if (const auto more = JsonObject::parse(issued.context.more)) {
    for (const auto& each : more->value().GetObject()) {
      const std::string_view name(each.name.GetString(), each.name.GetStringLength());
      if (!isReserved(name)) out.addRaw(name, writeJson(each.value));
    }
  }
  return out.take();
}

}  // namespace

Answer<Issued> Service::grant(const http::Request& request, const Form& form) {
  const std::string* const type = form.get("grant_type");
  if (type == nullptr) return missing("grant_type");
  if (!isKnown(*type)) return Error{400, "unsupported_grant_type", "The grant_type is not known here."};
  const auto client = authentication_.authenticate(request, form, connections_);
  if (!client) return client.error();
  if (!client->mayUse(*type))
    return Error{400, "unauthorized_client", "The client is not registered for this grant_type."};
  std::optional<Scopes> asked;
  if (const std::string* const text = form.get("scope")) {
    auto parsed = parseScopes(*text);
    if (!parsed) return errorOf("invalid_scope", parsed.outcome());
    asked = *std::move(parsed);
  }
  const auto connection = connections_.borrow();
  if (*type == kClientCredentials) {
    if (!asked) return missing("scope");
    return grants_.clientCredentials(*connection, *client, *asked);
  }
  if (*type == kRefreshToken) {
    const std::string* const token = form.get("refresh_token");
    if (token == nullptr) return missing("refresh_token");
    return grants_.refresh(*connection, *client, *token, asked ? &*asked : nullptr);
  }
  for (const std::string_view name : {"code", "redirect_uri", "code_verifier"})
    if (form.get(name) == nullptr) return missing(name);
  auto issued = grants_.exchangeCode(*connection, *client, form.text("code"), form.text("redirect_uri"),
                                     form.text("code_verifier"));
  if (issued && issued->idTokenAsked()) {
    auto made = idToken(*connection, *client, *issued);
    if (!made) return made.error();
    issued->idToken = *std::move(made);
  }
  return issued;
}

http::Response Service::token(const http::Request& request) {
  const auto form = Form::ofBody(request);
  if (!form) return errorResponse(form.error(), request);
  const auto issued = grant(request, *form);
  if (!issued) return errorResponse(issued.error(), request);
  return jsonResponse(bodyOf(*issued, issued->idToken));
}

}  // namespace smart
