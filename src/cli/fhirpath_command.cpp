#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/profiles/profile_set.h"
#include "fhir/validation/bindings.h"
#include "fhir/validation/links.h"
#include "src/cli/commands.h"
#include "src/cli/fhirpath_results.h"
#include "src/cli/resources.h"

namespace cli {
namespace {

constexpr const char* help = R"(Results are printed one a line: values as text, elements as JSON.
Examples:
  hvfhir fhirpath "name.where(use = 'official').family" patient.json
  hvfhir fhirpath --source 'Observation.value.ofType(Quantity).value' bundles/ Observation.ndjson.gz
  curl ... | hvfhir fhirpath --json 'entry.resource.ofType(Patient).name' -

Exit codes:
  0  every resource was evaluated, with or without results
  1  the expression failed on some resource, or cannot be right for its type
  2  the expression or the command line is wrong; nothing was done
  4  some of the input could not be read, or is no resource; the rest was evaluated)";

struct Options {
  std::string expression;
  std::vector<std::string> paths;
  bool lines = false;
  bool source = false;
  bool json = false;
};

const fhir::validation::ValueSets& ofR4() {
  static const fhir::profiles::ProfileSet set;
  return set.valueSets();
}

// Evaluates one expression on resource after resource.
class Run {
 public:
  Run(const Options& options, fhir::fhirpath::Expression expression)
      : options_(options), unchecked_(std::move(expression)) {
    environment_.resolve = [this](const fhir::Element* from, std::string_view reference) {
      return links_->resolve(from ? *from : links_->root(), reference);
    };
    environment_.memberOf = [](std::string_view valueSet, std::string_view system, std::string_view code) {
      using fhir::validation::Membership;
      const Membership found = ofR4().find(valueSet, system.empty() ? std::string_view{} : system, code);
      return found == Membership::unknown ? std::nullopt : std::optional(found == Membership::member);
    };
    environment_.subsumes = [](const fhir::fhirpath::Code& ancestor,
                               const fhir::fhirpath::Code& descendant) -> std::optional<bool> {
      if (ancestor.system != descendant.system) return false;
      return ofR4().subsumes(ancestor.system, ancestor.code, descendant.code);
    };
  }

  void refuse(const std::string& name, const fhir::Outcome& outcome) {
    refused_ = true;
    complainOf(name, outcome);
  }

  void take(const std::string& name, const fhir::Result<fhir::Resource>& resource) {
    if (!resource) return refuse(name, resource.outcome());
    if (!isRightFor(resource->type())) return;
    const fhir::validation::Links links(resource->root());
    links_ = &links;
    const auto results = evaluation_.run(unchecked_, resource->root());
    if (!results) {
      failed_ = true;
      complain(name + ": " + results.outcome().issues().front().diagnostics);
    } else {
      for (const fhir::fhirpath::Item& item : *results)
        std::cout << (options_.source ? name + ": " : "") << (options_.json ? jsonOf(item) : textOf(item))
                  << '\n';
    }
    evaluation_.clear();
  }

  ExitCode ended() const {
    return failed_ ? ExitCode::failed : refused_ ? ExitCode::refused : ExitCode::done;
  }

 private:
  // Says once for each type what is wrong with the expression there.
  bool isRightFor(const fhir::TypeDefinition& type) {
    const auto [known, isNew] = isRight_.try_emplace(&type, true);
    if (!isNew) return known->second;
    const auto checked = fhir::fhirpath::Expression::parse(options_.expression, &type);
    if (checked) return true;
    failed_ = true;
    complain("in a " + std::string(type.name) + ": " + checked.outcome().issues().front().diagnostics);
    return known->second = false;
  }

  const Options& options_;
  fhir::fhirpath::Expression unchecked_;
  fhir::fhirpath::Environment environment_;
  fhir::fhirpath::Evaluation evaluation_{environment_};
  const fhir::validation::Links* links_ = nullptr;  // of the resource that is evaluated
  std::map<const fhir::TypeDefinition*, bool> isRight_;
  bool failed_ = false;
  bool refused_ = false;
};

ExitCode run(const Options& options) {
  auto expression = fhir::fhirpath::Expression::parse(options.expression);
  if (!expression) {
    report(expression.outcome());
    return ExitCode::usage;
  }
  Run all(options, *std::move(expression));
  eachResource(options.paths, options.lines,
               {.take = [&](const auto& name, const auto& resource) { all.take(name, resource); },
                .refuse = [&](const auto& name, const auto& outcome) { all.refuse(name, outcome); }});
  return all.ended();
}

}  // namespace

void addFhirpath(CLI::App& program, Action& chosen) {
  CLI::App* command = program.add_subcommand("fhirpath", "Evaluate a FHIRPath expression on resources");
  const auto options = std::make_shared<Options>();
  command->add_option("expression", options->expression, "The expression; $this is the resource")->required();
  command
      ->add_option("files", options->paths,
                   ".json, .xml, .ndjson, each also as .gz or .bz2, folders of them, or - for standard input")
      ->required();
  command->add_flag("--ndjson", options->lines, "Standard input has one resource a line");
  command->add_flag("--source", options->source, "Put the file, and the line in it, before each result");
  command->add_flag("--json", options->json, "Print every result as JSON");
  command->footer(help);
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace cli
