// FHIRPath for R4 (Normative 2.0.0 with R4's additions): parse once, run often, copy nothing.
//
// Specification: http://hl7.org/fhirpath/N1/ and https://hl7.org/fhir/R4/fhirpath.html
// Threading: an Expression is immutable; any number of threads may evaluate it at once. An Evaluation is for
// one thread.
// Ownership: results that point to Elements live as long as the Resource they come from; computed values live
// in the Evaluation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"

namespace fhir::fhirpath {

// System types of FHIRPath; `element` is a node of the resource (primitive or complex).
enum class Kind : unsigned char {
  element,
  boolean,
  string,
  integer,
  decimal,
  date,
  dateTime,
  time,
  quantity
};

// One item of a collection.
struct Item {
  Kind kind = Kind::element;
  const Element* element = nullptr;  // kind element; otherwise the element it was computed from, or nullptr
  std::string_view text;             // the lexical form: of a primitive element, or of a computed value
  std::string_view unit;             // quantity: UCUM code or calendar word; string: only type()'s namespace
};
using Collection = std::vector<Item>;

struct Variable {
  std::string_view name;  // "resource", "context", "vs-..." without the %
  Item value;
};

struct Code {
  std::string_view system;
  std::string_view code;
};

// What expressions may ask of the world. Each function may be empty; what nobody knows gives an empty
// collection, but for conformsTo() of an unknown profile, which the specification makes an error.
struct Environment {
  // resolve(): the root of the resource a reference points to; must live as long as the Evaluation. nullptr
  // when unknown. `from`: the element that has the reference, or %context's where it is a string by itself;
  // nullptr when there is neither.
  std::function<const Element*(const Element* from, std::string_view reference)> resolve;
  // memberOf(): whether the code is in the value set; nullopt when the value set is unknown.
  std::function<std::optional<bool>(std::string_view valueSet, std::string_view system,
                                    std::string_view code)>
      memberOf;
  // conformsTo(): nullopt when the profile is unknown.
  std::function<std::optional<bool>(const Element&, std::string_view profile)> conformsTo;
  // subsumes(), subsumedBy(): whether `ancestor` is above `descendant` in a code system's hierarchy; asked of
  // different codes only. nullopt when that is unknown.
  std::function<std::optional<bool>(const Code& ancestor, const Code& descendant)> subsumes;
  // slice(): whether the element is in the slice of this name that the structure (a StructureDefinition's
  // url) defines. What is unknown is in no slice.
  std::function<bool(const Element&, std::string_view structure, std::string_view name)> slice;
  // elementDefinition(): the root of the ElementDefinition that describes the element; must live as long as
  // the Evaluation. nullptr when unknown.
  std::function<const Element*(const Element&)> elementDefinition;
  std::vector<Variable> variables;
  // now(), today(): ISO 8601 with zone; empty takes the clock.
  std::string now;
  // Items that one run may look at before it ends as too costly; 10 million take about a second.
  std::uint64_t maxSteps = 10'000'000;
};

class Expression {
 public:
  // Parses `text` (UTF-8, at most 64 KiB, nested at most 200 deep). With `contextType`, checks it against the
  // R4 types too: an unknown element name is an error. Errors name the position (1-based character) and what
  // was expected.
  static Result<Expression> parse(std::string_view text, const TypeDefinition* contextType = nullptr);

  ~Expression();
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;
  Expression(const Expression&);
  Expression& operator=(const Expression&);

  std::string_view text() const noexcept;
  struct Node;
  const Node& node() const noexcept;

 private:
  explicit Expression(std::shared_ptr<const Node> node, std::string text);
  std::shared_ptr<const Node> node_;
  std::string text_;
};

// Owns what an evaluation computes. Reusable: run() keeps earlier results alive until clear(). The
// environment must outlive it. Errors have positions in the expression, never values of the resource. A run
// that takes too many steps or makes too much text ends with an error (too-costly) within about a second.
class Evaluation {
 public:
  explicit Evaluation(const Environment& environment);
  explicit Evaluation(Environment&&) = delete;
  ~Evaluation();
  Evaluation(const Evaluation&) = delete;
  Evaluation& operator=(const Evaluation&) = delete;

  // `focus` is $this; %resource and %context are taken from it unless the environment sets them.
  Result<Collection> run(const Expression&, const Element& focus);
  // The result as a condition: true, false, or nullopt for an empty collection (Result fails on several
  // items).
  Result<std::optional<bool>> test(const Expression&, const Element& focus);
  void clear() noexcept;
  // What the last run took of Environment::maxSteps.
  std::uint64_t steps() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fhir::fhirpath
