// capabilities: https://hl7.org/fhir/R4/http.html#capabilities. Needs no caller and no database.
#include <utility>

#include "src/rest/answer.h"
#include "src/rest/call.h"
#include "src/rest/capability_statement.h"

namespace rest {

Answer capabilities(Call& call) {
  auto mode = single(call.parameters, "mode");
  if (!mode) return std::move(mode).outcome();
  if (*mode && **mode != "full") {
    return fhir::Outcome(fhir::Failure::notImplemented, fhir::IssueType::notSupported,
                         "This server answers only mode=full, its CapabilityStatement.", "mode");
  }
  auto viewed = addView(call.presentation, call.parameters, fhir::findResourceType("CapabilityStatement"));
  if (!viewed) return std::move(viewed).outcome();
  auto body = view(*call.statement.now(), call.presentation);
  if (!body) return std::move(body).outcome();
  return answerBody(200, std::move(*body), call.presentation);
}

}  // namespace rest
