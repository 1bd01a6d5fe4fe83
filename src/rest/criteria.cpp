#include "src/rest/criteria.h"

#include <algorithm>
#include <array>
#include <utility>

#include "src/rest/bundle.h"
#include "src/rest/search_query.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

// A match that others change each time it is found is one of a resource that never rests.
constexpr int maxTries = 100;

bool isLayout(std::string_view name) noexcept {
  return name == "_format" || name == "_pretty";
}

std::string withoutModifier(std::string_view name) {
  return std::string(name.substr(0, name.find(':')));
}

std::string nameOf(const fhir::TypeDefinition& type, NamedValues criteria) {
  std::sort(criteria.begin(), criteria.end());
  criteria.erase(std::unique(criteria.begin(), criteria.end()), criteria.end());
  return withQuery(std::string(type.name), criteria);
}

// "?identifier=1" and "Patient?identifier=1" mean "identifier=1".
std::string_view queryOf(const fhir::TypeDefinition& type, std::string_view text) {
  if (text.starts_with(type.name) && text.substr(type.name.size()).starts_with('?'))
    text.remove_prefix(type.name.size());
  if (text.starts_with('?')) text.remove_prefix(1);
  return text;
}

Outcome severalMatches() {
  return Outcome(Failure::preconditionFailed, IssueType::multipleMatches,
                 "The criteria match several resources. Give more of them, so that only one is meant.");
}

}  // namespace

fhir::Result<Criteria> readCriteria(const Call& call, const fhir::TypeDefinition& type, Parameters parameters,
                                    std::string_view place, std::span<const std::string_view> besides) {
  NamedValues given;
  Outcome refused;
  for (const auto& [name, value] : parameters) {
    if (isLayout(name) || std::find(besides.begin(), besides.end(), name) != besides.end()) continue;
    if (fhir::search::isResultParameter(withoutModifier(name)))
      refused.add(fhir::Severity::error, IssueType::invalid,
                  "This parameter says how a search answers and is no criterion. Leave it out.", name);
    given.emplace_back(name, value);
  }
  if (!refused.empty()) return refused;
  auto query = readQuery(call, {&type, std::nullopt}, given, false);
  if (!query) return std::move(query).outcome();
  if (query->types.front().conditions.empty())
    return Outcome(Failure::badRequest, IssueType::required,
                   "A condition needs a search parameter: without one it would match every resource.",
                   std::string(place));
  auto name = nameOf(type, query->applied);
  return Criteria{*std::move(query), std::move(name)};
}

fhir::Result<Criteria> readCriteria(const Call& call, const fhir::TypeDefinition& type, std::string_view text,
                                    std::string_view place) {
  const auto parameters = http::parseParameters(queryOf(type, text));
  if (!parameters)
    return Outcome(Failure::badRequest, IssueType::structure,
                   "The condition's percent-encoding or UTF-8 is broken.", std::string(place));
  return readCriteria(call, type, *parameters, place);
}

fhir::Result<Criteria> readCriteria(const Call& call) {
  static constexpr std::array<std::string_view, 1> count{"_count"};
  const bool deletes = call.target.interaction == Interaction::remove;
  return readCriteria(
      call, *call.target.type, call.parameters, {},
      deletes ? std::span<const std::string_view>(count) : std::span<const std::string_view>());
}

fhir::Result<fhir::Done> exclude(Call& call, const Criteria& criteria) {
  return call.session.lockNames({criteria.name});
}

fhir::Result<std::vector<store::StoredResource>> findMatches(Call& call, const Criteria& criteria,
                                                             std::uint32_t most) {
  auto query = criteria.query;
  query.count = most;
  auto page = call.session.search(query);
  if (!page) return std::move(page).outcome();
  return std::move(page->matches);
}

namespace {

fhir::Result<std::optional<store::StoredResource>> theOne(
    fhir::Result<std::vector<store::StoredResource>> found) {
  if (!found) return std::move(found).outcome();
  if (found->size() > 1) return severalMatches();
  if (found->empty()) return std::optional<store::StoredResource>();
  return std::optional(std::move(found->front()));
}

// Whether each is locked now in the version that was found.
fhir::Result<bool> lockAll(Call& call, const std::vector<store::StoredResource>& found) {
  for (const auto& match : found) {
    auto version = call.session.lock(*match.type, match.id);
    if (!version) return std::move(version).outcome();
    if (*version != match.versionId) return false;
  }
  return true;
}

}  // namespace

fhir::Result<std::vector<store::StoredResource>> lockMatches(Call& call, const Criteria& criteria,
                                                             std::uint32_t most) {
  for (int tries = 0; tries < maxTries; ++tries) {
    auto found = findMatches(call, criteria, most + 1);
    if (!found || found->size() > most) return found;
    auto locked = lockAll(call, *found);
    if (!locked) return std::move(locked).outcome();
    if (*locked) return found;
  }
  return Outcome(Failure::conflict, IssueType::conflict,
                 "Others kept changing what the criteria match; send the request again.");
}

fhir::Result<std::optional<store::StoredResource>> findOne(Call& call, const Criteria& criteria) {
  return theOne(findMatches(call, criteria, 2));
}

fhir::Result<std::optional<store::StoredResource>> lockOne(Call& call, const Criteria& criteria) {
  return theOne(lockMatches(call, criteria, 1));
}

}  // namespace rest
