#include "fhir/search/condition.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "fhir/search/closed_codes.h"
#include "fhir/search/escape.h"
#include "fhir/search/hierarchy.h"
#include "fhir/search/modifier.h"
#include "fhir/search/nearest.h"
#include "fhir/search/reference_link.h"
#include "fhir/search/targets.h"
#include "fhir/search/value.h"
#include "fhir/search/words.h"

namespace fhir::search {
namespace {

// What one query may ask for; beyond them it is refused, so that no query costs much before it reaches the
// database.
constexpr std::size_t maxValues = 1000;
constexpr std::size_t maxHeld = 10'000;
constexpr std::size_t maxWords = 100;
constexpr std::size_t maxDepth = 8;
constexpr std::size_t maxTargets = 300;

constexpr std::string_view kHas = "_has:";

// "subject:Patient" -> code and modifier.
struct Name {
  std::string_view code;
  std::optional<std::string_view> modifier;
};

Name splitName(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return {text, std::nullopt};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::vector<const TypeDefinition*> targetsOf(const SearchParameter& link) {
  std::vector<const TypeDefinition*> types;
  if (link.targets.empty()) {
    types.assign(resourceTypes().begin(), resourceTypes().end());
    return types;
  }
  for (const auto name : link.targets) {
    if (const auto* type = findResourceType(name)) types.push_back(type);
  }
  return types;
}

}  // namespace

bool ConditionReader::enter() {
  if (depth_ == maxDepth) {
    problems_->refuse(IssueType::tooCostly, quoted(problems_->name()) + " has more than 8 links or levels.");
    return false;
  }
  ++depth_;
  return true;
}

std::optional<Condition> ConditionReader::read(const TypeDefinition& type, std::string_view name,
                                               std::string_view value) {
  if (name.starts_with(kHas)) return readHas(type, name.substr(kHas.size()), value);
  if (name == "_list") return readList(value);
  if (name == "_filter") return readFilter(*this, type, value);
  const auto dot = name.find('.');
  if (dot != std::string_view::npos) {
    const auto rest = name.substr(dot + 1);
    return readChain(type, name.substr(0, dot),
                     [&](const TypeDefinition& target) { return read(target, rest, value); });
  }
  if (name == "_text" || name == "_content") {
    const auto* parameter = findParameter(type, name);
    if (parameter == nullptr) return std::nullopt;
    if (isFullText(*parameter)) return readFullText(*this, *parameter, value);
  }
  auto criterion = readCriterion(type, name, value);
  if (!criterion) return std::nullopt;
  return Condition{std::move(*criterion)};
}

bool ConditionReader::isTooMuch() {
  if (counts_[type_].values > maxValues) {
    problems_->refuse(IssueType::tooCostly, "A search takes at most 1000 values.");
  } else if (held_ > maxHeld) {
    problems_->refuse(IssueType::tooCostly,
                      "The values times the types that they are looked for in are more than 10000; name "
                      "fewer types by '_type', or fewer values.");
  } else if (counts_[type_].words > maxWords) {
    problems_->refuse(
        IssueType::tooCostly,
        "A search takes at most 100 words of texts, each counted for every type that a chain leads to.");
  } else {
    return false;
  }
  return true;
}

bool ConditionReader::countWord() {
  ++counts_[type_].words;
  ++held_;
  return !isTooMuch();
}

const SearchParameter* ConditionReader::findParameter(const TypeDefinition& type, std::string_view code) {
  const auto* parameter = catalog_.find(type, code);
  if (parameter != nullptr && catalog_.supports(type, *parameter)) return parameter;
  if (parameter != nullptr) {
    problems_->leaveOut(IssueType::notSupported, catalog_.whyNot(type, *parameter));
    return nullptr;
  }
  if (code == "_has") {
    problems_->refuse(IssueType::value,
                      "'_has' is written as _has:Type:reference:parameter, as in "
                      "_has:Observation:patient:code.");
    return nullptr;
  }
  std::vector<std::string_view> names{"_count",   "_sort",   "_total",      "_summary", "_elements",
                                      "_include", "_filter", "_revinclude", "_has",     "_list"};
  for (const auto* known : catalog_.parameters(type)) names.push_back(known->code);
  problems_->leaveOutUnknown(quoted(code) + " is no search parameter of " + std::string(type.name) + "." +
                             didYouMean(nearest(code, names)));
  return nullptr;
}

const SearchParameter* ConditionReader::findLink(const TypeDefinition& type, std::string_view code) {
  const auto* link = findParameter(type, code);
  if (link == nullptr || link->type == SearchParameterType::reference) return link;
  problems_->refuse(IssueType::notSupported, quoted(code) + " of " + std::string(type.name) +
                                                 " is no reference, so nothing can be behind it.");
  return nullptr;
}

std::optional<Condition> ConditionReader::readChain(const TypeDefinition& type, std::string_view linkName,
                                                    const Inner& inner) {
  const auto name = splitName(linkName);
  const auto* link = findLink(type, name.code);
  if (link == nullptr || !enter()) return std::nullopt;
  auto targets = targetsOf(*link);
  if (name.modifier) {
    const auto* only = findResourceType(*name.modifier);
    if (only == nullptr || !mayPointTo(*link, only->name)) {
      leave();
      problems_->refuse(IssueType::notSupported, quoted(name.code) + " cannot point to " +
                                                     quoted(*name.modifier) + "." +
                                                     didYouMean(nearest(*name.modifier, link->targets)));
      return std::nullopt;
    }
    targets = {only};
  }
  Chain chain{link, {}};
  std::optional<Problems> first;
  Problems* const outer = problems_;
  for (const auto* target : targets) {
    if (++targets_ > maxTargets) break;
    Problems own(outer->lenient());
    own.about(outer->name());
    problems_ = &own;
    auto condition = inner(*target);
    if (condition && own.count() == 0) {
      chain.targets.push_back({target, {}});
      chain.targets.back().conditions.push_back(std::move(*condition));
    } else if (!first || (first->namesUnknown() && !own.namesUnknown())) {
      // A type that knows the parameter has the better advice.
      first = std::move(own);
    }
  }
  problems_ = outer;
  leave();
  if (targets_ > maxTargets) {
    problems_->refuse(IssueType::tooCostly, quoted(problems_->name()) +
                                                " may point to too many types. Name the one that is meant: " +
                                                std::string(name.code) + ":Type.");
    return std::nullopt;
  }
  // The types that were read before it was too much are not all that is meant.
  if (isTooMuch()) return std::nullopt;
  if (!chain.targets.empty()) return Condition{std::move(chain)};
  if (first) problems_->append(std::move(*first));
  return std::nullopt;
}

// "Observation:patient:code" with what is asked of the Observation.
std::optional<Condition> ConditionReader::readHas(const TypeDefinition& type, std::string_view rest,
                                                  std::string_view value) {
  const auto first = rest.find(':');
  const auto second = first == std::string_view::npos ? first : rest.find(':', first + 1);
  const auto* source = findResourceType(rest.substr(0, first));
  if (second == std::string_view::npos || second + 1 == rest.size() || source == nullptr) {
    problems_->refuse(IssueType::value, quoted(problems_->name()) +
                                            " is not written as _has:Type:reference:parameter, as in "
                                            "_has:Observation:patient:code.");
    return std::nullopt;
  }
  const auto* link = findLink(*source, rest.substr(first + 1, second - first - 1));
  if (link == nullptr) return std::nullopt;
  if (!mayPointTo(*link, type.name)) {
    problems_->refuse(IssueType::notSupported, quoted(link->code) + " of " + std::string(source->name) +
                                                   " cannot point to " + std::string(type.name) + ".");
    return std::nullopt;
  }
  if (!enter()) return std::nullopt;
  auto inner = read(*source, rest.substr(second + 1), value);
  leave();
  if (!inner) return std::nullopt;
  Has has{source, link, {}};
  has.conditions.push_back(std::move(*inner));
  return Condition{std::move(has)};
}

std::optional<Condition> ConditionReader::readList(std::string_view value) {
  InList list;
  for (const auto part : splitUnescaped(value, ',')) {
    const auto text = unescape(part);
    const std::string_view id =
        std::string_view(text).starts_with("List/") ? std::string_view(text).substr(5) : text;
    if (!isId(id)) {
      problems_->refuse(
          part.starts_with('$') ? IssueType::notSupported : IssueType::value,
          "'_list' takes the ids of Lists; lists by a name such as '$current-allergies' are not kept here.");
      return std::nullopt;
    }
    list.ids.emplace_back(id);
  }
  return Condition{std::move(list)};
}

std::optional<Criterion> ConditionReader::readCriterion(const TypeDefinition& type, std::string_view text,
                                                        std::string_view value) {
  const auto name = splitName(text);
  const auto* parameter = findParameter(type, name.code);
  if (parameter == nullptr) return std::nullopt;
  Criterion criterion;
  criterion.parameter = parameter;
  if (name.modifier && !readModifier(*name.modifier, criterion)) return std::nullopt;
  if (!readValues(type, value, criterion)) return std::nullopt;
  return criterion;
}

// R4 asks for a refusal of unknown modifiers, lenient or not: without it the parameter means something else.
bool ConditionReader::readModifier(std::string_view text, Criterion& criterion) {
  const auto& parameter = *criterion.parameter;
  const auto modifier = findModifier(text);
  if (!modifier || !takes(parameter, *modifier)) {
    const auto allowed = modifiersOf(parameter);
    problems_->refuse(
        IssueType::notSupported,
        quoted(parameter.code) + (modifier ? " does not take the modifier " : " has an unknown modifier ") +
            quoted(text) + "; " + (allowed.empty() ? "it takes none." : "it takes " + allowed + "."));
    return false;
  }
  criterion.modifier = *modifier;
  if (*modifier == Modifier::above || *modifier == Modifier::below) return readHierarchies(parameter);
  if (*modifier != Modifier::type) return true;
  if (!mayPointTo(parameter, text)) {
    problems_->refuse(IssueType::notSupported, quoted(parameter.code) + " cannot point to " +
                                                   std::string(text) + "." +
                                                   didYouMean(nearest(text, parameter.targets)));
    return false;
  }
  criterion.typeModifier = text;
  return true;
}

// The parameters that lead from a resource to what it is a part of must be searchable themselves.
bool ConditionReader::readHierarchies(const SearchParameter& reference) {
  for (const auto* type : hierarchiesOf(reference)) {
    const auto& partOf = *partOfParameter(*type);
    if (catalog_.supports(*type, partOf)) continue;
    problems_->refuse(IssueType::notSupported, catalog_.whyNot(*type, partOf));
    return false;
  }
  return true;
}

bool ConditionReader::countValues(std::size_t more) {
  counts_[type_].values += more;
  held_ += more;
  return !isTooMuch();
}

bool ConditionReader::readValues(const TypeDefinition& type, std::string_view value, Criterion& criterion) {
  const auto parts = splitUnescaped(value, ',');
  const auto name = quoted(problems_->name());
  if (!countValues(parts.size())) return false;
  if (criterion.modifier == Modifier::missing && parts.size() > 1) {
    problems_->refuse(IssueType::value, name + " takes one value, 'true' or 'false'.");
    return false;
  }
  const Asked asked{type, *criterion.parameter, criterion.modifier, criterion.typeModifier, options_.baseUrl};
  const bool isCode = criterion.parameter->type == SearchParameterType::token &&
                      (criterion.modifier == Modifier::none || criterion.modifier == Modifier::not_);
  bool ok = true;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto& target = criterion.values.emplace_back();
    auto fault = parseValue(parts[i], asked, target);
    if (!fault && isCode) fault = closedCodeFault(type, *criterion.parameter, target);
    if (!fault) continue;
    ok = false;
    problems_->refuse(
        IssueType::value,
        (parts.size() == 1 ? name : "Value " + std::to_string(i + 1) + " of " + name) + " " + *fault);
    if (problems_->count() >= 50) break;
  }
  return ok;
}

}  // namespace fhir::search
