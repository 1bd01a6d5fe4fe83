// Timeouts, limits of load, and the end: nothing waits for ever, and nothing in flight is lost.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <future>
#include <thread>

#include "tests/http/fixture.h"

using namespace testing;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

// A handler that waits until it is let go; "/quick" does not.
class Gate {
 public:
  http::Handler handler() {
    return [this](const http::Request& request, unsigned) {
      if (request.target != "/quick") {
        ++waiting;
        while (!open) std::this_thread::sleep_for(1ms);
      }
      return echo(request, 0);
    };
  }
  ~Gate() { open = true; }
  std::atomic<int> waiting{0};
  std::atomic<bool> open{false};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(time_and_load)

BOOST_AUTO_TEST_CASE(a_slow_head_is_408_however_steadily_it_drips) {
  auto options = testOptions();
  options.requestTimeout = 300ms;
  Running running(options);
  Client client = running.connect();
  const auto begin = Clock::now();
  client.send("GET / HTTP/1.1\r\nHost: h\r\n");
  std::optional<Reply> reply;
  while (!reply && Clock::now() - begin < 10s) {
    client.send("X");
    reply = client.receive(false, 20ms);
  }
  BOOST_REQUIRE(reply);
  BOOST_TEST(reply->status == 408);
  BOOST_TEST(reply->header("Connection") == "close");
  BOOST_TEST((Clock::now() - begin >= 300ms));
  BOOST_TEST((Clock::now() - begin < 4s));
}

BOOST_AUTO_TEST_CASE(a_slow_body_is_408_and_a_pipelined_answer_comes_before_it) {
  auto options = testOptions();
  options.requestTimeout = 200ms;
  Running running(options);
  Client client = running.connect();
  client.send(get("/first") + "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\npart");
  BOOST_TEST(client.receive().value().status == 200);
  BOOST_TEST(client.receive().value().status == 408);
  BOOST_TEST(client.closes());
}

BOOST_AUTO_TEST_CASE(a_slow_handler_is_no_slow_client) {
  auto options = testOptions();
  options.requestTimeout = 500ms;
  options.idleTimeout = 500ms;
  Running running(options, [](const http::Request& request, unsigned) {
    std::this_thread::sleep_for(1200ms);
    return echo(request, 0);
  });
  BOOST_TEST(running.ask(get("/")).value().status == 200);
}

BOOST_AUTO_TEST_CASE(a_client_that_has_to_wait_for_its_100_is_no_slow_client) {
  auto options = testOptions();
  options.requestTimeout = 500ms;
  Running running(options, [](const http::Request& request, unsigned) {
    if (request.method == "GET") std::this_thread::sleep_for(1200ms);
    return echo(request, 0);
  });
  Client client = running.connect();
  client.send(get("/") + "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  BOOST_TEST(client.receive().value().status == 200);
  BOOST_TEST(client.receive().value().status == 100);
  BOOST_TEST(client.exchange("body").value().status == 200);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_without_a_word) {
  auto options = testOptions();
  options.idleTimeout = 500ms;
  Running running(options);
  Client fresh = running.connect();
  Client used = running.connect();
  BOOST_TEST(used.exchange(get("/")).value().status == 200);
  BOOST_TEST(fresh.receiveRaw(1).empty());
  BOOST_TEST(used.receiveRaw(1).empty());
  BOOST_TEST(fresh.closes(0ms));
  BOOST_TEST(used.closes(0ms));
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_closed_and_costs_no_more) {
  auto options = testOptions();
  options.writeTimeout = 4s;
  Running running(options, [](const http::Request&, unsigned) {
    http::Response response;
    response.body.assign(32 * 1024 * 1024, 'x');
    return response;
  });
  Client client(running.server.port(), 4096);
  client.send(get("/"));
  BOOST_TEST(eventually([&] { return running.server.counters().requests == 1; }));
  std::this_thread::sleep_for(50ms);
  // Nobody else waits for it meanwhile.
  Client other(running.server.port(), 4096);
  other.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(other.receive(true, 3s).has_value());
  other.finish();
  BOOST_TEST(eventually([&] { return running.server.counters().openConnections == 0; }));
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_slowly_gets_all) {
  auto options = testOptions();
  options.writeTimeout = 600ms;
  Running running(options, [](const http::Request&, unsigned) {
    http::Response response;
    response.body.assign(8 * 1024 * 1024, 'x');
    return response;
  });
  Client client(running.server.port(), 64 * 1024);
  client.send(get("/"));
  std::size_t total = 0;
  const auto begin = Clock::now();
  while (total < 8 * 1024 * 1024) {
    const std::string bytes = client.receiveRaw(512 * 1024);
    if (bytes.empty()) break;
    total += bytes.size();
    std::this_thread::sleep_for(60ms);
  }
  BOOST_TEST(total >= 8u * 1024 * 1024);
  BOOST_TEST((Clock::now() - begin > 600ms));
}

BOOST_AUTO_TEST_CASE(requests_beyond_the_queue_are_503_at_once) {
  auto options = testOptions();
  options.workers = 1;
  options.maxQueue = 2;
  options.queueDeadline = 60s;
  Gate gate;
  Running running(options, gate.handler());
  Client busy = running.connect();
  busy.send(get("/"));
  BOOST_REQUIRE(eventually([&] { return gate.waiting == 1; }));
  Client queued = running.connect();
  queued.send(get("/") + get("/"));
  BOOST_REQUIRE(eventually([&] { return running.server.counters().queued == 2; }));
  const auto refused = running.ask(get("/"));
  BOOST_TEST(refused.value().status == 503);
  BOOST_TEST(refused->header("Retry-After") == "1");
  BOOST_TEST(!refused->has("Connection"));  // the connection is sound
  gate.open = true;
  BOOST_TEST(busy.receive().value().status == 200);
  BOOST_TEST(queued.receive().value().status == 200);
}

BOOST_AUTO_TEST_CASE(who_waits_too_long_gets_503_by_the_deadline_while_all_workers_are_stuck) {
  auto options = testOptions();
  options.workers = 2;
  options.queueDeadline = 500ms;
  Gate gate;
  Running running(options, gate.handler());
  Client first = running.connect();
  Client second = running.connect();
  first.send(get("/"));
  second.send(get("/"));
  BOOST_REQUIRE(eventually([&] { return gate.waiting == 2; }));
  const auto begin = Clock::now();
  const auto refused = running.ask(get("/quick"));
  BOOST_TEST(refused.value().status == 503);
  BOOST_TEST(refused->has("Retry-After"));
  BOOST_TEST((Clock::now() - begin >= 500ms));
  BOOST_TEST((Clock::now() - begin < 4s));
  BOOST_TEST(gate.waiting == 2);
  gate.open = true;
  BOOST_TEST(first.receive().value().status == 200);
  BOOST_TEST(running.ask(get("/quick")).value().status == 200);
}

BOOST_AUTO_TEST_CASE(a_slow_upload_does_not_use_up_the_deadline_of_the_queue) {
  auto options = testOptions();
  options.queueDeadline = 1s;
  Running running(options);
  Client client = running.connect();
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n");
  std::this_thread::sleep_for(1500ms);
  BOOST_TEST(client.exchange("body").value().status == 200);
}

BOOST_AUTO_TEST_CASE(connections_beyond_the_limit_are_turned_away_and_welcome_again_later) {
  auto options = testOptions();
  options.maxConnections = 2;
  Running running(options);
  std::optional<Client> first(running.connect());
  Client second = running.connect();
  BOOST_TEST(first->exchange(get("/")).value().status == 200);
  BOOST_TEST(second.exchange(get("/")).value().status == 200);
  Client third = running.connect();
  const auto reply = third.receive();
  BOOST_TEST(reply.value().status == 503);
  BOOST_TEST(third.closes());
  first.reset();
  BOOST_REQUIRE(eventually([&] { return running.server.counters().openConnections == 1; }));
  BOOST_TEST(running.ask(get("/")).value().status == 200);
}

BOOST_AUTO_TEST_CASE(stop_finishes_what_is_in_flight_refuses_the_new_and_closes_the_idle) {
  Gate gate;
  Running running(testOptions(), gate.handler());
  Client idle = running.connect();
  BOOST_TEST(idle.exchange(get("/quick")).value().status == 200);
  Client busy = running.connect();
  busy.send(get("/"));
  Client half = running.connect();
  half.send("POST /quick HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n");
  BOOST_REQUIRE(
      eventually([&] { return gate.waiting == 1 && running.server.counters().openConnections == 3; }));
  std::this_thread::sleep_for(20ms);
  auto stopped = std::async(std::launch::async, [&] { running.server.stop(); });
  BOOST_TEST(idle.closes(2s));
  BOOST_CHECK_THROW(running.connect(), std::runtime_error);  // refused, not left waiting
  BOOST_TEST((stopped.wait_for(100ms) == std::future_status::timeout));
  const auto late = half.exchange("body");
  BOOST_TEST(late.value().status == 200);
  BOOST_TEST(late->header("Connection") == "close");
  gate.open = true;
  const auto reply = busy.receive();
  BOOST_TEST(reply.value().status == 200);
  BOOST_TEST(reply->header("Connection") == "close");
  BOOST_TEST(busy.closes());
  BOOST_TEST(half.closes());
  stopped.get();
  BOOST_TEST(running.server.counters().openConnections == 0u);
  running.server.stop();  // idempotent
}

BOOST_AUTO_TEST_CASE(stop_waits_no_longer_than_drain_timeout_for_clients) {
  auto options = testOptions();
  options.drainTimeout = 200ms;
  Running running(options);
  Client half = running.connect();
  half.send("POST / HTTP/1.1\r\n");
  BOOST_REQUIRE(eventually([&] { return running.server.counters().openConnections == 1; }));
  const auto begin = Clock::now();
  running.server.stop();
  BOOST_TEST((Clock::now() - begin < 5s));
  BOOST_TEST(half.closes());
}

BOOST_AUTO_TEST_CASE(an_unusable_address_is_an_error_at_start) {
  Running running;
  auto options = testOptions();
  options.port = running.server.port();
  BOOST_CHECK_THROW(Running{options}, std::runtime_error);
  options.address = "no.such.host.invalid";
  BOOST_CHECK_THROW(Running{options}, std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
