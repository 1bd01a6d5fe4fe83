// What a parser must refuse, as tables: a text, the faults that must be found in it, and part of what is said
// of the first.
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"

namespace support {

// "structure Patient.name[0]; value Patient.birthDate", one for each fault in their order.
inline std::string faults(const fhir::Outcome& outcome) {
  std::string text;
  for (const fhir::Issue& issue : outcome.issues())
    text += (text.empty() ? "" : "; ") + std::string(code(issue.type)) +
            (issue.expression.empty() ? "" : " " + issue.expression);
  return text;
}

struct Refusal {
  std::string text;
  std::string_view faults;
  std::string_view says;  // part of the first message
};

// `refused` gives a text's Outcome, and fails the test when there is none.
template <class Refused>
void checkRefusals(const std::vector<Refusal>& cases, const Refused& refused) {
  for (const Refusal& each : cases) {
    const fhir::Outcome outcome = refused(each.text);
    BOOST_TEST(faults(outcome) == each.faults, each.text << " gives: " << faults(outcome));
    const std::string& message = outcome.issues()[0].diagnostics;
    BOOST_TEST((message.find(each.says) != std::string::npos), each.text << " says: " << message);
    for (const fhir::Issue& issue : outcome.issues())
      BOOST_TEST((issue.diagnostics.ends_with('.') || issue.diagnostics.ends_with('?')), issue.diagnostics);
  }
}

}  // namespace support
