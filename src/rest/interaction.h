// The interactions of FHIR's RESTful API that this server has, and what one of them is asked of.
//
// Specification: RESTful API (https://hl7.org/fhir/R4/http.html), value sets type-restful-interaction and
// system-restful-interaction. Threading: value types.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fhir/definitions/definitions.h"

namespace rest {

enum class Interaction : std::uint8_t {
  capabilities,
  read,
  vread,
  create,
  update,
  patch,
  remove,
  searchType,
  searchSystem,  // all types, or all of a compartment
  historyInstance,
  historyType,
  historySystem,
  batch,
  transaction,  // also what a Bundle sent to the base is until its type is known
  validate,     // the operation $validate, of a type or an instance
  expand,       // operations on terminology (operations/)
  validateCodeInValueSet,
  lookup,
  validateCodeInCodeSystem,
  subsumes,
  searchParameterStatus,
  meta,  // operations on resources (operations/)
  metaAdd,
  metaDelete,
  lastn,
  everything,
  match,
  breakGlass,  // of who may see a patient (operations/)
};

// FHIR's code: "vread", "delete", "search-type", "history-system", "capabilities"; an operation's own.
std::string_view code(Interaction) noexcept;

// What a request asks for, known before anything is read or written: enough to decide whether the caller may.
struct Target {
  Interaction interaction = Interaction::capabilities;
  const fhir::TypeDefinition* type = nullptr;  // nullptr at system level
  // Empty above instance level; not checked to be a legal id. An update, patch or remove of a type is about
  // what the criteria in its URL match.
  std::string id;
  std::string version;  // vread, and operations on a version: as sent
  // A search within Patient/42: its type, and `id`. nullptr: not in a compartment.
  const fhir::TypeDefinition* compartment = nullptr;

  bool isConditional() const noexcept {
    return id.empty() && (interaction == Interaction::update || interaction == Interaction::patch ||
                          interaction == Interaction::remove);
  }
};

// [A-Za-z0-9\-\.]{1,64} (https://hl7.org/fhir/R4/datatypes.html#id).
bool isLegalId(std::string_view text) noexcept;

// Whether the type has URLs: all but Parameters, which exists only as an operation's input and output
// (https://hl7.org/fhir/R4/parameters.html).
bool hasEndpoint(const fhir::TypeDefinition&) noexcept;

}  // namespace rest
