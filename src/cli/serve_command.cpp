#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "src/cli/commands.h"
#include "src/cli/configuration_flags.h"
#include "src/cli/serve.h"

namespace cli {
namespace {

constexpr const char* examples = R"(Examples:
  hvfhir serve --database-url postgresql://hv_server@/hvfhir
  hvfhir serve --config /etc/hvfhir.conf --port 8443 --tls-certificate cert.pem --tls-key key.pem
  hvfhir serve --print-config
SIGTERM and SIGINT finish what is in flight and stop; SIGHUP reads the certificate again.)";

struct Options {
  explicit Options(CLI::App& command) : flags(command) {}
  ConfigurationFlags flags;
  bool printConfig = false;
};

ExitCode run(const Options& options) {
  const auto loaded = options.flags.read();
  if (!loaded) return ExitCode::usage;
  if (options.printConfig) {
    std::cout << platform::printConfiguration(*loaded);
    return ExitCode::done;
  }
  const auto served = serve(loaded->configuration, true);
  return served ? ExitCode::done : report(served.outcome());
}

}  // namespace

void addServe(CLI::App& program, Action& chosen) {
  CLI::App* serve = program.add_subcommand("serve", "Serve the FHIR API until a signal ends it");
  serve->footer(examples);
  const auto options = std::make_shared<Options>(*serve);
  serve->add_flag("--print-config", options->printConfig,
                  "Print the resulting configuration, each value with where it came from, and end");
  serve->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace cli
