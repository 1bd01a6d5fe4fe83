#include "fhir/search/query.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

#include "fhir/search/escape.h"

using namespace fhir;
using namespace fhir::search;

namespace {

// Everything but composites and "phonetic"; sorts by a few.
class TestCatalog : public Catalog {
 public:
  bool supports(const TypeDefinition&, const SearchParameter& parameter) const override {
    return parameter.type != SearchParameterType::composite && parameter.code != "phonetic";
  }
  bool sorts(const TypeDefinition&, const SearchParameter& parameter) const override {
    return parameter.code == "_lastUpdated" || parameter.code == "family" || parameter.code == "birthdate";
  }
};

using Parameters = std::vector<std::pair<std::string, std::string>>;

Result<SearchQuery> parseFor(const char* type, const Parameters& parameters, bool lenient = false) {
  ParseOptions options;
  options.lenient = lenient;
  options.baseUrl = "http://here/fhir";
  options.maxCount = 500;
  return parse(*findResourceType(type), parameters, TestCatalog(), options);
}

const std::vector<Condition>& conditionsOf(const Result<SearchQuery>& query) {
  return query->types.front().conditions;
}

const Criterion& criterion(const Result<SearchQuery>& query, std::size_t at) {
  return std::get<Criterion>(conditionsOf(query).at(at).node);
}

// The one value of the one criterion.
Value valueOf(const char* type, const char* name, const std::string& text) {
  auto query = parseFor(type, {{name, text}});
  BOOST_TEST_REQUIRE(query.ok(), name << "=" << text);
  BOOST_TEST_REQUIRE(conditionsOf(query).size() == 1u);
  BOOST_TEST_REQUIRE(criterion(query, 0).values.size() == 1u);
  return criterion(query, 0).values[0];
}

std::string faultOf(const char* type, const Parameters& parameters, bool lenient = false) {
  auto query = parseFor(type, parameters, lenient);
  BOOST_TEST_REQUIRE(!query.ok(), parameters.front().first << "=" << parameters.front().second);
  BOOST_TEST((query.outcome().failure() == Failure::badRequest));
  return query.outcome().issues().front().diagnostics;
}

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(queries)

BOOST_AUTO_TEST_CASE(repeated_parameters_are_and_and_commas_are_or) {
  auto query = parseFor("Patient", {{"given", "Anna,Berta"}, {"given", "Clara"}});
  BOOST_TEST_REQUIRE(query.ok());
  BOOST_TEST(query->type().name == "Patient");
  BOOST_TEST_REQUIRE(conditionsOf(query).size() == 2u);
  BOOST_TEST(criterion(query, 0).values.size() == 2u);
  BOOST_TEST(conditionsOf(parseFor("Patient", {{"given", "Anna"}, {"given", "Anna"}})).size() == 1u);
  BOOST_TEST(criterion(query, 0).values[1].text == "Berta");
  BOOST_TEST(criterion(query, 1).values[0].text == "Clara");
  const Parameters applied{{"given", "Anna,Berta"}, {"given", "Clara"}};
  BOOST_TEST((query->applied == applied));
}

BOOST_AUTO_TEST_CASE(escaped_separators_belong_to_the_value) {
  for (const char* text : {"a,b", "a|b$c", "\\", "\\,", "", "plain"})
    BOOST_TEST(fhir::search::unescape(fhir::search::escape(text)) == text);
  BOOST_TEST(valueOf("Patient", "name", "a\\,b\\|c\\$d\\\\e").text == "a,b|c$d\\e");
  const auto token = valueOf("Patient", "identifier", "http://x\\|y|1\\,2");
  BOOST_TEST(token.system.value() == "http://x|y");
  BOOST_TEST(token.code == "1,2");
  BOOST_TEST(has(faultOf("Patient", {{"name", "a\\b"}}), "escapes none"));
  BOOST_TEST(has(faultOf("Patient", {{"name", "a\\"}}), "escapes none"));
}

BOOST_AUTO_TEST_CASE(tokens_have_a_code_a_system_or_both) {
  const auto code = valueOf("Patient", "gender", "female");
  BOOST_TEST(!code.system.has_value());
  BOOST_TEST(code.code == "female");
  const auto both = valueOf("Observation", "code", "http://loinc.org|8480-6");
  BOOST_TEST(both.system.value() == "http://loinc.org");
  BOOST_TEST(both.code == "8480-6");
  const auto none = valueOf("Observation", "code", "|8480-6");
  BOOST_TEST(none.system.value() == "");
  const auto any = valueOf("Patient", "identifier", "http://x|");
  BOOST_TEST(any.system.value() == "http://x");
  BOOST_TEST(any.code == "");
  BOOST_TEST(has(faultOf("Patient", {{"identifier", "|"}}), "neither system nor code"));
  BOOST_TEST(has(faultOf("Patient", {{"identifier", "a|b|c"}}), "system|code"));
  BOOST_TEST(valueOf("Observation", "code:text", "Blood | pressure").text == "Blood | pressure");
}

BOOST_AUTO_TEST_CASE(ordered_types_take_prefixes) {
  const std::pair<const char*, Prefix> rows[] = {
      {"eq", Prefix::eq}, {"ne", Prefix::ne}, {"gt", Prefix::gt}, {"lt", Prefix::lt}, {"ge", Prefix::ge},
      {"le", Prefix::le}, {"sa", Prefix::sa}, {"eb", Prefix::eb}, {"ap", Prefix::ap}, {"", Prefix::eq}};
  for (const auto& [text, prefix] : rows) {
    BOOST_TEST((valueOf("Patient", "birthdate", std::string(text) + "1970").prefix == prefix));
    BOOST_TEST((valueOf("Observation", "value-quantity", std::string(text) + "5.4").prefix == prefix));
    BOOST_TEST((valueOf("RiskAssessment", "probability", std::string(text) + "0.8").prefix == prefix));
  }
  BOOST_TEST(valueOf("Patient", "birthdate", "ge1970").date.low == 0);
  BOOST_TEST(has(faultOf("Patient", {{"birthdate", "after1970"}}), "prefixes are eq"));
  BOOST_TEST(has(faultOf("Patient", {{"birthdate", "GE1970"}}), "prefixes are eq"));
  BOOST_TEST(has(faultOf("Patient", {{"birthdate", "gegt1970"}}), "no date"));
}

BOOST_AUTO_TEST_CASE(other_types_take_the_letters_as_text) {
  BOOST_TEST(valueOf("Patient", "name", "gert").text == "gert");
  BOOST_TEST(valueOf("Patient", "identifier", "eq1").code == "eq1");
  BOOST_TEST(valueOf("Observation", "subject", "ne1").targetId == "ne1");
}

BOOST_AUTO_TEST_CASE(impossible_dates_are_refused_without_repeating_them) {
  const auto fault = faultOf("Patient", {{"birthdate", "1990-02-30"}});
  BOOST_TEST(has(fault, "'birthdate' is no date that exists"));
  BOOST_TEST(!has(fault, "1990"));
  BOOST_TEST(has(faultOf("Patient", {{"birthdate", "1990,x"}}), "Value 2 of 'birthdate'"));
}

BOOST_AUTO_TEST_CASE(quantities_have_a_number_and_perhaps_a_unit) {
  const auto bare = valueOf("Observation", "value-quantity", "5.40");
  BOOST_TEST(bare.number.low == "5.395");
  BOOST_TEST(bare.unit == "");
  const auto coded = valueOf("Observation", "value-quantity", "lt5.4|http://unitsofmeasure.org|mg");
  BOOST_TEST(coded.system.value() == "http://unitsofmeasure.org");
  BOOST_TEST(coded.unit == "mg");
  const auto unit = valueOf("Observation", "value-quantity", "5.4||mg");
  BOOST_TEST(!unit.system.has_value());
  BOOST_TEST(unit.unit == "mg");
  for (const char* text : {"5.4|mg", "5.4|http://x|", "5.4||", "|http://x|mg", "5,4x", "5.4|a|b|c", "mg"}) {
    faultOf("Observation", {{"value-quantity", text}});
  }
}

BOOST_AUTO_TEST_CASE(references_are_ids_types_with_ids_or_urls) {
  const auto id = valueOf("Observation", "subject", "123");
  BOOST_TEST(id.targetType == "");
  BOOST_TEST(id.targetId == "123");
  const auto typed = valueOf("Observation", "subject", "Patient/123");
  BOOST_TEST(typed.targetType == "Patient");
  const auto own = valueOf("Observation", "subject", "http://here/fhir/Patient/123");
  BOOST_TEST(own.targetType == "Patient");
  BOOST_TEST(own.targetId == "123");
  BOOST_TEST(own.text == "");
  const auto other = valueOf("Observation", "subject", "http://there/fhir/Patient/123");
  BOOST_TEST(other.text == "http://there/fhir/Patient/123");
  BOOST_TEST(other.targetId == "");
  const auto modified = valueOf("Observation", "subject:Patient", "123");
  BOOST_TEST(modified.targetType == "Patient");
  BOOST_TEST(modified.targetId == "123");
  const auto canonical = valueOf("CarePlan", "instantiates-canonical", "http://x/PlanDefinition/y|1.0");
  BOOST_TEST(canonical.text == "http://x/PlanDefinition/y");
  BOOST_TEST(canonical.code == "1.0");
}

BOOST_AUTO_TEST_CASE(references_that_can_match_nothing_are_refused) {
  BOOST_TEST(has(faultOf("Observation", {{"patient", "Practitioner/1"}}), "cannot point to Practitioner"));
  BOOST_TEST(has(faultOf("Observation", {{"subject:Practitioner", "1"}}), "cannot point to Practitioner"));
  BOOST_TEST(has(faultOf("Observation", {{"subject:Patient", "Group/1"}}), "another resource type"));
  BOOST_TEST(has(faultOf("Observation", {{"subject", "Pateint/1"}}), "name of a resource type"));
  BOOST_TEST(has(faultOf("Observation", {{"subject", "Patient/1/_history/2"}}), "version"));
  BOOST_TEST(has(faultOf("Observation", {{"subject", "#p1"}}), "Type/id"));
  BOOST_TEST(has(faultOf("Observation", {{"subject", "Patient?name=x"}}), "Type/id"));
}

BOOST_AUTO_TEST_CASE(each_type_takes_its_own_modifiers) {
  struct Row {
    const char* type;
    const char* name;
    const char* value;
    Modifier modifier;
  };
  const Row rows[] = {
      {"Patient", "family:exact", "A", Modifier::exact},
      {"Patient", "family:contains", "A", Modifier::contains},
      {"Patient", "family:missing", "true", Modifier::missing},
      {"Patient", "gender:not", "male", Modifier::not_},
      {"Observation", "code:text", "x", Modifier::text},
      {"Patient", "birthdate:missing", "false", Modifier::missing},
      {"Observation", "subject:Patient", "1", Modifier::type},
      {"ValueSet", "url:below", "http://x/y", Modifier::below},
      {"ValueSet", "url:above", "http://x/y", Modifier::above},
      {"Procedure", "location:below", "42", Modifier::below},
      {"Encounter", "part-of:above", "Encounter/42", Modifier::above},
  };
  for (const auto& row : rows) {
    auto query = parseFor(row.type, {{row.name, row.value}});
    BOOST_TEST_REQUIRE(query.ok(), row.name);
    BOOST_TEST((criterion(query, 0).modifier == row.modifier), row.name);
  }
  BOOST_TEST(valueOf("Patient", "family:missing", "true").missing);
  BOOST_TEST(!valueOf("Patient", "family:missing", "false").missing);
}

BOOST_AUTO_TEST_CASE(a_wrong_modifier_is_refused_naming_the_right_ones_lenient_or_not) {
  for (const bool lenient : {false, true}) {
    const auto fault = faultOf("Patient", {{"birthdate:exact", "1970"}}, lenient);
    BOOST_TEST(has(fault, "does not take the modifier 'exact'; it takes ':missing'"), fault);
    BOOST_TEST(has(faultOf("Patient", {{"family:exactly", "x"}}, lenient),
                   "unknown modifier 'exactly'; it takes ':missing', ':exact' and ':contains'"));
    BOOST_TEST(has(faultOf("Patient", {{"family:", "x"}}, lenient), "unknown modifier ''"));
    BOOST_TEST(has(faultOf("Patient", {{"gender:contains", "x"}}, lenient),
                   "does not take the modifier 'contains'"));
    BOOST_TEST(has(faultOf("Patient", {{"_id:exact", "x"}}, lenient), "it takes ':missing' and ':not'"));
    BOOST_TEST(has(faultOf("Patient", {{"_count:exact", "1"}}, lenient), "takes no modifier"));
    BOOST_TEST(has(faultOf("ValueSet", {{"url:below", "urn:oid:1.2"}}, lenient), "URN"));
  }
  BOOST_TEST(has(faultOf("Patient", {{"family:missing", "yes"}}), "'true' nor 'false'"));
  BOOST_TEST(has(faultOf("Patient", {{"family:missing", "true,false"}}), "one value"));
}

BOOST_AUTO_TEST_CASE(what_is_above_or_below_a_reference_is_of_a_type_that_has_parts) {
  BOOST_TEST(valueOf("Procedure", "location:below", "42").targetType == "Location");
  BOOST_TEST(valueOf("Location", "partof:above", "Location/42").targetId == "42");
  BOOST_TEST(valueOf("Patient", "general-practitioner:below", "42").targetType == "Organization");
  BOOST_TEST(has(faultOf("Provenance", {{"target:below", "42"}}), "Location/id"));
  BOOST_TEST(has(faultOf("Procedure", {{"location:below", "http://x/Location/1"}}), "as Location/id"));
  BOOST_TEST(
      has(faultOf("Observation", {{"patient:below", "Patient/1"}}), "it takes ':missing', a resource type"));
  BOOST_TEST(has(faultOf("Observation", {{"subject:below", "Patient/1"}}), "as Location/id"));
}

BOOST_AUTO_TEST_CASE(values_are_counted_for_each_type_and_over_all) {
  const auto ids = [](int count) {
    std::string text = "a";
    for (int i = 1; i < count; ++i) text += ",a" + std::to_string(i);
    return text;
  };
  const auto across = [&](int count) {
    return parse(Scope{}, {{"_id", ids(count)}}, TestCatalog(), ParseOptions{});
  };
  BOOST_TEST(across(60).ok());
  const auto many = across(70);
  BOOST_TEST_REQUIRE(!many.ok());
  BOOST_TEST(has(many.outcome().issues()[0].diagnostics, "fewer types by '_type'"));
  BOOST_TEST(parseFor("Patient", {{"_id", ids(1000)}}).ok());
  BOOST_TEST(has(faultOf("Patient", {{"_id", ids(600)}, {"identifier", ids(600)}}), "at most 1000 values"));
}

BOOST_AUTO_TEST_CASE(an_unknown_parameter_is_refused_with_the_nearest_names) {
  BOOST_TEST(has(faultOf("Patient", {{"famly", "x"}}), "Did you mean 'family'"));
  BOOST_TEST(has(faultOf("Patient", {{"BirthDate", "x"}}), "Did you mean 'birthdate'"));
  BOOST_TEST(has(faultOf("Patient", {{"_cuont", "1"}}), "Did you mean '_count'"));
  BOOST_TEST(has(faultOf("Patient", {{"address-zip", "x"}}), "is no search parameter of Patient"));
  BOOST_TEST(!has(faultOf("Patient", {{"zzzzzzzzzzz", "x"}}), "Did you mean"));
}

BOOST_AUTO_TEST_CASE(what_r4_has_and_the_server_has_not_is_refused_by_name) {
  BOOST_TEST(has(faultOf("Patient", {{"phonetic", "x"}}), "R4 defines 'phonetic' for Patient"));
  BOOST_TEST(has(faultOf("Observation", {{"code-value-quantity", "x$5"}}), "not supported here"));
  for (const char* name : {"_query"}) {
    BOOST_TEST(has(faultOf("Patient", {{name, "x"}}), "not supported here"), name);
  }
}

BOOST_AUTO_TEST_CASE(contained_resources_are_asked_for_by_three_words_and_two) {
  auto query = parseFor("Patient", {{"_containedType", "contained"}, {"_contained", "both"}});
  BOOST_TEST_REQUIRE(query.ok());
  BOOST_TEST((query->contained == Contained::both));
  BOOST_TEST((query->containedType == ContainedType::contained));
  BOOST_TEST(query->applied.size() == 2U);
  query = parseFor("Patient", {{"_contained", "false"}});
  BOOST_TEST_REQUIRE(query.ok());
  BOOST_TEST((query->contained == Contained::none));
  BOOST_TEST(has(faultOf("Patient", {{"_contained", "yes"}}), "'false', 'true', 'both'"));
  BOOST_TEST(
      has(faultOf("Patient", {{"_contained", "true"}, {"_containedType", "x"}}), "'container', 'contained'"));
  BOOST_TEST(has(faultOf("Patient", {{"_containedType", "container"}}), "needs '_contained=true'"));
  BOOST_TEST(has(faultOf("Patient", {{"_contained", "true"}, {"_contained", "both"}}), "more than once"));
}

// Of a container any reference may be followed: it may be of any type.
BOOST_AUTO_TEST_CASE(includes_start_from_what_the_answer_has) {
  BOOST_TEST(
      parseFor("Medication", {{"_include", "MedicationRequest:subject"}, {"_contained", "true"}}).ok());
  BOOST_TEST(has(faultOf("Medication", {{"_include", "MedicationRequest:subject"}}), "does not start at"));
  BOOST_TEST(has(faultOf("Medication", {{"_include", "MedicationRequest:subject"},
                                        {"_contained", "true"},
                                        {"_containedType", "contained"}}),
                 "does not start at"));
}

BOOST_AUTO_TEST_CASE(a_chain_names_its_link_its_types_and_what_it_asks_of_them) {
  auto query = parseFor("Observation", {{"patient.organization.name", "x"}});
  BOOST_TEST_REQUIRE(query.ok());
  const auto& first = std::get<Chain>(conditionsOf(query)[0].node);
  BOOST_TEST(first.link->code == "patient");
  BOOST_TEST_REQUIRE(first.targets.size() == 1u);
  const auto& second = std::get<Chain>(first.targets[0].conditions[0].node);
  BOOST_TEST(second.targets[0].type->name == "Organization");
  BOOST_TEST(std::get<Criterion>(second.targets[0].conditions[0].node).parameter->code == "name");
  // Of the types that subject may point to, those that have the parameter.
  query = parseFor("Observation", {{"subject.identifier", "x"}});
  BOOST_TEST_REQUIRE(query.ok());
  BOOST_TEST(std::get<Chain>(conditionsOf(query)[0].node).targets.size() == 4u);
  BOOST_TEST(has(faultOf("Observation", {{"status.name", "x"}}), "is no reference"));
  BOOST_TEST(has(faultOf("Observation", {{"specimen:Group.name", "x"}}), "cannot point to 'Group'"));
  BOOST_TEST(has(faultOf("Observation", {{"patient.nmae", "x"}}), "Did you mean 'name'"));
  BOOST_TEST(has(faultOf("Observation", {{"patient.birthdate", "x"}}), "no prefix of that name"));
  std::string deep = "part-of:Procedure";
  for (int i = 0; i < 9; ++i) deep += ".part-of:Procedure";
  BOOST_TEST(has(faultOf("Procedure", {{deep + ".status", "completed"}}), "more than 8"));
}

BOOST_AUTO_TEST_CASE(a_chain_that_says_nothing_right_is_left_out_by_lenient_handling_only_with_a_warning) {
  auto query = parseFor("Observation", {{"patient.nmae", "x"}, {"status", "final"}}, true);
  BOOST_TEST_REQUIRE(query.ok());
  BOOST_TEST(conditionsOf(query).size() == 1u);
  BOOST_TEST_REQUIRE(query->ignored.size() == 1u);
  BOOST_TEST(query->ignored[0].expression == "patient.nmae");
  BOOST_TEST(query->applied.size() == 1u);
}

BOOST_AUTO_TEST_CASE(has_names_a_type_its_link_and_what_is_asked_of_it) {
  auto query = parseFor("Patient", {{"_has:Observation:patient:code:text", "x"}});
  BOOST_TEST_REQUIRE(query.ok());
  const auto& condition = std::get<Has>(conditionsOf(query)[0].node);
  BOOST_TEST(condition.type->name == "Observation");
  BOOST_TEST(condition.link->code == "patient");
  BOOST_TEST((std::get<Criterion>(condition.conditions[0].node).modifier == Modifier::text));
  BOOST_TEST(has(faultOf("Patient", {{"_has:Observation:patient", "x"}}), "not written as"));
  BOOST_TEST(has(faultOf("Patient", {{"_has:Observation:code:status", "x"}}), "is no reference"));
  BOOST_TEST(has(faultOf("Organization", {{"_has:Observation:patient:code", "x"}}), "cannot point to"));
  BOOST_TEST(has(faultOf("Patient", {{"_has:Observation:patient:cdoe", "x"}}), "Did you mean 'code'"));
}

BOOST_AUTO_TEST_CASE(a_filter_is_read_with_its_precedence_and_refused_where_it_breaks) {
  auto query =
      parseFor("Patient", {{"_filter", "name co \"a b\" or gender eq male and not (active eq true)"}});
  BOOST_TEST_REQUIRE(query.ok());
  const auto& either = std::get<Logic>(conditionsOf(query)[0].node);
  BOOST_TEST((either.op == Logic::Operator::any));
  BOOST_TEST_REQUIRE(either.conditions.size() == 2u);
  BOOST_TEST(std::get<Criterion>(either.conditions[0].node).values[0].text == "a b");
  const auto& both = std::get<Logic>(either.conditions[1].node);
  BOOST_TEST((both.op == Logic::Operator::all));
  BOOST_TEST((std::get<Logic>(both.conditions[1].node).op == Logic::Operator::none));
  BOOST_TEST(parseFor("Patient", {{"_filter", "name co \"a\\\"b,c$d|e\""}}).ok());
  for (const char* broken :
       {"", "name", "name eq", "name eq \"x", "(name eq x", "name eq x)", "name eq x or", "not name eq x",
        "name eq x and", "name likes x", "gender gt male", "organization[name eq x"})
    BOOST_TEST(!parseFor("Patient", {{"_filter", broken}}).ok(), broken);
  BOOST_TEST(has(faultOf("Patient", {{"_filter", "name likes x"}}), "none of those"));
  BOOST_TEST(has(faultOf("Patient", {{"_filter", "nmae eq x"}}), "Did you mean 'name'"));
  const std::string nested = std::string(20, '(') + "name eq x" + std::string(20, ')');
  BOOST_TEST(has(faultOf("Patient", {{"_filter", nested}}), "more than 8"));
}

BOOST_AUTO_TEST_CASE(an_include_names_where_it_starts_and_one_that_finds_nothing_is_refused) {
  auto query = parseFor("Observation", {{"_include", "Observation:subject:Patient"},
                                        {"_revinclude:iterate", "Provenance:target"},
                                        {"_include", "*"}});
  BOOST_TEST_REQUIRE(query.ok());
  BOOST_TEST_REQUIRE(query->includes.size() == 3u);
  BOOST_TEST(query->includes[0].target->name == "Patient");
  BOOST_TEST(query->includes[1].reverse);
  BOOST_TEST(query->includes[1].iterate);
  BOOST_TEST(query->includes[2].source == nullptr);
  BOOST_TEST(has(faultOf("Observation", {{"_include", "Patient:organization"}}), "':iterate'"));
  BOOST_TEST(has(faultOf("Observation", {{"_include", "Observation:code"}}), "no reference parameter"));
  BOOST_TEST(has(faultOf("Observation", {{"_include", "Observation:patint"}}), "Did you mean 'patient'"));
  BOOST_TEST(has(faultOf("Observation", {{"_include", "Observation"}}), "not written as"));
  BOOST_TEST(has(faultOf("Observation", {{"_include", "Observation:specimen:Group"}}), "cannot point to"));
  BOOST_TEST(has(faultOf("Observation", {{"_include:deep", "Observation:patient"}}), "unknown modifier"));
  BOOST_TEST(has(faultOf("Organization", {{"_revinclude", "Observation:patient"}}), "':iterate'"));
}

BOOST_AUTO_TEST_CASE(lists_and_places_have_forms_of_their_own) {
  auto query = parseFor("Patient", {{"_list", "a,List/b"}});
  BOOST_TEST_REQUIRE(query.ok());
  BOOST_TEST((std::get<InList>(conditionsOf(query)[0].node).ids == std::vector<std::string>{"a", "b"}));
  BOOST_TEST(has(faultOf("Patient", {{"_list", "$current-allergies"}}), "are not kept here"));
  BOOST_TEST(valueOf("Location", "near", "1.5|-2|3|m").near.kilometres == 0.003);
  for (const char* broken : {"1", "91|0", "0|181", "1|2|-3", "1|2|3|parsec", "a|b", "nan|0", "1|2|3|km|x"})
    BOOST_TEST(has(faultOf("Location", {{"near", broken}}), "latitude"), broken);
}

BOOST_AUTO_TEST_CASE(all_faults_come_in_one_outcome) {
  auto query =
      parseFor("Patient", {{"famly", "x"}, {"birthdate", "x,1970,y"}, {"_count", "-1"}, {"name", "ok"}});
  BOOST_TEST_REQUIRE(!query.ok());
  BOOST_TEST(query.outcome().issues().size() == 4u);
  BOOST_TEST(query.outcome().issues()[0].expression == "famly");
}

BOOST_AUTO_TEST_CASE(lenient_handling_leaves_out_the_unknown_and_says_so) {
  auto query = parseFor("Patient",
                        {{"famly", "x"},
                         {"phonetic", "y"},
                         {"name", ""},
                         {"_include", "x"},
                         {"given", "Anna"},
                         {"_sort", "name,-birthdate"},
                         {"_elements", "name,nam"}},
                        true);
  BOOST_TEST_REQUIRE(query.ok());
  BOOST_TEST(conditionsOf(query).size() == 1u);
  BOOST_TEST(query->ignored.size() == 6u);
  for (const auto& issue : query->ignored) BOOST_TEST((issue.severity == Severity::warning));
  const Parameters applied{{"given", "Anna"}, {"_sort", "-birthdate"}, {"_elements", "name"}};
  BOOST_TEST((query->applied == applied));
  BOOST_TEST(query->types.front().sort.size() == 1u);
  BOOST_TEST(has(faultOf("Patient", {{"birthdate", "13"}}, true), "no date"));
}

BOOST_AUTO_TEST_CASE(a_parameter_without_value_is_refused) {
  BOOST_TEST(has(faultOf("Patient", {{"name", ""}}), "has no value"));
  BOOST_TEST(has(faultOf("Patient", {{"name", "a,,b"}}), "Value 2 of 'name' is empty"));
  BOOST_TEST(has(faultOf("Patient", {{"name", ","}}), "is empty"));
  BOOST_TEST(has(faultOf("Patient", {{"name", "  "}}), "no letter"));
  BOOST_TEST(has(faultOf("Patient", {{"name", "\u0301"}}), "no letter"));
  BOOST_TEST(has(faultOf("Patient", {{"", "x"}}), "name is empty"));
}

BOOST_AUTO_TEST_CASE(result_parameters_are_read) {
  auto query = parseFor("Patient", {{"_count", "20"},
                                    {"_sort", "family,-_lastUpdated"},
                                    {"_total", "accurate"},
                                    {"_summary", "data"},
                                    {"_elements", "name,birthDate,deceasedBoolean"},
                                    {"_cursor", "opaque:x.y"},
                                    {"_format", "json"},
                                    {"_pretty", "true"}});
  BOOST_TEST_REQUIRE(query.ok());
  BOOST_TEST(query->count.value() == 20u);
  BOOST_TEST_REQUIRE(query->types.front().sort.size() == 2u);
  BOOST_TEST(!query->types.front().sort[0].descending);
  BOOST_TEST(query->types.front().sort[1].parameter->code == "_lastUpdated");
  BOOST_TEST(query->types.front().sort[1].descending);
  BOOST_TEST((query->total == Total::accurate));
  BOOST_TEST((query->summary == SummaryMode::data));
  const std::vector<std::string> elements{"name", "birthDate", "deceased"};
  BOOST_TEST((query->elements == elements));
  BOOST_TEST(query->cursor == "opaque:x.y");
  BOOST_TEST(query->applied.size() == 5u);
}

BOOST_AUTO_TEST_CASE(a_count_is_capped_and_zero_is_allowed) {
  BOOST_TEST(parseFor("Patient", {{"_count", "0"}})->count.value() == 0u);
  for (const char* text : {"501", "99999999999999999999999"}) {
    auto query = parseFor("Patient", {{"_count", text}});
    BOOST_TEST_REQUIRE(query.ok());
    BOOST_TEST(query->count.value() == 500u);
    BOOST_TEST(query->applied[0].second == "500");
  }
  for (const char* text : {"-1", "+1", "1.5", "ten", "1 ", " 1", "0x1", "1,2"})
    faultOf("Patient", {{"_count", text}});
}

BOOST_AUTO_TEST_CASE(wrong_result_parameters_are_refused) {
  BOOST_TEST(has(faultOf("Patient", {{"_total", "exact"}}), "'none', 'estimate', 'accurate'"));
  BOOST_TEST(has(faultOf("Patient", {{"_summary", "yes"}}), "none of 'true'"));
  BOOST_TEST(has(faultOf("Patient", {{"_sort", "famil"}}), "Did you mean 'family'"));
  BOOST_TEST(has(faultOf("Patient", {{"_sort", "gender"}}), "cannot be sorted by 'gender'"));
  BOOST_TEST(has(faultOf("Patient", {{"_sort", "family,-family"}}), "twice"));
  BOOST_TEST(has(faultOf("Patient", {{"_sort", "family,"}}), "empty name"));
  BOOST_TEST(has(faultOf("Patient", {{"_elements", "brithDate"}}), "Did you mean 'birthDate'"));
  BOOST_TEST(has(faultOf("Patient", {{"_count", "1"}, {"_count", "2"}}), "more than once"));
}

BOOST_AUTO_TEST_CASE(id_and_last_updated_are_criteria_too) {
  auto query = parseFor("Patient", {{"_id", "a,b"}, {"_lastUpdated", "ge2020"}});
  BOOST_TEST_REQUIRE(query.ok());
  BOOST_TEST(conditionsOf(query).size() == 2u);
  BOOST_TEST(criterion(query, 0).values[1].code == "b");
  BOOST_TEST(has(faultOf("Patient", {{"_id", "x|y"}}), "no id"));
}

BOOST_AUTO_TEST_CASE(a_code_that_no_resource_can_have_is_refused_lenient_or_not) {
  BOOST_TEST(has(faultOf("Patient", {{"gender", "mal"}}), "'female', 'male', 'other', 'unknown'"));
  BOOST_TEST(has(faultOf("Patient", {{"gender:not", "Male"}}), "none of the codes"));
  BOOST_TEST(
      has(faultOf("Patient", {{"gender", "http://x|male"}}), "http://hl7.org/fhir/administrative-gender"));
  BOOST_TEST(has(faultOf("Patient", {{"active", "yes"}}), "'true' nor 'false'"));
  BOOST_TEST(has(faultOf("Appointment", {{"status", "booked,confirmed"}}), "Value 2 of 'status'"));
  for (const char* value : {"male", "http://hl7.org/fhir/administrative-gender|male", "|male",
                            "http://hl7.org/fhir/administrative-gender|"}) {
    BOOST_TEST(parseFor("Patient", {{"gender", value}}).ok(), value);
  }
  BOOST_TEST(has(faultOf("Patient", {{"gender", "mal"}}, true), "'female', 'male', 'other', 'unknown'"));
  BOOST_TEST(parseFor("Patient", {{"deceased", "true"}, {"active", "false"}, {"language", "xx"}}).ok());
}

BOOST_AUTO_TEST_CASE(hostile_input_is_refused_quickly) {
  BOOST_TEST(has(faultOf("Patient", {{"name", std::string(3000, 'x')}}), "2048"));
  std::string many = "x";
  for (int i = 0; i < 1000; ++i) many += ",x";
  BOOST_TEST(has(faultOf("Patient", {{"name", many}}), "1000 values"));
  BOOST_TEST(has(faultOf("Patient", {{"name", std::string(1'000'000, ',')}}), "1000 values"));
  BOOST_TEST(has(faultOf("Patient", {{"name", std::string("a\0b", 3)}}), "plain UTF-8"));
  BOOST_TEST(has(faultOf("Patient", {{"name", "a\xC0\x80"}}), "plain UTF-8"));
  BOOST_TEST(has(faultOf("Patient", {{"name", "\xED\xA0\x80"}}), "plain UTF-8"));
  BOOST_TEST(has(faultOf("Patient", {{"na\xFFme", "x"}}), "plain UTF-8"));
  BOOST_TEST(has(faultOf("Patient", {{"name\r\nX-Evil: 1", "x"}}), "parameter"));
  BOOST_TEST(has(faultOf("Patient", {{std::string(100'000, 'n'), "x"}}), "512 bytes"));
  BOOST_TEST(has(faultOf("Patient", Parameters(101, {"name", "x"})), "100 parameters"));
  BOOST_TEST(has(faultOf("Patient", {{"_cursor", std::string(5000, 'x')}}), "cursor"));
  auto query = parseFor("Patient", Parameters(200, {"nonsense", "x"}));
  BOOST_TEST_REQUIRE(!query.ok());
  BOOST_TEST(query.outcome().issues().size() <= 50u);
}

BOOST_AUTO_TEST_CASE(a_value_never_shows_up_in_a_message) {
  const std::string secret = "Mustermann1970";
  for (const char* name : {"birthdate", "birthdate:missing", "_id", "_count", "_sort", "_elements", "_total",
                           "_summary", "nonsense", "general-practitioner", "death-date"}) {
    auto query = parseFor("Patient", {{name, "/" + secret + "/|?"}});
    BOOST_TEST_REQUIRE(!query.ok(), name);
    for (const auto& issue : query.outcome().issues())
      BOOST_TEST(!has(issue.diagnostics, secret.c_str()), name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
