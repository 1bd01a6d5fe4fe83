// Patient/$everything: https://hl7.org/fhir/R4/patient-operation-everything.html, of one patient and of all.
// A search over the compartment's types, followed by what those resources refer to: of types that are never
// in the compartment of a patient, so that another patient's record does not come along.
//
// start and end ask for the date of care (care_dates.h); what has none is never left out by them.
#include <algorithm>
#include <utility>

#include "fhir/search/compartment.h"
#include "fhir/search/date_range.h"
#include "fhir/search/nearest.h"
#include "src/platform/instant.h"
#include "src/rest/answer.h"
#include "src/rest/call.h"
#include "src/rest/named.h"
#include "src/rest/operations/care_dates.h"
#include "src/rest/operations/inputs.h"
#include "src/rest/page.h"
#include "src/rest/searchset.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::Result;
using fhir::TypeDefinition;
using fhir::search::Chain;
using fhir::search::Condition;
using fhir::search::Criterion;
using fhir::search::Logic;
using fhir::search::Modifier;
using fhir::search::Prefix;
using fhir::search::SearchQuery;
using fhir::search::TypeSearch;
using operations::Inputs;

constexpr std::string_view kPatient = "Patient";

Outcome badParameter(std::string_view name, std::string words) {
  return {Failure::badRequest, IssueType::value, std::move(words), std::string(name)};
}

bool isInCompartment(const TypeDefinition& type) {
  return type.name == kPatient || !fhir::compartmentParameters(kPatient, type.name).empty();
}

// What a resource of the type must be to be of the patient, or of any patient; nullopt: nothing.
std::optional<Condition> ofPatient(const TypeDefinition& type, const std::string& id) {
  if (!id.empty()) return fhir::search::membership(type, {kPatient, id});
  if (type.name == kPatient) return std::nullopt;
  Logic any{Logic::Operator::any, {}};
  for (const auto code : fhir::compartmentParameters(kPatient, type.name)) {
    const auto* link = fhir::findSearchParameter(type, code);
    if (link == nullptr || link->type != fhir::SearchParameterType::reference) continue;
    any.conditions.push_back({Chain{link, {{fhir::findResourceType(kPatient), {}}}}});
  }
  return Condition{std::move(any)};
}

Criterion dateCriterion(const fhir::SearchParameter& parameter, Prefix prefix,
                        fhir::search::DateRange range) {
  Criterion criterion{&parameter, Modifier::none, {}, {}};
  auto& value = criterion.values.emplace_back();
  value.prefix = prefix;
  value.date = range;
  return criterion;
}

// What start, end and _since ask of the resources.
struct Times {
  std::optional<fhir::search::DateRange> start, end, since;
};

Result<Times> readTimes(const Inputs& inputs) {
  Times times;
  for (const std::string_view name : {"start", "end"}) {
    if (!inputs.has(name)) continue;
    const auto range = fhir::search::dateRange(inputs.text(name));
    if (!range) return badParameter(name, "The value must be a date, such as 2026-01 or 2026-01-31.");
    (name == "start" ? times.start : times.end) = range;
  }
  if (times.start && times.end && times.end->high <= times.start->low)
    return badParameter("end", "The end lies before the start.");
  if (inputs.has("_since")) {
    const auto since = platform::parseInstant(inputs.text("_since"));
    if (!since)
      return badParameter("_since",
                          "_since is an instant with its zone, such as 2026-01-31T09:30:00Z; in a URL a '+' "
                          "is written %2B.");
    const auto low = since->time_since_epoch().count();
    times.since = fhir::search::DateRange{low, low + 1};
  }
  return times;
}

std::vector<Condition> conditionsOf(const Call& call, const TypeDefinition& type, const Times& times) {
  std::vector<Condition> conditions;
  if (auto own = ofPatient(type, call.target.id)) conditions.push_back(*std::move(own));
  const auto dates = operations::careDates(type, call.store.catalog());
  Logic outside{Logic::Operator::none, {}};
  if (dates.end != nullptr && times.start)
    outside.conditions.push_back({dateCriterion(*dates.end, Prefix::eb, *times.start)});
  if (dates.begin != nullptr && times.end)
    outside.conditions.push_back({dateCriterion(*dates.begin, Prefix::sa, *times.end)});
  if (!outside.conditions.empty()) conditions.push_back({std::move(outside)});
  return conditions;
}

// The types that _type names; empty: all.
Result<std::vector<const TypeDefinition*>> readTypes(const Inputs& inputs) {
  std::vector<const TypeDefinition*> types;
  for (const std::string& list : inputs.texts("_type")) {
    for (std::size_t at = 0; at <= list.size();) {
      const auto end = std::min(list.find(',', at), list.size());
      const std::string name = list.substr(at, end - at);
      at = end + 1;
      const auto* type = fhir::findResourceType(name);
      if (type == nullptr || !hasEndpoint(*type)) {
        std::vector<std::string_view> names;
        for (const auto* each : fhir::resourceTypes()) names.push_back(each->name);
        return badParameter("_type", "_type names resource types of R4, separated by commas." +
                                         fhir::search::didYouMean(fhir::search::nearest(name, names)));
      }
      types.push_back(type);
    }
  }
  return types;
}

Result<SearchQuery> readQuery(const Call& call, const Inputs& inputs) {
  const auto times = readTimes(inputs);
  if (!times) return times.outcome();
  const auto asked = readTypes(inputs);
  if (!asked) return asked.outcome();
  SearchQuery query;
  query.acrossTypes = true;
  if (!call.target.id.empty()) query.compartment = {kPatient, call.target.id};
  fhir::search::Referred referred;
  for (const auto* type : fhir::resourceTypes()) {
    if (!hasEndpoint(*type)) continue;
    const bool wanted = asked->empty() || std::find(asked->begin(), asked->end(), type) != asked->end();
    if (!isInCompartment(*type)) {
      if (wanted) referred.targets.push_back(type);
      continue;
    }
    TypeSearch each{type, conditionsOf(call, *type, *times), {}};
    // What is shown, or refers to what is shown: when only the latter is asked for, whenever it was changed.
    referred.sources.push_back(each);
    if (!wanted) continue;
    if (times->since)
      each.conditions.push_back(
          {dateCriterion(*fhir::findSearchParameter(*type, "_lastUpdated"), Prefix::ge, *times->since)});
    query.types.push_back(each);
    if (times->since && asked->empty()) referred.sources.back() = std::move(each);
  }
  if (!referred.targets.empty()) query.referred = std::move(referred);
  if (const auto count = inputs.number("_count"))
    query.count = static_cast<std::uint32_t>(std::min<std::size_t>(*count, call.store.options().maxCount));
  query.cursor = inputs.text(kCursorParameter);
  for (const std::string_view name : {"start", "end", "_since", "_count"}) {
    if (inputs.has(name)) query.applied.emplace_back(name, inputs.text(name));
  }
  for (const std::string& list : inputs.texts("_type")) query.applied.emplace_back("_type", list);
  return query;
}

}  // namespace

Answer everything(Call& call) {
  const auto inputs = Inputs::read(call, operations::kEverything);
  if (!inputs) return inputs.outcome();
  auto query = readQuery(call, *inputs);
  if (!query) return std::move(query).outcome();
  if (!call.target.id.empty()) {
    if (auto there = readNamed(call); !there) return std::move(there).outcome();
  }
  auto page = call.session.search(*query);
  if (!page) return std::move(page).outcome();
  BundleWriter bundle("searchset", page->total);
  std::string url = std::string(call.baseUrl) + "/Patient";
  if (!call.target.id.empty()) url += "/" + call.target.id;
  auto linked = writeLinks(bundle, call,
                           {.url = url + "/$everything",
                            .parameters = query->applied,
                            .cursor = query->cursor,
                            .next = page->next,
                            .previous = page->previous});
  if (!linked) return std::move(linked).outcome();
  auto written = writeResources(bundle, call, std::move(page->matches), "match");
  if (written) written = writeResources(bundle, call, std::move(page->included), "include");
  if (!written) return std::move(written).outcome();
  return answerBody(200, std::move(bundle).finish(), call.presentation);
}

}  // namespace rest
