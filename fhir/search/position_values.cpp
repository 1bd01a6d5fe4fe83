#include <charconv>
#include <optional>

#include "fhir/search/conversion.h"

namespace fhir::search {
namespace {

std::optional<double> degrees(std::string_view text) {
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}  // namespace

void addPositions(const fhirpath::Item& item, const SearchParameter& parameter, IndexValues& values) {
  if (!isComplex(item)) return;
  const auto latitude = degrees(item.element->childText("latitude"));
  const auto longitude = degrees(item.element->childText("longitude"));
  if (latitude && longitude) values.positions.push_back({&parameter, *latitude, *longitude});
}

}  // namespace fhir::search
