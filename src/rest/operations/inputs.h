// Inputs: an operation's parameters, of the URL and of the Parameters in the body, checked against what the
// operation declares.
//
// Specification: Operations, "Executing an Operation Synchronously"
// (https://hl7.org/fhir/R4/operations.html#executing). A GET has simple values only; a body that is the one
// resource an operation takes may come without Parameters around it. Threading: belongs to one call.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"
#include "src/rest/call.h"
#include "src/rest/operations/declared.h"

namespace rest::operations {

class Inputs {
 public:
  // 400 for a parameter that is not declared, has another type or is given more often than it may.
  static fhir::Result<Inputs> read(const Call&, std::span<const Declared>);

  bool has(std::string_view name) const noexcept { return find(name) != nullptr; }
  std::string_view text(std::string_view name) const noexcept;  // empty when absent
  std::vector<std::string> texts(std::string_view name) const;
  bool flag(std::string_view name, bool otherwise = false) const noexcept;
  std::optional<std::size_t> number(std::string_view name) const noexcept;
  // Of a Coding, CodeableConcept, Meta or resource; nullptr when absent.
  const fhir::Element* element(std::string_view name) const noexcept;

 private:
  struct Input {
    const Declared* declared = nullptr;
    std::string text;
    const fhir::Element* element = nullptr;  // in body_
  };

  const Input* find(std::string_view name) const noexcept;
  fhir::Result<fhir::Done> readUrl(const Call&, std::span<const Declared>);
  fhir::Result<fhir::Done> readBody(const Call&, std::span<const Declared>);
  fhir::Result<fhir::Done> readParameter(const fhir::Element&, std::span<const Declared>);
  fhir::Result<fhir::Done> add(Input, const std::string& where);

  std::vector<Input> inputs_;
  std::optional<fhir::Resource> body_;
};

// Refuses a parameter that asks for definitions as they were: this server knows them as they are.
fhir::Result<fhir::Done> refuseDate(const Inputs&);

}  // namespace rest::operations
