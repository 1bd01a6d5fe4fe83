#include "src/rest/search_query.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "fhir/terminology/concept.h"
#include "src/rest/permission.h"
#include "src/rest/write.h"

namespace rest {
namespace {

using fhir::Outcome;
using fhir::search::Criterion;
using fhir::search::Modifier;
using fhir::search::Value;
using fhir::terminology::Source;

bool asksTerminology(const Criterion& criterion) {
  return criterion.parameter->type == fhir::SearchParameterType::token &&
         fhir::search::asksTerminology(criterion.modifier);
}

// The canonical of a stored ValueSet.
fhir::Result<std::string> canonicalOf(const Call& call, const std::string& id) {
  const Outcome missing(fhir::Failure::badRequest, fhir::IssueType::notFound,
                        "There is no ValueSet of this id here, or it has no url.");
  auto found = call.session.read(*fhir::findResourceType("ValueSet"), id);
  if (!found) return std::move(found).outcome();
  if (!*found || (*found)->deleted) return missing;
  const auto resource = parseStored((*found)->json);
  if (!resource) return resource.outcome();
  std::string url(resource->root().childText("url"));
  if (url.empty()) return missing;
  if (const auto version = resource->root().childText("version"); !version.empty())
    url.append("|").append(version);
  return url;
}

fhir::Result<std::vector<Value::Codes>> ofValueSet(const Call& call, const Source& source,
                                                   const Value& value) {
  std::string canonical = value.text;
  if (!value.targetId.empty()) {
    auto stored = canonicalOf(call, value.targetId);
    if (!stored) return std::move(stored).outcome();
    canonical = *std::move(stored);
  }
  auto codes = fhir::terminology::codesOf(source, canonical);
  if (!codes) return std::move(codes).outcome();
  std::map<std::string_view, std::vector<std::string>> bySystem;
  for (const auto& code : *codes) bySystem[code.system].emplace_back(code.code);
  std::vector<Value::Codes> out;
  out.reserve(bySystem.size());
  for (auto& [system, list] : bySystem) out.push_back({std::string(system), std::move(list)});
  return out;
}

fhir::Result<std::vector<Value::Codes>> ofHierarchy(const Source& source, Modifier modifier,
                                                    const Value& value) {
  auto codes = modifier == Modifier::below ? fhir::terminology::descendants(source, *value.system, value.code)
                                           : fhir::terminology::ancestors(source, *value.system, value.code);
  if (!codes) return std::move(codes).outcome();
  std::vector<Value::Codes> out;
  out.push_back({*value.system, {codes->begin(), codes->end()}});
  return out;
}

// Whatever terminology says of it, it is the parameter's value that is at fault.
void refuse(const Outcome& why, const Criterion& criterion, Outcome& refused) {
  if (why.failure() == fhir::Failure::unavailable) refused.setFailure(fhir::Failure::unavailable);
  for (const auto& issue : why.issues())
    refused.add(fhir::Severity::error, issue.type, issue.diagnostics, std::string(criterion.parameter->code));
}

void lookUp(const Call& call, const Source& source, Criterion& criterion, Outcome& refused) {
  if (!asksTerminology(criterion)) return;
  const bool isSet = criterion.modifier == Modifier::in || criterion.modifier == Modifier::notIn;
  for (Value& value : criterion.values) {
    auto codes = isSet ? ofValueSet(call, source, value) : ofHierarchy(source, criterion.modifier, value);
    if (!codes) return refuse(codes.outcome(), criterion, refused);
    value.codes = *std::move(codes);
  }
}

}  // namespace

fhir::Result<fhir::search::SearchQuery> readQuery(const Call& call, const fhir::search::Scope& scope,
                                                  const NamedValues& parameters, bool lenient) {
  auto query = fhir::search::parse(
      scope, parameters, call.store.catalog(),
      {.lenient = lenient, .baseUrl = std::string(call.baseUrl), .maxCount = call.store.options().maxCount});
  if (!query) return query;
  const bool namesTypes = std::any_of(parameters.begin(), parameters.end(),
                                      [](const auto& each) { return each.first == "_type"; });
  if (auto kept = keepAllowed(call, namesTypes, *query); !kept) return std::move(kept).outcome();
  bool asks = false;
  fhir::search::forEachCriterion(std::as_const(*query),
                                 [&](const Criterion& each) { asks = asks || asksTerminology(each); });
  if (!asks) return query;
  const auto known = call.rules.current(call.session);
  if (!known) return known.outcome();
  Outcome refused;
  fhir::search::forEachCriterion(
      *query, [&](Criterion& each) { lookUp(call, (*known)->terminology(), each, refused); });
  if (refused.hasErrors()) return refused;
  return query;
}

}  // namespace rest
