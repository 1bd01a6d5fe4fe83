// gzip (RFC 1952) of answers and of request bodies, and what Accept-Encoding asks for (RFC 9110,
// section 12.5.3).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace http {

// Whether "gzip" is acceptable, and not less so than the plain body.
bool acceptsGzip(std::string_view acceptEncoding) noexcept;

// Whether a body of this type gets smaller: text, JSON, XML and the like.
bool isCompressible(std::string_view contentType) noexcept;

// Keeps zlib's state from one call to the next. One per thread.
class Gzip {
 public:
  enum class Outcome { Done, Malformed, TooLarge };

  Gzip();
  ~Gzip();

  // False when zlib has no memory; `out` is then useless.
  bool compress(std::string_view plain, std::string& out);
  // Stops at the first byte over `limit`. Several members in a row are one body; anything else behind is
  // malformed.
  Outcome decompress(std::string_view packed, std::size_t limit, std::string& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace http
