#include "src/store/mapping/compile_search.h"

#include <algorithm>
#include <array>

namespace store::mapping {

namespace {

struct SearchKind {
  std::string_view name;
  ColumnSearch::Kind kind;
  std::size_t columns;
  std::size_t leaf;  // which of the columns holds the element that the parameter is compared with
  std::array<fhir::SearchParameterType, 2> types;
};

using Type = fhir::SearchParameterType;
constexpr auto searchKinds = std::to_array<SearchKind>({
    {"date", ColumnSearch::Kind::date, 1, 0, {Type::date, Type::date}},
    {"dateTime", ColumnSearch::Kind::dateTime, 1, 0, {Type::date, Type::date}},
    {"period", ColumnSearch::Kind::period, 2, 0, {Type::date, Type::date}},
    {"code", ColumnSearch::Kind::code, 1, 0, {Type::token, Type::token}},
    {"coding", ColumnSearch::Kind::coding, 2, 1, {Type::token, Type::token}},
    {"string", ColumnSearch::Kind::string, 1, 0, {Type::string, Type::string}},
    {"reference", ColumnSearch::Kind::reference, 1, 0, {Type::reference, Type::reference}},
    {"quantity", ColumnSearch::Kind::quantity, 3, 0, {Type::quantity, Type::number}},
    {"boolean", ColumnSearch::Kind::boolean, 1, 0, {Type::token, Type::token}},
});

class SearchCompiler {
 public:
  SearchCompiler(const std::vector<CompiledElement>& elements, Columns& columns, Plan& plan,
                 Complaints& complaints)
      : elements_(elements), columns_(columns), plan_(plan), complaints_(complaints) {}

  void add(const SourceValue& source) {
    checkKeys(source, {"parameter", "kind", "columns", "system", "note"}, complaints_);
    const fhir::SearchParameter* parameter = findParameter(source);
    const SearchKind* kind = findKind(source);
    if (parameter == nullptr || kind == nullptr) return;
    if (std::find(kind->types.begin(), kind->types.end(), parameter->type) == kind->types.end()) {
      complaints_.add(source.line, "'" + std::string(kind->name) + "' does not answer the parameter '" +
                                       std::string(parameter->code) + "', whose type is another");
      return;
    }
    const SourceValue* names = memberOf(source, "columns", SourceValue::Kind::array, complaints_);
    if (names == nullptr || names->items.size() != kind->columns) {
      complaints_.add(source.line, "'" + std::string(kind->name) + "' needs \"columns\" with " +
                                       std::to_string(kind->columns) + " of them");
      return;
    }
    ColumnSearch search;
    SearchReading reading;
    search.parameter = parameter;
    search.kind = kind->kind;
    search.codeSystem = textOf(source, "system", false, complaints_);
    for (const SourceValue& name : names->items) {
      const Column column = columns_.find(name.text, name.line, complaints_);
      if (column == noColumn) return;
      search.columns.push_back(name.text);
      reading.columns.push_back(column);
    }
    const CompiledElement* element = holderOf(reading.columns[kind->leaf]);
    if (element == nullptr) {
      complaints_.add(names->line, "no element writes the column '" + search.columns[kind->leaf] + "'");
      return;
    }
    if (kind->kind == ColumnSearch::Kind::code) search.codes = codesOf(*element);
    if (!checkEncrypted(source, search, reading)) return;
    // Which units there are is asked of an index.
    if (kind->kind == ColumnSearch::Kind::quantity) columns_.at(reading.columns[1]).indexed = true;
    for (const Step& step : element->steps) reading.path.emplace_back(step.property->name);
    // A parameter that filters the items (telecom.where(system='phone')) reads what the selector selects.
    if (parameter->expression.find(".where(system") != std::string_view::npos)
      reading.selector = element->steps.front().selector;
    search.alwaysSaysAll = kind->kind == ColumnSearch::Kind::reference &&
                           columns_.at(reading.columns[0]).required && isSingle(*element);
    reading.group = static_cast<std::size_t>(plan_.groupOf(*element->steps.front().property->element) -
                                             plan_.groups.data());
    plan_.searches.push_back(std::move(search));
    plan_.readings.push_back(std::move(reading));
  }

 private:
  const fhir::SearchParameter* findParameter(const SourceValue& source) {
    const std::string_view code = textOf(source, "parameter", true, complaints_);
    if (code.empty()) return nullptr;
    if (const auto* parameter = fhir::findSearchParameter(*plan_.type, code)) return parameter;
    std::vector<std::string_view> codes;
    for (const fhir::SearchParameter& known : fhir::searchParameters(*plan_.type))
      codes.push_back(known.code);
    complaints_.add(source.find("parameter")->line, "R4 has no search parameter '" + std::string(code) +
                                                        "' for " + std::string(plan_.type->name) +
                                                        suggestion(code, codes));
    return nullptr;
  }

  // A hash can be compared with what is the same, and with nothing else.
  bool checkEncrypted(const SourceValue& source, const ColumnSearch& search, const SearchReading& reading) {
    for (const Column each : reading.columns) {
      MappedColumn& column = columns_.at(each);
      if (!column.encrypted) continue;
      column.searched = true;
      if (search.kind == ColumnSearch::Kind::code && search.codes.empty()) continue;
      complaints_.add(source.line,
                      "the column '" + column.name +
                          "' is encrypted: it answers a parameter of kind 'code' alone, by a hash");
      return false;
    }
    return true;
  }

  const SearchKind* findKind(const SourceValue& source) {
    const std::string_view name = textOf(source, "kind", true, complaints_);
    if (name.empty()) return nullptr;
    std::vector<std::string_view> names;
    for (const SearchKind& kind : searchKinds) {
      if (kind.name == name) return &kind;
      names.push_back(kind.name);
    }
    complaints_.add(source.find("kind")->line,
                    "unknown kind '" + std::string(name) + "'" + suggestion(name, names));
    return nullptr;
  }

  const CompiledElement* holderOf(Column column) const {
    for (const CompiledElement& element : elements_) {
      if (element.encoded && element.columns[0] == column) return &element;
    }
    return nullptr;
  }

  static bool isSingle(const CompiledElement& element) {
    return std::none_of(element.steps.begin(), element.steps.end(), [](const Step& step) {
      return step.property->element->isArray() || !step.selectorText.empty();
    });
  }

  static CodePairs codesOf(const CompiledElement& element) {
    const bool translated = std::any_of(element.codes.begin(), element.codes.end(),
                                        [](const auto& pair) { return pair.first != pair.second; });
    return translated ? element.codes : CodePairs{};
  }

  const std::vector<CompiledElement>& elements_;
  Columns& columns_;
  Plan& plan_;
  Complaints& complaints_;
};

}  // namespace

void compileSearches(const SourceValue& source, const std::vector<CompiledElement>& elements,
                     Columns& columns, Plan& plan, Complaints& complaints) {
  SearchCompiler compiler(elements, columns, plan, complaints);
  for (const SourceValue& search : source.items) compiler.add(search);
}

}  // namespace store::mapping
