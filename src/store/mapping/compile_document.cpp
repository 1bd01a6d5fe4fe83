// ElementCompiler: an element's line in docs/mappings.md.
#include "src/store/mapping/compile_elements.h"

namespace store::mapping {

void ElementCompiler::document(const SourceValue& source, const CompiledElement& element) {
  DocumentedElement row;
  row.path = source.find("path")->text;
  for (std::size_t i = 0; i < element.columns.size(); ++i) {
    if (element.columns[i] == noColumn) continue;
    std::string name = columns_.at(element.columns[i]).name;
    join(row.columns, "`" + name.substr(0, name.find(' ')) + "`", ", ");
  }
  row.description = element.kind->description;
  if (!element.codes.empty() && source.find("codes") != nullptr) {
    row.description = "codes: ";
    for (std::size_t i = 0; i < element.codes.size(); ++i) {
      const auto& [code, value] = element.codes[i];
      if (i > 0) row.description += ", ";
      row.description += code;
      if (code != value) row.description.append(" = ").append(value);
    }
  }
  if (const SourceValue* target = source.find("target")) row.description = "foreign key to " + target->text;
  if (!element.encoded) row.description += "; shown, never written";
  if (const SourceValue* standIn = source.find("default"))
    row.description += "; absent is `" + standIn->text + "`";
  if (element.encoded && !isItem_ && columns_.at(element.columns[0]).required)
    row.description += "; required";
  if (element.encoded && !isItem_ && columns_.at(element.columns[0]).fixed)
    row.description += "; never changes in a row";
  if (element.encoded && !isItem_ && columns_.at(element.columns[0]).unique)
    row.description += "; in one row only";
  if (element.encoded && !isItem_ && columns_.at(element.columns[0]).indexed)
    row.description += "; up to " + std::to_string(longestIndexed) + " bytes";
  if (const SourceValue* encrypted = source.find("encrypted")) {
    std::string names;
    for (const SourceValue& name : encrypted->items) join(names, "`" + name.text + "`", ", ");
    row.description += (names.empty() ? "; " : "; " + names + " ") + std::string("encrypted");
  }
  if (const SourceValue* paths = source.find("otherwise")) {
    for (std::size_t i = 0; i < paths->items.size(); ++i) {
      row.description += (i > 0 ? ", " : "; filled otherwise from ") + ("`" + paths->items[i].text + "`");
    }
  }
  if (const SourceValue* items = source.find("items")) {
    row.description += ", its keys: ";
    for (std::size_t i = 0; i < items->items.size(); ++i) {
      const SourceValue& item = items->items[i];
      row.description += i > 0 ? ", " : "";
      std::string names;
      if (const SourceValue* column = item.find("column")) names = column->text;
      if (const SourceValue* columns = item.find("columns")) {
        for (const auto& [role, column] : columns->members) join(names, column.text, "/");
      }
      if (const SourceValue* path = item.find("path")) row.description += "`" + names + "` " + path->text;
    }
  }
  if (const SourceValue* note = source.find("note")) row.description += ". " + note->text;
  documented_.push_back(std::move(row));
}

}  // namespace store::mapping
