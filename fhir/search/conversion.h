// What an element gives a search parameter: one function for each parameter type.
//
// Each appends the values that the specification's tables give for the element's type to IndexValues, and
// nothing for an element that has no value, or whose type the parameter's type does not cover. Specification:
// Search, "Search Parameter Types" (https://hl7.org/fhir/R4/search.html#ptypes). Threading: pure functions.
#pragma once

#include <string_view>

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/search/index.h"

namespace fhir::search {

// Any primitive, Coding, CodeableConcept, Identifier, ContactPoint (its value, without system).
// A code of a required binding has the code system that the binding implies.
void addTokens(const fhirpath::Item&, const SearchParameter&, IndexValues&);

// Any primitive; each part of a HumanName or Address; the text or display of a CodeableConcept or Coding.
// Of a HumanName that has neither family nor given, each word of its text too.
void addStrings(const fhirpath::Item&, const SearchParameter&, IndexValues&);

// `family` and `given` of a name that has only a text: each word of it, since any may be the one asked for.
void addWordsOfPlainNames(const Element& root, const SearchParameter&, IndexValues&);

// date, dateTime, instant, Period, Timing (from the first to the last event; its bounds).
void addDates(const fhirpath::Item&, const SearchParameter&, IndexValues&);

// Reference, canonical, uri, url, and a resource within a Bundle. Not what points to a contained resource.
void addReferences(const fhirpath::Item&, const SearchParameter&, std::string_view baseUrl, IndexValues&);

// Quantity with its specializations, Money, Range.
void addQuantities(const fhirpath::Item&, const SearchParameter&, IndexValues&);

// integer, positiveInt, unsignedInt, decimal, and the number of a Quantity or Range.
void addNumbers(const fhirpath::Item&, const SearchParameter&, IndexValues&);

void addUris(const fhirpath::Item&, const SearchParameter&, IndexValues&);

// Location.position, of the parameter near.
void addPositions(const fhirpath::Item&, const SearchParameter&, IndexValues&);

// The name of the element's type; "" for a computed value. Items of primitive type have their text set.
inline std::string_view typeName(const fhirpath::Item& item) {
  const bool isElement = item.kind == fhirpath::Kind::element && item.element != nullptr;
  return isElement ? item.element->type->name : std::string_view{};
}
inline bool isComplex(const fhirpath::Item& item) {
  return item.kind == fhirpath::Kind::element && item.element != nullptr &&
         !item.element->type->isPrimitive();
}

}  // namespace fhir::search
