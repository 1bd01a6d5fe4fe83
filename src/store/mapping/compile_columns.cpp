// ElementCompiler: "column", "columns" and "sqlType" of an element.
#include <algorithm>
#include <array>

#include "src/store/mapping/compile_elements.h"

namespace store::mapping {

namespace {

constexpr std::array<std::string_view, 8> sqlTypes = {"text",    "date", "timestamptz", "numeric",
                                                      "integer", "uuid", "boolean",     "json"};

}  // namespace

bool ElementCompiler::readColumns(const SourceValue& source, CompiledElement& element) {
  const auto& roles = element.kind->roles;
  const SourceValue* one = source.find("column");
  const SourceValue* many = source.find("columns");
  if (roles.size() == 1) {
    if (many != nullptr)
      complaints_.add(many->line, "'" + std::string(element.kind->name) + "' has one column: say \"column\"");
    if (textOf(source, "column", many == nullptr, complaints_).empty()) return false;
    element.columns.push_back(readColumn(*one, sqlTypeOf(source, *element.kind, roles[0]), element));
    return element.columns.back() != noColumn;
  }
  if (many == nullptr || many->kind != SourceValue::Kind::object) {
    complaints_.add(source.line, "'" + std::string(element.kind->name) +
                                     "' has several columns: say \"columns\": {role: column}");
    return false;
  }
  std::vector<std::string_view> names;
  for (const ColumnRole& role : roles) names.push_back(role.name);
  for (const auto& [name, value] : many->members) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      complaints_.add(value.line, "'" + std::string(element.kind->name) + "' has no column '" + name + "'" +
                                      suggestion(name, names));
      return false;
    }
  }
  for (const ColumnRole& role : roles) {
    if (textOf(*many, role.name, role.needed, complaints_).empty()) {
      if (role.needed) return false;
      element.columns.push_back(noColumn);
      continue;
    }
    element.columns.push_back(readColumn(*many->find(role.name), role.sqlType, element));
    if (element.columns.back() == noColumn) return false;
  }
  return true;
}

std::string ElementCompiler::sqlTypeOf(const SourceValue& source, const ConverterKind& kind,
                                       const ColumnRole& role) {
  const std::string_view given = textOf(source, "sqlType", false, complaints_);
  if (given.empty()) return std::string(role.sqlType);
  const std::size_t line = source.find("sqlType")->line;
  if (given.starts_with("enum ") && given.size() > 5) {
    if (kind.name != "code") complaints_.add(line, "only 'code' stands in a column of an enum type");
    return std::string(given.substr(5));
  }
  if (std::find(sqlTypes.begin(), sqlTypes.end(), given) == sqlTypes.end()) {
    complaints_.add(line,
                    "unknown column type '" + std::string(given) + "'" +
                        suggestion(given, std::vector<std::string_view>(sqlTypes.begin(), sqlTypes.end())) +
                        " An enum type is written 'enum its_name'.");
  } else if (given != role.sqlType && given != "text") {
    complaints_.add(line, "'" + std::string(kind.name) + "' stands in a column of type " +
                              std::string(role.sqlType) + " or text, not " + std::string(given));
  }
  return std::string(given);
}

Column ElementCompiler::readColumn(const SourceValue& name, std::string_view sqlType,
                                   const CompiledElement& element) {
  const bool isIdentifier = std::all_of(name.text.begin(), name.text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (!isIdentifier) {
    complaints_.add(name.line,
                    "column '" + name.text + "': names have lower-case letters, digits and _ only");
    return noColumn;
  }
  std::string expression = std::string(type_.name) + '.' + plainPath(element.steps);
  if (!isItem_) return columns_.add(name.text, sqlType, expression, name.line, complaints_);
  // One key may hold a text or a number: it is then two columns of the item's program.
  const bool quoted = sqlType != "numeric" && sqlType != "integer" && sqlType != "boolean";
  return columns_.add(name.text + (quoted ? "" : " "), quoted ? "text" : sqlType, expression, name.line,
                      complaints_);
}

// `true` for the one column, or a list of those that are.
void ElementCompiler::readEncrypted(const SourceValue& source, const CompiledElement& element) {
  const SourceValue* given = source.find("encrypted");
  if (given == nullptr) return;
  const bool isList = given->kind == SourceValue::Kind::array;
  if (isItem_ || !(isList || (given->isTrue() && element.columns.size() == 1))) {
    complaints_.add(
        given->line,
        "'encrypted' is true for an element of one column, or a list of its columns; not inside 'items'");
    return;
  }
  std::vector<Column> columns = isList ? std::vector<Column>() : element.columns;
  for (const SourceValue& name : given->items) {
    const Column column = columns_.find(name.text, name.line, complaints_);
    if (column != noColumn) columns.push_back(column);
  }
  for (const Column each : columns) {
    MappedColumn& column = columns_.at(each);
    if ((column.sqlType != "text" && column.sqlType != "json") || column.unique || column.fixed ||
        !column.targetTable.empty())
      complaints_.add(given->line,
                      "'" + column.name +
                          "' cannot be encrypted: only a text or json can that is neither fixed nor unique");
    column.encrypted = true;
  }
}

}  // namespace store::mapping
