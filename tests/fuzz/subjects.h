// Resources that expressions are evaluated on and patches applied to.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "fhir/json/json.h"
#include "tests/fuzz/fuzz.h"

namespace fuzz {

inline constexpr std::array<std::string_view, 4> subjectTexts{
    R"({"resourceType":"Patient","id":"a","contained":[{"resourceType":"Organization","id":"o","name":"N"}],)"
    R"("text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>"},)"
    R"("extension":[{"url":"http://x.example/e","valueDecimal":1.50},{"url":"u","extension":[{"url":"v","valueDate":"2016-02"}]}],)"
    R"("identifier":[{"use":"usual","system":"urn:oid:1.2","value":"12"}],"active":true,"_active":{"id":"x"},)"
    R"("name":[{"use":"official","family":"Chalmers","given":["Peter",null,"James"],"_given":[null,{"id":"g"},null]},)"
    R"({"use":"usual","text":"Zo\u00eb"}],"birthDate":"1974-12-25","multipleBirthInteger":2,)"
    R"("managingOrganization":{"reference":"#o"},"link":[{"other":{"reference":"Patient/b"},"type":"seealso"}]})",
    R"({"resourceType":"Observation","id":"b","status":"final","category":[{"coding":[{"system":)"
    R"("http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],)"
    R"("code":{"coding":[{"system":"http://loinc.org","code":"29463-7","display":"Body weight"}]},)"
    R"("subject":{"reference":"Patient/a"},"effectivePeriod":{"start":"2016-03-28","end":"2016-03-28T10:00:00.5+02:00"},)"
    R"("issued":"2016-03-28T23:59:60Z","valueQuantity":{"value":185.0,"unit":"lbs","system":"http://unitsofmeasure.org",)"
    R"("code":"[lb_av]"},"referenceRange":[{"low":{"value":1},"text":"a"}],"component":[{"code":{"text":"c"},)"
    R"("valueString":"v"},{"code":{"text":"d"},"valueTime":"10:30:00"}]})",
    R"({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520",)"
    R"("resource":{"resourceType":"Patient","id":"p","deceasedDateTime":"2015"}},{"fullUrl":"http://x.example/Encounter/e",)"
    R"("resource":{"resourceType":"Encounter","id":"e","status":"planned","class":{"code":"AMB"},"subject":{"reference":)"
    R"("urn:uuid:c757873d-ec9a-4326-a141-556f43239520"},"length":{"value":1e1,"code":"min"}}}]})",
    R"({"resourceType":"Questionnaire","id":"q","url":"http://x.example/q|1","status":"draft","item":[{"linkId":"1",)"
    R"("type":"group","item":[{"linkId":"1.1","type":"choice","answerOption":[{"valueCoding":{"code":"c"}}],)"
    R"("enableWhen":[{"question":"2","operator":">","answerDecimal":-0.10}]}]},{"linkId":"2","type":"decimal"}]})"};

// Parsed once.
inline const std::vector<fhir::Resource>& subjects() {
  static const std::vector<fhir::Resource> all = [] {
    std::vector<fhir::Resource> out;
    for (const std::string_view text : subjectTexts) {
      auto parsed = fhir::json::parse(text);
      if (!parsed) require(false, parsed.outcome().toJson());
      out.push_back(*std::move(parsed));
    }
    return out;
  }();
  return all;
}

}  // namespace fuzz
