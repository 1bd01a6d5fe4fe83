#include "src/rest/period.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace rest {
namespace {

using namespace std::chrono;
using platform::Instant;

std::optional<Instant> startOf(std::string date) {
  return platform::parseInstant(date + "T00:00:00Z");
}

std::optional<Period> parseDate(std::string_view text) {
  const std::string date(text);
  const auto padding = text.size() == 4 ? "-01-01" : text.size() == 7 ? "-01" : "";
  const auto low = startOf(date + padding);
  if (!low) return std::nullopt;
  const year_month_day first{floor<days>(*low)};
  if (text.size() == 4) return Period{*low, sys_days{first + years{1}}};
  if (text.size() == 7) return Period{*low, sys_days{first + months{1}}};
  return Period{*low, *low + days{1}};
}

// Where the zone begins: 'Z', '+' or '-' after the time; the end when there is none.
std::size_t zoneStart(std::string_view time) noexcept {
  return std::min(time.find_first_of("Z+-"), time.size());
}

std::optional<Period> parseDateTime(std::string_view date, std::string_view time) {
  const auto zoneAt = zoneStart(time);
  std::string clock(time.substr(0, zoneAt));
  const std::string zone(zoneAt < time.size() ? time.substr(zoneAt) : "Z");

  microseconds length = seconds{1};
  if (clock.size() == 5) {
    clock += ":00";
    length = minutes{1};
  } else if (clock.size() > 9 && clock[8] == '.') {
    length = microseconds{1'000'000};
    for (std::size_t digits = clock.size() - 9; digits > 0; --digits) length /= 10;
    if (length == microseconds::zero()) length = microseconds{1};
  }
  const auto low = platform::parseInstant(std::string(date) + 'T' + clock + zone);
  if (!low) return std::nullopt;
  return Period{*low, *low + length};
}

}  // namespace

std::optional<Period> parsePeriod(std::string_view text) {
  const auto separator = text.find('T');
  if (separator != std::string_view::npos) {
    return parseDateTime(text.substr(0, separator), text.substr(separator + 1));
  }
  if (text.size() != 4 && text.size() != 7 && text.size() != 10) return std::nullopt;
  return parseDate(text);
}

}  // namespace rest
