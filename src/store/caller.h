// DatabaseCaller: as whom statements run in the database, which refuses by itself what that role and person
// may not see or write (row-level security, docs/access-database.md).
//
// Threading: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace store {

enum class DatabaseRole : std::uint8_t { own, patient, doctor, admin, client };

struct DatabaseCaller {
  DatabaseRole role = DatabaseRole::own;  // own: the server for itself, as it logged in
  std::string person;  // key of the patient's or doctor's own row (key.h); of an admin users.id; else empty

  bool isOwn() const noexcept { return role == DatabaseRole::own; }
  bool operator==(const DatabaseCaller&) const = default;
};

// The role's name in PostgreSQL; empty: the one that the connection has of itself.
constexpr std::string_view nameOf(DatabaseRole role) noexcept {
  switch (role) {
    case DatabaseRole::own:
      break;
    case DatabaseRole::patient:
      return "hv_patient";
    case DatabaseRole::doctor:
      return "hv_doctor";
    case DatabaseRole::admin:
      return "hv_admin";
    case DatabaseRole::client:
      return "hv_client";
  }
  return {};
}

}  // namespace store
