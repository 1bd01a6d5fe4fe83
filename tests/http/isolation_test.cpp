// A response can never reach another connection: slow handlers, clients that vanish, descriptors that are
// reused.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <random>
#include <span>
#include <thread>
#include <vector>

#include "tests/http/fixture.h"

using namespace testing;
using namespace std::chrono_literals;

namespace {

// Answers with the tag it was asked for, after a while that the tag decides.
http::Response tagged(const http::Request& request, unsigned) {
  const std::string& tag = request.segments.at(0);
  std::this_thread::sleep_for(std::chrono::microseconds(std::hash<std::string>()(tag) % 3000));
  http::Response response;
  response.setHeader("X-Tag", tag);
  response.body = tag + std::string(std::hash<std::string>()(tag) % 4000, '.') + tag;
  return response;
}

// Most may be taken together; what is prepared for a run reads all of its requests.
http::Joining joinSome() {
  http::Joining joining;
  joining.joinable = [](const http::Request& request) { return !request.target.ends_with("3"); };
  joining.prepare = [](std::span<const http::Request* const> run, unsigned) {
    std::size_t length = 0;
    for (const http::Request* request : run) length += request->segments.at(0).size();
    std::this_thread::sleep_for(std::chrono::microseconds(10 * length));
  };
  return joining;
}

bool isFor(const Reply& reply, const std::string& tag) {
  return reply.header("X-Tag") == tag && reply.body.starts_with(tag) && reply.body.ends_with(tag);
}

struct Tally {
  std::atomic<unsigned> right{0};
  std::atomic<unsigned> wrong{0};
  std::atomic<unsigned> vanished{0};
};

// Opens connection after connection; some vanish with answers owed to them, so that their descriptors are
// taken over at once by those of the other threads.
void visit(const Running& running, unsigned visitor, unsigned connections, Tally& tally) {
  std::mt19937 random(visitor);
  for (unsigned i = 0; i < connections; ++i) {
    Client client = running.connect();
    std::vector<std::string> tags;
    std::string requests;
    for (unsigned k = 0; k < 1 + random() % 4; ++k) {
      tags.push_back(std::to_string(visitor) + "-" + std::to_string(i) + "-" + std::to_string(k));
      requests += get("/" + tags.back());
    }
    client.send(requests);
    const unsigned fate = random() % 4;
    if (fate == 0) {
      client.vanish();
    } else if (fate == 1) {
      client.finish();
    }
    if (fate == 0 || (fate == 1 && random() % 2 == 0)) {
      ++tally.vanished;
      continue;
    }
    for (const std::string& tag : tags) {
      const auto reply = client.receive();
      (reply && isFor(*reply, tag) ? tally.right : tally.wrong)++;
    }
  }
}

rusage usage() {
  rusage now{};
  getrusage(RUSAGE_SELF, &now);
  return now;
}

std::chrono::microseconds cpuTime() {
  const rusage now = usage();
  return std::chrono::seconds(now.ru_utime.tv_sec + now.ru_stime.tv_sec) +
         std::chrono::microseconds(now.ru_utime.tv_usec + now.ru_stime.tv_usec);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(isolation)

BOOST_AUTO_TEST_CASE(every_answer_reaches_the_connection_that_asked_and_no_other) {
  for (const unsigned reactors : {1U, 3U}) {
    auto options = testOptions();
    options.workers = 16;
    options.reactors = reactors;
    options.queueDeadline = 60s;
    options.joining = joinSome();
    Running running(options, tagged);
    Tally tally;
    std::vector<std::thread> visitors;
    for (unsigned visitor = 0; visitor < 12; ++visitor) {
      visitors.emplace_back([&, visitor] { visit(running, visitor, 250, tally); });
    }
    for (auto& visitor : visitors) visitor.join();
    BOOST_TEST(tally.wrong == 0u);
    BOOST_TEST(tally.right > 3000u);
    BOOST_TEST(tally.vanished > 500u);
    BOOST_TEST(eventually([&] { return running.server.counters().openConnections == 0; }));
    BOOST_TEST(running.server.counters().dropped > 0u);
    // A visitor that vanishes before its connection is accepted may never be seen.
    BOOST_TEST(running.server.counters().connections <= 3000u);
    BOOST_TEST(running.server.counters().connections >= 3000u - tally.vanished);
  }
}

BOOST_AUTO_TEST_CASE(thousands_of_open_connections_each_get_their_own) {
  auto options = testOptions();
  options.reactors = 2;
  options.maxPipelined = 4;
  options.queueDeadline = 60s;
  options.maxQueue = 100'000;
  Running running(options, [](const http::Request& request, unsigned) {
    http::Response response;
    response.body = request.segments.at(0);
    return response;
  });
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t count = std::min<std::size_t>(3000, limit.rlim_cur / 2 - 100);
  std::vector<Client> clients;
  for (std::size_t i = 0; i < count; ++i) clients.push_back(running.connect());
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < count; ++i) clients[i].send(get("/" + std::to_string(i)));
    for (std::size_t i = 0; i < count; ++i) {
      BOOST_TEST(clients[i].receive().value().body == std::to_string(i));
    }
  }
  BOOST_TEST(running.server.counters().openConnections == count);
}

// What a write queue keyed by descriptor gets wrong: the answer is made while its client has gone and another
// has its descriptor.
BOOST_AUTO_TEST_CASE(an_answer_that_comes_late_finds_a_reused_descriptor_and_is_dropped) {
  std::atomic<bool> open{false};
  std::atomic<int> started{0};
  auto options = testOptions();
  options.workers = 64;
  Running running(options, [&](const http::Request& request, unsigned) {
    if (request.target.starts_with("/old")) {
      ++started;
      while (!open) std::this_thread::sleep_for(1ms);
    }
    http::Response response;
    response.body = request.target;
    return response;
  });
  std::vector<Client> old;
  old.reserve(50);
  for (int i = 0; i < 50; ++i) {
    old.push_back(running.connect());
    old.back().send(get("/old"));
  }
  BOOST_REQUIRE(eventually([&] { return started == 50; }));
  for (Client& client : old) client.vanish();
  BOOST_REQUIRE(eventually([&] { return running.server.counters().openConnections == 0; }));
  std::vector<Client> fresh;
  fresh.reserve(50);
  for (int i = 0; i < 50; ++i) fresh.push_back(running.connect());
  BOOST_REQUIRE(eventually([&] { return running.server.counters().openConnections == 50; }));
  open = true;
  BOOST_REQUIRE(eventually([&] { return running.server.counters().dropped == 50; }));
  for (Client& client : fresh) BOOST_TEST(client.receiveRaw(1, 1ms).empty());
  for (Client& client : fresh) BOOST_TEST(client.exchange(get("/fresh")).value().body == "/fresh");
}

BOOST_AUTO_TEST_CASE(work_for_a_client_that_has_gone_is_not_begun) {
  std::atomic<int> begun{0};
  std::atomic<bool> open{false};
  auto options = testOptions();
  options.workers = 1;
  Running running(options, [&](const http::Request& request, unsigned) {
    ++begun;
    while (!open) std::this_thread::sleep_for(1ms);
    return echo(request, 0);
  });
  Client busy = running.connect();
  busy.send(get("/"));
  BOOST_REQUIRE(eventually([&] { return begun == 1; }));
  Client goes = running.connect();
  goes.send(get("/"));
  BOOST_REQUIRE(eventually([&] { return running.server.counters().queued == 1; }));
  goes.vanish();
  BOOST_REQUIRE(eventually([&] { return running.server.counters().openConnections == 1; }));
  open = true;
  BOOST_TEST(busy.receive().has_value());
  BOOST_REQUIRE(eventually([&] { return running.server.counters().dropped == 1; }));
  BOOST_TEST(begun == 1);
}

BOOST_AUTO_TEST_CASE(one_client_that_sends_without_pause_does_not_hold_up_the_others) {
  auto options = testOptions();
  options.maxBodyBytes = 200'000'000;
  Running running(options);
  Client loud = running.connect();
  std::atomic<bool> done{false};
  std::thread sender([&] {
    loud.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200000000\r\n\r\n");
    const std::string piece(1 << 20, 'x');
    for (int i = 0; i < 200 && !done && loud.send(piece); ++i) {
    }
  });
  Client quiet = running.connect();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 50; ++i) BOOST_TEST(quiet.exchange(get("/")).has_value());
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 3s));
  done = true;
  sender.join();
}

BOOST_AUTO_TEST_CASE(without_free_descriptors_the_server_neither_spins_nor_forgets_to_accept) {
  auto options = testOptions();
  Running running(options);
  BOOST_TEST(running.ask(get("/")).value().status == 200);
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  Client client = running.connect();
  BOOST_TEST(client.exchange(get("/")).has_value());
  // The next connection's own descriptor is the last; the server's end of it finds none.
  const int lowest = dup(client.descriptor());
  close(lowest);
  const rlimit tight{static_cast<rlim_t>(lowest) + 1, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &tight);
  Client waiting = running.connect();
  waiting.send(get("/late"));
  const auto spent = cpuTime();
  std::this_thread::sleep_for(500ms);
  BOOST_TEST((cpuTime() - spent < 200ms));
  BOOST_TEST(client.exchange(get("/")).has_value());
  setrlimit(RLIMIT_NOFILE, &before);
  BOOST_TEST(waiting.receive().value().body == "GET\n/late\n\n");
}

BOOST_AUTO_TEST_SUITE_END()
