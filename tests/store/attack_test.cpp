// What several writers and readers at once, and odd values of the platform, must not bring about.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "tests/store/fixture.h"

using fixture::StoreFixture;
using fixture::together;

namespace {

std::string observation(std::string_view patient, std::string_view category) {
  return R"({"resourceType":"Observation","status":"final","category":[{"coding":[{"system":
  "http://terminology.hl7.org/CodeSystem/observation-category","code":")" +
         std::string(category) + R"("}]}],"code":{"text":"x"},"subject":{"reference":"Patient/)" +
         std::string(patient) + "\"}}";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(attack, StoreFixture)

BOOST_AUTO_TEST_CASE(a_resource_that_moves_between_places_is_always_read) {
  put(R"({"resourceType":"Patient","id":"p"})");
  auto first = session.update(resource(observation("p", "survey")), "o");
  BOOST_REQUIRE(first.ok());
  std::atomic<bool> over{false};
  std::atomic<int> missed{0};
  together(3, [&](int t) {
    store::Session own = store.session();
    if (t == 0) {
      for (int i = 0; i < 150; ++i) {
        const auto moved = own.update(resource(observation("p", i % 2 == 0 ? "vital-signs" : "survey")), "o");
        if (!moved.ok()) ++missed;
      }
      over = true;
      return;
    }
    while (!over) {
      const auto found = own.read(type("Observation"), "o");
      if (!found.ok() || !*found || (*found)->deleted) ++missed;
    }
  });
  BOOST_TEST(missed == 0);
  BOOST_TEST(read("Observation", "o")->versionId == 151);
}

BOOST_AUTO_TEST_CASE(of_a_put_to_each_place_at_once_one_resource_comes_out) {
  put(R"({"resourceType":"Patient","id":"p"})");
  together(4, [&](int t) {
    store::Session own = store.session();
    for (int i = 0; i < 40; ++i) {
      const auto done = own.update(resource(observation("p", t % 2 == 0 ? "vital-signs" : "survey")),
                                   "o" + std::to_string(i));
      BOOST_TEST(done.ok());
    }
  });
  BOOST_TEST(count("ehr_observations") + count("fhir.resource") == 40);
  BOOST_TEST(find("Observation", "patient=p").size() == 40);
}

BOOST_AUTO_TEST_CASE(what_begins_to_wait_by_an_update_is_not_stranded) {
  for (int i = 0; i < 40; ++i)
    put(observation("nobody", "vital-signs").insert(1, R"("id":"o)" + std::to_string(i) + "\","));
  together(2, [&](int t) {
    store::Session own = store.session();
    for (int i = 0; i < 40; ++i) {
      const std::string patient = "u" + std::to_string(i);
      const auto done =
          t == 0 ? own.update(resource(R"({"resourceType":"Patient"})"), patient)
                 : own.update(resource(observation(patient, "vital-signs")), "o" + std::to_string(i));
      BOOST_TEST(done.ok());
    }
  });
  BOOST_TEST(count("ehr_observations") == 40);
  BOOST_TEST(count("fhir.dangling_reference") == 0);
}

BOOST_AUTO_TEST_CASE(searches_never_make_the_platform_s_writers_victims_of_a_deadlock) {
  const std::string id = create(R"({"resourceType":"Patient"})").id;
  std::atomic<bool> over{false};
  std::atomic<int> refused{0};
  together(3, [&](int t) {
    if (t == 0) {
      for (int i = 0; i < 60; ++i) {
        try {
          database.run("UPDATE patient_profile SET full_name = 'N" + std::to_string(i) + "' WHERE id = '" +
                       id + "'");
        } catch (const std::exception&) {
          ++refused;
        }
      }
      over = true;
      return;
    }
    store::Session own = store.session();
    fhir::search::SearchQuery query;
    query.types.push_back({&type("Patient"), {}, {}});
    while (!over) {
      if (!own.search(query).ok()) ++refused;
    }
  });
  BOOST_TEST(refused == 0);
  BOOST_TEST(find("Patient", "name=n59").size() == 1);
}

BOOST_AUTO_TEST_CASE(a_row_with_values_that_fhir_does_not_know_hides_no_other) {
  put(R"({"resourceType":"Patient","id":"good","gender":"female"})");
  database.run(
      "INSERT INTO patient_profile (full_name, dob, gender) VALUES (E'\\x01 bell \\x07', 'infinity', "
      "'female'),"
      " ('', '0044-03-15 BC', 'female'), ('   ', '12345-01-01', NULL)");
  BOOST_TEST(find("Patient", "gender=female").size() == 3);
  BOOST_TEST(count("fhir.reindex_queue") == 0);
}

BOOST_AUTO_TEST_CASE(dates_at_the_ends_of_the_calendar_are_legal_queries) {
  put(R"({"resourceType":"Patient","id":"p","birthDate":"1980-05-17"})");
  BOOST_TEST(find("Patient", "birthdate=lt9999").size() == 1);
  BOOST_TEST(find("Patient", "birthdate=le9999-12-31").size() == 1);
  BOOST_TEST(find("Patient", "birthdate=9999").empty());
  BOOST_TEST(find("Patient", "birthdate=ge0001-01-01").size() == 1);
  BOOST_TEST(find("Patient", "birthdate=ap0001").empty());
}

BOOST_AUTO_TEST_CASE(the_system_s_history_is_whole_though_many_share_a_millisecond) {
  std::vector<fhir::Resource> batch;
  for (int i = 0; i < 300; ++i) {
    const std::string_view name = i % 3 == 0 ? "Basic" : i % 3 == 1 ? "Condition" : "Flag";
    const std::string rest = name == "Basic" ? R"("code":{"text":"x"}})"
                             : name == "Condition"
                                 ? R"("subject":{"display":"x"}})"
                                 : R"("status":"active","code":{"text":"x"},"subject":{"display":"x"}})";
    batch.push_back(resource(R"({"resourceType":")" + std::string(name) + R"(","id":"b)" + std::to_string(i) +
                             "\"," + rest));
  }
  const auto imported = session.importBatch(std::move(batch), {"file", 1});
  BOOST_REQUIRE(imported.ok());
  database.run("SET session_replication_role = replica; UPDATE fhir.resource SET updated_at = '2026-01-01'");
  store::HistoryQuery query;
  query.count = 7;
  std::size_t seen = 0;
  do {
    auto page = session.history(query);
    BOOST_REQUIRE(page.ok());
    seen += page->entries.size();
    query.cursor = page->next;
  } while (!query.cursor.empty());
  BOOST_TEST(seen == 300U);
}

BOOST_AUTO_TEST_CASE(an_import_s_progress_waits_for_the_last_of_a_batch_with_a_fault) {
  database.run("ALTER TABLE patient_profile ADD CONSTRAINT no_bob CHECK (full_name IS DISTINCT FROM 'Bob')");
  std::vector<fhir::Resource> batch;
  for (const char* name : {"Ann", "Bob", "Cid"})
    batch.push_back(resource(R"({"resourceType":"Patient","id":")" + std::string(name) +
                             R"(","name":[{"text":")" + name + "\"}]}"));
  auto results = session.importBatch(std::move(batch), {"file", 3});
  BOOST_REQUIRE(results.ok());
  BOOST_TEST((*results)[0].ok());
  BOOST_REQUIRE(!(*results)[1].ok());
  BOOST_TEST((*results)[1].outcome().toJson().find("Bob") == std::string::npos);
  BOOST_TEST((*results)[2].ok());
  BOOST_TEST(*session.importPosition("file") == 3);
  // All of it refused: the position still goes on.
  std::vector<fhir::Resource> bad;
  bad.push_back(resource(R"({"resourceType":"Patient","id":"Bob","name":[{"text":"Bob"}]})"));
  const auto refused = session.importBatch(std::move(bad), {"file", 4});
  BOOST_REQUIRE(refused.ok());
  BOOST_TEST(*session.importPosition("file") == 4);
}

BOOST_AUTO_TEST_CASE(imports_of_the_same_resources_at_once_both_succeed) {
  together(3, [&](int t) {
    store::Session own = store.session();
    for (int round = 0; round < 4; ++round) {
      std::vector<fhir::Resource> batch;
      for (int i = 0; i < 30; ++i) {
        const int n = t % 2 == 0 ? i : 29 - i;
        const std::string id = std::to_string(round) + "-" + std::to_string(n);
        batch.push_back(resource(observation(id, "vital-signs").insert(1, "\"id\":\"" + id + "\",")));
        batch.push_back(resource(R"({"resourceType":"Patient","id":")" + id + "\"}"));
      }
      auto results = own.importBatch(std::move(batch), {"f" + std::to_string(t), round});
      BOOST_REQUIRE(results.ok());
      for (const auto& result : *results) BOOST_TEST(result.ok());
    }
  });
  BOOST_TEST(count("ehr_observations") == 120);
  BOOST_TEST(count("patient_profile") == 120);
}

BOOST_AUTO_TEST_CASE(after_the_database_broke_off_an_idle_connection_writes_go_on) {
  put(R"({"resourceType":"Patient","id":"p"})");
  for (int i = 0; i < 3; ++i) {
    database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid "
        "<> "
        "pg_backend_pid()");
    auto done = session.update(
        resource(R"({"resourceType":"Patient","multipleBirthInteger":)" + std::to_string(i) + "}"), "p");
    BOOST_TEST(done.ok());
  }
}

BOOST_AUTO_TEST_SUITE_END()
