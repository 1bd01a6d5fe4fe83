// Pages of AuditEvents: those of the store and those of the audit trail, merged by their time.
//
// Each page takes from both what comes next, and its cursor has where either goes on: the store's own cursor,
// and a place in the trail. All pages are of what the trail had when the first was asked for, so that their
// own lines are in none of them. A page looks at a bounded part of the trail; when that has too few events,
// the page is short, and the next one goes on from there.
#include "src/rest/audit_pages.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "fhir/definitions/definitions.h"
#include "src/audit/event_search.h"
#include "src/platform/instant.h"
#include "src/rest/audit_events.h"
#include "src/rest/searchset.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::search::SearchQuery;
using store::StoredResource;
using store::TrailPlace;

constexpr std::uint32_t kRowsAtOnce = 200;
// Of the trail, that a page looks at, and a total, which is asked for seldom: rows and events.
struct Bound {
  std::uint32_t rows;
  std::size_t events;
};
constexpr Bound kOfPage{1'000, 20'000};
constexpr Bound kOfTotal{10'000, 100'000};
constexpr std::string_view kAuditEvent = "AuditEvent";

// Where the next page goes on.
struct Position {
  std::string until;                     // the trail's end, for all pages
  std::optional<TrailPlace> trailAfter;  // nullopt: from its beginning
  bool trailEnded = false;
  std::string storeAfter;  // the store's cursor; empty: from its beginning
  bool storeEnded = false;
};

std::vector<std::optional<std::string>> partsOf(const Position& position) {
  const auto after = position.trailAfter.value_or(TrailPlace{});
  return {position.until,
          after.time,
          after.row,
          std::to_string(after.line),
          position.trailEnded ? "1" : "",
          position.storeAfter,
          position.storeEnded ? "1" : ""};
}

std::optional<Position> positionOf(const std::vector<std::optional<std::string>>& parts) {
  if (parts.size() != 7 || std::any_of(parts.begin(), parts.end(), [](const auto& each) { return !each; }))
    return std::nullopt;
  Position out;
  out.until = *parts[0];
  TrailPlace after{*parts[1], *parts[2], 0};
  std::from_chars(parts[3]->data(), parts[3]->data() + parts[3]->size(), after.line);
  if (!after.time.empty()) out.trailAfter = std::move(after);
  out.trailEnded = !parts[4]->empty();
  out.storeAfter = *parts[5];
  out.storeEnded = !parts[6]->empty();
  return out;
}

// What a walk along the trail has found.
struct Walked {
  std::vector<audit::Event> events;
  std::optional<TrailPlace> reached;  // all up to here has been looked at
  bool atEnd = false;
};

// From behind a place on; `most`: events that are found, after which it ends.
fhir::Result<Walked> walk(const Call& call, const SearchQuery& query, store::TrailQuery bounds,
                          const std::optional<TrailPlace>& after, std::size_t most, const Bound& bound) {
  Walked out;
  out.reached = after;
  bounds.after = after;
  std::uint32_t rows = 0;
  std::size_t lookedAt = 0;
  bounds.rows = kRowsAtOnce;
  while (!out.atEnd && out.events.size() < most && rows < bound.rows && lookedAt < bound.events) {
    auto look = call.session.trail(bounds);
    if (!look) return std::move(look).outcome();
    rows += look->rows;
    lookedAt += look->events.size();
    out.atEnd = look->atEnd;
    if (look->reached) out.reached = look->reached;
    bounds.after = out.reached;
    for (const store::TrailEvent& each : look->events) {
      audit::Event event = audit::eventOf(each, call.baseUrl);
      if (!audit::matches(event, query)) continue;
      out.events.push_back(std::move(event));
      if (out.events.size() < most) continue;
      out.reached = out.events.back().place;
      out.atEnd = false;
      return out;
    }
  }
  return out;
}

// By what a stored AuditEvent is merged: when it was recorded, or stored.
std::string timeOf(const StoredResource& resource, bool byStorage) {
  if (!byStorage) {
    if (const auto parsed = parseStored(resource.json)) {
      if (const auto recorded = platform::parseInstant(parsed->root().childText("recorded")))
        return platform::formatMilliseconds(*recorded);
    }
  }
  return resource.lastUpdated;
}

class Merge {
 public:
  Merge(const Call& call, SearchQuery& query, store::TrailQuery bounds)
      : call_(call), query_(query), bounds_(std::move(bounds)) {
    auto& sort = query_.types.front().sort;
    if (sort.empty()) sort.push_back({fhir::findSearchParameter(*query_.types.front().type, "date"), true});
    newestFirst_ = sort.front().descending;
    byStorage_ = sort.front().parameter->code == "_lastUpdated";
    count_ = query_.count.value_or(call.store.options().defaultCount);
    bounds_.newestFirst = newestFirst_;
  }

  fhir::Result<store::SearchPage> page() {
    if (auto begun = begin(); !begun) return std::move(begun).outcome();
    const bool onlyTotal = count_ == 0 || query_.summary == fhir::search::SummaryMode::count;
    if (!onlyTotal) {
      if (auto filled = fill(); !filled) return std::move(filled).outcome();
    }
    if (onlyTotal || (!page_.total && query_.total != fhir::search::Total::none)) {
      if (auto counted = count(onlyTotal); !counted) return std::move(counted).outcome();
    }
    return std::move(page_);
  }

 private:
  fhir::Result<fhir::Done> begin() {
    isFirst_ = query_.cursor.empty();
    if (isFirst_) {
      auto moment = call_.session.trailMoment();
      if (!moment) return std::move(moment).outcome();
      position_.until = *std::move(moment);
    } else {
      auto parts = call_.session.openPage(query_);
      if (!parts) return std::move(parts).outcome();
      auto position = positionOf(*parts);
      if (!position)
        return Outcome(Failure::badRequest, IssueType::value, "The page's cursor is not of this search.",
                       "_cursor");
      position_ = *std::move(position);
    }
    if (bounds_.until.empty() || position_.until < bounds_.until) bounds_.until = position_.until;
    return fhir::Done{};
  }

  fhir::Result<fhir::Done> fill() {
    store::SearchPage stored;
    if (!position_.storeEnded) {
      auto found = searchStore(count_, position_.storeAfter);
      if (!found) return std::move(found).outcome();
      stored = *std::move(found);
    }
    Walked walked;
    walked.atEnd = position_.trailEnded;
    if (!walked.atEnd) {
      auto found = walk(call_, query_, bounds_, position_.trailAfter, std::size_t{count_} + 1, kOfPage);
      if (!found) return std::move(found).outcome();
      walked = *std::move(found);
    }
    merge(std::move(stored), std::move(walked));
    return fhir::Done{};
  }

  fhir::Result<store::SearchPage> searchStore(std::uint32_t count, const std::string& cursor) {
    SearchQuery query = query_;
    query.cursor = cursor;
    query.count = count;
    query.total = fhir::search::Total::none;
    query.marksEach = true;
    return call_.session.search(query);
  }

  bool comesFirst(const std::string& a, const std::string& b) const { return newestFirst_ ? b < a : a < b; }

  void merge(store::SearchPage stored, Walked walked) {
    std::size_t fromStore = 0, fromTrail = 0;
    std::vector<std::string> times;
    times.reserve(stored.matches.size());
    for (const auto& each : stored.matches) times.push_back(timeOf(each, byStorage_));
    // Up to where the trail is known; what is later is for another page.
    const auto known = [&](const std::string& time) {
      if (fromTrail < walked.events.size()) return !comesFirst(walked.events[fromTrail].recorded, time);
      return walked.atEnd || (walked.reached && !comesFirst(walked.reached->time, time));
    };
    while (page_.matches.size() < count_) {
      if (fromStore < stored.matches.size() && known(times[fromStore])) {
        page_.matches.push_back(std::move(stored.matches[fromStore++]));
      } else if (fromTrail < walked.events.size()) {
        page_.matches.push_back(storedOf(walked.events[fromTrail++]));
        call_.session.handedOut(page_.matches.back());
      } else {
        break;
      }
    }
    goOn(stored, fromStore, walked, fromTrail);
  }

  // Where the next page begins, if there is one.
  void goOn(const store::SearchPage& stored, std::size_t fromStore, const Walked& walked,
            std::size_t fromTrail) {
    Position next = position_;
    if (fromStore > 0) next.storeAfter = stored.after[fromStore - 1];
    next.storeEnded = position_.storeEnded || (fromStore == stored.matches.size() && stored.next.empty());
    if (!position_.trailEnded) {
      if (fromTrail < walked.events.size()) {
        if (fromTrail > 0) next.trailAfter = walked.events[fromTrail - 1].place;
      } else {
        next.trailAfter = walked.reached;
        next.trailEnded = walked.atEnd;
      }
    }
    if (!next.storeEnded || !next.trailEnded) {
      page_.next = call_.session.sealPage(query_, partsOf(next));
    } else if (isFirst_) {
      page_.total = page_.matches.size();
    }
  }

  // `mustKnow`: nothing else was asked for.
  fhir::Result<fhir::Done> count(bool mustKnow) {
    auto walked = walk(call_, query_, bounds_, std::nullopt, kOfTotal.events, kOfTotal);
    if (!walked) return std::move(walked).outcome();
    if (!walked->atEnd) {
      if (!mustKnow && query_.total == fhir::search::Total::estimate) return fhir::Done{};
      return Outcome(
          Failure::badRequest, IssueType::tooCostly,
          "These are too many events of the audit trail to count them. Ask for a shorter time with "
          "date, or for one patient, or leave the total out.",
          "_total");
    }
    SearchQuery query = query_;
    query.cursor.clear();
    query.count = 0;
    query.total = fhir::search::Total::accurate;
    auto stored = call_.session.search(query);
    if (!stored) return std::move(stored).outcome();
    page_.total = walked->events.size() + stored->total.value_or(0);
    return fhir::Done{};
  }

  const Call& call_;
  SearchQuery& query_;
  store::TrailQuery bounds_;
  bool newestFirst_ = true;
  bool byStorage_ = false;
  bool isFirst_ = true;
  std::uint32_t count_ = 0;
  Position position_;
  store::SearchPage page_;
};

// The words of a whole resource: of the trail's nobody keeps them.
bool asksForWords(const SearchQuery& query) {
  bool out = false;
  fhir::search::forEachCriterion(
      query, [&](const fhir::search::Criterion& each) { out = out || each.parameter->code == "_content"; });
  return out;
}

bool asksBackwards(const std::vector<fhir::search::Condition>& conditions) {
  return std::any_of(conditions.begin(), conditions.end(), [](const fhir::search::Condition& each) {
    if (const auto* has = std::get_if<fhir::search::Has>(&each.node))
      return has->type->name == kAuditEvent || asksBackwards(has->conditions);
    if (const auto* chain = std::get_if<fhir::search::Chain>(&each.node))
      return std::any_of(chain->targets.begin(), chain->targets.end(),
                         [](const auto& target) { return asksBackwards(target.conditions); });
    const auto* logic = std::get_if<fhir::search::Logic>(&each.node);
    return logic != nullptr && asksBackwards(logic->conditions);
  });
}

// Whether AuditEvents are asked for by name otherwise than as the type that is searched.
bool asksBesides(const Call& call, const SearchQuery& query) {
  const bool includes = std::any_of(
      query.includes.begin(), query.includes.end(),
      [](const fhir::search::Include& each) { return each.reverse && isAuditEvent(each.source); });
  const bool has = std::any_of(query.types.begin(), query.types.end(),
                               [](const auto& each) { return asksBackwards(each.conditions); });
  const auto named = namedValues(call.parameters);
  const bool typed = query.acrossTypes && std::any_of(named.begin(), named.end(), [](const auto& each) {
                       return each.first == "_type" && each.second.find(kAuditEvent) != std::string::npos;
                     });
  return includes || has || typed;
}

void sayStoredAlone(SearchQuery& query) {
  query.ignored.push_back(
      {fhir::Severity::information,
       IssueType::informational,
       "Of AuditEvents this has those that are stored as such alone, and none of the audit "
       "trail's: search [base]/AuditEvent for those.",
       {}});
}

}  // namespace

fhir::Result<store::SearchPage> searchWithTrail(const Call& call, SearchQuery& query) {
  if (query.acrossTypes || query.types.size() != 1 || !isAuditEvent(query.types.front().type)) {
    if (asksBesides(call, query)) sayStoredAlone(query);
    return call.session.search(query);
  }
  store::TrailQuery bounds = audit::boundsOf(query);
  if (!narrowTo(call, store::Permission::search, bounds)) {
    store::TrailQuery any;
    const bool seesTrail = narrowTo(call, store::Permission::search, any);
    // Nothing of what is asked for is theirs; pages are made the same way for all who see some of it.
    if (!seesTrail) return call.session.search(query);
    bounds.ids.emplace();
  }
  if (auto refused = audit::unanswerable(query); refused.hasErrors()) {
    if (!call.preferences.lenient && !asksForWords(query)) return refused;
    sayStoredAlone(query);
    return call.session.search(query);
  }
  return Merge(call, query, std::move(bounds)).page();
}

}  // namespace rest
