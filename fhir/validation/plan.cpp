#include "fhir/validation/plan.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <deque>
#include <map>
#include <tuple>
#include <utility>

namespace fhir::validation {
namespace {

constexpr std::array<std::string_view, 12> native{"bdl-3", "bdl-4", "bdl-7", "bdl-8", "dom-2", "dom-3",
                                                  "dom-4", "dom-5", "ele-1", "ref-1", "txt-1", "txt-2"};

Special specialOf(const TypeDefinition& type) noexcept {
  if (type.name == "Extension") return Special::extension;
  if (type.name == "Reference") return Special::reference;
  if (type.name == "Bundle") return Special::bundle;
  switch (type.primitive) {
    case Primitive::canonical:
      return Special::canonical;
    case Primitive::uri:
    case Primitive::url:
      return Special::uri;
    case Primitive::xhtml:
      return Special::xhtml;
    default:
      return Special::none;
  }
}

class Plans {
 public:
  Plans() : plans_(types().size()) {
    for (const TypeDefinition& type : types()) build(type, plans_[indexOf(type)]);
  }

  const TypePlan& of(const TypeDefinition& type) const noexcept { return plans_[indexOf(type)]; }
  std::span<const PlacedConstraint> placed() const noexcept { return placed_; }

 private:
  static std::size_t indexOf(const TypeDefinition& type) noexcept {
    return static_cast<std::size_t>(&type - types().data());
  }

  void build(const TypeDefinition& type, TypePlan& plan) {
    plan.special = specialOf(type);
    addConstraints(type.invariants, type, plan.constraints);
    for (const ElementDefinition& element : type.elements) {
      if (element.min > 0) plan.required |= Children{1} << element.order;
      ElementPlan& each = plan.elements.emplace_back();
      each.definition = &element;
      if (element.bindingStrength >= BindingStrength::preferred) {
        each.strength = element.bindingStrength;
        each.codes = findCodes(element.valueSet);
      }
      const bool isChoice = element.types.size() > 1;
      for (const ElementType& own : element.types) {
        std::vector<const Constraint*> constraints;
        addConstraints(element.invariants, *own.type, constraints);
        for (const Constraint* constraint : constraints)
          each.constraints.push_back({constraint, isChoice ? own.type : nullptr});
      }
    }
  }

  void addConstraints(std::span<const Invariant> invariants, const TypeDefinition& context,
                      std::vector<const Constraint*>& constraints) {
    for (const Invariant& invariant : invariants) {
      if (isNative(invariant.key)) continue;
      constraints.push_back(&compiled(invariant, context));
    }
  }

  const Constraint& compiled(const Invariant& invariant, const TypeDefinition& context) {
    auto [at, isNew] = known_.try_emplace({invariant.key, invariant.expression, &context}, nullptr);
    if (isNew) {
      auto constraint = Constraint::compile(invariant, context);
      assert(constraint);  // the tests compile every rule of R4
      at->second = &constraints_.emplace_back(*std::move(constraint));
      placed_.push_back({at->second, &context});
    }
    return *at->second;
  }

  std::vector<TypePlan> plans_;
  std::deque<Constraint> constraints_;
  std::vector<PlacedConstraint> placed_;
  std::map<std::tuple<std::string_view, std::string_view, const TypeDefinition*>, const Constraint*> known_;
};

const Plans& plans() {
  static const Plans made;
  return made;
}

}  // namespace

bool isNative(std::string_view key) noexcept {
  return std::binary_search(native.begin(), native.end(), key);
}

const TypePlan& planOf(const TypeDefinition& type) noexcept {
  return plans().of(type);
}

std::span<const PlacedConstraint> baseConstraints() noexcept {
  return plans().placed();
}

}  // namespace fhir::validation
