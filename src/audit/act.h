// Act: of one row of the audit trail, or of one line of a batch of accesses, what rules ask about.
//
// Threading: values, pure functions. Ownership: the texts are those of the row that it was made of.
#pragma once

#include <string_view>
#include <vector>

#include "src/platform/instant.h"

namespace audit {

struct Act {
  platform::Instant time{};  // of the row, by the database's clock
  int minute = 0;            // of that day, in the rules' time zone
  std::string_view person;   // key
  std::string_view personType;
  std::string_view client;
  std::string_view address;
  std::string_view interaction;  // or what a row without one is called
  std::string_view type;         // of the resource
  std::string_view outcome;
  std::string_view purpose;
  std::vector<std::string_view> patients;  // keys
};

// What a line of `entries` says, whatever it is; time and minute are the row's. What is no key is left out.
Act actOf(std::string_view line);
// The keys in a PostgreSQL array, "{a,b}".
std::vector<std::string_view> keysIn(std::string_view array);

}  // namespace audit
