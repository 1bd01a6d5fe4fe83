// Logins, as the owner of the schema makes and ends them (`hvfhir user`). The server's role can do none of
// this.
//
// Threading: as the Connection. Errors: Failure::unprocessable for what the person who asks can mend, in his
// words; Failure::notFound for an e-mail that nobody has.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/smart/people/passwords.h"
#include "src/smart/people/sign_in.h"

namespace people {

struct NewUser {
  std::string email;
  Role role = Role::patient;
  // A patient or doctor has exactly one of these: an existing profile without a login (its id in FHIR, or its
  // key), or the full name of a new one. An admin has neither.
  std::optional<std::string> profile;
  std::optional<std::string> name;
  std::vector<std::string> duties;      // of an admin: "users", "audit", "support"
  std::optional<std::string> password;  // without one the login waits for its first link
};

// How long a link to set a password works.
inline constexpr std::chrono::hours linkLife{1};

// The new users.id.
fhir::Result<std::string> createUser(store::Connection& owner, const Hasher& hasher, const NewUser& user);

// Sessions and links end at once. Idempotent.
fhir::Result<fhir::Done> deactivateUser(store::Connection& owner, std::string_view email);

// A token for a link that sets the password, once, within linkLife; older links work no more. The password
// and the sessions stay until it is used.
fhir::Result<std::string> makeLink(store::Connection& owner, std::string_view email);

// Sets the password at once, for who hands it over by himself. Ends the person's sessions and links.
fhir::Result<fhir::Done> setPassword(store::Connection& owner, const Hasher& hasher, std::string_view email,
                                     std::string_view password);

}  // namespace people
