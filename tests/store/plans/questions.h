// What the plans test asks: every declared parameter, each family of prefixes and modifiers, and what is
// asked beside parameters. The values are those of data.h.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "src/store/store.h"
#include "tests/store/plans/plan.h"

namespace plans {

struct Question {
  std::string type;  // empty: across types
  std::string query;
  // Few resources are found: rows that are not among them must not be passed over.
  bool narrow = true;
  std::string compartment;  // "Patient/..."
  // Why its plan is not judged; empty: it is.
  std::string known;
  // How much is found only statistics tell (from a date on, all of a system): without, PostgreSQL takes a
  // fixed part of all for granted.
  bool byStatistics = false;
};

// What is asked of one parameter of the type. `all`: in every way; else only as its values are.
std::vector<Question> questionsOf(const std::string& type, const fhir::SearchParameter&, bool all);

struct Keys {
  std::string patient, practitioner, encounter, observation, list;
  std::vector<std::string> observations;  // 40
};
// Chains, _has, lists of ids, includes, orders, compartments, types, pages.
std::vector<Question> questionsBeside(const Keys&);

}  // namespace plans
