// Temporal: a Date, DateTime or Time of FHIRPath, known to some precision.
//
// Specification: FHIRPath N1, sections 4.1.5 to 4.1.7, 6.1 Equality, 6.2 Comparison, 6.7 Date/Time
// Arithmetic. Threading: value type. Errors: nullopt for text that is no such value and for results outside
// years 1 to 9999.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/fhirpath/decimal.h"

namespace fhir::fhirpath {

enum class CalendarUnit : std::uint8_t { year, month, week, day, hour, minute, second, millisecond };

// "day", "days" and so on.
std::optional<CalendarUnit> calendarUnit(std::string_view word) noexcept;

class Temporal {
 public:
  enum class Type : std::uint8_t { date, dateTime, time };
  // Seconds and their fraction are one precision.
  enum class Precision : std::uint8_t { year, month, day, hour, minute, second };

  // "2015", "2015-02", "2015-02-04".
  static std::optional<Temporal> parseDate(std::string_view text) noexcept;
  // As dates, with an optional "T" behind; or "2015-02-04T14:34:28.123+10:00" cut off after any part.
  static std::optional<Temporal> parseDateTime(std::string_view text) noexcept;
  // "14", "14:34", "14:34:28", "14:34:28.123", each with an optional "T" before it.
  static std::optional<Temporal> parseTime(std::string_view text) noexcept;

  Type type() const noexcept { return type_; }
  Precision precision() const noexcept { return precision_; }
  int fractionDigits() const noexcept { return fractionDigits_; }
  // The digits written: 4 for a year, 8 for a day, 17 for a dateTime with milliseconds, 9 for such a time.
  int digits() const noexcept;
  std::string toString() const;  // as FHIR writes it, without "@"

  Temporal date() const noexcept;      // the date part of a dateTime
  Temporal dateTime() const noexcept;  // a date as a dateTime of the same precision
  Temporal time() const noexcept;      // the time part of a dateTime

  // Whole units only: a fraction is cut off, and a unit finer than the precision counts by 12 months to the
  // year, 365 days to the year and 30 to the month. A time goes round the clock.
  std::optional<Temporal> plus(std::int64_t amount, CalendarUnit unit) const noexcept;

  // The first and the last instant it may stand for, to this many digits; nullopt when no such precision
  // exists.
  std::optional<Temporal> lowBoundary(int digits) const noexcept;
  std::optional<Temporal> highBoundary(int digits) const noexcept;

  // The same for all that compare as equal.
  std::size_t hash() const noexcept;

  // nullopt when precision or a missing time zone leaves the answer open, or a time meets a date.
  friend std::optional<std::strong_ordering> compare(const Temporal& left, const Temporal& right) noexcept;

 private:
  explicit Temporal(Type type) noexcept : type_(type) {}
  bool readDate(std::string_view& text) noexcept;
  bool readTime(std::string_view& text) noexcept;
  bool readZone(std::string_view& text) noexcept;
  Temporal shiftedMinutes(std::int64_t minutes) const noexcept;
  std::optional<Temporal> plusMonths(std::int64_t months) const noexcept;
  std::optional<Temporal> plusMilliseconds(std::int64_t milliseconds) const noexcept;
  std::optional<Temporal> boundary(int digits, bool high) const noexcept;

  Type type_ = Type::date;
  Precision precision_ = Precision::year;
  std::int8_t fractionDigits_ = 0;
  bool hasZone_ = false;
  std::int16_t zone_ = 0;  // minutes east of UTC
  int year_ = 1;
  int month_ = 1;
  int day_ = 1;
  int hour_ = 0;
  int minute_ = 0;
  int second_ = 0;
  int nanosecond_ = 0;
};

}  // namespace fhir::fhirpath
