// update, create with the client's own id, and conditional update: https://hl7.org/fhir/R4/http.html#update,
// #upsert, #cond-update. If-Match: 412 unless the current version is one of those it names; "*": unless there
// is one. If-None-Match: *: 412 unless there is none.
//
// PUT [type]?criteria: nothing matches: created, under the body's id when it has one (409 when that is
// another resource's); one matches: updated (400 when the body has another id); several: 412.
#include <utility>

#include "src/rest/audit_events.h"
#include "src/rest/call.h"
#include "src/rest/write.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

std::string idOf(const Call& call) {
  return std::string(call.target.type->name) + ".id";
}

fhir::Result<Asked> ask(const Call& call) {
  if (!call.target.id.empty() && !isLegalId(call.target.id)) {
    return Outcome(Failure::badRequest, IssueType::value,
                   "An id is 1 to 64 letters, digits, '-' and '.'; the URL's is not.");
  }
  auto condition = writeCondition(call.request);
  if (!condition) return std::move(condition).outcome();
  if (condition->noneExist) return onlyForCreate();
  Asked asked{*std::move(condition), std::nullopt};
  if (!call.target.id.empty()) return asked;
  auto criteria = readCriteria(call);
  if (!criteria) return std::move(criteria).outcome();
  asked.criteria = *std::move(criteria);
  return asked;
}

fhir::Result<fhir::Done> checkId(const Call& call, std::string_view id) {
  if (id.empty()) {
    return Outcome(Failure::badRequest, IssueType::required, "The body must have the id of the URL.",
                   idOf(call));
  }
  if (id != call.target.id) {
    return Outcome(Failure::badRequest, IssueType::value, "The body has another id than the URL.",
                   idOf(call));
  }
  return fhir::Done{};
}

// Nothing matches: a create, under the client's id when it gives one.
fhir::Result<Subject> findNew(Call& call, std::string_view id) {
  if (id.empty()) return Subject{};
  auto current = call.session.read(*call.target.type, id);
  if (!current) return std::move(current).outcome();
  if (*current && !(*current)->deleted)
    return Outcome(
        Failure::conflict, IssueType::duplicate,
        "The criteria match nothing, but there is a resource with the id of the body. Leave the id "
        "out, or update that resource by its id.",
        idOf(call));
  Target named = call.target;
  named.id = id;
  if (auto checked = checkNoTrailEvent(call, named); !checked) return std::move(checked).outcome();
  return Subject{std::string(id), store::Precondition::Existence::unwanted, std::nullopt};
}

fhir::Result<Subject> findByCriteria(Call& call, const Asked& asked, std::string_view id) {
  auto match = lockOne(call, *asked.criteria);
  if (!match) return std::move(match).outcome();
  if (auto holds = checkMatch(asked.condition, *match); !holds) return std::move(holds).outcome();
  if (!*match) return findNew(call, id);
  if (!id.empty() && id != (*match)->id)
    return Outcome(Failure::badRequest, IssueType::value,
                   "The body has another id than the resource that the criteria match. Leave it out.",
                   idOf(call));
  return Subject{(*match)->id, (*match)->versionId, std::nullopt};
}

fhir::Result<Subject> find(Call& call, const Asked& asked, std::string_view id) {
  if (asked.criteria) return findByCriteria(call, asked, id);
  if (auto checked = checkId(call, id); !checked) return std::move(checked).outcome();
  auto precondition = preconditionOf(call, asked.condition, call.target.id);
  if (!precondition) return std::move(precondition).outcome();
  return Subject{call.target.id, *precondition, std::nullopt};
}

}  // namespace

const WriteSteps updateSteps{ask, find};

Answer update(Call& call) {
  return write(call, updateSteps);
}

}  // namespace rest
