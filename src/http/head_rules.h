// What a request's head must look like before it is parsed. Strict, since a byte that two parsers read
// differently is a smuggled request (RFC 9112, sections 2.2, 3, 5 and 11.2). Boost.Beast alone lets pass
// folded lines, and says neither 414 nor 505.
#pragma once

#include <cstddef>
#include <string_view>

namespace http {

struct Fault {
  int status = 0;                // 0: none
  std::string_view reason = {};  // a literal, safe to show
  explicit operator bool() const noexcept { return status != 0; }
};

struct HeadLimits {
  std::size_t headerBytes;
  std::size_t targetBytes;
};

// Finds the end of a head in bytes that arrive piece by piece; looks at each byte once.
class HeadScanner {
 public:
  explicit HeadScanner(HeadLimits limits) noexcept : limits_(limits) {}

  // `input` starts at the request line and is what came so far. Returns the head's length including its empty
  // line, or 0 when more is needed or fault() is set.
  std::size_t scan(std::string_view input) noexcept;
  const Fault& fault() const noexcept { return fault_; }
  void reset() noexcept { *this = HeadScanner(limits_); }

 private:
  // Of a head whose first `bytes` are known to belong to it.
  Fault tooLong(std::size_t bytes) const noexcept;

  HeadLimits limits_;
  std::size_t position_ = 0;  // looked at
  std::size_t lineStart_ = 0;
  std::size_t headersStart_ = 0;  // 0: still in the request line
  Fault fault_;
};

// Judges a whole head, as found by the scanner.
Fault checkHead(std::string_view head, const HeadLimits& limits) noexcept;

}  // namespace http
