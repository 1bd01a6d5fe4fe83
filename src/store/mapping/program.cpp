#include "src/store/mapping/program.h"

#include <algorithm>

namespace store::mapping {

namespace {

bool meets(const fhir::Element& item, const Selector::Condition& condition,
           std::string_view wanted) noexcept {
  if (wanted == "*") return true;
  for (const auto* child = item.child(condition.name); child != nullptr; child = child->nextSame()) {
    if (!condition.isReference) {
      if (child->text == wanted) return true;
      continue;
    }
    const std::string_view target = child->childText("reference");
    if (target.size() > wanted.size() && target.starts_with(wanted) && target[wanted.size()] == '/')
      return true;
  }
  return false;
}

bool anyFilled(const std::vector<Column>& columns, Row row) noexcept {
  return std::any_of(columns.begin(), columns.end(),
                     [&](Column column) { return row[static_cast<std::size_t>(column)].has_value(); });
}

// Tries the elements at the end of `path` one after the other.
bool encodeAt(const fhir::Element& parent, std::span<const std::string> path, const Converter& converter,
              Values values) {
  if (path.empty()) return converter.encode(parent, values);
  for (const auto* child = parent.child(path.front()); child != nullptr; child = child->nextSame()) {
    if (encodeAt(*child, path.subspan(1), converter, values)) return true;
  }
  return false;
}

}  // namespace

std::size_t Selector::ranks() const noexcept {
  std::size_t most = 1;
  for (const Condition& condition : conditions) most = std::max(most, condition.values.size());
  return most;
}

int Selector::rank(const fhir::Element& item) const noexcept {
  std::size_t worst = 0;
  for (const Condition& condition : conditions) {
    std::size_t place = 0;
    while (place < condition.values.size() && !meets(item, condition, condition.values[place])) ++place;
    if (place == condition.values.size()) return -1;
    worst = std::max(worst, place);
  }
  return static_cast<int>(worst);
}

bool Program::decodeMembers(std::size_t from, std::size_t to, Row row, std::string& out) const {
  const std::size_t start = out.size();
  const fhir::ElementDefinition* chosen = nullptr;
  bool any = false;
  for (std::size_t i = from; i < to; i = nodes_[i].end) {
    const Node& node = nodes_[i];
    if (node.choice && node.property->element == chosen) continue;
    if (!decodeMember(i, row, out)) continue;
    any = true;
    if (node.choice) chosen = node.property->element;
  }
  if (!any) out.resize(start);
  return any;
}

bool Program::decodeMember(std::size_t index, Row row, std::string& out) const {
  const Node& node = nodes_[index];
  if (node.kind == Node::Kind::constant) {
    appendKey(out, node.property->name);
    out += node.text;
    return false;  // alone it says nothing: the caller takes it back unless a column gives something
  }
  if (!anyFilled(node.columns, row)) return false;
  const std::size_t start = out.size();
  appendKey(out, node.property->name);
  bool any = false;
  switch (node.kind) {
    case Node::Kind::object:
      out += '{';
      any = decodeMembers(index + 1, node.end, row, out);
      out += '}';
      break;
    case Node::Kind::array:
      out += '[';
      for (std::size_t item = index + 1; item < node.end; item = nodes_[item].end)
        any |= decodeItem(item, row, out);
      out += ']';
      break;
    default:
      any = node.converter->decode(row, out);
      break;
  }
  if (!any) out.resize(start);
  return any;
}

bool Program::decodeItem(std::size_t item, Row row, std::string& out) const {
  const Node& node = nodes_[item];
  if (!anyFilled(node.columns, row)) return false;
  const std::size_t start = out.size();
  if (!out.empty() && out.back() != '[') out += ',';
  bool any = false;
  if (node.converter) {
    any = node.converter->decode(row, out);
  } else {
    out += '{';
    any = decodeMembers(item + 1, node.end, row, out);
    out += '}';
  }
  if (!any) out.resize(start);
  return any;
}

bool Program::encode(const fhir::Element& element, Values values) const {
  bool any = encodeMembers(0, nodes_.size(), element, values);
  for (const Otherwise& other : otherwise_) {
    if (values[static_cast<std::size_t>(other.column)]) continue;
    any |= encodeAt(element, other.path, *other.converter, values);
  }
  return any;
}

bool Program::encodeMembers(std::size_t from, std::size_t to, const fhir::Element& parent,
                            Values values) const {
  bool any = false;
  for (std::size_t i = from; i < to; i = nodes_[i].end) any |= encodeMember(i, parent, values);
  return any;
}

bool Program::encodeMember(std::size_t index, const fhir::Element& parent, Values values) const {
  const Node& node = nodes_[index];
  if (!node.encoded || node.kind == Node::Kind::constant) return false;
  const fhir::Element* element = parent.child(node.property->name);
  if (element == nullptr) return false;
  switch (node.kind) {
    case Node::Kind::object:
      return encodeMembers(index + 1, node.end, *element, values);
    case Node::Kind::array: {
      bool any = false;
      for (std::size_t item = index + 1; item < node.end; item = nodes_[item].end) {
        any |= encodeItem(index, item, parent, values) != nullptr;
      }
      return any;
    }
    default:
      return node.converter->encode(*element, values);
  }
}

const fhir::Element* Program::encodeItem(std::size_t array, std::size_t item, const fhir::Element& parent,
                                         Values values) const {
  const Node& node = nodes_[item];
  const fhir::Element* first = parent.child(nodes_[array].property->name);
  for (std::size_t rank = 0; rank < node.selector.ranks(); ++rank) {
    for (const fhir::Element* element = first; element != nullptr; element = element->nextSame()) {
      if (node.selector.rank(*element) == static_cast<int>(rank)) {
        const bool set = node.converter ? node.converter->encode(*element, values)
                                        : encodeMembers(item + 1, node.end, *element, values);
        if (set) return element;
      }
      if (node.selector.firstOnly) break;
    }
  }
  return nullptr;
}

}  // namespace store::mapping
