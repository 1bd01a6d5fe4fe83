#include "fhir/search/canonical_quantity.h"

#include <utility>

#include "fhir/fhirpath/decimal.h"
#include "fhir/fhirpath/ucum.h"

namespace fhir::search {
namespace {

constexpr std::string_view kUcum = "http://unitsofmeasure.org";

// A bound without end stays one, and a range without a value of its own has none in any unit.
bool isNoNumber(std::string_view text) noexcept {
  return text.empty() || text == "Infinity" || text == "-Infinity";
}

bool convert(std::string& text, std::string_view from, std::string_view to) {
  if (isNoNumber(text)) return true;
  const auto decimal = fhirpath::Decimal::parse(text);
  if (!decimal) return false;
  const auto converted = ucum::convert({*decimal, from}, to);
  if (!converted) return false;
  text = converted->trimmed().toString();
  return true;
}

bool convert(NumberRange& number, std::string_view from, std::string_view to) {
  return from == to ||
         (convert(number.value, from, to) && convert(number.low, from, to) && convert(number.high, from, to));
}

}  // namespace

std::optional<CanonicalQuantity> canonicalQuantity(std::string_view system, std::string_view code,
                                                   const NumberRange& number) {
  if (system != kUcum) return std::nullopt;
  auto unit = ucum::canonicalUnit(code);
  if (!unit) return std::nullopt;
  CanonicalQuantity canonical{std::move(*unit), number};
  if (!convert(canonical.number, code, canonical.unit)) return std::nullopt;
  return canonical;
}

std::optional<Value> inUnit(const Value& value, std::string_view unit) {
  Value converted = value;
  if (!convert(converted.number, value.unit, unit)) return std::nullopt;
  converted.unit = unit;
  return converted;
}

}  // namespace fhir::search
