// RequestReader: the bytes of one connection -> one request after the other. Boost.Beast parses; head_rules
// judges first. Knows no socket and no clock. Not thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "src/http/head_rules.h"
#include "src/http/message.h"

namespace http {

struct ReadLimits {
  HeadLimits head;
  std::size_t bodyBytes;
};

class RequestReader {
 public:
  enum class Progress {
    NeedsMore,  // everything that could be taken was taken
    Head,       // the head is whole: request() has everything but the body; read on
    Complete,   // the request is whole; take it, then reset()
    Faulty,     // fault() says why; the connection's framing is lost
  };

  explicit RequestReader(const ReadLimits& limits);
  ~RequestReader();

  // Takes a prefix of `input` and removes it there. What is left must come again in front of the next bytes.
  Progress read(std::string_view& input);
  void reset();

  const Fault& fault() const noexcept;
  Request& request() noexcept;             // method, target, segments, query, headers, host, body
  std::size_t bodyBytes() const noexcept;  // of the body so far
  // What Content-Length says; 0 for a chunked body.
  std::size_t announcedBytes() const noexcept;
  bool insideBody() const noexcept;  // head taken, body not whole
  bool keepsAlive() const noexcept;  // what version and Connection field ask for
  bool isHttp10() const noexcept;
  bool expectsContinue() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace http
