// Outputs: the Parameters that an operation answers with.
//
// Threading: belongs to one call.
#pragma once

#include <string_view>

#include "fhir/model/resource.h"
#include "src/rest/call.h"

namespace rest::operations {

class Outputs {
 public:
  Outputs();

  // A parameter, or a part of one, with a value: text("result", "valueBoolean", "true"). Empty texts are left
  // out.
  void text(std::string_view name, std::string_view type, std::string_view value);
  void text(fhir::Element& parent, std::string_view name, std::string_view type, std::string_view value);
  // A parameter with a copy of an element as its value: value("return", "valueMeta", meta).
  // One that says nothing, which FHIR cannot write down, is left out.
  void value(std::string_view name, std::string_view type, const fhir::Element& value);
  // A part with a copy of a value[x].
  void copy(fhir::Element& parent, std::string_view name, const fhir::Element& value);
  // A part with a copy of a Coding.
  void coding(fhir::Element& parent, std::string_view name, const fhir::Element& coding);
  // One that has parts.
  fhir::Element& add(std::string_view name);

  http::Response answer(const Call&) const;

 private:
  fhir::Element& part(fhir::Element& parent, std::string_view name);

  fhir::Resource parameters_;
};

}  // namespace rest::operations
