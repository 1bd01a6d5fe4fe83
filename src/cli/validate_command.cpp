#include <CLI/CLI.hpp>
#include <array>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "fhir/validation/validator.h"
#include "src/cli/commands.h"
#include "src/cli/resources.h"
#include "src/rules/folder.h"

namespace cli {
namespace {

constexpr const char* help =
    R"(Issues are printed one a line: the file, the severity, the place and what is wrong.
Examples:
  hvfhir validate patient.json bundles/ Observation.ndjson.gz
  hvfhir validate --profiles schemas/fhir --profile http://healthvillage.example/fhir/StructureDefinition/platform-patient patient.json
  hvfhir validate --profiles us-core/package --least warning -

Exit codes:
  0  no resource has an error
  1  some resource has an error
  2  a profile is not known, a folder of profiles cannot be used, or the command line is wrong; nothing was done
  4  some of the input could not be read; the rest was validated, and errors are told)";

const std::vector<std::pair<std::string, fhir::Severity>> severities{
    {"error", fhir::Severity::error},
    {"warning", fhir::Severity::warning},
    {"information", fhir::Severity::information}};

struct Options {
  std::vector<std::string> paths;
  std::vector<std::string> profiles;
  std::vector<std::string> folders;
  fhir::Severity least = fhir::Severity::information;
  bool lines = false;
};

// The profiles of all folders; complains of what is left out.
std::optional<fhir::profiles::ProfileSet> readProfiles(const Options& options) {
  fhir::profiles::ProfileSetBuilder builder;
  for (const std::string& folder : options.folders) {
    const auto files = rules::addFolder(folder, builder);
    if (!files) {
      report(files.outcome());
      return std::nullopt;
    }
    for (const auto& file : *files) {
      if (file.faults.hasErrors()) complainOf(folder + "/" + file.name + " is left out", file.faults);
    }
  }
  auto set = builder.finish().set;
  for (const std::string& profile : options.profiles) {
    if (set.knows(profile)) continue;
    complain("the profile " + profile + " is not known; --profiles names the folder that holds it");
    return std::nullopt;
  }
  return set;
}

class Run {
 public:
  Run(const Options& options, const fhir::profiles::ProfileSet& set)
      : asked_(options.profiles.begin(), options.profiles.end()) {
    options_.least = options.least;
    options_.profiles = &set;
    options_.valueSets = &set.valueSets();
    options_.asked = asked_;
  }

  void take(const std::string& name, const fhir::Result<fhir::Resource>& resource) {
    const auto found = resource ? fhir::validation::validate(*resource, options_) : resource.outcome();
    hasErrors_ = hasErrors_ || found.hasErrors();
    for (const fhir::Issue& issue : found.issues()) {
      std::cout << name << ": " << code(issue.severity) << ": "
                << (issue.expression.empty() ? "" : issue.expression + ": ") << issue.diagnostics << '\n';
    }
  }
  void refuse(const std::string& name, const fhir::Outcome& outcome) {
    refused_ = true;
    complainOf(name, outcome);
  }

  ExitCode ended() const {
    return refused_ ? ExitCode::refused : hasErrors_ ? ExitCode::failed : ExitCode::done;
  }

 private:
  std::vector<std::string_view> asked_;
  fhir::validation::Options options_;
  bool hasErrors_ = false;
  bool refused_ = false;
};

ExitCode run(const Options& options) {
  const auto set = readProfiles(options);
  if (!set) return ExitCode::usage;
  Run all(options, *set);
  eachResource(options.paths, options.lines,
               {.take = [&](const auto& name, const auto& resource) { all.take(name, resource); },
                .refuse = [&](const auto& name, const auto& outcome) { all.refuse(name, outcome); }});
  return all.ended();
}

}  // namespace

void addValidate(CLI::App& program, Action& chosen) {
  CLI::App* command = program.add_subcommand("validate", "Validate resources against FHIR R4 and profiles");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("files", options->paths,
                   ".json, .xml, .ndjson, each also as .gz or .bz2, folders of them, or - for standard input")
      ->required();
  command
      ->add_option(
          "--profile", options->profiles,
          "Url of a profile that each resource must keep to, beside those that it declares; may repeat")
      ->allow_extra_args(false);
  command
      ->add_option("--profiles", options->folders,
                   "Folder of StructureDefinitions, ValueSets and CodeSystems; may repeat")
      ->allow_extra_args(false);
  command
      ->add_option("--least", options->least, "The least severity that is told: error, warning, information")
      ->transform(CLI::CheckedTransformer(severities));
  command->add_flag("--ndjson", options->lines, "Standard input has one resource a line");
  command->footer(help);
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace cli
