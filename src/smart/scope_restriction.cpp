#include "src/smart/scope_restriction.h"

#include <algorithm>
#include <variant>

#include "fhir/search/query.h"
#include "src/http/message.h"

namespace smart {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
namespace search = fhir::search;

// All of R4's parameters: what a scope may name does not depend on what this server has indexed.
class AllOfR4 final : public search::Catalog {
 public:
  bool supports(const fhir::TypeDefinition&, const fhir::SearchParameter&) const override { return true; }
  bool sorts(const fhir::TypeDefinition&, const fhir::SearchParameter&) const override { return false; }
};

Outcome refuse(std::string why) {
  return {Failure::badRequest, IssueType::invalid, std::move(why)};
}

bool allTypesHave(const fhir::SearchParameter& parameter) {
  return std::ranges::all_of(fhir::resourceTypes(), [&](const fhir::TypeDefinition* type) {
    const fhir::SearchParameter* const found = fhir::findSearchParameter(*type, parameter.code);
    return found != nullptr && found->url == parameter.url;
  });
}

// A modifier whose meaning can be told from the resource alone.
bool isPlain(search::Modifier modifier) noexcept {
  using enum search::Modifier;
  return !search::asksTerminology(modifier) && modifier != text;
}

// One pair: a plain criterion of the type, or why not.
fhir::Result<fhir::Done> checkPair(const fhir::TypeDefinition* type, const std::string& name,
                                   const std::string& value) {
  const std::string_view code = std::string_view(name).substr(0, name.find(':'));
  if (name.empty() || value.empty()) return refuse("has a restriction without a name or without a value.");
  if (search::isResultParameter(code) || code.starts_with("_has") || code.find('.') != std::string_view::npos)
    return refuse("has a restriction that is no search parameter of the resource itself.");
  const fhir::TypeDefinition& stand = type != nullptr ? *type : *fhir::resourceTypes().front();
  const fhir::SearchParameter* const parameter = fhir::findSearchParameter(stand, code);
  if (parameter == nullptr || parameter->type == fhir::SearchParameterType::special ||
      parameter->expression.empty() ||  // _text, _content
      (type == nullptr && !allTypesHave(*parameter)))
    return refuse("has a restriction by a search parameter that " +
                  (type != nullptr ? std::string(type->name) + " does not have." : "not all types have."));
  const auto query = search::parse(stand, {{name, value}}, AllOfR4(), {});
  if (!query || query->types.size() != 1 || query->types[0].conditions.size() != 1)
    return refuse("has a restriction that is no search.");
  const auto* const criterion = std::get_if<search::Criterion>(&query->types[0].conditions[0].node);
  if (criterion == nullptr || !isPlain(criterion->modifier))
    return refuse("has a restriction with a modifier that none may have.");
  return fhir::Done{};
}

}  // namespace

fhir::Result<Restriction> parseRestriction(const fhir::TypeDefinition* type, std::string_view query) {
  Restriction out;
  while (true) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    auto decoded = http::parseParameters(pair);
    if (!decoded || decoded->size() != 1 || pair.find('=') == std::string_view::npos)
      return refuse("has a restriction that is not name=value.");
    auto& [name, value] = decoded->front();
    if (auto checked = checkPair(type, name, value); !checked) return std::move(checked).outcome();
    out.emplace_back(std::move(name), std::move(value));
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string writeRestriction(const Restriction& restriction) {
  std::string out;
  for (const auto& [name, value] : restriction) {
    out += out.empty() ? '?' : '&';
    ((out += http::percentEncode(name, ":")) += '=') += http::percentEncode(value, ":/|,$");
  }
  return out;
}

}  // namespace smart
