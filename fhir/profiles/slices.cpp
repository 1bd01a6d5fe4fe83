// Slices: which of an element's items is in which, and what each asks for.
// https://hl7.org/fhir/R4/profiling.html#slicing
#include <algorithm>

#include "fhir/model/messages.h"
#include "fhir/profiles/check.h"

namespace fhir::profiles {
namespace {

constexpr std::string_view theOthers = "@default";
constexpr std::size_t none = static_cast<std::size_t>(-1);

std::string namesOf(const Slicing& slicing) {
  std::string text;
  for (const auto& slice : slicing.slices)
    if (slice->max > 0) text += (text.empty() ? "" : ", ") + quote(slice->sliceName);
  return text;
}

std::string describe(const Node& slice) {
  return "the slice " + quote(slice.sliceName) + " of " + quote(slice.name);
}

}  // namespace

// In which slice each item is: its position among the slices, or `none`.
struct Check::Assignment {
  const Elements& items;
  std::vector<std::size_t> slices;        // of each item
  std::vector<bool> undecided;            // of each item: it may be in a slice, for all that is known
  std::vector<Elements> members;          // of each slice
  std::vector<std::size_t> maybeMembers;  // of each slice
};

void Check::slices(const Node& node, const Element& parent, const Elements& items) {
  const Slicing& slicing = *node.slicing;
  if (slicing.slices.empty() && slicing.rules != Slicing::Rules::closed) return;
  Assignment assignment{items,
                        {},
                        {},
                        std::vector<Elements>(slicing.slices.size()),
                        std::vector<std::size_t>(slicing.slices.size())};
  assign(slicing, items, assignment);
  if (slicing.rules != Slicing::Rules::open) unmatched(node, assignment);
  if (slicing.ordered) ordered(node, assignment);
  Elements others;
  for (std::size_t i = 0; i < items.size(); ++i)
    if (assignment.slices[i] == none) others.push_back(items[i]);
  for (std::size_t i = 0; i < slicing.slices.size(); ++i) {
    if (isOver()) return;
    const Node& slice = *slicing.slices[i];
    sliceCardinality(slice, parent, assignment.members[i], assignment.maybeMembers[i]);
    if (assignment.members[i].size() + assignment.maybeMembers[i] < slice.min)
      explainMissing(slice, slicing, others);
    for (const Element* each : assignment.members[i]) element(slice, *each);
    if (slice.slicing) slices(slice, parent, assignment.members[i]);
  }
}

void Check::assign(const Slicing& slicing, const Elements& items, Assignment& assignment) {
  for (const Element* item : items) {
    std::size_t in = none;
    std::size_t rest = none;
    bool undecided = false;
    for (std::size_t i = 0; i < slicing.slices.size() && in == none; ++i) {
      if (slicing.slices[i]->sliceName == theOthers) {
        rest = i;
        continue;
      }
      const Match match = isIn(*slicing.slices[i], slicing, *item);
      if (match == Match::yes) in = i;
      if (match != Match::unknown) continue;
      undecided = true;
      ++assignment.maybeMembers[i];
    }
    if (in == none && !undecided) in = rest;
    assignment.slices.push_back(in);
    assignment.undecided.push_back(in == none && undecided);
    if (in != none) assignment.members[in].push_back(item);
  }
}

void Check::unmatched(const Node& node, const Assignment& assignment) {
  const Slicing& slicing = *node.slicing;
  std::size_t lastMatched = 0;
  for (std::size_t i = 0; i < assignment.slices.size(); ++i)
    if (assignment.slices[i] != none) lastMatched = i;
  for (std::size_t i = 0; i < assignment.slices.size(); ++i) {
    if (assignment.slices[i] != none || assignment.undecided[i]) continue;
    const bool isClosed = slicing.rules == Slicing::Rules::closed;
    if (!isClosed && i > lastMatched) continue;
    if (!isClosed && lastMatched == 0 && assignment.slices[0] == none) continue;
    fault(Severity::error, IssueType::structure, *assignment.items[i], [&] {
      const std::string names = namesOf(slicing);
      if (!isClosed)
        return "This " + quote(node.name) + " is in none of the slices " + names +
               ", so it must stand behind all that are. Move it to the end.";
      if (names.empty()) return "No " + quote(node.name) + " is allowed here. Leave it out.";
      return "This " + quote(node.name) + " is in none of the slices " + names +
             ", and no other is allowed. Mend it, or leave it out.";
    });
  }
}

void Check::ordered(const Node& node, const Assignment& assignment) {
  std::size_t highest = 0;
  for (std::size_t i = 0; i < assignment.slices.size(); ++i) {
    const std::size_t slice = assignment.slices[i];
    if (slice == none) continue;
    if (slice < highest) {
      fault(Severity::error, IssueType::structure, *assignment.items[i], [&] {
        return "The slices stand in the order " + namesOf(*node.slicing) + ". Move this one, of " +
               quote(node.slicing->slices[slice]->sliceName) + ", to its place.";
      });
    }
    highest = std::max(highest, slice);
  }
}

void Check::sliceCardinality(const Node& slice, const Element& parent, const Elements& members,
                             std::size_t unknown) {
  if (members.size() < slice.min) {
    if (members.size() + unknown < slice.min) {
      fault(Severity::error, IssueType::required, parent, slice.name, [&] {
        return (slice.min == 1 ? "One is required in " : std::to_string(slice.min) + " are required in ") +
               describe(slice) + ". Add it.";
      });
    } else {
      fault(Severity::information, IssueType::notSupported, parent, slice.name, [&] {
        return "Whether " + describe(slice) +
               " has what is required is not known here: what tells it is not at hand.";
      });
    }
  } else if (slice.mustSupport && members.empty()) {
    supported(slice, parent);
  }
  if (members.size() > slice.max)
    fault(Severity::error, IssueType::structure, *members[slice.max], [&] {
      return slice.max == 0 ? "Nothing may be in " + describe(slice) + ". Leave it out."
                            : "At most " + std::to_string(slice.max) + " may be in " + describe(slice) +
                                  "; leave this one out.";
    });
}

// A slice that a profile tells apart lacks what does not keep to the profile. So the faults of an item that
// fits but for them are told.
void Check::explainMissing(const Node& slice, const Slicing& slicing, const Elements& others) {
  if (silent_) return;
  for (std::size_t i = 0; i < slicing.discriminators.size(); ++i) {
    if (slicing.discriminators[i].kind != Discriminator::Kind::profile) continue;
    const std::vector<Goal> goals = goalsOf(slice.criteria[i]);
    for (const Element* item : others) {
      std::vector<Found> found;
      follow(slicing.discriminators[i].path, *item, found);
      for (const Found& one : found)
        for (const Goal& goal : goals)
          if (one.element && one.type == goal.profile->type) checkAloud(*one.element, goal);
    }
  }
}

// The profiles that a discriminator by profile asks for.
std::vector<Goal> Check::goalsOf(const Criterion& criterion) const {
  std::vector<Goal> goals;
  const auto add = [&](std::string_view canonical) {
    if (const Goal goal = find(canonical)) goals.push_back(goal);
  };
  for (const Destination& each : criterion.destinations) {
    if (!each.node) add(each.canonical);
    if (!each.node) continue;
    for (const TypeRule& rule : each.node->types)
      for (const std::string& profile : rule.profiles) add(profile);
  }
  return goals;
}

}  // namespace fhir::profiles
