#include "tests/store/plans/questions.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "fhir/search/closed_codes.h"
#include "fhir/search/composite.h"
#include "fhir/search/hierarchy.h"
#include "fhir/search/words.h"

namespace plans {
namespace {

using fhir::SearchParameter;
using fhir::SearchParameterType;

// :contains looks at each value of the parameter: no B-tree finds what is inside a text.
constexpr std::string_view overlap = "a period that is about then may have begun at any time before";
constexpr std::string_view enumOrder =
    "the few codes of an enumeration come in the order of their names, which no index has";
constexpr std::string_view rest =
    "what has no value of the first key comes last, and is sorted by the second when a page gets there";
constexpr std::string_view grouped = "the first of a container's matches is known when all of them are";
constexpr std::string_view many =
    "of every fiftieth patient: to read all keys costs less than to ask for each";
constexpr std::string_view inside = "what is inside a text is looked for in all values of the parameter";

struct Way {
  std::string suffix, value;
  bool narrow = true;
  std::string_view known = {};
  bool byStatistics = false;
};

// Columns whose codes are the platform's own: a rare one.
const std::map<std::string, std::string>& rareCodes() {
  static const std::map<std::string, std::string> codes{{"Patient.gender", "unknown"},
                                                        {"Patient.phone", "+177"},
                                                        {"Observation.status", "entered-in-error"},
                                                        {"Appointment.status", "noshow"},
                                                        {"MedicationRequest.status", "stopped"},
                                                        {"MedicationRequest.intent", "plan"}};
  return codes;
}

std::string_view targetOf(const SearchParameter& parameter) {
  const auto& targets = parameter.targets;
  const bool any = targets.empty() || std::find(targets.begin(), targets.end(), "Patient") != targets.end();
  return any ? std::string_view("Patient") : targets.front();
}

std::string valueOf(const std::string& type, const SearchParameter& parameter) {
  switch (parameter.type) {
    case SearchParameterType::token: {
      const auto rare = rareCodes().find(type + "." + std::string(parameter.code));
      if (rare != rareCodes().end()) return rare->second;
      const auto closed = fhir::search::closedCodes(*fhir::findResourceType(type), parameter);
      return closed.empty() ? "c7" : std::string(closed.back());
    }
    case SearchParameterType::string:
      return "Name77";
    case SearchParameterType::date:
      return "2019-03-05";
    case SearchParameterType::reference:
      return std::string(targetOf(parameter)) + "/00000000-0000-4000-8000-000000000007";
    case SearchParameterType::quantity:
    case SearchParameterType::number:
      return "77.5";
    case SearchParameterType::special:
      return "42.1|-70.3|20|km";
    default:
      return "http://acme.example/u/7";
  }
}

std::vector<Way> rangeWays(const std::string& middle, const std::string& near, const std::string& end,
                           const std::string& start, const std::string& unit) {
  return {{"", middle + unit},
          {"", "ap" + near + unit, true, overlap},
          {"", "gt" + end + unit, true, {}, true},
          {"", "ge" + end + unit, true, {}, true},
          {"", "sa" + end + unit, true, {}, true},
          {"", "lt" + start + unit, true, {}, true},
          {"", "le" + start + unit, true, {}, true},
          {"", "eb" + start + unit, true, {}, true},
          {"", "ne" + middle + unit, false},
          {"", "ge" + middle + unit, false},
          {"", "lt" + middle + unit, false}};
}

std::vector<Way> waysOf(const std::string& type, const SearchParameter& parameter) {
  const std::string value = valueOf(type, parameter);
  if (fhir::search::isFullText(parameter))
    return {{"", "word77"},
            {"", "word77 or word78"},
            {"", "(word77 or word78) and common"},
            {"", "word77 not common", true, {}, true},
            {"", "word77*", true, {}, true},
            {"", "common", false},
            {"", "not word77", false},
            {"", "common not word77", false},
            {"", "not (common word77)", false}};
  switch (parameter.type) {
    case SearchParameterType::token: {
      const bool isClosed = !fhir::search::closedCodes(*fhir::findResourceType(type), parameter).empty();
      return {{"", value},
              {"", isClosed ? value : "http://acme.example/s|c7"},
              {"", value + "," + value},
              {"", "|" + (isClosed ? value : "c7")},
              {"", "http://acme.example/s|", false, {}, true},
              {":text", "word77"},
              {":not", value, false}};
    }
    case SearchParameterType::string:
      return {{"", value}, {":exact", value}, {":contains", "ame77", true, inside}};
    case SearchParameterType::date: {
      auto ways = rangeWays("2019-03-05", "2019-03-05", "2024-12-26", "2015-01-05", "");
      if (parameter.code == "birthdate")
        ways = rangeWays("1969-03-05", "1969-03-05", "2024-11-26", "1925-03-05", "");
      ways.push_back({"", "2019-03", false});
      return ways;
    }
    case SearchParameterType::reference: {
      std::vector<Way> ways{{"", value},
                            {"", "00000000-0000-4000-8000-000000000007"},
                            {"", "http://acme.example/u/7"},
                            {"", "http://acme.example/u/7|1"},
                            {":identifier", "http://acme.example/s|c7"}};
      const auto hierarchies = fhir::search::hierarchiesOf(parameter);
      if (hierarchies.empty()) return ways;
      const std::string part =
          std::string(hierarchies.front()->name) + "/00000000-0000-4000-8000-000000000007";
      ways.push_back({":below", part});
      ways.push_back({":above", part});
      return ways;
    }
    case SearchParameterType::quantity: {
      auto ways = rangeWays("77.5", "0.5", "498.5", "0.5", "");
      for (const Way& way : rangeWays("77.5", "0.5", "498.5", "0.5", "|http://unitsofmeasure.org|mg"))
        ways.push_back(way);
      for (const Way& way : rangeWays("77.5", "0.5", "498.5", "0.5", "||mg")) ways.push_back(way);
      return ways;
    }
    case SearchParameterType::number:
      return rangeWays("77.5", "0.5", "498.5", "0.5", "");
    case SearchParameterType::uri:
      return {{"", value}, {":below", value + "7"}, {":above", value + "/8/9"}};
    default:
      return {{"", value}};
  }
}

std::string compositeValue(const std::string& type, const SearchParameter& composite) {
  std::string value;
  for (const auto* part : fhir::search::componentsOf(*fhir::findResourceType(type), composite))
    value += (value.empty() ? "" : "$") + valueOf(type, *part);
  return value;
}

}  // namespace

std::vector<Question> questionsOf(const std::string& type, const SearchParameter& parameter, bool all) {
  const std::string code(parameter.code);
  std::vector<Question> out;
  const auto ask = [&](const std::string& suffix, const std::string& value, bool narrow,
                       std::string_view known = {}, bool byStatistics = false) {
    out.push_back({type, code + suffix + "=" + value, narrow, {}, std::string(known), byStatistics});
  };
  if (parameter.type == SearchParameterType::composite) {
    ask("", compositeValue(type, parameter), true);
    return out;
  }
  if (code == "_id") {
    ask("", "00000000-0000-4000-8000-000000000007", true);
    ask(":not", "x-7", false);
    return out;
  }
  if (code == "_lastUpdated") {
    for (const char* value : {"gt2100-01-01", "lt2000-01-01"}) ask("", value, true, {}, true);
    ask("", "2000-01-01", true);
    for (const char* value : {"ge2000-01-01", "ne2000-01-01"}) ask("", value, false);
    return out;
  }
  const std::vector<Way> ways = waysOf(type, parameter);
  for (std::size_t i = 0; i < (all ? ways.size() : 1); ++i)
    ask(ways[i].suffix, ways[i].value, ways[i].narrow, ways[i].known, ways[i].byStatistics);
  if (!all) return out;
  if (code == "identifier" && parameter.type == SearchParameterType::token)
    ask(":of-type", "http://acme.example/t|MR|c7", true);
  ask(":missing", "true", false);
  ask(":missing", "false", false);
  if (parameter.type != SearchParameterType::special && !fhir::search::isFullText(parameter)) {
    const bool isEnum = type + "." + code == "Patient.gender" || type + "." + code == "Appointment.status" ||
                        type + "." + code == "Observation.category";
    const std::string known(isEnum ? enumOrder : "");
    out.push_back({type, "_sort=" + code, false, {}, known});
    out.push_back({type, "_sort=-" + code, false, {}, known});
  }
  return out;
}

std::vector<Question> questionsBeside(const Keys& keys) {
  const std::string patient = "Patient/" + keys.patient;
  std::string ids;
  for (const std::string& key : keys.observations) ids += (ids.empty() ? "" : ",") + key;
  return {
      // Everything, and its pages.
      {"Observation", "", false, {}, {}},
      {"Condition", "", false, {}, {}},
      {"", "_type=Condition,Observation,Patient", false, {}, {}},
      // Ids.
      {"Observation", "_id=" + ids, true, {}, {}},
      {"Condition", "_id=" + ids, true, {}, {}},
      {"", "_type=Condition,Observation&_id=" + ids, true, {}, {}},
      // A patient's.
      {"Observation", "patient=" + patient, true, {}, {}},
      {"Observation", "patient=" + patient + "&_sort=-date&_count=20", true, {}, {}},
      {"Observation", "patient=" + patient + "&code=c7&date=ge2018-01-01", true, {}, {}},
      {"Observation", "patient=" + patient + "&category=laboratory&_sort=-date", true, {}, {}},
      {"Condition", "patient=" + patient + "&clinical-status=c7", true, {}, {}},
      {"MedicationRequest", "patient=" + patient + "&status=active", true, {}, {}},
      {"Patient", "family=Name77&birthdate=1969-03-05", true, {}, {}},
      {"Patient", "name=Name77&gender=male", true, {}, {}},
      // Compartments.
      {"Observation", "", true, patient, {}},
      {"Condition", "", true, patient, {}},
      {"Encounter", "_sort=-date", true, patient, {}},
      {"", "", true, patient, {}},
      {"Observation", "", true, "Practitioner/" + keys.practitioner, {}},
      {"Observation", "code=c7", true, "Encounter/" + keys.encounter, {}},
      // Chains and _has.
      {"Observation", "patient.name=Name77", true, {}, {}},
      {"Observation", "subject:Patient.birthdate=1969-03-05", true, {}, {}, true},
      {"Observation", "patient.general-practitioner.name=Name77", true, {}, {}},
      {"Observation", "encounter.type=c7", true, {}, {}},
      {"Condition", "patient.identifier=c7", true, {}, {}},
      {"Condition", "encounter.location.name=Name77", true, {}, {}},
      {"Patient", "_has:Observation:patient:code=c7", false, {}, std::string(many)},
      {"Patient", "_has:Condition:patient:code=c7", true, {}, {}},
      {"Patient", "_has:Observation:patient:value-quantity=gt498.5", true, {}, {}, true},
      {"Patient", "_has:Observation:patient:_has:Procedure:reason-reference:code=c7", true, {}, {}},
      {"Encounter", "_has:Condition:encounter:code=c7", true, {}, {}},
      // Words.
      {"Observation", "patient._text=word77", true, {}, {}, true},
      {"Encounter", "_has:Condition:encounter:_content=word77", true, {}, {}},
      {"Condition", "_content=common&patient=" + patient, true, {}, {}},
      {"Observation", "_content=word77&_sort=-date", true, {}, {}, true},
      {"Condition", "_content=word77", true, patient, {}},
      {"", "_type=Condition,Procedure,Patient&_text=word77", true, {}, {}},
      {"", "_content=word77", true, {}, {}, true},
      // Lists and filters.
      {"Observation", "_list=" + keys.list, true, {}, {}},
      {"Condition", "_list=" + keys.list, true, {}, {}},
      {"Observation", "_filter=code eq c7 and date ge 2018-01-01", true, {}, {}},
      {"Observation", "_filter=code eq c7 or status eq entered-in-error", true, {}, {}},
      {"Condition", "_filter=code eq c7 or category eq c9", true, {}, {}},
      {"Condition", "_filter=not (code eq c7)", false, {}, {}},
      // Includes.
      {"Observation", "patient=" + patient + "&_include=*&_revinclude=*", true, {}, {}},
      {"Observation",
       "patient=" + patient + "&_include=Observation:patient&_include=Observation:performer",
       true,
       {},
       {}},
      {"Patient", "_id=" + keys.patient + "&_revinclude=Observation:patient", true, {}, {}},
      {"Patient",
       "_id=" + keys.patient +
           "&_revinclude=Condition:patient&_revinclude:iterate=Procedure:reason-reference",
       true,
       {},
       {}},
      {"Condition",
       "code=c7&_include=Condition:patient&_include:iterate=Patient:general-practitioner",
       true,
       {},
       {}},
      {"CarePlan", "category=c7&_include=CarePlan:instantiates-canonical", true, {}, {}},
      // What is contained.
      {"Condition", "_contained=true", false, {}, {}},
      {"Condition", "_contained=both", false, {}, {}},
      {"Condition", "_contained=true&_containedType=contained", false, {}, {}},
      {"Condition", "_contained=both&_containedType=contained", false, {}, {}},
      {"Condition", "code=c7&_contained=true", true, {}, {}},
      {"Condition", "code=c7&_contained=both", true, {}, {}},
      {"Condition", "code=c7&_contained=both&_containedType=contained", true, {}, {}},
      {"Condition", "_id=c7&_contained=true&_containedType=contained", true, {}, {}},
      {"Condition", "onset-date=2019-03-05&_contained=true", true, {}, {}, true},
      {"Condition", "code=c7&clinical-status=c7&_sort=-onset-date&_contained=both", true, {}, {}},
      {"Condition", "_sort=onset-date&_contained=both&_containedType=contained", false, {}, {}},
      {"Condition", "_sort=-_lastUpdated&_contained=both&_containedType=contained", false, {}, {}},
      {"Condition", "_sort=onset-date&_contained=true", false, {}, std::string(grouped)},
      {"Condition", "_contained=both", true, patient, {}},
      {"Condition", "patient.name=Name77&_contained=true", true, {}, {}},
      {"Observation", "patient=" + patient + "&_contained=both", true, {}, {}},
      {"Observation",
       "code=c7&value-quantity=gt498.5&_contained=both&_containedType=contained",
       true,
       {},
       {},
       true},
      {"Observation",
       "patient=" + patient + "&_contained=true&_include=*&_revinclude=Condition:encounter",
       true,
       {},
       {}},
      {"Observation",
       "patient=" + patient + "&_contained=true&_containedType=contained&_include=Observation:patient",
       true,
       {},
       {}},
      {"", "_type=Condition,Observation,Patient&_contained=both", false, {}, {}},
      {"", "_type=Condition,Observation&_tag=c7&_contained=both", true, {}, {}},
      // Orders of several keys.
      {"Observation", "_sort=-_lastUpdated", false, {}, {}},
      {"Observation", "_sort=_id", false, {}, {}},
      {"Observation", "_sort=-_id", false, {}, {}},
      {"Observation", "_sort=-date,code", false, {}, std::string(rest)},
      {"Observation", "_sort=date,-_lastUpdated", false, {}, {}},
      {"Condition", "_sort=-onset-date,code", false, {}, std::string(rest)},
      {"Condition", "_sort=-_lastUpdated", false, {}, {}},
      {"Patient", "_sort=family,given,birthdate", false, {}, std::string(rest)},
      {"Patient", "_sort=-birthdate", false, {}, {}},
      {"Condition", "code=c7&_sort=-onset-date", true, {}, {}},
      {"Observation", "code=c7&_sort=-date", true, {}, {}},
      {"", "_type=Condition,Observation&_sort=-_lastUpdated", false, {}, {}},
      {"", "_type=Condition,Procedure&_lastUpdated=gt2100-01-01", true, {}, {}, true},
      {"", "_type=Condition,Procedure&_tag=c7", true, {}, {}},
  };
}

}  // namespace plans
