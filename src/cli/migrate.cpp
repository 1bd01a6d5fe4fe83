#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "src/cli/commands.h"
#include "src/cli/configuration_flags.h"
#include "src/store/connection.h"
#include "src/store/migrations/migrations.h"

namespace cli {
namespace {

constexpr const char* examples = R"(Examples:
  hvfhir migrate status --database-url postgresql://hv_owner@/hvfhir
  hvfhir migrate up     --database-url postgresql://hv_owner@/hvfhir
  HVFHIR_SERVER_ROLE_PASSWORD=... hvfhir migrate up --database-url ... --server-role hv_server)";

struct Options {
  explicit Options(CLI::App& command) : flags(command, {"database-url"}) {}

  ConfigurationFlags flags;
  std::string serverRole;
};

void printLine(const store::MigrationStatus& status) {
  std::cout << fmt::format("{:03}_{:<32} {:<12} {:<24} {:>7}\n", status.version, status.name,
                           store::name(status.state), status.appliedAt,
                           status.appliedAt.empty() ? "" : fmt::format("{} ms", status.duration.count()));
}

ExitCode showStatus(const Options& options) {
  const auto loaded = options.flags.read();
  if (!loaded) return ExitCode::usage;
  const auto all = store::migrationStatus(loaded->configuration.databaseUrl);
  if (!all) return report(all.outcome());
  bool current = true;
  for (const store::MigrationStatus& status : *all) {
    printLine(status);
    current = current && status.state == store::MigrationState::applied;
  }
  return current ? ExitCode::done : ExitCode::failed;
}

ExitCode bringUp(const Options& options) {
  const auto loaded = options.flags.read();
  if (!loaded) return ExitCode::usage;
  const std::string& url = loaded->configuration.databaseUrl;
  const auto done = store::migrateUp(url, printLine);
  if (!done) return report(done.outcome());
  if (done->empty()) std::cout << "The schema is up to date.\n";
  store::Connection owner({.databaseUrl = url});
  if (const auto months = owner.run("SELECT fhir.make_audit_partitions()"); !months)
    return report(months.outcome());
  if (options.serverRole.empty()) return ExitCode::done;
  const char* password = std::getenv(platform::rolePasswordEnvironment.data());
  const auto made = store::ensureServerRole(url, options.serverRole, password == nullptr ? "" : password);
  if (!made) return report(made.outcome());
  std::cout << "The role " << options.serverRole << " may connect as the server.\n";
  return ExitCode::done;
}

}  // namespace

void addMigrate(CLI::App& program, Action& chosen) {
  CLI::App* migrate = program.add_subcommand(
      "migrate", "Bring the database to the schema of this program, or show where it stands");
  migrate->require_subcommand(1);
  migrate->footer(examples);

  CLI::App* status =
      migrate->add_subcommand("status", "List every migration; exits with 1 unless all are applied");
  const auto statusOptions = std::make_shared<Options>(*status);
  status->callback(
      [statusOptions, &chosen] { chosen = [statusOptions] { return showStatus(*statusOptions); }; });

  CLI::App* up = migrate->add_subcommand("up", "Apply what is pending, as the owner of the schema");
  const auto upOptions = std::make_shared<Options>(*up);
  up->add_option("--server-role", upOptions->serverRole,
                 "Also make the login role that `hvfhir serve` connects as, or bring it up to date; its "
                 "password is taken "
                 "from HVFHIR_SERVER_ROLE_PASSWORD")
      ->type_name("NAME");
  up->callback([upOptions, &chosen] { chosen = [upOptions] { return bringUp(*upOptions); }; });
}

}  // namespace cli
