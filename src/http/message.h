// Request and Response: what passes between the edge and the rest of the server. Knows nothing of FHIR.
//
// Threading: value types. Ownership: a Request owns all its text.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

struct Header {
  std::string name;   // as it was sent
  std::string value;  // without surrounding white space
};

// A query or form parameter, percent-decoded ('+' is a space); repeated names stay repeated, in order.
struct Parameter {
  std::string name;
  std::string value;
};

struct Request {
  std::string method;  // "GET" ... ; HEAD arrives as "HEAD" and the edge leaves the body out of the answer
  std::string target;  // as it was sent: "/fhir/Patient?name=a%20b"
  // The path, split at '/', each segment percent-decoded; "/fhir/Patient/1" is {"fhir","Patient","1"}.
  // One slash at the end is not a segment: "/fhir/" is {"fhir"}.
  std::vector<std::string> segments;
  std::vector<Parameter> query;
  std::vector<Header> headers;
  std::string body;  // decompressed

  std::string id;  // X-Request-Id: taken from the client when it is [A-Za-z0-9._-]{1,64}, else made here
  std::string remoteAddress;  // the client's, after Forwarded / X-Forwarded-For of a trusted proxy
  std::string scheme;         // "http" or "https" as the client sees it
  std::string host;           // "localhost:8080" as the client sees it
  std::chrono::steady_clock::time_point received;

  // First header of this name (case-insensitive); nullptr when absent.
  const std::string* header(std::string_view name) const noexcept;
};

// Something that an answer waits for, while its worker goes on.
class Hold {
 public:
  virtual ~Hold() = default;
  // Begins to wait; once only. `release` is called once, from any thread, also before this returns: with true
  // the answer goes, with false a fault (503) goes in its place. To let go of `release` uncalled is to call
  // it with false.
  virtual void wait(std::function<void(bool)> release) = 0;
};

struct Response {
  int status = 200;
  std::vector<Header> headers;  // Content-Type, ETag ...; the edge adds Date, Content-Length, Connection,
                                // Server, X-Request-Id
  std::string body;
  std::shared_ptr<Hold> hold;  // nullptr: it goes at once

  void setHeader(std::string_view name, std::string value);  // replaces
  const std::string* header(std::string_view name) const noexcept;
};

// Parses application/x-www-form-urlencoded text (also a URL's query). nullopt when an escape is broken or
// the text is not UTF-8.
std::optional<std::vector<Parameter>> parseParameters(std::string_view text);

// Percent-encodes everything outside the unreserved characters of RFC 3986 and those in `alsoKept`.
std::string percentEncode(std::string_view text, std::string_view alsoKept = {});

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7), both ways; years 0000 to 9999.
std::string formatDate(std::chrono::sys_seconds);
std::optional<std::chrono::sys_seconds> parseDate(std::string_view text);

}  // namespace http
