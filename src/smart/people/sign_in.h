// Signing in: from an e-mail and a password to a session, and from a session's token to a person.
//
// All of it goes through functions of the database (schemas/platform/023_sign_in.sql), which count attempts
// and lock for all processes alike. Threading: SignIn may be shared; a Connection belongs to one thread.
// Errors: Result with the database's Outcome.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "src/smart/people/passwords.h"
#include "src/store/connection.h"

namespace people {

enum class Role : std::uint8_t { patient, doctor, admin };

// Who is signed in.
struct Person {
  std::string userId;     // users.id
  std::string sessionId;  // sessions.id
  std::string email;
  Role role = Role::patient;
  std::string key;   // patient_profile.id or doctor_profile.id; empty for an admin, or without a profile
  std::string id;    // FHIR id of that Patient or Practitioner
  std::string name;  // as the profile says; may be empty
  std::vector<std::string> duties;  // of an admin: "users", "audit", "support"
  std::chrono::sys_seconds signedInAt;

  bool hasDuty(std::string_view duty) const noexcept;
  // A patient with a profile.
  bool hasRecord() const noexcept { return role == Role::patient && !key.empty(); }
};

// From where somebody asks.
struct Caller {
  std::string address;  // as http::Request gives it
  std::string agent;    // User-Agent
};

struct SessionLimits {
  std::chrono::seconds idle{std::chrono::minutes(30)};
  std::chrono::seconds longest{std::chrono::hours(12)};  // the database allows no more than these
};

class SignIn {
 public:
  SignIn(const Hasher& hasher, SessionLimits limits) : hasher_(hasher), limits_(limits) {}

  // The new session's token; nullopt when refused, for whatever reason: the caller must not know which.
  fhir::Result<std::optional<std::string>> attempt(store::Connection& connection, std::string_view email,
                                                   std::string_view password, const Caller& caller) const;

  // Who is signed in by this token, if anybody; the session counts as used.
  fhir::Result<std::optional<Person>> who(store::Connection& connection, std::string_view token) const;

  fhir::Result<fhir::Done> end(store::Connection& connection, std::string_view token) const;

  // Whose password the token of a link would set; nullopt: nobody's, or no more.
  fhir::Result<std::optional<std::string>> emailOfLink(store::Connection& connection,
                                                       std::string_view linkToken) const;
  // Sets it, once, and ends all sessions. False: the link works no more.
  fhir::Result<bool> setByLink(store::Connection& connection, std::string_view linkToken,
                               std::string_view newPassword, const Caller& caller) const;

  // Changes the password of who is signed in and knows the old one; counts as an attempt to sign in. Ends the
  // other sessions. False: the old one is wrong, or too many were.
  fhir::Result<bool> change(store::Connection& connection, const Person& person, std::string_view token,
                            std::string_view oldPassword, std::string_view newPassword,
                            const Caller& caller) const;

 private:
  struct Checked;
  fhir::Result<Checked> check(store::Connection& connection, std::string_view email,
                              std::string_view password, const std::string& address) const;

  const Hasher& hasher_;
  SessionLimits limits_;
};

// What failures of an address are counted by: the address itself, or the /64 network of an IPv6 address.
std::string addressToCount(std::string_view address);

}  // namespace people
