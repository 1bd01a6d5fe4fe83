#include "src/store/mapping/json_slice.h"

#include <charconv>
#include <cstdint>

namespace store::mapping {

namespace {

bool isSpace(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

void appendUtf8(std::uint32_t point, std::string& out) {
  const auto byte = [&out](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | (point >> 6));
    byte(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    byte(0xE0 | (point >> 12));
    byte(0x80 | ((point >> 6) & 0x3F));
    byte(0x80 | (point & 0x3F));
  } else {
    byte(0xF0 | (point >> 18));
    byte(0x80 | ((point >> 12) & 0x3F));
    byte(0x80 | ((point >> 6) & 0x3F));
    byte(0x80 | (point & 0x3F));
  }
}

// Four hexadecimal digits at `at`; 0xFFFFFFFF when there are none.
std::uint32_t hexAt(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return 0xFFFFFFFF;
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 4, value, 16);
  return error == std::errc() && end == text.data() + at + 4 ? value : 0xFFFFFFFF;
}

// Appends the character of the \u escape whose digits start at `at`; returns the digits' end.
std::size_t appendEscaped(std::string_view text, std::size_t at, std::string& out) {
  std::uint32_t point = hexAt(text, at);
  at += 4;
  if (point >= 0xD800 && point < 0xDC00 && at + 6 <= text.size() && text[at] == '\\' && text[at + 1] == 'u') {
    const std::uint32_t low = hexAt(text, at + 2);
    if (low >= 0xDC00 && low < 0xE000) {
      point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
      at += 6;
    }
  }
  if (point >= 0xD800 && point < 0xE000) point = 0xFFFD;
  appendUtf8(point > 0x10FFFF ? 0xFFFD : point, out);
  return at;
}

}  // namespace

JsonWalk::JsonWalk(std::string_view json) noexcept : at_(json.data()), end_(json.data() + json.size()) {
  skipSpace();
  if (at_ == end_ || (*at_ != '{' && *at_ != '[')) {
    at_ = end_;
    return;
  }
  close_ = *at_ == '{' ? '}' : ']';
  ++at_;
}

bool JsonWalk::next() noexcept {
  skipSpace();
  if (at_ != end_ && *at_ == ',') {
    ++at_;
    skipSpace();
  }
  if (at_ == end_ || *at_ == close_) return false;
  if (isObject()) {
    if (*at_ != '"') return false;
    const char* keyEnd = skipString(at_);
    if (keyEnd - at_ < 2) return false;
    key_ = {at_ + 1, static_cast<std::size_t>(keyEnd - at_ - 2)};
    at_ = keyEnd;
    skipSpace();
    if (at_ == end_ || *at_ != ':') return false;
    ++at_;
    skipSpace();
  }
  const char* valueEnd = skipValue(at_);
  if (valueEnd == at_) return false;
  value_ = {at_, static_cast<std::size_t>(valueEnd - at_)};
  at_ = valueEnd;
  return true;
}

void JsonWalk::skipSpace() noexcept {
  while (at_ != end_ && isSpace(*at_)) ++at_;
}

const char* JsonWalk::skipString(const char* from) const noexcept {
  for (const char* p = from + 1; p < end_; ++p) {
    if (*p == '"') return p + 1;
    if (*p == '\\') ++p;
  }
  return end_;
}

const char* JsonWalk::skipValue(const char* from) const noexcept {
  if (from == end_) return from;
  if (*from == '"') return skipString(from);
  const char* p = from;
  if (*from != '{' && *from != '[') {
    while (p != end_ && *p != ',' && *p != '}' && *p != ']' && !isSpace(*p)) ++p;
    return p;
  }
  std::size_t depth = 0;
  while (p < end_) {
    const char c = *p;
    if (c == '"') {
      p = skipString(p);
      continue;
    }
    ++p;
    if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return p;
    }
  }
  return end_;
}

std::optional<std::string_view> unquote(std::string_view json, std::string& buffer) {
  if (json.size() < 2 || json.front() != '"' || json.back() != '"') return std::nullopt;
  const std::string_view text = json.substr(1, json.size() - 2);
  if (text.find('\\') == std::string_view::npos) return text;
  buffer.clear();
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i++];
    if (c != '\\' || i == text.size()) {
      buffer.push_back(c);
      continue;
    }
    switch (const char escape = text[i++]) {
      case 'b':
        buffer.push_back('\b');
        break;
      case 'f':
        buffer.push_back('\f');
        break;
      case 'n':
        buffer.push_back('\n');
        break;
      case 'r':
        buffer.push_back('\r');
        break;
      case 't':
        buffer.push_back('\t');
        break;
      case 'u':
        i = appendEscaped(text, i, buffer);
        break;
      default:
        buffer.push_back(escape);
        break;
    }
  }
  return buffer;
}

}  // namespace store::mapping
