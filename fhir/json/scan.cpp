#include "fhir/json/scan.h"

#include <cstdint>
#include <cstring>

#include "fhir/markup/characters.h"

namespace fhir::json {
namespace {

constexpr std::uint64_t ones = 0x0101010101010101U;
constexpr std::uint64_t highs = 0x8080808080808080U;

// Whether the eight bytes are ASCII without control characters and backslashes.
bool isPlain(const char* at) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  const std::uint64_t slashes = word ^ (ones * '\\');
  return ((word | ((word - ones * 0x20) & ~word) | ((slashes - ones) & ~slashes)) & highs) == 0;
}

// The code unit of an escape \uXXXX at `at`; no value when there is none.
std::optional<unsigned> codeUnit(const char* at, const char* end) noexcept {
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return std::nullopt;
  unsigned value = 0;
  for (int i = 2; i < 6; ++i) {
    const char c = at[i];
    const char lower = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9') {
      value = value * 16 + static_cast<unsigned>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value * 16 + static_cast<unsigned>(lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

constexpr bool isHigh(unsigned unit) noexcept {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
constexpr bool isLow(unsigned unit) noexcept {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

// How many bytes the escape at `at` takes; 0 when it is half of a surrogate pair.
std::size_t escapeLength(const char* at, const char* end) noexcept {
  const std::optional<unsigned> unit = codeUnit(at, end);
  if (!unit) return end - at >= 2 ? 2 : 1;
  if (isLow(*unit)) return 0;
  if (!isHigh(*unit)) return 6;
  const std::optional<unsigned> second = codeUnit(at + 6, end);
  return second && isLow(*second) ? 12 : 0;
}

constexpr bool isWhite(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

std::optional<TextFault> findTextFault(std::string_view text) noexcept {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  for (const char* at = begin; at != end;) {
    if (end - at >= 8 && isPlain(at)) {
      at += 8;
      continue;
    }
    const auto byte = static_cast<unsigned char>(*at);
    const auto fault = [&](std::string_view reason) {
      return TextFault{static_cast<std::size_t>(at - begin), reason};
    };
    if (byte >= 0x80) {
      const int length = markup::sequenceLength(reinterpret_cast<const unsigned char*>(at),
                                                reinterpret_cast<const unsigned char*>(end));
      if (length == 0) return fault("a byte that is not UTF-8");
      at += length;
    } else if (byte == '\\') {
      const std::size_t length = escapeLength(at, end);
      if (length == 0) return fault("an escape that is only half of a surrogate pair");
      at += length;
    } else if (byte < 0x20 && !isWhite(*at)) {
      return fault("a control character that is not escaped");
    } else {
      ++at;
    }
  }
  return std::nullopt;
}

namespace {

// Walks over JSON text. On text that is not JSON it ends early.
class Walker {
 public:
  explicit Walker(std::string_view text) noexcept : at_(text.data()), end_(text.data() + text.size()) {}

  bool take(char c) noexcept {
    while (at_ != end_ && isWhite(*at_)) ++at_;
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  // A string as it is written, without its quotes.
  std::optional<std::string_view> takeString() noexcept {
    if (!take('"')) return std::nullopt;
    const char* first = at_;
    for (; at_ != end_; ++at_) {
      if (*at_ == '"') return std::string_view(first, static_cast<std::size_t>(at_++ - first));
      if (*at_ == '\\' && ++at_ == end_) break;
    }
    return std::nullopt;
  }

  // Up to the comma or bracket behind it.
  bool skipValue() noexcept {
    std::size_t depth = 0;
    while (at_ != end_) {
      const char c = *at_;
      if (c == '"') {
        if (!takeString()) return false;
        continue;
      }
      if (depth == 0 && (c == '}' || c == ']' || c == ',')) return true;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
    }
    return false;
  }

 private:
  const char* at_;
  const char* end_;
};

}  // namespace

std::optional<std::string_view> scanResourceType(std::string_view text) noexcept {
  Walker walker(text);
  if (!walker.take('{')) return std::nullopt;
  do {
    const std::optional<std::string_view> name = walker.takeString();
    if (!name || !walker.take(':')) return std::nullopt;
    if (*name == "resourceType") return walker.takeString().value_or("");
    if (!walker.skipValue()) return std::nullopt;
  } while (walker.take(','));
  return std::nullopt;
}

}  // namespace fhir::json
