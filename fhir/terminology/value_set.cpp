#include "fhir/terminology/value_set.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>

#include "fhir/fhirpath/regex.h"

namespace fhir::terminology {
namespace {

FilterOperator operatorOf(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 9> names{"=",  "is-a",   "descendent-of", "is-not-a", "regex",
                                                         "in", "not-in", "generalizes",   "exists"};
  return static_cast<FilterOperator>(std::find(names.begin(), names.end(), text) - names.begin());
}

Filter filterOf(const Element& element) {
  Filter made{.property = element.childText("property"),
              .value = element.childText("value"),
              .op = operatorOf(element.childText("op")),
              .pattern = nullptr};
  if (made.op == FilterOperator::regex)
    if (auto compiled = fhirpath::Regex::compile(made.value))
      made.pattern = std::make_shared<const fhirpath::Regex>(*std::move(compiled));
  return made;
}

Inclusion inclusionOf(const Element& element) {
  Inclusion made;
  made.element = &element;
  made.system = element.childText("system");
  made.version = element.childText("version");
  for (const Element* each = element.child("concept"); each; each = each->nextSame())
    made.concepts.push_back({each->childText("code"), each->childText("display"), each});
  made.sorted.resize(made.concepts.size());
  std::iota(made.sorted.begin(), made.sorted.end(), std::size_t{0});
  std::stable_sort(made.sorted.begin(), made.sorted.end(), [&](std::size_t left, std::size_t right) {
    return made.concepts[left].code < made.concepts[right].code;
  });
  for (const Element* each = element.child("filter"); each; each = each->nextSame())
    made.filters.push_back(filterOf(*each));
  for (const Element* each = element.child("valueSet"); each; each = each->nextSame())
    made.valueSets.push_back(each->text);
  return made;
}

std::vector<Inclusion> inclusionsOf(const Element& compose, std::string_view name) {
  std::vector<Inclusion> made;
  for (const Element* each = compose.child(name); each; each = each->nextSame())
    made.push_back(inclusionOf(*each));
  return made;
}

void readContains(const Element& parent, std::vector<ExpandedCode>& codes) {
  for (const Element* each = parent.child("contains"); each; each = each->nextSame()) {
    if (!each->childText("code").empty())
      codes.push_back({each->childText("system"), each->childText("version"), each->childText("code"),
                       each->childText("display"), each->childText("abstract") == "true",
                       each->childText("inactive") == "true", each});
    readContains(*each, codes);
  }
}

// Whether what is listed is all there is. One that lists nothing must say that this is all.
bool isWhole(const Element& expansion, std::size_t listed) {
  std::size_t total = listed;
  const std::string_view text = expansion.childText("total");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), total);
  const bool isTold = error == std::errc() && end == text.data() + text.size();
  if (!isTold && (listed == 0 || !text.empty())) return false;
  if (total > listed || expansion.child("offset")) return false;
  static constexpr std::array<std::string_view, 5> narrowing{"limitedExpansion", "count", "filter",
                                                             "activeOnly", "excludeNotForUI"};
  for (const Element* each = expansion.child("parameter"); each; each = each->nextSame())
    if (std::find(narrowing.begin(), narrowing.end(), each->childText("name")) != narrowing.end())
      return false;
  return true;
}

}  // namespace

const ListedConcept* Inclusion::find(std::string_view code) const noexcept {
  const auto at = std::lower_bound(
      sorted.begin(), sorted.end(), code,
      [&](std::size_t position, std::string_view wanted) { return concepts[position].code < wanted; });
  return at != sorted.end() && concepts[*at].code == code ? &concepts[*at] : nullptr;
}

Result<std::shared_ptr<const ValueSet>> ValueSet::read(Resource resource, bool needsUrl) {
  std::shared_ptr<ValueSet> made(new ValueSet(std::move(resource)));
  const Element& root = made->root();
  made->url = root.childText("url");
  made->version = root.childText("version");
  if (needsUrl && made->url.empty())
    return Outcome(Failure::unprocessable, IssueType::required,
                   "It is known by its canonical url alone. Add 'url'.", "ValueSet.url");
  if (const Element* compose = root.child("compose")) {
    made->hasCompose = true;
    made->excludesInactive = compose->childText("inactive") == "false";
    made->includes = inclusionsOf(*compose, "include");
    made->excludes = inclusionsOf(*compose, "exclude");
  }
  for (const auto* inclusions : {&made->includes, &made->excludes})
    for (const Inclusion& each : *inclusions)
      for (const ListedConcept& listed : each.concepts)
        if (listed.code.empty())
          return Outcome(Failure::unprocessable, IssueType::required, "A concept needs its code. Add 'code'.",
                         listed.element->path());
  if (const Element* expansion = root.child("expansion")) {
    readContains(*expansion, made->expansion);
    made->isExpansionComplete = isWhole(*expansion, made->expansion.size());
  }
  return std::shared_ptr<const ValueSet>(std::move(made));
}

}  // namespace fhir::terminology
