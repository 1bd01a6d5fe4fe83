// Whether a row's columns say all that a search parameter reads in its resource.
#include <algorithm>

#include "fhir/search/targets.h"
#include "src/store/mapping/plan.h"

namespace store::mapping {

namespace {

using Cells = std::span<const std::optional<std::string>>;
using Elements = std::vector<const fhir::Element*>;

void collect(const fhir::Element& parent, std::span<const std::string> path, const Selector* selector,
             Elements& found) {
  if (path.empty()) {
    found.push_back(&parent);
    return;
  }
  for (const auto* child = parent.child(path.front()); child != nullptr; child = child->nextSame()) {
    if (selector == nullptr || selector->rank(*child) >= 0) collect(*child, path.subspan(1), nullptr, found);
  }
}

void collectStrings(const fhir::Element& element, Elements& found) {
  if (element.hasValue() && element.type->is("string") && !element.type->is("code"))
    found.push_back(&element);
  for (const auto* child = element.firstChild; child != nullptr; child = child->next) {
    if (child->name() != "extension" && child->name() != "id") collectStrings(*child, found);
  }
}

class Coverage {
 public:
  Coverage(const ColumnSearch& search, const SearchReading& reading, const Plan& plan,
           const fhir::Element& root, Cells cells)
      : search_(search), reading_(reading), plan_(plan), root_(root), cells_(cells) {}

  bool holds() const {
    switch (search_.kind) {
      case ColumnSearch::Kind::reference:
        return reference();
      case ColumnSearch::Kind::coding:
        return coding();
      case ColumnSearch::Kind::quantity:
        return quantity();
      case ColumnSearch::Kind::string:
        return string();
      case ColumnSearch::Kind::period:
        return false;
      default:
        return single();
    }
  }

 private:
  const std::optional<std::string>& cell(std::size_t role) const {
    return cells_[static_cast<std::size_t>(reading_.columns[role])];
  }
  bool nothing() const {
    return std::all_of(reading_.columns.begin(), reading_.columns.end(),
                       [&](Column column) { return !cells_[static_cast<std::size_t>(column)].has_value(); });
  }
  // The elements that the first `steps` of the path lead to.
  Elements at(std::size_t steps) const {
    Elements found;
    collect(root_, std::span(reading_.path).first(steps), &reading_.selector, found);
    return found;
  }
  static bool same(std::string_view text, const std::optional<std::string>& cell) {
    return cell ? text == *cell : text.empty();
  }

  // A choice element may hold what the path does not name: effectivePeriod beside effectiveDateTime.
  bool otherVariant() const {
    const fhir::ElementDefinition* element = plan_.groups[reading_.group].element;
    for (const auto* child = root_.firstChild; child != nullptr; child = child->next) {
      if (child->property->element == element && child->name() != reading_.path.front()) return true;
    }
    return false;
  }

  // One primitive; the column holds it when decoding gives it back, in the search's sense.
  bool single() const {
    if (otherVariant()) return false;
    const Elements found = at(reading_.path.size());
    if (found.empty()) return nothing();
    if (found.size() > 1 || !cell(0)) return false;
    if (search_.kind != ColumnSearch::Kind::code) return true;
    for (const auto& [code, value] : search_.codes) {
      if (value == *cell(0)) return found.front()->text == code;
    }
    return search_.codes.empty() && found.front()->text == *cell(0);
  }

  bool reference() const {
    std::size_t count = 0;
    for (const fhir::Element* reference : at(reading_.path.size() - 1)) {
      if (reference->child("identifier") != nullptr) return false;
      const std::string_view text = reference->childText("reference");
      if (text.empty()) continue;
      const std::size_t slash = text.find('/');
      if (slash == std::string_view::npos || text.find(':') != std::string_view::npos) return false;
      if (!fhir::search::mayPointTo(*search_.parameter, text.substr(0, slash))) continue;
      const std::string_view id = text.substr(slash + 1);
      if (++count > 1 || !cell(0) || id.substr(0, id.find("/_history/")) != *cell(0)) return false;
    }
    return count == 1 || nothing();
  }

  bool coding() const {
    if (otherVariant()) return false;
    const Elements found = at(reading_.path.size() - 1);
    if (found.empty()) return nothing();
    return found.size() == 1 && same(found.front()->childText("system"), cell(0)) &&
           same(found.front()->childText("code"), cell(1));
  }

  bool string() const {
    Elements found;
    for (const fhir::Element* element : at(1)) collectStrings(*element, found);
    if (found.empty()) return nothing();
    return found.size() == 1 && same(found.front()->text, cell(0));
  }

  bool quantity() const {
    const Elements found = at(reading_.path.size());
    if (otherVariant() || found.empty()) return found.empty() && nothing();
    const fhir::Element& value = *found.front();
    const std::string_view system = value.childText("system");
    const bool isUcum = system == "http://unitsofmeasure.org";
    return found.size() == 1 && value.child("comparator") == nullptr && (system.empty() || isUcum) &&
           isUcum == !value.childText("code").empty() && same(value.childText("value"), cell(0)) &&
           same(value.childText("code"), cell(1)) && same(value.childText("unit"), cell(2));
  }

  const ColumnSearch& search_;
  const SearchReading& reading_;
  const Plan& plan_;
  const fhir::Element& root_;
  Cells cells_;
};

}  // namespace

bool covers(const ColumnSearch& search, const SearchReading& reading, const Plan& plan,
            const fhir::Resource& resource, std::span<const std::optional<std::string>> values) {
  return Coverage(search, reading, plan, resource.root(), values).holds();
}

}  // namespace store::mapping
