// What a rule has counted, without a database.
#include "src/audit/tally.h"

#include <boost/test/unit_test.hpp>
#include <set>

namespace {

using namespace std::chrono_literals;
using audit::Tally;

platform::Instant at(std::chrono::seconds time) {
  return platform::Instant(1'800'000'000s + time);
}

struct Counting {
  explicit Counting(std::uint32_t moreThan, bool patients = false, bool unrelated = false) {
    rule.who = audit::Who::person;
    rule.moreThan = moreThan;
    rule.within = 60s;
    rule.countsPatients = patients;
    if (unrelated) rule.relatedWithin = std::chrono::hours(24);
  }

  bool count(std::chrono::seconds time, const std::string& who = "p",
             std::vector<std::string> patients = {}) {
    audit::Act act;
    act.time = at(time);
    act.person = who;
    act.patients.assign(patients.begin(), patients.end());
    auto excess =
        tally.count(act, [&](std::string_view, const std::vector<std::string>& keys, platform::Instant) {
          ++asked;
          std::vector<std::string> out;
          for (const std::string& key : keys)
            if (related.contains(key)) out.push_back(key);
          return fhir::Result<std::vector<std::string>>(out);
        });
    BOOST_REQUIRE(excess.ok());
    last = *excess;
    return last.has_value();
  }

  audit::Rule rule;
  Tally tally{rule};
  std::set<std::string> related;
  std::optional<audit::Excess> last;
  int asked = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tally)

BOOST_AUTO_TEST_CASE(more_than_n_within_the_time_and_each_apart) {
  Counting c(2);
  BOOST_TEST((!c.count(0s) && !c.count(1s) && !c.count(2s, "other")));
  BOOST_TEST(c.count(59s));
  BOOST_TEST((c.last->since == at(0s) && c.last->until == at(59s) && c.last->who == "p"));
  // The first is a minute old.
  BOOST_TEST(!Counting(2).count(60s));
  Counting later(2);
  BOOST_TEST((!later.count(0s) && !later.count(30s) && !later.count(60s) && later.count(89s)));
}

BOOST_AUTO_TEST_CASE(what_was_told_is_quiet_for_as_long_and_then_told_again) {
  Counting c(0);
  BOOST_TEST(c.count(0s));
  c.tally.told("p", at(0s));
  BOOST_TEST((!c.count(1s) && !c.count(59s) && c.count(2s, "other")));
  BOOST_TEST(c.count(60s));
}

BOOST_AUTO_TEST_CASE(distinct_patients_are_counted_once_each) {
  Counting c(2, true);
  BOOST_TEST((!c.count(0s, "p", {"a", "b"}) && !c.count(1s, "p", {"b", "a"}) && !c.count(2s, "p", {"a"})));
  BOOST_TEST(c.count(3s, "p", {"c"}));
  BOOST_TEST(Counting(2, true).count(0s, "p", {"a", "b", "c", "d", "e"}));
  // a was met again, b is too long ago.
  Counting later(2, true);
  BOOST_TEST(
      (!later.count(0s, "p", {"a", "b"}) && !later.count(30s, "p", {"a"}) && !later.count(61s, "p", {"c"})));
  BOOST_TEST(later.count(62s, "p", {"d"}));
}

BOOST_AUTO_TEST_CASE(related_patients_do_not_count_and_are_asked_for_only_above_the_number) {
  Counting c(2, true, true);
  c.related = {"a", "b", "x"};
  BOOST_TEST((!c.count(0s, "p", {"a", "b"}) && c.asked == 0));
  BOOST_TEST((!c.count(1s, "p", {"c"}) && c.asked == 1));  // a and b are related
  BOOST_TEST((!c.count(2s, "p", {"a", "b", "d"}) && c.asked == 1));
  BOOST_TEST((c.count(3s, "p", {"e", "x"}) && c.asked == 2));
  // Who is related does not push out who is not.
  c.tally.told("p", at(3s));
  BOOST_TEST((!c.count(4s, "p", {"x", "a"}) && !c.count(5s, "p", {"b"})));
  BOOST_TEST(c.count(63s - 1s, "p", {"c"}) == false);
}

BOOST_AUTO_TEST_CASE(a_late_act_counts_by_its_own_time_or_as_the_newest_and_is_never_left_out) {
  Counting c(2);
  BOOST_TEST((!c.count(100s) && !c.count(50s) && c.count(90s)));
  // Of a time of which nothing is kept any more.
  Counting long_ago(2);
  BOOST_TEST((!long_ago.count(1000s) && !long_ago.count(1s) && long_ago.count(2s)));
  Counting of_patients(2, true);
  BOOST_TEST((!of_patients.count(1000s, "p", {"a"}) && !of_patients.count(1s, "p", {"b"}) &&
              of_patients.count(2s, "p", {"c"})));
}

BOOST_AUTO_TEST_CASE(memory_is_bounded) {
  Counting c(2);
  for (int i = 0; i < 1000; ++i) c.count(std::chrono::seconds(i / 100));
  BOOST_TEST(c.tally.kept() == 4U);
  Counting p(2, true, true);
  for (int i = 0; i < 5000; ++i) {
    p.related.insert(std::to_string(i));
    p.count(1s, "p", {std::to_string(i)});
  }
  BOOST_TEST(p.tally.kept() < 1010U);
  for (int i = 0; i < 100; ++i) c.count(20s, "q" + std::to_string(i));
  BOOST_TEST(c.tally.kept() == 4U + 200U);
  c.tally.forgetIdle(at(69s));
  BOOST_TEST(c.tally.kept() == 200U);
  c.tally.forgetOldest();
  BOOST_TEST(c.tally.kept() == 198U);
  c.tally.forgetIdle(at(80s));
  BOOST_TEST(c.tally.kept() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
