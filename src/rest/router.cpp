#include "src/rest/router.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "src/platform/nearest.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

// The URLs below the base that this server answers.
enum class Place : std::uint8_t {
  metadata,
  systemHistory,
  type,
  typeSearch,
  typeHistory,
  instance,
  instanceHistory,
  version,
  typeValidate,
  instanceValidate,
};

struct Rule {
  Place place;
  std::string_view method;
  Interaction interaction;
};

constexpr std::array kRules{
    Rule{Place::metadata, "GET", Interaction::capabilities},
    Rule{Place::systemHistory, "GET", Interaction::historySystem},
    Rule{Place::type, "GET", Interaction::searchType},
    Rule{Place::type, "POST", Interaction::create},
    Rule{Place::typeSearch, "POST", Interaction::searchType},
    Rule{Place::typeHistory, "GET", Interaction::historyType},
    Rule{Place::instance, "GET", Interaction::read},
    Rule{Place::instance, "PUT", Interaction::update},
    Rule{Place::instance, "PATCH", Interaction::patch},
    Rule{Place::instance, "DELETE", Interaction::remove},
    Rule{Place::instanceHistory, "GET", Interaction::historyInstance},
    Rule{Place::version, "GET", Interaction::vread},
    Rule{Place::typeValidate, "POST", Interaction::validate},
    Rule{Place::instanceValidate, "GET", Interaction::validate},
    Rule{Place::instanceValidate, "POST", Interaction::validate},
};

std::string_view allowed(Place place) noexcept {
  switch (place) {
    case Place::type:
      return "GET, HEAD, POST";
    case Place::typeSearch:
    case Place::typeValidate:
      return "POST";
    case Place::instanceValidate:
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

Route wrongMethod(Place place, std::string_view method) {
  std::string diagnostics = "The method is not allowed here.";
  if (method == "PUT" && place == Place::type) {
    diagnostics = "This server does not support conditional update; send PUT [type]/[id].";
  } else if (method == "PATCH" && place == Place::type) {
    diagnostics = "This server does not support conditional patch; send PATCH [type]/[id].";
  } else if (method == "DELETE" && place == Place::type) {
    diagnostics = "This server does not support conditional delete; send DELETE [type]/[id].";
  } else if (place == Place::typeSearch) {
    diagnostics = "Search with POST [type]/_search or with GET [type].";
  } else if (place == Place::typeValidate) {
    diagnostics = "Send the resource that is to be validated with POST.";
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
    return wrongMethod(place, method);
  }
  target.interaction = rule->interaction;
  return {.target = std::move(target), .refusal = {}, .allow = {}};
}

bool isOperation(std::string_view segment) noexcept {
  return segment.starts_with('$');
}

Route systemRoute(std::string_view method, std::span<const std::string> path) {
  if (path.empty()) {
    if (method == "POST") return lacking("batch and transaction");
    return lacking("search over all types");
  }
  if (path.size() != 1) return noSuchUrl();
  if (path[0] == "metadata") return at(Place::metadata, method, {});
  if (path[0] == "_history") return at(Place::systemHistory, method, {});
  if (path[0] == "_search") return lacking("search over all types");
  if (isOperation(path[0])) return lacking("operations such as this one");
  return noSuchUrl();
}

Route instanceRoute(std::string_view method, std::span<const std::string> path, Target target) {
  target.id = path[1];
  if (path.size() == 2) return at(Place::instance, method, std::move(target));
  if (path[2] == "_history") {
    if (path.size() == 3) return at(Place::instanceHistory, method, std::move(target));
    if (path.size() > 4) return noSuchUrl();
    target.version = path[3];
    return at(Place::version, method, std::move(target));
  }
  if (path.size() > 3) return noSuchUrl();
  if (path[2] == "$validate") return at(Place::instanceValidate, method, std::move(target));
  if (isOperation(path[2])) return lacking("operations such as this one");
  if (path[2] == "*" || fhir::findResourceType(path[2])) return lacking("search in a compartment by its URL");
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
    case Interaction::historyInstance:
      return "history-instance";
    case Interaction::historyType:
      return "history-type";
    case Interaction::historySystem:
      return "history-system";
    case Interaction::validate:
      return "validate";
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
  if (isOperation(path[1])) return lacking("operations such as this one");
  if (path[1] == "_search" && path.size() == 2) return at(Place::typeSearch, method, std::move(target));
  if (path[1] == "_history" && path.size() == 2) return at(Place::typeHistory, method, std::move(target));
  return instanceRoute(method, path, std::move(target));
}

}  // namespace rest
