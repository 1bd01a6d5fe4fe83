#include <CLI/CLI.hpp>
#include <iostream>

#include "src/cli/commands.h"

namespace cli {

void addVersion(CLI::App& program, Action& chosen) {
  constexpr const char* text = "hvfhir " HVFHIR_VERSION "\nFHIR R4 (4.0.1)";
  program.set_version_flag("--version", text, "The same as the command version");
  CLI::App* version = program.add_subcommand("version", "Print the program's version and that of FHIR");
  version->footer("");
  version->callback([&chosen] {
    chosen = [] {
      std::cout << text << '\n';
      return ExitCode::done;
    };
  });
}

}  // namespace cli
