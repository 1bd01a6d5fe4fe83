// What the audit trail says of a request: of its writes, and of what it reads or is refused (docs/audit.md).
//
// Threading: as Call; UntilWritten as http::Hold.
#pragma once

#include <vector>

#include "src/audit/recorder.h"
#include "src/rest/call.h"

namespace rest {

// From now on the session's writes are noted as the caller's.
void noteCaller(const Surroundings&, const http::Request&, Interaction);

// What came of a request or of an entry of a Bundle, for Notes::accesses: the one place where an access
// becomes a line. A write that was done is left out, since the database itself has noted it, and a Bundle
// that was done, since its entries have been noted.
void noteAccess(const Surroundings&, const http::Request&, const Target&, int status);
// The same of what is known otherwise than by the session.
void noteAccess(const Surroundings&, const http::Request&, const Target&, int status, store::Given);
// Of a caller who could not say who they are.
audit::Access strangersAccess(const store::Store&, const http::Request&, const Target&, int status);

// Holds an answer until its accesses are written down.
class UntilWritten final : public http::Hold {
 public:
  UntilWritten(audit::Recorder& recorder, std::vector<audit::Access> accesses)
      : recorder_(recorder), accesses_(std::move(accesses)) {}
  void wait(std::function<void(bool)> release) override {
    recorder_.record(std::move(accesses_), std::move(release));
  }

 private:
  audit::Recorder& recorder_;
  std::vector<audit::Access> accesses_;
};

}  // namespace rest
