#include "src/rest/entry_answer.h"

#include <utility>

#include "src/rest/answer.h"

namespace rest {
namespace {

std::string headerOf(const http::Response& response, std::string_view name) {
  const auto* value = response.header(name);
  return value ? *value : std::string();
}

// The resource's URL without its version.
std::string fullUrlOf(const http::Response& response) {
  const auto version = headerOf(response, "Content-Location");
  return version.substr(0, version.rfind("/_history/"));
}

}  // namespace

EntryAnswer refusedEntry(const fhir::Outcome& outcome) {
  return {answer(outcome), {}};
}

void writeAnswer(BundleWriter& bundle, const Entry& entry, const EntryAnswer& answer) {
  const auto& response = answer.response;
  const std::string status = std::to_string(response.status);
  BundleEntry out;
  out.status = status;
  out.location = headerOf(response, "Location");
  out.etag = headerOf(response, "ETag");
  out.lastModified = answer.lastUpdated;
  const bool isWrite = entry.turn == Turn::remove || entry.turn == Turn::write ||
                       entry.target.interaction == Interaction::patch;
  const bool isOutcome = response.body.starts_with("{\"resourceType\":\"OperationOutcome\"");
  if (isOutcome && (isWrite || response.status >= 400)) {
    out.outcome = response.body;
  } else if (entry.request.method != "HEAD") {
    out.resource = response.body;
    if (!response.body.empty()) out.fullUrl = fullUrlOf(response);
  }
  bundle.entry(out);
}

}  // namespace rest
