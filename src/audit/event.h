// Event: an event of the audit trail as FHIR's AuditEvent, typed.
//
// Specification: AuditEvent (https://hl7.org/fhir/R4/auditevent.html); IHE Basic Audit Log Patterns (BALP)
// 1.1.4, "Content Module: RESTful operations" (https://profiles.ihe.net/ITI/BALP). docs/audit.md,
// "AuditEvent", has what becomes of what. Threading: values, pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/store/trail.h"

namespace audit {

struct Coding {
  std::string_view system;
  std::string code;
  std::string_view display = {};
};

// A Reference: what of it is known.
struct Who {
  std::string reference = {};  // "Practitioner/42"
  std::string version = {};    // of the resource
  std::string_view type = {};  // of a resource that is not named
  std::string_view system = {};
  std::string identifier = {};
  std::string display = {};
  bool empty() const noexcept {
    return reference.empty() && type.empty() && identifier.empty() && display.empty();
  }
};

struct Agent {
  Coding type;
  Who who;
  std::string altId = {};
  std::string name = {};
  bool requestor = false;
  std::string address = {};
  std::string_view addressType = "2";  // of network-type: an IP address
};

struct Entity {
  Who what;
  Coding type;
  std::optional<Coding> role;
  std::string name = {};
  std::string description = {};
  std::optional<std::string> query = {};  // as it was asked; base64 in JSON
};

struct Event {
  std::string id;
  std::string recorded;   // an instant, milliseconds: when it was written down
  std::string happened;   // likewise; empty: then
  std::string_view balp;  // the BALP profile that it keeps to: "PatientRead"; empty: none
  Coding type;
  std::vector<Coding> subtypes;
  std::string_view action;   // C, R, U, D, E
  std::string_view outcome;  // 0, 4, 8; empty: not said
  std::string outcomeText;
  std::string purpose, reason;
  std::vector<Agent> agents;
  Who observer;
  std::vector<Entity> entities;
  std::vector<std::string> patientKeys;  // for who notes that it was shown
  store::TrailPlace place;

  std::string profile() const;  // its url; empty: none
};

inline constexpr std::string_view kSite = "HealthVillage";
inline constexpr std::size_t kMostEntities = 1000;  // of one kind

// `baseUrl`: by which the server is known.
Event eventOf(const store::TrailEvent&, std::string_view baseUrl);

// The resource, with id and meta.
std::string jsonOf(const Event&);

}  // namespace audit
