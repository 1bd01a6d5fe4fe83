#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "src/audit/verify.h"
#include "src/cli/commands.h"
#include "src/cli/configuration_flags.h"
#include "src/platform/log.h"

namespace cli {
namespace {

constexpr const char* examples = R"(Examples:
  openssl genpkey -algorithm ed25519 -out audit.pem
  hvfhir audit checkpoint --database-url postgresql://hv_server@/hvfhir --audit-key audit.pem
  hvfhir audit verify --database-url postgresql://hv_server@/hvfhir --audit-key audit.pem --checkpoints kept.ndjson
  hvfhir audit export --database-url postgresql://hv_server@/hvfhir --audit-key audit.pem --output trail.ndjson
  hvfhir audit export --from 2026-11-01 --to 2026-12-01 --output november.ndjson --database-url ...
  hvfhir audit verify --export trail.ndjson --audit-key audit-public.pem
verify exits with 0 when the trail is whole, with 1 when it found something, and writes a line for each finding:
its kind and the row's chain, position, id and time. docs/audit.md says what can be found and what cannot.)";

struct Options {
  explicit Options(CLI::App& command) : flags(command, {"database-url", "audit-key"}) {}

  ConfigurationFlags flags;
  audit::Span span;
  std::string exportFile, checkpointsFile, outputFile;
};

// Rows are many, and nobody waits for the answer of one statement.
store::Connection connectionOf(const platform::Configuration& configuration) {
  platform::log::setLevel(platform::log::Level::error);
  return store::Connection({.databaseUrl = configuration.databaseUrl, .statementTimeoutMilliseconds = 0});
}

void tell(const audit::Verified& verified) {
  std::cout << fmt::format("{} rows in {} chains, {} checkpoints: {}\n", verified.rows, verified.chains,
                           verified.checkpoints,
                           verified.findings == 0 ? "whole" : fmt::format("{} findings", verified.findings));
  if (verified.uncovered > 0)
    std::cout << fmt::format(
        "{} rows came after the last checkpoint of their chain: what was made anew among them and fits is "
        "not seen.\n",
        verified.uncovered);
  if (verified.unproved > 0)
    complain(fmt::format("the signatures of {} checkpoints were not looked at: no key is known (--audit-key)",
                         verified.unproved));
}

ExitCode verify(const Options& options) {
  const auto loaded = options.flags.read();
  if (!loaded) return ExitCode::usage;
  auto keys = audit::Keys::read(loaded->configuration.auditKey);
  if (!keys) return report(keys.outcome());
  audit::Keys unused = *keys;
  std::unique_ptr<audit::Trail> exported;
  if (!options.checkpointsFile.empty()) {
    auto opened = audit::trailOf(options.checkpointsFile, unused);
    if (!opened) return report(opened.outcome());
    exported = *std::move(opened);
  }
  if (!options.exportFile.empty() && keys->empty())
    complain("the export's own keys are believed; --audit-key names those that you know");
  store::Connection connection = connectionOf(loaded->configuration);
  auto trail =
      options.exportFile.empty() ? audit::trailOf(connection) : audit::trailOf(options.exportFile, *keys);
  if (!trail) return report(trail.outcome());
  const auto verified = audit::verify(**trail, *keys, exported.get(), [](const audit::Finding& finding) {
    std::cout << fmt::format("{}: {}\n", audit::nameOf(finding.fault), finding.text);
  });
  if (!verified) return report(verified.outcome());
  tell(*verified);
  return verified->findings == 0 ? ExitCode::done : ExitCode::failed;
}

ExitCode checkpoint(const Options& options) {
  const auto loaded = options.flags.read();
  if (!loaded) return ExitCode::usage;
  const auto keys = audit::Keys::read(loaded->configuration.auditKey);
  if (!keys) return report(keys.outcome());
  if (!keys->canSign()) {
    complain("audit-key must name a file with a private key");
    return ExitCode::usage;
  }
  store::Connection connection = connectionOf(loaded->configuration);
  const auto made = audit::makeCheckpoint(connection, *keys);
  if (!made) return report(made.outcome());
  if (*made) {
    std::cout << fmt::format("checkpoint {}, sha256 {}\n", (*made)->number,
                             audit::hashOf((*made)->statement));
  } else {
    std::cout << "Nothing was written since the last checkpoint.\n";
  }
  return ExitCode::done;
}

ExitCode exportAll(const Options& options) {
  const auto loaded = options.flags.read();
  if (!loaded) return ExitCode::usage;
  const auto keys = audit::Keys::read(loaded->configuration.auditKey);
  if (!keys) return report(keys.outcome());
  store::Connection connection = connectionOf(loaded->configuration);
  auto trail = audit::trailOf(connection, options.span);
  if (!trail) return report(trail.outcome());
  std::ofstream file;
  if (!options.outputFile.empty()) {
    file.open(options.outputFile, std::ios::binary | std::ios::trunc);
    if (!file) {
      complain("cannot write " + options.outputFile);
      return ExitCode::usage;
    }
  }
  std::ostream& out = options.outputFile.empty() ? std::cout : file;
  const auto rows = audit::writeExport(**trail, options.span, *keys, out);
  return rows ? ExitCode::done : report(rows.outcome());
}

std::shared_ptr<Options> addOne(CLI::App& audit, const char* name, const char* help,
                                ExitCode (*run)(const Options&), Action& chosen) {
  CLI::App* command = audit.add_subcommand(name, help);
  auto options = std::make_shared<Options>(*command);
  command->callback([options, run, &chosen] { chosen = [options, run] { return run(*options); }; });
  return options;
}

}  // namespace

void addAudit(CLI::App& program, Action& chosen) {
  CLI::App* audit = program.add_subcommand("audit", "Verify, export and sign the audit trail");
  audit->require_subcommand(1);
  audit->footer(examples);
  const auto verified =
      addOne(*audit, "verify", "Find what was changed, removed or put between", verify, chosen);
  CLI::App* verify = audit->get_subcommand("verify");
  verify->add_option("--export", verified->exportFile, "Verify this export instead of the database")
      ->type_name("FILE");
  verify
      ->add_option("--checkpoints", verified->checkpointsFile,
                   "An earlier export: its checkpoints must still be there, and be true")
      ->type_name("FILE");
  addOne(*audit, "checkpoint", "Sign where the chains stand now", checkpoint, chosen);
  const auto exported =
      addOne(*audit, "export", "Write rows, checkpoints and public keys as NDJSON, to be checked elsewhere",
             exportAll, chosen);
  CLI::App* out = audit->get_subcommand("export");
  out->add_option("--from", exported->span.from, "Rows from this time on, such as 2026-11-01 (UTC)")
      ->type_name("TIME");
  out->add_option("--to", exported->span.to, "Rows before this time")->type_name("TIME");
  out->add_option("--output", exported->outputFile, "File to write; else standard output")->type_name("FILE");
}

}  // namespace cli
