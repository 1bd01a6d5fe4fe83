// POST [auth]/launch: the platform's portal says that a person opens an app, and for whom; it is given the
// `launch` value with which it sends the browser to the app. SMART App Launch 2.2, "Launch App: EHR Launch",
// leaves to each server how the two come together. The context counts only when the person herself signs in
// and may see the patient: a portal can suggest, and not open, a record.
#include <algorithm>
#include <array>

#include "src/http/text.h"
#include "src/platform/uuid.h"
#include "src/smart/bearer_check.h"
#include "src/smart/json.h"
#include "src/smart/responses.h"
#include "src/smart/scope_kinds.h"
#include "src/smart/service.h"
#include "src/smart/url.h"

namespace smart {
namespace {

constexpr std::size_t kLongestBody = 32 * 1024;

constexpr std::array<std::string_view, 4> kOwn{"client_id", "user", "patient", "encounter"};
constexpr std::array<std::string_view, 5> kContext{"fhirContext", "intent", "need_patient_banner",
                                                   "smart_style_url", "tenant"};

struct Asked {
  std::string clientId;
  std::string userId;
  LaunchContext context;
};

Error wrong(std::string description) {
  return {400, "invalid_request", std::move(description)};
}

bool isJson(const http::Request& request) {
  const std::string* const type = request.header("Content-Type");
  if (type == nullptr) return false;
  const auto media = std::string_view(*type).substr(0, type->find(';'));
  return http::text::equalsIgnoringCase(http::text::trim(media), "application/json");
}

std::string contextOf(const Json& object) {
  JsonWriter out;
  for (const std::string_view name : kContext)
    if (const Json* const found = member(object, name)) out.addRaw(name, writeJson(*found));
  return out.take();
}

Answer<Asked> read(const http::Request& request) {
  if (!isJson(request)) return wrong("The body must be application/json.");
  const auto document = request.body.size() <= kLongestBody ? JsonObject::parse(request.body) : std::nullopt;
  if (!document) return wrong("The body is no JSON object, or too long.");
  const Json& object = document->value();
  for (const auto& each : object.GetObject()) {
    const std::string_view name(each.name.GetString(), each.name.GetStringLength());
    if (std::ranges::find(kOwn, name) != kOwn.end()) {
      if (!each.value.IsString()) return wrong("The member " + std::string(name) + " must be text.");
    } else if (std::ranges::find(kContext, name) == kContext.end()) {
      return wrong(
          "A member is not understood. These are: client_id, user, patient, encounter, fhirContext, intent, "
          "need_patient_banner, smart_style_url, tenant.");
    }
  }
  Asked out;
  out.clientId = textMember(object, "client_id").value_or("");
  out.userId = textMember(object, "user").value_or("");
  if (out.clientId.empty() || out.userId.empty()) return wrong("client_id or user is missing.");
  if (!platform::Uuid::parse(out.userId)) return wrong("user is the id of a login, a UUID.");
  out.context.patient = textMember(object, "patient");
  out.context.encounter = textMember(object, "encounter");
  if (out.context.encounter && !out.context.patient) return wrong("An encounter needs its patient.");
  out.context.more = contextOf(object);
  return out;
}

bool mayLaunch(const Principal& principal) {
  return principal.kind == PrincipalKind::client && hasKind(principal.scopes, ScopeKind::portalLaunch);
}

}  // namespace

http::Response Service::launch(const http::Request& request) {
  auto bearer = checkBearer(tokens_, request);
  if (auto* refused = std::get_if<http::Response>(&bearer)) return std::move(*refused);
  if (!mayLaunch(*std::get<0>(bearer)))
    return bearerRefused(403, "insufficient_scope", "The access token has no scope portal/launch.");
  const auto asked = read(request);
  if (!asked) return errorResponse(asked.error(), request);
  const auto connection = connections_.borrow();
  const auto launch = grants_.issueLaunch(*connection, asked->clientId, asked->userId, asked->context);
  if (!launch) return errorResponse(launch.error(), request);
  const auto app = findClient(*connection, asked->clientId);
  if (!app) return errorResponse(app.error(), request);
  JsonWriter out;
  out.add("launch", *launch).add("expires_in", std::int64_t{options_.times.launch.count()});
  if (*app && (*app)->launchUri) {
    std::string url = withParameter(*(*app)->launchUri, "iss", options_.fhirBase);
    out.add("launch_url", withParameter(std::move(url), "launch", *launch));
  }
  return jsonResponse(out.take(), 201);
}

}  // namespace smart
