// Preferences: what the client would like, by the header Prefer.
//
// Specification: RFC 7240; RESTful API, section 3.1.0.1.8, Managing Return Content
// (https://hl7.org/fhir/R4/http.html#ops), and Search, section 3.1.1.3, Handling Errors. A preference that is
// malformed or unknown is ignored, as RFC 7240 asks. Threading: pure functions.
#pragma once

#include <cstdint>

#include "src/http/message.h"

namespace rest {

enum class Return : std::uint8_t { unspecified, minimal, representation, operationOutcome };

struct Preferences {
  Return content = Return::unspecified;
  // handling=lenient: what is not understood is left out, and the answer says so. The default is strict.
  bool lenient = false;
};

Preferences parsePreferences(const http::Request&);

}  // namespace rest
