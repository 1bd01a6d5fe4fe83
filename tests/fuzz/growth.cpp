#include "tests/fuzz/growth.h"

#include <array>
#include <vector>

#include "fhir/definitions/definitions.h"

namespace fuzz {
namespace {

using fhir::Element;
using fhir::Primitive;
using fhir::Property;
using fhir::Resource;
using fhir::TypeDefinition;
using Texts = std::span<const std::string_view>;

constexpr std::array<std::string_view, 3> binaries{"aGVsbG8=", "AAAA", "/+8="};
constexpr std::array<std::string_view, 2> booleans{"true", "false"};
constexpr std::array<std::string_view, 6> canonicals{"http://hl7.org/fhir/ValueSet/languages",
                                                     "http://x.example/a|1.0",
                                                     "#a",
                                                     "#",
                                                     "http://hl7.org/fhir/StructureDefinition/bp|4.0.1",
                                                     "urn:uuid:c757873d-ec9a-4326-a141-556f43239520"};
constexpr std::array<std::string_view, 5> codes{"a", "final", "en", "text/plain", "mm[Hg]"};
constexpr std::array<std::string_view, 6> dates{"2016",       "2016-02",    "2016-02-29",
                                                "0001-01-01", "9999-12-31", "1970-01"};
constexpr std::array<std::string_view, 8> dateTimes{"2016",
                                                    "9999",
                                                    "2016-02-29",
                                                    "2016-12-31T23:59:60Z",
                                                    "2016-02-29T10:00:00.123456789+14:00",
                                                    "0001-01-01T00:00:00+14:00",
                                                    "9999-12-31T23:59:59.999-12:00",
                                                    "2016-03"};
constexpr std::array<std::string_view, 10> decimals{
    "0",           "-0.0", "1.50", "1e2", "-1.5E-3", "100.00", "99999999999999999999.999999999999",
    "0.000000001", "1e99", "1E-99"};
constexpr std::array<std::string_view, 6> ids{
    "a", "b", "1", "A-1.b", "a", "0123456789012345678901234567890123456789012345678901234567890123"};
constexpr std::array<std::string_view, 4> instants{"2016-02-29T10:00:00Z", "2016-12-31T23:59:60.999+14:00",
                                                   "0001-01-01T00:00:00Z",
                                                   "9999-12-31T23:59:59.999999-12:00"};
constexpr std::array<std::string_view, 5> integers{"0", "-1", "2147483647", "-2147483648", "7"};
constexpr std::array<std::string_view, 3> oids{"urn:oid:1.2.3", "urn:oid:0.1", "urn:oid:2.16.840.1.113883"};
constexpr std::array<std::string_view, 3> positives{"1", "2", "2147483647"};
constexpr std::array<std::string_view, 8> strings{"a",
                                                  "Zo\xC3\xAB",
                                                  "a b\tc\r\nd",
                                                  "<&>\"'",
                                                  "\xF0\x9F\x8F\xA5",
                                                  "e\xCC\x81",
                                                  "name.where(use='official')",
                                                  "Patient.name[0].given"};
constexpr std::array<std::string_view, 4> times{"00:00:00", "23:59:60", "10:00:00.123", "12:30:00"};
constexpr std::array<std::string_view, 9> uris{"http://hl7.org/fhir/StructureDefinition/patient-birthTime",
                                               "http://loinc.org",
                                               "http://unitsofmeasure.org",
                                               "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
                                               "urn:oid:1.2.3",
                                               "a/b?c#d",
                                               "http://x.example/Patient/a",
                                               "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                                               "Patient/a"};
constexpr std::array<std::string_view, 2> uuids{"urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
                                                "urn:uuid:00000000-0000-0000-0000-000000000000"};
constexpr std::array<std::string_view, 4> narratives{
    "<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>",
    "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p class='x'>a &amp; b<br/>&#xE9;</p><!-- c --></div>",
    "<div xmlns=\"http://www.w3.org/1999/xhtml\"><img src=\"#a\" alt=\"b\"/></div>",
    "<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"http://x.example/\" "
    "style=\"color:red\">b</a></div>"};
constexpr std::array<std::string_view, 10> references{"Patient/a",
                                                      "#a",
                                                      "#",
                                                      "http://x.example/fhir/Patient/a",
                                                      "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
                                                      "Observation/b/_history/2",
                                                      "Patient?identifier=a|b",
                                                      "#b",
                                                      "http://x.example/fhir/Observation/b",
                                                      "Practitioner/p"};
// Types whose rules are the richest.
constexpr std::array<std::string_view, 14> favourites{
    "Patient",    "Observation",       "Bundle",      "Questionnaire", "QuestionnaireResponse",
    "ValueSet",   "Parameters",        "Composition", "Encounter",     "StructureDefinition",
    "CodeSystem", "MedicationRequest", "Appointment", "Basic"};

Texts valuesOf(Primitive primitive) {
  switch (primitive) {
    case Primitive::base64Binary:
      return binaries;
    case Primitive::boolean:
      return booleans;
    case Primitive::canonical:
      return canonicals;
    case Primitive::code:
      return codes;
    case Primitive::date:
      return dates;
    case Primitive::dateTime:
      return dateTimes;
    case Primitive::decimal:
      return decimals;
    case Primitive::id:
      return ids;
    case Primitive::instant:
      return instants;
    case Primitive::integer:
    case Primitive::unsignedInt:
      return integers;
    case Primitive::oid:
      return oids;
    case Primitive::positiveInt:
      return positives;
    case Primitive::time:
      return times;
    case Primitive::uri:
    case Primitive::url:
      return uris;
    case Primitive::uuid:
      return uuids;
    case Primitive::xhtml:
      return narratives;
    default:
      return strings;
  }
}

const TypeDefinition& anyResourceType(Random& random) {
  if (!random.oneIn(4)) return *fhir::findResourceType(random.pick(favourites));
  return *random.pick(fhir::resourceTypes());
}

void collect(Element& element, std::vector<Element*>& out) {
  out.push_back(&element);
  for (Element* each = element.firstChild; each; each = each->next) collect(*each, out);
}

// Whether the parent may have one more.
bool hasRoom(const Element& parent, const Property& property) {
  if (property.element->isArray()) return true;
  for (const Element* each = parent.firstChild; each; each = each->next)
    if (each->property && each->property->element == property.element) return false;
  return true;
}

void add(Resource& resource, Element& parent, Random& random, int depth);

void fill(Resource& resource, Element& element, Random& random, int depth) {
  if (element.type->isPrimitive()) return resource.setText(element, value(*element.property, random));
  for (std::size_t left = 1 + random.below(3); left > 0; --left) add(resource, element, random, depth + 1);
}

void add(Resource& resource, Element& parent, Random& random, int depth) {
  if (depth > 6 || parent.type->properties.empty()) return;
  const Property& property = parent.type->properties[random.below(parent.type->properties.size())];
  // In two of three cases not what every element may have: an id, extensions, a narrative.
  if (property.element->order < 2 && !random.oneIn(3)) return;
  if (!hasRoom(parent, property)) return;
  const bool isResource = property.type->isResource();
  Element& added = resource.append(parent, property, isResource ? &anyResourceType(random) : nullptr);
  fill(resource, added, random, depth);
}

void changeOnce(Resource& resource, Random& random) {
  std::vector<Element*> all;
  collect(resource.root(), all);
  Element& chosen = *random.pick(all);
  switch (random.below(6)) {
    case 0:
      if (chosen.parent) resource.remove(chosen);
      return;
    case 1:
      if (chosen.parent && chosen.property && chosen.property->element->isArray())
        resource.appendCopy(*chosen.parent, *chosen.property, chosen);
      return;
    case 2:
    case 3:
      if (chosen.property && chosen.type->isPrimitive())
        return resource.setText(chosen, value(*chosen.property, random));
      [[fallthrough]];
    default:
      add(resource, chosen, random, 0);
  }
}

}  // namespace

std::string value(const Property& property, Random& random) {
  const TypeDefinition& type = *property.type;
  const std::string_view path = property.element->path;
  if (path == "Reference.reference") return std::string(random.pick(references));
  if (const auto* list = fhir::findCodes(property.element->valueSet);
      list && !list->codes.empty() && !random.oneIn(8))
    return std::string(random.pick(list->codes));
  if (property.element->isAttribute && property.name == "id") return std::string(random.pick(ids));
  return std::string(random.pick(valuesOf(type.primitive)));
}

void change(Resource& resource, Random& random) {
  for (std::size_t left = 1 + random.below(4); left > 0; --left) changeOnce(resource, random);
}

Resource grown(Random& random) {
  Resource resource(anyResourceType(random));
  for (std::size_t left = 2 + random.below(6); left > 0; --left) add(resource, resource.root(), random, 0);
  return resource;
}

}  // namespace fuzz
