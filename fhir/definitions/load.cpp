// Expands the facts (README.md) into Tables.
//
// The facts are part of the program: a fault in them is a programming error, which the tests would show.
#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "fhir/definitions/facts.h"
#include "fhir/definitions/hash.h"
#include "fhir/definitions/tables.h"

namespace fhir::detail {
namespace {

using Fields = std::vector<std::string_view>;

// Splits at each separator. Empty fields at the end are left out.
void split(std::string_view text, char separator, Fields& out) {
  out.clear();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

Fields split(std::string_view text, char separator) {
  Fields fields;
  split(text, separator, fields);
  return fields;
}

std::uint16_t number(std::string_view digits) {
  unsigned value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return static_cast<std::uint16_t>(value);
}

// Names an index by its digit: `letters.find(letter)` of an enum's order.
template <class Enum>
Enum letter(std::string_view letters, char found) {
  return static_cast<Enum>(letters.find(found));
}

class Loader {
 public:
  explicit Loader(Tables& tables) : tables_(tables) {}

  void run() {
    readLines();
    declareTypes();
    for (std::size_t i = 0; i < typeLines_.size(); ++i) buildType(i);
    readCodes();
    readSearchParameters();
    for (TypeDefinition& type : tables_.types)
      if (type.isResource() && !type.isAbstract) tables_.resourceTypes.push_back(&type);
    std::sort(tables_.resourceTypes.begin(), tables_.resourceTypes.end(),
              [](const auto* left, const auto* right) { return left->name < right->name; });
  }

 private:
  struct TypeLine {
    std::string_view type;
    std::vector<std::string_view> elements;
  };

  template <class T>
  std::span<T> make(std::size_t count) {
    if (count == 0) return {};
    T* first = static_cast<T*>(tables_.memory.allocate(count * sizeof(T), alignof(T)));
    std::uninitialized_value_construct_n(first, count);
    return {first, count};
  }

  template <class T>
  std::span<const T> keep(const std::vector<T>& items) {
    std::span<T> kept = make<T>(items.size());
    std::copy(items.begin(), items.end(), kept.begin());
    return kept;
  }

  std::string_view keepText(std::initializer_list<std::string_view> parts) {
    std::size_t size = 0;
    for (std::string_view part : parts) size += part.size();
    std::span<char> kept = make<char>(size);
    char* out = kept.data();
    for (std::string_view part : parts) out = std::copy(part.begin(), part.end(), out);
    return {kept.data(), size};
  }

  void readLines() {
    std::string_view text = facts();
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.size() < 2) continue;
      const std::string_view rest = line.substr(2);
      switch (line[0]) {
        case 'I':
          readInvariant(rest);
          break;
        case 'V':
          valueSets_.push_back(rest);
          break;
        case 'T':
          typeLines_.push_back({rest, {}});
          break;
        case 'E':
          typeLines_.back().elements.push_back(rest);
          break;
        case 'C':
          codeLines_.push_back(rest);
          break;
        case 'M':
          readCompartment(rest);
          break;
        default:
          searchLines_.push_back(line);
          break;
      }
    }
  }

  void readInvariant(std::string_view line) {
    split(line, '\t', fields_);
    invariants_.push_back({fields_[0], fields_[1] == "e", fields_[2], fields_[3]});
  }

  void readCompartment(std::string_view line) {
    split(line, '\t', fields_);
    const std::vector<std::string_view> parameters(fields_.begin() + 2, fields_.end());
    tables_.compartments.push_back({fields_[0], fields_[1], keep(parameters)});
  }

  void declareTypes() {
    tables_.types = make<TypeDefinition>(typeLines_.size());
    tables_.typeByName.reserve(typeLines_.size());
    for (std::size_t i = 0; i < typeLines_.size(); ++i) {
      const std::string_view line = typeLines_[i].type;
      TypeDefinition& type = tables_.types[i];
      type.name = line.substr(0, line.find('\t'));
      tables_.typeByName.emplace(type.name, &type);
    }
  }

  // A base stands before the types built on it.
  void buildType(std::size_t index) {
    const Fields fields = split(typeLines_[index].type, '\t');
    TypeDefinition& type = tables_.types[index];
    const auto field = [&](std::size_t i) { return i < fields.size() ? fields[i] : std::string_view{}; };
    type.kind = letter<TypeKind>("pcbr", field(1)[0]);
    if (type.isPrimitive()) type.primitive = primitive(type.name);
    type.jsonKind = letter<JsonKind>("snb", field(2)[0]);
    type.isAbstract = field(3) == "a";
    type.base = field(4).empty() ? nullptr : tables_.typeByName.at(field(4));
    type.invariants = invariants(field(5));
    type.pattern = field(6);
    if (field(3) != "l") buildElements(type, typeLines_[index].elements);
    buildProperties(type);
  }

  void buildElements(TypeDefinition& type, const std::vector<std::string_view>& lines) {
    std::vector<ElementDefinition> elements;
    if (type.base) elements.assign(type.base->elements.begin(), type.base->elements.end());
    for (std::string_view line : lines) {
      const ElementDefinition element = readElement(line);
      const auto inherited =
          std::find_if(elements.begin(), elements.end(),
                       [&](const ElementDefinition& other) { return other.name == element.name; });
      if (inherited == elements.end()) {
        elements.push_back(element);
      } else {
        *inherited = element;
      }
    }
    for (std::size_t i = 0; i < elements.size(); ++i) {
      elements[i].order = static_cast<std::uint16_t>(i);
      elements[i].path = keepText({type.name, ".", elements[i].name, elements[i].isChoice ? "[x]" : ""});
    }
    type.elements = keep(elements);
  }

  ElementDefinition readElement(std::string_view line) {
    split(line, '\t', fields_);
    fields_.resize(6);
    ElementDefinition element{};
    element.name = fields_[0];
    element.isChoice = element.name.ends_with("[x]");
    if (element.isChoice) element.name.remove_suffix(3);
    const std::size_t dots = fields_[1].find("..");
    element.min = number(fields_[1].substr(0, dots));
    const std::string_view max = fields_[1].substr(dots + 2);
    element.max = max == "*" ? unbounded : number(max);
    element.isModifier = fields_[2].find('m') != std::string_view::npos;
    element.isSummary = fields_[2].find('s') != std::string_view::npos;
    element.isAttribute = fields_[2].find('a') != std::string_view::npos;
    if (!fields_[4].empty()) {
      element.bindingStrength = letter<BindingStrength>("-epxr", fields_[4][0]);
      element.valueSet = valueSets_[number(fields_[4].substr(1))];
    }
    element.invariants = invariants(fields_[5]);
    element.types = elementTypes(fields_[3]);
    return element;
  }

  std::span<const ElementType> elementTypes(std::string_view list) {
    std::vector<ElementType> types;
    for (std::string_view item : split(list, ',')) {
      const std::size_t bracket = std::min(item.find('('), item.size());
      std::vector<std::string_view> targets;
      if (bracket < item.size()) split(item.substr(bracket + 1, item.size() - bracket - 2), '|', targets);
      types.push_back({tables_.typeByName.at(item.substr(0, bracket)), keep(targets)});
    }
    return keep(types);
  }

  std::span<const Invariant> invariants(std::string_view numbers) {
    std::vector<Invariant> found;
    for (std::string_view each : split(numbers, ',')) found.push_back(invariants_[number(each)]);
    return keep(found);
  }

  void buildProperties(TypeDefinition& type) {
    std::vector<Property> properties;
    for (const ElementDefinition& element : type.elements) {
      const std::size_t first = properties.size();
      for (const ElementType& each : element.types)
        properties.push_back({element.isChoice ? choiceName(element.name, each.type->name) : element.name,
                              &element, each.type});
      std::sort(properties.begin() + static_cast<std::ptrdiff_t>(first), properties.end(),
                [](const Property& left, const Property& right) { return left.name < right.name; });
    }
    type.properties = keep(properties);
    std::size_t size = 4;
    while (size < 2 * properties.size()) size *= 2;
    std::span<std::uint16_t> slots = make<std::uint16_t>(size);
    for (std::size_t i = 0; i < properties.size(); ++i) {
      std::size_t slot = hashName(properties[i].name) & (size - 1);
      while (slots[slot] != 0) slot = (slot + 1) & (size - 1);
      slots[slot] = static_cast<std::uint16_t>(i + 1);
    }
    type.slots = slots;
  }

  std::string_view choiceName(std::string_view element, std::string_view type) {
    const char initial = type[0] >= 'a' && type[0] <= 'z' ? static_cast<char>(type[0] - 'a' + 'A') : type[0];
    return keepText({element, {&initial, 1}, type.substr(1)});
  }

  // The lines of one value set stand together, one for each code system.
  void readCodes() {
    struct Code {
      std::string_view code, system;
    };
    for (std::size_t i = 0; i < codeLines_.size();) {
      const std::string_view valueSet = codeLines_[i].substr(0, codeLines_[i].find('\t'));
      std::vector<Code> codes;
      for (; i < codeLines_.size(); ++i) {
        split(codeLines_[i], '\t', fields_);
        if (fields_[0] != valueSet) break;
        for (std::size_t j = 2; j < fields_.size(); ++j) codes.push_back({fields_[j], fields_[1]});
      }
      std::sort(codes.begin(), codes.end(), [](const Code& l, const Code& r) { return l.code < r.code; });
      std::span<std::string_view> names = make<std::string_view>(codes.size());
      std::span<std::string_view> systems = make<std::string_view>(codes.size());
      for (std::size_t j = 0; j < codes.size(); ++j) {
        names[j] = codes[j].code;
        systems[j] = codes[j].system;
      }
      tables_.codeLists.push_back({valueSets_[number(valueSet)], names, systems});
    }
    for (const CodeList& list : tables_.codeLists) tables_.codesByValueSet.emplace(list.valueSet, &list);
  }

  void readSearchParameters() {
    SearchParameter parameter{};
    std::vector<SearchComponent> components;
    std::unordered_map<std::string_view, std::vector<SearchParameter>> byBase;
    for (std::string_view line : searchLines_) {
      const Fields fields = split(line, '\t');
      if (fields[0] == "P") {
        parameter = {fields[1], fields[2], searchType(fields[3]), {}, {}, {}};
        if (fields.size() > 4) parameter.targets = keep(split(fields[4], ','));
        components.clear();
      } else if (fields[0] == "K") {
        components.push_back({fields[1], fields[2]});
        parameter.components = keep(components);
      } else {
        parameter.expression = fields.size() > 2 ? fields[2] : std::string_view{};
        byBase[fields[1]].push_back(parameter);
      }
    }
    for (const TypeDefinition& type : tables_.types) {
      if (!type.isResource()) continue;
      std::vector<SearchParameter>& own = tables_.searchParameters[&type];
      for (const TypeDefinition* base = &type; base; base = base->base) {
        const std::vector<SearchParameter>& defined = byBase[base->name];
        own.insert(own.end(), defined.begin(), defined.end());
      }
      std::sort(own.begin(), own.end(),
                [](const auto& left, const auto& right) { return left.code < right.code; });
    }
  }

  static Primitive primitive(std::string_view name) {
    static constexpr std::string_view names[] = {
        "",        "base64Binary", "boolean",     "canonical", "code",     "date", "dateTime",
        "decimal", "id",           "instant",     "integer",   "markdown", "oid",  "positiveInt",
        "string",  "time",         "unsignedInt", "uri",       "url",      "uuid", "xhtml"};
    return static_cast<Primitive>(std::find(std::begin(names), std::end(names), name) - std::begin(names));
  }

  static SearchParameterType searchType(std::string_view name) {
    static constexpr std::string_view names[] = {"number",    "date",     "string", "token",  "reference",
                                                 "composite", "quantity", "uri",    "special"};
    return static_cast<SearchParameterType>(std::find(std::begin(names), std::end(names), name) -
                                            std::begin(names));
  }

  Tables& tables_;
  Fields fields_;
  std::vector<Invariant> invariants_;
  std::vector<std::string_view> valueSets_;
  std::vector<TypeLine> typeLines_;
  std::vector<std::string_view> codeLines_;
  std::vector<std::string_view> searchLines_;
};

}  // namespace

const Tables& tables() {
  static const struct Loaded : Tables {
    Loaded() { Loader(*this).run(); }
  } loaded;
  return loaded;
}

}  // namespace fhir::detail
