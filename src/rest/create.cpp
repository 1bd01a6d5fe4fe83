// create and conditional create: https://hl7.org/fhir/R4/http.html#create, #ccreate. The server assigns the
// id; one in the body does not count. With If-None-Exist: 201 when nothing matches; 200 and the one match,
// which stays as it is; 412 when several match.
#include <utility>

#include "src/rest/call.h"
#include "src/rest/write.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

constexpr std::string_view kHeader = "If-None-Exist";

fhir::Result<Asked> ask(const Call& call) {
  auto condition = writeCondition(call.request);
  if (!condition) return std::move(condition).outcome();
  if (condition->mustExist || condition->mustNotExist || condition->versions) {
    return Outcome(Failure::badRequest, IssueType::invalid,
                   "A create makes a new resource, so If-Match and If-None-Match mean nothing here.");
  }
  Asked asked{*std::move(condition), std::nullopt};
  if (!asked.condition.noneExist) return asked;
  const std::string place = "http." + std::string(kHeader);
  auto criteria = readCriteria(call, *call.target.type, *asked.condition.noneExist, place);
  if (!criteria) return std::move(criteria).outcome();
  asked.criteria = *std::move(criteria);
  return asked;
}

fhir::Result<Subject> find(Call& call, const Asked& asked, std::string_view) {
  Subject subject;
  if (!asked.criteria) return subject;
  auto match = findOne(call, *asked.criteria);
  if (!match) return std::move(match).outcome();
  subject.kept = *std::move(match);
  return subject;
}

}  // namespace

const WriteSteps createSteps{ask, find};

Answer create(Call& call) {
  return write(call, createSteps);
}

}  // namespace rest
