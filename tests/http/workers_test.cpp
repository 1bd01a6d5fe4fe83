// Workers by themselves: no reactor comes by to wake anybody.
#include "src/http/workers.h"

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/http/fixture.h"

using namespace testing;
using namespace std::chrono_literals;

namespace {

class Counter final : public http::ReplyAddress {
 public:
  void reply(std::shared_ptr<http::ReplyAddress>, std::uint64_t, http::Answer) override { ++replies; }
  std::atomic<unsigned> replies{0};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(workers)

// As many slow requests as workers are woken for joinable ones, each the first of a run of two.
BOOST_AUTO_TEST_CASE(those_that_sleep_come_for_what_slow_workers_have_in_their_hands) {
  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  std::atomic<bool> open{false};
  auto options = testOptions();
  options.workers = processors + 2;
  options.joining.joinable = [](const http::Request&) { return true; };
  options.joining.prepare = [](std::span<const http::Request* const>, unsigned) {};
  http::Edge edge(options,
                  [&](const http::Request& request, unsigned) {
                    while (request.target == "slow" && !open) std::this_thread::sleep_for(1ms);
                    return http::Response{};
                  },
                  faultText, {});
  http::Workers running(edge);
  running.start();
  http::Gzip gzip;
  for (int round = 0; round < 5; ++round) {
    open = false;
    const auto slow = std::make_shared<Counter>();
    const auto quick = std::make_shared<Counter>();
    std::vector<http::Job> jobs;
    for (unsigned i = 0; i < 2 * processors; ++i) {
      auto request = std::make_shared<http::Request>();
      request->target = i % 2 == 0 ? "slow" : "quick";
      jobs.push_back({std::move(request), i % 2 == 0 ? slow : quick, i, {}, false});
    }
    running.submit(jobs, std::chrono::steady_clock::now(), gzip);
    BOOST_TEST(eventually([&] { return quick->replies == processors; }));
    BOOST_TEST(slow->replies == 0u);
    open = true;
    BOOST_TEST(eventually([&] { return slow->replies == processors; }));
  }
}

BOOST_AUTO_TEST_SUITE_END()
