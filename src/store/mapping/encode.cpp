#include "src/store/mapping/encode.h"

#include <algorithm>

#include "fhir/json/json.h"
#include "src/store/mapping/residual.h"

namespace store::mapping {

namespace {

bool anyText(const fhir::Element& parent, std::span<const std::string> path,
             const std::vector<std::string>& accepted) {
  if (path.empty()) return std::find(accepted.begin(), accepted.end(), parent.text) != accepted.end();
  for (const auto* child = parent.child(path.front()); child != nullptr; child = child->nextSame()) {
    if (anyText(*child, path.subspan(1), accepted)) return true;
  }
  return false;
}

// An extension that changes the meaning of what the columns show, to readers of plain SQL, who do not see it.
bool hasModifierExtension(const fhir::Element& element) {
  for (const auto* child = element.firstChild; child != nullptr; child = child->next) {
    const std::string_view name = child->name();
    if (name == "modifierExtension" || name == "implicitRules") return true;
    if (name != "contained" && hasModifierExtension(*child)) return true;
  }
  return false;
}

// Texts of the same format in UTC: their order is the order in time.
bool inOrder(const ColumnOrder& order, const std::vector<std::optional<std::string>>& values) {
  const auto& first = values[static_cast<std::size_t>(order.earlier)];
  const auto& second = values[static_cast<std::size_t>(order.later)];
  return !first || !second || *second > *first;
}

// Why the table can't hold the resource; empty when it can.
std::string refusal(const Plan& plan, const fhir::Resource& resource,
                    const std::vector<std::optional<std::string>>& values) {
  for (const Acceptance& acceptance : plan.acceptances) {
    if (anyText(resource.root(), acceptance.path, acceptance.values) == acceptance.refused) {
      return plan.table + " holds only resources with certain values of " + acceptance.expression;
    }
  }
  if (hasModifierExtension(resource.root())) {
    return plan.table + " cannot show what a modifierExtension or implicitRules changes";
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const MappedColumn& column = plan.columns[i];
    if (!values[i] && column.required) {
      return plan.table + "." + column.name + " needs " + plan.expressions[i] +
             (column.targetType.empty() ? std::string(" in a form that the column can hold")
                                        : " with a literal reference to a " + column.targetType);
    }
    if (values[i] && values[i]->find('\0') != std::string::npos) {
      return plan.expressions[i] + " has a NUL character";
    }
  }
  for (const ColumnOrder& order : plan.orders) {
    if (!inOrder(order, values)) {
      return plan.expressions[static_cast<std::size_t>(order.later)] + " is not later than " +
             plan.expressions[static_cast<std::size_t>(order.earlier)];
    }
  }
  return {};
}

// Takes the resource apart element by element: what its group gives back stays out, everything else goes in.
class ResidualWriter {
 public:
  ResidualWriter(const Plan& plan, Row row)
      : plan_(plan), row_(row), inResidual_(plan.groups.size(), false) {}

  std::string write(const fhir::Resource& resource) {
    const fhir::Element& root = resource.root();
    auto group = plan_.groups.begin();
    for (const fhir::Element* child = root.firstChild; child != nullptr;) {
      const fhir::ElementDefinition& element = *child->property->element;
      const fhir::Element* next = child->next;
      while (next != nullptr && next->property->element == &element) next = next->next;
      for (; group != plan_.groups.end() && group->element->order < element.order; ++group) absent(*group);
      if (element.name == "meta") {
        appendMeta(*child, body_);
      } else if (element.name == "id") {
        appendIdExtensions(*child, body_);
      } else {
        const bool mapped = group != plan_.groups.end() && group->element == &element;
        present(root, *child, next, mapped ? &*group : nullptr);
        if (mapped) ++group;
      }
      child = next;
    }
    for (; group != plan_.groups.end(); ++group) absent(*group);

    std::string residual = "{";
    if (!basis_.empty()) residual += R"("#":{)" + basis_ + (body_.empty() ? "}" : "},");
    return residual + body_ + '}';
  }

  const std::vector<bool>& inResidual() const noexcept { return inResidual_; }

 private:
  void present(const fhir::Element& root, const fhir::Element& first, const fhir::Element* end,
               const Group* group) {
    original_.clear();
    for (const fhir::Element* child = &first; child != end; child = child->next) {
      if (child != &first && child->property == first.property) continue;
      if (!original_.empty()) original_ += ',';
      fhir::json::writeMember(root, child->name(), original_);
    }
    if (group != nullptr) {
      given_.clear();
      plan_.decode(*group, row_, given_);
      if (given_ == original_) return;
      keep(*group);
    }
    if (!body_.empty()) body_ += ',';
    body_ += original_;
  }

  void absent(const Group& group) {
    given_.clear();
    if (!plan_.decode(group, row_, given_)) return;
    keep(group);
    appendKey(body_, group.name);
    body_ += "null";
  }

  void keep(const Group& group) {
    inResidual_[static_cast<std::size_t>(&group - plan_.groups.data())] = true;
    if (given_.empty()) return;
    if (!basis_.empty()) basis_ += ',';
    basis_ += '"';
    basis_ += group.element->name;
    basis_ += R"(":")" + fingerprint(given_) + '"';
  }

  const Plan& plan_;
  Row row_;
  std::string basis_;
  std::string body_;
  std::string original_;
  std::string given_;
  std::vector<bool> inResidual_;
};

void readColumns(const Plan& plan, const fhir::Resource& resource,
                 std::vector<std::optional<std::string>>& values) {
  values.resize(plan.columns.size());
  plan.program.encode(resource.root(), values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (plan.columns[i].indexed && values[i] && values[i]->size() > longestIndexed) values[i].reset();
  }
  for (const auto& [column, value] : plan.defaults) {
    auto& cell = values[static_cast<std::size_t>(column)];
    if (!cell) cell = value;
  }
}

// Targets, residual and indexedWhole, of the values that the row will have.
void finish(const Plan& plan, const fhir::Resource& resource, Encoded& encoded) {
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    if (!plan.columns[i].targetType.empty() && encoded.values[i]) {
      encoded.targets.push_back({plan.columns[i].targetType, *encoded.values[i], plan.expressions[i]});
    }
  }
  const std::vector<std::optional<std::string_view>> row(encoded.values.begin(), encoded.values.end());
  ResidualWriter writer(plan, row);
  encoded.residual = writer.write(resource);
  for (std::size_t i = 0; i < plan.searches.size() && !encoded.indexedWhole; ++i) {
    encoded.indexedWhole = writer.inResidual()[plan.readings[i].group] &&
                           !covers(plan.searches[i], plan.readings[i], plan, resource, encoded.values);
  }
}

}  // namespace

Encoded encodeResource(const Plan& plan, const fhir::Resource& resource) {
  Encoded encoded;
  readColumns(plan, resource, encoded.values);
  encoded.reason = refusal(plan, resource, encoded.values);
  encoded.holdable = encoded.reason.empty();
  if (encoded.holdable) finish(plan, resource, encoded);
  return encoded;
}

Encoded encodeOver(const Plan& plan, const fhir::Resource& resource,
                   std::span<const std::optional<std::string>> current, const std::vector<bool>& kept) {
  Encoded encoded;
  readColumns(plan, resource, encoded.values);
  for (std::size_t i = 0; i < encoded.values.size(); ++i) {
    std::optional<std::string>& value = encoded.values[i];
    const bool lacks = plan.columns[i].required && !value;
    const bool hasNul = value && value->find('\0') != std::string::npos;
    if (kept[i] || lacks || hasNul) value = current[i];
  }
  for (const auto& order : plan.orders) {
    if (inOrder(order, encoded.values)) continue;
    for (const Column column : {order.earlier, order.later})
      encoded.values[static_cast<std::size_t>(column)] = current[static_cast<std::size_t>(column)];
  }
  finish(plan, resource, encoded);
  return encoded;
}

}  // namespace store::mapping
