// The CapabilityStatement (https://hl7.org/fhir/R4/capabilitystatement.html): what is really registered,
// nothing else.
//
// Interactions come from registered(), types from fhir::resourceTypes(), search parameters from
// Store::searches(), profiles from Rules::required() and supported().
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "src/rest/limits.h"
#include "src/rules/rules.h"
#include "src/store/store.h"

namespace rest {

struct Software {
  std::string name;
  std::string version;
};

// What the CapabilityStatement says of access (https://hl7.org/fhir/R4/capabilitystatement.html,
// rest.security).
struct Security {
  bool isOpen = true;  // no access control: it warns
  // Of the authorization server, absolute; empty: there is none.
  std::string authorize, token, registration, manage, introspect, revoke;
};

// As JSON. `date`: when it was last changed, a FHIR dateTime.
std::string capabilityStatement(const store::Store&, const rules::Rules&, const Limits&, const Software&,
                                const std::string& baseUrl, const Security&, const std::string& date);

// The statement of a running server: made anew when the store searches by other parameters than before.
// Threading: safe for all threads.
class Statement {
 public:
  // The store and the rules must outlive it.
  Statement(const store::Store&, const rules::Rules&, Limits, Software, std::string baseUrl, Security);
  std::shared_ptr<const std::string> now() const;

 private:
  const store::Store& store_;
  const rules::Rules& rules_;
  Limits limits_;
  Software software_;
  std::string baseUrl_;
  Security security_;
  mutable std::mutex mutex_;  // guards what follows
  mutable std::int64_t epoch_ = 0;
  mutable std::shared_ptr<const std::string> text_;
};

}  // namespace rest
