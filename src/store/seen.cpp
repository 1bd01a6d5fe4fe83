// What of the current resources the caller sees, and what may be in its way unseen; for what writes.
#include <utility>

#include "src/store/session_impl.h"

namespace store {

using fhir::Failure;

fhir::Result<std::set<std::string>> Session::Impl::seenOf(const TypePlan& plan,
                                                          const std::vector<std::string>& keys,
                                                          AccessSql::For purpose) {
  std::set<std::string> out;
  if (keys.empty()) return out;
  ArrayLiteral literal;
  for (const std::string& key : keys) literal.add(key);
  SqlText text;
  const auto add = [&](bool generic) {
    text << (text.text().empty() ? "" : " UNION ALL ") << "SELECT r.id::text"
         << (generic ? plan.fromGeneric() : plan.fromMapped()) << " AND r.id = ANY (";
    text.bind(literal.text(), "uuid[]") << ")";
    text.append(seen(view(), plan, generic, purpose));
  };
  if (plan.mapping() != nullptr) add(false);
  add(true);
  auto rows = run(text);
  if (!rows) return std::move(rows).outcome();
  for (std::size_t row = 0; row < rows->size(); ++row) out.emplace(rows->text(row, 0));
  return out;
}

// Whether the database itself hides no row of the type: then what the server's own conditions leave open
// needs no look at the row.
bool Session::Impl::seesAllRows(const TypePlan& plan) const {
  const DatabaseRole role = connection.caller().role;
  if (role != DatabaseRole::client) return role == DatabaseRole::own;
  return plan.mapping() == nullptr || plan.mapping()->persons().visibility.empty();
}

fhir::Result<fhir::Done> Session::Impl::checkSeen(const TypePlan& plan, const Key& key,
                                                  AccessSql::For purpose, std::string_view what) {
  if (AccessSql(view()).isOpen(plan, purpose) && seesAllRows(plan)) return fhir::Done{};
  auto seen = seenOf(plan, {key.uuid}, purpose);
  if (!seen) return std::move(seen).outcome();
  if (seen->empty()) return mayNot(plan, what);
  return fhir::Done{};
}

// What is hidden is nowhere; what is seen and may not be changed is refused.
fhir::Result<Location> Session::Impl::locateSeen(const TypePlan& plan, const Key& key, AccessSql::For purpose,
                                                 std::string_view what) {
  auto before = locate(plan, key);
  if (!before || !before->exists()) return before;
  auto allowed = checkSeen(plan, key, purpose, what);
  if (allowed) {
    give(before->current);
    return before;
  }
  if (allowed.outcome().failure() != Failure::forbidden) return std::move(allowed).outcome();
  auto seen = checkSeen(plan, key, AccessSql::For::include, what);
  if (!seen && seen.outcome().failure() == Failure::forbidden) return Location{};
  give(before->current);
  return std::move(allowed).outcome();
}

// Whether a row that the caller does not see may be in the way of the draft's.
bool Session::Impl::hidesOthers(const Draft& draft) const {
  return draft.saysWhatOnlyOneMay() && !seesAllRows(*draft.plan);
}

}  // namespace store
