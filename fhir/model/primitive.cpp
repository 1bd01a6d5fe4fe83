#include "fhir/model/primitive.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "fhir/markup/narrative.h"
#include "fhir/model/json_string.h"

namespace fhir {
namespace {

constexpr bool isDigit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool isLetter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool isSpace(char c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Reads a text from left to right; every take* says whether it found what it looked for.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : at_(text.data()), end_(text.data() + text.size()) {}

  bool atEnd() const noexcept { return at_ == end_; }
  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  bool next(char c) const noexcept { return at_ != end_ && *at_ == c; }

  bool take(char c) noexcept {
    if (!next(c)) return false;
    ++at_;
    return true;
  }

  bool takeNumber(int digits, int min, int max, int& value) noexcept {
    if (end_ - at_ < digits) return false;
    value = 0;
    for (int i = 0; i < digits; ++i) {
      if (!isDigit(at_[i])) return false;
      value = value * 10 + (at_[i] - '0');
    }
    at_ += digits;
    return value >= min && value <= max;
  }

  bool takeDigits() noexcept {
    const char* first = at_;
    while (at_ != end_ && isDigit(*at_)) ++at_;
    return at_ != first;
  }

  // A whole number without leading zeros.
  bool takeWhole() noexcept {
    if (next('0')) return take('0');
    return takeDigits();
  }

 private:
  const char* at_;
  const char* end_;
};

int daysOf(int year, int month) noexcept {
  static constexpr std::int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}

enum class Precision : std::uint8_t { none, year, month, day };

Precision takeDate(Scanner& scanner) noexcept {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!scanner.takeNumber(4, 1, 9999, year)) return Precision::none;
  if (!scanner.take('-')) return Precision::year;
  if (!scanner.takeNumber(2, 1, 12, month)) return Precision::none;
  if (!scanner.take('-')) return Precision::month;
  return scanner.takeNumber(2, 1, daysOf(year, month), day) ? Precision::day : Precision::none;
}

// hh:mm:ss with an optional fraction; 60 is a leap second.
bool takeTime(Scanner& scanner) noexcept {
  int part = 0;
  if (!scanner.takeNumber(2, 0, 23, part) || !scanner.take(':') || !scanner.takeNumber(2, 0, 59, part) ||
      !scanner.take(':') || !scanner.takeNumber(2, 0, 60, part))
    return false;
  return !scanner.take('.') || scanner.takeDigits();
}

bool takeZone(Scanner& scanner) noexcept {
  if (scanner.take('Z')) return true;
  int hours = 0;
  int minutes = 0;
  if (!scanner.take('+') && !scanner.take('-')) return false;
  return scanner.takeNumber(2, 0, 14, hours) && scanner.take(':') &&
         scanner.takeNumber(2, 0, hours == 14 ? 0 : 59, minutes);
}

bool isDate(std::string_view text) noexcept {
  Scanner scanner(text);
  return takeDate(scanner) != Precision::none && scanner.atEnd();
}

bool isDateTime(std::string_view text, bool timeRequired) noexcept {
  Scanner scanner(text);
  const Precision precision = takeDate(scanner);
  if (precision == Precision::none) return false;
  if (!timeRequired && scanner.atEnd()) return true;
  return precision == Precision::day && scanner.take('T') && takeTime(scanner) && takeZone(scanner) &&
         scanner.atEnd();
}

bool isTime(std::string_view text) noexcept {
  Scanner scanner(text);
  return takeTime(scanner) && scanner.atEnd();
}

// Every codec must be able to give out what another took in, and RapidJSON refuses what no double can hold:
// so the exponent of the first digit goes up to this.
constexpr std::size_t maxDecimalExponent = 300;

// The exponent that the digits of a text write; one that is far too large stays so.
std::size_t exponentOf(std::string_view digits) noexcept {
  std::size_t exponent = 0;
  for (const char c : digits)
    exponent = std::min(exponent * 10 + static_cast<std::size_t>(c - '0'), maxDecimalExponent + 1);
  return exponent;
}

bool isDecimal(std::string_view text) noexcept {
  Scanner scanner(text);
  scanner.take('-');
  const std::size_t start = scanner.left();
  if (!scanner.takeWhole()) return false;
  std::size_t exponent = start - scanner.left() - 1;
  if (scanner.take('.') && !scanner.takeDigits()) return false;
  if (scanner.take('e') || scanner.take('E')) {
    const bool negative = !scanner.take('+') && scanner.take('-');
    const std::string_view digits = text.substr(text.size() - scanner.left());
    if (!scanner.takeDigits()) return false;
    if (!negative) exponent += exponentOf(digits.substr(0, digits.size() - scanner.left()));
  }
  return scanner.atEnd() && exponent <= maxDecimalExponent;
}

bool isInteger(std::string_view text, std::int64_t min) noexcept {
  constexpr std::int64_t max = 2147483647;
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (digits.empty() || digits.size() > 10 || (digits.size() > 1 && digits[0] == '0')) return false;
  std::int64_t value = 0;
  for (char c : digits) {
    if (!isDigit(c)) return false;
    value = value * 10 + (c - '0');
  }
  if (negative && min >= 0) return false;
  value = negative ? -value : value;
  return value >= min && value <= max;
}

bool isString(std::string_view text) noexcept {
  if (text.empty() || text.size() > maxStringSize) return false;
  if (!hasControl(text)) return true;
  for (char c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
  return true;
}

// Words with single spaces between them.
bool isCode(std::string_view text) noexcept {
  if (text.empty() || text.size() > maxStringSize || isSpace(text.front()) || isSpace(text.back()))
    return false;
  bool space = false;
  for (char c : text) {
    const bool isOne = isSpace(c);
    if ((isOne && space) || (static_cast<unsigned char>(c) < 0x20 && !isOne)) return false;
    space = isOne;
  }
  return true;
}

bool isId(std::string_view text) noexcept {
  if (text.empty() || text.size() > 64) return false;
  for (char c : text)
    if (!isDigit(c) && !isLetter(c) && c != '-' && c != '.') return false;
  return true;
}

bool isUri(std::string_view text) noexcept {
  for (char c : text)
    if (static_cast<unsigned char>(c) <= 0x20) return false;
  return !text.empty() && text.size() <= maxStringSize;
}

bool isOid(std::string_view text) noexcept {
  if (!text.starts_with("urn:oid:")) return false;
  Scanner scanner(text.substr(8));
  int first = 0;
  if (!scanner.takeNumber(1, 0, 2, first) || scanner.atEnd()) return false;
  while (!scanner.atEnd())
    if (!scanner.take('.') || !scanner.takeWhole()) return false;
  return true;
}

bool isUuid(std::string_view text) noexcept {
  constexpr std::string_view shape = "urn:uuid:xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool isHex = isDigit(text[i]) || (text[i] >= 'a' && text[i] <= 'f');
    if (shape[i] == 'x' ? !isHex : text[i] != shape[i]) return false;
  }
  return true;
}

bool isBase64(std::string_view text) noexcept {
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (char c : text) {
    if (isSpace(c)) continue;
    if (c == '=') {
      ++padding;
    } else if (padding > 0 || (!isDigit(c) && !isLetter(c) && c != '+' && c != '/')) {
      return false;
    }
    ++digits;
  }
  return digits > 0 && digits % 4 == 0 && padding <= 2;
}

}  // namespace

bool isValid(Primitive type, std::string_view text) {
  switch (type) {
    case Primitive::base64Binary:
      return isBase64(text);
    case Primitive::boolean:
      return text == "true" || text == "false";
    case Primitive::code:
      return isCode(text);
    case Primitive::date:
      return isDate(text);
    case Primitive::dateTime:
      return isDateTime(text, false);
    case Primitive::decimal:
      return isDecimal(text);
    case Primitive::id:
      return isId(text);
    case Primitive::instant:
      return isDateTime(text, true);
    case Primitive::integer:
      return isInteger(text, -2147483648LL);
    case Primitive::oid:
      return isOid(text);
    case Primitive::positiveInt:
      return isInteger(text, 1);
    case Primitive::markdown:
    case Primitive::string:
      return isString(text);
    case Primitive::time:
      return isTime(text);
    case Primitive::unsignedInt:
      return isInteger(text, 0);
    case Primitive::canonical:
    case Primitive::uri:
    case Primitive::url:
      return isUri(text);
    case Primitive::uuid:
      return isUuid(text);
    case Primitive::xhtml:
      return !markup::checkNarrative(text).fault;
    case Primitive::none:
      return false;
  }
  return false;
}

bool isValid(const Property& property, std::string_view text) {
  if (!isValid(property.type->primitive, text)) return false;
  const bool isId = property.element->isAttribute && property.type->primitive == Primitive::string;
  return !isId || text.find_first_of(" \t\r\n") == std::string_view::npos;
}

// In the order of the enum.
std::string_view describe(Primitive type) noexcept {
  static constexpr std::string_view uri = "a URI without spaces, such as \"http://example.org/fhir/1\"";
  static constexpr std::string_view text =
      "text of 1 character to 1 MiB without control characters other than tab and line ends";
  static constexpr std::string_view descriptions[] = {
      "",
      "base64 in groups of four characters, such as \"aGVhbHRo\"",
      "true or false, without quotes",
      uri,
      "a code without spaces at its ends and without double spaces, such as \"final\"",
      "a date that exists, such as \"1974-12-25\", \"1974-12\" or \"1974\"",
      "a date that exists, such as \"2015-02-07\", or with seconds and zone \"2015-02-07T13:28:17+02:00\"",
      "a number below 1E301, such as 1.50",
      "1 to 64 letters, digits, '-' and '.', such as \"patient-1\"",
      "a date and time with seconds and zone, such as \"2015-02-07T13:28:17.239+02:00\"",
      "a whole number from -2147483648 to 2147483647, such as 42",
      text,
      "an OID, such as \"urn:oid:1.2.3.4.5\"",
      "a whole number from 1 to 2147483647, such as 1",
      text,
      "a time with seconds and without zone, such as \"14:35:00\"",
      "a whole number from 0 to 2147483647, such as 0",
      uri,
      uri,
      "a UUID in small letters, such as \"urn:uuid:c757873d-ec9a-4326-a141-556f43239520\"",
      "one <div xmlns=\"http://www.w3.org/1999/xhtml\"> of basic formatting, without anything active"};
  static_assert(std::size(descriptions) == static_cast<std::size_t>(Primitive::xhtml) + 1);
  return descriptions[static_cast<std::size_t>(type)];
}

}  // namespace fhir
