// What was done with a patient's record, by whom, as the audit trail has it (docs/audit.md): for the patient.
//
// Threading: the Connection is the caller's thread's. Errors: the database's Outcome.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "src/smart/people/sign_in.h"
#include "src/store/connection.h"

namespace people {

// What somebody did with records of one kind on one day.
struct RecordAccess {
  enum class Who : std::uint8_t { self, doctor, relative, patient, administrator, app, platform, stranger };
  enum class Did : std::uint8_t { saw, added, changed, removed, askedInVain };
  std::string day;   // "2026-01-02", in UTC
  std::string time;  // "15:04", of the last time on that day
  Who who = Who::stranger;
  std::string name;  // of a doctor, a relative or an app; may be empty
  std::string app;   // through which a person did it; may be empty
  Did did = Did::saw;
  std::string type;    // FHIR type; empty: none, such as who may see the record
  std::string times;   // a number
  std::string reason;  // of a doctor who broke the glass
};

// Of the patient's own record, from one day to before another (dates in UTC), the newest first. That it was
// shown is written into the trail.
fhir::Result<std::vector<RecordAccess>> accessesOf(store::Connection&, const Person& patient,
                                                   std::string_view from, std::string_view until,
                                                   const Caller&);

// Writes into the trail that a page has shown patients, or records of theirs, to a person to choose from:
// their FHIR ids. Nothing for none.
fhir::Result<fhir::Done> noteShown(store::Connection&, const Person& person, const Caller&,
                                   std::string_view type, const std::vector<std::string>& patients);

}  // namespace people
