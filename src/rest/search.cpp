// search of one type, of all types and within a compartment, by GET and by POST .../_search:
// https://hl7.org/fhir/R4/http.html#search.
#include <utility>

#include "src/rest/answer.h"
#include "src/rest/audit_events.h"
#include "src/rest/call.h"
#include "src/rest/named.h"
#include "src/rest/page.h"
#include "src/rest/search_query.h"
#include "src/rest/searchset.h"

namespace rest {
namespace {

using fhir::search::SearchQuery;

fhir::Result<SearchQuery> parseQuery(const Call& call) {
  fhir::search::Scope scope{call.target.type, std::nullopt};
  if (call.target.compartment != nullptr) scope.compartment = {call.target.compartment->name, call.target.id};
  return readQuery(call, scope, namedValues(call.parameters), call.preferences.lenient);
}

// The URL without its query: [base], [base]/Patient, [base]/Patient/42/Observation.
std::string searchUrl(const Call& call) {
  std::string url(call.baseUrl);
  const Target& target = call.target;
  if (target.compartment != nullptr)
    url.append("/").append(target.compartment->name).append("/").append(target.id);
  if (target.type != nullptr) return url.append("/").append(target.type->name);
  return target.compartment != nullptr ? url.append("/*") : url;
}

}  // namespace

Answer search(Call& call) {
  if (call.target.compartment != nullptr && !isLegalId(call.target.id)) {
    return noneOf(*call.target.compartment);
  }
  auto query = parseQuery(call);
  if (!query) return std::move(query).outcome();
  auto viewed = addView(call.presentation, *query);
  if (!viewed) return std::move(viewed).outcome();
  auto page = searchWithTrail(call, *query);
  if (!page) return std::move(page).outcome();

  const bool countOnly = call.presentation.countOnly;
  BundleWriter bundle("searchset", page->total);
  auto linked = writeLinks(bundle, call,
                           {.url = searchUrl(call),
                            .parameters = query->applied,
                            .cursor = query->cursor,
                            .next = countOnly ? std::string{} : page->next,
                            .previous = countOnly ? std::string{} : page->previous});
  if (!linked) return std::move(linked).outcome();
  if (!countOnly) {
    auto written = writeResources(bundle, call, std::move(page->matches), "match");
    if (written) written = writeResources(bundle, call, std::move(page->included), "include");
    if (!written) return std::move(written).outcome();
  }
  writeOutcome(bundle, *query, page->includesCut);
  return answerBody(200, std::move(bundle).finish(), call.presentation);
}

}  // namespace rest
