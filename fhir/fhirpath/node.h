// The syntax tree of an expression, as the parser makes it and the compiler refines it. Internal to this
// folder.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "fhir/fhirpath/fhirpath.h"
#include "fhir/fhirpath/functions.h"
#include "fhir/fhirpath/regex.h"

namespace fhir::fhirpath {

enum class Op : std::uint8_t {
  empty,
  literal,
  this_,
  index,
  total,
  variable,
  member,
  call,
  indexer,
  positive,
  negative,
  multiply,
  divide,
  div,
  mod,
  add,
  subtract,
  concatenate,
  is,
  as,
  union_,
  less,
  lessOrEqual,
  greater,
  greaterOrEqual,
  equal,
  notEqual,
  equivalent,
  notEquivalent,
  in,
  contains,
  and_,
  or_,
  xor_,
  implies,
};

// The type named in `is`, `as` and ofType. Both are set for Quantity, which is FHIR's and System's; neither
// for a name that is nobody's (System.Patient), which no item has.
struct TypeSpecifier {
  const TypeDefinition* fhir = nullptr;
  std::optional<Kind> system;
};

struct Expression::Node {
  Op op = Op::empty;
  Function function = Function::abs;  // Op::call
  Kind kind = Kind::string;           // Op::literal
  bool hasSource = false;             // Op::member, Op::call: children[0] is what stands before the dot
  std::uint16_t depth = 1;            // of the tree from here down
  std::uint32_t position = 1;         // 1-based character in the text
  std::string text;                   // the literal, or the name of a member, a variable or a type
  std::string unit;                   // quantities
  TypeSpecifier type;                 // Op::is, Op::as; Function::is, as and ofType
  std::vector<Node> children;         // source first, then the arguments

  // Op::member where the compiler knows the type before the dot: the element, so that names need not be
  // compared.
  const TypeDefinition* owner = nullptr;
  const ElementDefinition* element = nullptr;

  // matches(), matchesFull() and replaceMatches() of a literal pattern, unless it has a fault or is large.
  std::shared_ptr<const Regex> regex;

  std::size_t argumentCount() const noexcept { return children.size() - (hasSource ? 1 : 0); }
  const Node& argument(std::size_t i) const noexcept { return children[i + (hasSource ? 1 : 0)]; }
};

using Node = Expression::Node;

// Limits of one expression: what a person writes is far below, and the evaluator's stack is safe with them.
inline constexpr std::size_t maxTextSize = 64 * 1024;
inline constexpr std::uint16_t maxTreeDepth = 200;

// An error of an expression, at a 1-based character of its text.
Outcome syntaxError(std::size_t position, std::string_view message);

}  // namespace fhir::fhirpath
