#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

#include "tests/store/fixture.h"

using fixture::StoreFixture;
using fixture::together;

BOOST_FIXTURE_TEST_SUITE(concurrency, StoreFixture)

BOOST_AUTO_TEST_CASE(no_update_is_lost_and_each_has_its_version) {
  put(R"({"resourceType":"Patient","id":"p","multipleBirthInteger":0})");
  std::atomic<int> succeeded{0};
  std::atomic<int> refused{0};
  together(8, [&](int) {
    store::Session own = store.session();
    for (int i = 0; i < 25; ++i) {
      auto current = own.read(type("Patient"), "p");
      if (!current.ok()) continue;
      auto changed = own.update(resource(R"({"resourceType":"Patient","multipleBirthInteger":)" +
                                         std::to_string((*current)->versionId) + "}"),
                                "p", (*current)->versionId);
      ++(changed.ok() ? succeeded : refused);
    }
  });
  BOOST_TEST(succeeded + refused == 200);
  BOOST_TEST(read("Patient", "p")->versionId == succeeded + 1);
  BOOST_TEST(count("history.patient_profile") == succeeded);
}

BOOST_AUTO_TEST_CASE(one_id_put_by_many_is_created_once) {
  std::atomic<int> created{0};
  together(8, [&](int t) {
    store::Session own = store.session();
    for (int i = 0; i < 20; ++i) {
      const std::string id = "n" + std::to_string(i);
      auto done = own.update(
          resource(R"({"resourceType":"Patient","multipleBirthInteger":)" + std::to_string(t) + "}"), id);
      BOOST_TEST(done.ok());
      if (done.ok() && done->change == store::Change::created) ++created;
    }
  });
  BOOST_TEST(created == 20);
  BOOST_TEST(count("patient_profile") == 20);
}

BOOST_AUTO_TEST_CASE(what_waits_is_never_stranded_when_its_patient_arrives_at_the_same_time) {
  together(4, [&](int t) {
    store::Session own = store.session();
    for (int i = 0; i < 40; ++i) {
      const std::string patient = "w" + std::to_string(i);
      if (t == 0) {
        BOOST_TEST(own.update(resource(R"({"resourceType":"Patient"})"), patient).ok());
      } else {
        BOOST_TEST(
            own.create(resource(
                           R"({"resourceType":"Observation","status":"final","category":[{"coding":[{"system":
          "http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"text":"x"},"subject":{"reference":"Patient/)" +
                           patient + "\"}}"))
                .ok());
      }
    }
  });
  BOOST_TEST(count("ehr_observations") == 120);
  BOOST_TEST(count("fhir.resource") == 0);
  BOOST_TEST(count("fhir.dangling_reference") == 0);
}

BOOST_AUTO_TEST_CASE(many_names_are_one_lock_that_excludes_the_lockers_of_each) {
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("Patient/many" + std::to_string(i));
  BOOST_REQUIRE(session.begin().ok());
  BOOST_REQUIRE(session.lockNames(names).ok());
  BOOST_TEST(database.run("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT "
                          "oid FROM pg_database WHERE datname = current_database())") == "1");
  std::atomic<bool> created{false};
  std::thread other([&] {
    store::Session own = store.session();
    BOOST_TEST(own.update(resource(R"({"resourceType":"Patient"})"), "many7").ok());
    created = true;
  });
  const auto waits = [&] {
    return database.run(
               "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM "
               "pg_database WHERE datname = current_database()) AND NOT granted") == "1";
  };
  for (int tries = 0; tries < 1000 && !waits(); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  BOOST_TEST(waits());
  BOOST_TEST(!created);
  BOOST_REQUIRE(session.commit().ok());
  other.join();
  BOOST_TEST(created);
}

// Else both share the one lock of many names, and then want it whole.
BOOST_AUTO_TEST_CASE(who_says_at_first_that_many_names_will_follow_meets_nobody_halfway) {
  std::vector<std::string> many;
  for (int i = 0; i < 1500; ++i) many.push_back("Patient/many" + std::to_string(i));
  together(4, [&](int t) {
    store::Session own = store.session();
    for (int i = 0; i < 10; ++i) {
      BOOST_TEST(own.begin().ok());
      BOOST_TEST(own.lockNames({"condition" + std::to_string(t)}, many.size()).ok());
      BOOST_TEST(own.lockNames(many).ok());
      BOOST_TEST(own.commit().ok());
    }
  });
}

BOOST_AUTO_TEST_SUITE_END()
