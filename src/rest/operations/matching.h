// Matching: how alike two patients are, as docs/matching.md says it. What is compared are folded words, so
// case, accents and the order of words do not count.
//
// Threading: pure functions; value types.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/model/resource.h"

namespace rest::operations {

// What of a Patient is compared.
struct Person {
  struct Name {
    std::string family;              // folded; its words in order
    std::vector<std::string> given;  // folded words
  };
  std::vector<std::pair<std::string, std::string>> identifiers;  // system (may be empty), value
  std::vector<Name> names;
  std::string birthDate;              // as written, perhaps partial
  std::string gender;                 // empty for unknown
  std::vector<std::string> contacts;  // digits of phone numbers; mail addresses in lower case

  bool empty() const noexcept {
    return identifiers.empty() && names.empty() && birthDate.empty() && gender.empty() && contacts.empty();
  }
};
Person personOf(const fhir::Element& patient);

enum class Grade : std::uint8_t { certain, probable, possible, certainlyNot };
std::string_view code(Grade) noexcept;  // of the value set match-grade

struct Likeness {
  double score = 0;  // 0 to 1
  Grade grade = Grade::certainlyNot;
};
// What only one of them has says nothing for or against.
Likeness compare(const Person& asked, const Person& other);

// 1 for equal words, less for a slip of the pen, 0 for other words.
double wordLikeness(std::string_view one, std::string_view other);

}  // namespace rest::operations
