// history of a resource, a type or all: https://hl7.org/fhir/R4/http.html#history. Newest first, with self,
// first and next.
//
// _since is an instant; _at a date or dateTime, as much of it as is known: versions that were current at some
// time in it.
#include <algorithm>
#include <charconv>
#include <utility>

#include "fhir/search/date_range.h"
#include "src/platform/instant.h"
#include "src/rest/answer.h"
#include "src/rest/audit_events.h"
#include "src/rest/call.h"
#include "src/rest/conditions.h"
#include "src/rest/named.h"
#include "src/rest/page.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

Outcome badParameter(std::string_view name, std::string diagnostics) {
  return Outcome(Failure::badRequest, IssueType::value, std::move(diagnostics), std::string(name));
}

fhir::Result<fhir::Done> readSince(store::HistoryQuery& query, const std::string& value) {
  const auto since = platform::parseInstant(value);
  if (!since) {
    return badParameter(
        "_since",
        "_since is an instant with its zone, such as 2026-01-31T09:30:00Z; in a URL a '+' is written %2B.");
  }
  query.since = platform::formatMilliseconds(*since);
  return fhir::Done{};
}

std::string instant(std::int64_t microseconds) {
  return platform::formatMilliseconds(platform::Instant{std::chrono::microseconds{microseconds}});
}

fhir::Result<fhir::Done> readAt(store::HistoryQuery& query, const std::string& value) {
  const auto range = fhir::search::dateRange(value);
  if (!range) {
    return badParameter(
        "_at", "_at is a date or dateTime, such as 2026-01 or 2026-01-31T09:30:00Z, without a prefix.");
  }
  // Versions are stamped in milliseconds, so a shorter time still covers the one it lies in.
  query.atLow = instant(range->low);
  query.atHigh = instant(std::max(range->high, range->low + 1000));
  return fhir::Done{};
}

fhir::Result<fhir::Done> readCount(store::HistoryQuery& query, const std::string& value, std::uint32_t most) {
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
  if (error != std::errc{} || end != value.data() + value.size()) {
    return badParameter("_count", "_count is a whole number from 0 on.");
  }
  query.count = std::min(count, most);
  return fhir::Done{};
}

struct Asked {
  store::HistoryQuery query;
  NamedValues applied;  // for the links, without the cursor
};

fhir::Result<Asked> readParameters(const Call& call) {
  Asked asked;
  auto& query = asked.query;
  query.type = call.target.type;
  query.id = call.target.id;
  query.count = call.store.options().defaultCount;
  for (const auto* name : {"_since", "_at", "_count", "_cursor", "_summary", "_elements"}) {
    auto value = single(call.parameters, name);
    if (!value) return std::move(value).outcome();
    if (!*value) continue;
    const std::string_view which = name;
    fhir::Result<fhir::Done> read = fhir::Done{};
    if (which == "_since") read = readSince(query, **value);
    if (which == "_at") read = readAt(query, **value);
    if (which == "_count") read = readCount(query, **value, call.store.options().maxCount);
    if (!read) return std::move(read).outcome();
    if (which == kCursorParameter) {
      query.cursor = **value;
    } else {
      asked.applied.emplace_back(name, **value);
    }
  }
  return asked;
}

std::string url(const Call& call) {
  std::string result(call.baseUrl);
  if (call.target.type) result.append("/").append(call.target.type->name);
  if (!call.target.id.empty()) result.append("/").append(call.target.id);
  return result + "/_history";
}

fhir::Result<fhir::Done> writeEntry(BundleWriter& bundle, const Call& call, store::HistoryEntry version) {
  auto& resource = version.resource;
  BundleEntry entry;
  entry.fullUrl = resourceUrl(call.baseUrl, resource);
  entry.url = std::string(resource.type->name);
  entry.etag = entityTag(resource.versionId);
  entry.lastModified = resource.lastUpdated;
  switch (version.change) {
    case store::Change::created:
      entry.method = "POST";
      entry.status = "201";
      break;
    case store::Change::deleted:
      entry.method = "DELETE";
      entry.status = "204";
      break;
    case store::Change::updated:
    case store::Change::unchanged:
      entry.method = "PUT";
      entry.status = "200";
      break;
  }
  if (version.change != store::Change::created) entry.url += '/' + resource.id;

  std::string json;
  if (!resource.deleted) {
    auto shown = view(std::move(resource.json), call.presentation);
    if (!shown) return std::move(shown).outcome();
    json = std::move(*shown);
  }
  entry.resource = json;
  bundle.entry(entry);
  return fhir::Done{};
}

// An event of the audit trail has one version; 404 for what is none.
fhir::Result<store::HistoryPage> trailHistory(const Call& call, const store::HistoryQuery& query) {
  auto event = findTrailEvent(call, *call.target.type, call.target.id);
  if (!event) return std::move(event).outcome();
  if (!*event) return noneOf(*call.target.type);
  store::HistoryPage page;
  page.total = 0;
  const std::string& written = (*event)->lastUpdated;
  if ((!query.since.empty() && written < query.since) || (!query.atHigh.empty() && written >= query.atHigh))
    return page;
  page.total = 1;
  if (!query.countOnly && query.cursor.empty())
    page.entries.push_back({*std::move(*event), store::Change::created});
  return page;
}

}  // namespace

Answer history(Call& call) {
  auto viewed = addView(call.presentation, call.parameters, call.target.type);
  if (!viewed) return std::move(viewed).outcome();
  auto asked = readParameters(call);
  if (!asked) return std::move(asked).outcome();
  const bool isInstance = call.target.interaction == Interaction::historyInstance;
  if (isInstance && !isLegalId(call.target.id)) return noneOf(*call.target.type);

  const bool countOnly = call.presentation.countOnly || asked->query.count == 0;
  asked->query.countOnly = countOnly;
  auto page = call.session.history(asked->query);
  if (!page) return std::move(page).outcome();
  if (isInstance && !page->exists) {
    auto event = trailHistory(call, asked->query);
    if (!event) return std::move(event).outcome();
    *page = *std::move(event);
  }

  BundleWriter bundle("history", page->total);
  auto linked = writeLinks(bundle, call,
                           {.url = url(call),
                            .parameters = std::move(asked->applied),
                            .cursor = asked->query.cursor,
                            .next = countOnly ? std::string{} : page->next});
  if (!linked) return std::move(linked).outcome();
  if (!countOnly) {
    for (auto& version : page->entries) {
      auto written = writeEntry(bundle, call, std::move(version));
      if (!written) return std::move(written).outcome();
    }
  }
  return answerBody(200, std::move(bundle).finish(), call.presentation);
}

}  // namespace rest
