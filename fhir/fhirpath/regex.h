// Regular expressions that always finish: time grows with the text times the pattern, never exponentially.
//
// Syntax: what FHIRPath asks for (N1, section 5.6 matches) and the specification's own patterns use:
// characters, escapes, classes, groups, alternatives, greedy and lazy quantifiers, ^ $ \b. No
// back-references, no look-around. A dot matches line breaks too. Characters are Unicode code points.
// Threading: a compiled Regex is immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fhir::fhirpath {

class Regex {
 public:
  // nullopt for a pattern with a fault, or one that grows too large.
  static std::optional<Regex> compile(std::string_view pattern);

  std::size_t size() const noexcept { return program_.size(); }  // instructions: what compiling cost

  // Somewhere in the text, or (full) as the whole of it. nullopt when that takes too many steps.
  // `work` grows by the steps taken: some nanoseconds each.
  std::optional<bool> matches(std::string_view text, bool full, std::uint64_t& work) const;
  // Every match replaced; $1 to $9 and $0 stand for groups, \$ for a dollar. nullopt when the result is
  // larger than `limit` bytes or takes too many steps.
  std::optional<std::string> replace(std::string_view text, std::string_view substitution, std::size_t limit,
                                     std::uint64_t& work) const;

 private:
  friend class RegexCompiler;
  friend class RegexMatcher;

  enum class Op : std::uint8_t { set, split, jump, save, start, end, boundary, noBoundary, match };
  struct Set {
    std::vector<std::pair<char32_t, char32_t>> ranges;
    bool negated = false;
    bool contains(char32_t c) const noexcept;
  };
  struct Instruction {
    Op op = Op::match;
    std::uint32_t first =
        0;  // set: its number; jump and split: where to go (split: preferred); save: the slot
    std::uint32_t second = 0;  // split: the other way
  };

  std::vector<Instruction> program_;
  std::vector<Set> sets_;
};

}  // namespace fhir::fhirpath
