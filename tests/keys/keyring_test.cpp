// How long keys are kept, and what is asked of a provider and a database that fail.
#include "src/keys/keyring.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(keyring)

namespace {

using keys::Keyring;
using keys::StoredKey;
using std::chrono::milliseconds;

const fhir::Outcome kAway(fhir::Failure::unavailable, fhir::IssueType::transient,
                          "/etc/secret/place is away");

// Knows each key by its text, and counts what it is asked.
struct Counted {
  std::atomic<int> unwraps{0}, loads{0};
  std::atomic<bool> isAway{false}, isDatabaseAway{false};
  std::vector<StoredKey> stored{{"00000001", StoredKey::Use::data, "w1", true},
                                {"00000002", StoredKey::Use::blind, "w2", true}};
};

class Provider final : public keys::Provider {
 public:
  explicit Provider(Counted& counted) : counted_(counted) {}
  fhir::Result<std::string> current() override { return std::string("k"); }
  fhir::Result<std::string> wrap(const keys::Secret&, std::string_view) override { return std::string("w"); }
  fhir::Result<keys::Secret> unwrap(std::string_view, std::string_view) override {
    ++counted_.unwraps;
    if (counted_.isAway) return kAway;
    return keys::Secret::random();
  }
  std::string wrappedBy(std::string_view) const override { return "k"; }

 private:
  Counted& counted_;
};

struct Fixture : Counted {
  explicit Fixture(milliseconds kept = milliseconds(60'000), bool hasProvider = true,
                   milliseconds reloaded = milliseconds(10'000))
      : keyring(
            hasProvider ? std::make_unique<Provider>(*this) : nullptr,
            [this]() -> fhir::Result<std::vector<StoredKey>> {
              ++loads;
              if (isDatabaseAway) return kAway;
              return stored;
            },
            kept, reloaded) {}
  Keyring keyring;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_key_is_unwrapped_once_for_all_who_need_it) {
  Fixture all;
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 100; ++k) {
        const auto key = all.keyring.sealing();
        if (key && (*key)->id() == "00000001" && all.keyring.blinds().ok()) ++good;
      }
    });
  for (auto& thread : threads) thread.join();
  BOOST_TEST(good == 800);
  BOOST_TEST(all.unwraps == 2);
  BOOST_TEST(all.loads == 1);
}

BOOST_AUTO_TEST_CASE(a_key_that_is_withdrawn_ends_when_it_was_kept_long_enough) {
  Fixture all(milliseconds(30));
  BOOST_REQUIRE(all.keyring.find("00000001").ok());
  all.isAway = true;
  std::this_thread::sleep_for(milliseconds(50));
  const auto gone = all.keyring.find("00000001");
  BOOST_REQUIRE(!gone.ok());
  BOOST_CHECK(gone.outcome().failure() == fhir::Failure::unavailable);
  // The provider's words are the log's alone.
  BOOST_TEST(gone.outcome().toJson().find("/etc") == std::string::npos);
  BOOST_TEST(all.keyring.isOn());
}

BOOST_AUTO_TEST_CASE(a_provider_that_fails_is_asked_again_after_a_second_and_not_before) {
  Fixture all;
  all.isAway = true;
  for (int i = 0; i < 50; ++i) BOOST_TEST(!all.keyring.sealing().ok());
  BOOST_TEST(all.unwraps == 1);
  all.isAway = false;
  std::this_thread::sleep_for(milliseconds(1050));
  BOOST_TEST(all.keyring.sealing().ok());
}

BOOST_AUTO_TEST_CASE(a_key_that_nobody_has_harms_nobody_else) {
  Fixture all;
  BOOST_REQUIRE(all.keyring.sealing().ok());
  for (int i = 0; i < 50; ++i) BOOST_TEST(!all.keyring.find("deadbeef").ok());
  BOOST_TEST(all.keyring.sealing().ok());
  BOOST_TEST(all.loads <= 2);
  BOOST_TEST(all.unwraps == 2);
  // Nor is a hash key one that opens values.
  BOOST_TEST(!all.keyring.find("00000002").ok());
}

BOOST_AUTO_TEST_CASE(without_keys_nothing_is_sealed_and_without_a_provider_no_key_can_be_had) {
  Fixture none(milliseconds(1000), false);
  none.stored.clear();
  const auto off = none.keyring.sealing();
  BOOST_REQUIRE(off.ok());
  BOOST_TEST((*off == nullptr));
  BOOST_TEST(!none.keyring.isOn());
  BOOST_TEST((*none.keyring.blinds())->empty());

  Fixture unconfigured(milliseconds(1000), false);
  BOOST_TEST(!unconfigured.keyring.sealing().ok());
  BOOST_TEST(unconfigured.keyring.isOn());
}

BOOST_AUTO_TEST_CASE(a_database_that_is_away_is_no_sign_that_nothing_is_encrypted) {
  Fixture all;
  all.isDatabaseAway = true;
  BOOST_TEST(!all.keyring.sealing().ok());
}

BOOST_AUTO_TEST_CASE(the_newest_hash_key_comes_first) {
  Fixture all;
  all.stored.push_back({"00000003", StoredKey::Use::blind, "w3", true});
  all.stored[1].current = false;
  const auto blinds = all.keyring.blinds();
  BOOST_REQUIRE(blinds.ok());
  BOOST_REQUIRE((*blinds)->size() == 2U);
  BOOST_TEST((*blinds)->front()->id() == "00000003");
}

BOOST_AUTO_TEST_CASE(a_hash_key_that_becomes_the_current_one_is_first_at_the_next_look) {
  Fixture all(milliseconds(60'000), true, milliseconds(20));
  all.stored.push_back({"00000003", StoredKey::Use::blind, "w3", false});
  BOOST_REQUIRE(all.keyring.blinds().ok());
  BOOST_TEST((*all.keyring.blinds())->front()->id() == "00000002");
  all.stored[1].current = false;
  all.stored[2].current = true;
  std::this_thread::sleep_for(milliseconds(30));
  BOOST_TEST((*all.keyring.blinds())->front()->id() == "00000003");
  BOOST_TEST((*all.keyring.blinds())->size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
