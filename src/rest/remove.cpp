// delete: https://hl7.org/fhir/R4/http.html#delete. Idempotent: what is not there, or no longer, is answered
// like what was deleted now. 204, or 200 with an OperationOutcome for Prefer: return=OperationOutcome.
#include <utility>

#include "src/rest/answer.h"
#include "src/rest/call.h"
#include "src/rest/write.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

http::Response removedAnswer(const Call& call, const store::Written& written) {
  http::Response response;
  if (call.preferences.content == Return::operationOutcome) {
    Outcome outcome;
    outcome.add(fhir::Severity::information, IssueType::informational,
                "There is no " + std::string(call.target.type->name) + " of this id now.");
    response = answerWell(200, outcome, call.presentation);
  } else {
    response.status = 204;
  }
  if (written.resource.versionId > 0) response.setHeader("ETag", entityTag(written.resource.versionId));
  return response;
}

}  // namespace

Answer remove(Call& call) {
  if (!isLegalId(call.target.id)) {
    return Outcome(Failure::badRequest, IssueType::value,
                   "An id is 1 to 64 letters, digits, '-' and '.'; the URL's is not.");
  }
  auto condition = writeCondition(call.request);
  if (!condition) return std::move(condition).outcome();
  if (condition->mustNotExist) {
    return Outcome(Failure::badRequest, IssueType::invalid, "A delete of what must not exist means nothing.",
                   "http.If-None-Match");
  }
  auto version = expectedVersion(call, *condition);
  if (!version) return std::move(version).outcome();
  auto written = call.session.remove(*call.target.type, call.target.id, *version);
  if (!written) return std::move(written).outcome();
  if (condition->mustExist && written->change == store::Change::unchanged) return versionConflict();
  return removedAnswer(call, *written);
}

}  // namespace rest
