#include <CLI/CLI.hpp>
#include <iostream>

#include "src/cli/commands.h"

namespace cli {

void addVersion(CLI::App& program, Action& chosen) {
  CLI::App* version = program.add_subcommand("version", "Print the program's version and that of FHIR");
  version->callback([&chosen] {
    chosen = [] {
      std::cout << "hvfhir " HVFHIR_VERSION "\nFHIR R4 (4.0.1)\n";
      return ExitCode::done;
    };
  });
}

}  // namespace cli
