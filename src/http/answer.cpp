#include "src/http/answer.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <utility>

#include "src/http/text.h"

namespace http {
namespace {

constexpr std::string_view kServerName = "HealthVillage";
// How long a client should stay away when the queue is full, in seconds.
constexpr std::string_view kRetryAfter = "1";

std::string_view reasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Status";
  }
}

void appendNumber(std::string& out, std::uint64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void appendField(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void appendDate(std::string& out) {
  thread_local std::time_t second = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != second) {
    second = now;
    text = formatDate(std::chrono::sys_seconds(std::chrono::seconds(now)));
  }
  appendField(out, "Date", text);
}

// Fields that are the edge's alone.
bool isEdges(std::string_view name) {
  for (const std::string_view own : {"Connection", "Content-Length", "Date", "Keep-Alive", "Server",
                                     "Trailer", "Transfer-Encoding", "Upgrade", "X-Request-Id"}) {
    if (text::equalsIgnoringCase(name, own)) return true;
  }
  return false;
}

bool isWellFormed(const Response& response) {
  return response.status >= 200 && response.status <= 599 &&
         std::all_of(response.headers.begin(), response.headers.end(), [](const Header& header) {
           return text::isToken(header.name) && text::isFieldValue(header.value);
         });
}

// Another representation than the plain one: its entity-tag can't be the same strong one (RFC 9110,
// section 8.8.3.3).
void weakenTag(Response& response) {
  const std::string* tag = response.header("ETag");
  if (tag != nullptr && !tag->starts_with("W/")) response.setHeader("ETag", "W/" + *tag);
}

void compress(const Edge& edge, Gzip& gzip, const Request& request, Response& response) {
  if (response.body.size() < edge.options.compressFrom || response.status == 206) return;
  const std::string* type = response.header("Content-Type");
  if (type == nullptr || !isCompressible(*type) || response.header("Content-Encoding") != nullptr) return;
  addVary(response, "Accept-Encoding");
  const std::string* accepted = request.header("Accept-Encoding");
  std::string packed;
  if (accepted == nullptr || !acceptsGzip(*accepted) || !gzip.compress(response.body, packed)) return;
  if (packed.size() >= response.body.size()) return;
  response.body = std::move(packed);
  response.setHeader("Content-Encoding", "gzip");
  weakenTag(response);
}

Response faultResponse(const Edge& edge, const Fault& fault) {
  Response response;
  try {
    response = edge.faults(fault.status, fault.reason);
  } catch (...) {
    response.body.clear();  // the status alone has to say it
  }
  response.status = fault.status;
  if (!isWellFormed(response)) response.headers.clear();
  if (fault.status == 503) response.setHeader("Retry-After", std::string(kRetryAfter));
  if (fault.status == 415) response.setHeader("Accept-Encoding", "gzip");
  return response;
}

// Undoes Content-Encoding (RFC 9110, section 8.4).
Fault decodeBody(const Edge& edge, Gzip& gzip, Request& request, MemoryBudget::Lease& plainBytes) {
  std::string_view coding;
  for (const Header& header : request.headers) {
    if (!text::equalsIgnoringCase(header.name, "Content-Encoding")) continue;
    if (text::equalsIgnoringCase(header.value, "identity") || header.value.empty()) continue;
    if (!coding.empty()) return {415, "only one content coding is understood"};
    coding = header.value;
  }
  if (coding.empty()) return {};
  if (!text::equalsIgnoringCase(coding, "gzip") && !text::equalsIgnoringCase(coding, "x-gzip")) {
    return {415, "the content coding is unknown"};
  }
  if (request.body.empty()) return {};
  std::string plain;
  switch (gzip.decompress(request.body, edge.options.maxBodyBytes, plain)) {
    case Gzip::Outcome::TooLarge:
      return {413, "the body is too large"};
    case Gzip::Outcome::Malformed:
      return {400, "the body is not gzip"};
    case Gzip::Outcome::Done:
      break;
  }
  plainBytes.resize(plain.size());
  if (plainBytes.isTooLarge()) return kMemoryShort;
  request.body = std::move(plain);
  return {};
}

}  // namespace

Answer makeAnswer(Edge& edge, Gzip& gzip, const Request& request, Response response) {
  auto hold = std::exchange(response.hold, nullptr);
  if (!isWellFormed(response)) response = faultResponse(edge, {500, "the answer was malformed"});
  edge.cors.allow(request, response);
  compress(edge, gzip, request, response);
  const bool bodiless = response.status == 204 || response.status == 304;
  const std::string* ownLength = response.header("Content-Length");
  Answer answer;
  std::string& head = answer.head;
  head.reserve(256);
  head.append("HTTP/1.1 ");
  appendNumber(head, static_cast<std::uint64_t>(response.status));
  head.append(" ").append(reasonPhrase(response.status)).append("\r\n");
  appendDate(head);
  appendField(head, "Server", kServerName);
  appendField(head, "X-Request-Id", request.id);
  for (const Header& header : response.headers) {
    if (!isEdges(header.name)) appendField(head, header.name, header.value);
  }
  if (!bodiless) {
    head.append("Content-Length: ");
    // A handler that knows the length without making the body may say so to HEAD.
    if (request.method == "HEAD" && response.body.empty() && ownLength != nullptr) {
      head.append(*ownLength);
    } else {
      appendNumber(head, response.body.size());
    }
    head.append("\r\n");
  }
  if (!bodiless && request.method != "HEAD") answer.body = std::move(response.body);
  answer.lease = MemoryBudget::Lease(edge.memory, answer.body.size());
  answer.hold = std::move(hold);
  return answer;
}

Answer makeFault(Edge& edge, Gzip& gzip, const Request& request, const Fault& fault) {
  edge.counters.rejected.fetch_add(1, std::memory_order_relaxed);
  return makeAnswer(edge, gzip, request, faultResponse(edge, fault));
}

std::optional<Answer> serveAtOnce(Edge& edge, Gzip& gzip, const Request& request) {
  if (!edge.atOnce) return std::nullopt;
  try {
    auto response = edge.atOnce(request);
    if (!response) return std::nullopt;
    return makeAnswer(edge, gzip, request, *std::move(response));
  } catch (...) {
    return makeFault(edge, gzip, request, {500, "the request could not be served"});
  }
}

Answer serve(Edge& edge, Gzip& gzip, Request& request, unsigned worker) {
  try {
    if (edge.memory.free() == 0) return makeFault(edge, gzip, request, kMemoryShort);
    MemoryBudget::Lease plainBytes(edge.memory);
    if (const Fault fault = decodeBody(edge, gzip, request, plainBytes))
      return makeFault(edge, gzip, request, fault);
    if (auto preflight = edge.cors.preflight(request)) {
      return makeAnswer(edge, gzip, request, *std::move(preflight));
    }
    return makeAnswer(edge, gzip, request, edge.handler(request, worker));
  } catch (...) {
    return makeFault(edge, gzip, request, {500, "the request could not be served"});
  }
}

}  // namespace http
