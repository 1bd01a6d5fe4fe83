#include "fhir/terminology/code_system.h"

#include <algorithm>
#include <set>
#include <utility>

namespace fhir::terminology {
namespace {

constexpr std::string_view standardBase = "http://hl7.org/fhir/concept-properties#";

Content contentOf(std::string_view text) noexcept {
  if (text == "complete") return Content::complete;
  if (text == "fragment") return Content::fragment;
  return text == "example" ? Content::example : Content::notPresent;
}

char small(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool isTrue(const Element& property) {
  return property.childText("valueBoolean") == "true" || property.childText("valueCode") == "true";
}

}  // namespace

Result<std::shared_ptr<const CodeSystem>> CodeSystem::read(Resource resource) {
  std::shared_ptr<CodeSystem> made(new CodeSystem(std::move(resource)));
  const Element& root = made->root();
  made->url = root.childText("url");
  made->version = root.childText("version");
  if (made->url.empty())
    return Outcome(Failure::unprocessable, IssueType::required,
                   "It is known by its canonical url alone. Add 'url'.", "CodeSystem.url");
  made->content = contentOf(root.childText("content"));
  made->isCaseSensitive = root.childText("caseSensitive") != "false";
  made->readConcepts(root);
  const auto nameless = std::find_if(made->concepts_.begin(), made->concepts_.end(),
                                     [](const Concept& each) { return each.code.empty(); });
  if (nameless != made->concepts_.end())
    return Outcome(Failure::unprocessable, IssueType::required, "A concept needs its code. Add 'code'.",
                   nameless->element->path());
  if (!made->index())
    return Outcome(Failure::unprocessable, IssueType::duplicate,
                   "Two concepts have one code. Take one of them out.", "CodeSystem.concept");
  made->readProperties();
  return std::shared_ptr<const CodeSystem>(std::move(made));
}

void CodeSystem::readConcepts(const Element& parent) {
  for (const Element* each = parent.child("concept"); each; each = each->nextSame()) {
    Concept made;
    made.code = each->childText("code");
    made.display = each->childText("display");
    made.definition = each->childText("definition");
    made.element = each;
    concepts_.push_back(std::move(made));
    readConcepts(*each);
  }
}

bool CodeSystem::index() {
  byCode_.reserve(concepts_.size());
  return std::all_of(concepts_.begin(), concepts_.end(),
                     [&](Concept& each) { return byCode_.emplace(keyOf(each.code), &each).second; });
}

// Nesting first, so that the parent a concept is nested in is the first of its parents.
void CodeSystem::readProperties() {
  for (const Element* each = root().child("property"); each; each = each->nextSame()) {
    properties_.insert(each->childText("code"));
    declared_.emplace(each->childText("code"), each);
  }
  for (Concept& each : concepts_) {
    const Element* above = each.element->parent;
    if (above != &root()) relate(*byCode_.find(keyOf(above->childText("code")))->second, each);
  }
  for (Concept& each : concepts_)
    for (const Element* property = each.element->child("property"); property; property = property->nextSame())
      readProperty(each, *property);
}

void CodeSystem::readProperty(Concept& concept_, const Element& property) {
  const std::string_view code = property.childText("code");
  const std::string_view value = property.childText("valueCode");
  properties_.insert(code);
  const auto other = [&] {
    const auto found = byCode_.find(keyOf(value));
    return found == byCode_.end() ? nullptr : found->second;
  };
  if (isStandard(code, "parent") || isStandard(code, "subsumedBy")) {
    if (Concept* parent = other()) relate(*parent, concept_);
  } else if (isStandard(code, "child")) {
    if (Concept* child = other()) relate(concept_, *child);
  } else if (isStandard(code, "notSelectable")) {
    concept_.isAbstract = concept_.isAbstract || isTrue(property);
  } else if (isStandard(code, "inactive")) {
    concept_.isInactive = concept_.isInactive || isTrue(property);
  } else if (isStandard(code, "status")) {
    concept_.isInactive = concept_.isInactive || value == "retired" || value == "inactive";
  }
}

void CodeSystem::relate(Concept& parent, Concept& child) {
  if (std::find(child.parents.begin(), child.parents.end(), &parent) != child.parents.end()) return;
  child.parents.push_back(&parent);
  parent.children.push_back(&child);
}

std::string CodeSystem::keyOf(std::string_view code) const {
  std::string key(code);
  if (!isCaseSensitive) std::transform(key.begin(), key.end(), key.begin(), small);
  return key;
}

const Concept* CodeSystem::find(std::string_view code) const {
  const auto found = isCaseSensitive ? byCode_.find(code) : byCode_.find(keyOf(code));
  return found == byCode_.end() ? nullptr : found->second;
}

bool CodeSystem::isSame(std::string_view left, std::string_view right) const {
  return left == right || (!isCaseSensitive && keyOf(left) == keyOf(right));
}

// A hierarchy that runs in a circle ends too.
bool CodeSystem::isAbove(const Concept& ancestor, const Concept& descendant) const {
  std::set<const Concept*> passed;
  std::vector<const Concept*> open{&descendant};
  while (!open.empty()) {
    const Concept* at = open.back();
    open.pop_back();
    for (const Concept* parent : at->parents) {
      if (parent == &ancestor) return true;
      if (passed.insert(parent).second) open.push_back(parent);
    }
  }
  return false;
}

bool CodeSystem::isSubsumption() const noexcept {
  const std::string_view meaning = text("hierarchyMeaning");
  return meaning.empty() || meaning == "is-a";
}

const Element* CodeSystem::property(std::string_view code) const noexcept {
  const auto found = declared_.find(code);
  return found == declared_.end() ? nullptr : found->second;
}

// By its uri where it has one, else by its name.
bool CodeSystem::isStandard(std::string_view code, std::string_view name) const noexcept {
  const Element* declared = property(code);
  const std::string_view uri = declared ? declared->childText("uri") : std::string_view{};
  if (!uri.starts_with(standardBase)) return code == name;
  return uri.substr(standardBase.size()) == name;
}

}  // namespace fhir::terminology
