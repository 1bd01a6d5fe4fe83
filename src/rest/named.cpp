#include "src/rest/named.h"

#include <string>
#include <utility>

#include "src/rest/audit_events.h"
#include "src/rest/conditions.h"

namespace rest {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

Outcome noneOf(const fhir::TypeDefinition& type, bool ofVersion) {
  return {
      Failure::notFound, IssueType::notFound,
      "There is no " + std::string(type.name) + (ofVersion ? " of this id and version." : " of this id.")};
}

fhir::Result<store::StoredResource> present(fhir::Result<std::optional<store::StoredResource>> found,
                                            const fhir::TypeDefinition& type, bool ofVersion) {
  if (!found) return std::move(found).outcome();
  if (!*found) return noneOf(type, ofVersion);
  if ((*found)->deleted)
    return Outcome(Failure::gone, IssueType::deleted, "This " + std::string(type.name) + " was deleted.");
  return **std::move(found);
}

fhir::Result<store::StoredResource> readNamed(Call& call, const fhir::TypeDefinition& type,
                                              std::string_view id) {
  if (!isLegalId(id)) return noneOf(type);
  auto found = call.session.read(type, id);
  if (found && !*found) found = findTrailEvent(call, type, id);
  return present(std::move(found), type);
}

fhir::Result<store::StoredResource> readNamed(Call& call) {
  const Target& target = call.target;
  if (target.version.empty()) return readNamed(call, *target.type, target.id);
  const auto version = parseVersion(target.version);
  if (!version || !isLegalId(target.id)) return noneOf(*target.type, true);
  auto found = call.session.vread(*target.type, target.id, *version);
  if (found && !*found && *version == 1) found = findTrailEvent(call, *target.type, target.id);
  return present(std::move(found), *target.type, true);
}

}  // namespace rest
