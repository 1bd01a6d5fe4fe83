// What is left of a batch when some of its entries are not even the structure of FHIR: each entry is a
// request of its own, so the others are done.
//
// Specification: RESTful API, "Batch Processing Rules" (https://hl7.org/fhir/R4/http.html#brules). Threading:
// pure function.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string_view>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"

namespace rest {

struct Salvaged {
  fhir::Resource bundle;                        // broken entries stand in it as requests of nothing
  std::map<std::size_t, fhir::Outcome> faults;  // of the broken entries, by their number from 0
};

// Of a JSON text that cannot be read as a resource. nullopt when it is no batch, or when it is broken outside
// its entries too.
std::optional<Salvaged> salvageBatch(std::string_view json);

}  // namespace rest
