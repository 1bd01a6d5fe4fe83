#include "src/store/mapping/compile_elements.h"

#include <algorithm>

#include "fhir/json/json.h"

namespace store::mapping {

namespace {

// Decodes nothing where the column has the value that stands for an absent element.
class WithDefault final : public Converter {
 public:
  WithDefault(std::shared_ptr<const Converter> inner, Column column, std::string value)
      : inner_(std::move(inner)), column_(column), value_(std::move(value)) {}
  bool decode(Row row, std::string& out) const override {
    return cell(row, column_) != value_ && inner_->decode(row, out);
  }
  bool encode(const fhir::Element& element, Values values) const override {
    return inner_->encode(element, values);
  }

 private:
  std::shared_ptr<const Converter> inner_;
  Column column_;
  std::string value_;
};

std::vector<std::string_view> kindNames() {
  std::vector<std::string_view> names;
  for (const ConverterKind& kind : converterKinds()) names.push_back(kind.name);
  return names;
}

bool fits(const ConverterKind& kind, const fhir::Property& property) {
  if (kind.name == "items" && property.type->isPrimitive()) return false;
  return std::any_of(kind.fhirTypes.begin(), kind.fhirTypes.end(),
                     [&](std::string_view name) { return property.type->is(name); });
}

}  // namespace

std::string plainPath(const std::vector<Step>& steps) {
  std::string path;
  for (const Step& step : steps) join(path, step.property->name, ".");
  return path;
}

void ElementCompiler::add(const SourceValue& source) {
  if (source.kind != SourceValue::Kind::object) {
    complaints_.add(source.line, "an element must be an object");
    return;
  }
  checkKeys(source, {"path",        "type",     "column", "columns",   "sqlType",  "codes",   "target",
                     "targetTable", "required", "fixed",  "unique",    "indexed",  "default", "derived",
                     "otherwise",   "items",    "plain",  "whenEmpty", "constant", "note",    "encrypted"},
            complaints_);
  const std::string_view path = textOf(source, "path", true, complaints_);
  if (source.find("constant") != nullptr) {
    addConstant(source, path);
    return;
  }
  const std::string_view type = textOf(source, "type", true, complaints_);
  if (path.empty() || type.empty()) return;

  CompiledElement element;
  element.kind = findConverterKind(type);
  if (element.kind == nullptr) {
    complaints_.add(source.find("type")->line,
                    "unknown type '" + std::string(type) + "'" + suggestion(type, kindNames()));
    return;
  }
  auto steps = parsePath(path, type_, source.find("path")->line, complaints_);
  if (!steps || !checkType(source, *element.kind, steps->back())) return;
  element.steps = std::move(*steps);
  element.encoded = !flagOf(source, "derived", complaints_);
  if (!readColumns(source, element)) return;
  const auto converter = makeConverter(source, element);
  if (!converter) return;

  std::vector<Column> used = element.columns;
  used.erase(std::remove(used.begin(), used.end(), noColumn), used.end());
  if (!tree_.add(element.steps, {converter, used, element.encoded, element.kind->wholeArray})) {
    complaints_.add(source.line, "path '" + std::string(path) +
                                     "' is mapped already, or a part of it is mapped as a whole");
    return;
  }
  readOtherwise(source, element, converter);
  document(source, element);
  compiled_.push_back(std::move(element));
}

void ElementCompiler::addConstant(const SourceValue& source, std::string_view path) {
  checkKeys(source, {"path", "constant", "note"}, complaints_);
  const std::string_view text = textOf(source, "constant", true, complaints_);
  if (path.empty() || text.empty()) return;
  const auto steps = parsePath(path, type_, source.find("path")->line, complaints_);
  if (!steps) return;
  const fhir::Property& last = *steps->back().property;
  if (steps->size() < 2 || last.element->isArray() || !last.type->isPrimitive() ||
      last.type->jsonKind != fhir::JsonKind::string) {
    complaints_.add(source.find("path")->line,
                    "a constant is a text inside an element; for a whole element use \"whenEmpty\"");
    return;
  }
  std::string json;
  fhir::json::writeString(text, json);
  if (!tree_.addConstant(*steps, std::move(json))) {
    complaints_.add(source.line, "path '" + std::string(path) + "' is mapped already");
    return;
  }
  documented_.push_back(
      {std::string(path), "", "always `" + std::string(text) + "` beside what the columns give"});
}

bool ElementCompiler::checkType(const SourceValue& source, const ConverterKind& kind, const Step& last) {
  const fhir::Property& property = *last.property;
  const auto complain = [&](const std::string& message) {
    complaints_.add(source.find("type")->line, message);
    return false;
  };
  if (!fits(kind, property)) {
    std::string message =
        "'" + std::string(kind.name) + "' does not convert " + std::string(property.type->name);
    std::vector<std::string_view> fitting;
    for (const ConverterKind& other : converterKinds()) {
      if (fits(other, property)) fitting.push_back(other.name);
    }
    message += fitting.empty() ? "; map the elements inside it" : ", but ";
    for (std::size_t i = 0; i < fitting.size(); ++i) message += (i > 0 ? ", " : "") + std::string(fitting[i]);
    return complain(message + (fitting.empty() ? "" : fitting.size() > 1 ? " do" : " does"));
  }
  if (kind.wholeArray && !property.element->isArray()) {
    return complain("'" + std::string(kind.name) + "' converts an element that repeats; '" +
                    std::string(property.name) + "' does not");
  }
  if (kind.wholeArray && !last.selectorText.empty()) {
    return complain("'" + std::string(kind.name) + "' converts all items: the path's end takes no [...]");
  }
  if (!kind.wholeArray && property.element->isArray() && property.type->isPrimitive()) {
    return complain("'" + std::string(property.name) +
                    "' is a list of primitives, which no column can own an item of");
  }
  return true;
}

bool ElementCompiler::readCodes(const SourceValue& source, CompiledElement& element) {
  const SourceValue* codes = memberOf(source, "codes", SourceValue::Kind::object, complaints_);
  const fhir::ElementDefinition& definition = *element.steps.back().property->element;
  const fhir::CodeList* list = definition.bindingStrength == fhir::BindingStrength::required
                                   ? fhir::findCodes(definition.valueSet)
                                   : nullptr;
  if (element.kind->name != "code") {
    if (codes != nullptr) complaints_.add(codes->line, "'codes' belongs to the type 'code'");
    return codes == nullptr;
  }
  if (codes == nullptr) {
    if (list == nullptr) {
      complaints_.add(
          source.line,
          "'codes' is missing: no required value set says what the codes are (or use the type 'string')");
      return false;
    }
    for (const std::string_view code : list->codes) element.codes.emplace_back(code, code);
    return true;
  }
  for (const auto& [code, value] : codes->members) {
    if (list != nullptr && !list->contains(code)) {
      complaints_.add(value.line, "'" + code + "' is not a code of " + std::string(definition.valueSet) +
                                      suggestion(code, std::vector<std::string_view>(list->codes.begin(),
                                                                                     list->codes.end())));
      return false;
    }
    const bool several = value.kind == SourceValue::Kind::array;
    const std::span<const SourceValue> texts = several ? std::span(value.items) : std::span(&value, 1);
    for (const SourceValue& text : texts) {
      if (text.kind != SourceValue::Kind::string || text.text.empty()) {
        complaints_.add(value.line,
                        "the column's value for '" + code + "' must be a text, or a list of texts");
        return false;
      }
      element.codes.emplace_back(code, text.text);
    }
  }
  if (element.codes.empty())
    complaints_.add(codes->line, "'codes' must be an object {FHIR code: column value}");
  return !element.codes.empty();
}

bool ElementCompiler::readTarget(const SourceValue& source, CompiledElement& element, std::string& target) {
  if (element.kind->name != "reference") {
    for (const std::string_view key : {"target", "targetTable"}) {
      if (const SourceValue* value = source.find(key)) {
        complaints_.add(value->line, "'" + std::string(key) + "' belongs to the type 'reference'");
      }
    }
    return true;
  }
  target = textOf(source, "target", true, complaints_);
  const std::string_view table = textOf(source, "targetTable", true, complaints_);
  if (target.empty() || table.empty()) return false;
  const auto& steps = element.steps;
  if (steps.size() < 2 || steps.back().property->name != "reference" ||
      steps[steps.size() - 2].property->type->name != "Reference") {
    complaints_.add(source.find("path")->line, "'reference' converts the element 'reference' of a Reference");
    return false;
  }
  const fhir::Property& holder = *steps[steps.size() - 2].property;
  for (const fhir::ElementType& type : holder.element->types) {
    if (type.type != holder.type || type.targets.empty()) continue;
    const std::vector<std::string_view> allowed(type.targets.begin(), type.targets.end());
    const bool any = std::find(allowed.begin(), allowed.end(), "Resource") != allowed.end();
    if (!any && std::find(allowed.begin(), allowed.end(), target) == allowed.end()) {
      complaints_.add(source.find("target")->line, std::string(holder.element->path) +
                                                       " does not refer to '" + target + "'" +
                                                       suggestion(target, allowed));
      return false;
    }
  }
  if (fhir::findResourceType(target) == nullptr) {
    std::vector<std::string_view> names;
    for (const fhir::TypeDefinition* type : fhir::resourceTypes()) names.push_back(type->name);
    complaints_.add(source.find("target")->line,
                    "'" + target + "' is not a resource type" + suggestion(target, names));
    return false;
  }
  MappedColumn& column = columns_.at(element.columns[0]);
  column.targetType = target;
  column.targetTable = table;
  return true;
}

std::shared_ptr<const Converter> ElementCompiler::makeConverter(const SourceValue& source,
                                                                CompiledElement& element) {
  std::string target;
  if (!readCodes(source, element) || !readTarget(source, element, target)) return nullptr;
  if (flagOf(source, "required", complaints_)) columns_.at(element.columns[0]).required = true;
  if (flagOf(source, "fixed", complaints_)) columns_.at(element.columns[0]).fixed = true;
  if (flagOf(source, "unique", complaints_)) columns_.at(element.columns[0]).unique = true;
  if (flagOf(source, "indexed", complaints_)) columns_.at(element.columns[0]).indexed = true;
  readEncrypted(source, element);
  if (element.kind->name == "items") return makeItemsConverter(source, element);
  for (const std::string_view key : {"items", "plain", "whenEmpty"}) {
    if (const SourceValue* value = source.find(key)) {
      complaints_.add(value->line, "'" + std::string(key) + "' belongs to the type 'items'");
      return nullptr;
    }
  }
  std::shared_ptr<const Converter> converter =
      element.kind->make({element.columns, element.steps.back().property->type, element.codes, target});
  const std::string_view standIn = textOf(source, "default", false, complaints_);
  if (standIn.empty()) return converter;
  defaults_.push_back({element.columns[0], std::string(standIn)});
  return std::make_shared<const WithDefault>(std::move(converter), element.columns[0], std::string(standIn));
}

std::shared_ptr<const Converter> ElementCompiler::makeItemsConverter(const SourceValue& source,
                                                                     const CompiledElement& element) {
  const SourceValue* items = source.find("items");
  if (items == nullptr || items->kind != SourceValue::Kind::array || items->items.empty()) {
    complaints_.add(source.line,
                    "'items' is missing: the elements of one item, with keys of the JSON object as columns");
    return nullptr;
  }
  Columns keys;
  ElementCompiler inner(*element.steps.back().property->type, true, keys, complaints_);
  for (const SourceValue& item : items->items) inner.add(item);
  if (keys.size() == 0) return nullptr;
  if (keys.size() > maxItemKeys) {
    complaints_.add(items->line, "at most " + std::to_string(maxItemKeys) + " keys");
    return nullptr;
  }
  Column plain = noColumn;
  if (const std::string_view name = textOf(source, "plain", false, complaints_); !name.empty()) {
    plain = keys.find(name, source.find("plain")->line, complaints_);
    if (plain == noColumn) return nullptr;
  }
  std::vector<ItemKey> itemKeys;
  for (const MappedColumn& key : keys.takeColumns()) {
    const bool quoted = !key.name.ends_with(' ');
    itemKeys.push_back({quoted ? key.name : key.name.substr(0, key.name.size() - 1), quoted});
  }
  Program program = inner.program();
  std::vector<Group> groups =
      makeGroups(program, memberOf(source, "whenEmpty", SourceValue::Kind::object, complaints_),
                 *element.steps.back().property->type, complaints_);
  return makeItems(element.columns[0], std::move(program), std::move(groups), std::move(itemKeys), plain);
}

void ElementCompiler::readOtherwise(const SourceValue& source, const CompiledElement& element,
                                    const std::shared_ptr<const Converter>& converter) {
  const SourceValue* paths = memberOf(source, "otherwise", SourceValue::Kind::array, complaints_);
  if (paths == nullptr) return;
  for (const SourceValue& path : paths->items) {
    const auto steps = parsePath(path.text, type_, path.line, complaints_);
    if (!steps || !checkType(source, *element.kind, steps->back())) continue;
    Otherwise other;
    other.column = element.columns[0];
    other.converter = converter;
    for (const Step& step : *steps) {
      other.path.emplace_back(step.property->name);
      if (!step.selectorText.empty()) complaints_.add(path.line, "'otherwise' takes no [...]");
    }
    otherwise_.push_back(std::move(other));
  }
}

}  // namespace store::mapping
