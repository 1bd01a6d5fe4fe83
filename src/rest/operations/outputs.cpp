#include "src/rest/operations/outputs.h"

#include "fhir/json/json.h"
#include "src/rest/answer.h"

namespace rest::operations {

using fhir::Element;

Outputs::Outputs() : parameters_(*fhir::findResourceType("Parameters")) {}

Element& Outputs::add(std::string_view name) {
  Element& root = parameters_.root();
  Element& made = parameters_.append(root, *root.type->find("parameter"));
  parameters_.appendText(made, "name", name);
  return made;
}

Element& Outputs::part(Element& parent, std::string_view name) {
  Element& made = parameters_.append(parent, *parent.type->find("part"));
  parameters_.appendText(made, "name", name);
  return made;
}

void Outputs::text(std::string_view name, std::string_view type, std::string_view value) {
  if (!value.empty()) parameters_.appendText(add(name), type, value);
}

void Outputs::text(Element& parent, std::string_view name, std::string_view type, std::string_view value) {
  if (!value.empty()) parameters_.appendText(part(parent, name), type, value);
}

void Outputs::value(std::string_view name, std::string_view type, const Element& value) {
  if (!value.hasValue() && value.firstChild == nullptr) return;
  Element& made = add(name);
  parameters_.appendCopy(made, *made.type->find(type), value);
}

void Outputs::copy(Element& parent, std::string_view name, const Element& value) {
  Element& made = part(parent, name);
  parameters_.appendCopy(made, *made.type->find(value.name()), value);
}

void Outputs::coding(Element& parent, std::string_view name, const Element& coding) {
  Element& made = part(parent, name);
  parameters_.appendCopy(made, *made.type->find("valueCoding"), coding);
}

http::Response Outputs::answer(const Call& call) const {
  return answerBody(200, fhir::json::toString(parameters_), call.presentation);
}

}  // namespace rest::operations
