// Many resources in one transaction, each as a create or an update: what a transaction Bundle and an import
// do.
//
// What is new goes in by one INSERT for all rows that fill the same columns of a table (and the index tables
// with them), the rest by the way of a single write. What others point to comes first, so that their foreign
// keys find it; what points to something that comes later nevertheless waits for it, and its arrival moves
// it.
#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "src/store/many_rows.h"
#include "src/store/session_impl.h"

namespace store {
namespace {

using Names = std::unordered_set<std::string>;
using Positions = std::vector<std::size_t>;  // of drafts

// Whether it is only for a resource that is there already.
bool wantsOld(const Precondition& precondition) {
  return precondition.version || precondition.existence == Precondition::Existence::wanted;
}

// Which columns a draft fills; the others take their defaults.
std::string signatureOf(const Draft& draft) {
  std::string out;
  for (const auto& value : draft.encoded->values) out += value ? 'v' : '-';
  return out;
}

// First what is pointed to and points to nothing, then what is pointed to, then the others.
int rankOf(const TypePlan& plan) {
  if (!plan.isTarget()) return 2;
  const auto columns = plan.mapping()->columns();
  return std::any_of(columns.begin(), columns.end(), [](const auto& c) { return !c.targetTable.empty(); })
             ? 1
             : 0;
}

fhir::Result<Names> presentKeys(Connection& connection, const std::string& sql, ArrayLiteral& keys) {
  Names out;
  if (keys.empty()) return out;
  auto rows = connection.run(sql, {keys.text()});
  if (!rows) return std::move(rows).outcome();
  for (std::size_t row = 0; row < rows->size(); ++row) out.emplace(rows->text(row, 0));
  return out;
}

}  // namespace

class Session::Impl::Together {
 public:
  Together(Impl& impl, std::span<const Put> puts, std::optional<std::size_t>& fault)
      : impl_(impl), puts_(puts), fault_(fault), out_(puts.size()) {
    drafts_.reserve(puts.size());
    for (const Put& put : puts) {
      const TypePlan& plan = impl.registry.plan(put.resource->type());
      drafts_.push_back(impl.draft(*put.resource, plan, keyOf(plan.name(), put.id)));
    }
  }

  fhir::Result<std::vector<Written>> run() {
    std::map<std::pair<int, std::string_view>, Positions> byType;
    for (std::size_t i = 0; i < drafts_.size(); ++i)
      byType[{rankOf(*drafts_[i].plan), drafts_[i].plan->name()}].push_back(i);
    for (const auto& [type, positions] : byType) {
      if (auto done = writeType(positions); !done) return std::move(done).outcome();
    }
    if (!generic_.empty()) {
      if (auto done = insertGeneric(generic_); !done) return std::move(done).outcome();
    }
    for (const auto& [type, positions] : byType) {
      if (auto allowed = checkNew(positions); !allowed) return std::move(allowed).outcome();
    }
    return std::move(out_);
  }

 private:
  using Result = fhir::Result<fhir::Done>;

  Connection& connection() { return impl_.connection; }

  // Whether the caller may have made what is new, as it stands now.
  Result checkNew(const Positions& positions) {
    const TypePlan& plan = *drafts_[positions.front()].plan;
    // What the database has taken as the caller's own it has judged.
    if (AccessSql(impl_.view()).isOpen(plan, AccessSql::For::create)) return fhir::Done{};
    std::vector<std::string> keys;
    for (const std::size_t i : positions) {
      if (puts_[i].isNew) keys.push_back(drafts_[i].key.uuid);
    }
    auto seen = impl_.seenOf(plan, keys, AccessSql::For::create);
    if (!seen) return std::move(seen).outcome();
    for (const std::size_t i : positions) {
      if (puts_[i].isNew && !seen->contains(drafts_[i].key.uuid)) return at(i, mayNot(plan, "create"));
    }
    return fhir::Done{};
  }

  // All drafts of one type, in the order they came; what is new in the generic store is left for the end.
  Result writeType(const Positions& positions) {
    const TypePlan& plan = *drafts_[positions.front()].plan;
    auto present = lockAndLook(plan, positions);
    if (!present) return std::move(present).outcome();
    if (auto looked = lookForTargets(positions); !looked) return looked;
    std::map<std::string, Positions> rowsets;  // by what they fill
    // Not new, not allowed to be, waiting, or saying what one row only may say.
    Positions alone;
    const bool isRestricted = !AccessSql(impl_.view()).mayChooseId(plan);
    for (const std::size_t i : positions) {
      const Draft& draft = drafts_[i];
      const bool together = !draft.inTable() || (hasTargets(draft) && !draft.saysWhatOnlyOneMay());
      const bool mayBeRefused = isRestricted && !puts_[i].isNew;
      if (wantsOld(puts_[i].precondition) || mayBeRefused || !together ||
          !present->insert(draft.key.uuid).second) {
        alone.push_back(i);
      } else if (draft.inTable()) {
        rowsets[signatureOf(draft)].push_back(i);
      } else {
        generic_.push_back(i);
      }
    }
    for (const auto& [signature, rowset] : rowsets) {
      if (auto inserted = insertRows(plan, rowset); !inserted) return inserted;
    }
    return writeAlone(alone);
  }

  // Nobody else creates one of them now, in whichever place, and what is about to wait for one waits for us.
  // The keys of those that are there already. An id that was made for its resource is known to nobody else.
  fhir::Result<Names> lockAndLook(const TypePlan& plan, const Positions& positions) {
    std::vector<std::string> names;
    ArrayLiteral keys;
    for (const std::size_t i : positions) {
      if (puts_[i].isNew) continue;
      names.push_back(drafts_[i].name());
      keys.add(drafts_[i].key.uuid);
    }
    if (names.empty()) return Names();
    const OwnStatements own(connection());
    if (auto locked = impl_.lockNames(std::move(names)); !locked) return std::move(locked).outcome();
    auto found = presentKeys(connection(),
                             "SELECT r.id::text" + plan.fromGeneric() + " AND r.id = ANY (?::uuid[])", keys);
    if (!found || plan.mapping() == nullptr) return found;
    auto inTable = presentKeys(
        connection(), "SELECT r.id::text FROM " + plan.table() + " r WHERE r.id = ANY (?::uuid[])", keys);
    if (!inTable) return inTable;
    found->merge(*inTable);
    return found;
  }

  static std::string targetName(const RequiredTarget& target) {
    return target.targetType + "/" + target.targetId;
  }

  bool hasTargets(const Draft& draft) const {
    return std::all_of(draft.encoded->targets.begin(), draft.encoded->targets.end(),
                       [&](const auto& target) { return here_.contains(targetName(target)); });
  }

  // Adds the targets of foreign keys that are in their tables to those that are known to be there.
  Result lookForTargets(const Positions& positions) {
    std::map<std::string_view, std::map<std::string, std::string_view>> wanted;  // type -> key -> id
    for (const std::size_t i : positions) {
      if (!drafts_[i].inTable()) continue;
      for (const RequiredTarget& target : drafts_[i].encoded->targets) {
        if (!here_.contains(targetName(target)))
          wanted[target.targetType].emplace(keyOf(target.targetType, target.targetId).uuid, target.targetId);
      }
    }
    const OwnStatements own(connection());
    for (const auto& [type, keys] : wanted) {
      const fhir::TypeDefinition* definition = fhir::findResourceType(type);
      if (definition == nullptr || impl_.registry.plan(*definition).mapping() == nullptr) continue;
      ArrayLiteral literal;
      for (const auto& [key, id] : keys) literal.add(key);
      auto found = presentKeys(connection(),
                               "SELECT r.id::text FROM " + impl_.registry.plan(*definition).table() +
                                   " r WHERE r.id = ANY (?::uuid[])",
                               literal);
      if (!found) return std::move(found).outcome();
      for (const std::string& key : *found)
        here_.insert(std::string(type) + "/" + std::string(keys.find(key)->second));
    }
    return fhir::Done{};
  }

  fhir::Result<Searchable> index(std::size_t position, IndexRows& rows) {
    const Draft& draft = drafts_[position];
    auto values = impl_.indexValues(draft);
    if (!values) return at(position, std::move(values).outcome());
    rows.add(impl_.registry, draft.plan->type(), draft.key.uuid, *values);
    return values;
  }

  Result insertRows(const TypePlan& plan, const Positions& positions) {
    const auto columns = plan.mapping()->columns();
    auto seal = impl_.sealing();
    if (!seal) return std::move(seal).outcome();
    ArrayLiteral ids, fhirIds, residuals, whole;
    std::vector<ArrayLiteral> arrays(columns.size());
    IndexRows index;
    for (const std::size_t i : positions) {
      const Draft& draft = drafts_[i];
      const auto indexed = this->index(i, index);
      if (!indexed) return indexed.outcome();
      ids.add(draft.key.uuid);
      fhirIds.add(draft.key.fhirId);
      whole.add(draft.encoded->indexedWhole ? "true" : "false");
      const RowValues row(draft, &*seal);
      residuals.add(row.residual);
      for (std::size_t c = 0; c < columns.size(); ++c) {
        if (row.values[c]) arrays[c].add(row.values[c]);
      }
    }
    ManyRows rows;
    rows.column("id", "uuid", ids);
    rows.column("fhir_id", "text", fhirIds);
    rows.column("fhir_residual", "json", residuals);
    rows.column("fhir_indexed_whole", "boolean", whole);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (!arrays[c].empty()) rows.column(columns[c].name, columns[c].sqlType, arrays[c]);
    }
    for (const auto& [column, value] : plan.mapping()->constants()) rows.constant(column, value);
    auto stamps = rows.run(connection(), plan.table(), index);
    if (!stamps) return std::move(stamps).outcome();
    keep(positions, *stamps);
    return plan.isTarget() ? arrive(plan, positions) : fhir::Done{};
  }

  // Of all types.
  Result insertGeneric(const Positions& positions) {
    auto seal = impl_.sealing();
    if (!seal) return std::move(seal).outcome();
    ArrayLiteral types, ids, fhirIds, contents, patients, practitioners;
    IndexRows index;
    for (const std::size_t i : positions) {
      const Draft& draft = drafts_[i];
      const auto indexed = this->index(i, index);
      if (!indexed) return indexed.outcome();
      types.add(draft.plan->name());
      ids.add(draft.key.uuid);
      fhirIds.add(draft.key.fhirId);
      contents.add(seal->whole(draft.plan->type(), draft.key.uuid, encodeWhole(*draft.resource)));
      const Persons persons = impl_.registry.personsOf(draft.plan->type(), draft.key.uuid, indexed->values);
      patients.add(persons.patients);
      practitioners.add(persons.practitioners);
    }
    ManyRows rows;
    rows.column("resource_type", "text", types);
    rows.column("id", "uuid", ids);
    rows.column("fhir_id", "text", fhirIds);
    rows.column("fhir_residual", "json", contents);
    // An array of arrays has all of one length: so as texts.
    rows.column("patient_keys", "text", patients, "::uuid[]");
    rows.column("practitioner_keys", "text", practitioners, "::uuid[]");
    auto stamps = rows.run(connection(), "fhir.resource", index);
    if (!stamps) return std::move(stamps).outcome();
    keep(positions, *stamps);
    return fhir::Done{};
  }

  void keep(const Positions& positions, const std::unordered_map<std::string, Stamp>& stamps) {
    for (const std::size_t i : positions)
      out_[i] =
          impl_.written(drafts_[i], stamps.at(drafts_[i].key.uuid), Change::created, puts_[i].wantsContent);
  }

  // Rows that others may point to are there: what waited for them moves into its table.
  Result arrive(const TypePlan& plan, const Positions& positions) {
    ArrayLiteral ids;
    for (const std::size_t i : positions) {
      here_.insert(drafts_[i].name());
      if (!puts_[i].isNew || impl_.waitsInTransaction)
        ids.add(drafts_[i].key.fhirId.value_or(drafts_[i].key.uuid));
    }
    if (ids.empty()) return fhir::Done{};
    const OwnStatements own(connection());
    auto rows = connection().run(
        "SELECT DISTINCT target_id FROM fhir.dangling_reference WHERE target_type = ? AND target_id = ANY "
        "(?::text[]) ORDER BY target_id",
        {plan.name(), ids.text()});
    if (!rows) return std::move(rows).outcome();
    std::vector<std::string> awaited;
    for (std::size_t row = 0; row < rows->size(); ++row) awaited.emplace_back(rows->text(row, 0));
    for (const std::string& id : awaited) {
      if (auto adopted = impl_.adopt(plan, id); !adopted) return adopted;
    }
    return fhir::Done{};
  }

  Result writeAlone(const Positions& positions) {
    for (const std::size_t i : positions) {
      auto written = impl_.putOne(puts_[i], drafts_[i]);
      if (!written) return at(i, std::move(written).outcome());
      if (drafts_[i].plan->isTarget() && drafts_[i].inTable()) here_.insert(drafts_[i].name());
      out_[i] = *std::move(written);
    }
    return fhir::Done{};
  }

  fhir::Outcome at(std::size_t position, fhir::Outcome outcome) {
    fault_ = position;
    return outcome;
  }

  Impl& impl_;
  std::span<const Put> puts_;
  std::optional<std::size_t>& fault_;
  std::vector<Draft> drafts_;
  std::vector<Written> out_;
  Positions generic_;
  Names here_;  // "Patient/42": in their tables, so that foreign keys find them
};

fhir::Result<Written> Session::Impl::putOne(const Put& put, Draft& draft) {
  return put.isNew ? insertAllowed(draft) : this->put(draft, put.precondition);
}

fhir::Result<std::vector<Written>> Session::Impl::putMany(std::span<const Put> puts,
                                                          std::optional<std::size_t>& fault) {
  targetsComeLater = true;
  auto written = Together(*this, puts, fault).run();
  targetsComeLater = false;
  return written;
}

fhir::Result<std::vector<Written>> Session::Impl::putEach(std::span<const Put> puts,
                                                          std::optional<std::size_t>& fault) {
  targetsComeLater = true;
  std::vector<Written> out;
  std::optional<fhir::Outcome> refused;
  for (std::size_t i = 0; i < puts.size() && !refused; ++i) {
    const TypePlan& plan = registry.plan(puts[i].resource->type());
    Draft one = draft(*puts[i].resource, plan, keyOf(plan.name(), puts[i].id));
    auto written = putOne(puts[i], one);
    if (written) {
      out.push_back(*std::move(written));
    } else {
      fault = i;
      refused = std::move(written).outcome();
    }
  }
  targetsComeLater = false;
  if (refused) return *std::move(refused);
  return out;
}

fhir::Result<fhir::Done> Session::Impl::checkTargets(std::span<const Put> puts,
                                                     std::optional<std::size_t>& fault) {
  if (!registry.options().strictReferences) return fhir::Done{};
  for (std::size_t i = 0; i < puts.size(); ++i) {
    const TypePlan& plan = registry.plan(puts[i].resource->type());
    Draft one;
    one.plan = &plan;
    one.key = keyOf(plan.name(), puts[i].id);
    one.resource = puts[i].resource;
    if (auto checked = checkStrict(one); !checked) {
      fault = i;
      return checked;
    }
  }
  return fhir::Done{};
}

std::string newId() {
  return newKey().uuid;
}

fhir::Result<std::vector<Written>> Session::putTogether(std::span<const Put> puts, Manner manner,
                                                        std::optional<std::size_t>& fault) {
  fault.reset();
  auto all = manner == Manner::together ? impl_->putMany(puts, fault) : impl_->putEach(puts, fault);
  if (!all) return all;
  if (std::any_of(all->begin(), all->end(),
                  [](const Written& each) { return each.change != Change::unchanged; }))
    impl_->noteWritten();
  return all;
}

fhir::Result<fhir::Done> Session::checkTargets(std::span<const Put> puts, std::optional<std::size_t>& fault) {
  fault.reset();
  return impl_->checkTargets(puts, fault);
}

}  // namespace store
