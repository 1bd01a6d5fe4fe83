#include "tests/fhir/terminology/definitions.h"

#include <boost/test/unit_test.hpp>

#include "fhir/json/json.h"
#include "fhir/terminology/composition.h"

namespace fixture {

using namespace fhir::terminology;

Definitions::Definitions(std::initializer_list<std::string> resources) {
  for (const std::string& text : resources) add(text);
}

void Definitions::add(const std::string& text) {
  auto parsed = fhir::json::parse(text);
  BOOST_REQUIRE_MESSAGE(parsed, text);
  if (parsed->typeName() == "CodeSystem") {
    auto made = CodeSystem::read(*std::move(parsed));
    BOOST_REQUIRE_MESSAGE(made, text);
    codeSystems_.insert(*std::move(made));
  } else {
    auto made = ValueSet::read(*std::move(parsed));
    BOOST_REQUIRE_MESSAGE(made, text);
    valueSets_.insert(*std::move(made));
  }
}

const CodeSystem* Definitions::codeSystem(std::string_view canonical) const {
  const auto* own = codeSystems_.find(canonical);
  return own ? own : r4().codeSystem(canonical);
}

const ValueSet* Definitions::valueSet(std::string_view canonical) const {
  const auto* own = valueSets_.find(canonical);
  return own ? own : r4().valueSet(canonical);
}

std::string animals(const std::string& more) {
  return R"({"resourceType":"CodeSystem","url":"urn:animals","version":"2","name":"Animals","status":"active",
    "content":"complete","caseSensitive":true)" +
         more + R"(,"property":[{"code":"legs","type":"integer"},{"code":"size","type":"code"},
      {"code":"child","uri":"http://hl7.org/fhir/concept-properties#child","type":"code"},
      {"code":"kind","uri":"http://hl7.org/fhir/concept-properties#parent","type":"code"},
      {"code":"group","uri":"http://hl7.org/fhir/concept-properties#notSelectable","type":"boolean"},
      {"code":"status","uri":"http://hl7.org/fhir/concept-properties#status","type":"code"}],
    "concept":[
    {"code":"animal","display":"Animal","property":[{"code":"group","valueBoolean":true}],"concept":[
      {"code":"mammal","display":"Mammal","concept":[
        {"code":"dog","display":"Dog","definition":"A barking mammal",
         "designation":[{"language":"nl","value":"Hond"},{"language":"de","value":"H\u00fcndchen"}],
         "property":[{"code":"legs","valueInteger":4},{"code":"size","valueCode":"large"}]},
        {"code":"cat","display":"Cat","property":[{"code":"legs","valueInteger":4}],"concept":[
          {"code":"kitten","display":"Young cat"}]}]},
      {"code":"bird","display":"Bird","property":[{"code":"legs","valueInteger":2}],"concept":[
        {"code":"dodo","display":"Dodo","property":[{"code":"status","valueCode":"retired"}]}]}]},
    {"code":"pet","display":"Pet","property":[{"code":"child","valueCode":"dog"}]},
    {"code":"budgie","display":"Budgie","property":[{"code":"kind","valueCode":"pet"},{"code":"kind","valueCode":"bird"}]}]})";
}

std::string valueSet(const std::string& compose, const std::string& url) {
  return R"({"resourceType":"ValueSet","url":")" + url + R"(","status":"active","compose":)" + compose + "}";
}

std::string filtered(const std::string& property, const std::string& op, const std::string& value) {
  return valueSet(R"({"include":[{"system":"urn:animals","filter":[{"property":")" + property +
                  R"(","op":")" + op + R"(","value":")" + value + R"("}]}]})");
}

std::string codes(const Definitions& definitions, const std::string& url) {
  const ValueSet* found = definitions.valueSet(url);
  BOOST_REQUIRE(found);
  Composition composition(definitions);
  std::vector<Member> members;
  if (!composition.list(*found, members))
    return "!" + std::string(fhir::code(composition.why().issues().front().type));
  std::string text;
  for (const Member& each : members) {
    if (!text.empty()) text += ' ';
    text += each.code;
  }
  return text;
}

}  // namespace fixture
