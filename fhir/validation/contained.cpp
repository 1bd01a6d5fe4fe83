// What a resource contains. https://hl7.org/fhir/R4/references.html#contained, rules dom-2 to dom-5.
#include <algorithm>
#include <vector>

#include "fhir/validation/rules.h"

namespace fhir::validation {
namespace {

struct Uses {
  std::vector<std::string_view> ids;  // that some element points to, sorted
  bool container = false;             // a contained resource points to the one that contains it
};

bool mayLink(const Element& element) noexcept {
  switch (element.type->primitive) {
    case Primitive::canonical:
    case Primitive::uri:
    case Primitive::url:
      return true;
    case Primitive::string:
      return element.name() == "reference";
    default:
      return false;
  }
}

void collect(const Element& element, Uses& uses) {
  for (const Element* each = element.firstChild; each; each = each->next) {
    if (mayLink(*each) && each->text.starts_with('#')) uses.ids.push_back(each->text.substr(1));
    collect(*each, uses);
  }
}

bool pointsToContainer(const Element& element) {
  for (const Element* each = element.firstChild; each; each = each->next)
    if ((mayLink(*each) && each->text == "#") || pointsToContainer(*each)) return true;
  return false;
}

void forbid(const Element& at, std::string_view words, Report& report) {
  report.add(Severity::error, IssueType::invariant, at, [&] { return std::string(words); });
}

void checkOne(const Element& one, const Uses& uses, Report& report) {
  if (const Element* nested = one.child("contained"))
    forbid(*nested,
           "Rule dom-2: A contained resource contains no other. Move it to 'contained' of the outer one.",
           report);
  if (const Element* meta = one.child("meta")) {
    for (const std::string_view name : {"versionId", "lastUpdated"})
      if (const Element* found = meta->child(name))
        forbid(*found, "Rule dom-4: A contained resource has no version of its own. Leave it out.", report);
    if (const Element* security = meta->child("security"))
      forbid(
          *security,
          "Rule dom-5: A contained resource has no security label of its own. Put it on the outer resource.",
          report);
  }
  const std::string_view id = one.childText("id");
  if (id.empty()) {
    report.add(Severity::error, IssueType::required, one, "id", [] {
      return std::string(
          "A contained resource must have an id, by which the outer one refers to it: \"#id\".");
    });
  } else if (!std::binary_search(uses.ids.begin(), uses.ids.end(), id) && !pointsToContainer(one)) {
    forbid(one,
           "Rule dom-3: Nothing refers to this contained resource. Refer to it by \"#\" and its id, or "
           "remove it.",
           report);
  }
}

}  // namespace

void checkContained(const Element& resource, Report& report) {
  Uses uses;
  collect(resource, uses);
  std::sort(uses.ids.begin(), uses.ids.end());
  std::vector<std::string_view> known;
  for (const Element* each = resource.child("contained"); each; each = each->nextSame()) {
    checkOne(*each, uses, report);
    if (const Element* id = each->child("id"); id && id->hasValue()) known.push_back(id->text);
  }
  std::sort(known.begin(), known.end());
  if (std::adjacent_find(known.begin(), known.end()) == known.end()) return;
  std::vector<std::string_view> before;
  for (const Element* each = resource.child("contained"); each; each = each->nextSame()) {
    const Element* id = each->child("id");
    if (!id || !id->hasValue()) continue;
    const auto at = std::lower_bound(before.begin(), before.end(), id->text);
    if (at != before.end() && *at == id->text) {
      report.add(Severity::error, IssueType::duplicate, *id,
                 [] { return std::string("Another contained resource has this id. Give each its own."); });
    } else {
      before.insert(at, id->text);
    }
  }
}

}  // namespace fhir::validation
