#include "src/store/mapping/path.h"

#include <algorithm>

namespace store::mapping {

namespace {

// "a[b=c.d].e" -> "a[b=c.d]", "e"
std::vector<std::string_view> splitSteps(std::string_view text) {
  std::vector<std::string_view> steps;
  std::size_t start = 0;
  std::size_t depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == '.' && depth == 0)) {
      steps.push_back(text.substr(start, i - start));
      start = i + 1;
    } else if (text[i] == '[') {
      ++depth;
    } else if (text[i] == ']' && depth > 0) {
      --depth;
    }
  }
  return steps;
}

class PathReader {
 public:
  PathReader(std::string_view path, std::size_t line, Complaints& complaints)
      : path_(path), line_(line), complaints_(complaints) {}

  std::optional<std::vector<Step>> read(const fhir::TypeDefinition& type) {
    std::vector<Step> steps;
    const fhir::TypeDefinition* at = &type;
    for (const std::string_view text : splitSteps(path_)) {
      Step step;
      const std::size_t bracket = std::min(text.find('['), text.size());
      step.property = property(*at, text.substr(0, bracket));
      if (step.property == nullptr) return std::nullopt;
      step.selectorText = text.substr(bracket);
      if (!step.selectorText.empty() && !step.property->element->isArray()) {
        complain("'" + std::string(step.property->name) + "' does not repeat, so it takes no [...]");
        return std::nullopt;
      }
      if (!readSelectors(text.substr(bracket), *step.property->type, step.selector)) return std::nullopt;
      at = step.property->type;
      steps.push_back(std::move(step));
    }
    return steps;
  }

 private:
  void complain(const std::string& message) {
    complaints_.add(line_, "path '" + std::string(path_) + "': " + message);
  }

  const fhir::Property* property(const fhir::TypeDefinition& type, std::string_view name) {
    if (const fhir::Property* found = type.find(name)) return found;
    const fhir::ElementDefinition* choice = type.findElement(name);
    std::vector<std::string_view> names;
    for (const fhir::Property& known : type.properties) {
      if (choice == nullptr || known.element == choice) names.push_back(known.name);
    }
    if (choice != nullptr) {
      std::string message = "'" + std::string(name) + "' has a type in its name: ";
      for (std::size_t i = 0; i < names.size(); ++i) message += (i > 0 ? ", " : "") + std::string(names[i]);
      complain(message);
    } else {
      complain(std::string(type.name) + " has no element '" + std::string(name) + "'" +
               suggestion(name, names));
    }
    return nullptr;
  }

  bool readSelectors(std::string_view text, const fhir::TypeDefinition& item, Selector& selector) {
    while (!text.empty()) {
      const std::size_t close = text.find(']');
      if (text.front() != '[' || close == std::string_view::npos) {
        complain("a selector is written [name=value] or [0]");
        return false;
      }
      const std::string_view inner = text.substr(1, close - 1);
      text.remove_prefix(close + 1);
      if (inner == "0") {
        selector.firstOnly = true;
      } else if (!readCondition(inner, item, selector)) {
        return false;
      }
    }
    return true;
  }

  bool readCondition(std::string_view text, const fhir::TypeDefinition& item, Selector& selector) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals + 1 == text.size()) {
      complain("a selector is written [name=value] or [0]");
      return false;
    }
    const fhir::Property* named = property(item, text.substr(0, equals));
    if (named == nullptr) return false;
    Selector::Condition condition;
    condition.name = named->name;
    condition.isReference = named->type->name == "Reference";
    if (!condition.isReference && !named->type->is("string") && !named->type->is("uri")) {
      complain("'" + condition.name + "' can't select: it is neither text nor a Reference");
      return false;
    }
    for (std::string_view values = text.substr(equals + 1); !values.empty();) {
      const std::size_t bar = std::min(values.find('|'), values.size());
      condition.values.emplace_back(values.substr(0, bar));
      values.remove_prefix(std::min(bar + 1, values.size()));
    }
    selector.conditions.push_back(std::move(condition));
    return true;
  }

  std::string_view path_;
  std::size_t line_;
  Complaints& complaints_;
};

}  // namespace

std::optional<std::vector<Step>> parsePath(std::string_view text, const fhir::TypeDefinition& type,
                                           std::size_t line, Complaints& complaints) {
  return PathReader(text, line, complaints).read(type);
}

}  // namespace store::mapping
