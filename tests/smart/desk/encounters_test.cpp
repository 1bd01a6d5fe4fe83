// Which encounters a person may choose: those that the API shows.
#include "src/smart/desk/visible_encounters.h"
#include "tests/smart/desk/fixture.h"

using fixture::DeskFixture;

namespace {

struct EncounterFixture : DeskFixture {
  EncounterFixture() {
    put(encounterOf("visit-old", patientKey, "2026-01-02", R"("type":[{"text":"Check-up"}],)"));
    put(encounterOf("visit-new", patientKey, "2026-03-04T09:00:00Z",
                    R"("type":[{"coding":[{"code":"1"},{"display":"Fever"}]}],)"));
  }
  static std::string encounterOf(const std::string& id, const std::string& patient, const std::string& start,
                                 const std::string& more) {
    return R"({"resourceType":"Encounter","id":")" + id + R"(","status":"finished",)" + more +
           R"("class":{"code":"AMB","display":"ambulatory"},)" + fixture::subjectOf(patient) +
           R"(,"period":{"start":")" + start + R"("}})";
  }

  desk::VisibleEncounters encounters{store};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(visible_encounters, EncounterFixture)

BOOST_AUTO_TEST_CASE(the_newest_come_first_with_their_words) {
  for (const auto& who : {patient(), doctor()}) {
    const auto found = encounters.find(who, patientKey, 5);
    BOOST_REQUIRE(found.ok());
    BOOST_REQUIRE(found->size() == 2U);
    BOOST_TEST(found->front().id == "visit-new");
    BOOST_TEST(found->front().what == "Fever");
    BOOST_TEST(found->front().start.starts_with("2026-03-04"));
    BOOST_TEST(found->back().what == "Check-up");
    BOOST_TEST(encounters.find(who, patientKey, 1)->size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(what_the_person_may_not_see_cannot_be_chosen) {
  for (const auto& who : {patient(), doctor(), admin()}) {
    BOOST_TEST(encounters.find(who, other, 5)->empty());
    BOOST_TEST(!encounters.get(who, other, "hidden-stay-001")->has_value());
    BOOST_TEST(!encounters.get(who, patientKey, "hidden-stay-001")->has_value());
  }
  BOOST_TEST(encounters.find(admin(), patientKey, 5)->empty());
  BOOST_TEST(encounters.get(patient(), patientKey, "visit-old")->has_value());
  database.run("UPDATE care_relationships SET revoked_at = now()");
  BOOST_TEST(encounters.find(doctor(), patientKey, 5)->empty());
}

BOOST_AUTO_TEST_CASE(what_is_no_id_names_nothing) {
  for (const char* id : {"", "a,b", "Patient/x", "x?y", "http://x"}) {
    BOOST_TEST(encounters.find(patient(), id, 5)->empty());
    BOOST_TEST(!encounters.get(patient(), patientKey, id)->has_value());
  }
}

BOOST_AUTO_TEST_SUITE_END()
