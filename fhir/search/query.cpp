#include "fhir/search/query.h"

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "fhir/search/compartment.h"
#include "fhir/search/condition.h"
#include "fhir/search/escape.h"
#include "fhir/search/nearest.h"
#include "fhir/search/problems.h"
#include "fhir/search/result_parameters.h"
#include "fhir/search/utf8.h"

namespace fhir::search {
namespace {

constexpr std::size_t maxParameters = 100;
constexpr std::size_t maxNameLength = 512;
constexpr std::size_t maxIssues = 50;

using NamedValues = std::vector<std::pair<std::string, std::string>>;

class Parser {
 public:
  Parser(const Catalog& catalog, const ParseOptions& options)
      : catalog_(catalog),
        options_(options),
        problems_(options.lenient),
        conditions_(catalog, options, problems_) {}

  Result<SearchQuery> parse(const Scope& scope, const NamedValues& parameters) {
    if (parameters.size() > maxParameters) {
      return Outcome(Failure::badRequest, IssueType::tooCostly, "A search takes at most 100 parameters.");
    }
    query_.compartment = scope.compartment;
    query_.acrossTypes = scope.type == nullptr;
    if (scope.type != nullptr) {
      query_.types.push_back({scope.type, {}, {}});
    } else if (readTypes(parameters); query_.types.empty()) {
      return problems_.takeErrors();
    }
    lookAhead(parameters);
    for (const auto& [name, value] : parameters) {
      if (problems_.count() >= maxIssues) break;
      readParameter(name, value);
    }
    checkContained();
    if (problems_.count() > 0) return problems_.takeErrors();
    query_.ignored = problems_.takeLeftOut();
    if (query_.compartment) {
      for (auto& each : query_.types) each.conditions.push_back(membership(*each.type, *query_.compartment));
    }
    return std::move(query_);
  }

 private:
  // The types of _type, which may stand several times; without it all types that are in the compartment.
  void readTypes(const NamedValues& parameters) {
    bool named = false;
    for (const auto& [name, value] : parameters) {
      if (name != "_type") continue;
      named = true;
      problems_.about(name);
      for (const auto part : splitUnescaped(value, ',')) addType(part);
    }
    if (named) return;
    for (const auto* type : resourceTypes()) {
      if (isSearchable(*type)) query_.types.push_back({type, {}, {}});
    }
  }

  bool isSearchable(const TypeDefinition& type) const {
    if (type.name == "Parameters") return false;
    return !query_.compartment || query_.compartment->type == type.name ||
           !compartmentParameters(query_.compartment->type, type.name).empty();
  }

  void addType(std::string_view name) {
    const auto* type = findResourceType(name);
    if (type == nullptr || !isSearchable(*type)) {
      std::vector<std::string_view> names;
      for (const auto* known : resourceTypes()) {
        if (isSearchable(*known)) names.push_back(known->name);
      }
      problems_.refuse(IssueType::value, "'_type' names " + quoted(name) +
                                             ", which is no resource type that can be searched here." +
                                             didYouMean(nearest(name, names)));
      return;
    }
    const auto same = [&](const TypeSearch& each) { return each.type == type; };
    if (std::none_of(query_.types.begin(), query_.types.end(), same)) query_.types.push_back({type, {}, {}});
  }

  void readParameter(std::string_view text, std::string_view value) {
    problems_.about(text);
    if (text.empty() || text.size() > maxNameLength || !isPlainUtf8(text)) {
      problems_.about({});
      return problems_.refuse(IssueType::invalid,
                              "A parameter's name is empty, longer than 512 bytes or not plain UTF-8.");
    }
    const auto code = text.substr(0, text.find(':'));
    const auto kind = classify(code);
    if (kind == ResultParameter::format) return;
    if (kind == ResultParameter::unsupported) {
      return problems_.leaveOut(IssueType::notSupported, quoted(code) + " is not supported here.");
    }
    if (value.empty()) return problems_.leaveOut(IssueType::value, quoted(text) + " has no value.");
    if (!isPlainUtf8(value)) {
      return problems_.refuse(IssueType::value, quoted(text) + " has a value that is not plain UTF-8.");
    }
    if (code == "_type" && query_.acrossTypes) {
      query_.applied.emplace_back(text, value);
    } else if (kind == ResultParameter::applied) {
      readResult(code, text, value);
    } else if (kind == ResultParameter::include) {
      readInclude(text, value);
    } else {
      readCondition(text, value);
    }
  }

  void readResult(std::string_view code, std::string_view text, std::string_view value) {
    if (code != text) {
      return problems_.refuse(IssueType::notSupported, quoted(code) + " takes no modifier.");
    }
    if (std::find(seen_.begin(), seen_.end(), code) != seen_.end()) {
      return problems_.refuse(IssueType::value, quoted(text) + " is given more than once.");
    }
    seen_.push_back(code);
    auto kept = readResultParameter(code, value, {catalog_, options_, problems_}, query_);
    if (!kept) return problems_.append(kept.outcome());
    if (code != "_cursor" && !kept->empty()) query_.applied.emplace_back(code, std::move(*kept));
  }

  void readInclude(std::string_view text, std::string_view value) {
    auto include = search::readInclude(text, value, query_, catalog_);
    if (!include) {
      for (const auto& issue : include.outcome().issues()) problems_.leaveOut(issue.type, issue.diagnostics);
      return;
    }
    query_.includes.push_back(*include);
    query_.applied.emplace_back(text, value);
  }

  // Where an include may start depends on it, wherever it stands in the query; its faults are told in its
  // turn.
  void lookAhead(const NamedValues& parameters) {
    for (const auto& [name, value] : parameters) {
      if (name == "_contained" || name == "_containedType")
        static_cast<void>(readResultParameter(name, value, {catalog_, options_, problems_}, query_));
    }
  }

  // Without contained resources among what is found there is nothing that _containedType could say.
  void checkContained() {
    constexpr std::string_view name = "_containedType";
    const auto given = std::find_if(query_.applied.begin(), query_.applied.end(),
                                    [&](const auto& each) { return each.first == name; });
    if (given == query_.applied.end() || query_.contained != Contained::none) return;
    query_.applied.erase(given);
    problems_.about(name);
    problems_.leaveOut(IssueType::value, quoted(name) + " needs '_contained=true' or '_contained=both'.");
  }

  // Of several types each has the condition by a parameter of its own.
  void readCondition(std::string_view text, std::string_view value) {
    const auto isSame = [&](const auto& each) { return each.first == text && each.second == value; };
    if (std::any_of(query_.applied.begin(), query_.applied.end(), isSame)) return;  // it changes nothing
    std::vector<Condition> read;
    for (std::size_t i = 0; i < query_.types.size(); ++i) {
      conditions_.turnTo(i);
      auto condition = conditions_.read(*query_.types[i].type, text, value);
      if (!condition) return;  // and a problem was told
      read.push_back(std::move(*condition));
    }
    for (std::size_t i = 0; i < read.size(); ++i) query_.types[i].conditions.push_back(std::move(read[i]));
    query_.applied.emplace_back(text, value);
  }

  const Catalog& catalog_;
  const ParseOptions& options_;
  Problems problems_;
  ConditionReader conditions_;
  SearchQuery query_;
  std::vector<std::string_view> seen_;  // result parameters
};

}  // namespace

namespace {

// Of a constant tree or one that may be changed.
template <class Conditions, class Work>
void walk(Conditions& conditions, const Work& work) {
  for (auto& condition : conditions) {
    std::visit(
        [&](auto& node) {
          using Node = std::decay_t<decltype(node)>;
          if constexpr (std::is_same_v<Node, Criterion>) {
            work(node);
          } else if constexpr (std::is_same_v<Node, Chain>) {
            for (auto& target : node.targets) walk(target.conditions, work);
          } else if constexpr (!std::is_same_v<Node, InList>) {
            walk(node.conditions, work);
          }
        },
        condition.node);
  }
}

}  // namespace

void forEachCriterion(SearchQuery& query, const std::function<void(Criterion&)>& work) {
  for (auto& each : query.types) walk(each.conditions, work);
}

void forEachCriterion(const SearchQuery& query, const std::function<void(const Criterion&)>& work) {
  for (const auto& each : query.types) walk(each.conditions, work);
}

std::string Catalog::whyNot(const TypeDefinition& type, const SearchParameter& parameter) const {
  return "R4 defines '" + std::string(parameter.code) + "' for " + std::string(type.name) +
         ", but it is not supported here.";
}

std::vector<const SearchParameter*> Catalog::parameters(const TypeDefinition& type) const {
  std::vector<const SearchParameter*> known;
  for (const auto& parameter : searchParameters(type)) {
    if (supports(type, parameter)) known.push_back(&parameter);
  }
  return known;
}

Result<SearchQuery> parse(const Scope& scope, const NamedValues& parameters, const Catalog& catalog,
                          const ParseOptions& options) {
  return Parser(catalog, options).parse(scope, parameters);
}

Result<SearchQuery> parse(const TypeDefinition& type, const NamedValues& parameters, const Catalog& catalog,
                          const ParseOptions& options) {
  return parse(Scope{&type, std::nullopt}, parameters, catalog, options);
}

}  // namespace fhir::search
