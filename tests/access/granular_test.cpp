// Scopes with restrictions, as US Core's granular scopes have them: each search finds what some scope names,
// all of it and nothing else; what none names is refused.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "tests/access/fixture.h"

using fixture::AccessFixture;

namespace {

const std::string kObservation = "http://terminology.hl7.org/CodeSystem/observation-category|";
const std::string kCondition = "http://terminology.hl7.org/CodeSystem/condition-category|";

struct Granular : AccessFixture {
  const std::vector<std::string> observations{"laboratory", "vital-signs", "social-history", "survey"};
  const std::vector<std::string> conditions{"encounter-diagnosis", "problem-list-item"};

  Granular() {
    for (const std::string& category : observations)
      put(fixture::observationOf("o-" + category, patientKey, doctorKey, category));
    for (const std::string& category : conditions)
      put(fixture::conditionOf(
          "c-" + category, patientKey,
          R"(,"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"recordedDate":"2026-03-01","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":")" +
              category + R"("}]}])"));
  }

  // The ids of the matches.
  std::set<std::string> found(const std::string& token, const std::string& target) {
    const auto answer = ask(token, "GET", target + "&_total=accurate&_count=100");
    BOOST_REQUIRE_MESSAGE(answer.status == 200, target << " " << answer.body);
    std::set<std::string> out;
    for (const std::string& each : all())
      if (answer.body.find("\"id\":\"" + each + "\"") != std::string::npos) out.insert(each);
    BOOST_TEST(answer.body.find("\"total\":" + std::to_string(out.size())) != std::string::npos,
               target << " " << answer.body);
    return out;
  }
  std::vector<std::string> all() const {
    std::vector<std::string> out{"my-illness", "my-result", "my-pulse"};
    for (const std::string& category : observations) out.push_back("o-" + category);
    for (const std::string& category : conditions) out.push_back("c-" + category);
    return out;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(granular, Granular)

BOOST_AUTO_TEST_CASE(each_search_finds_what_a_scope_names_and_nothing_else) {
  const std::string everything = personToken(patientUser, "patient/*.rs", patientKey);
  const std::map<std::string, std::set<std::string>> launches{
      {"patient/Condition.rs?category=" + kCondition +
           "encounter-diagnosis patient/Observation.rs?category=" + kObservation +
           "laboratory patient/Observation.rs?category=" + kObservation + "social-history",
       {"c-encounter-diagnosis", "my-result", "o-laboratory", "o-social-history"}},
      {"patient/Condition.rs?category=" + kCondition + "problem-list-item patient/Observation.rs?category=" +
           kObservation + "vital-signs patient/Observation.rs?category=" + kObservation + "survey",
       {"c-problem-list-item", "my-pulse", "o-vital-signs", "o-survey"}},
  };
  std::vector<std::string> searches;
  for (const char* more :
       {"", "&code=718-7", "&code=718-7&date=ge2026-01-01", "&status=final", "&date=le2026-12-31",
        "&_lastUpdated=ge2020-01-01", "&_sort=date", "&_content=secretword", "&value-quantity=gt1"}) {
    searches.push_back("/Observation?patient=" + patientKey + more);
    for (const std::string& category : observations)
      searches.push_back("/Observation?patient=" + patientKey + "&category=" + kObservation + category +
                         more);
  }
  for (const char* more :
       {"", "&clinical-status=active", "&recorded-date=ge2026-01-01", "&_sort=-recorded-date"}) {
    searches.push_back("/Condition?patient=" + patientKey + more);
    for (const std::string& category : conditions)
      searches.push_back("/Condition?patient=" + patientKey + "&category=" + kCondition + category + more);
  }
  for (const auto& [scopes, named] : launches) {
    const std::string token = personToken(patientUser, scopes, patientKey);
    for (const std::string& search : searches) {
      std::set<std::string> wanted;
      for (const std::string& id : found(everything, search))
        if (named.contains(id)) wanted.insert(id);
      BOOST_TEST(found(token, search) == wanted, search);
    }
    for (const std::string& id : all()) {
      const std::string target = (id[0] == 'c' || id == "my-illness" ? "/Condition/" : "/Observation/") + id;
      BOOST_TEST(status(token, "GET", target) == (named.contains(id) ? 200 : 404), target);
    }
  }
  BOOST_TEST(found(everything, "/Observation?patient=" + patientKey).size() == 6u);
}

BOOST_AUTO_TEST_CASE(what_no_scope_names_is_refused_in_words) {
  const std::string token =
      personToken(patientUser, "patient/Observation.rs?category=" + kObservation + "laboratory", patientKey);
  for (const std::string& target :
       {std::string("/Observation/o-survey"), std::string("/Condition/c-problem-list-item"),
        "/Patient/" + patientKey, std::string("/Condition"),
        std::string("/Observation/o-laboratory/_history")}) {
    const auto refused = ask(token, "GET", target);
    BOOST_TEST((refused.status == 403 || refused.status == 404), target);
    BOOST_TEST(refused.body.find("\"OperationOutcome\"") != std::string::npos, target);
  }
  BOOST_TEST(status(token, "GET", "/Observation/o-laboratory") == 200);
}

BOOST_AUTO_TEST_CASE(who_signed_in_reads_the_own_fhir_user) {
  for (const auto& [user, type] : {std::pair{patientUser, "Patient"}, {doctorUser, "Practitioner"}}) {
    smart::Consent what = consent(app, "openid fhirUser user/*.rs");
    what.userId = user;
    const auto given = post("/auth/token", codeForm(app, code(what)));
    BOOST_REQUIRE(given.response.status == 200);
    const std::string token = given.body.text("access_token");
    const auto about = get("/auth/userinfo", {{"Authorization", "Bearer " + token}});
    const std::string url = about.body.text("fhirUser");
    const auto read = ask(token, "GET", url.substr(url.rfind('/', url.rfind('/') - 1)));
    BOOST_TEST(read.status == 200, url);
    BOOST_TEST(read.body.find(std::string("\"resourceType\":\"") + type + "\"") != std::string::npos, url);
  }
}

BOOST_AUTO_TEST_SUITE_END()
