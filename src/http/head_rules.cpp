#include "src/http/head_rules.h"

#include <algorithm>
#include <cstring>

#include "src/http/text.h"

namespace http {
namespace {

constexpr std::size_t kMethodBytes = 32;
constexpr std::size_t kAroundTarget = kMethodBytes + sizeof("  HTTP/1.1\r\n");
constexpr std::size_t kMaxFields = 128;

bool digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

Fault checkVersion(std::string_view version) noexcept {
  if (version.size() != 8 || !version.starts_with("HTTP/") || !digit(version[5]) || version[6] != '.' ||
      !digit(version[7])) {
    return {400, "the request line is malformed"};
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return {505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
  return {};
}

Fault checkRequestLine(std::string_view line, std::size_t targetBytes) noexcept {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return {400, "the request line is malformed"};
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (method.size() > kMethodBytes || !text::isToken(method)) return {400, "the method is malformed"};
  if (target.size() > targetBytes) return {414, "the request target is too long"};
  const bool legal = !target.empty() && std::all_of(target.begin(), target.end(),
                                                    [](char c) { return c > ' ' && c < 0x7F && c != '#'; });
  if (!legal) return {400, "the request target is malformed"};
  return checkVersion(line.substr(last + 1));
}

Fault checkField(std::string_view line) noexcept {
  if (line.front() == ' ' || line.front() == '\t') return {400, "folded header lines are refused"};
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !text::isToken(line.substr(0, colon))) {
    return {400, "a header name is malformed"};
  }
  if (!text::isFieldValue(line.substr(colon + 1))) return {400, "a header value is malformed"};
  return {};
}

}  // namespace

std::size_t HeadScanner::scan(std::string_view input) noexcept {
  while (position_ < input.size()) {
    const void* found = std::memchr(input.data() + position_, '\n', input.size() - position_);
    if (found == nullptr) {
      position_ = input.size();
      break;
    }
    const auto newline = static_cast<std::size_t>(static_cast<const char*>(found) - input.data());
    // Before the line is looked at: what is told of it must not depend on the pieces that it comes in.
    if ((fault_ = tooLong(newline + 1))) return 0;
    if (newline == 0 || input[newline - 1] != '\r') {
      fault_ = {400, "a line ends without CR"};
      return 0;
    }
    const bool empty = newline - lineStart_ == 1;
    lineStart_ = position_ = newline + 1;
    if (headersStart_ == 0) headersStart_ = lineStart_;
    if (empty) return position_;
  }
  fault_ = tooLong(input.size());
  return 0;
}

Fault HeadScanner::tooLong(std::size_t bytes) const noexcept {
  if (headersStart_ == 0) {
    if (bytes > limits_.targetBytes + kAroundTarget) return {414, "the request target is too long"};
  } else if (bytes - headersStart_ > limits_.headerBytes) {
    return {431, "the header fields are too large"};
  }
  return {};
}

Fault checkHead(std::string_view head, const HeadLimits& limits) noexcept {
  const std::size_t lineEnd = head.find("\r\n");
  if (Fault fault = checkRequestLine(head.substr(0, lineEnd), limits.targetBytes)) return fault;
  head.remove_prefix(lineEnd + 2);
  std::size_t fields = 0;
  while (head != "\r\n") {
    const std::size_t end = head.find("\r\n");
    if (++fields > kMaxFields) return {431, "there are too many header fields"};
    if (Fault fault = checkField(head.substr(0, end))) return fault;
    head.remove_prefix(end + 2);
  }
  return {};
}

}  // namespace http
