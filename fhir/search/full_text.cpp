// The language of _text and _content, read by descent:
//
//   asked  = both { "or" both }
//   both   = factor { [ "and" ] factor }
//   factor = { "not" } ( "(" asked ")" | word [ "*" ] )
//
// Operators and words are without case and accents. What joins words in other languages of search (quotes, +
// and -, & and |) is refused, for without its meaning another thing would be found. Specification:
// https://hl7.org/fhir/R4/search.html#content
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "fhir/search/condition.h"
#include "fhir/search/escape.h"
#include "fhir/search/index.h"
#include "fhir/search/value.h"
#include "fhir/search/words.h"

namespace fhir::search {
namespace {

using Conditions = std::vector<Condition>;

const Criterion* plain(const Condition& condition, Modifier modifier) {
  const auto* criterion = std::get_if<Criterion>(&condition.node);
  return criterion != nullptr && criterion->modifier == modifier ? criterion : nullptr;
}

// The conditions as one. Those of the modifier that plain words have are one criterion with several values:
// any of them, or with `not_` none of them.
Condition joined(Logic::Operator op, Conditions conditions) {
  const auto shared = op == Logic::Operator::any ? Modifier::none : Modifier::not_;
  Logic logic{op, {}};
  std::optional<std::size_t> first;
  for (auto& condition : conditions) {
    const auto* criterion = plain(condition, shared);
    if (criterion == nullptr || !first) {
      if (criterion != nullptr) first = logic.conditions.size();
      logic.conditions.push_back(std::move(condition));
      continue;
    }
    auto& values = std::get<Criterion>(logic.conditions[*first].node).values;
    values.insert(values.end(), criterion->values.begin(), criterion->values.end());
  }
  if (logic.conditions.size() == 1) return std::move(logic.conditions.front());
  return {std::move(logic)};
}

Condition negation(Condition condition) {
  if (auto* criterion = std::get_if<Criterion>(&condition.node)) {
    criterion->modifier = criterion->modifier == Modifier::none ? Modifier::not_ : Modifier::none;
    return condition;
  }
  Logic none{Logic::Operator::none, {}};
  none.conditions.push_back(std::move(condition));
  return {std::move(none)};
}

class TextParser {
 public:
  // `text` is folded.
  TextParser(ConditionReader& reader, const SearchParameter& parameter, std::string_view text)
      : reader_(reader), parameter_(parameter), text_(text) {}

  std::optional<Condition> whole() {
    auto condition = asked();
    if (condition && next() == ")") return fail("has a ')' without its '('.");
    return condition;
  }

 private:
  std::optional<Condition> fail(const std::string& fault) {
    reader_.problems().refuse(IssueType::value, quoted(reader_.problems().name()) + " " + fault);
    return std::nullopt;
  }

  // The next parenthesis, or what stands up to one or a space; empty at the end.
  std::string_view next() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    if (at_ == text_.size()) return {};
    if (text_[at_] == '(' || text_[at_] == ')') return text_.substr(at_, 1);
    return text_.substr(at_, text_.find_first_of(" ()", at_) - at_);
  }
  bool take(std::string_view token) {
    if (next() != token) return false;
    at_ += token.size();
    return true;
  }

  std::optional<Condition> asked() {
    if (!reader_.enter()) return std::nullopt;
    Conditions alternatives;
    std::optional<Condition> condition;
    do {
      condition = both();
      if (condition) alternatives.push_back(std::move(*condition));
    } while (condition && take("or"));
    reader_.leave();
    if (!condition) return std::nullopt;
    return joined(Logic::Operator::any, std::move(alternatives));
  }

  std::optional<Condition> both() {
    Conditions all;
    do {
      auto condition = factor();
      if (!condition) return std::nullopt;
      all.push_back(std::move(*condition));
    } while (take("and") || !isEnd(next()));
    return joined(Logic::Operator::all, std::move(all));
  }
  static bool isEnd(std::string_view token) { return token.empty() || token == ")" || token == "or"; }

  std::optional<Condition> factor() {
    bool negated = false;
    while (take("not")) negated = !negated;
    auto condition = take("(") ? inParentheses() : word();
    return condition && negated ? negation(std::move(*condition)) : std::move(condition);
  }

  std::optional<Condition> inParentheses() {
    auto condition = asked();
    if (condition && !take(")")) return fail("has a '(' without its ')'.");
    return condition;
  }

  // "blood-pressure" is two words.
  std::optional<Condition> word() {
    auto token = next();
    if (isEnd(token) || token == "and")
      return fail(
          "has no word where one is expected: write words with 'and', 'or' and 'not' between them and "
          "parentheses "
          "around them.");
    at_ += token.size();
    if (const auto fault = faultOf(token); !fault.empty()) return fail(std::string(fault));
    const bool begins = token.ends_with('*');
    if (begins) token.remove_suffix(1);
    const auto found = words(token);
    if (found.empty())
      return fail("has a sign alone where a word is expected; a word has letters or digits.");
    if (begins && !token.ends_with(found.back()))
      return fail("has a '*' that does not stand right behind a word, of at most 200 bytes.");
    Conditions all;
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (!reader_.countWord()) return std::nullopt;
      Criterion criterion{&parameter_, Modifier::none, {}, {}};
      auto& value = criterion.values.emplace_back();
      value.text = found[i];
      value.begins = begins && i + 1 == found.size();
      all.push_back({std::move(criterion)});
    }
    return joined(Logic::Operator::all, std::move(all));
  }

  static std::string_view faultOf(std::string_view token) {
    for (const std::string_view quote : {"\"", "\u201C", "\u201D", "\u201E"}) {
      if (token.find(quote) != std::string_view::npos)
        return "has quotes, but the order of words is not known here. Leave the quotes out to find what has "
               "all of the words.";
    }
    if (token.front() == '+' || token.front() == '-')
      return "has a word with '+' or '-' before it. Write 'and' or 'not' and a space instead.";
    if (token.substr(0, token.size() - 1).find('*') != std::string_view::npos)
      return "has a '*' that is not the end of a word; only what words begin with can be asked for.";
    return {};
  }

  ConditionReader& reader_;
  const SearchParameter& parameter_;
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<Condition> readFullText(ConditionReader& reader, const SearchParameter& parameter,
                                      std::string_view value) {
  auto& problems = reader.problems();
  if (value.size() > longestValue) {
    problems.refuse(IssueType::tooCostly, quoted(problems.name()) + " is longer than 2048 bytes.");
    return std::nullopt;
  }
  if (!escapesAreLegal(value)) {
    problems.refuse(IssueType::value, quoted(problems.name()) + " " + std::string(illegalEscape));
    return std::nullopt;
  }
  Conditions alternatives;
  for (const auto part : splitUnescaped(value, ',')) {
    const auto folded = fold(unescape(part));
    auto condition = TextParser(reader, parameter, folded).whole();
    if (!condition) return std::nullopt;
    alternatives.push_back(std::move(*condition));
  }
  return joined(Logic::Operator::any, std::move(alternatives));
}

}  // namespace fhir::search
