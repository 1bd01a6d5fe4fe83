// Keep-alive, pipelining, and the ways a request's body comes.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

#include "tests/http/fixture.h"

using namespace testing;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(connection)

BOOST_AUTO_TEST_CASE(http11_keeps_the_connection_without_being_asked) {
  Running running;
  Client client = running.connect();
  for (int i = 0; i < 3; ++i) {
    const auto reply = client.exchange(get("/a/" + std::to_string(i)));
    BOOST_REQUIRE(reply);
    BOOST_TEST(reply->status == 200);
    BOOST_TEST(!reply->has("Connection"));
    BOOST_TEST(reply->body == "GET\n/a/" + std::to_string(i) + "\n\n");
  }
  BOOST_TEST(running.server.counters().connections == 1u);
}

BOOST_AUTO_TEST_CASE(http11_close_is_honoured) {
  Running running;
  Client client = running.connect();
  const auto reply = client.exchange(get("/", "Connection: close\r\n"));
  BOOST_REQUIRE(reply);
  BOOST_TEST(reply->header("Connection") == "close");
  BOOST_TEST(client.closes());
}

BOOST_AUTO_TEST_CASE(http10_closes_unless_asked_to_keep) {
  Running running;
  Client once = running.connect();
  BOOST_TEST(once.exchange("GET / HTTP/1.0\r\n\r\n").value().header("Connection") == "close");
  BOOST_TEST(once.closes());
  Client twice = running.connect();
  for (int i = 0; i < 2; ++i) {
    const auto reply = twice.exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    BOOST_REQUIRE(reply);
    BOOST_TEST(reply->header("Connection") == "keep-alive");
  }
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_their_order) {
  auto options = testOptions();
  options.workers = 8;
  Running running(options, [](const http::Request& request, unsigned) {
    const int number = std::stoi(request.segments.at(0));
    std::this_thread::sleep_for(std::chrono::milliseconds((7 - number % 8) * 3));  // the first takes longest
    http::Response response;
    response.body = std::to_string(number);
    return response;
  });
  Client client = running.connect();
  std::string all;
  for (int i = 0; i < 100; ++i) all += get("/" + std::to_string(i));
  BOOST_REQUIRE(client.send(all));
  for (int i = 0; i < 100; ++i) {
    const auto reply = client.receive();
    BOOST_REQUIRE(reply);
    BOOST_TEST(reply->body == std::to_string(i));
  }
}

BOOST_AUTO_TEST_CASE(pipelined_writes_run_one_after_the_other_and_reads_see_them) {
  std::atomic<int> value{0};
  std::atomic<int> writing{0};
  auto options = testOptions();
  options.workers = 8;
  Running running(options, [&](const http::Request& request, unsigned) {
    http::Response response;
    if (request.method == "GET") {
      response.body = std::to_string(value);
    } else {
      response.body = ++writing == 1 ? "alone" : "beside another";
      std::this_thread::sleep_for(5ms);
      value = std::stoi(request.body);
      --writing;
    }
    return response;
  });
  Client client = running.connect();
  std::string all;
  for (int i = 1; i <= 10; ++i) all += post("/", std::to_string(i)) + get("/") + get("/");
  BOOST_REQUIRE(client.send(all));
  for (int i = 1; i <= 10; ++i) {
    BOOST_TEST(client.receive().value().body == "alone");
    BOOST_TEST(client.receive().value().body == std::to_string(i));
    BOOST_TEST(client.receive().value().body == std::to_string(i));
  }
}

BOOST_AUTO_TEST_CASE(a_request_may_come_byte_by_byte) {
  Running running;
  Client client = running.connect();
  for (const char c : post("/slow?x=1", "body")) {
    BOOST_REQUIRE(client.send(std::string_view(&c, 1)));
    std::this_thread::sleep_for(1ms);
  }
  BOOST_TEST(client.receive().value().body == "POST\n/slow\nx=1;\nbody");
}

BOOST_AUTO_TEST_CASE(a_chunked_body_is_joined_and_its_trailers_are_no_headers) {
  std::string seen = "none";
  Running running(testOptions(), [&](const http::Request& request, unsigned) {
    if (request.header("Authorization") != nullptr) seen = "a trailer posed as a header";
    return echo(request, 0);
  });
  Client client = running.connect();
  const auto reply = client.exchange(
      "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n7;name=\"v\"\r\n, world\r\n0\r\nAuthorization: Bearer x\r\n\r\n" +
      get("/next"));
  BOOST_TEST(reply.value().body == "POST\n/c\n\nhello, world");
  BOOST_TEST(client.receive().value().body == "GET\n/next\n\n");
  BOOST_TEST(seen == "none");
}

BOOST_AUTO_TEST_CASE(a_client_that_expects_100_gets_it_before_it_sends_the_body) {
  Running running;
  Client client = running.connect();
  client.send("POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  BOOST_TEST(client.receive().value().status == 100);
  client.send("body");
  BOOST_TEST(client.receive().value().body == "POST\n/e\n\nbody");
}

BOOST_AUTO_TEST_CASE(the_100_waits_for_the_answers_before_it) {
  Running running(testOptions(), [](const http::Request& request, unsigned) {
    if (request.method == "GET") std::this_thread::sleep_for(50ms);
    return echo(request, 0);
  });
  Client client = running.connect();
  client.send(get("/first") +
              "POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  BOOST_TEST(client.receive().value().status == 200);
  BOOST_TEST(client.receive().value().status == 100);
  client.send("body");
  BOOST_TEST(client.receive().value().status == 200);
}

BOOST_AUTO_TEST_CASE(a_client_that_half_closes_still_gets_its_answers) {
  Running running(testOptions(), [](const http::Request& request, unsigned) {
    std::this_thread::sleep_for(30ms);
    return echo(request, 0);
  });
  Client client = running.connect();
  client.send(post("/0", "x") + get("/1") + get("/2"));
  client.finish();
  BOOST_TEST(client.receive().value().body == "POST\n/0\n\nx");
  BOOST_TEST(client.receive().value().body == "GET\n/1\n\n");
  BOOST_TEST(client.receive().value().body == "GET\n/2\n\n");
  BOOST_TEST(client.closes());
}

BOOST_AUTO_TEST_CASE(more_pipelined_requests_than_allowed_wait_their_turn) {
  auto options = testOptions();
  options.maxPipelined = 2;
  Running running(options);
  Client client = running.connect();
  std::string all;
  for (int i = 0; i < 50; ++i) all += get("/" + std::to_string(i), "X: " + std::string(1000, 'x') + "\r\n");
  BOOST_REQUIRE(client.send(all));
  for (int i = 0; i < 50; ++i) {
    const auto reply = client.receive();
    BOOST_TEST(reply.value().body == "GET\n/" + std::to_string(i) + "\n\n");
  }
}

BOOST_AUTO_TEST_CASE(one_slow_handler_delays_nobody_else) {
  Running running(testOptions(), [](const http::Request& request, unsigned) {
    if (request.segments.at(0) == "slow") std::this_thread::sleep_for(3s);
    return echo(request, 0);
  });
  Client slow = running.connect();
  slow.send(get("/slow"));
  const auto begin = std::chrono::steady_clock::now();
  Client quick = running.connect();
  for (int i = 0; i < 50; ++i) BOOST_REQUIRE(quick.exchange(get("/quick")));
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 2500ms));
  BOOST_TEST(slow.receive().value().status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
