// delete and conditional delete: https://hl7.org/fhir/R4/http.html#delete, #cdelete. Idempotent: what is not
// there, or no longer, is answered like what was deleted now. 204, or 200 with an OperationOutcome for
// Prefer: return=OperationOutcome.
//
// DELETE [type]?criteria deletes the one match; several are refused with 412. With _count=N up to N matches
// are deleted, all in one transaction; when more match, none is. N is limited by Limits::conditionalDelete.
#include <charconv>
#include <utility>

#include "src/rest/answer.h"
#include "src/rest/call.h"
#include "src/rest/write.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

// How many matches may be deleted.
fhir::Result<std::uint32_t> mostOf(const Call& call) {
  auto asked = single(call.parameters, "_count");
  if (!asked) return std::move(asked).outcome();
  if (!*asked) return 1U;
  const std::string& digits = **asked;
  std::uint32_t most = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), most);
  if (error == std::errc{} && end == digits.data() + digits.size() && most >= 1 &&
      most <= call.limits.conditionalDelete)
    return most;
  return Outcome(Failure::badRequest, IssueType::value,
                 "_count of a conditional delete is a whole number from 1 to " +
                     std::to_string(call.limits.conditionalDelete) + ".",
                 "_count");
}

http::Response removedAnswer(const Call& call, std::string diagnostics, store::VersionId version) {
  http::Response response;
  if (call.preferences.content == Return::operationOutcome) {
    Outcome outcome;
    outcome.add(fhir::Severity::information, IssueType::informational, std::move(diagnostics));
    response = answerWell(200, outcome, call.presentation);
  } else {
    response.status = 204;
  }
  if (version > 0) response.setHeader("ETag", entityTag(version));
  return response;
}

Answer removeById(Call& call, const WriteCondition& condition) {
  if (!isLegalId(call.target.id)) {
    return Outcome(Failure::badRequest, IssueType::value,
                   "An id is 1 to 64 letters, digits, '-' and '.'; the URL's is not.");
  }
  auto precondition = preconditionOf(call, condition, call.target.id);
  if (!precondition) return std::move(precondition).outcome();
  auto written = call.session.remove(*call.target.type, call.target.id, *precondition);
  if (!written) return std::move(written).outcome();
  noteVersion(call, written->resource, written->change == store::Change::deleted);
  return removedAnswer(call, "There is no " + std::string(call.target.type->name) + " of this id now.",
                       written->resource.versionId);
}

Outcome tooMany(const Call& call, std::uint32_t most) {
  std::string words = "The criteria match more than " + std::to_string(most) + ", so nothing was deleted. ";
  words += most < call.limits.conditionalDelete ? "Give more criteria, or a greater _count if all are meant."
                                                : "Give more criteria.";
  return Outcome(Failure::preconditionFailed, IssueType::multipleMatches, std::move(words));
}

// Inside a transaction. `removed`: the versions that the deletions made.
fhir::Result<fhir::Done> removeMatches(Call& call, const Criteria& criteria, const WriteCondition& condition,
                                       std::uint32_t most, std::vector<store::VersionId>& removed) {
  removed.clear();
  auto matches = lockMatches(call, criteria, most);
  if (!matches) return std::move(matches).outcome();
  if (matches->size() > most) return tooMany(call, most);
  if (matches->empty()) {
    if (auto holds = checkMatch(condition, std::nullopt); !holds) return holds;
  }
  for (auto& match : *matches) {
    if (auto holds = checkMatch(condition, match); !holds) return holds;
    auto written = call.session.remove(*match.type, match.id);
    if (!written) return std::move(written).outcome();
    noteVersion(call, written->resource, true);
    removed.push_back(written->resource.versionId);
  }
  return fhir::Done{};
}

Answer removeByCriteria(Call& call, const WriteCondition& condition) {
  auto most = mostOf(call);
  if (!most) return std::move(most).outcome();
  auto criteria = readCriteria(call);
  if (!criteria) return std::move(criteria).outcome();
  if (auto indexed = call.session.indexWaiting(*call.target.type); !indexed)
    return std::move(indexed).outcome();
  std::vector<store::VersionId> removed;
  auto done =
      call.session.transaction([&] { return removeMatches(call, *criteria, condition, *most, removed); });
  if (!done) return std::move(done).outcome();
  return removedAnswer(call, std::to_string(removed.size()) + " deleted.",
                       removed.size() == 1 ? removed.front() : 0);
}

}  // namespace

Answer remove(Call& call) {
  auto condition = writeCondition(call.request);
  if (!condition) return std::move(condition).outcome();
  if (condition->noneExist) return onlyForCreate();
  if (condition->mustNotExist) {
    return Outcome(Failure::badRequest, IssueType::invalid, "A delete of what must not exist means nothing.",
                   "http.If-None-Match");
  }
  return call.target.id.empty() ? removeByCriteria(call, *condition) : removeById(call, *condition);
}

}  // namespace rest
