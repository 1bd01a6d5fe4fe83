#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "src/cli/commands.h"
#include "src/cli/configuration_flags.h"
#include "src/cli/import/importer.h"
#include "src/cli/serve.h"

namespace cli {
namespace {

constexpr const char* examples = R"(Examples:
  hvfhir import --database-url postgresql://hv_server@/hvfhir Patient.ndjson Observation.ndjson.gz
  hvfhir import --database-url postgresql://hv_server@/hvfhir --report refused.txt bundles/
The same command again goes on where it broke off; what is imported already stays as it is.)";

constexpr std::size_t kShown = 20;  // refusals on the terminal; --report has all

struct Options {
  explicit Options(CLI::App& command)
      : flags(command,
              {"database-url", "mappings", "references", "validation", "profiles", "required-profiles",
               "base-url", "encryption-key", "encryption-key-secret", "encryption-key-ca"}) {}
  ConfigurationFlags flags;
  std::vector<std::string> paths;
  unsigned threads = 2;
  bool quiet = false;
  std::string report;
};

std::string lineOf(const Refusal& refusal) {
  std::string out = fmt::format("{}:{} {}", refusal.source, refusal.position, refusal.resource);
  for (const fhir::Issue& issue : refusal.outcome.issues()) {
    out += fmt::format("\n    {}{}{}", issue.expression, issue.expression.empty() ? "" : ": ",
                       issue.diagnostics);
  }
  return out + "\n";
}

void summarize(const ImportReport& report) {
  const double seconds = static_cast<double>(report.elapsed.count()) / 1000.0;
  std::cout << fmt::format(
      "{} resources in {:.1f} s ({:.0f}/s): {} created, {} updated, {} as they were; {} skipped, {} "
      "refused\n",
      report.resources(), seconds, seconds > 0 ? static_cast<double>(report.resources()) / seconds : 0.0,
      report.created, report.updated, report.unchanged, report.skipped, report.refused.size());
  for (const auto& [type, number] : report.stored) std::cout << fmt::format("  {:<28}{:>9}\n", type, number);
}

ExitCode run(const Options& options) {
  const auto loaded = options.flags.read();
  if (!loaded) return ExitCode::usage;
  auto sources = findSources(options.paths);
  if (!sources) {
    report(sources.outcome());
    return ExitCode::usage;
  }
  std::ofstream file;
  if (!options.report.empty()) {
    file.open(options.report);
    if (!file) {
      complain("the report cannot be written to " + options.report);
      return ExitCode::usage;
    }
  }
  platform::log::setLevel(loaded->configuration.logLevel);
  const auto opened =
      openStore(loaded->configuration, loaded->configuration.publicBase(loaded->configuration.port));
  if (!opened) return report(opened.outcome());

  const auto rules = rulesOf(loaded->configuration, *opened);
  if (!rules) return report(rules.outcome());
  Importer importer(*opened, **rules, options.threads, !options.quiet && isatty(STDERR_FILENO) != 0);
  const auto done = importer.run(std::move(sources->sources));
  if (!done) return report(done.outcome());
  summarize(*done);
  for (std::size_t i = 0; i < done->refused.size(); ++i) {
    const std::string line = lineOf(done->refused[i]);
    if (file.is_open()) file << line;
    if (i < kShown) std::cout << "refused " << line;
  }
  if (done->refused.size() > kShown) {
    std::cout << fmt::format(
        "... and {} more{}\n", done->refused.size() - kShown,
        options.report.empty() ? "; --report FILE keeps them all" : ", all in " + options.report);
  }
  if (const auto& names = sources->leftOut; !names.empty()) {
    const std::vector<std::string> shown(
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kShown)));
    std::cout << fmt::format("{} files are no .ndjson, .json or .xml and were left out: {}{}\n", names.size(),
                             fmt::join(shown, ", "), shown.size() < names.size() ? " ..." : "");
  }
  return done->refused.empty() ? ExitCode::done : ExitCode::refused;
}

}  // namespace

void addImport(CLI::App& program, Action& chosen) {
  CLI::App* import = program.add_subcommand("import", "Load NDJSON files, Bundles and folders of them");
  import->footer(examples);
  const auto options = std::make_shared<Options>(*import);
  import->add_option("paths", options->paths, "Files (.ndjson, .json, .xml, also .gz and .bz2) or folders")
      ->required();
  import->add_option("--threads", options->threads, "How many files at the same time")
      ->capture_default_str()
      ->check(CLI::Range(1, 64));
  import->add_flag("--quiet", options->quiet, "No progress bar");
  import
      ->add_option("--report", options->report,
                   "Write every refused resource, with the reasons, to this file")
      ->type_name("FILE");
  import->callback([options, &chosen] { chosen = [options] { return run(*options);
};
}  // namespace cli
);
}

}  // namespace cli
