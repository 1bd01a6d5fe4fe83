#include "src/rest/operations/inputs.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "fhir/model/primitive.h"
#include "fhir/search/nearest.h"
#include "src/rest/write.h"

namespace rest::operations {
namespace {

using fhir::Done;
using fhir::Element;
using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::Result;

Outcome malformed(IssueType type, std::string words, std::string where) {
  return {Failure::badRequest, type, std::move(words), std::move(where)};
}

const Declared* findIn(std::span<const Declared> declared, std::string_view name) noexcept {
  const auto found =
      std::find_if(declared.begin(), declared.end(), [&](const Declared& each) { return each.name == name; });
  return found == declared.end() ? nullptr : &*found;
}

// What a parameter of the type is written as.
std::string_view formOf(InputType type) noexcept {
  static constexpr std::array<std::string_view, 12> forms{"valueString",
                                                          "valueUri or valueCanonical",
                                                          "valueCode",
                                                          "valueDateTime",
                                                          "valueBoolean",
                                                          "valueInteger",
                                                          "valueCoding",
                                                          "valueCodeableConcept",
                                                          "resource (a ValueSet)",
                                                          "resource (a CodeSystem)",
                                                          "valueMeta",
                                                          "resource (a Patient)"};
  return forms[static_cast<std::size_t>(type)];
}

// Its format; `none` for what is no primitive.
fhir::Primitive primitiveOf(InputType type) noexcept {
  using enum fhir::Primitive;
  static constexpr std::array<fhir::Primitive, 6> primitives{string,   uri,     code,
                                                             dateTime, boolean, unsignedInt};
  const auto at = static_cast<std::size_t>(type);
  return at < primitives.size() ? primitives[at] : none;
}

bool isSimple(InputType type) noexcept {
  return primitiveOf(type) != fhir::Primitive::none;
}

std::string describe(InputType type) {
  return std::string(fhir::describe(primitiveOf(type)));
}

bool isValue(InputType type, std::string_view text) {
  return !text.empty() && fhir::isValid(primitiveOf(type), text);
}

// Of a parameter that is a resource: of which type; empty for the others.
std::string_view resourceOf(InputType type) noexcept {
  switch (type) {
    case InputType::valueSet:
      return "ValueSet";
    case InputType::codeSystem:
      return "CodeSystem";
    case InputType::patient:
      return "Patient";
    default:
      return {};
  }
}

// The value of a parameter in a body when it has the declared type; nullptr otherwise.
const Element* valueOf(const Element& parameter, InputType type) noexcept {
  const auto any = [&](std::initializer_list<std::string_view> names) -> const Element* {
    for (const std::string_view name : names)
      if (const Element* found = parameter.child(name)) return found;
    return nullptr;
  };
  switch (type) {
    case InputType::text:
    case InputType::uri:
    case InputType::code:
    case InputType::dateTime:
      return any({"valueString", "valueUri", "valueCanonical", "valueUrl", "valueCode", "valueId",
                  "valueDate", "valueDateTime"});
    case InputType::boolean:
      return parameter.child("valueBoolean");
    case InputType::integer:
      return any({"valueInteger", "valueUnsignedInt", "valuePositiveInt"});
    case InputType::coding:
      return parameter.child("valueCoding");
    case InputType::codeableConcept:
      return parameter.child("valueCodeableConcept");
    case InputType::meta:
      return parameter.child("valueMeta");
    case InputType::valueSet:
    case InputType::codeSystem:
    case InputType::patient:
      break;
  }
  const Element* resource = parameter.child("resource");
  return resource && resource->type->name == resourceOf(type) ? resource : nullptr;
}

Outcome unknownParameter(std::string_view name, std::span<const Declared> declared, std::string where) {
  std::vector<std::string_view> names;
  for (const Declared& each : declared) names.push_back(each.name);
  std::string words = "The operation has no parameter '" + std::string(name) + "'.";
  const auto meant = fhir::search::nearest(name, names);
  if (!meant.empty()) {
    words += fhir::search::didYouMean(meant);
  } else if (names.empty()) {
    words += " It takes none.";
  } else {
    words += " It takes";
    for (const std::string_view each : names) words.append(each == names.front() ? " " : ", ").append(each);
    words += ".";
  }
  return malformed(IssueType::notSupported, std::move(words), std::move(where));
}

}  // namespace

Result<Inputs> Inputs::read(const Call& call, std::span<const Declared> declared) {
  Inputs inputs;
  auto url = inputs.readUrl(call, declared);
  if (!url) return std::move(url).outcome();
  if (call.request.method == "POST" && hasBody(call)) {
    auto body = inputs.readBody(call, declared);
    if (!body) return std::move(body).outcome();
  }
  return inputs;
}

// Of the URL's parameters the pipeline has refused those that are not declared.
Result<Done> Inputs::readUrl(const Call& call, std::span<const Declared> declared) {
  for (const auto& parameter : call.parameters) {
    const Declared* found = findIn(declared, parameter.name);
    if (!found) continue;
    if (!isSimple(found->type))
      return malformed(IssueType::invalid,
                       "A value of this type can't stand in a URL: send it with POST, in Parameters, as " +
                           std::string(formOf(found->type)) + ".",
                       std::string(found->name));
    if (!isValue(found->type, parameter.value))
      return malformed(IssueType::value, "The value must be " + describe(found->type) + ".",
                       std::string(found->name));
    auto added = add({found, parameter.value, nullptr}, std::string(found->name));
    if (!added) return added;
  }
  return Done{};
}

Result<Done> Inputs::readBody(const Call& call, std::span<const Declared> declared) {
  auto body = bodyOfAnyType(call);
  if (!body) return std::move(body).outcome();
  body_ = std::move(*body);
  const Element& root = body_->root();
  if (root.type->name != "Parameters") {
    for (const Declared& each : declared) {
      if (root.type->name == resourceOf(each.type))
        return add({&each, {}, &root}, std::string(root.type->name));
    }
    return malformed(IssueType::invalid, "The body of an operation is a Parameters resource.",
                     std::string(root.type->name));
  }
  for (const Element* each = root.child("parameter"); each; each = each->nextSame()) {
    auto read = readParameter(*each, declared);
    if (!read) return read;
  }
  return Done{};
}

Result<Done> Inputs::readParameter(const Element& parameter, std::span<const Declared> declared) {
  const std::string_view name = parameter.childText("name");
  const Declared* found = findIn(declared, name);
  if (!found) return unknownParameter(name, declared, parameter.path());
  const Element* value = valueOf(parameter, found->type);
  if (!value || (isSimple(found->type) && !isValue(found->type, value->text)))
    return malformed(IssueType::value,
                     "The parameter '" + std::string(name) + "' is written as " +
                         std::string(formOf(found->type)) +
                         (isSimple(found->type) ? ", " + describe(found->type) + "." : "."),
                     parameter.path());
  return add({found, std::string(value->text), isSimple(found->type) ? nullptr : value}, parameter.path());
}

Result<Done> Inputs::add(Input input, const std::string& where) {
  if (!input.declared->repeats && has(input.declared->name))
    return malformed(IssueType::invalid,
                     "The parameter '" + std::string(input.declared->name) + "' is given more than once.",
                     where);
  inputs_.push_back(std::move(input));
  return Done{};
}

const Inputs::Input* Inputs::find(std::string_view name) const noexcept {
  const auto found = std::find_if(inputs_.begin(), inputs_.end(),
                                  [&](const Input& each) { return each.declared->name == name; });
  return found == inputs_.end() ? nullptr : &*found;
}

std::string_view Inputs::text(std::string_view name) const noexcept {
  const Input* found = find(name);
  return found ? std::string_view(found->text) : std::string_view{};
}

std::vector<std::string> Inputs::texts(std::string_view name) const {
  std::vector<std::string> all;
  for (const Input& each : inputs_)
    if (each.declared->name == name) all.push_back(each.text);
  return all;
}

bool Inputs::flag(std::string_view name, bool otherwise) const noexcept {
  const Input* found = find(name);
  return found ? found->text == "true" : otherwise;
}

std::optional<std::size_t> Inputs::number(std::string_view name) const noexcept {
  const Input* found = find(name);
  if (!found) return std::nullopt;
  std::size_t value = 0;
  std::from_chars(found->text.data(), found->text.data() + found->text.size(), value);
  return value;
}

const Element* Inputs::element(std::string_view name) const noexcept {
  const Input* found = find(name);
  return found ? found->element : nullptr;
}

Result<Done> refuseDate(const Inputs& inputs) {
  if (!inputs.has("date")) return Done{};
  return Outcome(
      Failure::unprocessable, IssueType::notSupported,
      "This server knows definitions as they are now, not as they were at a date. Leave out 'date'.", "date");
}

}  // namespace rest::operations
