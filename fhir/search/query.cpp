#include "fhir/search/query.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fhir/search/closed_codes.h"
#include "fhir/search/escape.h"
#include "fhir/search/modifier.h"
#include "fhir/search/nearest.h"
#include "fhir/search/result_parameters.h"
#include "fhir/search/utf8.h"
#include "fhir/search/value.h"

namespace fhir::search {
namespace {

// What one query may ask for; beyond them it is refused, so that no query costs much before it reaches the
// database.
constexpr std::size_t maxParameters = 200;
constexpr std::size_t maxValues = 1000;
constexpr std::size_t maxValueLength = 2048;
constexpr std::size_t maxNameLength = 128;
constexpr std::size_t maxIssues = 50;

std::string quoted(std::string_view name) {
  return "'" + std::string(name) + "'";
}

// "subject:Patient" -> code and modifier.
struct Name {
  std::string_view code;
  std::string_view modifier;
  bool hasModifier = false;
};

Name splitName(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return {text, {}, false};
  return {text.substr(0, colon), text.substr(colon + 1), true};
}

class Parser {
 public:
  Parser(const TypeDefinition& type, const Catalog& catalog, const ParseOptions& options)
      : type_(type), catalog_(catalog), options_(options) {
    query_.type = &type;
  }

  Result<SearchQuery> parse(const std::vector<std::pair<std::string, std::string>>& parameters) {
    if (parameters.size() > maxParameters) {
      return Outcome(Failure::badRequest, IssueType::tooCostly, "A search takes at most 200 parameters.");
    }
    for (const auto& [name, value] : parameters) {
      if (outcome_.issues().size() >= maxIssues) break;
      readParameter(name, value);
    }
    if (!outcome_.empty()) return std::move(outcome_);
    return std::move(query_);
  }

 private:
  void refuse(IssueType type, std::string text, std::string_view name) {
    outcome_.add(Severity::error, type, std::move(text), std::string(name));
  }

  // An error, or with lenient handling a parameter that is left out.
  void leaveOut(IssueType type, std::string text, std::string_view name) {
    if (!options_.lenient) return refuse(type, std::move(text), name);
    query_.ignored.push_back({Severity::warning, type, std::move(text), std::string(name)});
  }

  void readParameter(std::string_view text, std::string_view value) {
    if (text.empty() || text.size() > maxNameLength || !isPlainUtf8(text)) {
      return refuse(IssueType::invalid,
                    "A parameter's name is empty, longer than 128 bytes or not plain UTF-8.", {});
    }
    const auto name = splitName(text);
    const auto kind = classify(name.code);
    if (kind == ResultParameter::format) return;
    if (kind == ResultParameter::unsupported) {
      return leaveOut(IssueType::notSupported, quoted(name.code) + " is not supported here.", text);
    }
    if (value.empty()) {
      return leaveOut(IssueType::value, quoted(text) + " has no value.", text);
    }
    if (!isPlainUtf8(value)) {
      return refuse(IssueType::value, quoted(text) + " has a value that is not plain UTF-8.", text);
    }
    if (kind == ResultParameter::applied) return readResult(name, text, value);
    readCriterion(name, text, value);
  }

  void readResult(const Name& name, std::string_view text, std::string_view value) {
    if (name.hasModifier) {
      return refuse(IssueType::notSupported, quoted(name.code) + " takes no modifier.", text);
    }
    if (std::find(seen_.begin(), seen_.end(), name.code) != seen_.end()) {
      return refuse(IssueType::value, quoted(text) + " is given more than once.", text);
    }
    seen_.push_back(name.code);
    auto kept = readResultParameter(name.code, value, {type_, catalog_, options_}, query_);
    if (!kept) return outcome_.append(kept.outcome());
    if (name.code != "_cursor" && !kept->empty()) query_.applied.emplace_back(name.code, std::move(*kept));
  }

  void readCriterion(const Name& name, std::string_view text, std::string_view value) {
    // A '.' stands in no code of R4: it makes a chain.
    if (text.find('.') != std::string_view::npos) {
      return leaveOut(IssueType::notSupported, quoted(text) + ": chained parameters are not supported here.",
                      text);
    }
    const auto* parameter = findSearchParameter(type_, name.code);
    if (parameter == nullptr) return refuseUnknown(name.code, text);
    if (!catalog_.supports(type_, *parameter)) {
      return leaveOut(IssueType::notSupported,
                      "R4 defines " + quoted(name.code) + " for " + std::string(type_.name) +
                          ", but it is not supported here.",
                      text);
    }
    Criterion criterion;
    criterion.parameter = parameter;
    if (!readModifier(name, text, criterion)) return;
    if (readValues(value, text, criterion)) {
      query_.criteria.push_back(std::move(criterion));
      query_.applied.emplace_back(text, value);
    }
  }

  void refuseUnknown(std::string_view code, std::string_view text) {
    std::vector<std::string_view> names{"_count", "_sort", "_total", "_summary", "_elements"};
    for (const auto& parameter : searchParameters(type_)) {
      if (catalog_.supports(type_, parameter)) names.push_back(parameter.code);
    }
    leaveOut(IssueType::notSupported,
             quoted(code) + " is no search parameter of " + std::string(type_.name) + "." +
                 didYouMean(nearest(code, names)),
             text);
  }

  // R4 asks for a refusal of unknown modifiers, lenient or not: without it the parameter means something
  // else.
  bool readModifier(const Name& name, std::string_view text, Criterion& criterion) {
    if (!name.hasModifier) return true;
    const auto modifier = findModifier(name.modifier);
    if (!modifier || !takes(*criterion.parameter, *modifier)) {
      const auto allowed = modifiersOf(*criterion.parameter);
      refuse(IssueType::notSupported,
             quoted(name.code) + (modifier ? " does not take the modifier " : " has an unknown modifier ") +
                 quoted(name.modifier) + "; " +
                 (allowed.empty() ? "it takes none." : "it takes " + allowed + "."),
             text);
      return false;
    }
    criterion.modifier = *modifier;
    if (*modifier != Modifier::type) return true;
    const auto& targets = criterion.parameter->targets;
    if (!targets.empty() && std::find(targets.begin(), targets.end(), name.modifier) == targets.end()) {
      refuse(IssueType::notSupported,
             quoted(name.code) + " cannot point to " + std::string(name.modifier) + "." +
                 didYouMean(nearest(name.modifier, targets)),
             text);
      return false;
    }
    criterion.typeModifier = name.modifier;
    return true;
  }

  bool readValues(std::string_view value, std::string_view text, Criterion& criterion) {
    const auto parts = splitUnescaped(value, ',');
    values_ += parts.size();
    if (values_ > maxValues) {
      refuse(IssueType::tooCostly, "A search takes at most 1000 values.", text);
      return false;
    }
    if (criterion.modifier == Modifier::missing && parts.size() > 1) {
      refuse(IssueType::value, quoted(text) + " takes one value, 'true' or 'false'.", text);
      return false;
    }
    const Asked asked{*criterion.parameter, criterion.modifier, criterion.typeModifier, options_.baseUrl};
    bool ok = true;
    for (std::size_t i = 0; i < parts.size() && outcome_.issues().size() < maxIssues; ++i) {
      auto& target = criterion.values.emplace_back();
      const auto fault = readValue(parts[i], asked, target);
      if (!fault) continue;
      ok = false;
      const auto which =
          parts.size() == 1 ? quoted(text) : "Value " + std::to_string(i + 1) + " of " + quoted(text);
      refuse(IssueType::value, which + " " + *fault, text);
    }
    return ok;
  }

  std::optional<std::string> readValue(std::string_view raw, const Asked& asked, Value& value) const {
    if (raw.size() > maxValueLength) return "is longer than 2048 bytes.";
    if (auto fault = parseValue(raw, asked, value)) return fault;
    const bool isCode = asked.parameter.type == SearchParameterType::token &&
                        (asked.modifier == Modifier::none || asked.modifier == Modifier::not_);
    // Lenient handling lets an unknown code match nothing.
    if (!isCode || options_.lenient) return std::nullopt;
    return closedCodeFault(type_, asked.parameter, value);
  }

  const TypeDefinition& type_;
  const Catalog& catalog_;
  const ParseOptions& options_;
  SearchQuery query_;
  Outcome outcome_;
  std::vector<std::string_view> seen_;  // result parameters
  std::size_t values_ = 0;
};

}  // namespace

Result<SearchQuery> parse(const TypeDefinition& type,
                          const std::vector<std::pair<std::string, std::string>>& parameters,
                          const Catalog& catalog, const ParseOptions& options) {
  return Parser(type, catalog, options).parse(parameters);
}

}  // namespace fhir::search
