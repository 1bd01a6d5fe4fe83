// update, and create with the client's own id: https://hl7.org/fhir/R4/http.html#update, #upsert.
// If-Match: 412 unless the current version is one of those it names; "*": unless there is one.
// If-None-Match: *: 412 unless there is none.
#include <utility>

#include "src/rest/call.h"
#include "src/rest/write.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

fhir::Result<fhir::Done> checkId(const Call& call, const fhir::Resource& resource) {
  const std::string element = std::string(resource.typeName()) + ".id";
  if (resource.id().empty()) {
    return Outcome(Failure::badRequest, IssueType::required, "The body must have the id of the URL.",
                   element);
  }
  if (resource.id() != call.target.id) {
    return Outcome(Failure::badRequest, IssueType::value, "The body has another id than the URL.", element);
  }
  return fhir::Done{};
}

// Whether the resource existed is known only from what the update did, so it is undone when that was wrong.
fhir::Result<store::Written> updateIfExistenceIs(bool wanted, Call& call, fhir::Resource resource) {
  auto begun = call.session.begin();
  if (!begun) return std::move(begun).outcome();
  auto written = call.session.update(std::move(resource), call.target.id);
  if (!written || (written->change != store::Change::created) != wanted) {
    call.session.rollback();
    // Of two that create at once the database lets one through: to the other it exists now.
    const bool lost = !written && !wanted && written.outcome().failure() == Failure::conflict;
    if (!written && !lost) return written;
    return versionConflict();
  }
  auto committed = call.session.commit();
  if (!committed) return std::move(committed).outcome();
  return written;
}

fhir::Result<store::Written> apply(Call& call, const WriteCondition& condition, fhir::Resource resource) {
  if (condition.mustExist && condition.mustNotExist) return versionConflict();
  if (condition.mustExist || (condition.mustNotExist && !condition.versions)) {
    return updateIfExistenceIs(condition.mustExist, call, std::move(resource));
  }
  if (condition.mustNotExist) return versionConflict();  // a version that exists, of what must not exist
  auto version = expectedVersion(call, condition);
  if (!version) return std::move(version).outcome();
  return call.session.update(std::move(resource), call.target.id, *version);
}

}  // namespace

Answer update(Call& call) {
  if (!isLegalId(call.target.id)) {
    return Outcome(Failure::badRequest, IssueType::value,
                   "An id is 1 to 64 letters, digits, '-' and '.'; the URL's is not.");
  }
  auto condition = writeCondition(call.request);
  if (!condition) return std::move(condition).outcome();
  auto resource = bodyResource(call);
  if (!resource) return std::move(resource).outcome();
  auto checked = checkId(call, *resource);
  if (!checked) return std::move(checked).outcome();
  const auto rules = checkRules(call, *resource);
  if (rules.refusal) return *rules.refusal;
  auto written = apply(call, *condition, std::move(*resource));
  if (!written) return std::move(written).outcome();
  return writtenAnswer(call, std::move(*written), rules.warnings);
}

}  // namespace rest
