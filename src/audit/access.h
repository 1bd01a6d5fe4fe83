// Access: one reading of personal data, done or refused, and the line of the audit trail that says it.
//
// A line is one JSON object; several lines are one row's `entries` (docs/audit.md, "Accesses"). Its id is
// made of what it says, so that a line that was changed is told by itself. Threading: values, pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/platform/instant.h"

namespace audit {

// What is empty or 0 is not said. Bytes that are no UTF-8 text must not be in it.
struct Access {
  platform::Instant time{};
  std::string user;        // users.id
  std::string person;      // key of patient_profile or doctor_profile
  std::string personType;  // "Patient", "Practitioner"
  std::string client;      // client_id
  std::string address;     // of the client, as the edge knows it
  std::string_view interaction;
  std::string_view type;              // of the resource, or what is searched
  std::string resource;               // its id
  std::string version;                // that was asked for or shown
  std::string query;                  // as it was sent
  std::vector<std::string> patients;  // keys of those whose data it was
  std::string purpose;                // a code of v3-PurposeOfUse
  std::string reason;                 // the words that were given for it
  int status = 0;                     // of HTTP
  std::string request;                // X-Request-Id
};

// success, refused or failed
std::string_view outcomeOf(int status) noexcept;

struct Line {
  std::string id;    // a UUID
  std::string text;  // without a line end
};
Line lineOf(const Access&);

// The id that a line has, and the one that its text gives; empty: it is no line.
std::string_view idIn(std::string_view line) noexcept;
std::string idOf(std::string_view line);

// The person of a line; empty: of nobody's.
std::string_view personIn(std::string_view line) noexcept;

}  // namespace audit
