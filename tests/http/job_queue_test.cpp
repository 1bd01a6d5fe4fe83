// Which requests a worker takes at once, and that being taken together costs none of them anything.
#include "src/http/job_queue.h"

#include <boost/test/unit_test.hpp>
#include <string>

using http::Job;
using http::JobQueue;
using namespace std::chrono_literals;

namespace {

const http::TimePoint kStart{1h};
constexpr unsigned kAtOnce = 4;

class Client final : public http::ReplyAddress {
 public:
  void reply(std::shared_ptr<http::ReplyAddress>, std::uint64_t, http::Answer) override {}
  void leave() { gone_ = true; }
};

Job job(const std::string& name, bool joinable, http::TimePoint waitsSince = kStart) {
  Job made{std::make_shared<http::Request>(), std::make_shared<Client>(), 0, waitsSince, joinable};
  made.request->target = name;
  return made;
}

struct Waiting {
  JobQueue queue{16, kAtOnce, 1000};

  void add(const std::string& names, bool joinable = true, http::TimePoint waitsSince = kStart) {
    for (const char name : names) {
      Job made = job(std::string(1, name), joinable, waitsSince);
      BOOST_REQUIRE(queue.push(made));
    }
  }
  // The names of what the worker takes together, '-' when nothing; "b" alone when it goes on with a run.
  std::string take(unsigned worker, std::size_t idle = 0, http::TimePoint now = kStart) {
    const auto taken = queue.take(worker, idle, now);
    if (!taken) return "-";
    if (!taken->beginsRun) return taken->job.request->target;
    std::string names;
    for (const auto& request : taken->run) names += request->target;
    BOOST_TEST(names.starts_with(taken->job.request->target));
    return names;
  }
};

std::string names(const std::vector<Job>& jobs) {
  std::string out;
  for (const Job& each : jobs) out += each.request->target;
  return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(job_queue, Waiting)

BOOST_AUTO_TEST_CASE(a_run_is_taken_together_and_handled_one_after_the_other) {
  add("abc");
  BOOST_TEST(take(0) == "abc");
  BOOST_TEST(queue.size() == 2u);
  BOOST_TEST(take(0) == "b");
  BOOST_TEST(take(0) == "c");
  BOOST_TEST(take(0) == "-");
}

BOOST_AUTO_TEST_CASE(a_run_is_no_longer_than_its_bound) {
  add("abcdefghijklmnopqrstuvwxyz");
  BOOST_TEST(take(0) == "abcdefgh");
  BOOST_TEST(take(1) == "ijklmnop");
}

BOOST_AUTO_TEST_CASE(what_is_not_joinable_is_taken_alone_and_nothing_overtakes_it) {
  add("ab");
  add("X", false);
  add("cd");
  BOOST_TEST(take(0) == "ab");
  BOOST_TEST(take(1) == "X");
  BOOST_TEST(take(2) == "cd");
}

BOOST_AUTO_TEST_CASE(each_idle_worker_that_could_help_finds_as_much) {
  add("abc");
  BOOST_TEST(take(0, 15) == "a");
  BOOST_TEST(take(1, 14) == "b");
  BOOST_TEST(take(2, 13) == "c");
  add("abcdefgh");
  BOOST_TEST(take(3, 1, kStart + JobQueue::kSoon) == "abcd");
  BOOST_TEST(take(4, 0, kStart + JobQueue::kSoon) == "efgh");
}

BOOST_AUTO_TEST_CASE(more_helpers_than_the_machine_can_use_do_not_shorten_a_run) {
  add("abcdefgh");
  BOOST_TEST(take(0, 15) == "ab");  // it and three others
  BOOST_TEST(take(1, 14) == "cd");
  BOOST_TEST(take(2, 13) == "ef");
  BOOST_TEST(take(3, 12) == "gh");
}

BOOST_AUTO_TEST_CASE(workers_that_will_soon_be_back_are_enough_until_they_are_not) {
  add("abcdefgh");
  for (unsigned worker = 0; worker < kAtOnce; ++worker) {
    BOOST_TEST(queue.needsHelp(kStart));
    take(worker, 15 - worker);
  }
  BOOST_TEST(!queue.needsHelp(kStart));  // nothing waits in the queue
  add("i");
  BOOST_TEST(!queue.needsHelp(kStart));
  BOOST_TEST(queue.needsHelp(kStart + JobQueue::kSoon));
  add("X", false);
  BOOST_TEST(queue.needsHelp(kStart));  // it may be slow, so all help is wanted
}

BOOST_AUTO_TEST_CASE(workers_at_what_is_not_joinable_are_not_expected_back) {
  add("ABCDEFGH", false);
  for (unsigned worker = 0; worker < 8; ++worker) take(worker);
  add("i");
  BOOST_TEST(queue.needsHelp(kStart));
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_slow_worker_goes_to_the_next_in_its_order) {
  add("abcd");
  BOOST_TEST(take(0) == "abcd");
  add("e");
  const auto late = kStart + JobQueue::kPatience;
  BOOST_TEST(take(1, 0, late) == "bcde");
  BOOST_TEST(take(0, 0, late) == "-");
  BOOST_TEST(queue.size() == 3u);
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_worker_that_comes_on_stays_with_it) {
  add("abcd");
  BOOST_TEST(take(0) == "abcd");
  BOOST_TEST(take(0, 0, kStart + JobQueue::kPatience) == "b");
  BOOST_TEST(take(1, 0, kStart + JobQueue::kPatience + 1ms) == "-");
  BOOST_TEST(take(0, 0, kStart + JobQueue::kPatience + 2ms) == "c");
}

BOOST_AUTO_TEST_CASE(what_waits_in_a_hand_expires_as_in_the_queue) {
  add("abc");
  BOOST_TEST(take(0) == "abc");
  add("de", true, kStart + 1s);
  BOOST_TEST(names(queue.expire(kStart + 2s - 1ms, 2s)).empty());
  BOOST_TEST(names(queue.expire(kStart + 2s, 2s)) == "bc");
  BOOST_TEST(names(queue.expire(kStart + 3s, 2s)) == "de");
  BOOST_TEST(queue.size() == 0u);
  BOOST_TEST(take(0) == "-");
}

BOOST_AUTO_TEST_CASE(what_waits_in_a_hand_counts_in_the_queue_s_capacity) {
  JobQueue small{2, kAtOnce, 3};
  for (const char* name : {"a", "b", "c"}) {
    Job made = job(name, true);
    BOOST_TEST(small.push(made));
  }
  BOOST_REQUIRE(small.take(0, 0, kStart).has_value());  // "b" and "c" are in its hand
  Job more = job("d", true);
  BOOST_TEST(small.push(more));
  Job most = job("e", true);
  BOOST_TEST(!small.push(most));
  BOOST_TEST(most.request->target == "e");
}

BOOST_AUTO_TEST_CASE(nothing_is_prepared_for_a_client_that_has_gone) {
  for (const char* name : {"a", "b", "c"}) {
    Job made = job(name, true);
    if (*name == 'b') static_cast<Client&>(*made.replyTo).leave();
    BOOST_REQUIRE(queue.push(made));
  }
  BOOST_TEST(take(0) == "ac");
  BOOST_TEST(take(0) == "b");  // for the worker to drop
  BOOST_TEST(take(0) == "c");
}

BOOST_AUTO_TEST_CASE(each_run_begins_anew_also_one_of_one) {
  add("a");
  add("X", false);
  for (int i = 0; i < 2; ++i) {
    const auto taken = queue.take(0, 0, kStart);
    BOOST_REQUIRE(taken.has_value());
    BOOST_TEST(taken->beginsRun);
    BOOST_TEST(taken->run.size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(clearing_forgets_the_hands_too) {
  add("abc");
  BOOST_TEST(take(0) == "abc");
  add("XY", false);
  queue.clear();
  BOOST_TEST(queue.size() == 0u);
  BOOST_TEST(take(0) == "-");
  add("d");
  take(1);
  BOOST_TEST(!queue.needsHelp(kStart));
}

BOOST_AUTO_TEST_SUITE_END()
