// One validation's walk over the profiles' plans.
//
// Internal to this folder. Threading: one thread.
//
// A plan is walked in one of two moods. Aloud, each fault is reported, and each pair of element and plan is
// walked once. Silently (conformsTo(), discriminators, the choice among several profiles), the question is
// only whether there is an error; the answer is remembered. A pair that is asked for while it is being
// answered counts as keeping to the profile, so that profiles that refer to each other come to an end. What
// is answered on that ground is remembered for as long as the ground holds, so that each pair is walked once,
// however many ways lead to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/profiles/state.h"
#include "fhir/validation/invariants.h"
#include "fhir/validation/links.h"
#include "fhir/validation/report.h"
#include "fhir/validation/validator.h"

namespace fhir::profiles {

enum class Match : std::uint8_t { no, unknown, yes };

// A profile, or one of its elements, that an element is to keep to.
struct Goal {
  const Profile* profile = nullptr;
  const Node* node = nullptr;

  explicit operator bool() const noexcept { return node != nullptr; }
};

// What a discriminator's path, or a reference, leads to. Without element: a resource that is not at hand, and
// its type where that is known.
struct Found {
  const Element* element = nullptr;
  const TypeDefinition* type = nullptr;
};

using Elements = std::vector<const Element*>;

class Check final : public validation::ProfileCheck {
 public:
  Check(const State& state, validation::Context& context) : state_(state), context_(context) {}

  void resource(const Element& resource, std::span<const validation::WantedProfile>) override;
  void extension(const Element& extension) override;
  std::optional<bool> conformsTo(const Element&, std::string_view profile) override;

 private:
  using Key = std::pair<const Element*, const Node*>;

  // --- check.cpp: goals and moods ---
  Goal find(std::string_view canonical) const noexcept;
  void wanted(const Element& resource, const validation::WantedProfile&);
  // Whether an element keeps to what the canonical names, a profile or a type of R4.
  Match conforms(const Element&, std::string_view canonical);
  Match tryOut(const Element&, const Goal&);
  void checkAloud(const Element&, const Goal&);
  // Aloud: reports. Silently: an element that does not keep to it is a fault.
  void require(const Element&, const Goal&);
  bool isDeep();
  bool step();
  bool isOver() const noexcept { return exhausted_ || (silent_ && failed_); }

  // --- elements.cpp: the rules of one node ---
  void element(const Node&, const Element&);
  void children(const Node&, const Element& parent);
  void cardinality(const Node&, const Element& parent, const Elements&);
  void supported(const Node&, const Element& parent);
  void values(const Node&, const Element&);
  void bound(const Bound&, const Node&, const Element&);
  void binding(const Node&, const Element&);
  void binding(std::string_view valueSet, BindingStrength, const Element&);
  void constraints(const Node&, const Element&);

  // --- slices.cpp ---
  void slices(const Node&, const Element& parent, const Elements&);
  struct Assignment;
  void assign(const Slicing&, const Elements&, Assignment&);
  void unmatched(const Node&, const Assignment&);
  void ordered(const Node&, const Assignment&);
  void sliceCardinality(const Node& slice, const Element& parent, const Elements& members,
                        std::size_t unknown);
  void explainMissing(const Node& slice, const Slicing&, const Elements& others);
  std::vector<Goal> goalsOf(const Criterion&) const;

  // --- discriminators.cpp ---
  Match isIn(const Node& slice, const Slicing&, const Element&);
  Match meets(const Discriminator&, const Criterion&, const Element&);
  Match meets(Discriminator::Kind, const Destination&, const Found&);
  Match meetsNode(Discriminator::Kind, const Node&, const Found&);
  Match hasValueOf(const Node&, const Element&);
  Match hasOwnValueOf(const Node&, const Element&);
  Match hasChildrenOf(const Node&, const Element&);
  void follow(const std::vector<Step>&, const Element& from, std::vector<Found>&) const;

  // --- references.cpp: types, profiles of types, targets ---
  bool types(const Node&, const Element&);
  void typeProfiles(const TypeRule&, const Element&);
  void targets(const TypeRule&, const Element&);
  void targetAtHand(const TypeRule&, const Element& at, const Element& target);
  void targetElsewhere(const TypeRule&, const Element& at, const TypeDefinition* type);
  void aggregation(const TypeRule&, const Element& at, bool isAtHand);
  Found resolve(const Element& reference) const;
  const TypeDefinition* typeOf(std::string_view canonical) const noexcept;
  void unjudged(const Element& at, std::string_view profile);

  // --- extensions.cpp ---
  void placement(const Element& extension, const Goal&);
  void extensionContext(const Element& extension, const Goal&);
  Match isIn(const ExtensionContext&, const Element& extension);

  // --- faults: words() says what is wrong; the profile is named behind ---
  template <class Words>
  void fault(Severity severity, IssueType type, const Element& at, const Words& words) {
    if (!isTold(severity)) return;
    std::string text = words() + ofProfile();
    if (told_.emplace(&at, text).second) context_.report.add(severity, type, at, [&] { return text; });
  }
  template <class Words>
  void fault(Severity severity, IssueType type, const Element& parent, std::string_view child,
             const Words& words) {
    if (!isTold(severity)) return;
    std::string text = words() + ofProfile();
    if (told_.emplace(&parent, text).second)
      context_.report.add(severity, type, parent, child, [&] { return text; });
  }
  bool isTold(Severity severity) noexcept;
  std::string ofProfile() const;

  const State& state_;
  validation::Context& context_;

  const Profile* profile_ = nullptr;  // whose rules are checked now
  bool silent_ = false;
  bool failed_ = false;  // silently: there is an error

  static constexpr std::size_t nothing = static_cast<std::size_t>(-1);
  struct Answer {
    bool conforms;
    std::size_t assumed;  // the lowest depth of what was assumed for it; `nothing`: it holds by itself
  };
  void remember(const Key&, bool conforms, std::size_t mark);

  std::map<Key, Answer> answers_;
  std::vector<Key> provisional_;      // answers that something was assumed for, in the order they were found
  std::map<Key, std::size_t> asked_;  // being answered, and at which depth
  std::set<Key> reported_;
  std::set<std::pair<const Element*, std::string>> told_;
  std::size_t depth_ = 0;
  std::size_t assumed_ = nothing;  // the lowest depth whose answer was assumed since the last question
  std::uint64_t steps_ = 0;
  bool exhausted_ = false;
};

}  // namespace fhir::profiles
