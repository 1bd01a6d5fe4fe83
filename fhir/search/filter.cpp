// The language of _filter, read by descent:
//
//   filter = term { "or" term }         term = factor { "and" factor }
//   factor = "not" "(" filter ")" | "(" filter ")" | path operator value
//   path   = parameter { "." parameter } with "[filter]" after a reference: what its target must fulfil
//
// Specification: Search Filter (https://hl7.org/fhir/R4/search_filter.html). An operator becomes the prefix
// or modifier that means the same, so that a filter and a plain parameter can never differ.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "fhir/search/condition.h"
#include "fhir/search/escape.h"
#include "fhir/search/words.h"

namespace fhir::search {
namespace {

using Type = SearchParameterType;

// What an operator is for a parameter type: a prefix before the value, a modifier behind the name, negated or
// not.
struct Meaning {
  Type type;
  std::string_view op;
  std::string_view prefix;
  std::string_view modifier;
  bool negated = false;
};

constexpr std::array kMeanings{
    Meaning{Type::token, "eq", "", ""},
    Meaning{Type::token, "ne", "", "", true},
    Meaning{Type::token, "co", "", "text"},
    Meaning{Type::string, "eq", "", "exact"},
    Meaning{Type::string, "ne", "", "exact", true},
    Meaning{Type::string, "co", "", "contains"},
    Meaning{Type::string, "sw", "", ""},
    Meaning{Type::reference, "re", "", ""},
    Meaning{Type::reference, "eq", "", ""},
    Meaning{Type::reference, "ne", "", "", true},
    Meaning{Type::uri, "eq", "", ""},
    Meaning{Type::uri, "ne", "", "", true},
    Meaning{Type::uri, "ss", "", "above"},
    Meaning{Type::uri, "sb", "", "below"},
    Meaning{Type::date, "eq", "eq", ""},
    Meaning{Type::date, "ne", "ne", ""},
    Meaning{Type::date, "gt", "gt", ""},
    Meaning{Type::date, "lt", "lt", ""},
    Meaning{Type::date, "ge", "ge", ""},
    Meaning{Type::date, "le", "le", ""},
    Meaning{Type::date, "ap", "ap", ""},
    Meaning{Type::date, "sa", "sa", ""},
    Meaning{Type::date, "eb", "eb", ""},
    Meaning{Type::number, "eq", "eq", ""},
    Meaning{Type::number, "ne", "ne", ""},
    Meaning{Type::number, "gt", "gt", ""},
    Meaning{Type::number, "lt", "lt", ""},
    Meaning{Type::number, "ge", "ge", ""},
    Meaning{Type::number, "le", "le", ""},
    Meaning{Type::number, "ap", "ap", ""},
    Meaning{Type::quantity, "eq", "eq", ""},
    Meaning{Type::quantity, "ne", "ne", ""},
    Meaning{Type::quantity, "gt", "gt", ""},
    Meaning{Type::quantity, "lt", "lt", ""},
    Meaning{Type::quantity, "ge", "ge", ""},
    Meaning{Type::quantity, "le", "le", ""},
    Meaning{Type::quantity, "ap", "ap", ""},
};

bool isNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

Condition negation(Condition condition) {
  Logic none{Logic::Operator::none, {}};
  none.conditions.push_back(std::move(condition));
  return {std::move(none)};
}

class FilterParser {
 public:
  FilterParser(ConditionReader& reader, std::string_view text) : reader_(reader), text_(text) {}

  std::optional<Condition> whole(const TypeDefinition& type) {
    auto condition = either(type);
    if (!condition) return std::nullopt;
    skipSpace();
    if (at_ != text_.size()) return fail("'and', 'or' or the end is expected");
    return condition;
  }

 private:
  std::optional<Condition> fail(const std::string& expected) {
    reader_.problems().refuse(IssueType::value,
                              "'_filter', character " + std::to_string(at_ + 1) + ": " + expected + ".");
    return std::nullopt;
  }

  void skipSpace() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  bool take(char c) {
    skipSpace();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // A word of the language, which ends where its letters do.
  bool takeWord(std::string_view word) {
    skipSpace();
    if (!text_.substr(at_).starts_with(word)) return false;
    const auto end = at_ + word.size();
    if (end < text_.size() && isNameCharacter(text_[end])) return false;
    at_ = end;
    return true;
  }

  std::string_view name() {
    skipSpace();
    const auto start = at_;
    while (at_ < text_.size() && isNameCharacter(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  template <class Part>
  std::optional<Condition> list(const TypeDefinition& type, std::string_view word, Logic::Operator op,
                                const Part& part) {
    auto first = part(type);
    if (!first || !takeWord(word)) return first;
    Logic logic{op, {}};
    logic.conditions.push_back(std::move(*first));
    do {
      auto next = part(type);
      if (!next) return std::nullopt;
      logic.conditions.push_back(std::move(*next));
    } while (takeWord(word));
    return Condition{std::move(logic)};
  }

  std::optional<Condition> either(const TypeDefinition& type) {
    if (!reader_.enter()) return std::nullopt;
    auto condition = list(type, "or", Logic::Operator::any, [&](const TypeDefinition& t) { return both(t); });
    reader_.leave();
    return condition;
  }

  std::optional<Condition> both(const TypeDefinition& type) {
    return list(type, "and", Logic::Operator::all, [&](const TypeDefinition& t) { return factor(t); });
  }

  std::optional<Condition> factor(const TypeDefinition& type) {
    const bool isNot = takeWord("not");
    if (take('(')) {
      auto inner = either(type);
      if (!inner) return std::nullopt;
      if (!take(')')) return fail("')' is expected");
      return isNot ? std::optional(negation(std::move(*inner))) : std::move(inner);
    }
    if (isNot) return fail("'(' is expected after 'not'");
    return path(type);
  }

  // A parameter, and what follows it. Each target type of a reference reads the rest anew.
  std::optional<Condition> path(const TypeDefinition& type) {
    const auto code = name();
    if (code.empty()) return fail("the name of a search parameter is expected");
    if (at_ < text_.size() && text_[at_] == '[') return bracket(type, code);
    if (at_ < text_.size() && text_[at_] == '.') return link(type, code, at_ + 1);
    return comparison(type, code);
  }

  std::optional<Condition> link(const TypeDefinition& type, std::string_view code, std::size_t rest) {
    std::size_t end = rest;
    auto chain = reader_.readChain(type, code, [&](const TypeDefinition& target) {
      at_ = rest;
      auto condition = path(target);
      end = std::max(end, at_);
      return condition;
    });
    at_ = end;
    return chain;
  }

  // reference[filter], alone or with ".path ..." behind it.
  std::optional<Condition> bracket(const TypeDefinition& type, std::string_view code) {
    const std::size_t inside = at_ + 1;
    std::size_t end = inside;
    auto chain = reader_.readChain(type, code, [&](const TypeDefinition& target) -> std::optional<Condition> {
      at_ = inside;
      auto condition = either(target);
      if (!condition) return std::nullopt;
      if (!take(']')) return fail("']' is expected");
      if (at_ < text_.size() && text_[at_] == '.') {
        ++at_;
        auto more = path(target);
        if (!more) return std::nullopt;
        Logic logic{Logic::Operator::all, {}};
        logic.conditions.push_back(std::move(*condition));
        logic.conditions.push_back(std::move(*more));
        condition = Condition{std::move(logic)};
      }
      end = std::max(end, at_);
      return condition;
    });
    at_ = end;
    return chain;
  }

  std::optional<Condition> comparison(const TypeDefinition& type, std::string_view code) {
    const auto op = name();
    std::string value;
    if (op.empty() || !readValue(value))
      return fail("an operator and a value are expected, as in: name eq \"Ann\"");
    if (op == "pr") return present(type, code, value);
    const auto* parameter = reader_.catalog().find(type, code);
    if (parameter != nullptr && isFullText(*parameter))
      return fail(
          "the parameter before this place has a language of its own; ask for it beside the filter, as in: "
          "_text=bone or liver");
    const auto kind = parameter != nullptr ? parameter->type : Type::token;
    const auto* meaning = std::find_if(kMeanings.begin(), kMeanings.end(), [&](const Meaning& each) {
      return each.type == kind && each.op == op;
    });
    if (parameter != nullptr && meaning == kMeanings.end())
      return fail("the operator before this place is none of those that the parameter takes: " +
                  operatorsOf(kind));
    std::string full(code);
    if (meaning != kMeanings.end() && !meaning->modifier.empty()) full.append(":").append(meaning->modifier);
    const auto prefix = meaning != kMeanings.end() ? meaning->prefix : std::string_view{};
    auto criterion = reader_.readCriterion(type, full, std::string(prefix) + value);
    if (!criterion) return std::nullopt;
    Condition condition{std::move(*criterion)};
    return meaning->negated ? negation(std::move(condition)) : std::move(condition);
  }

  std::optional<Condition> present(const TypeDefinition& type, std::string_view code,
                                   std::string_view value) {
    if (value != "true" && value != "false") return fail("'pr' is followed by true or false");
    auto criterion =
        reader_.readCriterion(type, std::string(code) + ":missing", value == "true" ? "false" : "true");
    if (!criterion) return std::nullopt;
    return Condition{std::move(*criterion)};
  }

  static std::string operatorsOf(Type type) {
    std::string names = "pr";
    for (const auto& each : kMeanings) {
      if (each.type == type) names.append(", ").append(each.op);
    }
    return names;
  }

  // A value as a search parameter has it, its separators escaped: "a string" with \" and \\, or a word.
  bool readValue(std::string& value) {
    skipSpace();
    if (at_ < text_.size() && text_[at_] == '"') return readString(value);
    const auto start = at_;
    while (at_ < text_.size() && text_[at_] != ' ' && text_[at_] != ')' && text_[at_] != ']') ++at_;
    value = escaped(text_.substr(start, at_ - start), "\\,$");
    return at_ > start;
  }

  bool readString(std::string& value) {
    std::string text;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && ++at_ == text_.size()) return false;
      text += text_[at_];
    }
    if (at_ == text_.size()) return false;
    ++at_;
    value = escaped(text, "\\,$");
    return true;
  }

  static std::string escaped(std::string_view text, std::string_view separators) {
    std::string out;
    for (const char c : text) {
      if (separators.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
    return out;
  }

  ConditionReader& reader_;
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<Condition> readFilter(ConditionReader& reader, const TypeDefinition& type,
                                    std::string_view filter) {
  constexpr std::size_t longest = 8192;
  if (filter.size() > longest) {
    reader.problems().refuse(IssueType::tooCostly, "'_filter' is longer than 8192 bytes.");
    return std::nullopt;
  }
  return FilterParser(reader, filter).whole(type);
}

}  // namespace fhir::search
