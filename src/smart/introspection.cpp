// POST [auth]/introspect (RFC 7662; SMART App Launch 2.2, "Token Introspection") and [auth]/revoke (RFC
// 7009).
#include <algorithm>
#include <chrono>

#include "src/smart/bearer.h"
#include "src/smart/json.h"
#include "src/smart/person.h"
#include "src/smart/responses.h"
#include "src/smart/scope_kinds.h"
#include "src/smart/service.h"
#include "src/smart/sql.h"

namespace smart {
namespace {

http::Response inactive() {
  return jsonResponse(R"({"active":false})");
}

struct Times {
  std::int64_t issued = 0;
  std::int64_t expires = 0;
  std::string more = "{}";
};

Answer<Times> timesOf(store::Connection& connection, const std::string& tokenId) {
  const auto rows = connection.run(
      "SELECT CAST(extract(epoch FROM t.issued_at) AS bigint), CAST(floor(extract(epoch FROM t.expires_at)) "
      "AS bigint), "
      "a.context FROM smart.access_token t JOIN smart.approval a ON a.id = t.approval_id WHERE t.id = CAST(? "
      "AS uuid)",
      {tokenId});
  if (!rows || rows->size() == 0) return unavailable();
  return Times{rows->number(0, 0), rows->number(0, 1), sql::text(*rows, 2)};
}

void addContext(JsonWriter& out, const Principal& principal, const std::string& more) {
  out.addIfAny("patient", principal.patient).addIfAny("encounter", principal.encounter);
  const auto context = JsonObject::parse(more);
  if (!context) return;
  for (const std::string_view name :
       {"fhirContext", "intent", "need_patient_banner", "smart_style_url", "tenant"})
    if (const Json* const found = member(context->value(), name)) out.addRaw(name, writeJson(*found));
}

}  // namespace

// A confidential client may ask of any token; whoever has a bearer token, of tokens of the same app, and a
// client system of any.
Answer<Service::Introspector> Service::introspectorOf(const http::Request& request, const Form& form) {
  const Bearer bearer = bearerOf(request);
  if (bearer.fault != BearerFault::none) {
    const auto client = authentication_.authenticate(request, form, connections_);
    if (!client) return client.error();
    if (client->kind == ClientKind::isPublic)
      return Error{401, "invalid_client", "A public client introspects with a bearer token."};
    return Introspector{true, client->id};
  }
  const auto caller = tokens_.check(bearer.token);
  if (!caller) {
    if (caller.outcome().failure() == fhir::Failure::unavailable) return unavailable();
    return Error{401, "invalid_token", "The access token of the Authorization field is not valid."};
  }
  return Introspector{(*caller)->kind == PrincipalKind::client, (*caller)->clientId};
}

http::Response Service::introspect(const http::Request& request) {
  const auto form = Form::ofBody(request);
  if (!form) return errorResponse(form.error(), request);
  const std::string* const token = form->get("token");
  if (token == nullptr)
    return errorResponse({400, "invalid_request", "The parameter token is missing."}, request);
  const auto by = introspectorOf(request, *form);
  if (!by) return errorResponse(by.error(), request);
  if (!platform::looksLikeToken(*token)) return inactive();
  const auto connection = connections_.borrow();
  const auto read = readPrincipal(*connection, platform::sha256(*token));
  if (!read) return errorResponse(read.error(), request);
  const auto& principal = *read;
  if (principal == nullptr || (!by->anyClient && principal->clientId != by->clientId)) return inactive();
  const auto times = timesOf(*connection, principal->tokenId);
  if (!times) return errorResponse(times.error(), request);
  JsonWriter out;
  out.add("active", true)
      .add("scope", textOf(principal->scopes))
      .add("client_id", principal->clientId)
      .add("token_type", "Bearer")
      .add("iss", options_.authBase)
      .add("aud", options_.fhirBase)
      .add("sub", principal->userId.empty() ? principal->clientId : principal->userId)
      .add("iat", times->issued)
      .add("exp", times->expires);
  addContext(out, *principal, times->more);
  if (!principal->userId.empty() && hasKind(principal->scopes, ScopeKind::fhirUser)) {
    const auto person = findPerson(*connection, principal->userId);
    if (person && *person) out.addIfAny("fhirUser", (*person)->fhirUser(options_.fhirBase));
  }
  return jsonResponse(out.take());
}

http::Response Service::revoke(const http::Request& request) {
  const auto form = Form::ofBody(request);
  if (!form) return errorResponse(form.error(), request);
  const auto client = authentication_.authenticate(request, *form, connections_);
  if (!client) return errorResponse(client.error(), request);
  const std::string* const token = form->get("token");
  if (token == nullptr)
    return errorResponse({400, "invalid_request", "The parameter token is missing."}, request);
  const auto connection = connections_.borrow();
  const auto done = grants_.revokeToken(*connection, *client, *token);
  if (!done) return errorResponse(done.error(), request);
  return jsonResponse("{}");
}

}  // namespace smart
