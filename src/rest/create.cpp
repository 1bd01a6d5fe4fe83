// create: https://hl7.org/fhir/R4/http.html#create. The server assigns the id; one in the body does not
// count. Conditional create (If-None-Exist) is refused with 501.
#include <utility>

#include "src/rest/call.h"
#include "src/rest/write.h"

namespace rest {

Answer create(Call& call) {
  auto condition = writeCondition(call.request);
  if (!condition) return std::move(condition).outcome();
  if (condition->mustExist || condition->mustNotExist || condition->versions) {
    return fhir::Outcome(fhir::Failure::badRequest, fhir::IssueType::invalid,
                         "A create makes a new resource, so If-Match and If-None-Match mean nothing here.");
  }
  auto resource = bodyResource(call);
  if (!resource) return std::move(resource).outcome();
  const auto checked = checkRules(call, *resource);
  if (checked.refusal) return *checked.refusal;
  auto written = call.session.create(std::move(*resource));
  if (!written) return std::move(written).outcome();
  return writtenAnswer(call, std::move(*written), checked.warnings);
}

}  // namespace rest
