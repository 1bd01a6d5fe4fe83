#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "fhir/search/nearest.h"
#include "fhir/search/result_parameters.h"
#include "fhir/search/targets.h"

namespace fhir::search {
namespace {

constexpr std::string_view kAny = "*";

Outcome refuse(std::string_view name, IssueType type, std::string text) {
  return {Failure::badRequest, type, quoted(name) + " " + std::move(text), std::string(name)};
}

std::vector<std::string_view> namesOfTypes() {
  std::vector<std::string_view> names;
  for (const auto* type : resourceTypes()) names.push_back(type->name);
  return names;
}

std::vector<std::string_view> split(std::string_view value) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto colon = value.find(':');
    parts.push_back(value.substr(0, colon));
    if (colon == std::string_view::npos) return parts;
    value.remove_prefix(colon + 1);
  }
}

Result<const SearchParameter*> findReference(std::string_view name, const TypeDefinition& source,
                                             std::string_view code, const Catalog& catalog) {
  const auto* parameter = catalog.find(source, code);
  if (parameter != nullptr && parameter->type == SearchParameterType::reference &&
      catalog.supports(source, *parameter)) {
    return parameter;
  }
  std::vector<std::string_view> names{kAny};
  for (const auto* known : catalog.parameters(source)) {
    if (known->type == SearchParameterType::reference) names.push_back(known->code);
  }
  return refuse(name, IssueType::notSupported,
                "names " + quoted(code) + ", which is no reference parameter of " + std::string(source.name) +
                    "." + didYouMean(nearest(code, names)));
}

// _include starts at what is searched, and _revinclude ends there; with :iterate also at what was included.
// Containers may be of any type.
bool canFind(const Include& include, const SearchQuery& query) {
  if (include.iterate) return true;
  if (query.contained != Contained::none && query.containedType == ContainedType::container) return true;
  return std::any_of(query.types.begin(), query.types.end(), [&](const TypeSearch& each) {
    if (!include.reverse) return include.source == nullptr || include.source == each.type;
    return (include.target == nullptr || include.target == each.type) &&
           (include.parameter == nullptr || mayPointTo(*include.parameter, each.type->name));
  });
}

}  // namespace

Result<Include> readInclude(std::string_view name, std::string_view value, const SearchQuery& query,
                            const Catalog& catalog) {
  Include include;
  include.reverse = name.starts_with("_revinclude");
  if (const auto colon = name.find(':'); colon != std::string_view::npos) {
    const auto modifier = name.substr(colon + 1);
    if (modifier != "iterate" && modifier != "recurse")
      return refuse(name, IssueType::notSupported, "has an unknown modifier; it takes ':iterate'.");
    include.iterate = true;
  }
  if (value == kAny) return include;
  const auto parts = split(value);
  if (parts.size() < 2 || parts.size() > 3)
    return refuse(name, IssueType::value,
                  "is not written as Type:parameter, Type:parameter:Type, Type:* or *.");
  include.source = findResourceType(parts[0]);
  if (include.source == nullptr)
    return refuse(name, IssueType::value,
                  "names no resource type before the ':'." + didYouMean(nearest(parts[0], namesOfTypes())));
  if (parts[1] != kAny) {
    auto parameter = findReference(name, *include.source, parts[1], catalog);
    if (!parameter) return std::move(parameter).outcome();
    include.parameter = *parameter;
  }
  if (parts.size() == 3) {
    include.target = findResourceType(parts[2]);
    if (include.target == nullptr ||
        (include.parameter != nullptr && !mayPointTo(*include.parameter, parts[2])))
      return refuse(name, IssueType::value, "names a target that the reference cannot point to.");
  }
  if (include.reverse && !include.iterate && query.contained == Contained::only &&
      query.containedType == ContainedType::contained)
    return refuse(name, IssueType::value,
                  "finds nothing here: no other resource can point to one that is contained. Ask for "
                  "'_containedType=container'.");
  if (!canFind(include, query))
    return refuse(name, IssueType::value,
                  std::string(include.reverse ? "does not point to" : "does not start at") +
                      " a type that is searched. For what other includes bring, write it with ':iterate'.");
  return include;
}

}  // namespace fhir::search
