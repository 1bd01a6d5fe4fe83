// search over one type, by GET and by POST [type]/_search: https://hl7.org/fhir/R4/http.html#search.
#include <utility>

#include "fhir/search/query.h"
#include "src/rest/answer.h"
#include "src/rest/call.h"
#include "src/rest/page.h"

namespace rest {
namespace {

using fhir::search::SearchQuery;

fhir::Result<SearchQuery> parseQuery(const Call& call) {
  NamedValues parameters;
  parameters.reserve(call.parameters.size());
  for (const auto& parameter : call.parameters) parameters.emplace_back(parameter.name, parameter.value);
  return fhir::search::parse(*call.target.type, parameters, call.store.catalog(),
                             {.lenient = call.preferences.lenient,
                              .baseUrl = std::string(call.baseUrl),
                              .maxCount = call.store.options().maxCount});
}

// handling=lenient: what was left out, as an entry of its own.
void writeIgnored(BundleWriter& bundle, const SearchQuery& query) {
  if (query.ignored.empty()) return;
  fhir::Outcome outcome;
  for (auto issue : query.ignored) {
    issue.severity = fhir::Severity::warning;
    outcome.add(std::move(issue));
  }
  const auto json = outcome.toJson();
  BundleEntry entry;
  entry.resource = json;
  entry.searchMode = "outcome";
  bundle.entry(entry);
}

fhir::Result<fhir::Done> writeMatches(BundleWriter& bundle, const Call& call,
                                      std::vector<store::StoredResource> matches) {
  for (auto& match : matches) {
    BundleEntry entry;
    entry.fullUrl = resourceUrl(call.baseUrl, match);
    auto json = view(std::move(match.json), call.presentation);
    if (!json) return std::move(json).outcome();
    entry.resource = *json;
    entry.searchMode = "match";
    bundle.entry(entry);
  }
  return fhir::Done{};
}

}  // namespace

Answer searchType(Call& call) {
  auto query = parseQuery(call);
  if (!query) return std::move(query).outcome();
  addView(call.presentation, *query);
  auto page = call.session.search(*query);
  if (!page) return std::move(page).outcome();

  BundleWriter bundle("searchset", page->total);
  writeLinks(bundle, call,
             {.url = std::string(call.baseUrl) + '/' + std::string(call.target.type->name),
              .parameters = query->applied,
              .cursor = query->cursor,
              .next = call.presentation.countOnly ? std::string{} : page->next});
  if (!call.presentation.countOnly) {
    auto written = writeMatches(bundle, call, std::move(page->matches));
    if (!written) return std::move(written).outcome();
  }
  writeIgnored(bundle, *query);
  return answerBody(200, std::move(bundle).finish(), call.presentation);
}

}  // namespace rest
