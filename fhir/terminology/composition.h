// Composition: which codes a value set has, by its rules: a question for one code, or the list of all.
//
// Specification: ValueSet, section 4.9.6 Value Set Expansion and 4.9.3 Composition
// (https://hl7.org/fhir/R4/valueset.html#compositions), filter operators
// (https://hl7.org/fhir/R4/valueset-filter-operator.html). Never a list that is short of something: what
// cannot be told is `unknown`, and why() says the reason. A value set whose rules cannot be followed here is
// judged by the complete expansion that it brings along; one of R4 by the list of its binding
// (fhir::findCodes). Threading: a Composition belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "fhir/terminology/source.h"

namespace fhir::terminology {

enum class Membership : std::uint8_t { member, notMember, unknown };

struct Code {
  std::string_view system;  // without data(): whatever system
  std::string_view code;
};

// A code of a value set, and what is known of it. Views are of the source and of the value set.
struct Member {
  std::string_view system, version, code, display;
  const CodeSystem* codeSystem = nullptr;  // where it is here
  const Concept* concept_ = nullptr;       // in it
  const Element* listed = nullptr;         // where the value set itself lists the code
  bool isAbstract = false, isInactive = false;
};

// Which version of a code system counts: canonicals with |version (parameters of $expand).
struct SystemVersions {
  std::vector<std::string> defaults;  // system-version: where the value set names none
  std::vector<std::string> checks;    // check-system-version: another one is an error
  std::vector<std::string> forced;    // force-system-version: whatever the value set names
};

class Composition {
 public:
  static constexpr unsigned maxImports = 16;  // levels of value sets that import others
  static constexpr std::size_t maxMembers = 200'000;
  static constexpr std::uint64_t maxWork = 100'000'000;  // steps of some 10 ns, in all that one is asked

  // What is given must outlive it.
  explicit Composition(const Source& source, const SystemVersions* versions = nullptr)
      : source_(source), versions_(versions) {}

  Membership test(const ValueSet&, const Code&);
  // All codes in the order of the rules, each once, abstract and inactive ones marked. False: why() tells.
  bool list(const ValueSet&, std::vector<Member>& out);
  // Of the last `unknown` or false: what is lacking and how to mend it.
  Outcome why() const;

 private:
  static constexpr std::uint64_t workOfImport = 50;
  static constexpr std::uint64_t workOfFilter = 10;
  static constexpr std::uint64_t workOfMember = 100;  // to put a code on the list, once more at each level
  enum class Lack : std::uint8_t {
    none,
    system,
    wholeSystem,
    grammar,
    valueSet,
    filter,
    depth,
    rules,
    size,
    version,
    work
  };

  Membership testIn(const ValueSet&, const Code&, unsigned depth);
  Membership inAny(const std::vector<Inclusion>&, const Code&, unsigned depth);
  Membership inOne(const Inclusion&, const Code&, unsigned depth);
  Membership inSystem(const Inclusion&, const Code&);
  Membership inImport(std::string_view canonical, const Code&, unsigned depth);
  Membership inExpansion(const ValueSet&, const Code&);
  Membership passesAll(const CodeSystem&, const Inclusion&, const Concept&);
  Membership passes(const CodeSystem&, const Filter&, const Concept&);
  Membership passesHierarchy(const CodeSystem&, const Filter&, const Concept&);
  bool isInactive(const Inclusion&, const Code&) const;

  bool listIn(const ValueSet&, std::vector<Member>& out, unsigned depth);
  bool listComposed(const ValueSet&, std::vector<Member>& out, unsigned depth);
  bool listExpansion(const ValueSet&, std::vector<Member>& out);
  bool listOne(const Inclusion&, std::vector<Member>& out, unsigned depth);
  bool listSystem(const Inclusion&, std::vector<Member>& out);
  bool listConcepts(const Inclusion&, const CodeSystem*, std::vector<Member>& out);
  bool keep(std::vector<Member>& members, std::string_view imported, unsigned depth);

  bool asksForVersions() const noexcept;
  // As CodeSystem's, counted as work.
  bool isAbove(const CodeSystem&, const Concept& ancestor, const Concept& descendant);
  using Concepts = std::unordered_set<const Concept*>;
  const Concepts& closure(const Concept& of, bool isUpward);
  // Counts work; false, and unknown from then on, when there was too much.
  bool spend(std::uint64_t steps);
  bool isOver() const noexcept { return work_ > maxWork; }
  // The code system of a rule, in the version that counts; nullptr when it is not here.
  const CodeSystem* systemOf(const Inclusion&);
  Membership unknown(Lack, std::string_view what, std::string_view detail = {});

  const Source& source_;
  const SystemVersions* versions_;
  Lack lack_ = Lack::none;
  std::uint64_t work_ = 0;
  bool isListing_ = false;
  std::map<std::pair<const Concept*, bool>, Concepts> closures_;
  std::string what_, detail_;
};

// Whether the code system is one that is known by its grammar alone, UCUM
// (https://hl7.org/fhir/R4/ucum.html); a code of it is judged by the grammar.
bool isGrammar(std::string_view system) noexcept;
bool isInGrammar(std::string_view system, std::string_view code);

}  // namespace fhir::terminology
