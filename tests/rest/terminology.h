// Calls of the operations on terminology, for their tests.
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/rest/api_fixture.h"

namespace terms {

inline const std::string kGender = "http://hl7.org/fhir/administrative-gender";
inline const std::string kGenderSet = "http://hl7.org/fhir/ValueSet/administrative-gender";
inline const std::string kTable = "http://terminology.hl7.org/CodeSystem/v2-0001";  // with names in Dutch
inline const std::string kTableSet = "http://terminology.hl7.org/ValueSet/v2-0001";
inline const std::string kActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

// A GET; `target`: "CodeSystem/$lookup?code=x".
inline http::Response get(const std::string& target) {
  return fixture::server().ask("GET", "/" + target);
}

// A POST of Parameters: `parameters` is the text between the brackets of the list.
inline http::Response post(const std::string& target, const std::string& parameters) {
  return fixture::server().ask("POST", "/" + target, {},
                               R"({"resourceType":"Parameters","parameter":[)" + parameters + "]}");
}

// The value of an output parameter, whatever its type; "" when absent.
inline std::string output(const http::Response& response, const std::string& name) {
  BOOST_TEST(response.status == 200, response.body);
  return fixture::at(response, "Parameters.parameter.where(name = '" + name + "').value");
}

// "404 not-found url": status, code and expression of the first issue.
inline std::string refusal(const http::Response& response) {
  const std::string expression = fixture::at(response, "OperationOutcome.issue.expression");
  return std::to_string(fixture::checkedStatus(response)) + " " +
         fixture::at(response, "OperationOutcome.issue.code") + (expression.empty() ? "" : " " + expression);
}

}  // namespace terms
