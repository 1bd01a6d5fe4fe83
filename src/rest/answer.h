// Answers: the one place where an Outcome or a resource becomes an http::Response.
//
// Specification: RESTful API, section 3.1.0.1.4, HTTP Status Codes, and section 3.1.0.19.2, Summary
// (responses). Every answer with a status of 400 and above has an OperationOutcome, those of the edge too.
// Answers are marked as not to be used again without asking (RFC 9111): a stale record is a danger, and a
// shared cache must not hold one. Threading: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "fhir/model/outcome.h"
#include "src/http/message.h"
#include "src/rest/presentation.h"
#include "src/store/store.h"

namespace rest {

int status(fhir::Failure) noexcept;

// The OperationOutcome with the status of its failure; 503 and 429 say when to try again.
http::Response answer(const fhir::Outcome&, const Presentation& = {});
// The OperationOutcome of something that went well.
http::Response answerWell(int status, const fhir::Outcome&, const Presentation&);
// A body that is FHIR JSON already; it is laid out as asked for, in XML too.
http::Response answerBody(int status, std::string json, const Presentation&);

// For http::Server: what the edge refuses itself, in the same shape.
http::Response faultAnswer(int status, std::string_view reason);

// "http://example.org/fhir/Patient/1", of a contained resource ".../MedicationRequest/23#m1"; and
// ".../Patient/1/_history/3".
std::string resourceUrl(std::string_view baseUrl, const store::StoredResource&);
std::string versionUrl(std::string_view baseUrl, const store::StoredResource&);
// ETag and Last-Modified.
void addVersionHeaders(http::Response&, const store::StoredResource&);

}  // namespace rest
