// What breaks a rule of the specification though it has the structure: missing elements, codes, references,
// extensions, invariants, narratives, contained resources.
#include <algorithm>
#include <array>

#include "fhir/model/primitive.h"
#include "tests/fhir/validation/editing.h"

namespace fhir::validation::test {
namespace {

// RapidJSON reads a text of unknown length in whole blocks, past its end.
void parse(Document& into, std::string_view json) {
  into.Parse(json.data(), json.size());
}

bool isRequired(const Place& place, const Value&) {
  return place.property->element->min > 0;
}

std::string missing(const Place& place, Document& document) {
  Value& parent = *place.parent.Get(document);
  parent.RemoveMember(text(place.property->name, document));
  parent.RemoveMember(text("_" + std::string(place.property->name), document));
  // An object without members would be another fault.
  if (parent.MemberCount() == 0) put(parent, "id", text("left", document), document);
  const bool onlyId = parent.MemberCount() == 1 && parent.HasMember("id") && !place.owner->isResource();
  return onlyId ? place.parentPath : place.memberPath();
}

bool isBoundCode(const Place& place, const Value& value) {
  const ElementDefinition& element = *place.property->element;
  return value.IsString() && place.property->type->primitive == Primitive::code &&
         element.bindingStrength == BindingStrength::required && findCodes(element.valueSet);
}

std::string wrongCode(const Place& place, Document& document) {
  return set(place, document, text("not-a-code-of-this", document));
}

bool isBoundConcept(const Place& place, const Value&) {
  const ElementDefinition& element = *place.property->element;
  return isType(place, "CodeableConcept") && element.bindingStrength == BindingStrength::required &&
         findCodes(element.valueSet);
}

std::string wrongCoding(const Place& place, Document& document) {
  Document concept_(&document.GetAllocator());
  parse(concept_, R"({"coding":[{"system":"http://example.org/codes","code":"x"}]})");
  return set(place, document, Value(concept_, document.GetAllocator()));
}

std::string textInsteadOfCode(const Place& place, Document& document) {
  Document concept_(&document.GetAllocator());
  parse(concept_, R"({"text":"as I see it"})");
  return set(place, document, Value(concept_, document.GetAllocator()));
}

bool isTargeted(const Place& place, const Value& value) {
  if (!isType(place, "Reference") || !value.IsObject()) return false;
  for (const ElementType& type : place.property->element->types)
    if (type.type->name == "Reference" && !type.targets.empty()) return true;
  return false;
}
bool isReference(const Place& place, const Value& value) {
  return isType(place, "Reference") && value.IsObject();
}

std::string referTo(const Place& place, Document& document, std::string_view target) {
  Value reference(rapidjson::kObjectType);
  put(reference, "reference", text(target, document), document);
  place.pointer.Set(document, reference);
  return place.path + ".reference";
}

std::string wrongTarget(const Place& place, Document& document) {
  return referTo(place, document, "TestReport/1");
}
std::string wrongTargetVersion(const Place& place, Document& document) {
  return referTo(place, document, "http://example.org/fhir/TestReport/1/_history/2");
}
std::string wrongTargetQuery(const Place& place, Document& document) {
  return referTo(place, document, "TestReport?identifier=a");
}
std::string noTarget(const Place& place, Document& document) {
  return referTo(place, document, "#nobody-has-this-id");
}
std::string noType(const Place& place, Document& document) {
  return referTo(place, document, "Patients/1");
}
std::string otherTypeThanSaid(const Place& place, Document& document) {
  referTo(place, document, "http://example.org/fhir/Patient/1");
  put(object(place, document), "type", text("Practitioner", document), document);
  return place.path + ".type";
}
bool mayBePatient(const Place& place, const Value& value) {
  if (!isReference(place, value)) return false;
  for (const ElementType& type : place.property->element->types)
    if (type.type->name == "Reference" &&
        (type.targets.empty() ||
         std::find(type.targets.begin(), type.targets.end(), "Patient") != type.targets.end()))
      return true;
  return false;
}

bool isExtension(const Place& place, const Value&) {
  return isType(place, "Extension");
}
bool isOuterExtension(const Place& place, const Value&) {
  return isType(place, "Extension") && place.owner->name != "Extension";
}
std::string extensionWithBoth(const Place& place, Document& document) {
  Document both(&document.GetAllocator());
  parse(both, R"({"url":"http://example.org/a","valueCode":"b","extension":[{"url":"c","valueCode":"d"}]})");
  return set(place, document, Value(both, document.GetAllocator()));
}
std::string extensionWithNothing(const Place& place, Document& document) {
  Document none(&document.GetAllocator());
  parse(none, R"({"url":"http://example.org/a"})");
  return set(place, document, Value(none, document.GetAllocator()));
}
std::string extensionOfRelativeUrl(const Place& place, Document& document) {
  Document relative(&document.GetAllocator());
  parse(relative, R"({"url":"relative","valueCode":"b"})");
  set(place, document, Value(relative, document.GetAllocator()));
  return place.path + ".url";
}

std::string onlyId(const Place& place, Document& document) {
  Value only(rapidjson::kObjectType);
  put(only, "id", text("a", document), document);
  return set(place, document, std::move(only));
}

bool isUri(const Place& place, const Value& value) {
  const Primitive type = place.property->type->primitive;
  return value.IsString() && (type == Primitive::uri || type == Primitive::canonical);
}
std::string badUrn(const Place& place, Document& document) {
  return set(place, document, text("urn:uuid:not-a-uuid", document));
}

template <std::size_t N>
struct Literal {
  char value[N];
  constexpr Literal(const char (&source)[N]) {
    std::copy_n(source, N, value);
  }  // NOLINT: implicit on purpose
};

// A value of a data type that breaks one of the type's invariants.
template <Literal Type>
bool ofType(const Place& place, const Value& value) {
  return value.IsObject() && isType(place, Type.value);
}
template <Literal Json>
std::string replace(const Place& place, Document& document) {
  Document value(&document.GetAllocator());
  parse(value, Json.value);
  return set(place, document, Value(value, document.GetAllocator()));
}

template <Literal Div>
std::string narrative(const Place& place, Document& document) {
  return set(place, document, text(Div.value, document));
}
bool isDiv(const Place& place, const Value& value) {
  return value.IsString() && isType(place, "xhtml");
}

bool isContained(const Place& place, const Value& value) {
  return value.IsObject() && place.property->name == "contained";
}
std::string containedInContained(const Place& place, Document& document) {
  Document inner(&document.GetAllocator());
  parse(inner, R"([{"resourceType":"Patient","id":"inner"}])");
  put(object(place, document), "contained", Value(inner, document.GetAllocator()), document);
  return place.path + ".contained[0]";
}
bool isContainedDomainResource(const Place& place, const Value& value) {
  if (!isContained(place, value)) return false;
  const TypeDefinition* type = findResourceType(value.FindMember("resourceType")->value.GetString());
  return type && type->find("contained") && !value.HasMember("contained");
}
std::string containedVersion(const Place& place, Document& document) {
  Document meta(&document.GetAllocator());
  parse(meta, R"({"versionId":"1"})");
  put(object(place, document), "meta", Value(meta, document.GetAllocator()), document);
  return place.path + ".meta.versionId";
}
std::string containedSecurity(const Place& place, Document& document) {
  Document meta(&document.GetAllocator());
  parse(meta, R"({"security":[{"code":"R"}]})");
  put(object(place, document), "meta", Value(meta, document.GetAllocator()), document);
  return place.path + ".meta.security[0]";
}
std::string containedUnused(const Place& place, Document& document) {
  put(object(place, document), "id", text("nobody-refers-to-this", document), document);
  return place.path;
}
std::string containedWithoutId(const Place& place, Document& document) {
  object(place, document).RemoveMember("id");
  return place.path + ".id";
}
constexpr std::array table{
    Mutation{"a required element missing", isRequired, missing},
    Mutation{"an element with an id only", isElementObject, onlyId},
    Mutation{"a code outside a required binding", isBoundCode, wrongCode},
    Mutation{"a coding outside a required binding", isBoundConcept, wrongCoding},
    Mutation{"a text where a code is required", isBoundConcept, textInsteadOfCode},
    Mutation{"a reference to another type", isTargeted, wrongTarget},
    Mutation{"a reference to a version of another type", isTargeted, wrongTargetVersion},
    Mutation{"a conditional reference to another type", isTargeted, wrongTargetQuery},
    Mutation{"a reference to a contained resource that is not there", isReference, noTarget},
    Mutation{"a reference to a type that R4 has not", isReference, noType},
    Mutation{"a reference whose type contradicts", mayBePatient, otherTypeThanSaid},
    Mutation{"an extension with value and extensions", isExtension, extensionWithBoth},
    Mutation{"an extension with neither", isExtension, extensionWithNothing},
    Mutation{"an extension of a relative url", isOuterExtension, extensionOfRelativeUrl},
    Mutation{"a urn:uuid: without a UUID", isUri, badUrn},
    Mutation{"per-1 broken", ofType<"Period">, replace<R"({"start":"2020-02-01","end":"2019-02-01"})">},
    Mutation{"qty-3 broken", ofType<"Quantity">, replace<R"({"value":1,"code":"mg"})">},
    Mutation{"age-1 broken", ofType<"Age">,
             replace<R"({"value":1,"system":"http://example.org","code":"a"})">},
    Mutation{"drt-1 broken", ofType<"Duration">, replace<R"({"code":"a"})">},
    Mutation{"rng-2 broken", ofType<"Range">, replace<R"({"low":{"value":7},"high":{"value":5}})">},
    Mutation{"rat-1 broken", ofType<"Ratio">, replace<R"({"numerator":{"value":7}})">},
    Mutation{"att-1 broken", ofType<"Attachment">, replace<R"({"data":"aGVhbHRo"})">},
    Mutation{"cpt-2 broken", ofType<"ContactPoint">, replace<R"({"value":"1234"})">},
    Mutation{"exp-1 broken", ofType<"Expression">, replace<R"({"language":"text/fhirpath"})">},
    Mutation{"a narrative with a script", isDiv,
             narrative<R"(<div xmlns="http://www.w3.org/1999/xhtml"><script>1</script></div>)">},
    Mutation{"a narrative with an event handler", isDiv,
             narrative<R"(<div xmlns="http://www.w3.org/1999/xhtml"><p onclick="1">a</p></div>)">},
    Mutation{"a narrative that is not well-formed", isDiv,
             narrative<R"(<div xmlns="http://www.w3.org/1999/xhtml"><p>a</div>)">},
    Mutation{"a narrative without content", isDiv,
             narrative<R"(<div xmlns="http://www.w3.org/1999/xhtml"> </div>)">},
    Mutation{"a resource contained in a contained one", isContainedDomainResource, containedInContained},
    Mutation{"a contained resource with a version", isContained, containedVersion},
    Mutation{"a contained resource with a security label", isContained, containedSecurity},
    Mutation{"a contained resource that nothing refers to", isContained, containedUnused},
    Mutation{"a contained resource without id", isContained, containedWithoutId},
};

}  // namespace

std::span<const Mutation> ruleMutations() {
  return table;
}

}  // namespace fhir::validation::test
