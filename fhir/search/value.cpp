#include "fhir/search/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include "fhir/search/composite.h"
#include "fhir/search/date_range.h"
#include "fhir/search/escape.h"
#include "fhir/search/hierarchy.h"
#include "fhir/search/index.h"
#include "fhir/search/nearest.h"
#include "fhir/search/number_range.h"
#include "fhir/search/reference_link.h"
#include "fhir/search/targets.h"

namespace fhir::search {
namespace {

using Fault = std::optional<std::string>;

constexpr std::array<std::pair<std::string_view, Prefix>, 9> prefixes{{{"eq", Prefix::eq},
                                                                       {"ne", Prefix::ne},
                                                                       {"gt", Prefix::gt},
                                                                       {"lt", Prefix::lt},
                                                                       {"ge", Prefix::ge},
                                                                       {"le", Prefix::le},
                                                                       {"sa", Prefix::sa},
                                                                       {"eb", Prefix::eb},
                                                                       {"ap", Prefix::ap}}};

std::optional<double> toDouble(std::string_view text) {
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc{} || stop != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

Fault takePrefix(std::string_view& text, Value& value) {
  const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || !isLetter(text.front())) return std::nullopt;
  for (const auto& [name, prefix] : prefixes) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    value.prefix = prefix;
    return std::nullopt;
  }
  return "has no prefix of that name. The prefixes are eq, ne, gt, lt, ge, le, sa, eb and ap.";
}

Fault parseDate(std::string_view raw, Value& value) {
  if (auto fault = takePrefix(raw, value)) return fault;
  const auto range = dateRange(unescape(raw));
  if (!range) {
    return "is no date that exists, written as yyyy, yyyy-mm, yyyy-mm-dd or yyyy-mm-ddThh:mm[:ss[.fff]] with "
           "Z, +hh:mm or -hh:mm (in a URL, + is sent as %2B).";
  }
  value.date = *range;
  return std::nullopt;
}

Fault parseNumberText(std::string_view text, Value& value) {
  auto range = numberRange(text);
  if (!range) return "is not a decimal number such as 100, -5.40 or 1e2.";
  value.number = std::move(*range);
  return std::nullopt;
}

Fault parseNumber(std::string_view raw, Value& value) {
  if (auto fault = takePrefix(raw, value)) return fault;
  return parseNumberText(raw, value);
}

Fault parseQuantity(std::string_view raw, Value& value) {
  if (auto fault = takePrefix(raw, value)) return fault;
  const auto parts = splitUnescaped(raw, '|');
  if (auto fault = parseNumberText(parts[0], value)) return fault;
  if (parts.size() == 1) return std::nullopt;
  if (parts.size() != 3 || parts[2].empty()) {
    return "is not written as number, number|system|code or number||unit.";
  }
  if (!parts[1].empty()) value.system = unescape(parts[1]);
  value.unit = unescape(parts[2]);
  return std::nullopt;
}

Fault parseString(std::string_view raw, Value& value) {
  value.text = unescape(raw);
  if (fold(value.text).empty()) return "has no letter to search for.";
  return std::nullopt;
}

Fault parseToken(std::string_view raw, Value& value) {
  const auto parts = splitUnescaped(raw, '|');
  if (parts.size() > 2)
    return "is not written as code, system|code, |code or system| (a '|' within is sent as '\\|').";
  if (parts.size() == 2) value.system = unescape(parts[0]);
  value.code = unescape(parts.back());
  if (value.code.empty() && (!value.system || value.system->empty())) return "has neither system nor code.";
  return std::nullopt;
}

// The url of a ValueSet, with or without |version, or ValueSet/id.
Fault parseValueSet(std::string_view raw, const Asked& asked, Value& value) {
  value.text = unescape(raw);
  const auto link = referenceLink(value.text, asked.baseUrl);
  if (link.kind == ReferenceLink::Kind::local) {
    if (link.type != "ValueSet" || !link.version.empty())
      return "is not written as ValueSet/id or as the url of a ValueSet.";
    value.text.clear();
    value.targetType = link.type;
    value.targetId = link.id;
    return std::nullopt;
  }
  if (value.text.find(':') == std::string::npos)
    return "is not written as ValueSet/id or as the url of a ValueSet.";
  return std::nullopt;
}

Fault parseSubsumed(std::string_view raw, Value& value) {
  if (auto fault = parseToken(raw, value)) return fault;
  if (value.code.empty() || !value.system || value.system->empty())
    return "is not written as system|code, which ':above' and ':below' need.";
  return std::nullopt;
}

// system|code|value of an Identifier; `code` may be of any system.
Fault parseOfType(std::string_view raw, Value& value) {
  const auto parts = splitUnescaped(raw, '|');
  if (parts.size() != 3 || parts[1].empty() || parts[2].empty())
    return "is not written as system|code|value, the type's system and code and the identifier's value.";
  if (!parts[0].empty()) value.system = unescape(parts[0]);
  value.typeCode = unescape(parts[1]);
  value.code = unescape(parts[2]);
  return std::nullopt;
}

// latitude|longitude|distance|units; without a distance one kilometre.
Fault parseNear(std::string_view raw, Value& value) {
  const auto parts = splitUnescaped(raw, '|');
  constexpr const char* form =
      "is not written as latitude|longitude|distance|units: degrees, and a distance in km, m, [mi_i] or "
      "[ft_i].";
  if (parts.size() < 2 || parts.size() > 4) return form;
  const auto latitude = toDouble(parts[0]);
  const auto longitude = toDouble(parts[1]);
  if (!latitude || !longitude || std::abs(*latitude) > 90 || std::abs(*longitude) > 180) return form;
  double distance = 1;
  if (parts.size() > 2) {
    const auto given = toDouble(parts[2]);
    if (!given || *given < 0) return form;
    distance = *given;
  }
  const std::string_view unit = parts.size() == 4 && !parts[3].empty() ? parts[3] : std::string_view("km");
  static constexpr std::array<std::pair<std::string_view, double>, 4> kilometres{
      {{"km", 1}, {"m", 0.001}, {"[mi_i]", 1.609344}, {"[ft_i]", 0.0003048}}};
  const auto* known =
      std::find_if(kilometres.begin(), kilometres.end(), [&](const auto& u) { return u.first == unit; });
  if (known == kilometres.end()) return form;
  value.near = {*latitude, *longitude, distance * known->second};
  return std::nullopt;
}

// One part for each component, separated by '$'.
Fault parseComposite(std::string_view raw, const Asked& asked, Value& value) {
  const auto parts = splitUnescaped(raw, '$');
  const auto components = componentsOf(asked.type, asked.parameter);
  if (parts.size() != components.size()) {
    std::string form;
    for (const auto* component : components) form.append(form.empty() ? "" : "$").append(component->code);
    return "is not written as " + form + ".";
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Asked part{asked.type, *components[i], Modifier::none, {}, asked.baseUrl};
    if (auto fault = parseValue(parts[i], part, value.components.emplace_back()))
      return "has a part '" + std::string(components[i]->code) + "' that " + *fault;
  }
  return std::nullopt;
}

Fault parseId(std::string_view raw, Value& value) {
  if (!isId(raw)) return "is no id: 1 to 64 of the characters A-Z, a-z, 0-9, '-' and '.'.";
  value.code = raw;
  return std::nullopt;
}

Fault parseUri(std::string_view raw, Modifier modifier, Value& value) {
  value.text = unescape(raw);
  if (modifier != Modifier::none && value.text.starts_with("urn:")) {
    return "is a URN, which has nothing above or below it.";
  }
  return std::nullopt;
}

Fault checkTarget(const Asked& asked, std::string_view type) {
  if (!mayPointTo(asked.parameter, type)) {
    std::string text = "cannot point to ";
    text.append(type).append("; it points to ");
    for (std::size_t i = 0; i < asked.parameter.targets.size(); ++i) {
      if (i > 0) text += ", ";
      text += asked.parameter.targets[i];
    }
    return text + ".";
  }
  if (!asked.typeModifier.empty() && asked.typeModifier != type) {
    return "names another resource type than the modifier does.";
  }
  return std::nullopt;
}

Fault parseAbsolute(std::string text, Value& value) {
  // A canonical may carry its version.
  if (const auto bar = text.find('|'); bar != std::string::npos) {
    value.code = text.substr(bar + 1);
    text.resize(bar);
    if (value.code.empty() || text.empty()) return "is not written as url|version.";
  }
  value.text = std::move(text);
  return std::nullopt;
}

Fault parseReference(std::string_view raw, const Asked& asked, Value& value) {
  auto text = unescape(raw);
  if (isId(text)) {
    value.targetType = asked.typeModifier;
    value.targetId = std::move(text);
    return std::nullopt;
  }
  const auto link = referenceLink(text, asked.baseUrl);
  if (link.kind == ReferenceLink::Kind::absolute) return parseAbsolute(std::move(text), value);
  if (link.kind != ReferenceLink::Kind::local) {
    const auto slash = text.find('/');
    const bool typed = slash != std::string::npos && isId(std::string_view(text).substr(0, slash)) &&
                       isId(std::string_view(text).substr(slash + 1));
    return typed ? "does not begin with the name of a resource type."
                 : "is not written as id, Type/id or an absolute URL.";
  }
  if (!link.version.empty()) return "names a version; references are searched as Type/id.";
  if (auto fault = checkTarget(asked, link.type)) return fault;
  value.targetType = link.type;
  value.targetId = link.id;
  return std::nullopt;
}

// A resource that has parts, or is one.
Fault parsePartOf(std::string_view raw, const Asked& asked, Value& value) {
  if (auto fault = parseReference(raw, asked, value)) return fault;
  const auto types = hierarchiesOf(asked.parameter);
  if (value.targetType.empty() && !value.targetId.empty() && types.size() == 1)
    value.targetType = types.front()->name;
  const auto isOne = [&](const auto* type) { return type->name == value.targetType; };
  if (std::any_of(types.begin(), types.end(), isOne)) return std::nullopt;
  std::string text = "names no resource that can be a part of another";
  for (const auto* type : types)
    text.append(type == types.front() ? ", as " : " or ").append(type->name).append("/id");
  return text + ".";
}

Fault parseMissing(std::string_view raw, Value& value) {
  if (raw != "true" && raw != "false") return "is neither 'true' nor 'false', as ':missing' asks.";
  value.missing = raw == "true";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> parseValue(std::string_view raw, const Asked& asked, Value& value) {
  if (raw.size() > longestValue) return "is longer than 2048 bytes.";
  if (raw.empty()) return "is empty.";
  if (!escapesAreLegal(raw)) return std::string(illegalEscape);
  if (asked.modifier == Modifier::missing) return parseMissing(raw, value);
  switch (asked.parameter.type) {
    case SearchParameterType::date:
      return parseDate(raw, value);
    case SearchParameterType::number:
      return parseNumber(raw, value);
    case SearchParameterType::quantity:
      return parseQuantity(raw, value);
    case SearchParameterType::string:
      return parseString(raw, value);
    case SearchParameterType::uri:
      return parseUri(raw, asked.modifier, value);
    case SearchParameterType::reference:
      if (asked.modifier == Modifier::identifier) return parseToken(raw, value);
      if (asked.modifier == Modifier::above || asked.modifier == Modifier::below)
        return parsePartOf(raw, asked, value);
      return parseReference(raw, asked, value);
    case SearchParameterType::token:
      if (asked.modifier == Modifier::text) return parseString(raw, value);
      if (asked.modifier == Modifier::ofType) return parseOfType(raw, value);
      if (asked.modifier == Modifier::in || asked.modifier == Modifier::notIn)
        return parseValueSet(raw, asked, value);
      if (asksTerminology(asked.modifier)) return parseSubsumed(raw, value);
      return asked.parameter.code == "_id" ? parseId(raw, value) : parseToken(raw, value);
    case SearchParameterType::composite:
      return parseComposite(raw, asked, value);
    case SearchParameterType::special:
      if (asked.parameter.code == "near") return parseNear(raw, value);
      break;
  }
  return "has a type that cannot be searched here.";
}

}  // namespace fhir::search
