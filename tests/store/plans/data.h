// A large generated data set: the platform's tables, the generic store and the index tables, filled by SQL.
//
// Every declared parameter of the types below has values, most of them rare: `c7` is a token, `Name77` a
// string, 2019-03-05 a date, 77.5 a number or quantity (mg), word77 a word of a text (`common` one of all),
// http://acme.example/u/7 a uri that few resources have. Conditions and some of the observations stand within
// encounters, too. The key of the n-th resource of a type is keyOfNth().
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "src/store/store.h"
#include "tests/support/test_database.h"

namespace plans {

inline constexpr std::array<std::string_view, 8> mappedTypes{
    "Appointment", "DiagnosticReport", "DocumentReference", "MedicationRequest",
    "Observation", "Patient",          "Practitioner",      "PractitionerRole"};
inline constexpr std::array<std::string_view, 11> genericTypes{
    "CarePlan", "Claim",        "Condition", "Encounter",      "Immunization", "List",
    "Location", "Organization", "Procedure", "RiskAssessment", "ValueSet"};

// `observations`: how many; a tenth as many patients, a twentieth of each generic type. As the database's
// owner, without triggers; no statistics are gathered.
void fill(const support::TestDatabase&, const store::Store&, long observations);

// How many of a type the tables have.
long numberOf(std::string_view type, long observations);

std::string keyOfNth(const support::TestDatabase&, std::string_view type, long n);

}  // namespace plans
