// :in, :not-in, :above and :below: codes that terminology knows, in columns and in index tables alike.
#include <boost/test/unit_test.hpp>

#include "tests/rest/api_fixture.h"

using namespace fixture;

namespace {

const std::string kCategory = "http://terminology.hl7.org/CodeSystem/observation-category";

struct Data {
  Data() {
    server().put("Patient/coded", R"({"resourceType":"Patient","id":"coded"})");
    observation("coded-v", "vital-signs", "8867-4");
    observation("coded-s", "survey", "8480-6");
    server().put("ValueSet/rates",
                 R"({"resourceType":"ValueSet","id":"rates","url":"http://x.example/rates","status":"active",
      "compose":{"include":[{"system":"http://loinc.org","concept":[{"code":"8867-4"},{"code":"9279-1"}]}]}})");
    server().put("Encounter/coded-e", R"({"resourceType":"Encounter","id":"coded-e","status":"finished",
      "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"Patient/coded"}})");
  }
  static void observation(const std::string& id, const std::string& category, const std::string& code) {
    server().put("Observation/" + id, R"({"resourceType":"Observation","id":")" + id +
                                          R"(","status":"final","category":[{"coding":[{"system":")" +
                                          kCategory + R"(","code":")" + category +
                                          R"("}]}],"code":{"coding":[{"system":"http://loinc.org","code":")" +
                                          code + R"("}]},"subject":{"reference":"Patient/coded"}})");
  }
};

// The ids, sorted, one after the other.
std::string found(const std::string& query) {
  const auto response = server().ask("GET", "/" + query + "&_sort=_id");
  BOOST_TEST(checkedStatus(response) == 200, query);
  std::string ids;
  for (int i = 0; i < countAt(response, "Bundle.entry"); ++i)
    ids += (i > 0 ? " " : "") + at(response, "Bundle.entry[" + std::to_string(i) + "].resource.id");
  return ids;
}

int status(const std::string& query) {
  return checkedStatus(server().ask("GET", "/" + query));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(coded_search, Data)

BOOST_AUTO_TEST_CASE(codes_of_a_value_set_are_found_in_columns_and_index_tables) {
  const std::string of = "Observation?patient=coded&";
  BOOST_TEST(found(of + "code:in=http://x.example/rates") == "coded-v");
  BOOST_TEST(found(of + "code:in=ValueSet/rates") == "coded-v");
  BOOST_TEST(found(of + "code:not-in=http://x.example/rates") == "coded-s");
  BOOST_TEST(found(of + "category:in=http://hl7.org/fhir/ValueSet/observation-category") ==
             "coded-s coded-v");
  BOOST_TEST(found(of + "status:in=http://hl7.org/fhir/ValueSet/observation-status") == "coded-s coded-v");
  BOOST_TEST(found(of + "status:not-in=http://hl7.org/fhir/ValueSet/observation-status").empty());
}

BOOST_AUTO_TEST_CASE(codes_below_and_above_another_are_found) {
  const std::string of = "Encounter?patient=coded&class";
  const std::string system = "http://terminology.hl7.org/CodeSystem/v3-ActCode|";
  BOOST_TEST(found(of + ":below=" + system + "_ActEncounterCode") == "coded-e");
  BOOST_TEST(found(of + ":below=" + system + "AMB") == "coded-e");
  BOOST_TEST(found(of + ":above=" + system + "AMB") == "coded-e");
  BOOST_TEST(found(of + ":above=" + system + "_ActEncounterCode").empty());
}

BOOST_AUTO_TEST_CASE(they_are_looked_up_whatever_they_are_nested_in) {
  BOOST_TEST(found("Patient?_has:Observation:patient:code:in=http://x.example/rates") == "coded");
  BOOST_TEST(found("Encounter?patient._has:Observation:patient:code:in=http://x.example/rates") == "coded-e");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_told_is_refused) {
  BOOST_TEST(status("Observation?code:in=http://x.example/none") == 400);
  BOOST_TEST(status("Observation?code:not-in=http://x.example/none") == 400);
  BOOST_TEST(status("Observation?code:in=ValueSet/none") == 400);
  BOOST_TEST(status("Observation?code:in=rates") == 400);
  BOOST_TEST(status("Observation?code:below=8867-4") == 400);
  BOOST_TEST(status("Observation?code:below=http://loinc.org|8867-4") == 400);
  // A condition of a write, too.
  BOOST_TEST(checkedStatus(server().ask("DELETE", "/Observation?code:not-in=http://x.example/none")) == 400);
}

// What a transaction writes is not known before it is committed, and never when it is not.
BOOST_AUTO_TEST_CASE(a_value_set_that_was_not_committed_is_known_to_nobody) {
  const std::string body = R"({"resourceType":"Bundle","type":"transaction","entry":[
    {"resource":{"resourceType":"ValueSet","id":"ghost","url":"http://x.example/ghost","status":"active",
      "compose":{"include":[{"system":"http://loinc.org","concept":[{"code":"8867-4"}]}]}},
     "request":{"method":"PUT","url":"ValueSet/ghost"}},
    {"request":{"method":"GET","url":"Observation?code:in=http://x.example/ghost"}}]})";
  BOOST_TEST(checkedStatus(server().ask("POST", "", {}, body)) == 400);
  BOOST_TEST(status("Observation?code:in=http://x.example/ghost") == 400);
  BOOST_TEST(checkedStatus(server().ask("GET", "/ValueSet/ghost")) == 404);
}

BOOST_AUTO_TEST_SUITE_END()
