#include "fhir/fhirpath/temporal.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

namespace fhir::fhirpath {
namespace {

constexpr std::int64_t minutesOfDay = 24 * 60;
constexpr std::int64_t millisecondsOfDay = minutesOfDay * 60'000;

// Takes exactly `count` digits off the front.
bool readDigits(std::string_view& text, std::size_t count, int& value) noexcept {
  if (text.size() < count) return false;
  value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool readChar(std::string_view& text, char expected) noexcept {
  if (text.empty() || text[0] != expected) return false;
  text.remove_prefix(1);
  return true;
}

int daysOfMonth(int year, int month) noexcept {
  const std::chrono::year_month_day_last last{
      std::chrono::year{year}, std::chrono::month_day_last{std::chrono::month{static_cast<unsigned>(month)}}};
  return static_cast<int>(static_cast<unsigned>(last.day()));
}

std::int64_t dayNumber(int year, int month, int day) noexcept {
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  return std::chrono::sys_days{date}.time_since_epoch().count();
}

// `count` digits of a number that has no more.
void appendDigits(int value, std::size_t count, std::string& out) {
  const std::size_t end = out.size();
  out.append(count, '0');
  for (std::size_t at = end + count; at > end; value /= 10) out[--at] = static_cast<char>('0' + value % 10);
}

std::int64_t floorDivide(std::int64_t value, std::int64_t divisor) noexcept {
  const std::int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

}  // namespace

std::optional<CalendarUnit> calendarUnit(std::string_view word) noexcept {
  static constexpr std::array<std::string_view, 8> names{"year", "month",  "week",   "day",
                                                         "hour", "minute", "second", "millisecond"};
  if (word.ends_with('s')) word.remove_suffix(1);
  const auto found = std::find(names.begin(), names.end(), word);
  if (found == names.end()) return std::nullopt;
  return static_cast<CalendarUnit>(std::distance(names.begin(), found));
}

bool Temporal::readDate(std::string_view& text) noexcept {
  if (!readDigits(text, 4, year_) || year_ == 0) return false;
  precision_ = Precision::year;
  if (!readChar(text, '-')) return true;
  if (!readDigits(text, 2, month_) || month_ < 1 || month_ > 12) return false;
  precision_ = Precision::month;
  if (!readChar(text, '-')) return true;
  if (!readDigits(text, 2, day_) || day_ < 1 || day_ > daysOfMonth(year_, month_)) return false;
  precision_ = Precision::day;
  return true;
}

bool Temporal::readTime(std::string_view& text) noexcept {
  if (!readDigits(text, 2, hour_) || hour_ > 24) return false;
  precision_ = Precision::hour;
  if (readChar(text, ':')) {
    if (!readDigits(text, 2, minute_) || minute_ > 59) return false;
    precision_ = Precision::minute;
    if (readChar(text, ':')) {
      if (!readDigits(text, 2, second_) || second_ > 60) return false;
      precision_ = Precision::second;
      if (readChar(text, '.')) {
        int scale = 100'000'000;
        for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), scale /= 10) {
          nanosecond_ += scale * (text[0] - '0');
          if (fractionDigits_ < 9) ++fractionDigits_;
        }
        if (fractionDigits_ == 0) return false;
      }
    }
  }
  return hour_ < 24 || (minute_ == 0 && second_ == 0 && nanosecond_ == 0);
}

bool Temporal::readZone(std::string_view& text) noexcept {
  if (text.empty()) return true;
  hasZone_ = true;
  if (readChar(text, 'Z')) return true;
  const bool west = text[0] == '-';
  if (text[0] != '+' && !west) return false;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!readDigits(text, 2, hours) || !readChar(text, ':') || !readDigits(text, 2, minutes)) return false;
  if (hours > 14 || minutes > 59) return false;
  zone_ = static_cast<std::int16_t>((west ? -1 : 1) * (hours * 60 + minutes));
  return true;
}

std::optional<Temporal> Temporal::parseDate(std::string_view text) noexcept {
  Temporal result(Type::date);
  if (!result.readDate(text) || !text.empty()) return std::nullopt;
  return result;
}

std::optional<Temporal> Temporal::parseDateTime(std::string_view text) noexcept {
  Temporal result(Type::dateTime);
  if (!result.readDate(text)) return std::nullopt;
  if (text.empty() || text == "T") return result;
  if (result.precision_ != Precision::day || !readChar(text, 'T')) return std::nullopt;
  if (!result.readTime(text) || !result.readZone(text) || !text.empty()) return std::nullopt;
  return result;
}

std::optional<Temporal> Temporal::parseTime(std::string_view text) noexcept {
  Temporal result(Type::time);
  if (!text.empty() && text[0] == 'T') text.remove_prefix(1);
  if (!result.readTime(text) || !text.empty()) return std::nullopt;
  return result;
}

int Temporal::digits() const noexcept {
  static constexpr std::array<int, 6> counts{4, 6, 8, 10, 12, 14};
  int count = counts[static_cast<std::size_t>(precision_)];
  if (precision_ == Precision::second && fractionDigits_ > 0) count += std::max<int>(fractionDigits_, 3);
  return type_ == Type::time ? count - 8 : count;
}

std::string Temporal::toString() const {
  std::string out;
  if (type_ != Type::time) {
    appendDigits(year_, 4, out);
    if (precision_ >= Precision::month) appendDigits(month_, 2, out += '-');
    if (precision_ >= Precision::day) appendDigits(day_, 2, out += '-');
    if (precision_ >= Precision::hour) out += 'T';
  }
  if (precision_ >= Precision::hour) appendDigits(hour_, 2, out);
  if (precision_ >= Precision::minute) appendDigits(minute_, 2, out += ':');
  if (precision_ >= Precision::second) appendDigits(second_, 2, out += ':');
  if (fractionDigits_ > 0) {
    appendDigits(nanosecond_, 9, out += '.');
    out.resize(out.size() - static_cast<std::size_t>(9 - fractionDigits_));
  }
  if (!hasZone_) return out;
  const int zone = zone_ < 0 ? -zone_ : zone_;
  if (zone == 0) return out += 'Z';
  appendDigits(zone / 60, 2, out += zone_ < 0 ? '-' : '+');
  appendDigits(zone % 60, 2, out += ':');
  return out;
}

Temporal Temporal::date() const noexcept {
  Temporal result(Type::date);
  result.precision_ = std::min(precision_, Precision::day);
  result.year_ = year_;
  result.month_ = month_;
  result.day_ = day_;
  return result;
}

Temporal Temporal::dateTime() const noexcept {
  Temporal result = *this;
  result.type_ = Type::dateTime;
  return result;
}

Temporal Temporal::time() const noexcept {
  Temporal result = *this;
  result.type_ = Type::time;
  result.hasZone_ = false;
  result.zone_ = 0;
  result.year_ = result.month_ = result.day_ = 1;
  return result;
}

// The clock moved, also across days; the precision stays.
Temporal Temporal::shiftedMinutes(std::int64_t minutes) const noexcept {
  Temporal result = *this;
  const std::int64_t total = hour_ * 60 + minute_ + minutes;
  const std::int64_t days = floorDivide(total, minutesOfDay);
  const std::int64_t rest = total - days * minutesOfDay;
  result.hour_ = static_cast<int>(rest / 60);
  result.minute_ = static_cast<int>(rest % 60);
  if (days != 0) {
    const std::chrono::sys_days moved{std::chrono::days{dayNumber(year_, month_, day_) + days}};
    const std::chrono::year_month_day date{moved};
    result.year_ = static_cast<int>(date.year());
    result.month_ = static_cast<int>(static_cast<unsigned>(date.month()));
    result.day_ = static_cast<int>(static_cast<unsigned>(date.day()));
  }
  return result;
}

std::optional<Temporal> Temporal::plusMonths(std::int64_t months) const noexcept {
  const std::int64_t total = static_cast<std::int64_t>(year_) * 12 + month_ - 1 + months;
  if (total < 12 || total >= 10'000 * 12) return std::nullopt;
  Temporal result = *this;
  result.year_ = static_cast<int>(total / 12);
  result.month_ = static_cast<int>(total % 12) + 1;
  result.day_ = std::min(day_, daysOfMonth(result.year_, result.month_));
  return result;
}

std::optional<Temporal> Temporal::plusMilliseconds(std::int64_t milliseconds) const noexcept {
  const std::int64_t clock = (hour_ * 3600LL + minute_ * 60LL + second_) * 1000 + nanosecond_ / 1'000'000;
  std::int64_t total = 0;
  if (__builtin_add_overflow(clock, milliseconds, &total)) return std::nullopt;
  const std::int64_t days = floorDivide(total, millisecondsOfDay);
  std::int64_t rest = total - days * millisecondsOfDay;
  Temporal result = *this;
  if (type_ != Type::time && days != 0) {
    const std::int64_t number = dayNumber(year_, month_, day_) + days;
    if (number < dayNumber(1, 1, 1) || number > dayNumber(9999, 12, 31)) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{number}}};
    result.year_ = static_cast<int>(date.year());
    result.month_ = static_cast<int>(static_cast<unsigned>(date.month()));
    result.day_ = static_cast<int>(static_cast<unsigned>(date.day()));
  }
  if (precision_ < Precision::hour) return result;
  result.nanosecond_ = static_cast<int>(rest % 1000) * 1'000'000 + nanosecond_ % 1'000'000;
  rest /= 1000;
  result.second_ = static_cast<int>(rest % 60);
  result.minute_ = static_cast<int>(rest / 60 % 60);
  result.hour_ = static_cast<int>(rest / 3600);
  if (precision_ == Precision::second && milliseconds % 1000 != 0)
    result.fractionDigits_ = std::max<std::int8_t>(fractionDigits_, 3);
  return result;
}

std::optional<Temporal> Temporal::plus(std::int64_t amount, CalendarUnit unit) const noexcept {
  static constexpr std::array<std::int64_t, 8> sizes{
      0, 0, 7 * millisecondsOfDay, millisecondsOfDay, 3'600'000, 60'000, 1000, 1};
  constexpr std::int64_t limit = 4'000'000'000'000'000;  // far beyond 9999 years of milliseconds
  if (unit == CalendarUnit::year || unit == CalendarUnit::month) {
    if (type_ == Type::time) return std::nullopt;
    if (amount > 1'000'000 || amount < -1'000'000) return std::nullopt;
    std::int64_t months = unit == CalendarUnit::year ? amount * 12 : amount;
    if (precision_ == Precision::year) months -= months % 12;
    return plusMonths(months);
  }
  const std::int64_t size = sizes[static_cast<std::size_t>(unit)];
  std::int64_t milliseconds = 0;
  if (__builtin_mul_overflow(amount, size, &milliseconds) || milliseconds > limit || milliseconds < -limit)
    return std::nullopt;
  static constexpr std::array<std::int64_t, 6> grains{
      365 * millisecondsOfDay, 30 * millisecondsOfDay, millisecondsOfDay, 3'600'000, 60'000, 1};
  const std::int64_t grain = grains[static_cast<std::size_t>(precision_)];
  if (precision_ == Precision::year) return plusMonths(milliseconds / grain * 12);
  if (precision_ == Precision::month) return plusMonths(milliseconds / grain);
  return plusMilliseconds(milliseconds - milliseconds % grain);
}

std::optional<Temporal> Temporal::boundary(int digits, bool high) const noexcept {
  const int wanted = type_ == Type::time ? digits + 8 : digits;
  static constexpr std::array<int, 7> known{4, 6, 8, 10, 12, 14, 17};
  const auto found = std::find(known.begin(), known.end(), wanted);
  if (found == known.end() || (type_ == Type::time && wanted < 10) || (type_ == Type::date && wanted > 8))
    return std::nullopt;
  const auto target =
      static_cast<Precision>(std::min<std::ptrdiff_t>(std::distance(known.begin(), found), 5));
  Temporal result = *this;
  result.precision_ = target;
  if (precision_ < Precision::month) result.month_ = high ? 12 : 1;
  if (precision_ < Precision::day) result.day_ = high ? daysOfMonth(result.year_, result.month_) : 1;
  if (precision_ < Precision::hour) result.hour_ = high ? 23 : 0;
  if (precision_ < Precision::minute) result.minute_ = high ? 59 : 0;
  if (precision_ < Precision::second) result.second_ = high ? 59 : 0;
  if (fractionDigits_ < 9) {
    int unknown = 1'000'000'000;
    for (int i = 0; i < fractionDigits_; ++i) unknown /= 10;
    result.nanosecond_ = nanosecond_ + (high ? unknown - 1 : 0);
  }
  result.fractionDigits_ = wanted == 17 ? 3 : 0;
  if (target >= Precision::hour && type_ == Type::dateTime && !hasZone_) {
    result.hasZone_ = true;
    result.zone_ = high ? -12 * 60 : 14 * 60;
  }
  if (target < Precision::hour) result.hasZone_ = false;
  return result;
}

std::optional<Temporal> Temporal::lowBoundary(int digits) const noexcept {
  return boundary(digits, false);
}
std::optional<Temporal> Temporal::highBoundary(int digits) const noexcept {
  return boundary(digits, true);
}

std::optional<std::strong_ordering> compare(const Temporal& left, const Temporal& right) noexcept {
  using Precision = Temporal::Precision;
  if ((left.type_ == Temporal::Type::time) != (right.type_ == Temporal::Type::time)) return std::nullopt;
  const bool clocks = left.precision_ >= Precision::hour && right.precision_ >= Precision::hour;
  if (clocks && left.hasZone_ && right.hasZone_ && left.zone_ != right.zone_) {
    Temporal a = left.shiftedMinutes(-left.zone_);
    Temporal b = right.shiftedMinutes(-right.zone_);
    a.zone_ = b.zone_ = 0;
    return compare(a, b);
  }
  if (clocks && left.type_ != Temporal::Type::time && left.hasZone_ != right.hasZone_) {
    // The one without a zone may be anywhere between UTC+14 and UTC-12.
    Temporal first = left;
    Temporal last = left;
    Temporal firstRight = right;
    Temporal lastRight = right;
    Temporal& open = left.hasZone_ ? firstRight : first;
    Temporal& openLast = left.hasZone_ ? lastRight : last;
    open.hasZone_ = openLast.hasZone_ = true;
    open.zone_ = 14 * 60;
    openLast.zone_ = -12 * 60;
    const auto early = compare(first, firstRight);
    const auto late = compare(last, lastRight);
    if (early && late && *early == *late && *early != std::strong_ordering::equal) return early;
    return std::nullopt;
  }
  const std::array<std::pair<int, int>, 6> fields{{{left.year_, right.year_},
                                                   {left.month_, right.month_},
                                                   {left.day_, right.day_},
                                                   {left.hour_, right.hour_},
                                                   {left.minute_, right.minute_},
                                                   {left.second_, right.second_}}};
  const auto common = static_cast<std::size_t>(std::min(left.precision_, right.precision_));
  for (std::size_t i = 0; i <= common; ++i)
    if (fields[i].first != fields[i].second) return fields[i].first <=> fields[i].second;
  if (left.precision_ != right.precision_) return std::nullopt;
  return left.nanosecond_ <=> right.nanosecond_;
}

std::size_t Temporal::hash() const noexcept {
  const Temporal at = hasZone_ && precision_ > Precision::day ? shiftedMinutes(-zone_) : *this;
  std::size_t result = 0;
  for (const int part : {at.year_, at.month_, at.day_, at.hour_, at.minute_, at.second_, at.nanosecond_})
    result = result * 31 + static_cast<std::size_t>(part);
  return result;
}

}  // namespace fhir::fhirpath
