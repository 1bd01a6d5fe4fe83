// What all connections together hold is bounded, and whoever holds little is served meanwhile.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "src/http/compression.h"
#include "tests/http/fixture.h"

using namespace testing;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kBudget = 1024 * 1024;

http::ServerOptions narrow() {
  auto options = testOptions();
  options.maxBodyBytes = kBudget / 2;
  options.maxBufferedBytes = kBudget;
  return options;
}

bool isServed(const Running& running) {
  const auto reply = running.ask(post("/", "small"));
  return reply && reply->status == 200;
}

http::Response large(const http::Request& request, unsigned) {
  http::Response response;
  response.setHeader("Content-Type", "text/plain");
  response.body.assign(request.target == "/large" ? 14 * kBudget : 10, 'x');
  return response;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory)

BOOST_AUTO_TEST_CASE(half_sent_bodies_of_many_clients_stay_within_the_budget_and_leave_room_for_others) {
  Running running(narrow());
  std::vector<Client> clients;
  const std::string half(kBudget / 2 - 1024, 'x');
  for (const bool chunked : {false, true}) {
    for (int i = 0; i < 20; ++i) {
      clients.push_back(running.connect());
      const std::string length = chunked ? "Transfer-Encoding: chunked\r\n\r\n7ffff\r\n"
                                         : "Content-Length: " + std::to_string(half.size() + 1) + "\r\n\r\n";
      clients.back().send("POST / HTTP/1.1\r\nHost: h\r\n" + length);
      clients.back().send(half);
    }
  }
  int refused = 0;
  for (Client& client : clients) {
    const auto reply = client.receive(false, 100ms);
    if (!reply) continue;
    ++refused;
    BOOST_TEST(reply->status == 503);
    BOOST_TEST(reply->header("Retry-After") == "1");
    BOOST_TEST(reply->header("Connection") == "close");
  }
  BOOST_TEST(refused >= 30);
  BOOST_TEST(running.server.counters().bufferedBytes <= kBudget);
  BOOST_TEST(isServed(running));
  clients.clear();
  BOOST_TEST(eventually([&] { return running.server.counters().bufferedBytes == 0; }));
  BOOST_TEST(running.ask(post("/", half)).value().status == 200);
}

BOOST_AUTO_TEST_CASE(a_body_that_would_not_fit_is_503_before_it_is_read) {
  auto options = narrow();
  options.maxBodyBytes = 10 * kBudget;
  Running running(options);
  const auto reply =
      running.ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(kBudget + 1) +
                  "\r\nExpect: 100-continue\r\n\r\n");
  BOOST_REQUIRE(reply);
  BOOST_TEST(reply->status == 503);
}

BOOST_AUTO_TEST_CASE(a_packed_body_that_grows_over_the_budget_is_503) {
  auto options = narrow();
  options.maxBodyBytes = kBudget;
  Running running(options);
  http::Gzip gzip;
  std::string packed;
  BOOST_REQUIRE(gzip.compress(std::string(kBudget, ' '), packed));
  const auto reply = running.ask(post("/", packed, "Content-Encoding: gzip\r\n"));
  BOOST_REQUIRE(reply);
  BOOST_TEST(reply->status == 503);
  BOOST_TEST(reply->header("Retry-After") == "1");
  BOOST_TEST(eventually([&] { return running.server.counters().bufferedBytes == 0; }));
}

BOOST_AUTO_TEST_CASE(clients_that_do_not_read_large_answers_are_closed_when_memory_is_short) {
  auto options = narrow();
  options.maxBufferedBytes = 16 * kBudget;
  Running running(options, large);
  std::vector<Client> clients;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back(running.server.port(), 4096);
    clients.back().send(get("/large"));
    BOOST_TEST(!clients.back().receiveRaw(100).empty());
  }
  BOOST_TEST(running.server.counters().bufferedBytes >= options.maxBufferedBytes);
  BOOST_TEST(running.ask(get("/")).value().status == 503);
  // One is enough; both when they are looked at in the same moment.
  BOOST_TEST(eventually([&] { return running.server.counters().openConnections <= 1; }));
  BOOST_TEST(running.server.counters().bufferedBytes < options.maxBufferedBytes);
  BOOST_TEST(isServed(running));
  clients.clear();
  BOOST_TEST(eventually([&] { return running.server.counters().bufferedBytes == 0; }));
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_slowly_is_left_alone_while_there_is_room) {
  auto options = narrow();
  options.maxBufferedBytes = 64 * kBudget;
  Running running(options, large);
  Client client(running.server.port(), 4096);
  client.send(get("/large"));
  BOOST_TEST(!client.receiveRaw(1000).empty());
  std::this_thread::sleep_for(1500ms);
  BOOST_TEST(running.server.counters().openConnections == 1);
}

BOOST_AUTO_TEST_SUITE_END()
