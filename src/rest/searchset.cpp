#include "src/rest/searchset.h"

#include <utility>

#include "src/rest/answer.h"

namespace rest {

using fhir::search::SearchQuery;

NamedValues namedValues(Parameters parameters) {
  NamedValues out;
  out.reserve(parameters.size());
  for (const auto& parameter : parameters) out.emplace_back(parameter.name, parameter.value);
  return out;
}

void writeOutcome(BundleWriter& bundle, const SearchQuery& query, bool includesCut) {
  fhir::Outcome outcome;
  for (const auto& issue : query.ignored) outcome.add(issue);
  if (includesCut) {
    outcome.add(fhir::Severity::warning, fhir::IssueType::tooCostly,
                "Not all resources that _include and _revinclude ask for are in this page. Ask for fewer "
                "matches with "
                "_count, or search for the others.");
  }
  if (outcome.empty()) return;
  const auto json = outcome.toJson();
  BundleEntry entry;
  entry.resource = json;
  entry.searchMode = "outcome";
  bundle.entry(entry);
}

fhir::Result<fhir::Done> writeResources(BundleWriter& bundle, const Call& call,
                                        std::vector<store::StoredResource> resources, std::string_view mode) {
  for (auto& resource : resources) {
    BundleEntry entry;
    entry.fullUrl = resourceUrl(call.baseUrl, resource);
    auto json = view(std::move(resource.json), call.presentation);
    if (!json) return std::move(json).outcome();
    entry.resource = *json;
    entry.searchMode = mode;
    bundle.entry(entry);
  }
  return fhir::Done{};
}

}  // namespace rest
