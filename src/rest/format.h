// Format: in which form an answer is written and a request's body is read.
//
// Specification: RESTful API, section 3.1.0.1.11, Content Types and encodings
// (https://hl7.org/fhir/R4/http.html#mime-type) and FHIR version parameter (#version-parameter); RFC 9110,
// section 12.5.1. Threading: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/outcome.h"
#include "src/http/message.h"

namespace rest {

enum class MimeType : std::uint8_t { fhirJson, json, textJson, fhirXml, xml, textXml };

// How a resource is written down.
enum class Syntax : std::uint8_t { json, xml };
Syntax syntax(MimeType) noexcept;

struct Format {
  MimeType mimeType = MimeType::fhirJson;
  bool namesVersion = false;  // the client asked for fhirVersion=4.0, so the answer says it too
};

// The value of the answer's Content-Type. A client that accepts only a generic type gets just that.
std::string contentType(Format);

// `formatParameter`: the value of _format, which wins over Accept. Fails with 406 when nothing that the
// client accepts can be made: another type, another character set than UTF-8, another fhirVersion than 4.0.
fhir::Result<Format> negotiate(const http::Request&, std::optional<std::string_view> formatParameter);

// How the body is written: FHIR JSON or XML in UTF-8 of fhirVersion 4.0; otherwise 415.
fhir::Result<Syntax> checkContentType(const http::Request&);
// Whether the body of a patch is a JSON Patch (true) or a resource in a format of FHIR (false); otherwise
// 415.
fhir::Result<bool> checkPatchType(const http::Request&);
// Whether the body is a form (POST [type]/_search); otherwise 415. Without a body nothing needs to be said.
fhir::Result<fhir::Done> checkFormType(const http::Request&);

}  // namespace rest
