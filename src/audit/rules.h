// Rules: what in the audit trail is told to people, from the file of audit-rules (docs/audit.md,
// "Anomalies").
//
// Threading: values, immutable once read. Errors: badRequest, with an issue "file:line: ..." for each fault.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/model/outcome.h"
#include "src/audit/act.h"
#include "src/store/connection.h"

namespace audit {

// For whom acts are counted, each apart.
enum class Who : std::uint8_t { person, client, address };
std::string_view nameOf(Who) noexcept;

struct Rule {
  std::string name;  // [a-z0-9-]{1,63}
  Who who = Who::person;
  // Which acts count; what is empty asks nothing.
  std::string personType, outcome, purpose;
  std::vector<std::string> interactions, types;
  std::optional<std::pair<int, int>>
      between;  // minutes of the day: from, and until before; may go over midnight
  // Distinct patients are counted, rather than acts.
  bool countsPatients = false;
  // Only patients with whom the doctor has no appointment within this time before or after; 0: all.
  std::chrono::seconds relatedWithin{0};
  std::uint32_t moreThan = 0;
  std::chrono::seconds within{0};

  bool unrelated() const noexcept { return relatedWithin.count() > 0; }
  // Whom this act is counted for; empty when it does not count.
  std::string_view whoOf(const Act&) const noexcept;
};

struct Rules {
  std::vector<Rule> all;
  std::string timeZone = "UTC";  // of `between`

  // Without the name of a file there are none.
  static fhir::Result<Rules> read(const std::string& file);
  static fhir::Result<Rules> parse(std::string_view fileName, std::string_view text);

  // Asks the database whether it knows the time zone; badRequest when it does not, else the database's own.
  fhir::Result<fhir::Done> checkTimeZone(store::Connection&) const;

  std::chrono::seconds longest() const noexcept;  // of all `within`

  std::string timeZonePlace;  // "file:line", for complaints
};

}  // namespace audit
