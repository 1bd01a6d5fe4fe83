#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "src/cli/commands.h"
#include "src/platform/nearest.h"

namespace {

constexpr const char* footer = R"(Examples:
  hvfhir migrate up --database-url postgresql://hv_owner@/hvfhir --server-role hv_server
  hvfhir serve --database-url postgresql://hv_server@/hvfhir --port 8080
  hvfhir import --database-url postgresql://hv_server@/hvfhir patients.ndjson bundles/
  hvfhir check-mappings mappings
  hvfhir client register --name "An app" --redirect-uri https://app.example.org/cb --scopes "patient/*.rs"
  hvfhir convert --to xml patient.json
  hvfhir fhirpath 'name.family' patient.json
  hvfhir user create --role patient --name 'Asha Devi' asha@clinic.example
  hvfhir validate --profiles schemas/fhir patient.json
  hvfhir audit verify --database-url postgresql://hv_server@/hvfhir --audit-key audit.pem
`hvfhir COMMAND --help` tells each command's options; docs/configuration.md tells what they mean.

Exit codes:
  0  done
  1  it ran and did not succeed; standard error says why
  2  the command line or the configuration is wrong; nothing was done
  3  the database cannot be reached
  4  some of the input was refused; the rest was done)";

// Complains of a first word that is no command; CLI11 itself would only say that a command is missing.
bool complainOfUnknown(const CLI::App& program, std::string_view word) {
  std::vector<std::string_view> names;
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  if (word.starts_with('-') || std::ranges::find(names, word) != names.end()) return false;
  const std::string_view meant = platform::nearest(word, names);
  cli::complain(
      "there is no command " + std::string(word) +
      (meant.empty() ? "; hvfhir --help lists them" : "; did you mean " + std::string(meant) + "?"));
  return true;
}

// Complains of what stands on the command line and belongs to no option; CLI11 itself would not say what was
// meant.
void complainOfExtras(const CLI::App& program) {
  const CLI::App* command = &program;
  std::string path;
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    path += (path.empty() ? "" : " ") + command->get_name();
  }
  std::vector<std::string> names;
  for (const CLI::Option* option : command->get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::vector<std::string> extras = program.remaining(true);
  const auto flag = std::ranges::find_if(extras, [](std::string_view word) { return word.starts_with('-'); });
  if (flag == extras.end()) {
    cli::complain(path + " takes no " + extras.front() + "; hvfhir " + path + " --help tells what it takes");
    return;
  }
  const std::string_view meant = platform::nearest(*flag, known);
  cli::complain(path + " has no option " + *flag +
                (meant.empty() ? "; hvfhir " + path + " --help lists them"
                               : "; did you mean " + std::string(meant) + "?"));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("hvfhir: a FHIR R4 server on the relational tables of a telemedicine platform", "hvfhir");
  program.require_subcommand(1);
  program.footer(footer);
  cli::Action chosen;
  cli::addServe(program, chosen);
  cli::addMigrate(program, chosen);
  cli::addImport(program, chosen);
  cli::addCheckMappings(program, chosen);
  cli::addClient(program, chosen);
  cli::addConvert(program, chosen);
  cli::addFhirpath(program, chosen);
  cli::addValidate(program, chosen);
  cli::addUser(program, chosen);
  cli::addAudit(program, chosen);
  cli::addKeys(program, chosen);
  cli::addVersion(program, chosen);
  if (argc > 1 && complainOfUnknown(program, argv[1])) return static_cast<int>(cli::ExitCode::usage);
  try {
    program.parse(argc, argv);
    return static_cast<int>(chosen());
  } catch (const CLI::ExtrasError&) {
    complainOfExtras(program);
    return static_cast<int>(cli::ExitCode::usage);
  } catch (const CLI::ParseError& error) {
    const bool helpAsked = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
    program.exit(error);
    return static_cast<int>(helpAsked ? cli::ExitCode::done : cli::ExitCode::usage);
  } catch (const std::exception& error) {
    cli::complain(error.what());
    return static_cast<int>(cli::ExitCode::failed);
  }
}
