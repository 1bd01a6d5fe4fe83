// Trail: what the audit trail says, event by event, as a caller sees it.
//
// An event is a row of audit_logs that is no batch of accesses, or a line of one that is (docs/audit.md). The
// database itself shows each caller only their own (fhir.audit_events); what a query asks narrows that.
// Units: times are instants in UTC with microseconds. Threading: values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace store {

// Where an event stands in the trail: its row, and its line in the row. Their order is the trail's.
struct TrailPlace {
  std::string time;  // when the row was written
  std::string row;   // its id
  std::int64_t line = 0;

  auto operator<=>(const TrailPlace&) const = default;
};

// Whether an event of the trail can have this id.
bool isTrailId(std::string_view) noexcept;

// What is not known, or not shown to the caller, is empty.
struct TrailEvent {
  TrailPlace place;
  std::string id;        // the row's; of a line the row's, a point and the line's number from 1 on
  std::string happened;  // of an access: when it was answered
  std::string action;    // of audit_logs
  std::string table;     // that was written
  std::string interaction;
  std::string type, resource, version;   // of the one resource, by their FHIR names
  std::vector<std::string> targets;      // ids of what was written, when `resource` is empty
  std::vector<std::string> patients;     // FHIR ids of those whose data it was
  std::vector<std::string> patientKeys;  // and their keys
  bool hasUser = false;                  // a person who has signed in, whoever it was
  std::string user;                      // users.id
  std::string personType, personId;      // "Practitioner", FHIR id
  std::string client, clientName;
  std::string address;
  std::optional<std::string> query;  // nullopt: it is not shown
  std::string purpose, reason;
  std::string outcome;  // success, refused, failed
  int status = 0;       // of HTTP
  std::string request;
  std::string databaseUser, application;  // of a write
};

// Events that fulfil all that is set.
struct TrailQuery {
  std::optional<std::vector<std::string>> ids;       // as TrailEvent::id has them
  std::optional<std::vector<std::string>> patients;  // keys: data of one of them
  std::string person;                                // key: done by them
  std::string since, until;                          // written at `since` or later, and before `until`
  bool newestFirst = true;
  std::optional<TrailPlace> after;  // looks from there on
  std::uint32_t rows = 200;         // how many it looks at; of `ids` all
};

struct TrailLook {
  std::vector<TrailEvent> events;     // in the order that was asked for
  std::optional<TrailPlace> reached;  // the last place that was looked at; nullopt: there is nothing
  std::uint32_t rows = 0;             // that were looked at
  bool atEnd = true;
};

}  // namespace store
