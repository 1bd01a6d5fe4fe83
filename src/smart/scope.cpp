#include "src/smart/scope.h"

#include <algorithm>
#include <array>
#include <optional>

#include "src/smart/scope_restriction.h"

namespace smart {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

constexpr std::string_view kLetters = "cruds";

struct Word {
  std::string_view text;
  ScopeKind kind;
};
constexpr std::array<Word, 9> kWords{{{"launch", ScopeKind::launch},
                                      {"launch/patient", ScopeKind::launchPatient},
                                      {"launch/encounter", ScopeKind::launchEncounter},
                                      {"openid", ScopeKind::openid},
                                      {"fhirUser", ScopeKind::fhirUser},
                                      {"profile", ScopeKind::profile},
                                      {"offline_access", ScopeKind::offlineAccess},
                                      {"online_access", ScopeKind::onlineAccess},
                                      {"portal/launch", ScopeKind::portalLaunch}}};

struct FirstForm {
  std::string_view text;
  std::uint8_t permissions;
};
constexpr std::array<FirstForm, 3> kFirstForms{
    {{"read", kRead | kSearch}, {"write", kCreate | kUpdate | kDelete}, {"*", kAllPermissions}}};

constexpr std::array<std::pair<std::string_view, ScopeLevel>, 3> kLevels{
    {{"patient", ScopeLevel::patient}, {"user", ScopeLevel::user}, {"system", ScopeLevel::system}}};

// RFC 6749, section 3.3: scope-token.
bool isScopeCharacter(char c) noexcept {
  return c == 0x21 || (c >= 0x23 && c <= 0x5B) || (c >= 0x5D && c <= 0x7E);
}

// Only what can be shown safely is repeated.
Outcome refuse(std::string_view text, std::string_view why) {
  const bool showable = text.size() <= 200 && std::ranges::all_of(text, isScopeCharacter);
  return {Failure::badRequest, IssueType::invalid,
          (showable ? "The scope '" + std::string(text) + "' " : std::string("A scope ")) + std::string(why),
          "scope"};
}

std::optional<std::uint8_t> lettersOf(std::string_view text) noexcept {
  std::uint8_t permissions = 0;
  std::size_t from = 0;
  for (const char c : text) {
    const std::size_t at = kLetters.find(c, from);
    if (at == std::string_view::npos) return std::nullopt;
    permissions = static_cast<std::uint8_t>(permissions | (1U << at));
    from = at + 1;
  }
  return permissions == 0 ? std::nullopt : std::optional(permissions);
}

std::string lettersFor(std::uint8_t permissions) {
  std::string out;
  for (std::size_t i = 0; i < kLetters.size(); ++i)
    if ((permissions >> i & 1U) != 0) out += kLetters[i];
  return out;
}

// `rest` is what follows "patient/", "user/" or "system/".
fhir::Result<Scope> parseResource(std::string_view text, ScopeLevel level, std::string_view rest) {
  Scope scope{.kind = ScopeKind::resource, .level = level, .text = std::string(text)};
  const std::size_t dot = rest.find('.');
  if (dot == std::string_view::npos)
    return refuse(text, "says no permission: .rs, .cruds or .read, say, is missing.");
  const std::string_view type = rest.substr(0, dot);
  if (type != "*") {
    scope.type = fhir::findResourceType(type);
    if (scope.type == nullptr) return refuse(text, "names no resource type of FHIR R4.");
  }
  const std::size_t mark = rest.find('?', dot);
  const std::string_view permission =
      rest.substr(dot + 1, mark == std::string_view::npos ? mark : mark - dot - 1);
  const auto* const first = std::ranges::find(kFirstForms, permission, &FirstForm::text);
  if (first != kFirstForms.end()) {
    if (mark != std::string_view::npos)
      return refuse(text, "has a restriction, which only the form with letters (.rs) may have.");
    scope.firstForm = true;
    scope.permissions = first->permissions;
    return scope;
  }
  const auto letters = lettersOf(permission);
  if (!letters)
    return refuse(text,
                  "has no permission that is known: letters of 'cruds' in this order, read, write or *.");
  scope.permissions = *letters;
  if (mark == std::string_view::npos) return scope;
  auto restriction = parseRestriction(scope.type, rest.substr(mark + 1));
  if (!restriction) return refuse(text, restriction.outcome().issues().front().diagnostics);
  scope.restriction = *std::move(restriction);
  return scope;
}

bool covers(const Scope& wide, const Scope& narrow) noexcept {
  return std::ranges::includes(narrow.restriction, wide.restriction);
}

// What both allow, as a scope; nullopt when that is nothing.
std::optional<Scope> meet(const Scope& asked, const Scope& allowed) {
  if (asked.kind != allowed.kind || asked.level != allowed.level) return std::nullopt;
  if (asked.kind != ScopeKind::resource) return asked;
  if (asked.type != nullptr && allowed.type != nullptr && asked.type != allowed.type) return std::nullopt;
  Scope both = asked;
  both.type = asked.type != nullptr ? asked.type : allowed.type;
  both.permissions = asked.permissions & allowed.permissions;
  if (both.permissions == 0) return std::nullopt;
  both.restriction.clear();
  std::ranges::set_union(asked.restriction, allowed.restriction, std::back_inserter(both.restriction));
  both.text = canonical(both);
  return both;
}

// Without those that another one covers.
Scopes withoutCovered(Scopes scopes) {
  Scopes out;
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    bool covered = false;
    for (std::size_t j = 0; j < scopes.size() && !covered; ++j) {
      if (i == j || !permits(scopes[j], scopes[i])) continue;
      covered = j < i || !permits(scopes[i], scopes[j]);  // of two that are equal the first stays
    }
    if (!covered) out.push_back(scopes[i]);
  }
  return out;
}

}  // namespace

bool Scope::sameAs(const Scope& other) const noexcept {
  return kind == other.kind && level == other.level && type == other.type &&
         permissions == other.permissions && restriction == other.restriction;
}

fhir::Result<Scope> parseScope(std::string_view text) {
  if (text.empty()) return refuse(text, "is empty.");
  if (!std::ranges::all_of(text, isScopeCharacter))
    return refuse(text, "has a character that no scope may have.");
  const auto* const word = std::ranges::find(kWords, text, &Word::text);
  if (word != kWords.end())
    return Scope{.kind = word->kind,
                 .level = word->kind == ScopeKind::portalLaunch ? ScopeLevel::system : ScopeLevel::none,
                 .text = std::string(text)};
  const std::size_t slash = text.find('/');
  for (const auto& [name, level] : kLevels)
    if (slash != std::string_view::npos && text.substr(0, slash) == name)
      return parseResource(text, level, text.substr(slash + 1));
  return refuse(text, "is not known here.");
}

fhir::Result<Scopes> parseScopes(std::string_view text) {
  if (text.size() > kLongestScopes)
    return Outcome(Failure::badRequest, IssueType::tooLong, "The scopes are longer than 8192 bytes.",
                   "scope");
  Scopes scopes;
  std::size_t count = 0;
  while (true) {
    const std::size_t end = text.find(' ');
    if (++count > kMostScopes)
      return Outcome(Failure::badRequest, IssueType::tooCostly, "There are more than 200 scopes.", "scope");
    auto scope = parseScope(text.substr(0, end));
    if (!scope) return std::move(scope).outcome();
    if (std::ranges::find(scopes, scope->text, &Scope::text) == scopes.end())
      scopes.push_back(*std::move(scope));
    if (end == std::string_view::npos) return scopes;
    text.remove_prefix(end + 1);
  }
}

std::string textOf(const Scopes& scopes) {
  std::string out;
  for (const Scope& scope : scopes) (out += out.empty() ? "" : " ") += scope.text;
  return out;
}

bool permits(const Scope& granted, const Scope& asked) noexcept {
  if (granted.kind != asked.kind || granted.level != asked.level) return false;
  if (granted.type != nullptr && granted.type != asked.type) return false;
  return (asked.permissions & ~granted.permissions) == 0 && covers(granted, asked);
}

bool permits(const Scopes& granted, const Scope& asked) noexcept {
  return std::ranges::any_of(granted, [&](const Scope& each) { return permits(each, asked); });
}

Scopes intersect(const Scopes& asked, const Scopes& allowed) {
  Scopes out;
  for (const Scope& each : asked) {
    if (permits(allowed, each)) {
      out.push_back(each);
      continue;
    }
    Scopes parts;
    for (const Scope& other : allowed)
      if (auto both = meet(each, other)) parts.push_back(*std::move(both));
    for (Scope& part : withoutCovered(std::move(parts)))
      if (std::ranges::find(out, part.text, &Scope::text) == out.end()) out.push_back(std::move(part));
  }
  return out;
}

std::string canonical(const Scope& scope) {
  if (scope.kind != ScopeKind::resource)
    return std::string(std::ranges::find(kWords, scope.kind, &Word::kind)->text);
  std::string out;
  for (const auto& [name, level] : kLevels)
    if (level == scope.level) out = name;
  (out += '/') += scope.type == nullptr ? "*" : scope.type->name;
  const auto* const first = std::ranges::find(kFirstForms, scope.permissions, &FirstForm::permissions);
  const bool sayFirst = scope.firstForm && scope.restriction.empty() && first != kFirstForms.end();
  (out += '.') += sayFirst ? std::string(first->text) : lettersFor(scope.permissions);
  return out + writeRestriction(scope.restriction);
}

ScopeWords words(const Scope& scope) {
  constexpr std::array<std::string_view, 5> names{"create", "read", "update", "delete", "search"};
  constexpr std::array<std::string_view, 10> subjects{
      "resource", "launch",  "launchPatient", "launchEncounter", "openid",
      "fhirUser", "profile", "offlineAccess", "onlineAccess",    "portalLaunch"};
  ScopeWords out;
  out.subject = "scope." + std::string(subjects[static_cast<std::size_t>(scope.kind)]);
  if (scope.kind != ScopeKind::resource) return out;
  for (const auto& [name, level] : kLevels)
    if (level == scope.level) out.subject = "scope." + std::string(name);
  for (std::size_t i = 0; i < names.size(); ++i)
    if ((scope.permissions >> i & 1U) != 0)
      out.permissions.push_back("scope.permission." + std::string(names[i]));
  out.type = scope.type == nullptr ? "*" : scope.type->name;
  out.restriction = scope.restriction;
  return out;
}

}  // namespace smart
