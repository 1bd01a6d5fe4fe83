#include "src/store/mapping/decode.h"

#include <algorithm>

#include "fhir/json/json.h"

namespace store::mapping {

namespace {

using Members = std::span<const ResidualMember>;

// A repeating element of which columns own items, after a plain SQL update: items whose columns changed are
// replaced by what the columns give, all others stay.
class StaleArray {
 public:
  StaleArray(const Plan& plan, const Group& group, Row row)
      : plan_(plan), row_(row), array_(group.from), nodes_(plan.program.nodes()) {}

  // False when the residual's items can't be told apart: then only the columns count.
  bool merge(Members members, std::string& out) {
    std::string text = R"({"resourceType":")" + std::string(plan_.type->name) + '"';
    for (const ResidualMember& member : members) appendMember(member, text);
    text += '}';
    const auto resource = fhir::json::parse(text);
    if (!resource) return false;
    const std::string_view name = nodes_[array_].property->name;
    findOwned(resource->root());

    const std::size_t start = out.size();
    appendKey(out, name);
    out += '[';
    for (const auto* item = resource->root().child(name); item != nullptr; item = item->nextSame())
      write(*item, out);
    for (const Owned& owned : owned_) {
      if (owned.element == nullptr) plan_.program.decodeItem(owned.node, row_, out);
    }
    const bool empty = out.back() == '[';
    out += ']';
    if (empty) out.resize(start);
    return true;
  }

 private:
  struct Owned {
    std::size_t node;
    const fhir::Element* element;
    bool changed;
  };

  void findOwned(const fhir::Element& root) {
    for (std::size_t node = array_ + 1; node < nodes_[array_].end; node = nodes_[node].end) {
      std::vector<std::optional<std::string>> then(row_.size());
      const auto* element = plan_.program.encodeItem(array_, node, root, then);
      bool changed = !onlyEncoded(node);
      for (const Column column : nodes_[node].columns) {
        const auto index = static_cast<std::size_t>(column);
        changed |= then[index] != row_[index];
      }
      owned_.push_back({node, element, changed});
    }
  }

  // Whether everything the columns give of the item was read from the item, too.
  bool onlyEncoded(std::size_t node) const {
    return std::all_of(nodes_.begin() + static_cast<std::ptrdiff_t>(node), nodes_.begin() + nodes_[node].end,
                       [](const Node& part) { return part.encoded; });
  }

  void write(const fhir::Element& item, std::string& out) const {
    const auto owned = std::find_if(owned_.begin(), owned_.end(),
                                    [&](const Owned& known) { return known.element == &item; });
    if (owned != owned_.end() && owned->changed) {
      plan_.program.decodeItem(owned->node, row_, out);
      return;
    }
    if (out.back() != '[') out += ',';
    fhir::json::write(item, out);
  }

  const Plan& plan_;
  Row row_;
  std::size_t array_;
  std::span<const Node> nodes_;
  std::vector<Owned> owned_;
};

void appendMembers(Members members, std::string& out) {
  for (const ResidualMember& member : members) appendMember(member, out);
}

// One element that both sides speak of.
void decodeBoth(const Plan& plan, const Group& group, Row row, Members members, std::string_view basis,
                std::string& out) {
  const std::size_t start = out.size();
  const bool given = plan.decode(group, row, out);
  const std::string_view now =
      given ? std::string_view(out).substr(start + 1) : std::string_view{};  // without its comma
  if (fingerprint(now) == basis) {
    out.resize(start);
    appendMembers(members, out);
    return;
  }
  if (group.hasNodes() && plan.program.nodes()[group.from].kind == Node::Kind::array) {
    const std::string columnsOnly(now);
    out.resize(start);
    if (!StaleArray(plan, group, row).merge(members, out) && given) {
      out += ',';
      out += columnsOnly;
    }
  }
}

}  // namespace

void decodeRow(const Plan& plan, Row row, const ResidualView& residual, const Envelope& envelope,
               std::string& out) {
  appendEnvelope(*plan.type, envelope, residual.meta(), out);
  const Members members = residual.members();
  auto group = plan.groups.begin();
  for (std::size_t i = 0; i < members.size();) {
    std::size_t end = i + 1;
    while (end < members.size() && members[end].order == members[i].order) ++end;
    const Members same = members.subspan(i, end - i);
    for (; group != plan.groups.end() && group->element->order < same.front().order; ++group) {
      plan.decode(*group, row, out);
    }
    if (group != plan.groups.end() && group->element->order == same.front().order) {
      decodeBoth(plan, *group, row, same, residual.basis(group->element->name), out);
      ++group;
    } else {
      appendMembers(same, out);
    }
    i = end;
  }
  for (; group != plan.groups.end(); ++group) plan.decode(*group, row, out);
  out += '}';
}

}  // namespace store::mapping
