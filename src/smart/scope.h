// Scope: one thing that an app may do, as SMART on FHIR writes it, and what follows from comparing two.
//
// Specification: SMART App Launch 2.2, "Scopes and Launch Context"; RFC 6749, section 3.3. Both forms of
// clinical scopes are read: `patient/Observation.read` (v1) and `patient/Observation.rs?category=lab` (v2).
// Threading: value types, pure functions. Errors: whatever is not understood to the last byte refuses the
// whole text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "fhir/model/outcome.h"

namespace smart {

enum class ScopeKind : std::uint8_t {
  resource,
  launch,
  launchPatient,
  launchEncounter,
  openid,
  fhirUser,
  profile,
  offlineAccess,
  onlineAccess,
  portalLaunch,  // this server's own: to obtain the `launch` of an EHR launch; a client system's alone
};

enum class ScopeLevel : std::uint8_t { none, patient, user, system };

// Bits of Scope::permissions, in the order of their letters.
enum Permission : std::uint8_t { kCreate = 1, kRead = 2, kUpdate = 4, kDelete = 8, kSearch = 16 };
inline constexpr std::uint8_t kAllPermissions = 31;

struct Scope {
  ScopeKind kind = ScopeKind::resource;
  ScopeLevel level = ScopeLevel::none;         // of a resource scope; portalLaunch is system; else none
  const fhir::TypeDefinition* type = nullptr;  // of a resource scope; nullptr is *
  std::uint8_t permissions = 0;
  bool firstForm = false;  // .read, .write, .* of SMART v1
  // The restriction: name and value, decoded, sorted. All must hold (each as in a search).
  std::vector<std::pair<std::string, std::string>> restriction = {};
  std::string text = {};  // as it was asked

  // Equal in what they allow, whatever their text.
  bool sameAs(const Scope&) const noexcept;
};

using Scopes = std::vector<Scope>;

inline constexpr std::size_t kMostScopes = 200;
inline constexpr std::size_t kLongestScopes = 8192;  // bytes

// One scope. Errors: 400, naming the scope and what of it is not understood.
// A restriction has search parameters of R4 that the type has (all types, for *), with a value each, no
// chains, no _has, no _filter, no result parameters, and no modifier that needs terminology.
fhir::Result<Scope> parseScope(std::string_view text);
// Scopes separated by one space each; a repeated one counts once.
fhir::Result<Scopes> parseScopes(std::string_view text);
std::string textOf(const Scopes&);

// Whether all that `asked` would allow is allowed by `granted`.
bool permits(const Scope& granted, const Scope& asked) noexcept;
bool permits(const Scopes& granted, const Scope& asked) noexcept;

// What of `asked` is within `allowed`. A scope that is wholly within stays as it was asked; one that is
// partly within becomes the parts that are, newly written.
Scopes intersect(const Scopes& asked, const Scopes& allowed);

// The scope as this room writes it itself: v1 only where it was asked so and can say it.
std::string canonical(const Scope&);

// For people: keys of a translation, never words. "scope.openid", or of a resource scope "scope.patient",
// "scope.user", "scope.system"; "scope.permission.read" ...; the type's name or "*".
struct ScopeWords {
  std::string subject;
  std::vector<std::string> permissions;
  std::string type;
  std::vector<std::pair<std::string, std::string>> restriction = {};
};
ScopeWords words(const Scope&);

}  // namespace smart
