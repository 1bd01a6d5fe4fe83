// Regular expressions that always finish: time grows with the text times the pattern, never exponentially.
//
// Syntax: what FHIRPath asks for (N1, section 5.6 matches) and the specification's own patterns use:
// characters, escapes, classes, groups, alternatives, greedy and lazy quantifiers, ^ $ \b. No
// back-references, no look-around. A dot matches line breaks too. Characters are Unicode code points.
// Threading: a compiled Regex is immutable.
#pragma once

#include <bitset>
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
  static constexpr std::size_t maxInstructions = 20'000;

  // nullopt for a pattern with a fault, or one that needs more than `most` instructions.
  static std::optional<Regex> compile(std::string_view pattern, std::size_t most = maxInstructions);

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
  friend class RegexSearch;

  static constexpr std::uint64_t maxWork = 30'000'000;  // instructions of one search, a second at most

  enum class Op : std::uint8_t { set, split, jump, save, start, end, boundary, noBoundary, match };
  struct Set {
    std::vector<std::pair<char32_t, char32_t>> ranges;
    bool negated = false;
    std::bitset<128> ascii{};  // what the ranges say, once they are complete
    bool contains(char32_t c) const noexcept { return c < ascii.size() ? ascii[c] : isInRanges(c); }
    bool isInRanges(char32_t c) const noexcept;
    bool hasOthers() const noexcept;  // than ASCII
  };
  struct Instruction {
    Op op = Op::match;
    std::uint32_t first =
        0;  // set: its number; jump and split: where to go (split: preferred); save: the slot
    std::uint32_t second = 0;  // split: the other way
  };

  void findStarts();
  // The first place from `at` on where a match may begin; the text's end when there is none, and then only an
  // empty match may be there.
  std::size_t nextStart(std::string_view text, std::size_t at) const noexcept;
  // Whether the word boundary or end that the instruction asks for is at this place of the text.
  static bool holds(Op op, std::string_view text, std::size_t at) noexcept;

  std::vector<Instruction> program_;
  std::vector<Set> sets_;
  std::bitset<256> starts_;         // the bytes that a match may begin with,
  bool startsAnywhere_ = false;     // unless it may be empty or begins with a condition
  bool startsAtBeginning_ = false;  // it begins with ^
};

}  // namespace fhir::fhirpath
