// Scopes: any text is refused or understood to the last byte; what is understood means the same when it is
// written anew, permits itself, and is cut to nothing more than what allows it.
#include "src/smart/scope.h"

#include "fhir/definitions/definitions.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/words.h"

namespace fuzz {
namespace {

void run(std::string_view input) {
  const auto parsed = smart::parseScopes(input);
  if (!parsed) {
    require(!parsed.outcome().issues().empty(), "a refusal says why");
    return;
  }
  for (const smart::Scope& scope : *parsed) {
    require(input.find(scope.text) != std::string_view::npos, "a scope is a part of the text");
    require(smart::permits(scope, scope), "a scope permits itself");
    const auto again = smart::parseScope(smart::canonical(scope));
    require(again.ok() && again->sameAs(scope), "a scope that is written anew means the same");
  }
  require(smart::textOf(smart::intersect(*parsed, *parsed)) == smart::textOf(*parsed),
          "all is within itself");
  const auto allowed = smart::parseScopes("openid patient/*.rs user/Observation.cruds?category=a system/*.r");
  for (const smart::Scope& scope : smart::intersect(*parsed, *allowed)) {
    require(smart::permits(*allowed, scope), "what is cut is allowed");
    require(smart::permits(*parsed, scope), "what is cut was asked");
    const auto again = smart::parseScope(scope.text);
    require(again.ok() && again->sameAs(scope), "what is cut is a scope");
  }
}

std::string mutate(std::string_view input, Random& random) {
  constexpr std::string_view levels[] = {"patient/", "user/", "system/"};
  constexpr std::string_view permissions[] = {".rs", ".read", ".write", ".*", ".cruds", ".r", ".sr", ".cu"};
  constexpr std::string_view values[] = {
      "=a", "=http://x.example|a", "=gt2020-01-01", "=Patient/1", "=5.4||mg", ":not=a", "=a%2Cb"};
  const auto* const type = random.pick(fhir::resourceTypes());
  std::string out = input.size() < 300 && random.oneIn(2) ? std::string(input) + " " : "";
  (out += random.pick(levels)) += random.oneIn(4) ? "*" : type->name;
  out += random.pick(permissions);
  if (random.oneIn(2)) return out;
  const auto known = fhir::searchParameters(*type);
  ((out += '?') += known[random.below(known.size())].code) += random.pick(values);
  return out;
}

std::vector<std::string> words() {
  return with(parameterNames(), {"patient/",
                                 "user/",
                                 "system/",
                                 "launch/patient",
                                 "launch/encounter",
                                 "openid",
                                 "fhirUser",
                                 "profile",
                                 "offline_access",
                                 "online_access",
                                 ".rs",
                                 ".cruds",
                                 ".read",
                                 ".write",
                                 ".*",
                                 "*",
                                 "?",
                                 "&",
                                 "=",
                                 "%2C"});
}

}  // namespace

const Target target{run, mutate, words};

}  // namespace fuzz
