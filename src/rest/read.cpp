// read and vread: https://hl7.org/fhir/R4/http.html#read, #vread, #cread (conditional read).
#include <utility>

#include "src/rest/answer.h"
#include "src/rest/call.h"
#include "src/rest/conditions.h"
#include "src/rest/named.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

void addHeaders(http::Response& response, const Call& call, const store::StoredResource& resource) {
  addVersionHeaders(response, resource);
  noteVersion(call, resource, false);
  response.headers.push_back({"Content-Location", versionUrl(call.baseUrl, resource)});
}

http::Response notModified(const Call& call, const store::StoredResource& resource) {
  http::Response response;
  response.status = 304;
  response.headers.push_back({"Cache-Control", "private, no-cache"});
  response.headers.push_back({"Vary", "Accept"});
  addHeaders(response, call, resource);
  return response;
}

Answer show(Call& call) {
  auto found = readNamed(call);
  if (!found) return std::move(found).outcome();
  auto& resource = *found;
  if (auto failed = failedCondition(call.request, resource)) return *std::move(failed);
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
  return show(call);
}

Answer vread(Call& call) {
  auto asked = readView(call);
  if (!asked) return std::move(asked).outcome();
  return show(call);
}

}  // namespace rest
