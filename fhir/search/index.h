// What a resource can be found by: the values of its search parameters, for index tables.
//
// Specification: Search, "Search Parameter Types" (https://hl7.org/fhir/R4/search.html#ptypes).
// Threading: Indexer is immutable after construction; index() may be called by many threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "fhir/model/outcome.h"
#include "fhir/model/resource.h"
#include "fhir/search/canonical_quantity.h"
#include "fhir/search/query.h"

namespace fhir::search {

// Which part of a composite parameter a value is: parts of the same element have the same item. For a value
// of the parameter itself `component` is -1.
struct Part {
  std::int16_t component = -1;
  std::int32_t item = 0;
};

// A CodeableConcept gives one for each coding, and one more with only its text. A code with a required
// binding has the code system that the binding implies.
struct TokenValue {
  const SearchParameter* parameter;
  std::string system;  // empty: none
  std::string code;    // may be empty when only a text is known
  std::string text;    // display or CodeableConcept.text, for :text; may be empty
  std::string typeSystem = {},
              typeCode = {};  // of an Identifier that has a type, for :of-type: once for each coding of it
  Part part = {};
};
struct StringValue {
  const SearchParameter* parameter;
  std::string value;       // as it stands
  std::string normalized;  // fold(value)
  Part part = {};
};
struct DateValue {
  const SearchParameter* parameter;
  DateRange range;  // an open start is INT64_MIN, an open end INT64_MAX
  Part part = {};
};
struct ReferenceValue {
  const SearchParameter* parameter;
  std::string targetType;  // "Patient"; empty when not known. Of an absolute URL, the type it ends with
  std::string targetId;    // empty for absolute and identifier-only references
  std::string url;         // absolute or canonical references, as sent (without |version)
  std::string version;     // canonical's version
  std::string identifierSystem, identifierValue;  // Reference.identifier
  Part part = {};
};
// A Range, or a value with a comparator, has an empty number.value; its open side is "-Infinity" or
// "Infinity".
struct QuantityValue {
  const SearchParameter* parameter;
  std::string system, code, unit;  // of Money: urn:iso:std:iso:4217 and the currency
  NumberRange number;
  std::optional<CanonicalQuantity> canonical = {};  // of a unit of UCUM
  Part part = {};
};
struct NumberValue {
  const SearchParameter* parameter;
  NumberRange number;  // as in QuantityValue
  Part part = {};
};
struct PositionValue {
  const SearchParameter* parameter;
  double latitude;   // degrees
  double longitude;  // degrees
};
struct UriValue {
  const SearchParameter* parameter;
  std::string value;
};

// _text and _content (words.h): all words, sorted, each once, with a space between.
struct TextValue {
  const SearchParameter* parameter;
  std::string words;
};

struct IndexValues {
  std::vector<TokenValue> tokens;
  std::vector<StringValue> strings;
  std::vector<DateValue> dates;
  std::vector<ReferenceValue> references;
  std::vector<QuantityValue> quantities;
  std::vector<NumberValue> numbers;
  std::vector<UriValue> uris;
  std::vector<PositionValue> positions;
  std::vector<TextValue> texts;
  // Parameters whose expression could not be evaluated: their values are missing or incomplete. Of R4's own
  // only those of hostile resources, which are too large for its limits.
  std::vector<const SearchParameter*> failed;
};

class CompiledParameter;

// Of one parameter of a site's own, for one resource.
inline constexpr std::uint64_t kMostStepsOfOwn = 200'000;  // some ten milliseconds
inline constexpr std::size_t kMostValuesOfOwn = 1000;

class Indexer {
 public:
  // Compiles the expressions of all R4 search parameters on first use of a type (thread-safe).
  // baseUrl: absolute references below it count as relative ones.
  explicit Indexer(std::string baseUrl);
  ~Indexer();

  // All values of all parameters of the resource's type, except _id and _lastUpdated. Of composites those of
  // elements (composite.h): what stands on the resource itself is found by the parameters it is made of.
  IndexValues index(const Resource&) const;
  // Only those of the wanted parameters; others than the resource type's are passed over.
  IndexValues index(const Resource&, const std::vector<const SearchParameter*>& wanted) const;
  // Appends the values of parameters that are not R4's. One whose expression fails, takes more than
  // kMostStepsOfOwn or has more than kMostValuesOfOwn values has none, and is in `failed`.
  void add(const Resource&, std::span<const CompiledParameter* const>, IndexValues&) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Case- and accent-insensitive form for string search: compatibility decomposition (NFKD), case-folded,
// without the accents of Latin, Greek and Cyrillic and the points of Hebrew and Arabic, white space collapsed
// and trimmed. Marks that spell a word (Indic vowel signs, virama and nukta, Thai vowels, voiced kana) stay.
// Bytes that are no UTF-8 become U+FFFD.
std::string fold(std::string_view text);

// Every Reference of the resource (those of contained resources too, those within a Bundle's entries not)
// that points to this server, as "Type/id" pairs, in order. The views are the resource's.
struct LocalReference {
  const Element* element;  // the Reference
  std::string_view type;
  std::string_view id;
};
std::vector<LocalReference> localReferences(const Resource&, std::string_view baseUrl);

}  // namespace fhir::search
