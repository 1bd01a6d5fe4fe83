// What a resource can be found by: the values of its search parameters, for index tables.
//
// Specification: Search, "Search Parameter Types" (https://hl7.org/fhir/R4/search.html#ptypes).
// Threading: Indexer is immutable after construction; index() may be called by many threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"
#include "fhir/search/query.h"

namespace fhir::search {

struct TokenValue {
  const SearchParameter* parameter;
  std::string system;  // empty: none
  std::string code;    // may be empty when only a text is known
  std::string text;    // display or CodeableConcept.text, for :text; may be empty
};
struct StringValue {
  const SearchParameter* parameter;
  std::string value;       // as it stands
  std::string normalized;  // fold(value)
};
struct DateValue {
  const SearchParameter* parameter;
  DateRange range;  // an open start is INT64_MIN, an open end INT64_MAX
};
struct ReferenceValue {
  const SearchParameter* parameter;
  std::string targetType;  // "Patient"; empty when not known
  std::string targetId;    // empty for absolute and identifier-only references
  std::string url;         // absolute or canonical references, as sent (without |version)
  std::string version;     // canonical's version
  std::string identifierSystem, identifierValue;  // Reference.identifier
};
struct QuantityValue {
  const SearchParameter* parameter;
  std::string system, code, unit;
  NumberRange number;
};
struct NumberValue {
  const SearchParameter* parameter;
  NumberRange number;
};
struct UriValue {
  const SearchParameter* parameter;
  std::string value;
};

struct IndexValues {
  std::vector<TokenValue> tokens;
  std::vector<StringValue> strings;
  std::vector<DateValue> dates;
  std::vector<ReferenceValue> references;
  std::vector<QuantityValue> quantities;
  std::vector<NumberValue> numbers;
  std::vector<UriValue> uris;
};

class Indexer {
 public:
  // Compiles the expressions of all R4 search parameters on first use of a type (thread-safe).
  // baseUrl: absolute references below it count as relative ones.
  explicit Indexer(std::string baseUrl);
  ~Indexer();

  // All values of all parameters of the resource's type, except _id, _lastUpdated and composites.
  IndexValues index(const Resource&) const;
  // Only those of the parameters for which `wanted` holds.
  IndexValues index(const Resource&, const std::vector<const SearchParameter*>& wanted) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Case- and accent-insensitive form for string search: NFD without marks, case-folded, white space collapsed.
std::string fold(std::string_view text);

// Every literal Reference.reference and canonical-free relative link of the resource: "Type/id" pairs, in order.
struct LocalReference {
  const Element* element;  // the Reference
  std::string_view type;
  std::string_view id;
};
std::vector<LocalReference> localReferences(const Resource&, std::string_view baseUrl);

}  // namespace fhir::search
