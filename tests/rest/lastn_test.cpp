// Observation/$lastn.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/rest/api_fixture.h"
#include "tests/rest/terminology.h"

using namespace fixture;

namespace {

struct Observed {
  std::string id, subject, code;  // code: what stands in Observation.code
  std::string effective;          // empty: none
  std::string more;               // other elements, with a comma before them
};

std::string coding(const std::string& code) {
  return R"({"system":"http://example.org/codes","code":")" + code + R"("})";
}

std::string codes(const std::string& list) {
  return R"("coding":[)" + list + "]";
}

void put(const Observed& each) {
  const std::string effective =
      each.effective.empty() ? "" : R"(,"effectiveDateTime":")" + each.effective + '"';
  server().put(
      "Observation/" + each.id,
      R"({"resourceType":"Observation","id":")" + each.id +
          R"(","status":"final","category":[{"coding":[{"system":)"
          R"("http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{)" +
          each.code + R"(},"subject":{"reference":")" + each.subject + R"("})" + effective + each.more + "}");
}

// The ids of the matches, in order.
std::string idsOf(const http::Response& response) {
  BOOST_TEST(checkedStatus(response) == 200, response.body);
  std::string ids;
  const int count = countAt(response, "Bundle.entry.where(search.mode = 'match')");
  BOOST_TEST(at(response, "Bundle.total") == std::to_string(count));
  for (int i = 0; i < count; ++i)
    ids += (i == 0 ? "" : " ") +
           at(response, "Bundle.entry.where(search.mode = 'match')[" + std::to_string(i) + "].resource.id");
  return ids;
}

std::string last(const std::string& query) {
  return idsOf(terms::get("Observation/$lastn?" + query));
}

// The same rows of a patient whose Observations stand in the table, and of one who is not here, whose
// Observations stand in the generic store.
const std::string& fill(const std::string& prefix, bool inTable) {
  static std::vector<std::string> done;
  if (std::find(done.begin(), done.end(), prefix) == done.end()) {
    if (inTable)
      server().put("Patient/" + prefix,
                   R"({"resourceType":"Patient","id":")" + prefix + R"(","name":[{"family":"Last"}]})");
    const std::string who = "Patient/" + prefix;
    put({prefix + "-a1", who, codes(coding("a")), "2020-01-01T10:00:00Z", {}});
    put({prefix + "-a2", who, codes(coding("a")), "2021-01-01T10:00:00Z", {}});
    put({prefix + "-a3", who, codes(coding("a")), "2022-01-01T10:00:00Z", {}});
    put({prefix + "-b1", who, codes(coding("b")), "2019-05-01T10:00:00Z", {}});
    put({prefix + "-b2", who, codes(coding("b")), "2018-05-01T10:00:00Z", {}});
  }
  done.push_back(prefix);
  return done.back();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lastn)

BOOST_AUTO_TEST_CASE(the_newest_of_each_code_newest_first) {
  for (const bool inTable : {true, false}) {
    const std::string p = fill(inTable ? "lastn-t" : "lastn-g", inTable);
    BOOST_TEST(last("patient=" + p + "&category=laboratory") == p + "-a3 " + p + "-b1");
    BOOST_TEST(last("subject=Patient/" + p + "&category=laboratory&max=2") ==
               p + "-a3 " + p + "-a2 " + p + "-b1 " + p + "-b2");
    BOOST_TEST(last("patient=" + p + "&category=laboratory&max=100") ==
               p + "-a3 " + p + "-a2 " + p + "-a1 " + p + "-b1 " + p + "-b2");
    BOOST_TEST(last("patient=" + p + "&code=http://example.org/codes|b") == p + "-b1");
    BOOST_TEST(last("patient=" + p + "&combo-code=b") == p + "-b1");
    BOOST_TEST(last("patient=" + p + "&code=a&date=lt2021-06") == p + "-a2");
    BOOST_TEST(last("patient=" + p + "&code=none") == "");
  }
}

BOOST_AUTO_TEST_CASE(codes_that_share_a_coding_are_one_group_and_so_on) {
  const std::string who = "Patient/lastn-codes";
  const auto put3 = [&](const std::string& c) {
    put({"lc-a", who, codes(coding("a")), "2020-01-01", {}});
    put({"lc-b", who, codes(coding("b")), "2021-01-01", {}});
    put({"lc-c", who, c, "2022-01-01", {}});
  };
  const std::string ask = "patient=lastn-codes&category=laboratory";
  put3(codes(coding("c")));
  BOOST_TEST(last(ask) == "lc-c lc-b lc-a");
  put3(codes(coding("a") + "," + coding("c")));
  BOOST_TEST(last(ask) == "lc-c lc-b");
  put3(codes(coding("a") + "," + coding("b")));
  BOOST_TEST(last(ask) == "lc-c");
  // The same code of another system is another code.
  put3(R"("coding":[{"system":"http://example.org/others","code":"a"}])");
  BOOST_TEST(last(ask) == "lc-c lc-b lc-a");
}

BOOST_AUTO_TEST_CASE(codes_in_words_are_grouped_by_their_words) {
  for (const bool inTable : {true, false}) {
    const std::string id = inTable ? "lastn-words-t" : "lastn-words-g";
    if (inTable) server().put("Patient/" + id, R"({"resourceType":"Patient","id":")" + id + R"("})");
    const std::string who = "Patient/" + id;
    put({id + "-1", who, R"("text":"textM")", "2020-01-01T00:00:00Z", {}});
    put({id + "-2", who, R"("text":"Text")", "2021-01-01T00:00:00Z", {}});
    put({id + "-3", who, R"("text":"t e x t")", "2022-01-01T00:00:00Z", {}});
    put({id + "-4", who, R"("text":"Text")", "2019-01-01T00:00:00Z", {}});
    BOOST_TEST(last("patient=" + id + "&category=laboratory") == id + "-3 " + id + "-2 " + id + "-1");
  }
}

BOOST_AUTO_TEST_CASE(those_of_the_same_moment_come_together_and_undated_ones_last) {
  const std::string who = "Patient/lastn-ties";
  put({"lt-1", who, codes(coding("a")), "2020-01-01T00:00:00Z", {}});
  put({"lt-2", who, codes(coding("a")), "2020-01-01T00:00:00Z", {}});
  put({"lt-3", who, codes(coding("a")), "2019-01-01T00:00:00Z", {}});
  put({"lt-4", who, codes(coding("b")), {}, {}});
  put({"lt-5", who, codes(coding("b")), {}, {}});
  const auto found = last("patient=lastn-ties&category=laboratory");
  BOOST_TEST(found.size() == std::string("lt-1 lt-2 lt-5").size());
  BOOST_TEST(found.find("lt-1") != std::string::npos);
  BOOST_TEST(found.find("lt-2") != std::string::npos);
  BOOST_TEST(found.ends_with("lt-5"));
  BOOST_TEST(last("patient=lastn-ties&code=a&max=2").find("lt-3") == std::string::npos);
  // A period counts by its end.
  server().put(
      "Observation/lt-6",
      R"({"resourceType":"Observation","id":"lt-6","status":"final","code":{)" + codes(coding("a")) +
          R"(},"subject":{"reference":"Patient/lastn-ties"},"effectivePeriod":{"start":"2010-01-01","end":"2024-01-01"}})");
  BOOST_TEST(last("patient=lastn-ties&code=a") == "lt-6");
}

BOOST_AUTO_TEST_CASE(it_shows_and_includes_as_a_search_does) {
  const std::string p = fill("lastn-t", true);
  const auto included =
      terms::get("Observation/$lastn?patient=" + p + "&code=a&_include=Observation:patient");
  BOOST_TEST(at(included, "Bundle.entry.where(search.mode = 'include').resource.id") == p);
  BOOST_TEST(at(included, "Bundle.link.where(relation = 'self').url") ==
             std::string(kBase) + "/Observation/$lastn?patient=" + p +
                 "&code=a&_include=Observation:patient&max=1");
  const auto summary = terms::get("Observation/$lastn?patient=" + p + "&code=a&_elements=code");
  BOOST_TEST(countAt(summary, "Bundle.entry.resource.subject") == 0);
  const auto counted = terms::get("Observation/$lastn?patient=" + p + "&category=laboratory&_summary=count");
  BOOST_TEST(at(counted, "Bundle.total") == "2");
  BOOST_TEST(countAt(counted, "Bundle.entry") == 0);
  BOOST_TEST(countAt(terms::get("Observation/$lastn?patient=nobody&code=a"), "Bundle.entry") == 0);
}

BOOST_AUTO_TEST_CASE(it_takes_parameters_by_post) {
  const std::string p = fill("lastn-t", true);
  BOOST_TEST(
      idsOf(terms::post("Observation/$lastn",
                        R"({"name":"patient","valueString":")" + p +
                            R"("},{"name":"code","valueCode":"a"},{"name":"max","valuePositiveInt":2})")) ==
      p + "-a3 " + p + "-a2");
  BOOST_TEST(idsOf(terms::post("Observation/$lastn?patient=" + p, R"({"name":"code","valueCode":"b"})")) ==
             p + "-b1");
}

BOOST_AUTO_TEST_CASE(what_it_cannot_answer_is_refused_by_name) {
  const auto refused = [](const std::string& query) {
    return terms::refusal(terms::get("Observation/$lastn?" + query));
  };
  BOOST_TEST(refused("category=laboratory") == "400 required patient");
  BOOST_TEST(refused("patient=1") == "400 required category");
  BOOST_TEST(refused("patient=1,2&code=a") == "400 required patient");
  BOOST_TEST(refused("patient.name=x&code=a") == "400 required patient");
  BOOST_TEST(refused("patient=1&code=a&max=0") == "400 value max");
  BOOST_TEST(refused("patient=1&code=a&max=x") == "400 value max");
  BOOST_TEST(refused("patient=1&code=a&max=99999999999") == "400 value max");
  BOOST_TEST(refused("patient=1&code=a&max=1&max=2") == "400 invalid max");
  for (const std::string name : {"_sort", "_count", "_cursor", "_total"})
    BOOST_TEST(refused("patient=1&code=a&" + name + "=1") == "400 not-supported " + name);
  BOOST_TEST(refused("patient=1&code=a&colour=red") == "400 not-supported colour");
  BOOST_TEST(refused("patient=1&code=a&date=never") == "400 value date");
  BOOST_TEST(terms::refusal(terms::post(
                 "Observation/$lastn", R"({"name":"patient","valueReference":{"reference":"Patient/1"}})")) ==
             "400 value Parameters.parameter[0]");
  BOOST_TEST(terms::refusal(terms::post("Observation/$lastn", R"({"name":"colour","valueString":"red"})"))
                 .starts_with("400 not-supported colour"));
  BOOST_TEST(terms::refusal(server().ask("POST", "/Observation/$lastn", {},
                                         R"({"resourceType":"Basic","code":{"text":"x"}})")) ==
             "400 invalid Basic");
  BOOST_TEST(checkedStatus(terms::get("Observation/1/$lastn?patient=1&code=a")) == 501);
  BOOST_TEST(checkedStatus(terms::get("Patient/$lastn?patient=1&code=a")) == 501);
  BOOST_TEST(checkedStatus(server().ask("DELETE", "/Observation/$lastn")) == 405);
  // Lenient handling leaves out what is unknown and says so.
  const auto lenient = server().ask("GET", "/Observation/$lastn?patient=1&code=a&colour=red",
                                    {{"Prefer", "handling=lenient"}});
  BOOST_TEST(lenient.status == 200);
  BOOST_TEST(countAt(lenient, "Bundle.entry.where(search.mode = 'outcome')") == 1);
}

BOOST_AUTO_TEST_CASE(it_is_declared_and_a_deleted_one_does_not_count) {
  const std::string p = fill("lastn-t", true);
  const auto statement = server().ask("GET", "/metadata");
  BOOST_TEST(at(statement,
                "CapabilityStatement.rest.resource.where(type = 'Observation').operation.where(name = "
                "'lastn').definition") == "http://hl7.org/fhir/OperationDefinition/Observation-lastn");
  BOOST_TEST(server().ask("DELETE", "/Observation/" + p + "-a3").status == 204);
  BOOST_TEST(last("patient=" + p + "&code=a") == p + "-a2");
}

BOOST_AUTO_TEST_SUITE_END()
