// The text of a reference, taken apart.
//
// Specification: References, "Literal References" (https://hl7.org/fhir/R4/references.html#literal).
// Threading: pure functions. Ownership: the views point into the text that was given.
#pragma once

#include <cstdint>
#include <string_view>

namespace fhir::search {

struct ReferenceLink {
  enum class Kind : std::uint8_t {
    local,     // type/id of this server, with or without /_history/version
    absolute,  // another server's URL, a urn: or a canonical; type and id are set when it ends like a FHIR
               // URL
    fragment,  // "#id": a contained resource; id is set, and empty for "#" itself
    other,     // anything else: relative but no type/id, a conditional reference, empty
  };
  Kind kind = Kind::other;
  std::string_view type;  // a concrete resource type's name, or empty
  std::string_view id;
  std::string_view version;  // of /_history/version
};

// `baseUrl` without or with a slash at its end; an absolute URL below it is local. Empty: none is.
ReferenceLink referenceLink(std::string_view text, std::string_view baseUrl);

// Whether `text` is a FHIR id: 1 to 64 of A-Z a-z 0-9 - .
bool isId(std::string_view text) noexcept;

}  // namespace fhir::search
