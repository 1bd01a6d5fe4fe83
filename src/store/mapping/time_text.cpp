#include "src/store/mapping/time_text.h"

#include <chrono>
#include <cstdio>

namespace store::mapping {

namespace {

bool isDigit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Whether `text` has the shape of `pattern`, in which '0' stands for a digit and anything else for itself.
bool hasShape(std::string_view text, std::string_view pattern) noexcept {
  if (text.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '0' ? !isDigit(text[i]) : text[i] != pattern[i]) return false;
  }
  return true;
}

int number(std::string_view text, std::size_t at, std::size_t digits) noexcept {
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) value = value * 10 + (text[i] - '0');
  return value;
}

std::optional<std::chrono::sys_days> day(std::string_view text) noexcept {
  const std::chrono::year_month_day date{std::chrono::year{number(text, 0, 4)},
                                         std::chrono::month{static_cast<unsigned>(number(text, 5, 2))},
                                         std::chrono::day{static_cast<unsigned>(number(text, 8, 2))}};
  if (!date.ok() || number(text, 0, 4) == 0) return std::nullopt;
  return std::chrono::sys_days{date};
}

// Minutes east of UTC of "Z" or "+05:30".
std::optional<int> zone(std::string_view text) noexcept {
  if (text == "Z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || !hasShape(text.substr(1), "00:00"))
    return std::nullopt;
  const int minutes = number(text, 1, 2) * 60 + number(text, 4, 2);
  return text[0] == '-' ? -minutes : minutes;
}

}  // namespace

std::optional<std::string> toDate(std::string_view fhir) {
  if (fhir.size() != 10 || !hasShape(fhir, "0000-00-00") || !day(fhir)) return std::nullopt;
  return std::string(fhir);
}

std::optional<std::string> toTimestamp(std::string_view fhir) {
  if (!hasShape(fhir, "0000-00-00T00:00:00")) return std::nullopt;
  std::string_view rest = fhir.substr(19);
  std::string_view fraction;
  if (!rest.empty() && rest.front() == '.') {
    std::size_t size = 1;
    while (size < rest.size() && isDigit(rest[size])) ++size;
    fraction = rest.substr(0, std::min<std::size_t>(size, 7));
    rest.remove_prefix(size);
    while (!fraction.empty() && (fraction.back() == '0' || fraction.back() == '.')) fraction.remove_suffix(1);
  }
  const auto date = day(fhir);
  const auto offset = zone(rest);
  const int hour = number(fhir, 11, 2), minute = number(fhir, 14, 2), second = number(fhir, 17, 2);
  if (!date || !offset || hour > 23 || minute > 59 || second > 59) return std::nullopt;

  const auto utc = *date + std::chrono::minutes{hour * 60 + minute - *offset};
  const auto utcDay = std::chrono::floor<std::chrono::days>(utc);
  const std::chrono::year_month_day civil{utcDay};
  const int year = static_cast<int>(civil.year());
  if (year < 1 || year > 9999) return std::nullopt;
  const int minutes = static_cast<int>((utc - utcDay).count());
  char buffer[64];
  const int size = std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u %02d:%02d:%02d", year,
                                 static_cast<unsigned>(civil.month()), static_cast<unsigned>(civil.day()),
                                 minutes / 60, minutes % 60, second);
  std::string text(buffer, static_cast<std::size_t>(size));
  text += fraction;
  text += "+00";
  return text;
}

bool appendDate(std::string_view date, std::string& out) {
  if (date.size() != 10 || !hasShape(date, "0000-00-00")) return false;
  out += date;
  return true;
}

bool appendInstant(std::string_view timestamp, std::string& out) {
  if (!hasShape(timestamp, "0000-00-00 00:00:00")) return false;
  std::size_t fractionEnd = 19;
  if (fractionEnd < timestamp.size() && timestamp[fractionEnd] == '.') {
    ++fractionEnd;
    while (fractionEnd < timestamp.size() && isDigit(timestamp[fractionEnd])) ++fractionEnd;
  }
  const std::string_view offset = timestamp.substr(fractionEnd);
  const bool wholeHours = offset.size() == 3;
  if (!(wholeHours && hasShape(offset.substr(1), "00")) &&
      !(offset.size() == 6 && hasShape(offset.substr(1), "00:00"))) {
    return false;  // "+00 BC", "+05:53:28"
  }
  out += timestamp.substr(0, 10);
  out += 'T';
  out += timestamp.substr(11, fractionEnd - 11);
  if (offset == "+00") {
    out += 'Z';
  } else {
    out += offset;
    if (wholeHours) out += ":00";
  }
  return true;
}

}  // namespace store::mapping
