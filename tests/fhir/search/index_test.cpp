#include "fhir/search/index.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>
#include <vector>

#include "fhir/json/json.h"
#include "fhir/search/date_range.h"

using namespace fhir;
using namespace fhir::search;

namespace {

Resource resource(const std::string& json) {
  auto parsed = json::parse(json);
  BOOST_TEST_REQUIRE(parsed.ok(), json);
  return std::move(*parsed);
}

const Indexer& indexer() {
  static const Indexer instance("http://here/fhir");
  return instance;
}

IndexValues indexed(const std::string& json) {
  return indexer().index(resource(json));
}

using Texts = std::vector<std::string>;

// "system|code" of one parameter, with "~text" where there is a text.
Texts tokens(const IndexValues& values, std::string_view code) {
  Texts found;
  for (const auto& value : values.tokens) {
    if (value.parameter->code != code) continue;
    found.push_back(value.system + "|" + value.code + (value.text.empty() ? "" : "~" + value.text));
  }
  return found;
}

Texts strings(const IndexValues& values, std::string_view code) {
  Texts found;
  for (const auto& value : values.strings) {
    if (value.parameter->code == code) found.push_back(value.normalized);
  }
  return found;
}

Texts references(const IndexValues& values, std::string_view code) {
  Texts found;
  for (const auto& value : values.references) {
    if (value.parameter->code != code) continue;
    std::string text = value.targetType + "/" + value.targetId;
    if (!value.url.empty()) text += " " + value.url;
    if (!value.version.empty()) text += "|" + value.version;
    if (!value.identifierValue.empty()) text += " " + value.identifierSystem + "|" + value.identifierValue;
    found.push_back(text);
  }
  return found;
}

Texts quantities(const IndexValues& values, std::string_view code) {
  Texts found;
  for (const auto& value : values.quantities) {
    if (value.parameter->code != code) continue;
    found.push_back(value.number.value + " " + value.number.low + ".." + value.number.high + " " +
                    value.system + "|" + value.code + " " + value.unit);
  }
  return found;
}

std::vector<DateRange> dates(const IndexValues& values, std::string_view code) {
  std::vector<DateRange> found;
  for (const auto& value : values.dates) {
    if (value.parameter->code == code) found.push_back(value.range);
  }
  return found;
}

Texts uris(const IndexValues& values, std::string_view code) {
  Texts found;
  for (const auto& value : values.uris) {
    if (value.parameter->code == code) found.push_back(value.value);
  }
  return found;
}

void same(const Texts& found, const Texts& expected, const char* what) {
  BOOST_TEST_CONTEXT(what) BOOST_TEST(found == expected, boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(indexing)

BOOST_AUTO_TEST_CASE(tokens_come_from_codes_codings_concepts_identifiers_contacts_and_booleans) {
  const auto patient = indexed(R"({"resourceType":"Patient","active":true,"gender":"female",
    "identifier":[{"system":"http://x","value":"1","type":{"text":"Card"}},{"value":"2"},{"system":"http://y"}],
    "telecom":[{"system":"phone","value":"+91 80"},{"system":"email","value":"A@b.org"},{"system":"phone"}],
    "communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"hi","display":"Hindi"},
      {"system":"http://z","code":"HIN"}],"text":"Hindi language"}}],
    "meta":{"tag":[{"system":"http://t","code":"demo"}]}})");
  same(tokens(patient, "active"), {"|true"}, "active");
  same(tokens(patient, "gender"), {"http://hl7.org/fhir/administrative-gender|female"}, "gender");
  same(tokens(patient, "identifier"), {"http://x|1~Card", "|2", "http://y|"}, "identifier");
  same(tokens(patient, "phone"), {"|+91 80"}, "phone");
  same(tokens(patient, "email"), {"|A@b.org"}, "email");
  same(tokens(patient, "telecom"), {"|+91 80", "|A@b.org"}, "telecom");
  same(tokens(patient, "language"), {"urn:ietf:bcp:47|hi~Hindi", "http://z|HIN", "|~Hindi language"},
       "language");
  same(tokens(patient, "_tag"), {"http://t|demo"}, "_tag");
}

BOOST_AUTO_TEST_CASE(a_patient_is_deceased_by_flag_or_by_date) {
  same(tokens(indexed(R"({"resourceType":"Patient","deceasedBoolean":true})"), "deceased"), {"|true"},
       "flag");
  same(tokens(indexed(R"({"resourceType":"Patient","deceasedBoolean":false})"), "deceased"), {"|false"},
       "no");
  same(tokens(indexed(R"({"resourceType":"Patient"})"), "deceased"), {"|false"}, "absent");
  const auto dated = indexed(R"({"resourceType":"Patient","deceasedDateTime":"2020-01-01"})");
  same(tokens(dated, "deceased"), {"|true"}, "date");
  BOOST_TEST(dates(dated, "death-date").size() == 1u);
}

BOOST_AUTO_TEST_CASE(every_part_of_a_name_and_an_address_is_found) {
  const auto patient = indexed(R"({"resourceType":"Patient",
    "name":[{"family":"Müller","given":["Anna","Maria"],"prefix":["Dr."],"suffix":["PhD"],"text":"Dr. Anna Müller"}],
    "address":[{"text":"Main Road 1","line":["Main Road 1","Flat 2"],"city":"Palampur","district":"Kangra",
      "state":"HP","postalCode":"176061","country":"IN","use":"home"}]})");
  same(strings(patient, "name"), {"dr. anna muller", "muller", "anna", "maria", "dr.", "phd"}, "name");
  same(strings(patient, "family"), {"muller"}, "family");
  same(strings(patient, "given"), {"anna", "maria"}, "given");
  same(strings(patient, "address"),
       {"main road 1", "main road 1", "flat 2", "palampur", "kangra", "hp", "176061", "in"}, "address");
  same(strings(patient, "address-city"), {"palampur"}, "address-city");
  same(tokens(patient, "address-use"), {"http://hl7.org/fhir/address-use|home"}, "address-use");
}

BOOST_AUTO_TEST_CASE(a_name_that_is_only_a_text_is_found_by_each_word) {
  for (const char* type : {"Patient", "Practitioner"}) {
    const auto person = indexed(R"({"resourceType":")" + std::string(type) +
                                R"(","name":[{"text":"Devi, Sunita  Kumari"}]})");
    same(strings(person, "family"), {"devi", "sunita", "kumari"}, "family");
    same(strings(person, "given"), {"devi", "sunita", "kumari"}, "given");
    same(strings(person, "name"), {"devi, sunita kumari", "devi", "sunita", "kumari"}, "name");
  }
  const auto one = indexed(R"({"resourceType":"Patient","name":[{"text":"Sunita"},{"family":"Devi"}]})");
  same(strings(one, "family"), {"devi", "sunita"}, "family of a text and a structured name");
}

BOOST_AUTO_TEST_CASE(dates_come_from_dates_instants_periods_and_timings) {
  const auto patient = indexed(R"({"resourceType":"Patient","birthDate":"1970"})");
  BOOST_TEST_REQUIRE(dates(patient, "birthdate").size() == 1u);
  BOOST_TEST(dates(patient, "birthdate")[0].low == 0);
  const auto open = dates(indexed(R"({"resourceType":"Encounter","period":{"start":"1970-01-01"}})"), "date");
  BOOST_TEST_REQUIRE(open.size() == 1u);
  BOOST_TEST(open[0].low == 0);
  BOOST_TEST(open[0].high == openEnd);
  const auto until = dates(indexed(R"({"resourceType":"Encounter","period":{"end":"1969-12-31"}})"), "date");
  BOOST_TEST_REQUIRE(until.size() == 1u);
  BOOST_TEST(until[0].low == openStart);
  BOOST_TEST(until[0].high == 0);
  BOOST_TEST(dates(indexed(R"({"resourceType":"Encounter","period":{"id":"x"}})"), "date").empty());
  const auto timing = dates(indexed(R"({"resourceType":"Observation",
    "effectiveTiming":{"event":["1970-01-02","1970-01-01","1970-01-05"],"repeat":{"frequency":1}}})"),
                            "date");
  BOOST_TEST_REQUIRE(timing.size() == 1u);
  BOOST_TEST(timing[0].low == 0);
  BOOST_TEST(timing[0].high == dateRange("1970-01-05")->high);
  const auto bounded = dates(indexed(R"({"resourceType":"Observation",
    "effectiveTiming":{"repeat":{"boundsPeriod":{"start":"1970-01-01","end":"1970-01-03"}}}})"),
                             "date");
  BOOST_TEST_REQUIRE(bounded.size() == 1u);
  BOOST_TEST(bounded[0].high == dateRange("1970-01-03")->high);
  BOOST_TEST(
      dates(indexed(R"({"resourceType":"Observation","effectiveInstant":"2020-01-01T00:00:00Z"})"), "date")
          .size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_reference_is_known_by_its_target_url_or_identifier) {
  const auto observed = [](const std::string& subject) {
    return indexed(
        R"({"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p"}],"subject":)" +
        subject + "}");
  };
  const auto local = observed(R"({"reference":"Patient/1"})");
  same(references(local, "subject"), {"Patient/1"}, "subject");
  same(references(local, "patient"), {"Patient/1"}, "patient");
  same(references(observed(R"({"reference":"http://here/fhir/Patient/1"})"), "patient"), {"Patient/1"},
       "own url");
  same(references(observed(R"({"reference":"Patient/1/_history/3"})"), "patient"), {"Patient/1"},
       "versioned");
  same(references(observed(R"({"reference":"http://there/Patient/1"})"), "patient"),
       {"Patient/ http://there/Patient/1"}, "other url");
  const auto group = observed(R"({"reference":"Group/1"})");
  same(references(group, "subject"), {"Group/1"}, "group");
  same(references(group, "patient"), {}, "a group is no patient");
  same(references(observed(R"({"reference":"#p"})"), "subject"), {}, "contained");
  same(references(observed(R"({"display":"x"})"), "subject"), {}, "display only");
  const auto logical = observed(R"({"type":"Patient","identifier":{"system":"http://x","value":"7"}})");
  same(references(logical, "subject"), {"Patient/ http://x|7"}, "identifier");
  same(references(logical, "patient"), {"Patient/ http://x|7"}, "identifier of a patient");
  same(references(observed(R"({"reference":"urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7"})"), "subject"),
       {"/ urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7"}, "urn");
}

BOOST_AUTO_TEST_CASE(a_canonical_gives_its_url_and_version) {
  const auto plan =
      indexed(R"({"resourceType":"CarePlan","instantiatesCanonical":["http://x/PlanDefinition/y|2"]})");
  same(references(plan, "instantiates-canonical"), {"PlanDefinition/ http://x/PlanDefinition/y|2"},
       "canonical");
}

BOOST_AUTO_TEST_CASE(a_quantity_has_number_unit_and_the_range_of_its_digits) {
  const auto measured = [](const std::string& value) {
    return quantities(indexed(R"({"resourceType":"Observation","valueQuantity":)" + value + "}"),
                      "value-quantity");
  };
  same(measured(R"({"value":5.40,"system":"http://unitsofmeasure.org","code":"mg","unit":"milligram"})"),
       {"5.40 5.395..5.405 http://unitsofmeasure.org|mg milligram"}, "quantity");
  same(measured(R"({"value":5,"comparator":"<","unit":"mg"})"), {" -Infinity..5 | mg"}, "less");
  same(measured(R"({"value":5,"comparator":">","unit":"mg"})"), {" 5..Infinity | mg"}, "more");
  same(measured(R"({"value":5,"comparator":"<="})"), {" -Infinity..5.5 | "}, "at most");
  same(measured(R"({"value":5,"comparator":">="})"), {" 4.5..Infinity | "}, "at least");
  same(measured(R"({"unit":"mg"})"), {}, "no number");
  const auto ranged = indexed(R"({"resourceType":"Condition","onsetRange":{"low":{"value":1,"unit":"a"},
    "high":{"value":3,"unit":"a"}}})");
  same(quantities(ranged, "onset-age"), {" 0.5..3.5 | a"}, "range");
  const auto aged = indexed(R"({"resourceType":"Condition","onsetAge":{"value":52,"unit":"years"}})");
  same(quantities(aged, "onset-age"), {"52 51.5..52.5 | years"}, "age");
  const auto invoice = indexed(R"({"resourceType":"Invoice","totalGross":{"value":48,"currency":"EUR"}})");
  same(quantities(invoice, "totalgross"), {"48 47.5..48.5 urn:iso:std:iso:4217|EUR EUR"}, "money");
}

BOOST_AUTO_TEST_CASE(components_of_a_panel_are_indexed) {
  const auto panel =
      indexed(R"({"resourceType":"Observation","code":{"coding":[{"system":"l","code":"85354-9"}]},
    "component":[{"code":{"coding":[{"system":"l","code":"8480-6"}]},"valueQuantity":{"value":120,"unit":"mmHg"}},
      {"code":{"coding":[{"system":"l","code":"8462-4"}]},"valueQuantity":{"value":80,"unit":"mmHg"}}]})");
  same(tokens(panel, "component-code"), {"l|8480-6", "l|8462-4"}, "component-code");
  same(tokens(panel, "combo-code"), {"l|85354-9", "l|8480-6", "l|8462-4"}, "combo-code");
  BOOST_TEST(quantities(panel, "component-value-quantity").size() == 2u);
  BOOST_TEST(quantities(panel, "value-quantity").empty());
}

BOOST_AUTO_TEST_CASE(numbers_and_uris_are_indexed) {
  const auto risk =
      indexed(R"({"resourceType":"RiskAssessment","prediction":[{"probabilityDecimal":0.80}]})");
  BOOST_TEST_REQUIRE(risk.numbers.size() == 1u);
  BOOST_TEST(risk.numbers[0].number.low == "0.795");
  const auto range =
      indexed(R"({"resourceType":"RiskAssessment","prediction":[{"probabilityRange":{"low":{"value":1}}}]})");
  BOOST_TEST(range.numbers.size() <= 1u);
  const auto set =
      indexed(R"({"resourceType":"ValueSet","url":"http://x/y","meta":{"profile":["http://p"]}})");
  same(uris(set, "url"), {"http://x/y"}, "url");
  same(uris(set, "_profile"), {"http://p"}, "_profile");
}

BOOST_AUTO_TEST_CASE(ten_thousand_codes_are_all_indexed) {
  std::string codes = R"({"code":"0"})";
  for (int i = 1; i < 10'000; ++i) codes += R"(,{"code":")" + std::to_string(i) + R"("})";
  const auto set =
      indexed(R"({"resourceType":"ValueSet","compose":{"include":[{"concept":[)" + codes + "]}]}}");
  BOOST_TEST(tokens(set, "code").size() == 10'000u);
  BOOST_TEST(set.failed.empty());
}

BOOST_AUTO_TEST_CASE(a_primitive_with_only_extensions_has_no_value) {
  const auto patient = indexed(R"({"resourceType":"Patient","_birthDate":{"extension":[{"url":"http://e",
    "valueString":"x"}]},"_gender":{"id":"g"},"name":[{"_family":{"id":"f"}}]})");
  BOOST_TEST(dates(patient, "birthdate").empty());
  BOOST_TEST(tokens(patient, "gender").empty());
  BOOST_TEST(strings(patient, "family").empty());
}

BOOST_AUTO_TEST_CASE(only_the_wanted_parameters_are_indexed) {
  const auto patient = resource(R"({"resourceType":"Patient","gender":"male","birthDate":"1970"})");
  const auto& type = *findResourceType("Patient");
  const auto values = indexer().index(patient, {findSearchParameter(type, "birthdate")});
  BOOST_TEST(values.tokens.empty());
  BOOST_TEST(values.dates.size() == 1u);
  BOOST_TEST(indexer().index(patient, {}).dates.empty());
}

BOOST_AUTO_TEST_CASE(many_threads_may_share_an_indexer_from_its_first_use_on) {
  const Indexer shared("http://here/fhir");
  const auto patient = resource(R"({"resourceType":"Patient","gender":"male","birthDate":"1970"})");
  std::vector<std::size_t> found(4);
  std::vector<std::thread> threads;
  threads.reserve(found.size());
  for (auto& count : found) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) count += shared.index(patient).dates.size();
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto count : found) BOOST_TEST(count == 100u);
}

BOOST_AUTO_TEST_CASE(local_references_are_found_wherever_they_stand) {
  const auto observation = resource(R"({"resourceType":"Observation","subject":{"reference":"Patient/1"},
    "contained":[{"resourceType":"Practitioner","id":"c","qualification":[{"code":{"text":"x"},
      "issuer":{"reference":"Organization/o"}}]}],
    "performer":[{"reference":"#c"},{"reference":"http://here/fhir/Practitioner/2"},{"reference":"urn:uuid:x"},
      {"reference":"http://there/Practitioner/3"},{"display":"x"}],
    "extension":[{"url":"http://e","valueReference":{"reference":"Group/g/_history/1"}}]})");
  Texts found;
  for (const auto& local : localReferences(observation, "http://here/fhir")) {
    found.push_back(std::string(local.type) + "/" + std::string(local.id));
    BOOST_TEST(local.element->type->name == "Reference");
  }
  std::sort(found.begin(), found.end());
  same(found, {"Group/g", "Organization/o", "Patient/1", "Practitioner/2"}, "local references");
  const auto bundle = resource(R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":
    {"resourceType":"Observation","subject":{"reference":"Patient/1"}}}]})");
  BOOST_TEST(localReferences(bundle, "http://here/fhir").empty());
}

BOOST_AUTO_TEST_SUITE_END()
