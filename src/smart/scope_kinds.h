// Which kinds of scopes there are among some.
//
// Threading: pure functions.
#pragma once

#include <algorithm>

#include "src/smart/scope.h"

namespace smart {

inline bool hasKind(const Scopes& scopes, ScopeKind kind) noexcept {
  return std::ranges::find(scopes, kind, &Scope::kind) != scopes.end();
}

}  // namespace smart
