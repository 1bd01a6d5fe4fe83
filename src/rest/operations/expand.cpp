// ValueSet/$expand: https://hl7.org/fhir/R4/valueset-operation-expand.html, of the type and of an instance.
//
// excludePostCoordinated changes nothing: no code of this server is post-coordinated. excludeNested is true
// unless it is sent as false, and then the answer is the whole, since only a flat expansion has pages.
#include "fhir/json/json.h"
#include "fhir/terminology/expansion.h"
#include "src/platform/instant.h"
#include "src/platform/uuid.h"
#include "src/rest/answer.h"
#include "src/rest/call.h"
#include "src/rest/operations/definitions.h"
#include "src/rest/operations/inputs.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using operations::Inputs;

fhir::terminology::ExpansionRequest requestOf(const Inputs& inputs) {
  fhir::terminology::ExpansionRequest request;
  request.filter = inputs.text("filter");
  request.offset = inputs.number("offset");
  request.count = inputs.number("count");
  request.designations = inputs.texts("designation");
  request.includeDesignations = inputs.flag("includeDesignations", !request.designations.empty());
  request.includeDefinition = inputs.flag("includeDefinition");
  request.activeOnly = inputs.flag("activeOnly");
  request.excludeNotForUI = inputs.flag("excludeNotForUI");
  request.isNested = !inputs.flag("excludeNested", true);
  request.displayLanguage = inputs.text("displayLanguage");
  request.excludedSystems = inputs.texts("exclude-system");
  request.versions = {.defaults = inputs.texts("system-version"),
                      .checks = inputs.texts("check-system-version"),
                      .forced = inputs.texts("force-system-version")};
  request.identifier = "urn:uuid:" + platform::Uuid::random().toString();
  request.timestamp = platform::formatMilliseconds(platform::now());
  return request;
}

fhir::Result<fhir::Done> checkVersions(const Inputs& inputs) {
  for (const auto* name : {"system-version", "check-system-version", "force-system-version"})
    for (const std::string& each : inputs.texts(name)) {
      const auto bar = each.find('|');
      if (bar == std::string::npos || bar == 0 || bar + 1 == each.size())
        return Outcome(Failure::badRequest, IssueType::value, "Write it as system|version.", name);
    }
  return fhir::Done{};
}

fhir::Result<fhir::Done> check(const Inputs& inputs) {
  auto date = operations::refuseDate(inputs);
  if (!date) return date;
  const bool isPaged = inputs.has("offset") || inputs.has("count");
  if (isPaged && !inputs.flag("excludeNested", true))
    return Outcome(Failure::badRequest, IssueType::invalid,
                   "Only a flat expansion has pages: leave out excludeNested=false, or offset and count.",
                   "excludeNested");
  const std::string_view direction = inputs.text("contextDirection");
  if (!direction.empty() && direction != "incoming" && direction != "outgoing")
    return Outcome(Failure::badRequest, IssueType::value, "contextDirection is incoming or outgoing.",
                   "contextDirection");
  if (!direction.empty() && !inputs.has("context"))
    return Outcome(Failure::badRequest, IssueType::invalid,
                   "contextDirection belongs to the parameter context.", "contextDirection");
  return checkVersions(inputs);
}

}  // namespace

Answer expand(Call& call) {
  auto inputs = Inputs::read(call, operations::kExpand);
  if (!inputs) return std::move(inputs).outcome();
  auto checked = check(*inputs);
  if (!checked) return std::move(checked).outcome();
  auto definitions = operations::Definitions::now(call);
  if (!definitions) return std::move(definitions).outcome();
  const auto valueSet = definitions->valueSet(call, *inputs);
  if (!valueSet) return valueSet.outcome();
  auto expanded = fhir::terminology::expand(definitions->source(), **valueSet, requestOf(*inputs));
  if (!expanded) return std::move(expanded).outcome();
  return answerBody(200, fhir::json::toString(*expanded), call.presentation);
}

}  // namespace rest
