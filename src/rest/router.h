// Router: (method, path) -> the interaction it means, or the refusal that says why there is none.
//
// Specification: RESTful API, section 3.1.0.19, Summary (https://hl7.org/fhir/R4/http.html#summary).
// Everything that R4 defines and this server lacks is recognised and refused by its name, never taken for
// something else: a URL of R4 with a method that this server lacks answers 405 with Allow; a function that it
// lacks altogether (operations, compartment search) answers 501.
// Threading: pure functions.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fhir/model/outcome.h"
#include "src/rest/interaction.h"

namespace rest {

struct Route {
  std::optional<Target> target;
  fhir::Outcome refusal;   // when there is no target; empty for OPTIONS of a URL that is there
  std::string_view allow;  // for the header Allow, when the refusal is 405 and for OPTIONS
};

// `segments`: the path below the FHIR base, decoded. One empty segment at the end ("Patient/") does not
// count. HEAD means what GET means.
Route route(std::string_view method, std::span<const std::string> segments);

}  // namespace rest
