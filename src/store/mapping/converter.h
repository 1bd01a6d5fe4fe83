// Converter: how one FHIR value stands in one or a few columns.
//
// encode may lose (a structured name becomes one line): the mapping notices by decoding again and keeps the
// original in the residual. decode must be exact in the other sense: what it makes of any row is valid FHIR.
//
// Threading: immutable. Values are PostgreSQL's own output text.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/model/resource.h"

namespace store::mapping {

using Row = std::span<const std::optional<std::string_view>>;
using Values = std::span<std::optional<std::string>>;

// A column's place in Row and Values; `noColumn` where the mapping file names none for a role.
using Column = std::int16_t;
inline constexpr Column noColumn = -1;

class Converter {
 public:
  Converter() = default;
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  virtual ~Converter() = default;

  // Appends the JSON value that the row's columns give; false, with `out` as it was, when they give none.
  virtual bool decode(Row row, std::string& out) const = 0;
  // Sets the columns that `element` has something for; false when there was nothing it could set. An element
  // that repeats is handed over by its first; a converter of whole arrays walks on with nextSame().
  virtual bool encode(const fhir::Element& element, Values values) const = 0;
};

using CodePairs = std::vector<std::pair<std::string, std::string>>;  // FHIR code, column value

struct ConverterArguments {
  std::vector<Column> columns;                 // by the kind's roles
  const fhir::TypeDefinition* type = nullptr;  // the element's
  CodePairs codes;                             // code
  std::string target;                          // reference
};

struct ColumnRole {
  std::string_view name;  // the key in "columns"; the only role of a kind with one is "column"
  std::string_view sqlType;
  bool needed;
};

// What "type" in a mapping file may say.
struct ConverterKind {
  std::string_view name;
  std::span<const ColumnRole> roles;
  std::span<const std::string_view> fhirTypes;  // the types of elements it converts
  bool wholeArray;                              // converts all items of a repeating element together
  std::string_view description;                 // for docs/mappings.md
  std::unique_ptr<const Converter> (*make)(const ConverterArguments&);
};

std::span<const ConverterKind> converterKinds() noexcept;
const ConverterKind* findConverterKind(std::string_view name) noexcept;

// --- shared by the converters ---

inline std::optional<std::string_view> cell(Row row, Column column) {
  return column == noColumn ? std::nullopt : row[static_cast<std::size_t>(column)];
}
inline void set(Values values, Column column, std::string_view text) {
  if (column != noColumn) values[static_cast<std::size_t>(column)] = std::string(text);
}
// Empty, or white space and control characters only: FHIR has no such string.
bool isBlank(std::string_view text) noexcept;
// The cell's text unless it is null or blank.
std::optional<std::string_view> filledCell(Row row, Column column);
// Appends a JSON string; control characters, which FHIR's strings can't have, become spaces (all but tab and
// line ends).
void appendText(std::string_view text, std::string& out);
// A legal FHIR code (no white space but single inner spaces) and uri (no white space).
bool isCode(std::string_view text) noexcept;
bool isUri(std::string_view text) noexcept;
// What PostgreSQL's numeric gives back digit for digit: no exponent, no negative zero.
bool isPlainDecimal(std::string_view text) noexcept;
// `text` appended after `separator`, unless one of both sides is empty.
void join(std::string& out, std::string_view text, std::string_view separator = " ");
// Appends `"name":` with a comma before it where `out` does not end with '{' or '['.
void appendKey(std::string& out, std::string_view name);
// All texts of the children `name` of `element`, joined.
std::string joinedTexts(const fhir::Element& element, std::string_view name,
                        std::string_view separator = " ");
// What a person reads in a CodeableConcept: its text, else the display or code of its first telling coding.
std::string conceptText(const fhir::Element& codeableConcept);

// --- kinds with a file of their own ---
std::unique_ptr<const Converter> makeHumanName(const ConverterArguments&);
std::unique_ptr<const Converter> makeAddress(const ConverterArguments&);
std::unique_ptr<const Converter> makeConceptText(const ConverterArguments&);
std::unique_ptr<const Converter> makeQuantity(const ConverterArguments&);
std::unique_ptr<const Converter> makeDosage(const ConverterArguments&);
std::unique_ptr<const Converter> makeWeeklyHours(const ConverterArguments&);
std::unique_ptr<const Converter> makeTextAttachment(const ConverterArguments&);

}  // namespace store::mapping
