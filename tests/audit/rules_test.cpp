// The file of rules: what is wrong with it is named with its line, and which acts a rule counts.
#include "src/audit/rules.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "tests/support/test_database.h"

namespace {

constexpr const char* kRule =
    R"("name": "r", "who": "person", "counts": "accesses", "moreThan": 3, "within": "10min")";

audit::Rule ruleOf(const std::string& members) {
  const auto rules =
      audit::Rules::parse("rules.json", R"({"timeZone": "UTC", "rules": [{)" + members + "}]}");
  BOOST_REQUIRE_MESSAGE(rules.ok(), (rules ? "" : rules.outcome().toJson()));
  return rules->all.front();
}

// All complaints about a file, a line each.
std::string faultsOf(const std::string& text) {
  const auto rules = audit::Rules::parse("rules.json", text);
  if (rules) return "";
  BOOST_TEST((rules.outcome().failure() == fhir::Failure::badRequest));
  std::string out;
  for (const auto& issue : rules.outcome().issues()) out += issue.diagnostics + "\n";
  return out;
}

// Of a rule on line 3, with these members after those that it needs, or instead of them.
std::string faultsWith(const std::string& members, const std::string& needed = kRule) {
  return faultsOf("{\"timeZone\": \"UTC\",\n\"rules\": [\n{" + needed + (needed.empty() ? "" : ", ") +
                  members + "}]}");
}

std::string whoOf(const audit::Rule& rule, const audit::Act& act) {
  return std::string(rule.whoOf(act));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rules)

BOOST_AUTO_TEST_CASE(the_projects_own_file_is_right) {
  const auto rules =
      audit::Rules::read(std::string(std::getenv("HV_SOURCE_DIR")) + "/schemas/audit/rules.json");
  BOOST_REQUIRE_MESSAGE(rules.ok(), (rules ? "" : rules.outcome().toJson()));
  BOOST_TEST(rules->all.size() == 4U);
  BOOST_TEST(rules->longest().count() == 3600);
  BOOST_TEST(rules->all[0].relatedWithin.count() == 30 * 86'400);
  BOOST_TEST(audit::Rules::read("")->all.empty());
  BOOST_TEST(audit::Rules::read("/nowhere.json")
                 .outcome()
                 .issues()
                 .front()
                 .diagnostics.starts_with("/nowhere.json: "));
}

BOOST_AUTO_TEST_CASE(each_fault_is_named_with_its_line_and_how_to_mend_it) {
  const auto is = [](const std::string& faults, const std::string& wanted) {
    BOOST_TEST(faults == wanted + "\n");
  };
  is(faultsOf("[]"), "rules.json:1: a file of rules is one object: {\"rules\": [...]}");
  is(faultsOf("{\n}"), "rules.json:1: there are no 'rules': a list with at least one");
  is(faultsOf("{\"rules\": []}"), "rules.json:1: there are no 'rules': a list with at least one");
  BOOST_TEST(faultsOf("{\n\"rules\": [}").starts_with("rules.json:2: not JSON: "));
  is(faultsOf("{\"rules\": {}}"), "rules.json:1: 'rules' must be a list");
  is(faultsWith(R"("with": 1)"), "rules.json:3: unknown key 'with', did you mean 'within'?");
  is(faultsWith(R"("name": "r")"), "rules.json:3: 'name' is given twice");
  is(faultsWith(R"("outcome": "refuse")"),
     "rules.json:3: 'refuse' is not known as outcome, did you mean 'refused'?");
  is(faultsWith(R"("interactions": ["reed"])"),
     "rules.json:3: 'reed' is not known as interactions, did you mean 'read'?");
  is(faultsWith(R"("types": ["Pateint"])"),
     "rules.json:3: 'Pateint' is not known as types, did you mean 'Patient'?");
  is(faultsWith(R"("types": [])"), "rules.json:3: 'types' is an empty list: leave it out to ask nothing");
  is(faultsWith(R"("types": [1])"), "rules.json:3: an item of 'types' must be a text");
  is(faultsWith(R"("purpose": "btg")"),
     "rules.json:3: 'purpose' must be a code of v3-PurposeOfUse, such as BTG");
  for (const std::string wrong :
       {"[\"22:00\"]", "[\"22:00\", \"24:00\"]", "[\"22:00\", 6]", "[\"2200\", \"0600\"]"})
    is(faultsWith("\"between\": " + wrong),
       R"(rules.json:3: 'between' must be two times of the day, such as ["22:00", "06:00"])");
  is(faultsWith(R"("between": ["06:00", "06:00"])"),
     "rules.json:3: 'between' has twice the same time: leave it out to mean the whole day");
  is(faultsWith(R"("relatedWithin": "30d")"),
     "rules.json:3: 'relatedWithin' means nothing without \"unrelated\": true");
  is(faultsWith(R"("unrelated": 1)"), "rules.json:3: 'unrelated' must be true or false");
  BOOST_TEST(faultsWith(R"("unrelated": true, "relatedWithin": "30d")")
                 .starts_with("rules.json:3: 'unrelated' is of patients of a doctor: it needs "));
  BOOST_TEST(faultsWith(R"("unrelated": true)").starts_with("rules.json:3: 'relatedWithin' is missing"));
  is(faultsOf("{\"rules\": [{" + std::string(kRule) + "},\n{" + kRule + "}], \"timeZone\": \"UTC\"}"),
     "rules.json:2: there are two rules named 'r'");
  BOOST_TEST(faultsOf("{\"rules\": [{" + std::string(kRule) + R"(, "between": ["22:00", "06:00"]}]})")
                 .starts_with("rules.json:1: 'between' needs the file's \"timeZone\""));
}

BOOST_AUTO_TEST_CASE(what_a_rule_needs_is_asked_for) {
  BOOST_TEST(faultsWith("", "") ==
             "rules.json:3: 'name' is missing\nrules.json:3: 'who' is missing\nrules.json:3: 'counts' is "
             "missing\nrules.json:3: 'moreThan' is missing\nrules.json:3: 'within' is missing\n");
  const auto with = [](const std::string& name, const std::string& value) {
    std::string members = kRule;
    const auto from = members.find("\"" + name + "\": ") + name.size() + 4;
    members.replace(from, std::min(members.find(", ", from), members.size()) - from, value);
    return faultsOf("{\"rules\": [{" + members + "}]}");
  };
  for (const std::string wrong : {"-1", "1.5", "100001", "1e3"})
    BOOST_TEST(with("moreThan", wrong) ==
               "rules.json:1: 'moreThan' must be a whole number from 0 (each one) to 100000\n");
  BOOST_TEST(with("moreThan", "\"3\"") == "rules.json:1: 'moreThan' must be a number\n");
  for (const std::string wrong : {"\"0s\"", "\"25h\"", "\"10\"", "\"10 weeks\"", "\"h\""})
    BOOST_TEST(with("within", wrong) ==
               "rules.json:1: 'within' must be a number with its unit (s, min, h, d) from 1s to 24h\n");
  BOOST_TEST(with("within", "10") == "rules.json:1: 'within' must be a text\n");
  BOOST_TEST(with("name", "\"A rule\"") ==
             "rules.json:1: a name is made of a-z, 0-9 and -, at most 63 of them\n");
  BOOST_TEST(with("who", "\"user\"") ==
             "rules.json:1: 'user' is not known as who, known are: person, client, address\n");
}

BOOST_AUTO_TEST_CASE(a_time_zone_is_one_that_the_database_knows) {
  const support::TestDatabase database(support::TestDatabase::Schema::none);
  store::Connection connection({.databaseUrl = database.url()});
  const auto zone = [&](const std::string& name) {
    const auto rules = audit::Rules::parse(
        "rules.json", "{\"rules\": [{" + std::string(kRule) + "}],\n\"timeZone\": \"" + name + "\"}");
    const auto checked = rules->checkTimeZone(connection);
    return checked ? "" : checked.outcome().issues().front().diagnostics;
  };
  for (const std::string right : {"UTC", "Asia/Kolkata", "Europe/Berlin"}) BOOST_TEST(zone(right) == "");
  // What PostgreSQL would take, but by another sign.
  for (const std::string wrong : {"Europe/Berlim", "UTC+2", "'; SELECT 1"})
    BOOST_TEST(zone(wrong).starts_with("rules.json:2: the database knows no time zone '" + wrong + "'"));
}

BOOST_AUTO_TEST_CASE(an_act_counts_for_whom_the_rule_asks_and_only_then) {
  audit::Act act = audit::actOf(
      R"({"id":"x","time":"t","person":"10000000-0000-4000-8000-000000000009","personType":"Practitioner","client":"c","address":"a","interaction":"read","type":"Patient","query":"a=\"}","patients":["10000000-0000-4000-8000-000000000001","10000000-0000-4000-8000-000000000002"],"outcome":"success","status":200})");
  BOOST_TEST(act.patients.size() == 2U);
  const std::string rest = R"(, "counts": "patients", "moreThan": 3, "within": "10min", "who": )";
  const auto by = [&](const std::string& who, const std::string& more = "") {
    return whoOf(ruleOf("\"name\": \"r\"" + rest + "\"" + who + "\"" + more), act);
  };
  BOOST_TEST(by("person") == "10000000-0000-4000-8000-000000000009");
  BOOST_TEST(by("client") == "c");
  BOOST_TEST(by("address") == "a");
  BOOST_TEST(
      by("client",
         R"(, "personType": "Practitioner", "interactions": ["vread", "read"], "types": ["Patient"], "outcome": "success")") ==
      "c");
  for (const std::string no : {R"("personType": "Patient")", R"("interactions": ["vread"])",
                               R"("types": ["Group"])", R"("outcome": "refused")", R"("purpose": "BTG")"})
    BOOST_TEST(by("client", ", " + no) == "", no);
  act.patients.clear();
  BOOST_TEST(by("client") == "");  // it is of nobody
  act.client = {};
  BOOST_TEST(whoOf(ruleOf(std::string(kRule)), act) == act.person);
}

BOOST_AUTO_TEST_CASE(a_night_goes_over_midnight) {
  const auto night = ruleOf(std::string(kRule) + R"(, "between": ["22:00", "06:00"])");
  const auto noon = ruleOf(std::string(kRule) + R"(, "between": ["11:30", "13:00"])");
  audit::Act act;
  act.person = "p";
  const auto at = [&](const audit::Rule& rule, int hour, int minute) {
    act.minute = hour * 60 + minute;
    return whoOf(rule, act) == "p";
  };
  BOOST_TEST((at(night, 22, 0) && at(night, 23, 59) && at(night, 0, 0) && at(night, 5, 59)));
  BOOST_TEST((!at(night, 21, 59) && !at(night, 6, 0) && !at(night, 12, 0)));
  BOOST_TEST((at(noon, 11, 30) && at(noon, 12, 59) && !at(noon, 13, 0) && !at(noon, 11, 29)));
}

BOOST_AUTO_TEST_SUITE_END()
