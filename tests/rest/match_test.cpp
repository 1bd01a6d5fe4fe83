// Patient/$match.
#include <boost/test/unit_test.hpp>
#include <utility>

#include "src/rest/operations/matching.h"
#include "tests/rest/api_fixture.h"
#include "tests/rest/terminology.h"

using namespace fixture;

namespace {

std::string patient(const std::string& content) {
  return R"({"resourceType":"Patient")" + (content.empty() ? "" : "," + content) + "}";
}

std::string name(const std::string& family, const std::string& given) {
  return R"("name":[{"family":")" + family + R"(","given":[")" + given + R"("]}])";
}

std::string born(const std::string& date) {
  return R"("birthDate":")" + date + '"';
}

std::string number(const std::string& value) {
  return R"("identifier":[{"system":"http://example.org/mrn","value":")" + value + R"("}])";
}

std::string phone(const std::string& value) {
  return R"("telecom":[{"system":"phone","value":")" + value + R"("}])";
}

const std::string kFemale = R"("gender":"female")";

void put(const std::string& id, const std::string& content) {
  server().put("Patient/" + id, patient(R"("id":")" + id + "\"," + content));
}

void fill() {
  static bool done = false;
  if (std::exchange(done, true)) return;
  put("mt-ana", name("Müllerová", "Anabel") + "," + born("1971-03-14") + "," + kFemale + "," +
                    number("4711") + "," + phone("+420 555 0101"));
  put("mt-twin", name("Müllerová", "Viktorie") + "," + born("1971-03-14") + "," + kFemale);
  put("mt-same-1", name("Doppelt", "Gerda") + "," + born("1950-01-02") + "," + kFemale);
  put("mt-same-2", name("Doppelt", "Gerda") + "," + born("1950-01-02") + "," + kFemale);
  put("mt-mail", name("Postova", "Irma") + R"(,"telecom":[{"system":"email","value":"irma@example.org"}])");
}

http::Response match(const std::string& content, const std::string& more = {}) {
  fill();
  return terms::post("Patient/$match", R"({"name":"resource","resource":)" + patient(content) + "}" + more);
}

// "mt-ana certain, mt-twin possible"
std::string graded(const http::Response& response) {
  BOOST_TEST(checkedStatus(response) == 200, response.body);
  std::string out;
  double before = 1;
  const int count = countAt(response, "Bundle.entry.where(search.mode = 'match')");
  BOOST_TEST(at(response, "Bundle.total") == std::to_string(count));
  for (int i = 0; i < count; ++i) {
    const std::string entry = "Bundle.entry.where(search.mode = 'match')[" + std::to_string(i) + "]";
    const double score = std::stod(at(response, entry + ".search.score"));
    BOOST_TEST(score <= before);
    BOOST_TEST(score > 0);
    before = score;
    out +=
        (i == 0 ? "" : ", ") + at(response, entry + ".resource.id") + " " +
        at(response,
           entry +
               ".search.extension.where(url = 'http://hl7.org/fhir/StructureDefinition/match-grade').value");
  }
  return out;
}

// The best match's id and grade.
std::string best(const std::string& content) {
  const auto all = graded(match(content));
  return all.substr(0, all.find(','));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(match_of_patients)

BOOST_AUTO_TEST_CASE(who_is_known_by_an_identifier_or_by_all_of_name_birth_date_and_gender_is_certain) {
  BOOST_TEST(graded(match(number("4711"))) == "mt-ana certain");
  BOOST_TEST(best(name("Müllerová", "Anabel") + "," + born("1971-03-14") + "," + kFemale) ==
             "mt-ana certain");
  BOOST_TEST(best(name("Müllerová", "Anabel") + "," + born("1971-03-14") + "," + kFemale + "," +
                  number("4711")) == "mt-ana certain");
  // The parameter may be the body.
  const auto body = server().ask("POST", "/Patient/$match", {}, patient(number("4711")));
  BOOST_TEST(graded(body) == "mt-ana certain");
  BOOST_TEST(at(body, "Bundle.type") == "searchset");
}

BOOST_AUTO_TEST_CASE(a_number_without_its_system_is_nobodys_for_certain) {
  BOOST_TEST(graded(match(R"("identifier":[{"value":"4711"}])")) == "mt-ana possible");
  BOOST_TEST(
      at(match(R"("identifier":[{"value":"4711"}])", R"(,{"name":"onlyCertainMatches","valueBoolean":true})"),
         "Bundle.total") == "0");
}

BOOST_AUTO_TEST_CASE(a_gender_that_there_is_none_of_is_refused) {
  const auto response = match(name("Müllerová", "Anabel") + R"(,"gender":"femal")");
  BOOST_TEST(checkedStatus(response) == 400);
  BOOST_TEST(at(response, "OperationOutcome.issue.expression").ends_with("gender"));
}

BOOST_AUTO_TEST_CASE(case_accents_typos_and_exchanged_names_are_overlooked) {
  BOOST_TEST(best(name("MULLEROVA", "anabel") + "," + born("1971-03-14") + "," + kFemale) ==
             "mt-ana certain");
  BOOST_TEST(best(name("Mülerová", "Anabel") + "," + born("1971-03-14") + "," + kFemale) ==
             "mt-ana probable");
  BOOST_TEST(best(name("Anabel", "Müllerová") + "," + born("1971-03-14") + "," + kFemale) ==
             "mt-ana probable");
  BOOST_TEST(best(name("Müllerova", "Anabel") + "," + born("1971-03-15") + "," + kFemale) ==
             "mt-ana probable");
  BOOST_TEST(best(name("Müllerova", "Anabel") + "," + born("1971") + "," + kFemale) == "mt-ana probable");
  BOOST_TEST(best(name("Müllerova", "Anabell") + "," + phone("+420 555 0101")) == "mt-ana probable");
  BOOST_TEST(best(R"("name":[{"text":"Anabel Müllerová"}],)" + born("1971-03-14")) == "mt-ana probable");
  BOOST_TEST(best(name("Müllerová", "Anabel")) == "mt-ana possible");
  BOOST_TEST(best(name("Postova", "Irma") + R"(,"telecom":[{"value":"irma@example.org"}])") ==
             "mt-mail probable");
}

BOOST_AUTO_TEST_CASE(what_contradicts_lowers_the_grade) {
  BOOST_TEST(best(number("4711") + "," + name("Anders", "Willem") + "," + born("1999-09-09") +
                  R"(,"gender":"male")") == "mt-ana possible");
  BOOST_TEST(graded(match(name("Müllerová", "Anabel") + "," + born("1930-12-31") + R"(,"gender":"male")")) ==
             "");
  BOOST_TEST(graded(match(name("Fremd", "Zoë") + "," + born("1971-03-14") + R"(,"gender":"male")")) == "");
  const auto strangers = match(name("Fremd", "Zoë") + "," + born("1971-03-14"));
  BOOST_TEST(at(strangers, "Bundle.entry.resource.issue.diagnostics") ==
             "2 more were compared and are certainly not the patient.");
  BOOST_TEST(graded(match(number("no such number"))) == "");
}

BOOST_AUTO_TEST_CASE(only_certain_matches_is_one_or_none) {
  const std::string only = R"(,{"name":"onlyCertainMatches","valueBoolean":true})";
  BOOST_TEST(graded(match(name("Müllerová", "Anabel") + "," + born("1971-03-14") + "," + kFemale, only)) ==
             "mt-ana certain");
  BOOST_TEST(graded(match(name("Müllerová", "Anabel"), only)) == "");
  const std::string gerda = name("Doppelt", "Gerda") + "," + born("1950-01-02") + "," + kFemale;
  BOOST_TEST(graded(match(gerda)) == "mt-same-1 certain, mt-same-2 certain");
  const auto several = match(gerda, only);
  BOOST_TEST(graded(several) == "");
  BOOST_TEST(at(several, "Bundle.entry.resource.issue.code") == "multiple-matches");
  BOOST_TEST(graded(match(gerda, R"(,{"name":"count","valueInteger":1})")) == "mt-same-1 certain");
}

BOOST_AUTO_TEST_CASE(nothing_matches_on_nothing_and_faults_are_named) {
  using terms::refusal;
  BOOST_TEST(refusal(match("")) == "400 required Parameters.parameter[0].resource");
  BOOST_TEST(refusal(match(kFemale)) == "400 required Parameters.parameter[0].resource");
  BOOST_TEST(refusal(match(born("1971"))) == "400 required Parameters.parameter[0].resource");
  BOOST_TEST(refusal(match(R"("name":[{"family":"Doppelt"}])")) ==
             "400 required Parameters.parameter[0].resource");
  BOOST_TEST(refusal(server().ask("POST", "/Patient/$match")) == "400 required resource");
  BOOST_TEST(
      refusal(terms::post("Patient/$match", R"({"name":"resource","resource":{"resourceType":"Slot"}})"))
          .starts_with("400 "));
  BOOST_TEST(refusal(match(number("1"), R"(,{"name":"onlyCertain","valueBoolean":true})")) ==
             "400 not-supported Parameters.parameter[1]");
  BOOST_TEST(refusal(match(number("1"), R"(,{"name":"count","valueInteger":-1})")) ==
             "400 value Parameters.parameter[1]");
  BOOST_TEST(checkedStatus(server().ask("POST", "/Patient/$match?limit=1", {}, patient(number("1")))) == 400);
  BOOST_TEST(refusal(server().ask("POST", "/Patient/$match", {},
                                  R"({"resourceType":"Basic","code":{"text":"x"}})")) == "400 invalid Basic");
  const auto get = terms::get("Patient/$match");
  BOOST_TEST(checkedStatus(get) == 405);
  BOOST_TEST(header(get, "Allow") == "POST");
  BOOST_TEST(checkedStatus(server().ask("POST", "/Patient/mt-ana/$match", {}, patient(number("1")))) == 501);
  BOOST_TEST(at(terms::get("metadata"),
                "CapabilityStatement.rest.resource.where(type = 'Patient').operation.where(name = "
                "'match').definition") == "http://hl7.org/fhir/OperationDefinition/Patient-match");
}

BOOST_AUTO_TEST_CASE(values_with_separators_are_taken_as_they_are) {
  BOOST_TEST(graded(match(number("a,4711"))) == "");
  BOOST_TEST(graded(match(number("x|4711"))) == "");
  BOOST_TEST(graded(match(number("$\\\\4711"))) == "");
}

BOOST_AUTO_TEST_CASE(slips_of_the_pen_are_told_from_other_words) {
  using rest::operations::wordLikeness;
  BOOST_TEST(wordLikeness("smith", "smith") == 1);
  BOOST_TEST(wordLikeness("smith", "smiht") == 0.85);
  BOOST_TEST(wordLikeness("smith", "smit") == 0.85);
  BOOST_TEST(wordLikeness("li", "lu") == 0);
  BOOST_TEST(wordLikeness("christian", "kirsten") == 0);
  BOOST_TEST(wordLikeness("alexandra", "aleksandra") == 0.7);
  BOOST_TEST(wordLikeness("иванова", "иваново") == 0.85);
  BOOST_TEST(wordLikeness("", "") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
