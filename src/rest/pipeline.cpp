#include "src/rest/pipeline.h"

#include <iterator>
#include <utility>

#include "src/rest/answer.h"
#include "src/rest/audit_events.h"
#include "src/rest/audited.h"
#include "src/rest/permission.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

// The form of POST [type]/_search after the URL's parameters.
fhir::Result<std::vector<http::Parameter>> withForm(const http::Request& request) {
  auto isForm = checkFormType(request);
  if (!isForm) return std::move(isForm).outcome();
  auto form = http::parseParameters(request.body);
  if (!form) {
    return Outcome(Failure::badRequest, IssueType::structure,
                   "The form's percent-encoding or UTF-8 is broken.");
  }
  auto all = request.query;
  all.insert(all.end(), std::make_move_iterator(form->begin()), std::make_move_iterator(form->end()));
  return all;
}

// Says what was left out (RFC 7234, section 5.5).
void addWarnings(http::Response& response, const std::vector<std::string>& ignored) {
  for (const auto& name : ignored) {
    response.headers.push_back({"Warning", "299 - \"parameter ignored: " + http::percentEncode(name) + '"'});
  }
}

fhir::Result<Presentation> layoutOf(const Surroundings& surroundings, const http::Request& request,
                                    Parameters parameters, bool isEntry) {
  auto presentation = layout(request, parameters, !isEntry && surroundings.pretty);
  if (!presentation || !isEntry) return presentation;
  if (syntax(presentation->format.mimeType) == Syntax::xml)
    return Outcome(Failure::notAcceptable, IssueType::notSupported,
                   "An entry is answered in the format of its Bundle. Leave the parameter out.", "_format");
  presentation->pretty = false;
  return presentation;
}

bool isSearch(Interaction interaction) noexcept {
  return interaction == Interaction::searchType || interaction == Interaction::searchSystem;
}

// Those that take what a search takes.
bool judgesParameters(const Target& target) noexcept {
  return isSearch(target.interaction) || target.isConditional() || target.interaction == Interaction::lastn;
}

fhir::Result<Admitted> judge(const Surroundings& surroundings, const http::Request& request,
                             const Target& target, EntryBody* entry) {
  const bool isForm = isSearch(target.interaction) && request.method == "POST";
  auto all = isForm ? withForm(request) : fhir::Result(std::vector<http::Parameter>());
  if (!all) return std::move(all).outcome();
  const Parameters parameters = isForm ? Parameters(*all) : Parameters(request.query);
  auto presentation = layoutOf(surroundings, request, parameters, entry != nullptr);
  if (!presentation) return std::move(presentation).outcome();
  auto preferences = parsePreferences(request);
  std::vector<std::string> ignored;
  if (!judgesParameters(target) && !parameters.empty()) {
    const auto known = registered()[static_cast<std::size_t>(target.interaction)].parameters;
    ignored = unknownNames(parameters, known);
    if (!ignored.empty() && !preferences.lenient) return refuseUnknown(parameters, known).outcome();
  }
  // The access decision stands here: the target is known, and nothing has been read or written.
  if (auto checked = checkAllowed(surroundings, request, target); !checked)
    return std::move(checked).outcome();
  if (auto checked = checkNoTrailEvent(surroundings, target); !checked) return std::move(checked).outcome();
  return Admitted{
      .all = *std::move(all),
      .call = {surroundings, request, target, parameters, preferences, *std::move(presentation), entry},
      .ignored = std::move(ignored)};
}

// A stored definition that counts from now on.
void noteDefinition(const Call& call, int status) {
  using enum Interaction;
  const auto is = call.target.interaction;
  const bool wrote =
      is == create || is == update || is == patch || is == remove || is == metaAdd || is == metaDelete;
  if (wrote && status < 300 && rules::isDefinition(*call.target.type)) call.notes.wroteDefinition = true;
}

}  // namespace

fhir::Result<Admitted> admit(const Surroundings& surroundings, const http::Request& request,
                             const Target& target, EntryBody* entry) {
  auto admitted = judge(surroundings, request, target, entry);
  if (!admitted) noteAccess(surroundings, request, target, status(admitted.outcome().failure()));
  return admitted;
}

Answer run(Admitted& admitted) {
  Call& call = admitted.call;
  auto performed = registered()[static_cast<std::size_t>(call.target.interaction)].perform(call);
  const int answered = performed ? performed->status : status(performed.outcome().failure());
  noteAccess(call, call.request, call.target, answered);
  if (!performed) return performed;
  addWarnings(*performed, admitted.ignored);
  noteDefinition(call, answered);
  return performed;
}

void noteWrite(const Call& call, int status, store::Given given) {
  noteDefinition(call, status);
  noteAccess(call, call.request, call.target, status, std::move(given));
}

}  // namespace rest
