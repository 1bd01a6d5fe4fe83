// Migrations: the platform's schema, file by file (schemas/platform/NNN_name.sql), built into the program.
//
// Each file is one transaction, in the order of the numbers, recorded with its checksum in
// public.schema_migration. A file that was applied never changes and none is added below it: both are
// refused. One server migrates at a time (an advisory lock of the database); a second one waits.
//
// Threading: free functions, each with a connection of its own. Errors: Failure::unavailable when the
// database cannot be reached, Failure::conflict when files and database do not fit together,
// Failure::unprocessable when PostgreSQL refuses a statement.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"

namespace store {

struct Migration {
  int version;            // 1 and up; numbers may be left out
  std::string_view name;  // "platform_rules"
  std::string_view sha256;
  std::string_view sql;
};

// The files that were built in, ascending.
std::span<const Migration> builtInMigrations();

enum class MigrationState : std::uint8_t {
  applied,
  pending,
  changed,     // applied, and the file is another since
  outOfOrder,  // pending below one that was applied
  unknown,     // applied by a newer program: no file here
};

std::string_view name(MigrationState) noexcept;  // "applied", "out of order" ...

struct MigrationStatus {
  int version = 0;
  std::string name;
  MigrationState state = MigrationState::pending;
  std::string appliedAt;  // instant; empty when it was not
  std::chrono::milliseconds duration{0};
};

inline constexpr std::chrono::seconds usualConnectTimeout{10};

// What is applied and what not, ascending. Needs no more than SELECT on public.schema_migration; changes
// nothing. `connectTimeout` holds where the URL says none.
fhir::Result<std::vector<MigrationStatus>> migrationStatus(
    const std::string& databaseUrl, std::span<const Migration> migrations = builtInMigrations(),
    std::chrono::seconds connectTimeout = usualConnectTimeout);

// Applies what is pending, as the owner of the schema; returns what it applied. Nothing is applied when any
// migration is changed, out of order or unknown. When one fails, those before it stay. `onApplied` is called
// after each.
using OnApplied = std::function<void(const MigrationStatus&)>;
fhir::Result<std::vector<MigrationStatus>> migrateUp(
    const std::string& databaseUrl, const OnApplied& onApplied = {},
    std::span<const Migration> migrations = builtInMigrations());

// Makes the login role that the server connects as, or brings it up to date: a member of hv_server_access,
// without any other right; a superuser is refused. An empty password leaves the role's password as it is.
fhir::Result<fhir::Done> ensureServerRole(const std::string& databaseUrl, const std::string& role,
                                          const std::string& password = {});

}  // namespace store
