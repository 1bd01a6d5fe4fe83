// create, update, delete: https://hl7.org/fhir/R4/http.html#create, #update, #delete
#include <utility>

#include "src/store/session_impl.h"

namespace store {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

Outcome versionMismatch(VersionId current) {
  return {Failure::preconditionFailed, IssueType::conflict,
          current == 0
              ? "If-Match names a version, but there is no such resource. Leave If-Match out to create it."
              : "If-Match names another version than the current one, which is " + std::to_string(current) +
                    ". Read the resource again, apply your change to it, and send that version's ETag.",
          "http.If-Match"};
}

// Why the write must not happen; nullopt when it may.
std::optional<Outcome> failed(const Precondition& precondition, const StoredResource& current) {
  using Existence = Precondition::Existence;
  const bool exists = current.versionId != 0 && !current.deleted;
  if (precondition.existence == Existence::wanted && !exists)
    return Outcome(Failure::preconditionFailed, IssueType::conflict,
                   "If-Match asks for a resource that exists, and there is none. Leave it out to create it.",
                   "http.If-Match");
  if (precondition.existence == Existence::unwanted && exists)
    return Outcome(
        Failure::preconditionFailed, IssueType::conflict,
        "If-None-Match allows only a create, and there is such a resource. Leave it out to change it.",
        "http.If-None-Match");
  if (precondition.version && *precondition.version != current.versionId)
    return versionMismatch(current.versionId);
  return std::nullopt;
}

}  // namespace

Outcome mayNot(const TypePlan& plan, std::string_view what) {
  return {Failure::forbidden, IssueType::forbidden,
          "You may not " + std::string(what) + " this " + std::string(plan.name()) +
              ". Ask for a scope that allows it, or leave it to somebody whose it is."};
}

namespace {

// The same of an id that is free and of one that is hidden.
Outcome mayNotChooseId(const TypePlan& plan) {
  return {Failure::notFound, IssueType::notFound,
          "There is no such " + std::string(plan.name()) +
              " for you to update. Create it with POST, which gives it an id."};
}

}  // namespace

std::string Draft::name() const {
  return std::string(plan->name()) + "/" + key.fhirId.value_or(key.uuid);
}

bool Draft::saysWhatOnlyOneMay() const noexcept {
  if (!inTable()) return false;
  const auto columns = plan->mapping()->columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].unique && encoded->values[i]) return true;
  }
  return false;
}

Draft Session::Impl::draft(const fhir::Resource& resource, const TypePlan& plan, Key key) const {
  Draft out;
  out.plan = &plan;
  out.key = std::move(key);
  out.resource = &resource;
  if (plan.mapping() != nullptr) out.encoded = plan.mapping()->encode(resource);
  return out;
}

fhir::Result<Searchable> Session::Impl::indexValues(const Draft& draft) const {
  if (!registry.keyring().isOn()) {
    if (auto clear = checkNotSealed(draft); !clear) return std::move(clear).outcome();
  }
  const bool whole = !draft.inTable() || draft.encoded->indexedWhole;
  auto values = registry.searchable(*draft.resource, whole);
  if (auto complete = checkComplete(draft.plan->type(), values); !complete)
    return std::move(complete).outcome();
  return hidden(std::move(values));
}

fhir::Result<Searchable> Session::Impl::hidden(Searchable values) const {
  auto seal = sealing();
  if (!seal) return std::move(seal).outcome();
  seal->hide(values.values);
  for (ContainedValues& each : values.contained) seal->hide(each.values);
  return values;
}

Written Session::Impl::written(const Draft& draft, const Stamp& stamp, Change change,
                               bool withContent) const {
  Written out;
  out.change = change;
  StoredResource& resource = out.resource;
  resource.type = &draft.plan->type();
  resource.id = draft.key.fhirId.value_or(draft.key.uuid);
  resource.versionId = stamp.versionId;
  resource.lastUpdated = instantFromSql(stamp.updatedAt);
  if (!withContent) return out;
  const std::string version = std::to_string(stamp.versionId);
  const Envelope envelope{resource.id, version, resource.lastUpdated};
  if (!draft.inTable()) {
    decodeWhole(draft.plan->type(), encodeWhole(*draft.resource), envelope, resource.json);
    return out;
  }
  std::vector<std::optional<std::string_view>> values;
  for (const auto& value : draft.encoded->values)
    values.push_back(value ? std::optional<std::string_view>(*value) : std::nullopt);
  draft.plan->mapping()->decode(values, draft.encoded->residual, envelope, resource.json);
  return out;
}

fhir::Result<fhir::Done> checkNotSealed(const Draft& draft) {
  if (!draft.inTable()) return fhir::Done{};
  const auto columns = draft.plan->mapping()->columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& value = draft.encoded->values[i];
    if (columns[i].encrypted && value && keys::readSealed(*value))
      return Outcome(Failure::unprocessable, IssueType::value,
                     "A text of this resource has the form of an encrypted value (hv1:...), as which it "
                     "would be taken. Write it otherwise.",
                     std::string(draft.plan->name()));
  }
  return fhir::Done{};
}

// The row that has the key in one place, locked. Its foreign keys' holders are not kept waiting.
fhir::Result<Location> Session::Impl::locateIn(const TypePlan& plan, const Key& key, bool generic) {
  const std::size_t columns = plan.mapping() == nullptr ? 0 : plan.mapping()->columns().size();
  auto rows = connection.run((generic ? plan.genericColumns() : plan.mappedColumns()) + ", r.created_at" +
                                 (generic ? plan.fromGeneric() : plan.fromMapped()) +
                                 " AND r.id = ?::uuid FOR NO KEY UPDATE OF r",
                             {key.uuid});
  if (!rows) return std::move(rows).outcome();
  Location out;
  if (rows->size() == 0) return out;
  if (rows->text(0, Column::fhirId) != key.fhirId.value_or("")) {
    return Outcome(Failure::conflict, IssueType::duplicate,
                   "This id is the inner key of another resource of this type. Choose another id.");
  }
  out.current = plan.decode(*rows, 0);
  if (out.current.unreadable) return *out.current.unreadable;
  out.updatedAt = rows->text(0, Column::updatedAt);
  out.createdAt = rows->text(0, Column::firstMapped + columns);
  out.generic = generic;
  if (generic) return out;
  Opening opening(registry.keyring());
  for (std::size_t i = 0; i < columns; ++i) {
    const MappedColumn& column = plan.mapping()->columns()[i];
    Parameter value = rows->value(0, Column::firstMapped + i);
    if (value && column.encrypted) value = opening.column(*plan.mapping(), column, key.uuid, *value);
    out.values.emplace_back(value ? std::optional<std::string>(*value) : std::nullopt);
  }
  if (opening.failure()) return *opening.failure();
  return out;
}

fhir::Result<Location> Session::Impl::locate(const TypePlan& plan, const Key& key) {
  const OwnStatements own(connection);
  if (plan.mapping() == nullptr) return locateIn(plan, key, true);
  for (;;) {
    auto found = locateIn(plan, key, false);
    if (!found || found->exists()) return found;
    found = locateIn(plan, key, true);
    if (!found || found->exists()) return found;
    // Between the two it may have moved from the second place to the first; one statement sees both.
    auto rows = connection.run("SELECT EXISTS (SELECT" + plan.fromMapped() + " AND r.id = ?::uuid)" +
                                   " OR EXISTS (SELECT" + plan.fromGeneric() + " AND r.id = ?::uuid)",
                               {key.uuid, key.uuid});
    if (!rows) return std::move(rows).outcome();
    if (!rows->flag(0, 0)) return Location{};
  }
}

// Puts a draft where it belongs when nothing of it stands there yet. Inside a transaction.
fhir::Result<Stamp> Session::Impl::place(Draft& draft, const Location& before) {
  if (hidesOthers(draft)) {
    if (auto fit = settle(draft, {}); !fit) return std::move(fit).outcome();
  } else if (draft.inTable()) {
    auto stamp = insertRow(draft, before);
    if (!stamp) return std::move(stamp).outcome();
    if (*stamp) return **stamp;
    if (auto fit = settle(draft, {}); !fit) return std::move(fit).outcome();
  }
  if (draft.inTable()) {
    // From here on the arrival of a target waits for us, and we look once more.
    if (auto locked = lockTargets(draft); !locked) return std::move(locked).outcome();
    auto stamp = insertRow(draft, before);
    if (!stamp) return std::move(stamp).outcome();
    if (*stamp) return **stamp;
    if (auto remembered = rememberDangling(draft); !remembered) return std::move(remembered).outcome();
    draft.encoded->holdable = false;
  }
  return insertGeneric(draft, before);
}

fhir::Result<Written> Session::Impl::insertDraft(Draft& draft) {
  if (auto checked = checkStrict(draft); !checked) return std::move(checked).outcome();
  auto stamp = place(draft, {});
  if (!stamp) return std::move(stamp).outcome();
  if (draft.plan->isTarget() && draft.inTable()) {
    const std::string id = draft.key.fhirId.value_or(draft.key.uuid);
    if (auto adopted = adopt(*draft.plan, id); !adopted) return std::move(adopted).outcome();
  }
  return written(draft, *stamp, Change::created);
}

// Of an id under which the caller sees nothing: whether it may make a resource there.
fhir::Result<bool> Session::Impl::isFree(const Draft& draft) {
  const AccessSql sql(view());
  if (sql.isOpen(*draft.plan, AccessSql::For::update)) return true;
  if (!sql.mayChooseId(*draft.plan)) return false;
  auto hidden = locate(*draft.plan, draft.key);
  if (!hidden) return std::move(hidden).outcome();
  return !hidden->exists();
}

fhir::Result<Written> Session::Impl::insertAllowed(Draft& draft) {
  auto written = insertDraft(draft);
  if (!written) return written;
  auto allowed = checkSeen(*draft.plan, draft.key, AccessSql::For::create, "create");
  if (!allowed) return std::move(allowed).outcome();
  return written;
}

bool Session::Impl::saysTheSame(const Draft& draft, const Location& before) {
  if (before.current.deleted) return false;
  const std::string version = std::to_string(before.current.versionId);
  std::string whole;
  decodeWhole(draft.plan->type(), encodeWhole(*draft.resource),
              {before.current.id, version, before.current.lastUpdated}, whole);
  return whole == before.current.json;
}

fhir::Result<Written> Session::Impl::changeDraft(Draft& draft, const Location& before) {
  if (saysTheSame(draft, before)) return Written{Change::unchanged, before.current};
  if (auto checked = checkStrict(draft); !checked) return std::move(checked).outcome();
  const Change change = before.current.deleted ? Change::created : Change::updated;
  auto fit = settle(draft, before);
  if (!fit) return std::move(fit).outcome();
  bool toTable = draft.inTable() && !fit->lacksTarget();
  if (before.generic == toTable || fit->changesFixed) {  // it changes its place
    auto left = leave(*draft.plan, draft.key, before.generic, false);
    if (!left) return std::move(left).outcome();
    if (*left) return moveDraft(draft, before, change);
    if (auto fitted = fitInto(draft, before); !fitted) return std::move(fitted).outcome();
    toTable = true;
  }
  if (!toTable && draft.inTable()) {
    if (auto forgotten = forgetDangling(*draft.plan, draft.key); !forgotten)
      return std::move(forgotten).outcome();
    if (auto remembered = rememberDangling(draft); !remembered) return std::move(remembered).outcome();
    draft.encoded->holdable = false;
  }
  auto values = indexValues(draft);
  if (!values) return std::move(values).outcome();
  auto stamp = toTable ? updateRow(draft) : updateGeneric(draft, *values);
  if (!stamp) return std::move(stamp).outcome();
  if (stamp->versionId == before.current.versionId) {
    Written same = written(draft, *stamp, Change::unchanged);
    same.resource.patients = before.current.patients;
    return same;
  }
  if (auto dropped = dropContainedOf(*draft.plan, draft.key.uuid, before.current); !dropped)
    return std::move(dropped).outcome();
  if (auto indexed = replaceIndex(*draft.plan, draft.key.uuid, *values); !indexed)
    return std::move(indexed).outcome();
  return written(draft, *stamp, change);
}

// It has left its former place.
fhir::Result<Written> Session::Impl::moveDraft(Draft& draft, const Location& before, Change change) {
  if (auto dropped = dropContainedOf(*draft.plan, draft.key.uuid, before.current); !dropped)
    return std::move(dropped).outcome();
  if (auto dropped = dropIndex(*draft.plan, draft.key.uuid); !dropped) return std::move(dropped).outcome();
  if (auto forgotten = forgetDangling(*draft.plan, draft.key); !forgotten)
    return std::move(forgotten).outcome();
  auto stamp = place(draft, before);
  if (!stamp) return std::move(stamp).outcome();
  return written(draft, *stamp, change);
}

fhir::Result<Written> Session::create(const fhir::Resource& resource) {
  impl_->forgetPrefetched();
  const TypePlan& plan = impl_->registry.plan(resource.type());
  const Key key = newKey();
  Draft draft = impl_->draft(resource, plan, key);
  // One statement, and atomic by itself: nobody can know the new id, so nobody waits for it or makes it, too.
  const AccessSql access(impl_->view());
  if (!impl_->registry.options().strictReferences && !impl_->hidesOthers(draft) &&
      access.asksRowAlone(plan, AccessSql::For::create)) {
    const Judged judged = access.isOpen(plan, AccessSql::For::create) ? Judged::elsewhere : Judged::here;
    auto stamp = impl_->once([&]() -> fhir::Result<std::optional<Stamp>> {
      if (draft.inTable()) return impl_->insertRow(draft, {}, {}, judged);
      auto whole = impl_->insertGeneric(draft, {}, judged);
      if (!whole) return std::move(whole).outcome();
      return std::optional<Stamp>(*std::move(whole));
    });
    if (!stamp && impl_->connection.lastState() == "23505" && !impl_->inTransaction) {
      // The key is new, so it was our own first try that went through before the connection broke.
      auto stored = impl_->readCurrent(plan, key, key.uuid);
      if (stored && *stored) return impl_->handOut(Written{Change::created, **std::move(stored)});
    }
    if (!stamp && impl_->connection.lastState() == "42501") return mayNot(plan, "create");
    if (!stamp) return std::move(stamp).outcome();
    if (*stamp) return impl_->handOut(impl_->written(draft, **stamp, Change::created));
  }
  return impl_->handOut(impl_->transact([&]() -> fhir::Result<Written> {
    Draft again = impl_->draft(resource, plan, key);
    if (auto locked = impl_->lockNames({again.name()}); !locked) return std::move(locked).outcome();
    return impl_->insertAllowed(again);
  }));
}

fhir::Result<Written> Session::Impl::put(Draft& draft, const Precondition& precondition) {
  const auto look = [&] { return locateSeen(*draft.plan, draft.key, AccessSql::For::update, "update"); };
  auto before = look();
  if (before && !before->exists()) {
    // Of several who create it only the first finds nothing, whichever place each would choose.
    if (auto locked = lockNames({draft.name()}); !locked) return std::move(locked).outcome();
    before = look();
  }
  if (!before) return std::move(before).outcome();
  if (auto refused = failed(precondition, before->current)) return *std::move(refused);
  if (!before->exists()) {
    auto free = isFree(draft);
    if (!free) return std::move(free).outcome();
    if (!*free) return mayNotChooseId(*draft.plan);
    return insertDraft(draft);
  }
  auto written = changeDraft(draft, *before);
  if (!written) return written;
  auto allowed = checkSeen(*draft.plan, draft.key, AccessSql::For::update, "update");
  if (!allowed) return std::move(allowed).outcome();
  return written;
}

fhir::Result<Written> Session::update(const fhir::Resource& resource, std::string_view id,
                                      const Precondition& precondition) {
  const TypePlan& plan = impl_->registry.plan(resource.type());
  return impl_->handOut(impl_->transact([&]() -> fhir::Result<Written> {
    Draft draft = impl_->draft(resource, plan, keyOf(plan.name(), id));
    return impl_->put(draft, precondition);
  }));
}

fhir::Result<Written> Session::remove(const fhir::TypeDefinition& type, std::string_view id,
                                      const Precondition& precondition) {
  const TypePlan& plan = impl_->registry.plan(type);
  const Key key = keyOf(type.name, id);
  return impl_->handOut(impl_->transact([&]() -> fhir::Result<Written> {
    auto before = impl_->locateSeen(plan, key, AccessSql::For::remove, "delete");
    if (!before) return std::move(before).outcome();
    if (auto refused = failed(precondition, before->current)) return *std::move(refused);
    Written out;
    out.resource = {&type, std::string(id), before->current.versionId, {}, before->exists(), {}};
    if (!before->exists() || before->current.deleted) return out;
    auto stamp = impl_->markDeleted(plan, key, before->generic);
    if (!stamp) return std::move(stamp).outcome();
    out.change = Change::deleted;
    out.resource.versionId = stamp->versionId;
    out.resource.lastUpdated = instantFromSql(stamp->updatedAt);
    if (auto dropped = impl_->dropContainedOf(plan, key.uuid, before->current); !dropped)
      return std::move(dropped).outcome();
    if (auto dropped = impl_->dropIndex(plan, key.uuid); !dropped) return std::move(dropped).outcome();
    if (auto forgotten = impl_->forgetDangling(plan, key); !forgotten) return std::move(forgotten).outcome();
    return out;
  }));
}

fhir::Result<VersionId> Session::lock(const fhir::TypeDefinition& type, std::string_view id) {
  auto found =
      impl_->locateSeen(impl_->registry.plan(type), keyOf(type.name, id), AccessSql::For::include, "change");
  if (!found) return std::move(found).outcome();
  return found->current.deleted ? 0 : found->current.versionId;
}

}  // namespace store
