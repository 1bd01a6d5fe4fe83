// The commands of hvfhir, one file each. A command adds its subcommand and flags to the program's command
// line; when the line names it, it puts what is to be done into `chosen`, which main() runs after all of the
// line was understood.
#pragma once

#include <functional>

#include "src/cli/exit_code.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace cli {

using Action = std::function<ExitCode()>;

void addAudit(CLI::App& program, Action& chosen);
void addKeys(CLI::App& program, Action& chosen);
void addServe(CLI::App& program, Action& chosen);
void addMigrate(CLI::App& program, Action& chosen);
void addImport(CLI::App& program, Action& chosen);
void addCheckMappings(CLI::App& program, Action& chosen);
void addClient(CLI::App& program, Action& chosen);
void addConvert(CLI::App& program, Action& chosen);
void addFhirpath(CLI::App& program, Action& chosen);
void addValidate(CLI::App& program, Action& chosen);
void addUser(CLI::App& program, Action& chosen);
void addVersion(CLI::App& program, Action& chosen);

}  // namespace cli
