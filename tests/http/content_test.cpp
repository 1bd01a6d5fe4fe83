// Answers on the wire: HEAD, fields, compression, CORS.
#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>

#include "src/http/compression.h"
#include "tests/http/fixture.h"

using namespace testing;

namespace {

http::Response json(const http::Request&, unsigned) {
  http::Response response;
  response.setHeader("Content-Type", "application/fhir+json");
  response.setHeader("ETag", "\"7\"");
  response.body = std::string(5000, 'j');
  return response;
}

std::string packed(const std::string& plain) {
  http::Gzip gzip;
  std::string out;
  BOOST_REQUIRE(gzip.compress(plain, out));
  return out;
}

std::string unpacked(const std::string& bytes) {
  http::Gzip gzip;
  std::string out;
  BOOST_REQUIRE((gzip.decompress(bytes, 1 << 24, out) == http::Gzip::Outcome::Done));
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(content)

BOOST_AUTO_TEST_CASE(head_has_the_length_of_get_and_no_body) {
  Running running(testOptions(), json);
  Client client = running.connect();
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + get("/"));
  const auto head = client.receive(true);
  BOOST_TEST(head.value().header("Content-Length") == "5000");
  BOOST_TEST(client.receive().value().body.size() == 5000u);
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n" +
              get("/", "Accept-Encoding: gzip\r\n"));
  const auto length = client.receive(true).value().header("Content-Length");
  BOOST_TEST(client.receive().value().header("Content-Length") == length);
}

BOOST_AUTO_TEST_CASE(a_refused_head_request_has_no_body_either) {
  auto options = testOptions();
  options.maxBodyBytes = 10;
  Running running(options);
  Client client = running.connect();
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n");
  const std::string bytes = client.receiveRaw(100'000);
  BOOST_TEST(bytes.starts_with("HTTP/1.1 413"));
  BOOST_TEST(bytes.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(status_204_and_304_have_neither_body_nor_length) {
  Running running(testOptions(), [](const http::Request& request, unsigned) {
    http::Response response;
    response.status = std::stoi(request.segments.at(0));
    response.body = "must not be sent";
    return response;
  });
  Client client = running.connect();
  for (const char* status : {"204", "304"}) {
    const auto reply = client.exchange(get("/" + std::string(status)));
    BOOST_TEST(std::to_string(reply.value().status) == status);
    BOOST_TEST(!reply->has("Content-Length"));
  }
  BOOST_TEST(client.exchange(get("/200")).value().status == 200);
}

BOOST_AUTO_TEST_CASE(the_edge_adds_its_fields_and_no_handler_can_replace_them) {
  Running running(testOptions(), [](const http::Request&, unsigned) {
    http::Response response;
    response.setHeader("Content-Length", "99");
    response.setHeader("Transfer-Encoding", "chunked");
    response.setHeader("Connection", "upgrade");
    response.setHeader("Date", "never");
    response.body = "four";
    return response;
  });
  Client client = running.connect();
  const auto reply = client.exchange(get("/"));
  BOOST_TEST(reply.value().body == "four");
  BOOST_TEST(!reply->has("Transfer-Encoding"));
  BOOST_TEST(!reply->has("Connection"));
  BOOST_TEST(http::parseDate(reply->header("Date")).has_value());
  BOOST_TEST(reply->has("Server"));
}

BOOST_AUTO_TEST_CASE(no_header_can_be_injected_into_an_answer) {
  for (const std::string& value : {std::string("a\r\nSet-Cookie: x=1"), std::string("a\nb"),
                                   std::string("a\rb"), std::string("a\0b", 3), std::string("\x7f")}) {
    Running running(testOptions(), [&](const http::Request&, unsigned) {
      http::Response response;
      response.headers.push_back({"Location", value});
      response.body = "secret";
      return response;
    });
    const auto reply = running.ask(get("/"));
    BOOST_TEST(reply.value().status == 500);
    BOOST_TEST(!reply->has("Set-Cookie"));
    BOOST_TEST(!reply->has("Location"));
    BOOST_TEST(reply->body.find("secret") == std::string::npos);
  }
  Running running(testOptions(), [](const http::Request&, unsigned) {
    http::Response response;
    response.headers.push_back({"X\r\nY", "1"});
    return response;
  });
  BOOST_TEST(running.ask(get("/")).value().status == 500);
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_is_a_500_and_the_connection_lives) {
  Running running(testOptions(), [](const http::Request& request, unsigned) {
    if (request.target == "/throw") throw std::runtime_error("patient name");
    return echo(request, 0);
  });
  Client client = running.connect();
  const auto reply = client.exchange(get("/throw"));
  BOOST_TEST(reply.value().status == 500);
  BOOST_TEST(reply->body.find("patient") == std::string::npos);
  BOOST_TEST(client.exchange(get("/")).value().status == 200);
}

BOOST_AUTO_TEST_CASE(the_request_id_is_taken_when_it_is_plain_and_made_when_not) {
  Running running;
  BOOST_TEST(running.ask(get("/", "X-Request-Id: abc-1.2_3\r\n")).value().header("X-Request-Id") ==
             "abc-1.2_3");
  for (const std::string& id :
       {std::string("a b"), std::string("<x>"), std::string(65, 'a'), std::string()}) {
    const auto made = running.ask(get("/", "X-Request-Id: " + id + "\r\n")).value().header("X-Request-Id");
    BOOST_TEST(made != id);
    BOOST_TEST(!made.empty());
  }
  BOOST_TEST(running.ask(get("/")).value().header("X-Request-Id") !=
             running.ask(get("/")).value().header("X-Request-Id"));
}

BOOST_AUTO_TEST_CASE(large_answers_are_gzipped_for_those_who_accept_it) {
  Running running(testOptions(), json);
  Client client = running.connect();
  const auto reply = client.exchange(get("/", "Accept-Encoding: br;q=1.0, gzip;q=0.8\r\n")).value();
  BOOST_TEST(reply.header("Content-Encoding") == "gzip");
  BOOST_TEST(reply.header("Vary") == "Accept-Encoding");
  BOOST_TEST(reply.header("ETag") == "W/\"7\"");
  BOOST_TEST((unpacked(reply.body) == std::string(5000, 'j')));
  for (const char* refusing : {"", "Accept-Encoding: gzip;q=0\r\n", "Accept-Encoding: identity\r\n"}) {
    const auto plain = client.exchange(get("/", refusing)).value();
    BOOST_TEST(!plain.has("Content-Encoding"));
    BOOST_TEST(plain.header("Vary") == "Accept-Encoding");
    BOOST_TEST(plain.header("ETag") == "\"7\"");
    BOOST_TEST(plain.body.size() == 5000u);
  }
}

BOOST_AUTO_TEST_CASE(small_answers_and_what_is_packed_already_stay_as_they_are) {
  Running running(testOptions(), [](const http::Request& request, unsigned) {
    http::Response response = json(request, 0);
    if (request.target == "/small") response.body = "small";
    if (request.target == "/image") response.setHeader("Content-Type", "image/png");
    if (request.target == "/packed") response.setHeader("Content-Encoding", "br");
    return response;
  });
  for (const char* target : {"/small", "/image", "/packed"}) {
    BOOST_TEST(running.ask(get(target, "Accept-Encoding: gzip\r\n")).value().header("Content-Encoding") !=
               "gzip");
  }
}

BOOST_AUTO_TEST_CASE(a_gzipped_request_is_decompressed) {
  Running running;
  Client client = running.connect();
  for (const char* coding : {"gzip", "x-gzip", "GZip"}) {
    const auto reply =
        client.exchange(post("/", packed("plain text"), "Content-Encoding: " + std::string(coding) + "\r\n"));
    BOOST_TEST(reply.value().body == "POST\n\n\nplain text");
  }
  BOOST_TEST(client.exchange(post("/", "x", "Content-Encoding: identity\r\n")).value().status == 200);
}

BOOST_AUTO_TEST_CASE(a_gzip_bomb_is_413_a_broken_one_400_another_coding_415) {
  auto options = testOptions();
  options.maxBodyBytes = 100'000;
  Running running(options);
  Client client = running.connect();  // one connection: its framing was never in doubt
  BOOST_TEST(client.exchange(post("/", packed(std::string(100'001, 'x')), "Content-Encoding: gzip\r\n"))
                 .value()
                 .status == 413);
  BOOST_TEST(client.exchange(post("/", packed(std::string(10'000'000, 'x')), "Content-Encoding: gzip\r\n"))
                 .value()
                 .status == 413);
  BOOST_TEST(client.exchange(post("/", packed(std::string(100'000, 'x')), "Content-Encoding: gzip\r\n"))
                 .value()
                 .status == 200);
  BOOST_TEST(client.exchange(post("/", "no gzip", "Content-Encoding: gzip\r\n")).value().status == 400);
  for (const char* coding : {"br", "deflate", "gzip, gzip", "zstd"}) {
    const auto reply = client.exchange(post("/", "x", "Content-Encoding: " + std::string(coding) + "\r\n"));
    BOOST_TEST(reply.value().status == 415);
    BOOST_TEST(reply->header("Accept-Encoding") == "gzip");
  }
  const auto twice = client.exchange(post("/", "x", "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n"));
  BOOST_TEST(twice.value().status == 415);
}

BOOST_AUTO_TEST_CASE(a_preflight_is_answered_by_the_edge) {
  auto options = testOptions();
  options.cors.origins = {"https://app.example", "https://other.example"};
  Running running(options, [](const http::Request& request, unsigned) {
    auto response = echo(request, 0);
    response.status = 418;
    return response;
  });
  const std::string preflight =
      "OPTIONS /fhir/Patient HTTP/1.1\r\nHost: h\r\nAccess-Control-Request-Method: PUT\r\n"
      "Access-Control-Request-Headers: content-type, if-match\r\n";
  const auto allowed = running.ask(preflight + "Origin: https://app.example\r\n\r\n").value();
  BOOST_TEST(allowed.status == 204);
  BOOST_TEST(allowed.header("Access-Control-Allow-Origin") == "https://app.example");
  BOOST_TEST(allowed.header("Access-Control-Allow-Methods").find("PUT") != std::string::npos);
  BOOST_TEST(allowed.header("Access-Control-Allow-Headers") == "content-type, if-match");
  BOOST_TEST(allowed.header("Vary").find("Origin") != std::string::npos);
  BOOST_TEST(!allowed.has("Access-Control-Allow-Credentials"));
  const auto refused = running.ask(preflight + "Origin: https://evil.example\r\n\r\n").value();
  BOOST_TEST(!refused.has("Access-Control-Allow-Origin"));
  BOOST_TEST(!refused.has("Access-Control-Allow-Methods"));
  BOOST_TEST(refused.header("Vary").find("Origin") != std::string::npos);
  BOOST_TEST(running.ask("OPTIONS / HTTP/1.1\r\nHost: h\r\n\r\n").value().status == 418);  // no preflight
}

BOOST_AUTO_TEST_CASE(allowed_origins_may_read_the_answer_and_its_fields) {
  auto options = testOptions();
  options.cors.origins = {"https://app.example"};
  options.maxBodyBytes = 10;
  Running running(options);
  const auto reply = running.ask(get("/", "Origin: https://app.example\r\n")).value();
  BOOST_TEST(reply.header("Access-Control-Allow-Origin") == "https://app.example");
  for (const char* name : {"ETag", "Location", "Content-Location", "Last-Modified", "X-Request-Id"}) {
    BOOST_TEST(reply.header("Access-Control-Expose-Headers").find(name) != std::string::npos);
  }
  BOOST_TEST(reply.header("Vary") == "Origin");
  const auto without = running.ask(get("/")).value();
  BOOST_TEST(!without.has("Access-Control-Allow-Origin"));
  BOOST_TEST(without.header("Vary") == "Origin");  // a cache must not give this answer to an origin
  for (const char* origin :
       {"https://app.example.evil.org", "http://app.example", "null", "https://APP.example"}) {
    BOOST_TEST(!running.ask(get("/", "Origin: " + std::string(origin) + "\r\n"))
                    .value()
                    .has("Access-Control-Allow-Origin"));
  }
  // The edge's own refusals can be read as well.
  const auto fault = running.ask(post("/", "more than ten bytes", "Origin: https://app.example\r\n")).value();
  BOOST_TEST(fault.status == 413);
  BOOST_TEST(fault.header("Access-Control-Allow-Origin") == "https://app.example");
}

BOOST_AUTO_TEST_CASE(a_star_allows_every_origin_and_no_origin_at_all_none) {
  auto options = testOptions();
  options.cors.origins = {"*"};
  Running open(options);
  BOOST_TEST(
      open.ask(get("/", "Origin: https://any.example\r\n")).value().header("Access-Control-Allow-Origin") ==
      "*");
  Running closed;
  const auto reply = closed.ask(get("/", "Origin: https://any.example\r\n")).value();
  BOOST_TEST(!reply.has("Access-Control-Allow-Origin"));
  BOOST_TEST(!reply.has("Vary"));
}

BOOST_AUTO_TEST_SUITE_END()
