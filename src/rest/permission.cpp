#include "src/rest/permission.h"

#include <algorithm>

#include "src/rest/audit_events.h"

namespace rest {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using store::Permission;

Permission permissionOf(char letter) noexcept {
  switch (letter) {
    case 'c':
      return Permission::create;
    case 'u':
      return Permission::update;
    case 'd':
      return Permission::remove;
    case 's':
      return Permission::search;
    default:
      return Permission::read;
  }
}

Outcome forbidden(std::string_view type, char letter) {
  std::string scope(type);
  scope.append(".").append(1, letter);
  return {Failure::forbidden, IssueType::forbidden,
          "Neither your role nor the scopes of your token allow this. It takes a scope such as user/" +
              scope + " or patient/" + scope + " that your role may have."};
}

// What the headers and the URL ask of it beyond the interaction itself.
std::string lettersOf(const http::Request& request, const Target& target) {
  std::string letters(registered()[static_cast<std::size_t>(target.interaction)].needs);
  const bool searches = target.isConditional() || (target.interaction == Interaction::create &&
                                                   request.header("If-None-Exist") != nullptr);
  if (searches && letters.find('s') == std::string::npos) letters += 's';
  return letters;
}

bool mayAnyType(const allowed::Decision& access, Permission permission) {
  const auto types = fhir::resourceTypes();
  return std::any_of(types.begin(), types.end(),
                     [&](const fhir::TypeDefinition* type) { return access.mayAny(*type, permission); });
}

}  // namespace

fhir::Result<fhir::Done> checkAllowed(const Surroundings& surroundings, const http::Request& request,
                                      const Target& target) {
  if (surroundings.access == nullptr) return fhir::Done{};
  const allowed::Decision& access = *surroundings.access;
  if (mayAskTrail(access, target)) return fhir::Done{};
  for (const char letter : lettersOf(request, target)) {
    const Permission permission = permissionOf(letter);
    if (target.type != nullptr ? access.mayAny(*target.type, permission) : mayAnyType(access, permission))
      continue;
    return forbidden(target.type != nullptr ? target.type->name : "*", letter);
  }
  return fhir::Done{};
}

fhir::Result<fhir::Done> keepAllowed(const Call& call, bool named, fhir::search::SearchQuery& query) {
  if (call.access == nullptr || !query.acrossTypes) return fhir::Done{};
  const auto isClosed = [&](const fhir::search::TypeSearch& each) {
    return !call.access->mayAny(*each.type, Permission::search);
  };
  const auto closed = std::find_if(query.types.begin(), query.types.end(), isClosed);
  if (closed == query.types.end()) return fhir::Done{};
  if (named) return forbidden(closed->type->name, 's');
  std::erase_if(query.types, isClosed);
  if (query.types.empty()) return forbidden("*", 's');
  return fhir::Done{};
}

}  // namespace rest
