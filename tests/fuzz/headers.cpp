// What a request's head asks for: routes, formats, preferences, conditions, the client's address behind
// proxies, origins. Input: a request's head; any is answered, and what a field means does not depend on what
// is asked about it first.
#include <algorithm>

#include "src/http/compression.h"
#include "src/http/cors.h"
#include "src/http/forwarded.h"
#include "src/http/request_reader.h"
#include "src/http/text.h"
#include "src/rest/conditions.h"
#include "src/rest/format.h"
#include "src/rest/preferences.h"
#include "src/rest/presentation.h"
#include "src/rest/router.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/words.h"

namespace fuzz {
namespace {

template <class T>
void checkRefusal(const fhir::Result<T>& result, std::initializer_list<fhir::Failure> known) {
  if (result.ok()) return;
  require(result.outcome().hasErrors(), "a refusal says why");
  require(std::find(known.begin(), known.end(), result.outcome().failure()) != known.end(),
          "a refusal has its status");
}

void checkFormat(const http::Request& request) {
  using fhir::Failure;
  const auto format = rest::negotiate(request, std::nullopt);
  checkRefusal(format, {Failure::notAcceptable});
  if (format) require(!rest::contentType(*format).empty(), "a format has a type");
  checkRefusal(rest::checkContentType(request), {Failure::unsupportedMediaType});
  checkRefusal(rest::checkPatchType(request), {Failure::unsupportedMediaType});
  checkRefusal(rest::checkFormType(request), {Failure::unsupportedMediaType});
  auto layout = rest::layout(request, request.query, false);
  checkRefusal(layout, {Failure::notAcceptable, Failure::badRequest});
  if (!layout) return;
  checkRefusal(rest::addView(*layout, request.query, fhir::findResourceType("Patient")),
               {Failure::badRequest});
  if (!layout->isWhole()) return;
  const auto laidOut = rest::layOut(R"({"resourceType":"Patient","id":"a"})", *layout);
  require(laidOut.ok() && !laidOut->empty(), "every format can write a resource");
}

void checkRoute(const http::Request& request) {
  const rest::Route route = rest::route(request.method, request.segments);
  if (!route.target) {
    require(!route.refusal.empty() || request.method == "OPTIONS", "a refused route says why");
    require(route.refusal.failure() != fhir::Failure::internal, "a refused route is the client's");
  }
}

void checkConditions(const http::Request& request) {
  using fhir::Failure;
  checkRefusal(rest::writeCondition(request), {Failure::badRequest, Failure::notImplemented});
  rest::isUnmodified(request, {});
  for (const http::Header& header : request.headers) {
    if (const auto tags = rest::parseEntityTags(header.value))
      require(tags->any || !tags->tags.empty(), "a condition has tags");
    if (const auto date = http::parseDate(header.value)) {
      const auto again = http::parseDate(http::formatDate(*date));
      require(again == date, "a date comes back the same");
    }
    if (const auto version = rest::parseVersion(header.value))
      require(std::to_string(*version) == header.value, "a version is written in one way");
    if (const auto block = http::AddressBlock::parse(header.value))
      require(block->contains(*block), "a block has itself in it");
  }
}

void checkProxies(http::Request request) {
  static const http::TrustedProxies proxies({"10.0.0.0/8", "::1"});
  request.remoteAddress = "192.0.2.1";
  request.scheme = "http";
  const http::Request untouched = request;
  proxies.apply(request);
  require(request.remoteAddress == "192.0.2.1" && request.scheme == "http" && request.host == untouched.host,
          "only proxies are believed");
  request.remoteAddress = "10.0.0.1";
  proxies.apply(request);
  require(request.scheme == "http" || request.scheme == "https", "the scheme is one that is spoken here");
  require(request.host == untouched.host || http::text::isHost(request.host), "a host is one");
  require(http::AddressBlock::parse(request.remoteAddress).has_value(), "an address is one");
}

void checkOrigins(const http::Request& request) {
  static const http::Cors cors({"https://x.example", "http://localhost:3000"});
  http::Response response;
  cors.allow(request, response);
  const auto* allowed = response.header("Access-Control-Allow-Origin");
  const auto* origin = request.header("Origin");
  require(allowed == nullptr || (origin && *allowed == *origin &&
                                 (*origin == "https://x.example" || *origin == "http://localhost:3000")),
          "only known origins are let in");
  if (const auto preflight = cors.preflight(request))
    require(preflight->status < 500, "a preflight is answered");
  for (const http::Header& header : request.headers) {
    http::acceptsGzip(header.value);
    http::isCompressible(header.value);
  }
}

void run(std::string_view input) {
  http::RequestReader reader({{8192, 4096}, 8192});
  std::string_view rest = input;
  if (reader.read(rest) != http::RequestReader::Progress::Head) return;
  const http::Request& request = reader.request();
  checkFormat(request);
  checkRoute(request);
  const auto preferences = rest::parsePreferences(request);
  require(!preferences.lenient || request.header("Prefer"), "a preference was sent");
  checkConditions(request);
  checkProxies(request);
  checkOrigins(request);
}

std::string mutate(std::string_view input, Random& random) {
  constexpr std::string_view starts[] = {"GET /Patient/1 ",
                                         "POST /Patient/_search ",
                                         "PATCH /Patient/1 ",
                                         "GET /Patient?_format=xml&_pretty=true&_summary=true ",
                                         "GET /Patient/1/_history/2 ",
                                         "PUT /Observation?code=a ",
                                         "OPTIONS / ",
                                         "GET /metadata?_format=application%2Ffhir%2Bjson ",
                                         "DELETE /a ",
                                         "POST / ",
                                         "GET /_history?_elements=id,name ",
                                         "GET /Patient/1/$validate "};
  constexpr std::string_view fields[] = {
      "Accept: application/fhir+json;q=0.5, application/fhir+xml;fhirVersion=4.0, */*;q=0",
      "Accept: text/html, application/xml;q=0.9",
      "Content-Type: application/fhir+json; charset=utf-8",
      "Content-Type: application/json-patch+json",
      "Prefer: return=minimal, handling=lenient",
      "Prefer: return=\"OperationOutcome\"; a=b",
      "If-Match: W/\"3\", \"4\"",
      "If-None-Match: *",
      "If-None-Exist: a=b",
      "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT",
      "Forwarded: for=192.0.2.60;proto=https;by=203.0.113.43, for=\"[2001:db8::1]:4711\"",
      "Forwarded: host=\"a:80\"",
      "X-Forwarded-For: 1.2.3.4, 10.0.0.2",
      "X-Forwarded-Proto: https",
      "X-Forwarded-Host: a.example",
      "Origin: https://x.example",
      "Access-Control-Request-Method: PUT",
      "Access-Control-Request-Headers: a, b",
      "Accept-Encoding: gzip;q=0.5, *;q=0",
      "Accept: application/fhir+json; charset=utf-8; fhirVersion=5.0",
      "10.0.0.0/8: 10.0.0.0/8",
      "X: 12",
      "X: 10.0.0.0/8",
      "X: ::ffff:1.2.3.4/120"};
  std::string out = std::string(random.pick(starts)) + "HTTP/1.1\r\nHost: h\r\n";
  const std::size_t line = input.find("\r\n");
  const std::size_t close = input.rfind("\r\n\r\n");
  if (!random.oneIn(4) && close != std::string_view::npos && close > line)
    out = std::string(input.substr(0, close)) + "\r\n";
  return out + std::string(random.pick(fields)) + "\r\n\r\n";
}

std::vector<std::string> words() {
  return {"Accept: ",
          "Content-Type: ",
          "Prefer: ",
          "If-Match: ",
          "If-None-Match: ",
          "If-None-Exist: ",
          "If-Modified-Since: ",
          "Forwarded: ",
          "X-Forwarded-For: ",
          "Origin: ",
          "application/fhir+json",
          "application/fhir+xml",
          "application/json",
          "text/xml",
          ";q=0.5",
          ";q=0",
          ";charset=utf-8",
          ";fhirVersion=4.0",
          "*/*",
          "return=minimal",
          "handling=lenient",
          "W/\"",
          "for=",
          "proto=https",
          "host=",
          "by=",
          "_format=",
          "_summary=",
          "_elements=",
          "_pretty=",
          "\r\n",
          "\"",
          "\\",
          ",",
          ";",
          "[::1]",
          "_hidden",
          "unknown"};
}

}  // namespace

const Target target{run, mutate, words};

}  // namespace fuzz
