// Invariants: the FHIRPath rules of ElementDefinition.constraint, compiled once and judged at elements.
//
// Specification: ElementDefinition, "constraint" (https://hl7.org/fhir/R4/elementdefinition.html) and
// Profiling. A rule holds when its result is true; an empty result is a fault. Threading: a Constraint is
// immutable and may be shared by all threads; a Judge is for one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/validation/bindings.h"
#include "fhir/validation/links.h"
#include "fhir/validation/presence.h"
#include "fhir/validation/report.h"

namespace fhir::validation {

// One rule, compiled. Owns its texts.
class Constraint {
 public:
  // `context`: the type of the elements it stands at. Errors: those of the expression, with the position.
  static Result<Constraint> compile(const Invariant&, const TypeDefinition& context);

  std::string_view key() const noexcept { return key_; }
  Severity severity() const noexcept { return severity_; }
  std::string_view human() const noexcept { return human_; }
  const fhirpath::Expression& expression() const noexcept { return expression_; }
  const Presence& presence() const noexcept { return presence_; }

 private:
  Constraint(const Invariant&, fhirpath::Expression, const TypeDefinition& context);

  std::string key_;
  Severity severity_;  // error or warning
  std::string human_;
  fhirpath::Expression expression_;
  Presence presence_;
};

enum class Verdict : std::uint8_t {
  holds,
  broken,
  failed,  // the expression could not be evaluated here, or would have cost too much
};

// Judges constraints at the elements of one resource: what presence does not settle is evaluated, by one
// evaluation that is made at its first use. conformsTo() may lead back to the Judge while it evaluates.
class Judge {
 public:
  // `root`: the resource's root; resolve() finds what it contains, and the entries of a Bundle. All must
  // outlive the Judge. memberOf() asks `valueSets`; conformsTo() asks `conformsTo`, which may be empty.
  using ConformsTo = std::function<std::optional<bool>(const Element&, std::string_view profile)>;
  Judge(const Links& links, const ValueSets& valueSets, ConformsTo conformsTo = {});
  ~Judge();
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  Verdict judge(const Constraint&, const Element&);
  Verdict judge(const Constraint&, const Element&, Children);
  // Any other condition at an element, with variables of its own: true, false, nullopt for an empty result.
  Result<std::optional<bool>> test(const fhirpath::Expression&, const Element&,
                                   std::span<const fhirpath::Variable> variables = {});
  // Whether the elements that the expression gives at `focus` include this one.
  Result<bool> selects(const fhirpath::Expression&, const Element& focus, const Element& wanted);

  // Judges and reports: a broken rule with its own severity, one that could not be judged as an error.
  void check(const Constraint&, const Element&, Report&);
  void check(const Constraint&, const Element&, Children, Report&);

 private:
  struct Running;
  class Turn;

  const Links& links_;
  const ValueSets& valueSets_;
  ConformsTo conformsTo_;
  std::vector<std::unique_ptr<Running>> running_;  // one for each evaluation that waits for another
  std::size_t busy_ = 0;
};

}  // namespace fhir::validation
