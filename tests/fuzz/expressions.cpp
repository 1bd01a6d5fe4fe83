#include "tests/fuzz/expressions.h"

#include <array>

#include "fhir/fhirpath/functions.h"

namespace fuzz {
namespace {

using fhir::Property;
using fhir::TypeDefinition;

constexpr std::array<std::string_view, 40> literals{"true",
                                                    "false",
                                                    "{}",
                                                    "0",
                                                    "1",
                                                    "-1",
                                                    "2147483647",
                                                    "1.50",
                                                    "0.0",
                                                    "99999999999999999999.9",
                                                    "''",
                                                    "'a'",
                                                    "'\\u00e9'",
                                                    "'a,b'",
                                                    "'http://loinc.org'",
                                                    "@2016",
                                                    "@2016-02-29",
                                                    "@2016-02-29T10:00:00.5+02:00",
                                                    "@2016-02T",
                                                    "@T10:30",
                                                    "@T23:59:59.999",
                                                    "4 days",
                                                    "1 'mg'",
                                                    "1.0 'kg'",
                                                    "3 'mm[Hg]'",
                                                    "1 year",
                                                    "0 '%'",
                                                    "$this",
                                                    "$index",
                                                    "$total",
                                                    "%resource",
                                                    "%context",
                                                    "%ucum",
                                                    "%`vs-languages`",
                                                    "'^(a+)+$'",
                                                    "'[a-z]*'",
                                                    "'\\\\d{1,3}'",
                                                    "1 'g/m2'",
                                                    "today()",
                                                    "now()"};
constexpr std::array<std::string_view, 25> operators{
    " = ",   " != ",      " ~ ",  " !~ ",       " < ",   " <= ", " > ", " >= ",  " + ",
    " - ",   " * ",       " / ",  " div ",      " mod ", " & ",  " | ", " and ", " or ",
    " xor ", " implies ", " in ", " contains ", " + ",   " = ",  " | "};
constexpr std::array<std::string_view, 14> typeNames{
    "string", "Quantity", "System.Integer", "FHIR.Patient", "boolean", "System.Decimal", "HumanName",
    "date",   "dateTime", "Coding",         "Resource",     "code",    "System.String",  "decimal"};

std::string make(const TypeDefinition* type, Random& random, int depth);

std::string call(const TypeDefinition* type, Random& random, int depth) {
  const auto id = static_cast<fhir::fhirpath::Function>(
      random.below(static_cast<std::size_t>(fhir::fhirpath::Function::where) + 1));
  const auto& info = *fhir::fhirpath::findFunction(fhir::fhirpath::name(id));
  const bool takesType = id == fhir::fhirpath::Function::as || id == fhir::fhirpath::Function::is ||
                         id == fhir::fhirpath::Function::ofType;
  const std::size_t most = info.maxArguments == fhir::fhirpath::anyNumber ? 2U : info.maxArguments;
  std::size_t left = info.minArguments;
  if (most > left) left += random.below(most - left + 1);
  std::string text = std::string(info.name) + "(";
  for (bool isFirst = true; left > 0; --left, isFirst = false) {
    if (!isFirst) text += ", ";
    text += takesType ? std::string(random.pick(typeNames)) : make(type, random, depth + 1);
  }
  return text + ")";
}

std::string name(const Property& property) {
  // A choice is called by its element's name.
  return std::string(property.element->name);
}

std::string path(const TypeDefinition* type, Random& random, int depth) {
  std::string text;
  for (std::size_t left = 1 + random.below(4); left > 0; --left) {
    const bool isFirst = text.empty();
    if (!isFirst) text += '.';
    if (type && !type->properties.empty() && !random.oneIn(3)) {
      const Property& property = type->properties[random.below(type->properties.size())];
      text += name(property);
      type = property.type;
      if (random.oneIn(6)) text += "[" + std::to_string(random.below(3)) + "]";
    } else if (isFirst || depth > 4) {
      text += random.oneIn(4) ? "children()" : "$this";
    } else {
      text += call(type, random, depth);
    }
  }
  return text;
}

std::string make(const TypeDefinition* type, Random& random, int depth) {
  const std::size_t kind = depth > 3 ? random.below(5) : random.below(10);
  switch (kind) {
    case 0:
    case 1:
      return std::string(random.pick(literals));
    case 5:
    case 6:
      return make(type, random, depth + 1) + std::string(random.pick(operators)) +
             make(type, random, depth + 1);
    case 7:
      return "(" + make(type, random, depth + 1) + ")." + call(type, random, depth + 1);
    case 8:
      return (random.oneIn(2) ? "-" : "") + make(type, random, depth + 1) + "[" +
             make(type, random, depth + 1) + "]";
    case 9:
      return make(type, random, depth + 1) + (random.oneIn(2) ? " is " : " as ") +
             std::string(random.pick(typeNames));
    default:
      return path(type, random, depth);
  }
}

bool isWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The word or mark that stands at `at`: its begin and end.
std::pair<std::size_t, std::size_t> tokenAt(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  std::size_t end = at + 1;
  if (isWord(text[at])) {
    while (begin > 0 && isWord(text[begin - 1])) --begin;
    while (end < text.size() && isWord(text[end])) ++end;
  }
  return {begin, end};
}

}  // namespace

std::string expression(const TypeDefinition& type, Random& random) {
  return make(&type, random, 0);
}

std::string changedExpression(std::string_view text, const TypeDefinition& type, Random& random) {
  if (text.empty() || random.oneIn(8)) return expression(type, random);
  const std::string whole(text);
  switch (random.below(5)) {
    case 0:
      return whole + "." + call(&type, random, 1);
    case 1:
      return "(" + whole + ")" + std::string(random.pick(operators)) + expression(type, random);
    case 2:
      return "(" + whole + ")." + call(&type, random, 1);
    default: {
      const auto [begin, end] = tokenAt(text, random.below(text.size()));
      return whole.substr(0, begin) + make(&type, random, 3) + whole.substr(end);
    }
  }
}

}  // namespace fuzz
