// SourceValue: a mapping file as a tree that knows its lines, so that every complaint can name one.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/model/outcome.h"

namespace store::mapping {

struct SourceValue {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  std::size_t line = 0;  // from 1
  std::string text{};    // string: unescaped; number and boolean: as written
  std::vector<SourceValue> items{};
  std::vector<std::pair<std::string, SourceValue>> members{};  // in the file's order

  // nullptr when there is no such member.
  const SourceValue* find(std::string_view name) const noexcept;
  bool isTrue() const noexcept { return kind == Kind::boolean && text == "true"; }
};

// Collects everything that is wrong with one mapping file; each message starts with "file:line: ".
class Complaints {
 public:
  explicit Complaints(std::string_view fileName) : fileName_(fileName) {}

  void add(std::size_t line, std::string_view message);
  bool none() const noexcept { return outcome_.empty(); }
  fhir::Outcome take() && { return std::move(outcome_); }

 private:
  std::string fileName_;
  fhir::Outcome outcome_{};
};

// ", did you mean 'x'?" or, when no candidate is near, ", known are: a, b, c". Empty without candidates.
std::string suggestion(std::string_view text, const std::vector<std::string_view>& candidates);

// Complains about members of `object` that are not in `known`.
void checkKeys(const SourceValue& object, std::initializer_list<std::string_view> known,
               Complaints& complaints);
// The text of a string member; empty without one; a complaint when it is not a string (or missing though
// `needed`).
std::string_view textOf(const SourceValue& object, std::string_view name, bool needed,
                        Complaints& complaints);
// The member when it is of this kind; nullptr without one; a complaint when it is of another kind.
const SourceValue* memberOf(const SourceValue& object, std::string_view name, SourceValue::Kind kind,
                            Complaints& complaints);
// False without such a member; a complaint when it is neither true nor false.
bool flagOf(const SourceValue& object, std::string_view name, Complaints& complaints);

// Parses JSON with // and /* */ comments. A fault (also a member that is given twice) is added to
// `complaints`.
SourceValue parseSource(std::string_view text, Complaints& complaints);

}  // namespace store::mapping
