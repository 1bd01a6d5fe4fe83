// Whether a draft's row can stand in its type's table, as far as only the database knows.
#include <algorithm>
#include <utility>

#include "src/store/session_impl.h"

namespace store {

fhir::Result<Fit> Session::Impl::fitOf(const Draft& draft, const Location& before) {
  const TypePlan& plan = *draft.plan;
  const auto columns = plan.mapping()->columns();
  const RowValues row(draft, nullptr);
  Fit fit;
  fit.missing.resize(columns.size());
  fit.taken.resize(columns.size());
  std::string sql;
  std::vector<Parameter> parameters;
  std::vector<std::vector<bool>::reference> answers;
  const auto ask = [&](const std::string& question, std::initializer_list<Parameter> values) {
    sql += (sql.empty() ? "SELECT " : ", ") + question;
    parameters.insert(parameters.end(), values);
  };
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const MappedColumn& column = columns[i];
    if (!row.values[i]) continue;
    if (!column.targetTable.empty()) {
      ask("NOT EXISTS (SELECT FROM public." + column.targetTable + " t WHERE t.id = ?::uuid)",
          {row.values[i]});
      answers.push_back(fit.missing[i]);
    }
    if (column.unique) {
      ask("EXISTS (SELECT FROM " + plan.table() + " n WHERE n." + column.name + " = ?::" + column.sqlType +
              " AND NOT n.is_deleted AND n.id <> ?::uuid)",
          {row.values[i], draft.key.uuid});
      answers.push_back(fit.taken[i]);
    }
    if (column.fixed && before.exists() && !before.generic)
      fit.changesFixed |= before.values[i] != draft.encoded->values[i];
  }
  const bool mayBeTaken = !plan.otherTypes().empty();
  if (mayBeTaken) ask("EXISTS (SELECT" + plan.otherTypes() + " AND n.id = ?::uuid)", {draft.key.uuid});
  if (sql.empty()) return fit;
  const OwnStatements own(connection);  // what is hidden is in the way, too
  auto rows = connection.run(sql, parameters);
  if (!rows) return std::move(rows).outcome();
  for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = rows->flag(0, i);
  fit.keyTaken = mayBeTaken && rows->flag(0, answers.size());
  return fit;
}

fhir::Result<Fit> Session::Impl::settle(Draft& draft, const Location& before) {
  if (!draft.inTable()) return Fit{};
  auto fit = fitOf(draft, before);
  if (fit && fit->lacksTarget()) {
    // From here on the arrival of a target waits for us, and we look once more.
    if (auto locked = lockTargets(draft); !locked) return std::move(locked).outcome();
    fit = fitOf(draft, before);
  }
  if (!fit) return fit;
  if (fit->keyTaken) {
    draft.encoded->holdable = false;
  } else if (std::find(fit->taken.begin(), fit->taken.end(), true) != fit->taken.end()) {
    std::vector<std::optional<std::string>> values = draft.encoded->values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (fit->taken[i]) values[i].reset();
    }
    draft.encoded = draft.plan->mapping()->encodeOver(*draft.resource, values, fit->taken);
  }
  return fit;
}

fhir::Result<fhir::Done> Session::Impl::fitInto(Draft& draft, const Location& before) {
  auto fit = fitOf(draft, before);
  if (!fit) return std::move(fit).outcome();
  const auto columns = draft.plan->mapping()->columns();
  std::vector<std::optional<std::string>> current = before.values;
  std::vector<bool> kept(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    kept[i] = fit->missing[i] || fit->taken[i] || columns[i].fixed;
    if (fit->taken[i]) current[i].reset();
  }
  draft.encoded = draft.plan->mapping()->encodeOver(*draft.resource, current, kept);
  return fhir::Done{};
}

}  // namespace store
