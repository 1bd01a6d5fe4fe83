#include <algorithm>
#include <optional>

#include "fhir/search/conversion.h"
#include "fhir/search/date_range.h"

namespace fhir::search {
namespace {

std::optional<DateRange> ofPeriod(const Element& period) {
  DateRange range{openStart, openEnd};
  const auto start = dateRange(period.childText("start"));
  const auto end = dateRange(period.childText("end"));
  if (!start && !end) return std::nullopt;
  if (start) range.low = start->low;
  if (end) range.high = end->high;
  return range;
}

// The outer limits of the events and of the bounds; how it repeats in between is not looked at.
std::optional<DateRange> ofTiming(const Element& timing) {
  std::optional<DateRange> range;
  const auto widen = [&](const DateRange& with) {
    if (!range) range = with;
    range->low = std::min(range->low, with.low);
    range->high = std::max(range->high, with.high);
  };
  for (const auto* event = timing.child("event"); event != nullptr; event = event->nextSame()) {
    if (const auto instant = dateRange(event->text)) widen(*instant);
  }
  if (const auto* repeat = timing.child("repeat")) {
    const auto* bounds = repeat->child("boundsPeriod");
    if (const auto period = bounds != nullptr ? ofPeriod(*bounds) : std::nullopt) widen(*period);
  }
  return range;
}

std::optional<DateRange> rangeOf(const fhirpath::Item& item) {
  if (!isComplex(item)) return dateRange(item.text);
  if (typeName(item) == "Period") return ofPeriod(*item.element);
  if (typeName(item) == "Timing") return ofTiming(*item.element);
  return std::nullopt;
}

}  // namespace

void addDates(const fhirpath::Item& item, const SearchParameter& parameter, IndexValues& values) {
  if (const auto range = rangeOf(item); range && range->low < range->high) {
    values.dates.push_back({&parameter, *range});
  }
}

}  // namespace fhir::search
