#include "fhir/search/date_range.h"

#include <chrono>

namespace fhir::search {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

// Reads from the front of a text; a failed read leaves `ok` false for good.
struct Reader {
  std::string_view text;
  bool ok = true;

  bool at(char c) const { return !text.empty() && text.front() == c; }
  bool take(char c) {
    if (!at(c)) return false;
    text.remove_prefix(1);
    return true;
  }
  void expect(char c) { ok = take(c) && ok; }
  int number(std::size_t digits, int low, int high) {
    if (text.size() < digits) {
      ok = false;
      return 0;
    }
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (text[i] < '0' || text[i] > '9') ok = false;
      value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    if (value < low || value > high) ok = false;
    return value;
  }
};

struct Time {
  microseconds sinceMidnight{0};
  microseconds width{0};
};

// The digits after the dot: their value, and the width of the last one that counts.
Time fraction(Reader& reader) {
  Time time;
  microseconds unit = seconds(1);
  std::size_t digits = 0;
  for (; !reader.text.empty() && reader.text.front() >= '0' && reader.text.front() <= '9'; ++digits) {
    if (digits < 6) {
      unit /= 10;
      time.sinceMidnight += unit * (reader.text.front() - '0');
    }
    reader.text.remove_prefix(1);
  }
  if (digits == 0) reader.ok = false;
  time.width = unit;
  return time;
}

Time timeOfDay(Reader& reader) {
  Time time;
  time.sinceMidnight = hours(reader.number(2, 0, 23));
  reader.expect(':');
  time.sinceMidnight += minutes(reader.number(2, 0, 59));
  time.width = minutes(1);
  if (!reader.take(':')) return time;
  time.sinceMidnight += seconds(reader.number(2, 0, 60));
  time.width = seconds(1);
  if (!reader.take('.')) return time;
  const auto below = fraction(reader);
  return {time.sinceMidnight + below.sinceMidnight, below.width};
}

minutes zone(Reader& reader) {
  if (reader.text.empty() || reader.take('Z')) return minutes(0);
  const bool west = reader.at('-');
  if (!west && !reader.at('+')) reader.ok = false;
  if (!reader.ok) return minutes(0);
  reader.text.remove_prefix(1);
  const auto hour = reader.number(2, 0, 14);
  reader.expect(':');
  const auto minute = reader.number(2, 0, hour == 14 ? 0 : 59);
  const auto offset = hours(hour) + minutes(minute);
  return west ? -offset : offset;
}

DateRange range(microseconds low, microseconds high) {
  return {low.count(), high.count()};
}

microseconds start(std::chrono::year_month_day date) {
  return sys_days(date).time_since_epoch();
}

}  // namespace

std::optional<DateRange> dateRange(std::string_view text) {
  Reader reader{text};
  const std::chrono::year year(reader.number(4, 1, 9999));
  if (!reader.ok) return std::nullopt;
  if (reader.text.empty()) {
    return range(start(year / 1 / 1), start((year + std::chrono::years(1)) / 1 / 1));
  }
  reader.expect('-');
  const std::chrono::month month(static_cast<unsigned>(reader.number(2, 1, 12)));
  if (!reader.ok) return std::nullopt;
  if (reader.text.empty()) {
    const auto next = year / month + std::chrono::months(1);
    return range(start(year / month / 1), start(next / 1));
  }
  reader.expect('-');
  const auto date = year / month / std::chrono::day(static_cast<unsigned>(reader.number(2, 1, 31)));
  if (!reader.ok || !date.ok()) return std::nullopt;
  const auto midnight = start(date);
  if (reader.text.empty()) return range(midnight, midnight + days(1));
  reader.expect('T');
  const auto time = timeOfDay(reader);
  const auto offset = zone(reader);
  if (!reader.ok || !reader.text.empty()) return std::nullopt;
  const auto low = midnight + time.sinceMidnight - offset;
  return range(low, low + time.width);
}

}  // namespace fhir::search
