// What is refused, with which status; and that a connection whose framing is in doubt is never used again.
#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/http/fixture.h"

using namespace testing;

namespace {

// The refusal ends the connection: what follows it must not be read as a request.
void refuses(int status, const std::string& bytes, http::ServerOptions options = testOptions()) {
  bool smuggled = false;
  Running running(std::move(options), [&](const http::Request& request, unsigned) {
    if (request.target == "/smuggled") smuggled = true;
    return echo(request, 0);
  });
  Client client = running.connect();
  client.send(bytes + get("/smuggled"));
  const auto reply = client.receive();
  BOOST_REQUIRE_MESSAGE(reply.has_value(), bytes);
  BOOST_TEST(reply->status == status, bytes << " -> " << reply->status << ' ' << reply->body);
  BOOST_TEST(reply->body.starts_with(std::to_string(status)));  // the FaultWriter's
  BOOST_TEST(reply->header("Connection") == "close");
  BOOST_TEST(client.closes());
  BOOST_TEST(!smuggled, bytes);
}

const std::string kLine = "GET / HTTP/1.1\r\n";
const std::string kHost = "Host: h\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(refusal)

BOOST_AUTO_TEST_CASE(malformed_request_lines_are_400) {
  for (const char* line :
       {"GET\r\n", "GET /\r\n", "GET  / HTTP/1.1\r\n", "GET / HTTP/1.1 \r\n", " GET / HTTP/1.1\r\n",
        "GET / http/1.1\r\n", "G@T / HTTP/1.1\r\n", "GET / HTTP/1\r\n", "GET /\x80 HTTP/1.1\r\n",
        "GET /a#b HTTP/1.1\r\n", "GET a HTTP/1.1\r\n", "GET * HTTP/1.1\r\n", "GET /\t HTTP/1.1\r\n",
        "GET ftp://h/ HTTP/1.1\r\n", "GET http:///x HTTP/1.1\r\n", "GET http://u@h/ HTTP/1.1\r\n",
        "CONNECT h:80 HTTP/1.1\r\n", "GET / HTTP/1.1, x HTTP/1.1\r\n"}) {
    refuses(400, line + kHost + "\r\n");
  }
}

BOOST_AUTO_TEST_CASE(broken_escapes_nul_and_what_is_not_utf8_in_a_target_are_400) {
  for (const char* target : {"/%", "/%2", "/%gg", "/a%00b", "/%FF", "/?a=%", "/?a=%00", "/?%C3=1"}) {
    refuses(400, get(target));
  }
}

BOOST_AUTO_TEST_CASE(shapes_of_request_smuggling_are_400) {
  const std::string post = "POST / HTTP/1.1\r\n" + kHost;
  for (const std::string& head : {
           post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
           post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
           post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
           post + "Content-Length: 5, 5\r\n\r\nhello",
           post + "Content-Length: +5\r\n\r\nhello",
           post + "Content-Length: -1\r\n\r\n",
           post + "Content-Length: 18446744073709551621\r\n\r\nhello",
           post + "Content-Length: 0x5\r\n\r\nhello",
           post + "Content-Length: 5 5\r\n\r\nhello",
           post + "Content-Length:\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n",
           post + " Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           post + "X: 1\r\n Content-Length: 5\r\n\r\nhello",
           post + "X: 1\r\n\tfolded\r\n\r\n",
           post + "X: a\rb\r\n\r\n",
           post + "X: a\nContent-Length: 5\r\n\r\nhello",
           post + "X: 1\n\r\n",
           "GET / HTTP/1.1\n" + kHost + "\r\n",
           "\nGET / HTTP/1.1\r\n" + kHost + "\r\n",
           std::string("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
       }) {
    refuses(400, head);
  }
}

BOOST_AUTO_TEST_CASE(malformed_chunks_are_400) {
  const std::string head = "POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n";
  for (const char* body : {"x\r\n", "-1\r\n\r\n", "5\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n",
                           "5\r\nhelloXX0\r\n\r\n", "fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
                           "0x5\r\nhello\r\n0\r\n\r\n", "\r\n", "0\r\nbad trailer\r\n\r\n"}) {
    refuses(400, head + body);
  }
}

BOOST_AUTO_TEST_CASE(malformed_fields_are_400) {
  for (const std::string& field :
       {std::string("NoColon\r\n"), std::string(": empty\r\n"), std::string("a b: c\r\n"),
        std::string("a(: c\r\n"), std::string("X: \x01\r\n"), std::string("X: \x7f\r\n"),
        std::string("X: \0\r\n", 6), std::string("\x80: c\r\n")}) {
    std::string head = kLine + kHost;
    refuses(400, head.append(field).append("\r\n"));
  }
}

BOOST_AUTO_TEST_CASE(host_must_be_there_once_and_be_one) {
  refuses(400, kLine + "\r\n");
  refuses(400, kLine + "Host: a\r\nHost: a\r\n\r\n");
  for (const char* host :
       {"", "a b", "a/b", "user@h", "h:port", "h:123456", "[::1", "h,i", "<script>", "[]"}) {
    refuses(400, kLine + "Host: " + host + "\r\n\r\n");
  }
}

BOOST_AUTO_TEST_CASE(other_versions_are_505) {
  for (const char* version : {"HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "HTTP/3.0"}) {
    refuses(505, "GET / " + std::string(version) + "\r\n" + kHost + "\r\n");
  }
  refuses(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(unknown_transfer_codings_are_501) {
  for (const char* coding : {"gzip, chunked", "identity", "xchunked", "chunked, gzip", "chunked;q=1"}) {
    refuses(501, "POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: " + coding + "\r\n\r\n0\r\n\r\n");
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_expectation_is_417) {
  refuses(417, "POST / HTTP/1.1\r\n" + kHost + "Content-Length: 1\r\nExpect: miracles\r\n\r\nx");
}

BOOST_AUTO_TEST_CASE(a_long_target_is_414_and_a_long_head_431) {
  auto options = testOptions();
  options.maxTargetBytes = 1000;
  options.maxHeaderBytes = 2000;
  refuses(414, "GET /" + std::string(1000, 'a') + " HTTP/1.1\r\n" + kHost + "\r\n", options);
  refuses(414, "GET /" + std::string(100'000, 'a'), options);
  refuses(431, kLine + kHost + "X: " + std::string(2000, 'a') + "\r\n\r\n", options);
  refuses(431, kLine + kHost + "X: " + std::string(100'000, 'a'), options);
  std::string many;
  for (int i = 0; i < 200; ++i) many += "a: b\r\n";
  refuses(431, kLine + kHost + many + "\r\n", options);
  Running running(options);
  BOOST_TEST(running.ask(get("/" + std::string(999, 'a'))).value().status == 200);
  BOOST_TEST(running.ask(get("/", "X: " + std::string(1900, 'a') + "\r\n")).value().status == 200);
}

BOOST_AUTO_TEST_CASE(a_large_body_is_413_before_it_is_read) {
  auto options = testOptions();
  options.maxBodyBytes = 1000;
  refuses(413, "POST / HTTP/1.1\r\n" + kHost + "Content-Length: 1001\r\n\r\n", options);
  refuses(413, "POST / HTTP/1.1\r\n" + kHost + "Content-Length: 9999999999999999999\r\n\r\n", options);
  refuses(413, "POST / HTTP/1.1\r\n" + kHost + "Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n",
          options);
  refuses(
      413,
      "POST / HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x'),
      options);
  Running running(options);
  BOOST_TEST(running.ask(post("/", std::string(1000, 'x'))).value().status == 200);
}

BOOST_AUTO_TEST_CASE(a_client_that_sends_on_after_413_still_reads_it) {
  auto options = testOptions();
  options.maxBodyBytes = 1000;
  Running running(options);
  Client client = running.connect();
  client.send("POST / HTTP/1.1\r\n" + kHost + "Content-Length: 5000000\r\n\r\n");
  client.send(std::string(5'000'000, 'x'));
  const auto reply = client.receive();
  BOOST_REQUIRE(reply);
  BOOST_TEST(reply->status == 413);
}

BOOST_AUTO_TEST_CASE(what_looks_odd_but_is_legal_is_served) {
  Running running;
  for (const std::string& request : {
           "\r\n\r\n" + get("/"),
           get("/", "X:\r\n"),
           get("/", "X:\t a \t\r\n"),
           get("/", "X: \xC3\xA9\r\n"),
           get("/a|b?c=d|e&q=\"x\""),
           std::string("GET http://example.org/abs?x=1 HTTP/1.1\r\nHost: other\r\n\r\n"),
           std::string("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"),
           post("/", "", "Expect: 100-continue\r\n"),
           std::string("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 005\r\n\r\nhello"),
       }) {
    const auto reply = running.ask(request);
    BOOST_REQUIRE_MESSAGE(reply, request);
    BOOST_TEST(reply->status == 200, request << " -> " << reply->body);
  }
}

BOOST_AUTO_TEST_CASE(path_segments_are_decoded_one_by_one) {
  Running running;
  BOOST_TEST(running.ask(get("/a%2Fb/c%20d+e/")).value().body == "GET\n/a/b/c d+e\n\n");
  BOOST_TEST(running.ask(get("/a//b?x=1&x=2&y=%26")).value().body == "GET\n/a//b\nx=1;x=2;y=&;\n");
  BOOST_TEST(running.ask(get("/")).value().body == "GET\n\n\n");
}

BOOST_AUTO_TEST_SUITE_END()
