// read and vread: https://hl7.org/fhir/R4/http.html#read, #vread, #cread (conditional read).
// An illegal id or version names nothing, so it answers 404 like any other that is not there.
#include <utility>

#include "src/rest/answer.h"
#include "src/rest/call.h"
#include "src/rest/conditions.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

Outcome notFound(const Call& call) {
  return Outcome(
      Failure::notFound, IssueType::notFound,
      "There is no " + std::string(call.target.type->name) +
          (call.target.interaction == Interaction::vread ? " of this id and version." : " of this id."));
}

Outcome gone(const Call& call) {
  return Outcome(Failure::gone, IssueType::deleted,
                 "This " + std::string(call.target.type->name) + " was deleted.");
}

void addHeaders(http::Response& response, const Call& call, const store::StoredResource& resource) {
  addVersionHeaders(response, resource);
  response.headers.push_back({"Content-Location", versionUrl(call.baseUrl, resource)});
}

http::Response notModified(const Call& call, const store::StoredResource& resource) {
  http::Response response;
  response.status = 304;
  response.headers.push_back({"Cache-Control", "private, no-cache"});
  addHeaders(response, call, resource);
  return response;
}

Answer show(const Call& call, fhir::Result<std::optional<store::StoredResource>> found) {
  if (!found) return std::move(found).outcome();
  if (!*found) return notFound(call);
  auto& resource = **found;
  if (resource.deleted) return gone(call);
  if (isUnmodified(call.request, resource)) return notModified(call, resource);

  auto body = view(std::move(resource.json), call.presentation);
  if (!body) return std::move(body).outcome();
  auto response = answerBody(200, std::move(*body), call.presentation);
  addHeaders(response, call, resource);
  return response;
}

fhir::Result<fhir::Done> readView(Call& call) {
  if (call.parameters.empty()) return fhir::Done{};
  auto added = addView(call.presentation, call.parameters, call.target.type);
  if (added && call.presentation.countOnly) {
    return Outcome(Failure::badRequest, IssueType::value, "_summary=count is for searches.", "_summary");
  }
  return added;
}

}  // namespace

Answer read(Call& call) {
  auto asked = readView(call);
  if (!asked) return std::move(asked).outcome();
  if (!isLegalId(call.target.id)) return notFound(call);
  return show(call, call.session.read(*call.target.type, call.target.id));
}

Answer vread(Call& call) {
  auto asked = readView(call);
  if (!asked) return std::move(asked).outcome();
  const auto version = parseVersion(call.target.version);
  if (!version || !isLegalId(call.target.id)) return notFound(call);
  return show(call, call.session.vread(*call.target.type, call.target.id, *version));
}

}  // namespace rest
