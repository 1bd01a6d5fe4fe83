#include "src/store/mapping/compile.h"

#include <algorithm>

#include "fhir/json/json.h"
#include "src/store/mapping/compile_elements.h"
#include "src/store/mapping/compile_search.h"

namespace store::mapping {

namespace {

class PlanCompiler {
 public:
  PlanCompiler(const SourceValue& source, Complaints& complaints)
      : source_(source), complaints_(complaints) {}

  Plan compile() {
    checkKeys(source_,
              {"resource", "table", "note", "where", "elements", "whenEmpty", "accepts", "refuses", "later",
               "search", "persons", "openParameters"},
              complaints_);
    const std::string_view name = textOf(source_, "resource", true, complaints_);
    plan_.table = textOf(source_, "table", true, complaints_);
    plan_.note = textOf(source_, "note", false, complaints_);
    if (name.empty()) return {};
    plan_.type = fhir::findResourceType(name);
    if (plan_.type == nullptr) {
      std::vector<std::string_view> names;
      for (const fhir::TypeDefinition* type : fhir::resourceTypes()) names.push_back(type->name);
      complaints_.add(source_.find("resource")->line,
                      "'" + std::string(name) + "' is not a resource type" + suggestion(name, names));
      return {};
    }
    readConstants();
    readPersons();
    readOpenParameters();
    readElements();
    return std::move(plan_);
  }

 private:
  void readConstants() {
    const SourceValue* where = memberOf(source_, "where", SourceValue::Kind::object, complaints_);
    if (where == nullptr) return;
    for (const auto& [column, value] : where->members) {
      if (value.kind != SourceValue::Kind::string) {
        complaints_.add(value.line, "the value of '" + column + "' must be a text");
      }
      plan_.constants.emplace_back(column, value.text);
    }
  }

  void readPersons() {
    const SourceValue* persons = memberOf(source_, "persons", SourceValue::Kind::object, complaints_);
    if (persons == nullptr) return;
    checkKeys(*persons, {"patient", "practitioner", "visibility"}, complaints_);
    const auto column = [&](std::string_view name) {
      const std::string_view text = textOf(*persons, name, false, complaints_);
      if (text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string_view::npos)
        complaints_.add(persons->line, "'" + std::string(text) + "' is no column's name");
      return std::string(text);
    };
    plan_.persons = {column("patient"), column("practitioner"), column("visibility")};
  }

  void readOpenParameters() {
    const SourceValue* open = memberOf(source_, "openParameters", SourceValue::Kind::array, complaints_);
    if (open == nullptr) return;
    for (const SourceValue& code : open->items) {
      const auto* parameter = fhir::findSearchParameter(*plan_.type, code.text);
      if (parameter != nullptr) {
        plan_.openParameters.push_back(parameter);
        continue;
      }
      std::vector<std::string_view> codes;
      for (const auto& each : fhir::searchParameters(*plan_.type)) codes.push_back(each.code);
      complaints_.add(code.line, "'" + code.text + "' is no search parameter of " +
                                     std::string(plan_.type->name) + suggestion(code.text, codes));
    }
  }

  void readElements() {
    const SourceValue* elements = source_.find("elements");
    if (elements == nullptr || elements->kind != SourceValue::Kind::array || elements->items.empty()) {
      complaints_.add(source_.line, "'elements' is missing: a list of {path, type, column}");
      return;
    }
    Columns columns;
    ElementCompiler compiler(*plan_.type, false, columns, complaints_);
    for (const SourceValue& element : elements->items) compiler.add(element);
    plan_.program = compiler.program();
    plan_.defaults = std::move(compiler.defaults());
    plan_.elements = std::move(compiler.documented());
    readGroups();
    readAcceptances("accepts", false);
    readAcceptances("refuses", true);
    readLater(columns);
    checkDerived(compiler.compiled(), columns, elements->line);
    if (const SourceValue* search = memberOf(source_, "search", SourceValue::Kind::array, complaints_)) {
      compileSearches(*search, compiler.compiled(), columns, plan_, complaints_);
    }
    plan_.columns = columns.takeColumns();
    plan_.expressions = columns.takeExpressions();
  }

  // A column that is only shown must be written by another element, or what an encode finds there is not
  // known.
  void checkDerived(const std::vector<CompiledElement>& elements, Columns& columns, std::size_t line) {
    for (const CompiledElement& element : elements) {
      if (element.encoded) continue;
      const bool written = std::any_of(elements.begin(), elements.end(), [&](const CompiledElement& other) {
        return other.encoded && std::find(other.columns.begin(), other.columns.end(), element.columns[0]) !=
                                    other.columns.end();
      });
      if (!written) {
        complaints_.add(line, "column '" + columns.at(element.columns[0]).name +
                                  "' is derived everywhere: one element must write it");
      }
    }
  }

  void readGroups() {
    plan_.groups =
        makeGroups(plan_.program, memberOf(source_, "whenEmpty", SourceValue::Kind::object, complaints_),
                   *plan_.type, complaints_);
    for (std::size_t i = 0; i < plan_.groups.size(); ++i) {
      const Group& group = plan_.groups[i];
      const std::size_t order = group.element->order;
      if (plan_.groupByOrder.size() <= order) plan_.groupByOrder.resize(order + 1, -1);
      plan_.groupByOrder[order] = static_cast<std::int16_t>(i);
      if (!group.whenEmpty.empty()) {
        plan_.elements.push_back({group.name, "", "when no column says anything: `" + group.whenEmpty + "`"});
      }
    }
  }

  void readAcceptances(std::string_view key, bool refused) {
    const SourceValue* accepts = memberOf(source_, key, SourceValue::Kind::array, complaints_);
    if (accepts == nullptr) return;
    for (const SourceValue& source : accepts->items) {
      checkKeys(source, {"path", "values", "note"}, complaints_);
      const std::string_view path = textOf(source, "path", true, complaints_);
      const SourceValue* values = memberOf(source, "values", SourceValue::Kind::array, complaints_);
      if (values == nullptr || values->items.empty())
        complaints_.add(source.line, "'values' is missing: a list of texts");
      if (path.empty() || values == nullptr) continue;
      const auto steps = parsePath(path, *plan_.type, source.line, complaints_);
      if (!steps) continue;
      Acceptance acceptance;
      acceptance.refused = refused;
      for (const Step& step : *steps) acceptance.path.emplace_back(step.property->name);
      acceptance.expression = std::string(plan_.type->name) + '.' + plainPath(*steps);
      std::string described;
      for (const SourceValue& value : values->items) {
        acceptance.values.push_back(value.text);
        join(described, "`" + value.text + "`", ", ");
      }
      plan_.elements.push_back(
          {std::string(path), "",
           (refused ? "not held here with " : "held here only with one of ") + described});
      plan_.acceptances.push_back(std::move(acceptance));
    }
  }

  void readLater(const Columns& columns) {
    const SourceValue* later = memberOf(source_, "later", SourceValue::Kind::object, complaints_);
    if (later == nullptr) return;
    for (const auto& [name, earlier] : later->members) {
      const ColumnOrder order{columns.find(earlier.text, earlier.line, complaints_),
                              columns.find(name, earlier.line, complaints_)};
      if (order.earlier != noColumn && order.later != noColumn) plan_.orders.push_back(order);
    }
  }

  const SourceValue& source_;
  Complaints& complaints_;
  Plan plan_;
};

}  // namespace

fhir::Result<Plan> compilePlan(std::string_view fileName, std::string_view text) {
  Complaints complaints(fileName);
  const SourceValue source = parseSource(text, complaints);
  if (complaints.none() && source.kind != SourceValue::Kind::object) {
    complaints.add(1, "a mapping file is one JSON object");
  }
  if (!complaints.none()) return std::move(complaints).take();
  Plan plan = PlanCompiler(source, complaints).compile();
  if (!complaints.none()) return std::move(complaints).take();
  return plan;
}

}  // namespace store::mapping
