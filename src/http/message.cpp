#include "src/http/message.h"

#include <array>
#include <charconv>
#include <ctime>

#include "src/http/text.h"

namespace http {
namespace {

constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void appendTwoDigits(std::string& out, int value) {
  out.push_back(static_cast<char>('0' + value / 10 % 10));
  out.push_back(static_cast<char>('0' + value % 10));
}

// All of `text` as an unsigned decimal of exactly its length.
std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

template <std::size_t N>
std::optional<int> indexOf(const std::string_view (&names)[N], std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<int>(i);
  }
  return std::nullopt;
}

}  // namespace

const std::string* Request::header(std::string_view name) const noexcept {
  for (const Header& header : headers) {
    if (text::equalsIgnoringCase(header.name, name)) return &header.value;
  }
  return nullptr;
}

const std::string* Response::header(std::string_view name) const noexcept {
  for (const Header& header : headers) {
    if (text::equalsIgnoringCase(header.name, name)) return &header.value;
  }
  return nullptr;
}

void Response::setHeader(std::string_view name, std::string value) {
  std::erase_if(headers,
                [name](const Header& header) { return text::equalsIgnoringCase(header.name, name); });
  headers.push_back({std::string(name), std::move(value)});
}

std::optional<std::vector<Parameter>> parseParameters(std::string_view text) {
  std::vector<Parameter> parameters;
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto name = text::percentDecode(pair.substr(0, equals), text::Plus::IsSpace);
    auto value = equals == std::string_view::npos
                     ? std::optional<std::string>(std::string())
                     : text::percentDecode(pair.substr(equals + 1), text::Plus::IsSpace);
    if (!name || !value) return std::nullopt;
    parameters.push_back({*std::move(name), *std::move(value)});
  }
  return parameters;
}

std::string percentEncode(std::string_view text, std::string_view alsoKept) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool unreserved = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                            c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved || alsoKept.find(c) != std::string_view::npos) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
  return out;
}

std::string formatDate(std::chrono::sys_seconds when) {
  const std::time_t seconds = when.time_since_epoch().count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::string out;
  out.reserve(29);
  out.append(kDays[utc.tm_wday]).append(", ");
  appendTwoDigits(out, utc.tm_mday);
  out.append(" ").append(kMonths[utc.tm_mon]).append(" ");
  appendTwoDigits(out, (utc.tm_year + 1900) / 100);
  appendTwoDigits(out, (utc.tm_year + 1900) % 100);
  out.push_back(' ');
  appendTwoDigits(out, utc.tm_hour);
  out.push_back(':');
  appendTwoDigits(out, utc.tm_min);
  out.push_back(':');
  appendTwoDigits(out, utc.tm_sec);
  return out.append(" GMT");
}

std::optional<std::chrono::sys_seconds> parseDate(std::string_view text) {
  // IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT". The two obsolete forms are not read: a validator that is
  // not understood is ignored (RFC 9110, section 13.1.3), which costs a full answer and nothing else.
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT" || text[7] != ' ' ||
      text[11] != ' ' || text[16] != ' ' || text[19] != ':' || text[22] != ':') {
    return std::nullopt;
  }
  const auto weekday = indexOf(kDays, text.substr(0, 3));
  const auto day = digits(text.substr(5, 2));
  const auto month = indexOf(kMonths, text.substr(8, 3));
  const auto year = digits(text.substr(12, 4));
  const auto hour = digits(text.substr(17, 2));
  const auto minute = digits(text.substr(20, 2));
  const auto second = digits(text.substr(23, 2));
  if (!weekday || !day || !month || !year || !hour || !minute || !second) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month + 1)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

}  // namespace http
