#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "tests/store/fixture.h"

using fixture::StoreFixture;

namespace {

template <class Work>
void together(int threads, const Work& work) {
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) running.emplace_back(work, t);
  for (std::thread& thread : running) thread.join();
}

}  // namespace

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

BOOST_AUTO_TEST_SUITE_END()
