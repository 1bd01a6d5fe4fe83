// Observation/$lastn: https://hl7.org/fhir/R4/observation-operation-lastn.html. The newest Observations of
// each code, of one subject. Takes max and what a search of Observation takes for what is found, shown and
// included; in a Parameters resource each is a parameter of the same name and syntax.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "fhir/search/query.h"
#include "src/rest/answer.h"
#include "src/rest/call.h"
#include "src/rest/search_query.h"
#include "src/rest/searchset.h"
#include "src/rest/write.h"

namespace rest {
namespace {

using fhir::Element;
using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::Result;
using fhir::search::Criterion;
using fhir::search::SearchQuery;

constexpr std::string_view kMax = "max";
// What a search has for its order and its pages, which this operation has not.
constexpr std::array<std::string_view, 4> kOfPages{"_sort", "_count", "_cursor", "_total"};

Outcome refused(IssueType type, std::string words, std::string where) {
  return {Failure::badRequest, type, std::move(words), std::move(where)};
}

Result<fhir::Done> addBody(const Call& call, NamedValues& parameters) {
  auto body = bodyOfAnyType(call);
  if (!body) return std::move(body).outcome();
  const Element& root = body->root();
  if (root.type->name != "Parameters")
    return refused(IssueType::invalid, "The body of an operation is a Parameters resource.",
                   std::string(root.type->name));
  for (const Element* each = root.child("parameter"); each != nullptr; each = each->nextSame()) {
    const Element* value = each->firstChild;
    while (value != nullptr && !value->name().starts_with("value")) value = value->next;
    if (value == nullptr || !value->type->isPrimitive() || value->text.empty())
      return refused(IssueType::value,
                     "A parameter of this operation has a simple value, such as valueString.", each->path());
    parameters.emplace_back(each->childText("name"), value->text);
  }
  return fhir::Done{};
}

// The parameter max, taken out of the others.
Result<std::uint32_t> takeMax(NamedValues& parameters) {
  std::uint32_t most = 1;
  bool given = false;
  for (auto at = parameters.begin(); at != parameters.end();) {
    if (at->first != kMax) {
      ++at;
      continue;
    }
    const std::string& digits = at->second;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), most);
    if (error != std::errc{} || end != digits.data() + digits.size() || most == 0 || most > 0x7FFFFFFF)
      return refused(IssueType::value, "max is a whole number from 1 on.", std::string(kMax));
    if (std::exchange(given, true))
      return refused(IssueType::invalid, "The parameter 'max' is given more than once.", std::string(kMax));
    at = parameters.erase(at);
  }
  return most;
}

bool isOneSubject(const Criterion& criterion) {
  return (criterion.parameter->code == "patient" || criterion.parameter->code == "subject") &&
         criterion.values.size() == 1 && !criterion.values.front().targetId.empty();
}

bool isCode(const Criterion& criterion) {
  constexpr std::array<std::string_view, 4> begins{"category", "code", "combo-code", "component-code"};
  return std::any_of(begins.begin(), begins.end(),
                     [&](std::string_view each) { return criterion.parameter->code.starts_with(each); });
}

// Whom and what it is asked of, without which R4 has no answer.
Result<fhir::Done> check(const SearchQuery& query) {
  const auto has = [&](bool (*is)(const Criterion&)) {
    const auto& conditions = query.types.front().conditions;
    return std::any_of(conditions.begin(), conditions.end(), [&](const fhir::search::Condition& each) {
      const auto* criterion = std::get_if<Criterion>(&each.node);
      return criterion != nullptr && is(*criterion);
    });
  };
  Outcome missing;
  if (!has(isOneSubject))
    missing.add(fhir::Severity::error, IssueType::required,
                "Name the one subject by its id: patient=42, or subject=Device/7.", "patient");
  if (!has(isCode))
    missing.add(fhir::Severity::error, IssueType::required,
                "Say which Observations: by category, code or another parameter over codes, such as "
                "code-value-quantity.",
                "category");
  if (missing.hasErrors()) return missing;
  return fhir::Done{};
}

}  // namespace

Answer lastn(Call& call) {
  NamedValues parameters = namedValues(call.parameters);
  if (call.request.method == "POST" && hasBody(call)) {
    if (auto added = addBody(call, parameters); !added) return std::move(added).outcome();
  }
  const auto most = takeMax(parameters);
  if (!most) return most.outcome();
  for (const auto& [name, value] : parameters) {
    if (std::find(kOfPages.begin(), kOfPages.end(), name) != kOfPages.end())
      return refused(
          IssueType::notSupported,
          "$lastn has its own order, newest first, and no pages; 'max' says how many of each code.", name);
  }
  auto query = readQuery(call, {call.target.type, std::nullopt}, parameters, call.preferences.lenient);
  if (!query) return std::move(query).outcome();
  if (query->contained != fhir::search::Contained::none)
    return refused(IssueType::notSupported, "$lastn does not look into other resources.", "_contained");
  if (auto whole = check(*query); !whole) return std::move(whole).outcome();
  if (auto viewed = addView(call.presentation, *query); !viewed) return std::move(viewed).outcome();
  auto page = call.session.lastOfEach(*query, *most);
  if (!page) return std::move(page).outcome();

  BundleWriter bundle("searchset", page->total);
  NamedValues applied = query->applied;
  applied.emplace_back(kMax, std::to_string(*most));
  bundle.link("self", withQuery(std::string(call.baseUrl) + "/Observation/$lastn", applied));
  if (!call.presentation.countOnly) {
    auto written = writeResources(bundle, call, std::move(page->matches), "match");
    if (written) written = writeResources(bundle, call, std::move(page->included), "include");
    if (!written) return std::move(written).outcome();
  }
  writeOutcome(bundle, *query, page->includesCut);
  return answerBody(200, std::move(bundle).finish(), call.presentation);
}

}  // namespace rest
