// Invariants: the FHIRPath rules of ElementDefinition.constraint, compiled once and judged at elements.
//
// Specification: ElementDefinition, "constraint" (https://hl7.org/fhir/R4/elementdefinition.html) and
// Profiling. A rule holds when its result is true; an empty result is a fault. Threading: a Constraint is
// immutable and may be shared by all threads; a Judge is for one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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
// evaluation that is made at its first use.
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
  // The result of any condition at an element; for discriminators and the like.
  Result<fhirpath::Collection> run(const fhirpath::Expression&, const Element&);

  // Judges and reports: a broken rule with its own severity, one that could not be judged as an error.
  void check(const Constraint&, const Element&, Report&);
  void check(const Constraint&, const Element&, Children, Report&);

 private:
  struct Running;
  Running& running();

  const Links& links_;
  const ValueSets& valueSets_;
  ConformsTo conformsTo_;
  std::unique_ptr<Running> running_;
};

}  // namespace fhir::validation
