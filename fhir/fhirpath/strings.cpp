// FHIRPath N1, section 5.6 String Manipulation, and the string functions in use since.
#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "fhir/fhirpath/calls.h"
#include "fhir/fhirpath/characters.h"
#include "fhir/fhirpath/codings.h"
#include "fhir/fhirpath/regex.h"
#include "fhir/fhirpath/values.h"

namespace fhir::fhirpath::calls {
namespace {

// The input's only item as a string; empty when there is none, false with a fault for anything else.
bool inputString(const Call& call, std::optional<Item>& out) {
  out.reset();
  if (!call.requireSingle()) return false;
  if (call.input.empty()) return true;
  const Item item = toSystem(call.input.front());
  if (item.kind == Kind::string) out = item;
  const bool onlyExtensions = item.kind == Kind::element && item.element && item.element->type &&
                              item.element->type->isPrimitive() && !item.element->hasValue();
  if (!out && !onlyExtensions)
    return call.fail(std::string(name(call.node.function)) + "() works on strings.");
  return true;
}

bool push(bool value, Collection& out) {
  out.push_back(makeBoolean(value));
  return true;
}

bool pushNumber(const Call& call, std::size_t value, Collection& out) {
  out.push_back(call.evaluator.makeInteger(static_cast<std::int64_t>(value)));
  return true;
}

// The call's pattern: compiled with the expression where it is a literal, else now, into `place`. nullptr
// with a fault when it cannot be.
const Regex* regexOf(const Call& call, std::string_view pattern, std::optional<Regex>& place) {
  if (call.node.regex) return call.node.regex.get();
  place = Regex::compile(pattern);
  if (!place) call.fail("the regular expression has a fault or is not supported.");
  return place ? &*place : nullptr;
}

// A step of an evaluation is worth some of a search.
bool charge(const Call& call, const Regex& regex, std::uint64_t work) {
  return call.evaluator.step(call.node, 1 + regex.size() + work / 4);
}

bool matched(const Call& call, std::string_view text, std::string_view pattern, Collection& out) {
  std::optional<Regex> place;
  const Regex* regex = regexOf(call, pattern, place);
  if (!regex) return false;
  std::uint64_t work = 0;
  const auto result = regex->matches(text, call.node.function == Function::matchesFull, work);
  if (!result) return call.fail("the regular expression takes too many steps.", IssueType::tooCostly);
  return charge(call, *regex, work) && push(*result, out);
}

// A number of characters; nullopt for a negative one.
std::optional<std::size_t> characters(const Item& item) {
  const auto value = number(item);
  const auto whole = value ? value->integer() : std::nullopt;
  if (!whole || *whole < 0) return std::nullopt;
  return static_cast<std::size_t>(*whole);
}

}  // namespace

// startsWith, endsWith, contains, matches and matchesFull.
bool stringTest(const Call& call, Collection& out) {
  std::optional<Item> text;
  std::optional<Item> wanted;
  if (!inputString(call, text) || !call.single(0, Kind::string, wanted)) return false;
  if (!text || !wanted) return true;
  switch (call.node.function) {
    case Function::startsWith:
      return push(text->text.starts_with(wanted->text), out);
    case Function::endsWith:
      return push(text->text.ends_with(wanted->text), out);
    case Function::contains:
      return push(text->text.find(wanted->text) != std::string_view::npos, out);
    default:
      return matched(call, text->text, wanted->text, out);
  }
}

// upper, lower and trim.
bool restyled(const Call& call, Collection& out) {
  std::optional<Item> text;
  if (!inputString(call, text)) return false;
  if (!text) return true;
  if (call.node.function == Function::trim)
    return call.evaluator.pushString(call.node, trim(text->text), out);
  const bool up = call.node.function == Function::upper;
  return call.evaluator.pushString(call.node, up ? fhirpath::upper(text->text) : fhirpath::lower(text->text),
                                   out);
}

bool substring(const Call& call, Collection& out) {
  std::optional<Item> text;
  std::optional<Item> start;
  std::optional<Item> size;
  if (!inputString(call, text) || !call.single(0, Kind::integer, start) ||
      !call.single(1, Kind::integer, size))
    return false;
  if (!text || !start) return true;
  const auto first = characters(*start);
  if (!first || *first >= fhirpath::length(text->text)) return true;
  const auto count = size ? characters(*size) : std::numeric_limits<std::size_t>::max();
  return call.evaluator.pushString(call.node, fhirpath::substring(text->text, *first, count.value_or(0)),
                                   out);
}

bool indexOf(const Call& call, Collection& out) {
  std::optional<Item> text;
  std::optional<Item> wanted;
  if (!inputString(call, text) || !call.single(0, Kind::string, wanted)) return false;
  if (!text || !wanted) return true;
  const std::size_t at = text->text.find(wanted->text);
  if (at != std::string_view::npos) return pushNumber(call, fhirpath::length(text->text.substr(0, at)), out);
  out.push_back(call.evaluator.makeInteger(-1));
  return true;
}

bool length(const Call& call, Collection& out) {
  std::optional<Item> text;
  if (!inputString(call, text)) return false;
  return !text || pushNumber(call, fhirpath::length(text->text), out);
}

bool replace(const Call& call, Collection& out) {
  std::optional<Item> text;
  std::optional<Item> pattern;
  std::optional<Item> substitution;
  if (!inputString(call, text) || !call.single(0, Kind::string, pattern) ||
      !call.single(1, Kind::string, substitution))
    return false;
  if (!text || !pattern || !substitution) return true;
  std::string result;
  std::string_view rest = text->text;
  while (!rest.empty() && result.size() <= maxTextResult) {
    // An empty pattern stands between all characters.
    const std::size_t at = pattern->text.empty() ? 0 : rest.find(pattern->text);
    if (at == std::string_view::npos) break;
    result.append(rest.substr(0, at)).append(substitution->text);
    const std::size_t taken = pattern->text.empty() ? characterSize(rest) : pattern->text.size();
    if (pattern->text.empty()) result.append(rest.substr(0, taken));
    rest.remove_prefix(at + taken);
  }
  result.append(rest);
  if (pattern->text.empty()) result.append(substitution->text);
  return call.evaluator.pushString(call.node, result, out);
}

bool replaceMatches(const Call& call, Collection& out) {
  std::optional<Item> text;
  std::optional<Item> pattern;
  std::optional<Item> substitution;
  if (!inputString(call, text) || !call.single(0, Kind::string, pattern) ||
      !call.single(1, Kind::string, substitution))
    return false;
  if (!text || !pattern || !substitution) return true;
  if (pattern->text.empty()) return call.evaluator.pushString(call.node, text->text, out);
  std::optional<Regex> place;
  const Regex* regex = regexOf(call, pattern->text, place);
  if (!regex) return false;
  std::uint64_t work = 0;
  const auto result = regex->replace(text->text, substitution->text, maxTextResult, work);
  if (!result) return call.fail("the replacement takes too many steps or is too long.", IssueType::tooCostly);
  return charge(call, *regex, work) && call.evaluator.pushString(call.node, *result, out);
}

bool toChars(const Call& call, Collection& out) {
  std::optional<Item> text;
  if (!inputString(call, text)) return false;
  if (!text) return true;
  if (text->text.size() > maxItems) return call.fail("the string is too long.", IssueType::tooCostly);
  for (std::string_view rest = text->text; !rest.empty(); rest.remove_prefix(characterSize(rest)))
    out.push_back(Item{Kind::string, nullptr, rest.substr(0, characterSize(rest)), {}});
  return call.evaluator.step(call.node, text->text.size());
}

bool split(const Call& call, Collection& out) {
  std::optional<Item> text;
  std::optional<Item> separator;
  if (!inputString(call, text) || !call.single(0, Kind::string, separator)) return false;
  if (!text || !separator) return true;
  if (text->text.size() > maxItems) return call.fail("the string is too long.", IssueType::tooCostly);
  if (separator->text.empty()) return toChars(call, out);
  std::string_view rest = text->text;
  for (;;) {
    const std::size_t at = rest.find(separator->text);
    out.push_back(Item{Kind::string, nullptr, rest.substr(0, at), {}});
    if (at == std::string_view::npos) break;
    rest.remove_prefix(at + separator->text.size());
  }
  return call.evaluator.step(call.node, text->text.size());
}

bool join(const Call& call, Collection& out) {
  std::optional<Item> separator;
  if (!call.single(0, Kind::string, separator)) return false;
  if (call.input.empty()) return true;
  std::string result;
  for (const Item& item : call.input) {
    const Item text = toSystem(item);
    if (text.kind != Kind::string) return call.fail("join() works on strings.");
    if (&item != &call.input.front() && separator) result += separator->text;
    result += text.text;
    if (result.size() > maxTextResult) break;
  }
  return call.evaluator.pushString(call.node, result, out);
}

// encode, decode, escape and unescape.
bool recoded(const Call& call, Collection& out) {
  std::optional<Item> text;
  std::optional<Item> format;
  if (!inputString(call, text) || !call.single(0, Kind::string, format)) return false;
  if (!text || !format) return true;
  std::optional<std::string> result;
  switch (call.node.function) {
    case Function::encode:
      result = encodeText(text->text, format->text);
      break;
    case Function::decode:
      result = decodeText(text->text, format->text);
      break;
    case Function::escape:
      result = escapeText(text->text, format->text);
      break;
    default:
      result = unescapeText(text->text, format->text);
      break;
  }
  return !result || call.evaluator.pushString(call.node, *result, out);
}

}  // namespace fhir::fhirpath::calls
