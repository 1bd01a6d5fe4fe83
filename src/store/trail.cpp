// Session::trail: the audit trail as the session's caller sees it.
#include "src/store/trail.h"

#include <algorithm>
#include <utility>

#include "src/platform/uuid.h"
#include "src/store/cursor.h"
#include "src/store/session_impl.h"

namespace store {
namespace {

constexpr std::string_view kEvents =
    "SELECT to_char(e.row_time AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), e.row_id, "
    "e.ordinal, e.id, "
    "to_char(e.happened AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), e.action, e.place, "
    "e.interaction, e.type, e.resource, e.version, e.targets, e.patients, e.patient_keys, e.has_user, "
    "e.user_id, e.person_type, e.person_id, e.client_id, e.client_name, e.address, e.query, e.purpose, "
    "e.reason, e.outcome, e.status, e.request_id, e.database_user, e.application "
    "FROM fhir.audit_events(?::text[], ?::uuid[], ?::uuid, ?::timestamptz, ?::timestamptz, ?::timestamptz, "
    "?::uuid, ?::boolean, ?::integer) e";

constexpr std::string_view kMoment =
    "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";

// Ids and keys: nothing in them is quoted.
std::vector<std::string> listOf(std::string_view array) {
  std::vector<std::string> out;
  if (array.size() < 2) return out;
  array = array.substr(1, array.size() - 2);
  while (!array.empty()) {
    const auto end = std::min(array.find(','), array.size());
    if (array.substr(0, end) != "NULL") out.emplace_back(array.substr(0, end));
    array.remove_prefix(std::min(end + 1, array.size()));
  }
  return out;
}

TrailPlace placeOf(const Rows& rows, std::size_t row) {
  return {std::string(rows.text(row, 0)), std::string(rows.text(row, 1)), rows.number(row, 2)};
}

TrailEvent eventOf(const Rows& rows, std::size_t row) {
  std::size_t column = 3;
  const auto text = [&] { return std::string(rows.text(row, column++)); };
  TrailEvent out;
  out.place = placeOf(rows, row);
  out.id = text();
  out.happened = text();
  out.action = text();
  out.table = text();
  out.interaction = text();
  out.type = text();
  out.resource = text();
  out.version = text();
  out.targets = listOf(text());
  out.patients = listOf(text());
  out.patientKeys = listOf(text());
  out.hasUser = rows.flag(row, column++);
  out.user = text();
  out.personType = text();
  out.personId = text();
  out.client = text();
  out.clientName = text();
  out.address = text();
  if (!rows.isNull(row, column)) out.query = std::string(rows.text(row, column));
  ++column;
  out.purpose = text();
  out.reason = text();
  out.outcome = text();
  out.status = static_cast<int>(rows.number(row, column++));
  out.request = text();
  out.databaseUser = text();
  out.application = text();
  return out;
}

// An array for one bound value; nullopt stays NULL.
std::optional<std::string> arrayOf(const std::optional<std::vector<std::string>>& items) {
  if (!items) return std::nullopt;
  ArrayLiteral out;
  for (const std::string& item : *items) out.add(item);
  return out.text();
}

Parameter orNull(std::string_view text) {
  return text.empty() ? Parameter() : Parameter(text);
}

}  // namespace

bool isTrailId(std::string_view id) noexcept {
  constexpr std::size_t kUuid = 36, kMostDigits = 9;
  const auto row = platform::Uuid::parse(id.substr(0, kUuid));
  if (!row || row->toString() != id.substr(0, kUuid)) return false;
  if (id.size() == kUuid) return true;
  const std::string_view line = id.substr(kUuid + 1);
  return id[kUuid] == '.' && !line.empty() && line.size() <= kMostDigits && line.front() != '0' &&
         line.find_first_not_of("0123456789") == std::string_view::npos;
}

fhir::Result<TrailLook> Session::trail(const TrailQuery& query) {
  const auto ids = arrayOf(query.ids);
  const auto patients = arrayOf(query.patients);
  const std::string most = std::to_string(query.rows);
  auto rows = impl_->once([&] {
    return impl_->connection.run(
        kEvents, {ids, patients, orNull(query.person), orNull(query.since), orNull(query.until),
                  query.after ? Parameter(query.after->time) : Parameter(),
                  query.after ? Parameter(query.after->row) : Parameter(),
                  query.newestFirst ? "true" : "false", most});
  });
  if (!rows) return std::move(rows).outcome();
  TrailLook look;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    if (rows->isNull(row, 3)) {
      look.rows = static_cast<std::uint32_t>(rows->number(row, 2));
      look.reached = placeOf(*rows, row);
      continue;
    }
    look.events.push_back(eventOf(*rows, row));
  }
  look.atEnd = query.ids || look.rows < query.rows;
  const auto isBefore = [&](const TrailPlace& a, const TrailPlace& b) {
    return query.newestFirst ? b < a : a < b;
  };
  std::sort(look.events.begin(), look.events.end(),
            [&](const auto& a, const auto& b) { return isBefore(a.place, b.place); });
  if (query.after)
    std::erase_if(look.events, [&](const auto& each) { return !isBefore(*query.after, each.place); });
  // Of the last row all lines have been looked at.
  if (look.reached) look.reached->line = query.newestFirst ? -1 : std::int64_t{1} << 40;
  return look;
}

fhir::Result<std::string> Session::trailMoment() {
  auto rows = impl_->once([&] { return impl_->connection.run(kMoment); });
  if (!rows) return std::move(rows).outcome();
  return std::string(rows->text(0, 0));
}

void Session::handedOut(const StoredResource& resource) {
  impl_->give(resource);
}

std::string Session::sealPage(const fhir::search::SearchQuery& query,
                              const std::vector<std::optional<std::string>>& parts) const {
  return makeCursor(impl_->registry.sealer(), parts, "trail\n" + bindingOf(impl_->view(), query));
}

fhir::Result<std::vector<std::optional<std::string>>> Session::openPage(
    const fhir::search::SearchQuery& query) const {
  auto parts =
      openCursor(impl_->registry.sealer(), query.cursor, "trail\n" + bindingOf(impl_->view(), query));
  if (!parts) return badCursor();
  return *std::move(parts);
}

}  // namespace store
