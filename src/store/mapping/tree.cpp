#include "src/store/mapping/tree.h"

#include <algorithm>

#include "fhir/json/json.h"

namespace store::mapping {

bool Tree::add(const std::vector<Step>& steps, Leaf leaf) {
  Branch& branch = descend(steps, Node::Kind::value, leaf.wholeArray);
  if (branch.node.converter || !branch.node.text.empty()) return false;
  if (!branch.children.empty() && branch.node.kind != Node::Kind::item) return false;
  branch.node.converter = std::move(leaf.converter);
  branch.node.columns = std::move(leaf.columns);
  branch.node.encoded = leaf.encoded;
  return true;
}

bool Tree::addConstant(const std::vector<Step>& steps, std::string json) {
  Branch& branch = descend(steps, Node::Kind::constant, false);
  if (branch.node.converter || !branch.node.text.empty() || !branch.children.empty()) return false;
  branch.node.text = std::move(json);
  return true;
}

Tree::Branch& Tree::descend(const std::vector<Step>& steps, Node::Kind leafKind, bool wholeArray) {
  Branches* branches = &branches_;
  for (std::size_t i = 0;; ++i) {
    const fhir::Property& property = *steps[i].property;
    const bool last = i + 1 == steps.size();
    const bool perItem = property.element->isArray() && !(last && wholeArray);
    Branch& branch = perItem ? item(member(*branches, property, Node::Kind::array).children, steps[i])
                             : member(*branches, property, last ? leafKind : Node::Kind::object);
    if (last || branch.node.converter) return branch;  // with a converter it is mapped as a whole
    branches = &branch.children;
  }
}

Tree::Branch& Tree::member(Branches& branches, const fhir::Property& property, Node::Kind kind) {
  for (const auto& known : branches) {
    if (known->node.property == &property) return *known;
  }
  auto branch = std::make_unique<Branch>();
  branch->node.kind = kind;
  branch->node.property = &property;
  branch->node.choice = property.element->isChoice;
  branches.push_back(std::move(branch));
  return *branches.back();
}

Tree::Branch& Tree::item(Branches& branches, const Step& step) {
  for (const auto& known : branches) {
    if (known->selectorText == step.selectorText) return *known;
  }
  auto branch = std::make_unique<Branch>();
  branch->node.kind = Node::Kind::item;
  branch->node.selector = step.selector;
  branch->selectorText = step.selectorText;
  for (const Selector::Condition& condition : step.selector.conditions) {
    if (condition.isReference || condition.values.size() != 1) continue;
    Branch& constant =
        member(branch->children, *step.property->type->find(condition.name), Node::Kind::constant);
    fhir::json::writeString(condition.values.front(), constant.node.text);
  }
  branches.push_back(std::move(branch));
  return *branches.back();
}

std::vector<Node> Tree::flatten() const {
  std::vector<Node> nodes;
  append(branches_, nodes);
  return nodes;
}

void Tree::append(const Branches& branches, std::vector<Node>& nodes) {
  std::vector<const Branch*> ordered;
  for (const auto& branch : branches) ordered.push_back(branch.get());
  std::stable_sort(ordered.begin(), ordered.end(), [](const Branch* a, const Branch* b) {
    return a->node.property != nullptr && b->node.property != nullptr &&
           a->node.property->element->order < b->node.property->element->order;
  });
  for (const Branch* branch : ordered) {
    const std::size_t index = nodes.size();
    nodes.push_back(branch->node);
    append(branch->children, nodes);
    std::vector<Column> columns = branch->node.columns;
    for (std::size_t i = index + 1; i < nodes.size(); ++i) {
      columns.insert(columns.end(), nodes[i].columns.begin(), nodes[i].columns.end());
    }
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    nodes[index].columns = std::move(columns);
    nodes[index].end = static_cast<std::uint32_t>(nodes.size());
  }
}

}  // namespace store::mapping
