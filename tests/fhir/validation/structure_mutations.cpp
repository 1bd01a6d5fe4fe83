// What no parser of FHIR may take in: wrong members, JSON types, numbers of values, formats.
#include <array>
#include <span>

#include "fhir/model/primitive.h"
#include "tests/fhir/validation/editing.h"

namespace fhir::validation::test {
namespace {

bool always(const Place&, const Value&) {
  return true;
}

std::string unknownElement(const Place& place, Document& document) {
  put(object(place, document), "colourOfTheSky", Value(1), document);
  return place.path + ".colourOfTheSky";
}

std::string otherJsonType(const Place& place, Document& document) {
  const bool isNumber =
      place.property->type->isPrimitive() && place.property->type->jsonKind != JsonKind::number;
  return set(place, document, isNumber ? Value(17) : text("seventeen", document));
}

std::string empty(const Place& place, Document& document) {
  const bool isObjectHere = object(place, document).IsObject();
  return set(place, document, isObjectHere ? Value(rapidjson::kObjectType) : text("", document));
}

std::string null(const Place& place, Document& document) {
  return set(place, document, Value());
}

std::string emptyArray(const Place& place, Document& document) {
  put(*place.parent.Get(document), place.property->name, Value(rapidjson::kArrayType), document);
  return place.memberPath();
}

std::string arrayOfSingle(const Place& place, Document& document) {
  Value array(rapidjson::kArrayType);
  array.PushBack(Value(*place.pointer.Get(document), document.GetAllocator()), document.GetAllocator());
  place.pointer.Set(document, array);
  return place.path;
}

std::string singleOfArray(const Place& place, Document& document) {
  put(*place.parent.Get(document), place.property->name,
      Value(*place.pointer.Get(document), document.GetAllocator()), document);
  return place.memberPath();
}

std::string secondChoice(const Place& place, Document& document) {
  const bool isBoolean = place.property->type->name == "boolean";
  const std::string name = std::string(place.property->element->name) + (isBoolean ? "Integer" : "Boolean");
  put(*place.parent.Get(document), name, isBoolean ? Value(1) : Value(true), document);
  return place.memberPath();
}

bool hasSecondChoice(const Place& place, const Value&) {
  const std::string name(place.property->element->name);
  return place.property->element->isChoice &&
         place.owner->find(name + (place.property->type->name == "boolean" ? "Integer" : "Boolean")) !=
             nullptr;
}

// Texts of the right JSON type that are no value of the primitive.
std::span<const std::string_view> badValues(Primitive type) {
  static constexpr std::array<std::string_view, 5> dates{"2015-02-30", "2015-2-3", "02/03/2015", "2015-13",
                                                         "15"};
  static constexpr std::array<std::string_view, 5> dateTimes{"2015-02-07T13:28:17", "2015-02-07 13:28:17Z",
                                                             "2015-02-07T24:01:00Z",
                                                             "2015-02-07T13:28:17+15:00", "2015-02-07T13Z"};
  static constexpr std::array<std::string_view, 4> instants{"2015-02-07", "2015-02-07T13:28:17",
                                                            "2015-02-07T13:28Z", "now"};
  static constexpr std::array<std::string_view, 4> times{"25:00:00", "12:00", "12:60:00", "12:00:00Z"};
  static constexpr std::array<std::string_view, 3> ids{
      "not an id", "under_score", "a-text-of-65-characters-which-is-one-more-than-the-id-may-have-00"};
  static constexpr std::array<std::string_view, 3> codes{" code", "code ", "two  spaces"};
  static constexpr std::array<std::string_view, 4> oids{"urn:oid:3.4", "1.2.3", "urn:oid:1.02", "urn:uuid:1"};
  static constexpr std::array<std::string_view, 3> uuids{"urn:uuid:1", "6a3f9ed4-30b0-4b67-8c58-1f0d7c1b8a53",
                                                         "urn:oid:1.2"};
  static constexpr std::array<std::string_view, 3> base64{"a", "YWJ$", "YQ=Y"};
  static constexpr std::array<std::string_view, 3> uris{"http://example.org/a b", " http://example.org",
                                                        "a\nb"};
  static constexpr std::array<std::string_view, 2> strings{"\x01", "a\x0B"};
  switch (type) {
    case Primitive::date:
      return dates;
    case Primitive::dateTime:
      return dateTimes;
    case Primitive::instant:
      return instants;
    case Primitive::time:
      return times;
    case Primitive::id:
      return ids;
    case Primitive::code:
      return codes;
    case Primitive::oid:
      return oids;
    case Primitive::uuid:
      return uuids;
    case Primitive::base64Binary:
      return base64;
    case Primitive::uri:
    case Primitive::url:
    case Primitive::canonical:
      return uris;
    case Primitive::string:
    case Primitive::markdown:
      return strings;
    default:
      return {};
  }
}

template <std::size_t Which>
bool hasBadText(const Place& place, const Value& value) {
  return value.IsString() && badValues(place.property->type->primitive).size() > Which;
}

template <std::size_t Which>
std::string badText(const Place& place, Document& document) {
  return set(place, document, text(badValues(place.property->type->primitive)[Which], document));
}

bool isWhole(const Place& place, const Value&) {
  const Primitive type = place.property->type->primitive;
  return type == Primitive::integer || type == Primitive::positiveInt || type == Primitive::unsignedInt;
}

std::string fraction(const Place& place, Document& document) {
  return set(place, document, Value(1.5));
}

std::string tooSmall(const Place& place, Document& document) {
  return set(place, document, Value(std::int64_t{-3'000'000'000}));
}

std::string tooLarge(const Place& place, Document& document) {
  return set(place, document, Value(std::int64_t{2'147'483'648}));
}

bool isPositive(const Place& place, const Value&) {
  return place.property->type->primitive == Primitive::positiveInt;
}

std::string zero(const Place& place, Document& document) {
  return set(place, document, Value(0));
}

std::string memberTwice(const Place& place, Document& document) {
  Value copy(*place.pointer.Get(document), document.GetAllocator());
  place.parent.Get(document)->AddMember(text(place.property->name, document), copy, document.GetAllocator());
  return place.path;
}

constexpr std::array table{
    Mutation{"an unknown element", isElementObject, unknownElement},
    Mutation{"another JSON type", always, otherJsonType},
    Mutation{"an empty object or string",
             [](const Place& place, const Value& value) {
               return (value.IsObject() && !place.property->type->isResource()) || value.IsString();
             },
             empty},
    Mutation{"null", [](const Place& place, const Value&) { return !place.isItem; }, null},
    Mutation{"an empty array", [](const Place& place, const Value&) { return place.isItem; }, emptyArray},
    Mutation{"an array of what is single", [](const Place& place, const Value&) { return !place.isItem; },
             arrayOfSingle},
    Mutation{"a single one of what is an array",
             [](const Place& place, const Value&) { return place.isItem; }, singleOfArray},
    Mutation{"two types of a choice", hasSecondChoice, secondChoice},
    Mutation{"a fraction for a whole number", isWhole, fraction},
    Mutation{"a whole number that is too small", isWhole, tooSmall},
    Mutation{"a whole number that is too large", isWhole, tooLarge},
    Mutation{"zero for a positive number", isPositive, zero},
    Mutation{"a member twice", [](const Place& place, const Value&) { return !place.isItem; }, memberTwice},
    Mutation{"a text that is no value of the type, 1", hasBadText<0>, badText<0>},
    Mutation{"a text that is no value of the type, 2", hasBadText<1>, badText<1>},
    Mutation{"a text that is no value of the type, 3", hasBadText<2>, badText<2>},
    Mutation{"a text that is no value of the type, 4", hasBadText<3>, badText<3>},
    Mutation{"a text that is no value of the type, 5", hasBadText<4>, badText<4>},
};

}  // namespace

std::span<const Mutation> structureMutations() {
  return table;
}

}  // namespace fhir::validation::test
