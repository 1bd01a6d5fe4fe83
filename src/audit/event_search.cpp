#include "src/audit/event_search.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fhir/search/index.h"
#include "src/platform/instant.h"

namespace audit {
namespace {

using fhir::search::Condition;
using fhir::search::Criterion;
using fhir::search::Logic;
using fhir::search::Modifier;
using fhir::search::Prefix;
using fhir::search::SearchQuery;
using fhir::search::Value;

// What an event can be found by under one parameter.
struct Values {
  std::vector<std::pair<std::string_view, std::string_view>> tokens;  // system, code
  std::vector<std::string_view> strings, references, uris;
  std::optional<std::int64_t> time;  // microseconds
  bool empty() const noexcept {
    return tokens.empty() && strings.empty() && references.empty() && uris.empty() && !time;
  }
};

void add(const Coding& coding, Values& out) {
  out.tokens.emplace_back(coding.system, coding.code);
}

void addText(std::string_view text, std::vector<std::string_view>& out) {
  if (!text.empty()) out.push_back(text);
}

using Reader = void (*)(const Event&, Values&);
struct Known {
  std::string_view code;
  Reader read;
};

void readPatients(const Event& event, Values& out) {
  for (const Entity& each : event.entities)
    if (each.what.reference.starts_with("Patient/")) out.references.emplace_back(each.what.reference);
}

void readTime(const Event& event, Values& out) {
  if (const auto time = platform::parseInstant(event.recorded)) out.time = time->time_since_epoch().count();
}

void readProfile(const Event& event, Values& out) {
  static const std::string kNone;
  if (!event.balp.empty()) out.uris.push_back(event.balp);
}

constexpr Reader kNothing = [](const Event&, Values&) {};

constexpr std::array kKnown{
    Known{"_id", [](const Event& event, Values& out) { out.tokens.emplace_back("", event.id); }},
    Known{"_lastUpdated", readTime},
    Known{"date", readTime},
    Known{"_profile", readProfile},
    Known{"_tag", kNothing},
    Known{"_security", kNothing},
    Known{"_source", kNothing},
    Known{"_text", kNothing},  // they have no narrative
    Known{"policy", kNothing},
    Known{"agent-role", kNothing},
    Known{"source", kNothing},
    Known{"patient", readPatients},
    Known{"action",
          [](const Event& event, Values& out) {
            out.tokens.emplace_back("http://hl7.org/fhir/audit-event-action", event.action);
          }},
    Known{"outcome",
          [](const Event& event, Values& out) {
            if (!event.outcome.empty())
              out.tokens.emplace_back("http://hl7.org/fhir/audit-event-outcome", event.outcome);
          }},
    Known{"type", [](const Event& event, Values& out) { add(event.type, out); }},
    Known{"subtype",
          [](const Event& event, Values& out) {
            for (const Coding& each : event.subtypes) add(each, out);
          }},
    Known{"site", [](const Event&, Values& out) { out.tokens.emplace_back("", kSite); }},
    Known{"altid",
          [](const Event& event, Values& out) {
            for (const Agent& each : event.agents)
              if (!each.altId.empty()) out.tokens.emplace_back("", each.altId);
          }},
    Known{"address",
          [](const Event& event, Values& out) {
            for (const Agent& each : event.agents) addText(each.address, out.strings);
          }},
    Known{"agent-name",
          [](const Event& event, Values& out) {
            for (const Agent& each : event.agents) addText(each.name, out.strings);
          }},
    Known{"agent",
          [](const Event& event, Values& out) {
            for (const Agent& each : event.agents) addText(each.who.reference, out.references);
          }},
    Known{"entity",
          [](const Event& event, Values& out) {
            for (const Entity& each : event.entities) addText(each.what.reference, out.references);
          }},
    Known{"entity-name",
          [](const Event& event, Values& out) {
            for (const Entity& each : event.entities) addText(each.name, out.strings);
          }},
    Known{"entity-type",
          [](const Event& event, Values& out) {
            for (const Entity& each : event.entities) add(each.type, out);
          }},
    Known{"entity-role",
          [](const Event& event, Values& out) {
            for (const Entity& each : event.entities)
              if (each.role) add(*each.role, out);
          }},
};

const Known* knownOf(const Criterion& criterion) {
  const auto* found = std::find_if(kKnown.begin(), kKnown.end(),
                                   [&](const Known& each) { return each.code == criterion.parameter->code; });
  return found == kKnown.end() ? nullptr : found;
}

bool isAnswered(const Criterion& criterion) {
  if (knownOf(criterion) == nullptr) return false;
  using fhir::SearchParameterType;
  switch (criterion.modifier) {
    case Modifier::none:
    case Modifier::missing:
      return true;
    case Modifier::not_:
      return criterion.parameter->type == SearchParameterType::token || criterion.parameter->code == "_text";
    case Modifier::above:
    case Modifier::below:
      return criterion.parameter->type == SearchParameterType::uri;
    case Modifier::exact:
    case Modifier::contains:
      return criterion.parameter->type == SearchParameterType::string;
    case Modifier::type:
      return criterion.parameter->type == SearchParameterType::reference;
    default:
      return false;
  }
}

bool isInside(std::int64_t time, const Value& value) {
  const auto [low, high] = value.date;
  const std::int64_t slack = value.prefix == Prefix::ap ? (high - low) / 10 : 0;
  switch (value.prefix) {
    case Prefix::eq:
      return time >= low && time < high;
    case Prefix::ne:
      return time < low || time >= high;
    case Prefix::gt:
    case Prefix::sa:
      return time >= high;
    case Prefix::lt:
    case Prefix::eb:
      return time < low;
    case Prefix::ge:
      return time >= low;
    case Prefix::le:
      return time < high;
    case Prefix::ap:
      return time >= low - slack && time < high + slack;
  }
  return false;
}

bool isToken(const std::pair<std::string_view, std::string_view>& token, const Value& value) {
  if (value.system && *value.system != token.first) return false;
  return value.code.empty() || value.code == token.second;
}

bool isString(std::string_view text, Modifier modifier, const Value& value) {
  if (modifier == Modifier::exact) return text == value.text;
  const std::string folded = fhir::search::fold(text);
  const std::string wanted = fhir::search::fold(value.text);
  return modifier == Modifier::contains ? folded.find(wanted) != std::string::npos
                                        : folded.starts_with(wanted);
}

bool isReference(std::string_view reference, const Value& value) {
  if (value.targetId.empty()) return false;
  const auto slash = reference.find('/');
  return reference.substr(slash + 1) == value.targetId &&
         (value.targetType.empty() || reference.substr(0, slash) == value.targetType);
}

bool isProfile(std::string_view balp, Modifier modifier, const Value& value) {
  Event named;
  named.balp = balp;
  const std::string profile = named.profile();
  if (!value.code.empty()) return false;
  if (modifier == Modifier::above) return value.text == profile || value.text.starts_with(profile + '/');
  return modifier == Modifier::below ? profile.starts_with(value.text) : value.text == profile;
}

bool isOne(const Values& values, Modifier modifier, const Value& value) {
  const auto any = [&](const auto& list, const auto& test) {
    return std::any_of(list.begin(), list.end(), test);
  };
  return (values.time && isInside(*values.time, value)) ||
         any(values.tokens, [&](const auto& each) { return isToken(each, value); }) ||
         any(values.strings, [&](const auto& each) { return isString(each, modifier, value); }) ||
         any(values.references, [&](const auto& each) { return isReference(each, value); }) ||
         any(values.uris, [&](const auto& each) { return isProfile(each, modifier, value); });
}

bool isMet(const Event& event, const Criterion& criterion) {
  Values values;
  knownOf(criterion)->read(event, values);
  const bool any = std::any_of(criterion.values.begin(), criterion.values.end(), [&](const Value& value) {
    if (criterion.modifier == Modifier::missing) return value.missing == values.empty();
    return isOne(values, criterion.modifier, value);
  });
  return criterion.modifier == Modifier::not_ ? !any : any;
}

bool isMet(const Event& event, const Condition& condition) {
  if (const auto* criterion = std::get_if<Criterion>(&condition.node)) return isMet(event, *criterion);
  const auto* logic = std::get_if<Logic>(&condition.node);
  if (logic == nullptr) return false;
  const auto met = [&](const Condition& each) { return isMet(event, each); };
  const auto& all = logic->conditions;
  switch (logic->op) {
    case Logic::Operator::all:
      return std::all_of(all.begin(), all.end(), met);
    case Logic::Operator::any:
      return std::any_of(all.begin(), all.end(), met);
    case Logic::Operator::none:
      return std::none_of(all.begin(), all.end(), met);
  }
  return false;
}

void refuse(std::string_view parameter, std::string diagnostics, fhir::Outcome& out) {
  out.add(fhir::Severity::error, fhir::IssueType::notSupported, std::move(diagnostics),
          std::string(parameter));
}

constexpr const char* kStoredAlone =
    " With the header Prefer: handling=lenient the stored AuditEvents alone are searched.";

void checkConditions(const std::vector<Condition>& conditions, fhir::Outcome& out) {
  for (const Condition& each : conditions) {
    if (const auto* criterion = std::get_if<Criterion>(&each.node)) {
      if (!isAnswered(*criterion))
        refuse(criterion->parameter->code,
               std::string("The events of the audit trail are not found by this parameter, or not with this "
                           "modifier.") +
                   kStoredAlone,
               out);
    } else if (const auto* logic = std::get_if<Logic>(&each.node)) {
      checkConditions(logic->conditions, out);
    } else {
      refuse(
          "",
          std::string("The events of the audit trail are not found by chains, _has or _list.") + kStoredAlone,
          out);
    }
  }
}

bool isInCompartment(const Event& event, const SearchQuery& query) {
  if (!query.compartment) return true;
  Value whose;
  whose.targetType = std::string(query.compartment->type);
  whose.targetId = query.compartment->id;
  Values values;
  if (query.compartment->type == "Patient") {
    readPatients(event, values);
  } else {
    for (const Agent& each : event.agents) addText(each.who.reference, values.references);
  }
  return isOne(values, Modifier::none, whose);
}

}  // namespace

fhir::Outcome unanswerable(const SearchQuery& query) {
  fhir::Outcome out;
  checkConditions(query.types.front().conditions, out);
  const auto& sort = query.types.front().sort;
  if (sort.size() > 1 || (sort.size() == 1 && sort.front().parameter->code != "date" &&
                          sort.front().parameter->code != "_lastUpdated"))
    refuse("_sort", std::string("The events of the audit trail are sorted by date alone.") + kStoredAlone,
           out);
  if (!query.includes.empty())
    refuse("_include", std::string("Nothing is included with the events of the audit trail.") + kStoredAlone,
           out);
  if (query.contained != fhir::search::Contained::none)
    refuse("_contained", std::string("The events of the audit trail contain nothing.") + kStoredAlone, out);
  return out;
}

bool matches(const Event& event, const SearchQuery& query) {
  const auto& conditions = query.types.front().conditions;
  return isInCompartment(event, query) &&
         std::all_of(conditions.begin(), conditions.end(),
                     [&](const Condition& each) { return isMet(event, each); });
}

}  // namespace audit
