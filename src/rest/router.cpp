#include "src/rest/router.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "src/platform/nearest.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

// The URLs below the base that this server answers.
enum class Place : std::uint8_t {
  base,
  systemSearch,
  metadata,
  systemHistory,
  type,
  typeSearch,
  typeHistory,
  instance,
  instanceHistory,
  version,
  compartment,
  compartmentSearch,
  typeValidate,
  instanceValidate,
  operation,
  changingOperation,
};

struct Rule {
  Place place;
  std::string_view method;
  Interaction interaction;
};

constexpr std::array kRules{
    Rule{Place::base, "GET", Interaction::searchSystem},
    Rule{Place::systemSearch, "POST", Interaction::searchSystem},
    Rule{Place::base, "POST", Interaction::transaction},
    Rule{Place::metadata, "GET", Interaction::capabilities},
    Rule{Place::systemHistory, "GET", Interaction::historySystem},
    Rule{Place::type, "GET", Interaction::searchType},
    Rule{Place::type, "POST", Interaction::create},
    Rule{Place::type, "PUT", Interaction::update},
    Rule{Place::type, "PATCH", Interaction::patch},
    Rule{Place::type, "DELETE", Interaction::remove},
    Rule{Place::typeSearch, "POST", Interaction::searchType},
    Rule{Place::typeHistory, "GET", Interaction::historyType},
    Rule{Place::instance, "GET", Interaction::read},
    Rule{Place::instance, "PUT", Interaction::update},
    Rule{Place::instance, "PATCH", Interaction::patch},
    Rule{Place::instance, "DELETE", Interaction::remove},
    Rule{Place::instanceHistory, "GET", Interaction::historyInstance},
    Rule{Place::version, "GET", Interaction::vread},
    Rule{Place::compartment, "GET", Interaction::searchType},
    Rule{Place::compartmentSearch, "POST", Interaction::searchType},
    Rule{Place::typeValidate, "POST", Interaction::validate},
    Rule{Place::instanceValidate, "GET", Interaction::validate},
    Rule{Place::instanceValidate, "POST", Interaction::validate},
};

std::string_view allowed(Place place) noexcept {
  switch (place) {
    case Place::base:
      return "GET, HEAD, POST";
    case Place::type:
      return "GET, HEAD, POST, PUT, PATCH, DELETE";
    case Place::systemSearch:
    case Place::typeSearch:
    case Place::compartmentSearch:
    case Place::typeValidate:
    case Place::changingOperation:
      return "POST";
    case Place::instanceValidate:
    case Place::operation:
      return "GET, HEAD, POST";
    case Place::instance:
      return "GET, HEAD, PUT, PATCH, DELETE";
    default:
      return "GET, HEAD";
  }
}

Route refuse(Failure failure, IssueType type, std::string diagnostics) {
  return {.target = {}, .refusal = Outcome(failure, type, std::move(diagnostics)), .allow = {}};
}

Route lacking(std::string what) {
  return refuse(Failure::notImplemented, IssueType::notSupported,
                "This server does not support " + std::move(what) + ".");
}

Route noSuchUrl() {
  return refuse(Failure::notFound, IssueType::notFound,
                "FHIR R4 has no such URL. See [base]/metadata for what this server answers.");
}

Route wrongMethod(Place place) {
  std::string diagnostics = "The method is not allowed here.";
  if (place == Place::systemSearch || place == Place::typeSearch || place == Place::compartmentSearch) {
    diagnostics = "Search with POST and _search at the end of the URL, or with GET and without it.";
  } else if (place == Place::typeValidate) {
    diagnostics = "Send the resource that is to be validated with POST.";
  } else if (place == Place::changingOperation) {
    diagnostics = "Call this operation with POST.";
  }
  auto answer = refuse(Failure::methodNotAllowed, IssueType::notSupported, std::move(diagnostics));
  answer.allow = allowed(place);
  return answer;
}

Route unknownType(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto* type : fhir::resourceTypes()) {
    if (hasEndpoint(*type)) names.push_back(type->name);
  }
  const auto guess = platform::nearest(name, names);
  std::string diagnostics = "FHIR R4 has no resource type of this name with an endpoint";
  diagnostics += guess.empty() ? "." : "; did you mean " + std::string(guess) + "?";
  return refuse(Failure::notFound, IssueType::notSupported, std::move(diagnostics));
}

Route at(Place place, std::string_view method, Target target) {
  const auto asked = method == "HEAD" ? std::string_view("GET") : method;
  const auto* rule = std::find_if(kRules.begin(), kRules.end(),
                                  [&](const Rule& r) { return r.place == place && r.method == asked; });
  if (rule == kRules.end()) {
    if (method == "OPTIONS") return {.target = {}, .refusal = {}, .allow = allowed(place)};
    return wrongMethod(place);
  }
  target.interaction = rule->interaction;
  if (target.interaction == Interaction::searchType && target.type == nullptr)
    target.interaction = Interaction::searchSystem;
  return {.target = std::move(target), .refusal = {}, .allow = {}};
}

bool isOperation(std::string_view segment) noexcept {
  return segment.starts_with('$');
}

// An operation of a type, called by GET and POST.
struct Operation {
  std::string_view name, type;  // no type: all have it
  bool ofInstance;
  Interaction interaction;
  bool ofType = true;
  bool ofSystem = false;
  bool ofVersion = false;
  bool onlyPost = false;

  bool isAt(const Target& target) const noexcept {
    if (target.type == nullptr) return ofSystem;
    if (!type.empty() && type != target.type->name) return false;
    if (!target.version.empty()) return ofVersion;
    return target.id.empty() ? ofType : ofInstance;
  }
};

constexpr std::array kOperations{
    Operation{"$expand", "ValueSet", true, Interaction::expand},
    Operation{"$validate-code", "ValueSet", true, Interaction::validateCodeInValueSet},
    Operation{"$lookup", "CodeSystem", false, Interaction::lookup},
    Operation{"$validate-code", "CodeSystem", true, Interaction::validateCodeInCodeSystem},
    Operation{"$subsumes", "CodeSystem", true, Interaction::subsumes},
    Operation{"$status", "SearchParameter", true, Interaction::searchParameterStatus},
    Operation{.name = "$meta",
              .type = {},
              .ofInstance = true,
              .interaction = Interaction::meta,
              .ofSystem = true,
              .ofVersion = true},
    Operation{.name = "$meta-add",
              .type = {},
              .ofInstance = true,
              .interaction = Interaction::metaAdd,
              .ofType = false,
              .ofVersion = true,
              .onlyPost = true},
    Operation{.name = "$meta-delete",
              .type = {},
              .ofInstance = true,
              .interaction = Interaction::metaDelete,
              .ofType = false,
              .ofVersion = true,
              .onlyPost = true},
    Operation{"$lastn", "Observation", false, Interaction::lastn},
    Operation{"$everything", "Patient", true, Interaction::everything},
    Operation{.name = "$match",
              .type = "Patient",
              .ofInstance = false,
              .interaction = Interaction::match,
              .onlyPost = true},
    Operation{.name = "$break-glass",
              .type = "Patient",
              .ofInstance = true,
              .interaction = Interaction::breakGlass,
              .ofType = false,
              .onlyPost = true},
};

Route operationRoute(std::string_view method, std::string_view name, Target target) {
  const auto* found = std::find_if(kOperations.begin(), kOperations.end(), [&](const Operation& each) {
    return each.name == name && each.isAt(target);
  });
  if (found == kOperations.end()) return lacking("operations such as this one");
  if (found->onlyPost && method != "POST") return at(Place::changingOperation, method, std::move(target));
  if (method == "GET" || method == "HEAD" || method == "POST") {
    target.interaction = found->interaction;
    return {.target = std::move(target), .refusal = {}, .allow = {}};
  }
  return at(Place::operation, method, std::move(target));
}

Route systemRoute(std::string_view method, std::span<const std::string> path) {
  if (path.empty()) return at(Place::base, method, {});
  if (path.size() != 1) return noSuchUrl();
  if (path[0] == "metadata") return at(Place::metadata, method, {});
  if (path[0] == "_history") return at(Place::systemHistory, method, {});
  if (path[0] == "_search") return at(Place::systemSearch, method, {});
  if (isOperation(path[0])) return operationRoute(method, path[0], {});
  return noSuchUrl();
}

// Patient/42/Observation, Patient/42/* and either with /_search.
Route compartmentRoute(std::string_view method, std::span<const std::string> path, Target target,
                       const fhir::TypeDefinition* inside) {
  const bool isSearch = path.size() == 4 && path[3] == "_search";
  if (path.size() > 3 && !isSearch) return noSuchUrl();
  if (!fhir::isCompartment(target.type->name))
    return refuse(Failure::notFound, IssueType::notSupported,
                  "R4 has no compartment of " + std::string(target.type->name) + ".");
  if (inside != nullptr && inside != target.type &&
      fhir::compartmentParameters(target.type->name, inside->name).empty())
    return refuse(Failure::notFound, IssueType::notSupported,
                  std::string(inside->name) + " is never in the compartment of a " +
                      std::string(target.type->name) + ".");
  target.compartment = std::exchange(target.type, inside);
  return at(isSearch ? Place::compartmentSearch : Place::compartment, method, std::move(target));
}

Route instanceRoute(std::string_view method, std::span<const std::string> path, Target target) {
  target.id = path[1];
  if (path.size() == 2) return at(Place::instance, method, std::move(target));
  if (path[2] == "_history") {
    if (path.size() == 3) return at(Place::instanceHistory, method, std::move(target));
    target.version = path[3];
    if (path.size() == 5 && isOperation(path[4])) return operationRoute(method, path[4], std::move(target));
    if (path.size() > 4) return noSuchUrl();
    return at(Place::version, method, std::move(target));
  }
  const auto* inside = fhir::findResourceType(path[2]);
  if (path[2] == "*" || inside != nullptr) return compartmentRoute(method, path, std::move(target), inside);
  if (path.size() > 3) return noSuchUrl();
  if (path[2] == "$validate") return at(Place::instanceValidate, method, std::move(target));
  if (isOperation(path[2])) return operationRoute(method, path[2], std::move(target));
  return noSuchUrl();
}

}  // namespace

bool hasEndpoint(const fhir::TypeDefinition& type) noexcept {
  return type.name != "Parameters";
}

std::string_view code(Interaction interaction) noexcept {
  switch (interaction) {
    case Interaction::capabilities:
      return "capabilities";
    case Interaction::read:
      return "read";
    case Interaction::vread:
      return "vread";
    case Interaction::create:
      return "create";
    case Interaction::update:
      return "update";
    case Interaction::patch:
      return "patch";
    case Interaction::remove:
      return "delete";
    case Interaction::searchType:
      return "search-type";
    case Interaction::searchSystem:
      return "search-system";
    case Interaction::historyInstance:
      return "history-instance";
    case Interaction::historyType:
      return "history-type";
    case Interaction::historySystem:
      return "history-system";
    case Interaction::batch:
      return "batch";
    case Interaction::transaction:
      return "transaction";
    case Interaction::validate:
      return "validate";
    case Interaction::expand:
      return "expand";
    case Interaction::validateCodeInValueSet:
    case Interaction::validateCodeInCodeSystem:
      return "validate-code";
    case Interaction::lookup:
      return "lookup";
    case Interaction::subsumes:
      return "subsumes";
    case Interaction::searchParameterStatus:
      return "status";
    case Interaction::meta:
      return "meta";
    case Interaction::metaAdd:
      return "meta-add";
    case Interaction::metaDelete:
      return "meta-delete";
    case Interaction::lastn:
      return "lastn";
    case Interaction::everything:
      return "everything";
    case Interaction::match:
      return "match";
    case Interaction::breakGlass:
      return "break-glass";
  }
  return {};
}

bool isLegalId(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

Route route(std::string_view method, std::span<const std::string> path) {
  if (!path.empty() && path.back().empty()) path = path.first(path.size() - 1);
  if (path.empty() || path[0] == "metadata" || path[0].starts_with('_') || isOperation(path[0])) {
    return systemRoute(method, path);
  }

  Target target;
  target.type = fhir::findResourceType(path[0]);
  if (!target.type || !hasEndpoint(*target.type)) return unknownType(path[0]);
  if (path.size() == 1) return at(Place::type, method, std::move(target));
  if (path[1] == "$validate" && path.size() == 2) return at(Place::typeValidate, method, std::move(target));
  if (isOperation(path[1]) && path.size() == 2) return operationRoute(method, path[1], std::move(target));
  if (path[1] == "_search" && path.size() == 2) return at(Place::typeSearch, method, std::move(target));
  if (path[1] == "_history" && path.size() == 2) return at(Place::typeHistory, method, std::move(target));
  return instanceRoute(method, path, std::move(target));
}

}  // namespace rest
