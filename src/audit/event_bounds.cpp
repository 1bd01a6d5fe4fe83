// What of a search narrows the walk along the trail.
#include <algorithm>
#include <utility>

#include "src/audit/event_search.h"
#include "src/platform/instant.h"
#include "src/store/key.h"

namespace audit {
namespace {

using fhir::search::Condition;
using fhir::search::Criterion;
using fhir::search::Modifier;
using fhir::search::Prefix;
using fhir::search::SearchQuery;
using fhir::search::Value;

constexpr std::int64_t kMillisecond = 1000;

std::string instantOf(std::int64_t microseconds) {
  return platform::formatMicroseconds(platform::Instant{std::chrono::microseconds{microseconds}});
}

// Within which PostgreSQL and instants of four digits agree.
bool isUsual(std::int64_t microseconds) noexcept {
  constexpr std::int64_t kYear = 31'556'952'000'000;
  return microseconds > 0 && microseconds < 1000 * kYear;
}

void since(std::int64_t low, store::TrailQuery& out) {
  if (isUsual(low)) out.since = std::max(out.since, instantOf(low));
}

void until(std::int64_t high, store::TrailQuery& out) {
  if (!isUsual(high)) return;
  // An event's time is shown, and judged, in milliseconds.
  const std::string bound = instantOf((high + kMillisecond - 1) / kMillisecond * kMillisecond);
  if (out.until.empty() || bound < out.until) out.until = bound;
}

void boundTime(const Criterion& criterion, store::TrailQuery& out) {
  if (criterion.modifier != Modifier::none || criterion.values.size() != 1) return;
  const Value& value = criterion.values.front();
  const auto [low, high] = value.date;
  const std::int64_t slack = value.prefix == Prefix::ap ? (high - low) / 10 : 0;
  switch (value.prefix) {
    case Prefix::eq:
    case Prefix::ap:
      since(low - slack, out);
      until(high + slack, out);
      return;
    case Prefix::gt:
    case Prefix::sa:
      return since(high, out);
    case Prefix::ge:
      return since(low, out);
    case Prefix::lt:
    case Prefix::eb:
      return until(low, out);
    case Prefix::le:
      return until(high, out);
    case Prefix::ne:
      return;
  }
}

void boundIds(const Criterion& criterion, store::TrailQuery& out) {
  if (criterion.modifier != Modifier::none || out.ids) return;
  out.ids.emplace();
  for (const Value& value : criterion.values) {
    if (store::isTrailId(value.code)) out.ids->push_back(value.code);
  }
}

bool isOfType(const Value& value, std::string_view type, bool impliesType) {
  return !value.targetId.empty() && (value.targetType == type || (impliesType && value.targetType.empty()));
}

void boundPatients(const Criterion& criterion, bool impliesType, store::TrailQuery& out) {
  if ((criterion.modifier != Modifier::none && criterion.modifier != Modifier::type) || out.patients) return;
  if (!std::all_of(criterion.values.begin(), criterion.values.end(),
                   [&](const Value& value) { return isOfType(value, "Patient", impliesType); }))
    return;
  out.patients.emplace();
  for (const Value& value : criterion.values)
    out.patients->push_back(store::keyOf("Patient", value.targetId).uuid);
}

void boundAgent(const Criterion& criterion, store::TrailQuery& out) {
  if ((criterion.modifier != Modifier::none && criterion.modifier != Modifier::type) ||
      criterion.values.size() != 1)
    return;
  const Value& value = criterion.values.front();
  if (isOfType(value, "Practitioner", false) || isOfType(value, "Patient", false))
    out.person = store::keyOf(value.targetType, value.targetId).uuid;
}

}  // namespace

store::TrailQuery boundsOf(const SearchQuery& query) {
  store::TrailQuery out;
  if (query.compartment) {
    const std::string key = store::keyOf(query.compartment->type, query.compartment->id).uuid;
    if (query.compartment->type == "Patient") {
      out.patients = {key};
    } else {
      out.person = key;
    }
  }
  for (const Condition& each : query.types.front().conditions) {
    const auto* criterion = std::get_if<Criterion>(&each.node);
    if (criterion == nullptr) continue;
    const std::string_view code = criterion->parameter->code;
    if (code == "date" || code == "_lastUpdated") boundTime(*criterion, out);
    if (code == "_id") boundIds(*criterion, out);
    if (code == "patient") boundPatients(*criterion, true, out);
    if (code == "entity") boundPatients(*criterion, false, out);
    if (code == "agent") boundAgent(*criterion, out);
  }
  return out;
}

}  // namespace audit
