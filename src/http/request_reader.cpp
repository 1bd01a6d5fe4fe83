#include "src/http/request_reader.h"

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <limits>
#include <optional>

#include "src/http/target.h"
#include "src/http/text.h"

namespace http {
namespace {

namespace beast = boost::beast;
using Parser = beast::http::request_parser<beast::http::string_body>;

// A chunk's head or a trailer line that is longer than this is no honest client's.
constexpr std::size_t kMaxChunkHead = 4096;

// "0\r\n\r\n"
constexpr std::size_t kShortestChunkedBody = 5;

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

// Fields that decide where a message ends or for whom it is, counted as they were sent.
struct Framing {
  unsigned hosts = 0;
  unsigned lengths = 0;
  unsigned codings = 0;
  std::string_view host;
  std::string_view length;
  std::string_view coding;
  std::string_view expect;
};

Framing framingOf(const std::vector<Header>& headers) {
  Framing framing;
  for (const Header& header : headers) {
    if (text::equalsIgnoringCase(header.name, "Host")) {
      ++framing.hosts;
      framing.host = header.value;
    } else if (text::equalsIgnoringCase(header.name, "Content-Length")) {
      ++framing.lengths;
      framing.length = header.value;
    } else if (text::equalsIgnoringCase(header.name, "Transfer-Encoding")) {
      ++framing.codings;
      framing.coding = header.value;
    } else if (text::equalsIgnoringCase(header.name, "Expect")) {
      framing.expect = header.value;
    }
  }
  return framing;
}

bool isDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// RFC 9112, sections 3.2, 6.1, 6.3: each is refused rather than repaired.
Fault checkFraming(const Framing& framing, bool http10, std::size_t bodyBytes) {
  if (framing.hosts > 1) return {400, "there is more than one Host"};
  if (framing.hosts == 0 && !http10) return {400, "Host is missing"};
  if (framing.hosts == 1 && !text::isHost(framing.host)) return {400, "Host is malformed"};
  if (framing.lengths > 1) return {400, "there is more than one Content-Length"};
  if (framing.lengths == 1 && framing.codings > 0) {
    return {400, "Content-Length and Transfer-Encoding exclude each other"};
  }
  if (framing.codings > 1) return {400, "there is more than one Transfer-Encoding"};
  if (framing.codings == 1) {
    if (http10) return {400, "HTTP/1.0 has no Transfer-Encoding"};
    if (!text::equalsIgnoringCase(framing.coding, "chunked")) return {501, "the transfer coding is unknown"};
  }
  if (framing.lengths == 1) {
    if (!isDigits(framing.length)) return {400, "Content-Length is malformed"};
    std::string_view length = framing.length;
    length.remove_prefix(std::min(length.find_first_not_of('0'), length.size()));
    if (length.size() > 18 ||
        (!length.empty() && std::stoull(std::string(length)) > static_cast<std::uint64_t>(bodyBytes))) {
      return {413, "the body is too large"};
    }
  }
  if (!framing.expect.empty() && !text::equalsIgnoringCase(framing.expect, "100-continue")) {
    return {417, "the expectation is unknown"};
  }
  return {};
}

}  // namespace

struct RequestReader::Impl {
  explicit Impl(const ReadLimits& readLimits) : limits(readLimits), scanner(readLimits.head) {}

  ReadLimits limits;
  HeadScanner scanner;
  std::optional<Parser> parser;  // there once the head is whole
  Request request;
  Fault fault;
  bool http10 = false;
  bool keepsAlive = false;
  bool expectsContinue = false;
  bool beforeFirstChunk = false;

  std::size_t bodySize() const noexcept { return parser->get().body().size(); }

  Progress fail(Fault why) {
    fault = why;
    return Progress::Faulty;
  }

  Progress readHead(std::string_view& input) {
    // An empty line before the request line is skipped (RFC 9112, section 2.2).
    while (input.starts_with("\r\n")) input.remove_prefix(2);
    if (input.empty() || input == "\r") return Progress::NeedsMore;
    const std::size_t length = scanner.scan(input);
    if (scanner.fault()) return fail(scanner.fault());
    if (length == 0) return Progress::NeedsMore;
    const std::string_view head = input.substr(0, length);
    if (const Fault broken = checkHead(head, limits.head)) return fail(broken);
    input.remove_prefix(length);
    return parseHead(head);
  }

  Progress parseHead(std::string_view head) {
    parser.emplace();
    parser->header_limit(std::numeric_limits<std::uint32_t>::max());
    parser->body_limit(std::numeric_limits<std::uint64_t>::max());  // checkFraming says it better
    beast::error_code error;
    parser->put(boost::asio::const_buffer(head.data(), head.size()), error);
    if (!parser->is_header_done()) return fail({400, "the header fields are malformed"});
    takeHead();
    const Framing framing = framingOf(request.headers);
    const Fault broken = checkFraming(framing, http10, limits.bodyBytes);
    if (broken) return fail(broken);
    if (error) return fail({400, "the request is malformed"});
    request.host = framing.host;
    if (!parseTarget(request)) return fail({400, "the request target is malformed"});
    expectsContinue = !framing.expect.empty() && !http10 && !parser->is_done();
    parser->body_limit(limits.bodyBytes);
    beforeFirstChunk = parser->chunked();
    return Progress::Head;
  }

  // Before the body, so that no trailer can pose as a header.
  void takeHead() {
    const auto& message = parser->get();
    request.method = view(message.method_string());
    request.target = view(message.target());
    http10 = message.version() == 10;
    keepsAlive = parser->keep_alive();
    for (const auto& field : message) {
      request.headers.push_back({std::string(view(field.name_string())), std::string(view(field.value()))});
    }
  }

  // One part of the body at a time: a chunk's head (its size, the line end before it, trailers behind the
  // last one) or content.
  Progress readBody(std::string_view& input) {
    while (!parser->is_done()) {
      if (input.empty()) return Progress::NeedsMore;
      // Beast asserts that an empty body's only chunk is whole when it looks at it a second time.
      if (beforeFirstChunk && input.size() < kShortestChunkedBody) return Progress::NeedsMore;
      const std::size_t before = bodySize();
      beast::error_code error;
      const std::size_t taken = parser->put(boost::asio::const_buffer(input.data(), input.size()), error);
      // A head is taken whole. Whether it is too long must not depend on the pieces that it comes in.
      const bool needsMore = error == beast::http::error::need_more;
      const bool isTooLong =
          needsMore ? input.size() - taken >= kMaxChunkHead : bodySize() == before && taken > kMaxChunkHead;
      if (isTooLong) return fail({400, "a chunk's head is too long"});
      input.remove_prefix(taken);
      if (taken > 0) beforeFirstChunk = false;
      if (needsMore) return Progress::NeedsMore;
      if (error == beast::http::error::body_limit) return fail({413, "the body is too large"});
      if (error) return fail({400, "the body is malformed"});
    }
    request.body = std::move(parser->get().body());
    return Progress::Complete;
  }
};

RequestReader::RequestReader(const ReadLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestReader::~RequestReader() = default;

RequestReader::Progress RequestReader::read(std::string_view& input) {
  return impl_->parser ? impl_->readBody(input) : impl_->readHead(input);
}

void RequestReader::reset() {
  impl_->scanner.reset();
  impl_->parser.reset();
  impl_->request = Request();
  impl_->fault = Fault();
}

const Fault& RequestReader::fault() const noexcept {
  return impl_->fault;
}
Request& RequestReader::request() noexcept {
  return impl_->request;
}
std::size_t RequestReader::bodyBytes() const noexcept {
  return impl_->parser ? impl_->parser->get().body().size() : 0;
}
std::size_t RequestReader::announcedBytes() const noexcept {
  if (!impl_->parser) return 0;
  return static_cast<std::size_t>(impl_->parser->content_length().value_or(0));
}
bool RequestReader::insideBody() const noexcept {
  return impl_->parser && !impl_->parser->is_done();
}
bool RequestReader::keepsAlive() const noexcept {
  return impl_->keepsAlive;
}
bool RequestReader::isHttp10() const noexcept {
  return impl_->http10;
}
bool RequestReader::expectsContinue() const noexcept {
  return impl_->expectsContinue;
}

}  // namespace http
