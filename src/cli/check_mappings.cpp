#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "src/cli/commands.h"
#include "src/store/mapping/mapping.h"

namespace cli {
namespace {

constexpr const char* examples = R"(Examples:
  hvfhir check-mappings
  hvfhir check-mappings /usr/local/share/hvfhir/mappings
docs/mappings.md explains the files. Ends with 0 when all can be used, else with 2 and what is wrong, with file and line.)";

ExitCode run(const std::string& directory) {
  const auto mappings = store::Mappings::load(directory);
  if (!mappings) {
    report(mappings.outcome());
    return ExitCode::usage;
  }
  for (const store::Mapping& mapping : mappings->all()) {
    std::cout << mapping.type().name << " <-> " << mapping.table() << ": " << mapping.columns().size()
              << " columns, " << mapping.searches().size() << " search parameters by column\n";
  }
  return ExitCode::done;
}

}  // namespace

void addCheckMappings(CLI::App& program, Action& chosen) {
  CLI::App* check =
      program.add_subcommand("check-mappings", "Compile the mapping files and say what is wrong with them");
  check->footer(examples);
  const auto directory = std::make_shared<std::string>("mappings");
  check->add_option("directory", *directory, "Where the mapping files are")->capture_default_str();
  check->callback([directory, &chosen] { chosen = [directory] { return run(*directory); }; });
}

}  // namespace cli
