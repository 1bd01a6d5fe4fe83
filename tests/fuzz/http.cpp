// HTTP/1.1: the bytes of one connection. In whatever pieces they come, they are the same requests and get the
// same answers; and a request has nothing in it that another reader could take for an end.
#include <algorithm>
#include <array>
#include <chrono>

#include "src/http/connection.h"
#include "src/http/text.h"
#include "tests/fuzz/fuzz.h"

namespace fuzz {
namespace {

using Arrived = http::Connection::Arrived;

http::ServerOptions options() {
  http::ServerOptions out;
  out.maxHeaderBytes = 2048;
  out.maxTargetBytes = 512;
  out.maxBodyBytes = 8192;
  out.compressFrom = 256;
  out.trustedProxies = {"10.0.0.0/8", "::1"};
  out.cors.origins = {"https://x.example"};
  return out;
}

http::Response echo(const http::Request& request) {
  http::Response response;
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  (((response.body += request.method) += ' ') += request.target) += '\n';
  for (const std::string& segment : request.segments) (response.body += segment) += '/';
  for (const auto& each : request.query) ((response.body += each.name) += '=') += each.value;
  (((response.body += request.remoteAddress) += request.scheme) += request.host) += '\n';
  response.body += request.body;
  return response;
}

void check(const http::Request& request) {
  require(http::text::isToken(request.method), "a method is a token");
  require(request.target.find_first_of(std::string_view("\r\n \0", 4)) == std::string::npos,
          "a target has no end in it");
  for (const http::Header& header : request.headers)
    require(http::text::isToken(header.name) && http::text::isFieldValue(header.value),
            "a field has no end in it");
  for (const std::string& segment : request.segments)
    require(http::text::isUtf8(segment), "a segment is UTF-8");
  for (const auto& each : request.query)
    require(http::text::isUtf8(each.name) && http::text::isUtf8(each.value), "a parameter is UTF-8");
}

// One client's connection, in memory.
class Client {
 public:
  Client()
      : edge_(
            options(), [](const http::Request& request, unsigned) { return echo(request); },
            // Of several faults one is told, and which one may depend on the pieces.
            [](int status, std::string_view) {
              http::Response response;
              response.status = status;
              return response;
            },
            {}),
        connection_(edge_, gzip_, "10.0.0.1", false, now_) {}

  void send(std::string_view bytes) {
    std::vector<Arrived> arrived;
    connection_.received(bytes, now_, arrived);
    work(std::move(arrived));
  }

  // All that was answered, without what differs from run to run, and whether more would be read.
  std::string end() {
    const bool isOpen = connection_.wantsBytes();
    connection_.ended();
    work({});
    require(connection_.output().empty(), "all is sent");
    return withoutChance(received_) + (isOpen ? "open" : "closed");
  }

 private:
  void work(std::vector<Arrived> arrived) {
    while (!arrived.empty() || !connection_.output().empty()) {
      std::vector<Arrived> more;
      for (Arrived& each : arrived) {
        check(each.request);
        connection_.answer(each.sequence, http::serve(edge_, gzip_, each.request, 0), now_, more);
      }
      while (!connection_.output().empty()) {
        const std::string_view piece = connection_.output().front();
        received_ += piece;
        connection_.sent(piece.size(), now_, more);
      }
      arrived = std::move(more);
    }
  }

  static std::string withoutChance(std::string text) {
    // "100 Continue" is owed only to a client that waits.
    constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
    for (auto at = text.find(interim); at != std::string::npos; at = text.find(interim, at))
      text.erase(at, interim.size());
    for (const std::string_view field : {"\r\nX-Request-Id: ", "\r\nDate: "})
      for (auto at = text.find(field); at != std::string::npos; at = text.find(field, at)) {
        const auto lineEnd = text.find("\r\n", at + 2);
        text.erase(at, lineEnd - at);
      }
    return text;
  }

  http::TimePoint now_{std::chrono::seconds(1)};
  http::Edge edge_;
  http::Gzip gzip_;
  http::Connection connection_;
  std::string received_;
};

std::string answers(std::string_view bytes, Random& random, std::size_t largest) {
  Client client;
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), 1 + random.below(largest));
    client.send(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return client.end();
}

void run(std::string_view input) {
  Random random(std::hash<std::string_view>{}(input));
  const std::string whole = answers(input, random, input.size() + 1);
  requireSame(answers(input, random, 1), whole, "byte by byte is the same");
  requireSame(answers(input, random, 16), whole, "in small pieces is the same");
  requireSame(answers(input, random, 512), whole, "in large pieces is the same");
}

std::string chunked(std::string_view body, Random& random) {
  std::string out;
  while (!body.empty()) {
    const std::size_t size = std::min(body.size(), 1 + random.below(16));
    constexpr std::string_view figures = "0123456789abcdef0";
    out += size == 16 ? "10" : std::string(1, figures[size]);
    if (random.oneIn(4)) out += ";a=\"b\"";
    ((out += "\r\n") += body.substr(0, size)) += "\r\n";
    body.remove_prefix(size);
  }
  out += "0\r\n";
  if (random.oneIn(4)) out += "X-Trailer: a\r\n";
  return out + "\r\n";
}

std::string oneRequest(Random& random) {
  constexpr std::string_view methods[] = {"GET",    "POST",  "PUT",   "HEAD",   "OPTIONS",
                                          "DELETE", "PATCH", "TRACE", "CONNECT"};
  constexpr std::string_view targets[] = {"/",          "/fhir/Patient/1?a=b%20c&a=%C3%A9",
                                          "*",          "http://h/fhir?x=1",
                                          "/a//b/%2F/", "/fhir?name=a+b",
                                          "//h/x",      "/%e2%82%ac"};
  constexpr std::string_view fields[] = {"Connection: close",
                                         "Connection: keep-alive",
                                         "Expect: 100-continue",
                                         "X-Forwarded-For: 1.2.3.4, 10.0.0.2",
                                         "Forwarded: for=\"[::1]:80\";proto=https;host=a",
                                         "Accept-Encoding: gzip;q=0.5, *;q=0",
                                         "X-Request-Id: a-b",
                                         "Origin: https://x.example",
                                         "Content-Encoding: gzip",
                                         "Content-Type: application/fhir+json",
                                         "Access-Control-Request-Method: PUT",
                                         "X: \t a \t"};
  std::string out = std::string(random.pick(methods)) + ' ' + std::string(random.pick(targets)) +
                    (random.oneIn(8) ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  if (!random.oneIn(16)) out += "Host: h:8080\r\n";
  for (std::size_t left = random.below(4); left > 0; --left) (out += random.pick(fields)) += "\r\n";
  const std::string body(random.below(40), 'b');
  switch (random.below(3)) {
    case 0:
      return out + "\r\n";
    case 1:
      return out + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    default:
      return out + "Transfer-Encoding: chunked\r\n\r\n" + chunked(body, random);
  }
}

std::string mutate(std::string_view input, Random& random) {
  if (input.size() > 4096 || random.oneIn(4)) return oneRequest(random);
  return random.oneIn(2) ? std::string(input) + oneRequest(random) : oneRequest(random) + std::string(input);
}

std::vector<std::string> words() {
  return {"GET ",
          "POST ",
          " HTTP/1.1\r\n",
          " HTTP/1.0\r\n",
          "\r\n",
          "\r\n\r\n",
          "Host: h\r\n",
          "Content-Length: ",
          "Transfer-Encoding: chunked\r\n",
          "Connection: close\r\n",
          "Expect: 100-continue\r\n",
          "0\r\n\r\n",
          "\r\n ",
          "\n",
          "\r",
          ": ",
          "%00",
          "%2F",
          "%C3%A9",
          "Content-Encoding: gzip\r\n",
          "chunked, chunked",
          "Upgrade: h2c\r\n",
          "5;a=b\r\n",
          "ffffffffffffffff\r\n",
          "+1",
          "0x1",
          "\t",
          "Trailer: X\r\n"};
}

}  // namespace

const Target target{run, mutate, words};

}  // namespace fuzz
