#include "src/audit/follower.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "src/audit/access.h"
#include "src/platform/log.h"

namespace audit {
namespace {

using namespace std::chrono;
using fhir::Done;
using fhir::Result;
using platform::Instant;

// Of rows; each may have a thousand lines.
constexpr std::size_t kPage = 50;
constexpr std::size_t kBatchesKnown = 10'000;
constexpr std::string_view kLastId = "ffffffff-ffff-ffff-ffff-ffffffffffff";

constexpr std::string_view kNow = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

constexpr std::string_view kBegin =
    "SELECT (extract(epoch FROM least(w.place, clock_timestamp())) * 1000000)::bigint"
    " FROM (VALUES (1)) AS one LEFT JOIN fhir.trail_watch w ON true";

constexpr std::string_view kKeep =
    "INSERT INTO fhir.trail_watch AS w (place) VALUES (?::timestamptz)"
    " ON CONFLICT (one) DO UPDATE SET place = excluded.place";

// One statement, so one snapshot: where the heads stand, and how many of the rows up to there are younger.
constexpr std::string_view kHeads =
    "SELECT h.chain, h.position, coalesce(y.rows, 0) FROM fhir.audit_head h LEFT JOIN (SELECT l.chain, "
    "count(*) AS rows FROM public.audit_logs l WHERE l.\"timestamp\" > ?::timestamptz GROUP BY l.chain) y ON "
    "y.chain = h.chain";

constexpr std::string_view kActs =
    "SELECT (extract(epoch FROM l.\"timestamp\") * 1000000)::bigint, l.id, l.chain, l.position, "
    "(extract(hour FROM l.\"timestamp\" AT TIME ZONE ?::text) * 60 + "
    "extract(minute FROM l.\"timestamp\" AT TIME ZONE ?::text))::integer, l.entries, l.person_key, "
    "l.person_type, coalesce(l.client_id, l.metadata ->> 'client_id'), "
    "coalesce(l.address, l.metadata ->> 'address'), coalesce(l.interaction, CASE WHEN l.action IN ('insert', "
    "'update', 'soft delete', 'delete', 'truncate') THEN 'sql' ELSE l.action END), l.resource_type, "
    "coalesce(l.outcome, CASE WHEN l.action LIKE '% refused' THEN 'refused' END), l.purpose, l.patients "
    "FROM public.audit_logs l";

const std::string& sqlOn() {
  static const std::string sql =
      std::string(kActs) +
      " WHERE l.\"timestamp\" <= ?::timestamptz AND (l.\"timestamp\", l.id) > (?::timestamptz, ?::uuid)"
      " ORDER BY l.\"timestamp\", l.id LIMIT " +
      std::to_string(kPage);
  return sql;
}

const std::string& sqlLate() {
  static const std::string sql =
      std::string(kActs) +
      " JOIN unnest(?::integer[], ?::bigint[], ?::bigint[]) AS c (chain, since, until)"
      " ON l.chain = c.chain AND l.position > c.since AND l.position <= c.until"
      " WHERE l.\"timestamp\" > ?::timestamptz AND (l.\"timestamp\", l.id) < (?::timestamptz, ?::uuid)"
      " ORDER BY l.\"timestamp\" DESC, l.id DESC LIMIT " +
      std::to_string(kPage);
  return sql;
}

Instant instantOf(std::int64_t microseconds) noexcept {
  return Instant(std::chrono::microseconds(microseconds));
}

void append(std::string& list, std::int64_t number) {
  list += list.empty() ? "{" : ",";
  list += std::to_string(number);
}

}  // namespace

Result<Instant> Follower::now() {
  auto rows = connection_->run(kNow);
  if (!rows) return std::move(rows).outcome();
  return instantOf(rows->number(0, 0));
}

Result<Follower> Follower::begin(store::Connection& connection, Options options) {
  Follower out(connection, std::move(options));
  auto now = out.now();
  if (!now) return std::move(now).outcome();
  out.moment_ = *now;
  auto rows = connection.run(kBegin);
  if (!rows) return std::move(rows).outcome();
  const Instant seen = instantOf(rows->number(0, 0));
  out.place_ = {std::max<Instant>(seen - out.options_.back, *now - kLatest), std::string(kLastId)};
  return out;
}

Result<Done> Follower::keepPlace() {
  auto kept = connection_->run(kKeep, {platform::formatMicroseconds(place_.time)});
  if (!kept) return std::move(kept).outcome();
  return Done{};
}

Result<Follower::Heads> Follower::headsAt(Instant until) {
  auto rows = connection_->run(kHeads, {platform::formatMicroseconds(until)});
  if (!rows) return std::move(rows).outcome();
  Heads out;
  for (std::size_t row = 0; row < rows->size(); ++row)
    out[rows->number(row, 0)] = {.position = rows->number(row, 1),
                                 .settled = rows->number(row, 1) - rows->number(row, 2)};
  return out;
}

Result<Done> Follower::look(const std::stop_token& stop, const Take& take) {
  auto moment = now();
  if (!moment) return std::move(moment).outcome();
  moment_ = *moment;
  // After the database's clock was set back there is nothing older than the place for a while.
  const Instant until = std::max<Instant>(*moment - options_.settled, place_.time);
  auto heads = headsAt(until);
  if (!heads) return std::move(heads).outcome();
  const Place before = place_;
  if (auto read = readOn(until, *heads, stop, take); !read) return read;
  if (stop.stop_requested()) return Done{};
  if (hasLooked_) {
    if (auto read = readLate(before, *heads, stop, take); !read) return read;
  }
  heads_ = *std::move(heads);
  hasLooked_ = true;
  return Done{};
}

Result<Done> Follower::readOn(Instant until, Heads& heads, const std::stop_token& stop, const Take& take) {
  const std::string bound = platform::formatMicroseconds(until);
  // What could not be seen when the heads were looked at is the next look's.
  const auto counts = [&](std::int64_t chain, std::int64_t position) {
    const auto head = heads.find(chain);
    if (head == heads.end() || position > head->second.position) return false;
    ++head->second.read;
    return true;
  };
  for (std::size_t rows = kPage; rows == kPage && !stop.stop_requested();) {
    const std::string from = platform::formatMicroseconds(place_.time);
    const std::string id = place_.id;
    const std::array<store::Parameter, 5> values{options_.timeZone, options_.timeZone, bound, from, id};
    auto read = page(sqlOn(), values, place_, counts, take);
    if (!read) return std::move(read).outcome();
    rows = *read;
  }
  if (!stop.stop_requested()) place_ = {until, std::string(kLastId)};
  return Done{};
}

Result<Done> Follower::readLate(Place from, const Heads& heads, const std::stop_token& stop,
                                const Take& take) {
  std::string chains, since, until;
  std::int64_t missing = 0;
  for (const auto& [chain, head] : heads) {
    const auto former = heads_.find(chain);
    const Head was = former == heads_.end() ? Head{} : former->second;
    const std::int64_t late = head.settled - was.settled - head.read;
    if (late <= 0) continue;
    missing += late;
    append(chains, chain);
    append(since, was.position);
    append(until, head.position);
  }
  if (missing == 0) return Done{};
  for (std::string* list : {&chains, &since, &until}) *list += '}';

  const auto all = [](std::int64_t, std::int64_t) { return true; };
  const Instant oldest = moment_ - kLatest;
  auto span = duration_cast<microseconds>(minutes(1));
  for (Instant low = from.time; missing > 0 && low > oldest && !stop.stop_requested();) {
    low = std::max<Instant>(low - span, oldest);
    span = std::min<microseconds>(span * 2, hours(1));
    const std::string bound = platform::formatMicroseconds(low);
    for (std::size_t rows = kPage; rows == kPage && missing > 0 && !stop.stop_requested();) {
      const std::string time = platform::formatMicroseconds(from.time);
      const std::string id = from.id;
      const std::array<store::Parameter, 8> values{
          options_.timeZone, options_.timeZone, chains, since, until, bound, time, id};
      auto read = page(sqlLate(), values, from, all, take);
      if (!read) return std::move(read).outcome();
      rows = *read;
      missing -= static_cast<std::int64_t>(rows);
    }
    from = {low, std::string(kLastId)};
  }
  if (missing > 0 && !stop.stop_requested())
    platform::log::warning(
        "rows of the audit trail that could not be seen for a day are not counted by rules",
        {{"rows", missing}});
  return Done{};
}

Result<std::size_t> Follower::page(std::string_view sql, std::span<const store::Parameter> values,
                                   Place& last, const std::function<bool(std::int64_t, std::int64_t)>& counts,
                                   const Take& take) {
  // Its rows stay while others are asked for.
  const store::Statement statement{sql, values};
  auto answered = connection_->runTogether({&statement, 1});
  if (!answered) return std::move(answered).outcome();
  const store::Rows rows = answered->front().rows();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    last = {instantOf(rows.number(row, 0)), std::string(rows.text(row, 1))};
    if (!counts(rows.number(row, 2), rows.number(row, 3))) continue;
    if (auto taken = takeRow(rows, row, take); !taken) return std::move(taken).outcome();
  }
  return rows.size();
}

bool Follower::isRepeated(std::string_view entries) {
  const std::string id(idIn(entries));
  if (id.empty()) return false;
  if (!known_.insert(id).second) return true;
  batches_.push_back(id);
  if (batches_.size() > kBatchesKnown) {
    known_.erase(batches_.front());
    batches_.pop_front();
  }
  return false;
}

Result<Done> Follower::takeRow(const store::Rows& rows, std::size_t row, const Take& take) {
  const Instant time = instantOf(rows.number(row, 0));
  const int minute = static_cast<int>(rows.number(row, 4));
  if (!rows.isNull(row, 5)) {
    std::string_view entries = rows.text(row, 5);
    if (isRepeated(entries)) return Done{};
    while (!entries.empty()) {
      const auto end = std::min(entries.find('\n'), entries.size());
      Act act = actOf(entries.substr(0, end));
      act.time = time;
      act.minute = minute;
      if (auto taken = take(act); !taken) return taken;
      entries.remove_prefix(std::min(end + 1, entries.size()));
    }
    return Done{};
  }
  std::size_t column = 6;
  const auto text = [&] { return rows.text(row, column++); };
  Act act;
  act.time = time;
  act.minute = minute;
  act.person = text();
  act.personType = text();
  act.client = text();
  act.address = text();
  act.interaction = text();
  act.type = text();
  act.outcome = text();
  act.purpose = text();
  act.patients = keysIn(text());
  return take(act);
}

}  // namespace audit
