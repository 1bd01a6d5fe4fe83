// Answers that wait for something while their worker goes on: each reaches its own client, or a fault does.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "tests/http/fixture.h"

using namespace testing;
using namespace std::chrono_literals;

namespace {

// Lets go of what waits, out of order and from a thread of its own.
class Gate {
 public:
  Gate() : thread_([this] { run(); }) {}
  ~Gate() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  void add(std::function<void(bool)> release) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(release));
    wake_.notify_one();
  }
  void open(bool isOpen) {
    const std::lock_guard lock(mutex_);
    open_ = isOpen;
    wake_.notify_one();
  }
  std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

 private:
  void run() {
    std::mt19937 random(7);
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return over_ || (open_ && !waiting_.empty()); });
      if (waiting_.empty()) return;
      std::swap(waiting_[random() % waiting_.size()], waiting_.back());
      const auto release = std::move(waiting_.back());
      waiting_.pop_back();
      lock.unlock();
      if (random() % 8 == 0) std::this_thread::sleep_for(200us);
      release(true);
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void(bool)>> waiting_;
  bool open_ = true;
  bool over_ = false;
  std::thread thread_;
};

class Waits final : public http::Hold {
 public:
  explicit Waits(std::function<void(std::function<void(bool)>)> wait) : wait_(std::move(wait)) {}
  void wait(std::function<void(bool)> release) override { wait_(std::move(release)); }

 private:
  std::function<void(std::function<void(bool)>)> wait_;
};

http::Response held(const http::Request& request, std::function<void(std::function<void(bool)>)> wait) {
  http::Response response = echo(request, 0);
  response.hold = std::make_shared<Waits>(std::move(wait));
  return response;
}

// Every request but those for /free waits for the gate.
http::Handler behind(Gate& gate) {
  return [&gate](const http::Request& request, unsigned worker) {
    if (request.target == "/free") return echo(request, worker);
    return held(request, [&gate](std::function<void(bool)> release) { gate.add(std::move(release)); });
  };
}

http::ServerOptions oneWorker() {
  auto options = testOptions();
  options.workers = 1;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(held_answers)

BOOST_AUTO_TEST_CASE(the_worker_goes_on_while_an_answer_waits) {
  Gate gate;
  gate.open(false);
  const Running running(oneWorker(), behind(gate));
  Client waits = running.connect();
  waits.send(get("/secret"));
  BOOST_TEST(eventually([&] { return gate.waiting() == 1; }));
  BOOST_TEST(running.server.counters().heldAnswers == 1u);
  const auto free = running.ask(get("/free"));
  BOOST_REQUIRE(free);
  BOOST_TEST(free->status == 200);
  gate.open(true);
  const auto reply = waits.receive();
  BOOST_REQUIRE(reply);
  BOOST_TEST(reply->body.find("secret") != std::string::npos);
  BOOST_TEST(eventually([&] { return running.server.counters().heldAnswers == 0u; }));
}

BOOST_AUTO_TEST_CASE(pipelined_answers_keep_their_order_behind_one_that_waits) {
  Gate gate;
  gate.open(false);
  const Running running(testOptions(), behind(gate));
  Client client = running.connect();
  client.send(get("/one") + get("/free") + get("/two"));
  BOOST_TEST(eventually([&] { return gate.waiting() == 2; }));
  gate.open(true);
  for (const std::string name : {"one", "free", "two"}) {
    const auto reply = client.receive();
    BOOST_REQUIRE(reply);
    BOOST_TEST(reply->body.find(name) != std::string::npos, name);
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_let_go_is_a_503_without_the_answer) {
  const Running running(testOptions(), [](const http::Request& request, unsigned) {
    return held(request, [&](std::function<void(bool)> release) {
      if (request.target == "/refused") release(false);
      // Else it is forgotten, which is the same.
    });
  });
  for (const std::string target : {"/refused", "/forgotten"}) {
    const auto reply = running.ask(get(target));
    BOOST_REQUIRE(reply);
    BOOST_TEST(reply->status == 503);
    BOOST_TEST(reply->header("Retry-After") == "1");
    BOOST_TEST(reply->body.find(target.substr(1)) == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_may_be_let_go_at_once_and_from_a_worker) {
  const Running running(testOptions(), [](const http::Request& request, unsigned) {
    return held(request, [](std::function<void(bool)> release) { release(true); });
  });
  const auto reply = running.ask(get("/now"));
  BOOST_REQUIRE(reply);
  BOOST_TEST(reply->status == 200);
}

BOOST_AUTO_TEST_CASE(a_held_answer_never_goes_to_another_connection) {
  Gate gate;
  Running running(testOptions(), behind(gate));
  std::atomic<unsigned> right{0}, wrong{0};
  const auto visit = [&](unsigned visitor) {
    std::mt19937 random(visitor);
    for (unsigned i = 0; i < 150; ++i) {
      Client client = running.connect();
      std::vector<std::string> names;
      std::string requests;
      for (unsigned k = 0; k < 1 + random() % 4; ++k) {
        names.push_back("v" + std::to_string(visitor) + "x" + std::to_string(i) + "x" + std::to_string(k) +
                        "e");
        requests += get("/" + names.back());
      }
      client.send(requests);
      if (random() % 3 == 0) {
        client.vanish();
        continue;
      }
      for (const std::string& name : names) {
        const auto reply = client.receive();
        (reply && reply->body.find(name) != std::string::npos ? right : wrong)++;
      }
    }
  };
  std::vector<std::jthread> visitors;
  for (unsigned visitor = 0; visitor < 6; ++visitor) visitors.emplace_back(visit, visitor);
  visitors.clear();
  BOOST_TEST(wrong == 0u);
  BOOST_TEST(right > 500u);
  running.server.stop();
  BOOST_TEST(running.server.counters().heldAnswers == 0u);
}

BOOST_AUTO_TEST_CASE(an_orderly_end_waits_for_what_is_held) {
  Gate gate;
  gate.open(false);
  Running running(testOptions(), behind(gate));
  Client client = running.connect();
  client.send(get("/last"));
  BOOST_TEST(eventually([&] { return gate.waiting() == 1; }));
  const std::jthread opens([&] {
    std::this_thread::sleep_for(100ms);
    gate.open(true);
  });
  running.server.stop();
  const auto reply = client.receive();
  BOOST_REQUIRE(reply);
  BOOST_TEST(reply->status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
