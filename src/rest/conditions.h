// Conditions: version tags, dates, and the headers that make a request depend on them.
//
// Specification: RESTful API, sections 3.1.0.5 conditional read and 3.1.0.8.1 managing resource contention;
// RFC 9110, sections 8.8 and 13. FHIR's tags are weak and hold the versionId: W/"3". A strong tag of the same
// text counts as the same. Threading: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "src/http/message.h"
#include "src/store/store.h"

namespace rest {

// A list of entity tags, or "*".
struct EntityTags {
  bool any = false;
  std::vector<std::string> tags;  // opaque text, without W/ and quotes

  bool has(store::VersionId) const;
};
// nullopt when malformed.
std::optional<EntityTags> parseEntityTags(std::string_view text);

std::string entityTag(store::VersionId);  // W/"3"
// A FHIR instant as an HTTP date; empty when it is no instant.
std::string httpDate(std::string_view instant);
// A versionId of this server: a number from 1 on, without leading zeros.
std::optional<store::VersionId> parseVersion(std::string_view text) noexcept;

// What If-None-Match and If-Modified-Since say of a resource that a GET would return: true answers 304.
bool isUnmodified(const http::Request&, const store::StoredResource&);

// What If-Match and If-Unmodified-Since ask of it (RFC 9110, section 13.2.2): 412 when it is not so, 400 when
// malformed.
std::optional<fhir::Outcome> failedCondition(const http::Request&, const store::StoredResource&);

// The condition of a write.
struct WriteCondition {
  bool mustExist = false;                // If-Match: *
  bool mustNotExist = false;             // If-None-Match: *
  std::optional<EntityTags> versions;    // If-Match with tags
  std::optional<std::string> noneExist;  // If-None-Exist: the criteria of a create
};
// 400 when a header is malformed or sent twice where that means nothing; 501 for a condition that this server
// does not know for writes. Never ignores one.
fhir::Result<WriteCondition> writeCondition(const http::Request&);

fhir::Outcome versionConflict();  // 412
fhir::Outcome onlyForCreate();    // 400: If-None-Exist of another interaction

}  // namespace rest
