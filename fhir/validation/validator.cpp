#include "fhir/validation/validator.h"

#include <bit>
#include <vector>

#include "fhir/validation/plan.h"
#include "fhir/validation/rules.h"

namespace fhir::validation {
namespace {

std::string quote(std::string_view name) {
  return "'" + std::string(name) + "'";
}

// The members that an element may be written as: 'valueQuantity', 'valueString' ...
std::string membersOf(const TypeDefinition& owner, const ElementDefinition& element) {
  constexpr std::size_t most = 4;
  std::string text;
  std::size_t count = 0;
  for (const Property& each : owner.properties) {
    if (each.element != &element) continue;
    if (++count > most) return text + " ...";
    text += (count == 1 ? "" : ", ") + quote(each.name);
  }
  return text;
}

class Walk {
 public:
  // `profiles` may be nullptr.
  Walk(Context& context, const Options& options, ProfileCheck* profiles)
      : context_(context), options_(options), profiles_(profiles) {}

  void resource(const Element& element) {
    children(element, planOf(*element.type));
    if (element.child("contained")) checkContained(element, context_.report);
    if (element.type->name == "Bundle") checkBundle(element, context_);
    if (profiles_) profiles(element);
  }

 private:
  // The children of a complex element or resource, then the rules of its type.
  void children(const Element& element, const TypePlan& plan) {
    Children seen = 0;
    std::size_t count = 0;  // of the children of the one element that the last child is of
    for (const Element* each = element.firstChild; each; each = each->next) {
      const ElementPlan& own = plan.elements[each->property->element->order];
      const Children bit = Children{1} << each->property->element->order;
      count = (seen & bit) != 0 ? count + 1 : 1;
      seen |= bit;
      if (count > own.definition->max) tooMany(*each, *own.definition);
      child(*each, own);
    }
    if (const Children missing = plan.required & ~seen; missing != 0) reportMissing(element, plan, missing);
    for (const Constraint* constraint : plan.constraints)
      context_.judge.check(*constraint, element, seen, context_.report);
  }

  void child(const Element& element, const ElementPlan& own) {
    const TypePlan& plan = planOf(*element.type);
    if (element.type->isPrimitive()) {
      primitive(element, plan);
    } else if (element.type->isResource()) {
      resource(element);
    } else {
      complex(element, plan);
    }
    if (own.strength != BindingStrength::none) binding(element, own);
    if (!own.constraints.empty()) {
      const Children seen = childrenOf(element);
      for (const ElementConstraint& each : own.constraints)
        if (!each.type || each.type == element.type)
          context_.judge.check(*each.constraint, element, seen, context_.report);
    }
  }

  void primitive(const Element& element, const TypePlan& plan) {
    if (element.firstChild) children(element, plan);
    if (!element.hasValue()) {
      if (!hasContent(element)) reportEmpty(element);
      return;
    }
    switch (plan.special) {
      case Special::canonical:
        checkCanonical(element, context_);
        checkUri(element, context_.report);
        break;
      case Special::uri:
        checkUri(element, context_.report);
        break;
      case Special::xhtml:
        checkNarrative(element, context_.report);
        break;
      default:
        break;
    }
  }

  void complex(const Element& element, const TypePlan& plan) {
    if (!hasContent(element)) return reportEmpty(element);
    children(element, plan);
    if (plan.special == Special::reference) {
      checkReference(element, context_);
    } else if (plan.special == Special::extension) {
      checkExtension(element, context_.report);
      if (profiles_) profiles_->extension(element);
    }
  }

  void binding(const Element& element, const ElementPlan& own) {
    const bool settled = own.codes && element.type->isPrimitive() &&
                         (!element.hasValue() || own.codes->contains(element.text));
    if (!settled)
      checkBinding(element, own.definition->valueSet, own.strength, context_.valueSets, context_.report);
  }

  // An id alone is no content (ele-1).
  static bool hasContent(const Element& element) noexcept {
    if (element.hasValue()) return true;
    for (const Element* each = element.firstChild; each; each = each->next)
      if (each->name() != "id" || !each->property->element->isAttribute) return true;
    return false;
  }

  void reportEmpty(const Element& element) {
    context_.report.add(Severity::error, IssueType::invariant, element, [] {
      return std::string(
          "Rule ele-1: An element must have a value, children or extensions; an id alone says nothing. Leave "
          "it out.");
    });
  }

  void tooMany(const Element& element, const ElementDefinition& definition) {
    context_.report.add(Severity::error, IssueType::structure, element, [&] {
      return quote(definition.name) + " may stand here " +
             (definition.max == 0   ? std::string("never")
              : definition.max == 1 ? std::string("once")
                                    : "at most " + std::to_string(definition.max) + " times") +
             "; leave this one out.";
    });
  }

  void reportMissing(const Element& element, const TypePlan& plan, Children missing) {
    for (; missing != 0; missing &= missing - 1) {
      const ElementDefinition& definition =
          *plan.elements[static_cast<std::size_t>(std::countr_zero(missing))].definition;
      context_.report.add(Severity::error, IssueType::required, element, definition.name, [&] {
        return quote(definition.name) + " is required in " + std::string(element.type->name) + ". Add " +
               (definition.isChoice ? "one of " : "") + membersOf(*element.type, definition) + ".";
      });
    }
  }

  void profiles(const Element& resource) {
    std::vector<WantedProfile> wanted;
    if (const Element* meta = resource.child("meta"))
      for (const Element* each = meta->child("profile"); each; each = each->nextSame())
        if (each->hasValue()) wanted.push_back({each->text, each});
    if (!resource.parent)
      for (const std::string_view each : options_.asked) wanted.push_back({each, nullptr});
    if (!wanted.empty()) profiles_->resource(resource, wanted);
  }

  Context& context_;
  const Options& options_;
  ProfileCheck* profiles_;
};

}  // namespace

Outcome validate(const Resource& resource, const Options& options) {
  Report report(options.least, options.maxIssues);
  const Links links(resource.root());
  const ValueSets& valueSets = options.valueSets ? *options.valueSets : builtInValueSets();
  std::unique_ptr<ProfileCheck> profiles;
  Judge judge(links, valueSets, [&](const Element& element, std::string_view profile) {
    return profiles ? profiles->conformsTo(element, profile) : std::nullopt;
  });
  Context context{valueSets, links, judge, report};
  if (options.profiles) profiles = options.profiles->begin(context);
  Walk(context, options, profiles.get()).resource(resource.root());
  return report.take();
}

}  // namespace fhir::validation
