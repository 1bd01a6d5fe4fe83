// Search: "Type?query" as a client sends it. It is a query or a list of faults; what a query says it has
// applied is the same query again, with nothing left out.
#include <algorithm>
#include <array>

#include "fhir/search/query.h"
#include "fhir/search/words.h"
#include "src/http/message.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/words.h"

namespace fuzz {
namespace {

using fhir::SearchParameter;
using fhir::TypeDefinition;
using fhir::search::SearchQuery;
using Pairs = std::vector<std::pair<std::string, std::string>>;

class AllParameters : public fhir::search::Catalog {
 public:
  bool supports(const TypeDefinition&, const SearchParameter&) const override { return true; }
  bool sorts(const TypeDefinition&, const SearchParameter&) const override { return true; }
};

void checkFaults(const fhir::Outcome& outcome, const Pairs& parameters) {
  require(outcome.hasErrors() && outcome.failure() == fhir::Failure::badRequest,
          "a refused query has a fault");
  require(outcome.issues().size() <= 51, "faults are counted, not heaped up");
  for (const fhir::Issue& issue : outcome.issues()) {
    require(!issue.diagnostics.empty(), "a fault has words");
    if (issue.expression.empty()) continue;
    require(std::any_of(parameters.begin(), parameters.end(),
                        [&](const auto& each) { return each.first == issue.expression; }),
            "a fault names a parameter as it was sent");
  }
}

void checkConditions(const std::vector<fhir::search::Condition>& conditions);

void checkValue(const SearchParameter& parameter, const fhir::search::Value& value) {
  if (fhir::search::isFullText(parameter)) {
    const auto words = fhir::search::words(value.text);
    require(words.size() == 1 && words.front() == value.text, "a word is cut as those of resources are");
  }
  if (parameter.type == fhir::SearchParameterType::date)
    require(value.date.low < value.date.high, "a date covers some time");
  if (parameter.type == fhir::SearchParameterType::composite)
    require(value.components.size() == parameter.components.size(), "a composite has all its components");
}

struct Check {
  void operator()(const fhir::search::Criterion& criterion) const {
    require(criterion.parameter != nullptr && !criterion.values.empty(),
            "a criterion has a parameter and values");
    if (criterion.parameter == nullptr || criterion.modifier == fhir::search::Modifier::missing) return;
    for (const auto& each : criterion.values) checkValue(*criterion.parameter, each);
  }
  void operator()(const fhir::search::Chain& chain) const {
    require(chain.link != nullptr && !chain.targets.empty(), "a chain leads somewhere");
    for (const auto& target : chain.targets) checkConditions(target.conditions);
  }
  void operator()(const fhir::search::Has& has) const {
    require(has.type != nullptr && has.link != nullptr, "_has names where it comes from");
    checkConditions(has.conditions);
  }
  void operator()(const fhir::search::Logic& logic) const { checkConditions(logic.conditions); }
  void operator()(const fhir::search::InList& list) const { require(!list.ids.empty(), "a list has an id"); }
};

void checkConditions(const std::vector<fhir::search::Condition>& conditions) {
  for (const auto& condition : conditions) std::visit(Check(), condition.node);
}

void checkQuery(const SearchQuery& query) {
  require(!query.types.empty(), "something is searched");
  for (const auto& each : query.types) checkConditions(each.conditions);
}

bool isSame(const fhir::search::TypeSearch& one, const fhir::search::TypeSearch& other) {
  return one.type == other.type && one.conditions.size() == other.conditions.size() &&
         one.sort.size() == other.sort.size();
}

void run(std::string_view input) {
  const std::size_t mark = std::min(input.find('?'), input.size());
  const auto* type = fhir::findResourceType(input.substr(0, mark));
  const auto parsed = http::parseParameters(input.substr(std::min(mark + 1, input.size())));
  if (!type || !parsed) return;
  Pairs parameters;
  for (const auto& each : *parsed) parameters.emplace_back(each.name, each.value);
  static const AllParameters catalog;
  fhir::search::ParseOptions options{.lenient = false, .baseUrl = "http://x.example/fhir"};
  const auto strict = fhir::search::parse(*type, parameters, catalog, options);
  options.lenient = true;
  const auto lenient = fhir::search::parse(*type, parameters, catalog, options);
  if (!strict) checkFaults(strict.outcome(), parameters);
  if (!lenient) return checkFaults(lenient.outcome(), parameters);
  require(strict.ok() <= lenient->ignored.empty(),
          "lenient handling leaves out only what strict handling refuses");
  checkQuery(*lenient);
  const auto again = fhir::search::parse(*type, lenient->applied, catalog, options);
  if (!again) requireSame("", again.outcome().toJson(), "what was applied is a query");
  require(again->ignored.empty(), "nothing that was applied is left out");
  require(again->applied == lenient->applied, "what was applied says itself again");
  require(std::equal(again->types.begin(), again->types.end(), lenient->types.begin(), lenient->types.end(),
                     isSame) &&
              again->includes.size() == lenient->includes.size() && again->count == lenient->count &&
              again->elements == lenient->elements && again->total == lenient->total &&
              again->summary == lenient->summary && again->contained == lenient->contained &&
              (again->contained == fhir::search::Contained::none ||
               again->containedType == lenient->containedType),
          "what was applied is the same query");
}

constexpr std::array<std::string_view, 30> pieces{"ge2016-02-29T10:00:00Z",
                                                  "2016",
                                                  "le2016-02",
                                                  "ap2016-02-29",
                                                  "sa9999-12-31",
                                                  "5.40",
                                                  "lt1e2",
                                                  "-0",
                                                  "ne100",
                                                  "a,b",
                                                  "a\\,b",
                                                  "a\\|b",
                                                  "a|b",
                                                  "|b",
                                                  "a|",
                                                  "true",
                                                  "Patient/a",
                                                  "a",
                                                  "http://x.example/fhir/Patient/a",
                                                  "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
                                                  "5.4|http://unitsofmeasure.org|mg",
                                                  "5.4||mg",
                                                  "male",
                                                  "a$b",
                                                  "loinc|a$gt5",
                                                  "#a",
                                                  "Patient/a/_history/1",
                                                  "http://x.example/vs|1.0",
                                                  "final,amended",
                                                  "\xC3\xA9"};
constexpr std::array<std::string_view, 15> modifiers{
    ":missing", ":exact",   ":contains",   ":not",     ":text", ":in",      ":not-in", ":above",
    ":below",   ":of-type", ":identifier", ":Patient", ":type", ":iterate", ""};
constexpr std::array<std::string_view, 28> results{
    "_sort=-_lastUpdated",
    "_count=10",
    "_count=0",
    "_total=accurate",
    "_summary=count",
    "_elements=name,id",
    "_cursor=abc",
    "_format=json",
    "_pretty=true",
    "_include=Observation:subject",
    "_revinclude=Observation:subject",
    "_has:Observation:patient:code=a",
    "subject:Patient.name=a",
    "_has:Patient:link:_has:Group:member:code=a",
    "subject.identifier=a|b",
    "_list=42",
    "_include=*",
    "_revinclude:iterate=Provenance:target",
    "_filter=name%20co%20%22a%5C%22b%22%20or%20not%20(active%20eq%20true)",
    "_filter=subject.name%20sw%20a%20and%20(date%20ge%202016)",
    "_sort=name,-birthdate,_id",
    "_contained=true",
    "_text=(bone%20OR%20liver)%20and%20not%20metast*",
    "_content=a-b,not(%C3%A9%20x*)",
    "_text=%22a%20b%22%20-c",
    "subject._content=not%20not%20(a)",
    "_contained=both&_containedType=contained",
    "_containedType=container"};

std::string mutate(std::string_view input, Random& random) {
  const std::size_t mark = input.find('?');
  const auto* type = fhir::findResourceType(input.substr(0, std::min(mark, input.size())));
  if (!type || random.oneIn(8)) type = random.pick(fhir::resourceTypes());
  const auto known = fhir::searchParameters(*type);
  std::string text = std::string(type->name) + "?";
  const bool keeps = mark != std::string_view::npos && mark + 1 < input.size() && random.oneIn(2);
  if (keeps) (text += input.substr(mark + 1)) += '&';
  if (random.oneIn(4)) return text += random.pick(results);
  text += known[random.below(known.size())].code;
  if (random.oneIn(3)) text += random.pick(modifiers);
  return text + "=" + http::percentEncode(random.pick(pieces));
}

std::vector<std::string> words() {
  return with(parameterNames(), {":missing=",
                                 ":exact=",
                                 ":contains=",
                                 ":not=",
                                 ":text=",
                                 ":of-type=",
                                 ":identifier=",
                                 ":Patient=",
                                 "%7C",
                                 "%2C",
                                 "%24",
                                 "%5C",
                                 "\\,",
                                 "eq",
                                 "ne",
                                 "gt",
                                 "lt",
                                 "ge",
                                 "le",
                                 "sa",
                                 "eb",
                                 "ap",
                                 "_sort=-",
                                 "_count=",
                                 "_total=",
                                 "_summary=",
                                 "_elements=",
                                 "_format=",
                                 "_has:",
                                 ".",
                                 "&",
                                 "%C3%A9",
                                 "urn:uuid:",
                                 "/_history/",
                                 "_text=",
                                 "_content=",
                                 "%20or%20",
                                 "%20and%20",
                                 "not%20",
                                 "(",
                                 ")",
                                 "*",
                                 "%22",
                                 "_contained=",
                                 "_containedType="});
}

}  // namespace

const Target target{run, mutate, words};

}  // namespace fuzz
