// Encryption of what is stored already: rows that the platform wrote with plain SQL, and all rows after a new
// key.
//
// A row is a transaction of its own, and what is made from it another, so that nobody waits for several of
// them. A value is exchanged if it is still what it was when it was read (fhir.reseal): who was faster wins.
// No version follows.
#include <algorithm>
#include <utility>

#include "src/platform/log.h"
#include "src/store/encrypted_places.h"
#include "src/store/many_rows.h"
#include "src/store/mapping/json_slice.h"
#include "src/store/session_impl.h"

namespace store {
namespace {

using Form = EncryptedColumn::Form;
using Result = fhir::Result<fhir::Done>;

constexpr std::string_view kLowest = "00000000-0000-0000-0000-000000000000";

// One row as it was read: key, version, type (of the generic store), is_deleted, then the place's columns.
struct StoredRow {
  std::string key, version, type;
  bool isDeleted = false;
  std::vector<std::optional<std::string>> values;
};

std::string selection(const EncryptedPlace& place) {
  const bool isGeneric = place.bound == kGenericTable;
  std::string sql =
      std::string("SELECT r.id::text, ") + (place.hasVersions ? "r.version_id::text, " : "NULL::text, ") +
      (isGeneric ? "r.resource_type" : "NULL::text") + (place.hasVersions ? ", r.is_deleted" : ", false");
  for (const EncryptedColumn& column : place.columns) sql += ", r." + column.name + "::text";
  return sql + place.where;
}

StoredRow rowOf(const Rows& rows, std::size_t row, std::size_t columns) {
  StoredRow out{std::string(rows.text(row, 0)),
                std::string(rows.text(row, 1)),
                std::string(rows.text(row, 2)),
                rows.flag(row, 3),
                {}};
  for (std::size_t i = 0; i < columns; ++i) {
    const Parameter value = rows.value(row, 4 + i);
    out.values.emplace_back(value ? std::optional<std::string>(*value) : std::nullopt);
  }
  return out;
}

// Of the member of that name its text, without the quotes.
std::optional<std::string_view> sealedOf(const mapping::JsonWalk& member) {
  if (member.rawKey() != kSealedName || member.value().size() < 2) return std::nullopt;
  return member.value().substr(1, member.value().size() - 2);
}

// The sealed text of a value, whatever JSON is around it; nullopt: it is clear. What is of type jsonb has its
// members in another order.
std::optional<std::string_view> sealedIn(Form form, std::string_view value) {
  if (form == Form::text) return keys::readSealed(value) ? std::optional(value) : std::nullopt;
  if (form != Form::item) return sealedMember(value);
  for (mapping::JsonWalk walk(value); walk.next();) {
    if (const auto sealed = sealedOf(walk)) return sealed;
  }
  return std::nullopt;
}

std::string itemId(std::string_view json) {
  for (mapping::JsonWalk walk(json); walk.next();) {
    if (walk.rawKey() == "id") return std::string(",\"id\":").append(walk.value());
  }
  return {};
}

std::string inForm(Form form, const std::string& sealed, std::string_view plain,
                   const fhir::TypeDefinition* type) {
  switch (form) {
    case Form::text:
      return sealed;
    case Form::list:
      return "[" + beginSealedMember(sealed) + "}]";
    case Form::item:
      return beginSealedMember(sealed) + itemId(plain) + "}";
    case Form::document:
      return beginSealedMember(sealed) + copiesOf(*type, plain) + "}";
    default:
      return beginSealedMember(sealed) + "}";
  }
}

// What of a row is not encrypted as the server would, and its new values. A value that cannot be opened
// stays as it is, the others do not.
class NewValues {
 public:
  NewValues(const EncryptedPlace& place, const StoredRow& row, const Sealing& sealing, keys::Keyring& keyring,
            bool all)
      : place_(place), row_(row), sealing_(sealing), keyring_(keyring), all_(all) {
    for (std::size_t i = 0; i < place.columns.size(); ++i) {
      if (row.values[i]) add(place.columns[i], *row.values[i]);
    }
  }

  bool empty() const noexcept { return count_ == 0; }
  // Why a value could not be opened.
  const std::optional<fhir::Outcome>& failure() const noexcept { return failure_; }
  ArrayLiteral columns, former, sealed;

 private:
  void add(const EncryptedColumn& column, const std::string& value) {
    const fhir::TypeDefinition* type = row_.type.empty() ? nullptr : fhir::findResourceType(row_.type);
    if (column.form == Form::document && (type == nullptr || !isSealedWhole(*type))) return;
    const std::string row = row_.type.empty() ? row_.key : genericRow(row_.type, row_.key);
    const keys::Place at{place_.bound, column.name, row};
    const bool isSearched = column.mapped != nullptr && column.mapped->searched;
    Opening opening(keyring_);
    std::string_view plain = value;
    if (const auto inside = sealedIn(column.form, value)) {
      const auto parts = keys::readSealed(*inside);
      const bool isCurrent = !all_ && parts && parts->key == sealing_.keyId();
      if (isCurrent && !isSearched) return;
      plain = opening.open(*inside, at);
      if (opening.failure()) {
        if (!failure_) failure_ = opening.failure();
        return;
      }
      // The platform may have encrypted it without what it is found by.
      if (isCurrent && parts->blind == sealing_.blind(plain)) return;
    }
    // Nothing that a residual would say.
    if (column.form == Form::item && plain == itemOfIdAlone(plain)) return;
    columns.add(column.name);
    former.add(value);
    sealed.add(inForm(column.form, sealing_.text(plain, at, isSearched), plain, type));
    ++count_;
  }

  // {"id": ...} says nothing but what stays readable.
  static std::string_view itemOfIdAlone(std::string_view json) {
    std::size_t others = 0;
    for (mapping::JsonWalk walk(json); walk.next();) others += walk.rawKey() == "id" ? 0U : 1U;
    return others == 0 ? json : std::string_view();
  }

  const EncryptedPlace& place_;
  const StoredRow& row_;
  const Sealing& sealing_;
  keys::Keyring& keyring_;
  bool all_;
  std::optional<fhir::Outcome> failure_;
  std::size_t count_ = 0;
};

// Of a record's content what stands beside its observations, encrypted, in a content without observations;
// nullopt: nothing stands there that is not encrypted with the current key.
std::optional<std::string> besideOf(std::string_view content, std::string_view key, const Sealing& sealing,
                                    Opening& opening) {
  const keys::Place at{"electronic_health_records", "content", key};
  std::string others;
  bool isCurrent = true;
  bool hasItems = false;
  for (mapping::JsonWalk walk(content); walk.isObject() && walk.next();) {
    if (walk.rawKey() == "observations") {
      hasItems = true;
      continue;
    }
    std::string said = std::string("\"").append(walk.rawKey()).append("\":").append(walk.value());
    if (const auto inside = sealedOf(walk)) {
      const auto parts = keys::readSealed(*inside);
      isCurrent = isCurrent && parts && parts->key == sealing.keyId();
      const std::string_view opened = opening.open(*inside, at);
      said = opened.size() > 2 ? std::string(opened.substr(1, opened.size() - 2)) : std::string();
    } else {
      isCurrent = false;
    }
    others.append(others.empty() || said.empty() ? "" : ",").append(said);
  }
  if (!hasItems || others.empty() || isCurrent || opening.failure()) return std::nullopt;
  return beginSealedMember(sealing.text("{" + others + "}", at)) + ",\"observations\":[]}";
}

}  // namespace

// Encrypts rows of one session, as the server itself.
class Session::Impl::Encrypter {
 public:
  Encrypter(Impl& impl, const Sealing& sealing, bool reindex)
      : impl_(impl), sealing_(sealing), reindex_(reindex), places_(encryptedPlaces(impl.registry)) {}

  const std::vector<EncryptedPlace>& places() const noexcept { return places_; }

  // All that is selected; how many rows these were. `last`: the key and version of the last one.
  fhir::Result<Encrypted> some(const EncryptedPlace& place, const std::string& condition,
                               const std::vector<Parameter>& parameters, std::string& last) {
    auto rows = connection().run(selection(place) + condition, parameters);
    if (!rows) return std::move(rows).outcome();
    std::vector<StoredRow> read;
    for (std::size_t row = 0; row < rows->size(); ++row)
      read.push_back(rowOf(*rows, row, place.columns.size()));
    Encrypted out{read.size(), 0, false};
    for (const StoredRow& row : read) {
      auto done = one(place, row);
      if (!done) return std::move(done).outcome();
      if (!*done) ++out.failed;
      last = place.isHistory ? row.key + "/" + row.version : row.key;
    }
    return out;
  }

 private:
  Connection& connection() { return impl_.connection; }

  bool isMade(const EncryptedPlace& place, const StoredRow& row) const {
    return place.parent != EncryptedPlace::Parent::none && !place.isHistory && !row.isDeleted;
  }

  // False: it could not be opened.
  fhir::Result<bool> one(const EncryptedPlace& place, const StoredRow& row) {
    if (isMade(place, row)) return parent(place, row);
    NewValues values(place, row, sealing_, impl_.registry.keyring(), reindex_);
    if (!values.empty()) {
      auto done =
          connection().run("SELECT fhir.reseal(?, ?::uuid, ?::integer, ?, ?::text[], ?::text[], ?::text[])",
                           {place.table, row.key, row.version.empty() ? Parameter() : Parameter(row.version),
                            row.type.empty() ? Parameter() : Parameter(row.type), values.columns.text(),
                            values.former.text(), values.sealed.text()});
      if (!done) return std::move(done).outcome();
    }
    if (values.failure()) return cannot(place, row, *values.failure());
    if (!reindex_ || place.isHistory || row.isDeleted || !place.hasVersions) return true;
    const TypePlan* plan = place.plan;
    if (plan == nullptr) plan = &impl_.registry.plan(*fhir::findResourceType(row.type));
    if (auto indexed = impl_.indexOne(*plan, place.plan != nullptr, row.key); !indexed)
      return std::move(indexed).outcome();
    return true;
  }

  fhir::Result<bool> parent(const EncryptedPlace& place, const StoredRow& row) {
    Opening opening(impl_.registry.keyring());
    const Parameter former = row.values[0] ? Parameter(*row.values[0]) : Parameter();
    fhir::Result<Rows> done = Rows();
    if (place.parent == EncryptedPlace::Parent::record) {
      const auto beside = besideOf(row.values[0].value_or(""), row.key, sealing_, opening);
      if (opening.failure()) return cannot(place, row, *opening.failure());
      done = connection().run("SELECT fhir.reseal_record(?::uuid, ?, ?)",
                              {row.key, former, beside ? Parameter(*beside) : Parameter()});
    } else {
      done = connection().run("SELECT fhir.reseal_prescription(?::uuid, ?)", {row.key, former});
    }
    if (!done) return std::move(done).outcome();
    return true;
  }

  // A key that is away now may come back, so the work waits for it; what is broken is passed over.
  static fhir::Result<bool> cannot(const EncryptedPlace& place, const StoredRow& row,
                                   const fhir::Outcome& why) {
    if (why.failure() == fhir::Failure::unavailable) return why;
    platform::log::warning("an encrypted value cannot be opened", {{"place", place.name}, {"row", row.key}});
    return false;
  }

  Impl& impl_;
  const Sealing& sealing_;
  bool reindex_;
  std::vector<EncryptedPlace> places_;
};

// Rows of the queue: their own values, what history has of them, and what is made from them.
fhir::Result<Encrypted> Session::Impl::encryptQueued(const Sealing& sealing, std::size_t most) {
  auto rows = connection.run(
      "SELECT q.place, q.key::text, q.queued_at::text FROM fhir.encryption_queue q"
      // What is made from others comes after them.
      " ORDER BY q.place IN ('electronic_health_records', 'prescriptions'), q.queued_at LIMIT ?::bigint",
      {std::to_string(most)});
  if (!rows) return std::move(rows).outcome();
  std::vector<std::array<std::string, 3>> queued;
  for (std::size_t row = 0; row < rows->size(); ++row)
    queued.push_back(
        {std::string(rows->text(row, 0)), std::string(rows->text(row, 1)), std::string(rows->text(row, 2))});
  Encrypter encrypter(*this, sealing, false);
  Encrypted out;
  for (const auto& [of, key, at] : queued) {
    std::string last;
    for (const EncryptedPlace& place : encrypter.places()) {
      if (place.of != of) continue;
      auto some = encrypter.some(place, " AND r.id = ?::uuid", {key}, last);
      // Encrypted it is, and the next row may not be.
      const bool isUnknown = !some && keys::isUnknownKey(some.outcome());
      if (!some && !isUnknown) return some;
      out.failed += isUnknown ? 1 : some->failed;
    }
    auto gone = connection.run(
        "DELETE FROM fhir.encryption_queue WHERE place = ? AND key = ?::uuid AND queued_at = ?::timestamptz",
        {of, key, at});
    if (!gone) return std::move(gone).outcome();
    ++out.rows;
  }
  out.more = queued.size() == most;
  return out;
}

// Keys that every server knows are used from now on; and when every server knows that, the walk may begin.
fhir::Result<Encrypted> Session::Impl::beginWalk() {
  const std::string known = std::to_string(registry.options().keysReloaded.count()) + " ms";
  auto used = connection.run(
      "SELECT CASE WHEN j.used_at IS NULL THEN fhir.use_data_keys(?::interval) END FROM fhir.encryption_job j"
      " WHERE j.since IS NULL AND j.ended_at IS NULL",
      {known});
  if (!used) return std::move(used).outcome();
  if (used->size() == 0) return Encrypted{};
  if (used->flag(0, 0)) registry.keyring().forget();
  auto begun = connection.run(
      "UPDATE fhir.encryption_job SET since = pg_current_xact_id() WHERE since IS NULL AND ended_at IS NULL"
      " AND used_at <= clock_timestamp() - ?::interval",
      {known});
  if (!begun) return std::move(begun).outcome();
  return Encrypted{};
}

// The next rows of the walk through all places.
fhir::Result<Encrypted> Session::Impl::encryptNext(const Sealing& sealing, std::size_t most) {
  // The walk begins when every server seals with the current key, and what was begun before that has ended:
  // nothing that a former key sealed is written behind it.
  auto job = connection.run(
      "SELECT j.reindex, coalesce(j.place, ''), coalesce(j.last_key, ''), j.started_at::text, j.since IS "
      "NULL,"
      " coalesce(j.since < pg_snapshot_xmin(pg_current_snapshot()), false),"
      " (SELECT k.id FROM fhir.data_key k WHERE k.use = 'data' AND k.is_current)"
      " FROM fhir.encryption_job j WHERE j.ended_at IS NULL");
  if (!job) return std::move(job).outcome();
  if (job->size() == 0) return Encrypted{};
  if (job->flag(0, 4)) return beginWalk();
  if (!job->flag(0, 5)) return Encrypted{};
  if (job->text(0, 6) != sealing.keyId()) {
    registry.keyring().forget();
    return Encrypted{};
  }
  const bool reindex = job->flag(0, 0);
  const std::string name(job->text(0, 1));
  std::string last(job->text(0, 2));
  const std::string started(job->text(0, 3));
  Encrypter encrypter(*this, sealing, reindex);
  const auto& places = encrypter.places();
  auto at = std::find_if(places.begin(), places.end(), [&](const auto& each) { return each.name == name; });
  if (at == places.end()) {  // the beginning, or a place that there is no more
    at = places.begin();
    last.clear();
  }
  const std::string limit = " LIMIT " + std::to_string(most);
  const std::string key = last.empty() ? std::string(kLowest) : last.substr(0, last.find('/'));
  const std::string version = at->isHistory && !last.empty() ? last.substr(last.find('/') + 1) : "0";
  auto some =
      at->isHistory
          ? encrypter.some(
                *at, " AND (r.id, r.version_id) > (?::uuid, ?::integer) ORDER BY r.id, r.version_id" + limit,
                {key, version}, last)
          : encrypter.some(*at, " AND r.id > ?::uuid ORDER BY r.id" + limit, {key}, last);
  if (!some) return some;
  some->more = true;
  std::string place = at->name;
  bool isEnd = false;
  if (some->rows < most) {
    isEnd = ++at == places.end();
    if (!isEnd) place = at->name;
    last.clear();
  }
  // A job that was begun anew meanwhile begins at the beginning.
  auto kept = connection.run(
      "UPDATE fhir.encryption_job SET place = ?, last_key = nullif(?, ''), done = done + ?::bigint,"
      " failed = failed + ?::bigint, ended_at = CASE WHEN ?::boolean THEN clock_timestamp() END"
      " WHERE started_at = ?::timestamptz",
      {place, last, std::to_string(some->rows), std::to_string(some->failed), isEnd ? "true" : "false",
       started});
  if (!kept) return std::move(kept).outcome();
  return some;
}

fhir::Result<Encrypted> Session::encryptSome(std::size_t most) {
  Impl& impl = *impl_;
  // Looks at the database now and then, so that the keys which somebody else has made are seen.
  auto sealing = impl.sealing();
  if (!sealing) return std::move(sealing).outcome();
  if (!impl.registry.keyring().isOn()) return Encrypted{};
  auto locked =
      impl.connection.run("SELECT pg_try_advisory_lock(hashtextextended('fhir.encryption_job', 0))");
  if (!locked) return std::move(locked).outcome();
  if (!locked->flag(0, 0)) return Encrypted{};
  const auto work = [&]() -> fhir::Result<Encrypted> {
    // There are keys, and some server may not know them yet.
    if (!sealing->isOn()) return impl.beginWalk();
    // A value that a crash leaves as it was is exchanged again.
    if (auto quick = impl.connection.command("SET synchronous_commit = off"); !quick)
      return std::move(quick).outcome();
    auto queued = impl.encryptQueued(*sealing, most);
    if (!queued) return queued;
    // The walk goes on, however much the platform writes.
    auto walked = impl.encryptNext(*sealing, most);
    if (!walked) return walked;
    return Encrypted{queued->rows + walked->rows, queued->failed + walked->failed,
                     queued->more || walked->more};
  };
  auto done = work();
  auto released = impl.connection.run(
      "SELECT pg_advisory_unlock(hashtextextended('fhir.encryption_job', 0)), "
      "set_config('synchronous_commit', 'on', false)");
  if (!released) impl.connection.close();
  return done;
}

}  // namespace store
