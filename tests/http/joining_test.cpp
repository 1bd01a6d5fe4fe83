// Requests that a worker takes together: each is handled, answered and refused as if it had come alone.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <mutex>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/http/fixture.h"

using namespace testing;
using namespace std::chrono_literals;

namespace {

// Holds those that pass until it is opened.
class Gate {
 public:
  ~Gate() { open(); }
  void open() { open_ = true; }
  void pass() {
    ++waiting_;
    while (!open_) std::this_thread::sleep_for(1ms);
  }
  int waiting() const { return waiting_; }

 private:
  std::atomic<bool> open_{false};
  std::atomic<int> waiting_{0};
};

bool isAbout(const http::Request& request, std::string_view word) {
  return request.target.find(word) != std::string::npos;
}

http::ServerOptions joiningOptions(unsigned workers) {
  auto options = testOptions();
  options.workers = workers;
  options.queueDeadline = 60s;
  options.joining.joinable = [](const http::Request& request) { return isAbout(request, "join"); };
  options.joining.prepare = [](std::span<const http::Request* const>, unsigned) {};
  return options;
}

// Clients that wait for an answer, in the order of their requests.
struct Asking {
  std::vector<Client> clients;

  void ask(const Running& running, const std::string& target, std::size_t queued) {
    clients.push_back(running.connect());
    clients.back().send(get(target));
    BOOST_REQUIRE(eventually([&] { return running.server.counters().queued == queued; }));
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(joining)

BOOST_AUTO_TEST_CASE(what_waits_is_prepared_together_and_each_gets_its_own_answer) {
  Gate gate;
  std::mutex mutex;
  std::vector<std::size_t> runs;
  auto options = joiningOptions(1);
  options.joining.prepare = [&](std::span<const http::Request* const> run, unsigned) {
    const std::lock_guard lock(mutex);
    runs.push_back(run.size());
  };
  Running running(options, [&](const http::Request& request, unsigned worker) {
    if (isAbout(request, "first")) gate.pass();
    return echo(request, worker);
  });
  Client first = running.connect();
  first.send(get("/first"));
  BOOST_REQUIRE(eventually([&] { return gate.waiting() == 1; }));
  Asking asking;
  for (std::size_t i = 1; i <= 5; ++i) asking.ask(running, "/join/" + std::to_string(i), i);
  gate.open();
  BOOST_TEST(first.receive().has_value());
  for (std::size_t i = 1; i <= 5; ++i) {
    BOOST_TEST(asking.clients[i - 1].receive().value().body == "GET\n/join/" + std::to_string(i) + "\n\n");
  }
  const std::lock_guard lock(mutex);
  BOOST_TEST(runs == (std::vector<std::size_t>{1, 5}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(
    each_request_is_handled_by_the_worker_that_prepared_it_or_after_a_preparation_of_its_own) {
  auto options = joiningOptions(8);
  options.reactors = 2;
  std::vector<std::set<std::string>> prepared(options.workers);
  options.joining.prepare = [&](std::span<const http::Request* const> run, unsigned worker) {
    prepared[worker].clear();
    for (const http::Request* request : run) prepared[worker].insert(request->target);
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  };
  std::atomic<int> unprepared{0};
  std::atomic<int> together{0};
  Running running(options, [&](const http::Request& request, unsigned worker) {
    if (!prepared[worker].contains(request.target)) ++unprepared;
    if (prepared[worker].size() > 1) ++together;
    return echo(request, worker);
  });
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::vector<Client> clients;
      clients.reserve(16);
      for (int c = 0; c < 16; ++c) clients.push_back(running.connect());
      for (int i = 0; i < 50; ++i) {
        const auto path = [&](int c) {
          return std::string(c % 5 == 4 ? "/alone/" : "/join/") + std::to_string(t * 10000 + c * 100 + i);
        };
        for (int c = 0; c < 16; ++c) clients[static_cast<std::size_t>(c)].send(get(path(c)));
        for (int c = 0; c < 16; ++c) {
          const auto reply = clients[static_cast<std::size_t>(c)].receive();
          if (!reply || reply->body != "GET\n" + path(c) + "\n\n") ++wrong;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(wrong == 0);
  BOOST_TEST(unprepared == 0);
  BOOST_TEST(together > 0);
}

BOOST_AUTO_TEST_CASE(a_slow_request_does_not_hold_up_those_it_was_taken_with) {
  Gate gate;
  Gate slow;
  Running running(joiningOptions(2), [&](const http::Request& request, unsigned worker) {
    if (isAbout(request, "first")) gate.pass();
    if (isAbout(request, "slow")) slow.pass();
    return echo(request, worker);
  });
  Asking first;
  first.ask(running, "/first/1", 0);
  first.ask(running, "/first/2", 0);
  BOOST_REQUIRE(eventually([&] { return gate.waiting() == 2; }));
  Asking asking;
  asking.ask(running, "/join/slow", 1);
  for (std::size_t i = 2; i <= 6; ++i) asking.ask(running, "/join/" + std::to_string(i), i);
  gate.open();
  for (std::size_t i = 1; i < 6; ++i) BOOST_TEST(asking.clients[i].receive().has_value());
  BOOST_TEST(slow.waiting() == 1);
  slow.open();
  BOOST_TEST(asking.clients[0].receive().has_value());
}

BOOST_AUTO_TEST_CASE(a_preparation_that_hangs_does_not_hold_up_those_behind_the_first) {
  Gate gate;
  Gate slow;
  std::atomic<bool> hung{false};
  std::atomic<int> readLate{0};
  auto options = joiningOptions(2);
  options.joining.prepare = [&](std::span<const http::Request* const> run, unsigned) {
    if (run.size() < 2 || hung.exchange(true)) return;
    slow.pass();
    // Others have answered them meanwhile; here they are still what they were.
    for (const http::Request* request : run) {
      if (isAbout(*request, "/join/")) ++readLate;
    }
  };
  Running running(options, [&](const http::Request& request, unsigned worker) {
    if (isAbout(request, "first")) gate.pass();
    return echo(request, worker);
  });
  Asking first;
  first.ask(running, "/first/1", 0);
  first.ask(running, "/first/2", 0);
  BOOST_REQUIRE(eventually([&] { return gate.waiting() == 2; }));
  Asking asking;
  for (std::size_t i = 1; i <= 6; ++i) asking.ask(running, "/join/" + std::to_string(i), i);
  gate.open();
  for (std::size_t i = 1; i < 6; ++i) BOOST_TEST(asking.clients[i].receive().has_value());
  slow.open();
  BOOST_TEST(asking.clients[0].receive().has_value());
  BOOST_TEST(readLate > 1);
}

BOOST_AUTO_TEST_CASE(what_was_taken_by_a_worker_that_hangs_is_refused_at_the_deadline) {
  Gate gate;
  Gate slow;
  auto options = joiningOptions(1);
  options.queueDeadline = 300ms;
  Running running(options, [&](const http::Request& request, unsigned worker) {
    if (isAbout(request, "first")) gate.pass();
    if (isAbout(request, "slow")) slow.pass();
    return echo(request, worker);
  });
  Asking asking;
  asking.ask(running, "/first", 0);
  BOOST_REQUIRE(eventually([&] { return gate.waiting() == 1; }));
  for (const char* target : {"/join/slow", "/join/2", "/join/3"}) {
    asking.clients.push_back(running.connect());
    asking.clients.back().send(get(target));
  }
  BOOST_REQUIRE(eventually([&] { return running.server.counters().queued == 3; }));
  gate.open();
  BOOST_TEST(asking.clients[2].receive().value().status == 503);
  BOOST_TEST(asking.clients[3].receive().value().status == 503);
  slow.open();
  BOOST_TEST(asking.clients[0].receive().value().status == 200);
}

BOOST_AUTO_TEST_CASE(stop_finishes_what_was_taken_together) {
  Gate gate;
  Running running(joiningOptions(1), [&](const http::Request& request, unsigned worker) {
    if (isAbout(request, "first")) gate.pass();
    return echo(request, worker);
  });
  Asking asking;
  asking.ask(running, "/first", 0);
  BOOST_REQUIRE(eventually([&] { return gate.waiting() == 1; }));
  for (std::size_t i = 1; i <= 4; ++i) asking.ask(running, "/join/" + std::to_string(i), i);
  std::thread stopping([&] { running.server.stop(); });
  gate.open();
  for (Client& client : asking.clients) BOOST_TEST(client.receive().has_value());
  stopping.join();
}

BOOST_AUTO_TEST_CASE(a_preparation_that_throws_costs_nobody_an_answer) {
  Gate gate;
  auto options = joiningOptions(1);
  options.joining.prepare = [](std::span<const http::Request* const>, unsigned) {
    throw std::runtime_error("no");
  };
  Running running(options, [&](const http::Request& request, unsigned worker) {
    if (isAbout(request, "first")) gate.pass();
    return echo(request, worker);
  });
  Asking asking;
  asking.ask(running, "/first", 0);
  BOOST_REQUIRE(eventually([&] { return gate.waiting() == 1; }));
  for (std::size_t i = 1; i <= 3; ++i) asking.ask(running, "/join/" + std::to_string(i), i);
  gate.open();
  for (Client& client : asking.clients) BOOST_TEST(client.receive().value().status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
