// CodeSystem: one code system in memory, made from its resource.
//
// Specification: CodeSystem (https://hl7.org/fhir/R4/codesystem.html). A concept's parents are the concept it
// is nested in and those that the standard properties parent, child and subsumedBy name. Whatever
// hierarchyMeaning says, filters walk that hierarchy; isSubsumption() tells whether being below means being
// a. Threading: immutable. Ownership: all views are of the resource that it holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"

namespace fhir::terminology {

// CodeSystem.content: how much of the system is here.
enum class Content : std::uint8_t { notPresent, example, fragment, complete };

struct Concept {
  std::string_view code, display, definition;
  const Element* element = nullptr;  // CodeSystem.concept: its designations and properties
  bool isAbstract = false;           // not to be chosen by a user: property notSelectable
  bool isInactive = false;           // property inactive, or status inactive or retired
  std::vector<const Concept*> parents, children;
};

class CodeSystem {
 public:
  // Fails (unprocessable) for a resource without url, a concept without code, a code that stands there twice.
  static Result<std::shared_ptr<const CodeSystem>> read(Resource);

  std::string url, version;
  Content content = Content::complete;
  bool isCaseSensitive = true;  // unless it says caseSensitive = false

  const Element& root() const noexcept { return resource_.root(); }
  std::string_view text(std::string_view element) const noexcept { return root().childText(element); }
  // All concepts, each before those nested in it.
  std::span<const Concept> concepts() const noexcept { return concepts_; }
  // nullptr when it is not here.
  const Concept* find(std::string_view code) const;
  // Whether two codes are the same in this system.
  bool isSame(std::string_view left, std::string_view right) const;
  // Strictly above, over any number of levels.
  bool isAbove(const Concept& ancestor, const Concept& descendant) const;
  // Whether its hierarchy is one of subsumption: hierarchyMeaning is is-a or is not told.
  bool isSubsumption() const noexcept;

  // The CodeSystem.property of this code; nullptr when it is not declared.
  const Element* property(std::string_view code) const noexcept;
  // Whether a property of this code is declared, or some concept has it.
  bool hasProperty(std::string_view code) const { return properties_.contains(code); }
  // Whether a property of this code stands for the one of FHIR (http://hl7.org/fhir/concept-properties#name).
  bool isStandard(std::string_view code, std::string_view name) const noexcept;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  explicit CodeSystem(Resource resource) : resource_(std::move(resource)) {}
  std::string keyOf(std::string_view code) const;
  void readConcepts(const Element& parent);
  void readProperties();
  void readProperty(Concept&, const Element& property);
  void relate(Concept& parent, Concept& child);
  bool index();

  Resource resource_;
  std::vector<Concept> concepts_;
  std::set<std::string_view> properties_;                // of concepts and declared
  std::map<std::string_view, const Element*> declared_;  // CodeSystem.property
  std::unordered_map<std::string, Concept*, Hash, std::equal_to<>> byCode_;
};

}  // namespace fhir::terminology
