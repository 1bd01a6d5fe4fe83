#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "fhir/json/json.h"
#include "fhir/xml/xml.h"
#include "src/cli/commands.h"
#include "src/cli/resources.h"

namespace cli {
namespace {

namespace files = std::filesystem;

constexpr const char* help =
    R"(A text that begins with '<' is read as XML, any other as JSON. No file is ever written over.
Examples:
  hvfhir convert --to xml patient.json
  hvfhir convert --to json --pretty - <patient.xml
  hvfhir convert --to xml --output converted/ resources/ more.ndjson.gz

Exit codes:
  0  all of the input was converted
  1  a result could not be written
  2  the command line is wrong; nothing was done
  4  some of the input could not be read, or is no resource; the rest was converted)";

struct Options {
  std::vector<std::string> paths;
  std::string to;
  std::string folder;
  bool pretty = false;
};

// Where the result of a source goes: "below/a.json.gz" to below/a.xml, line 3 of "a.ndjson" to a.3.xml.
files::path targetOf(std::string_view name, const std::string& ending) {
  std::string line;
  const std::size_t colon = name.rfind(':');
  if (colon != std::string_view::npos &&
      std::all_of(name.begin() + static_cast<std::ptrdiff_t>(colon) + 1, name.end(),
                  [](unsigned char c) { return std::isdigit(c) != 0; })) {
    line = "." + std::string(name.substr(colon + 1));
    name = name.substr(0, colon);
  }
  files::path target(name);
  if (target.extension() == ".gz" || target.extension() == ".bz2") target.replace_extension();
  target.replace_extension();
  target += line + "." + ending;
  return target;
}

class Conversion {
 public:
  explicit Conversion(const Options& options) : options_(options) {}

  void take(const std::string& name, const fhir::Result<fhir::Resource>& resource) {
    if (!resource) return refuse(name, resource.outcome());
    std::string result = options_.to == "xml" ? fhir::xml::toString(*resource, {.pretty = options_.pretty})
                                              : fhir::json::toString(*resource, {.pretty = options_.pretty});
    if (!result.ends_with('\n')) result += '\n';
    if (!options_.folder.empty()) return store(name, result);
    if (shown_) return fail(name + ": more than one result needs --output FOLDER");
    shown_ = true;
    if (!(std::cout << result).flush()) fail("standard output cannot be written");
  }

  void refuse(const std::string& name, const fhir::Outcome& outcome) {
    refused_ = true;
    complainOf(name, outcome);
  }

  ExitCode ended() const {
    return failed_ ? ExitCode::failed : refused_ ? ExitCode::refused : ExitCode::done;
  }

 private:
  void fail(const std::string& sentence) {
    failed_ = true;
    complain(sentence);
  }

  void store(const std::string& name, std::string_view result) {
    const files::path target = options_.folder / targetOf(name, options_.to);
    std::error_code error;
    files::create_directories(target.parent_path(), error);
    std::FILE* file = std::fopen(target.c_str(), "wxb");
    const bool isWritten = file && std::fwrite(result.data(), 1, result.size(), file) == result.size();
    const bool isClosed = file && std::fclose(file) == 0;
    if (isWritten && isClosed) return;
    fail(name + ": " + target.string() +
         (file                           ? " could not be written to its end."
          : files::exists(target, error) ? " is there already; it was left as it was."
                                         : " cannot be written."));
  }

  const Options& options_;
  bool shown_ = false;
  bool failed_ = false;
  bool refused_ = false;
};

// What is wrong with the command line; empty when nothing is.
std::string faultOf(const Options& options) {
  std::error_code ignored;
  const bool isMany = options.paths.size() > 1 || files::is_directory(options.paths.front(), ignored);
  if (options.folder.empty()) return isMany ? "more than one result needs --output FOLDER" : "";
  return std::ranges::find(options.paths, "-") == options.paths.end()
             ? ""
             : "standard input has no name for --output; convert it alone";
}

ExitCode run(const Options& options) {
  if (const std::string fault = faultOf(options); !fault.empty()) {
    complain(fault);
    return ExitCode::usage;
  }
  Conversion all(options);
  eachResource(options.paths, false,
               {.take = [&](const std::string& name,
                            const fhir::Result<fhir::Resource>& resource) { all.take(name, resource); },
                .refuse = [&](const std::string& name, const fhir::Outcome& why) { all.refuse(name, why); }});
  return all.ended();
}

}  // namespace

void addConvert(CLI::App& program, Action& chosen) {
  CLI::App* command = program.add_subcommand("convert", "Turn JSON resources into XML, and XML into JSON");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("files", options->paths,
                   ".json, .xml, .ndjson, each also as .gz or .bz2, folders of them, or - for standard input")
      ->required();
  command->add_option("--to", options->to, "The format of the results: json or xml")
      ->required()
      ->check(CLI::IsMember({"json", "xml"}));
  command->add_option("--output", options->folder,
                      "Put the results into this folder, under the names of the files");
  command->add_flag("--pretty", options->pretty, "Indent by two spaces");
  command->footer(help);
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace cli
