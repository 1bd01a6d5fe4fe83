// pkcs11: URIs, of which a token's keys need these attributes: token, object, id, module-path, pin-source.
//
// Specification: RFC 7512, section 2.3. Threading: pure function. Errors: badRequest for whatever is missing,
// malformed, given twice, or not one of these.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/outcome.h"

namespace keys {

struct Pkcs11Uri {
  std::string token;       // the token's label
  std::string object;      // the key's label, printable ASCII without spaces: it stands in wrapped texts
  std::string id;          // CKA_ID that the keys must have, too; empty: any
  std::string modulePath;  // absolute
  std::string pinSource;   // a file's path; empty: none is named
};

// `rest`: what follows "pkcs11:".
fhir::Result<Pkcs11Uri> parsePkcs11Uri(std::string_view rest);

// The number of a label among the versions of an object: 0 for O itself, N for O.N; nullopt for other labels.
std::optional<unsigned> versionOf(std::string_view label, std::string_view object) noexcept;

}  // namespace keys
