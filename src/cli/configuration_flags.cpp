#include "src/cli/configuration_flags.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include "src/cli/exit_code.h"

namespace cli {
namespace {

std::vector<platform::NamedText> environment() {
  std::vector<platform::NamedText> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

// The usual default, where it is worth showing.
std::string describe(const platform::Option& option) {
  const std::string value = option.print(option, platform::Configuration{});
  return std::string(option.help) + (value.empty() ? "" : " [" + value + "]");
}

}  // namespace

struct ConfigurationFlags::Given {
  std::string file;
  std::vector<platform::NamedText> flags;
};

ConfigurationFlags::ConfigurationFlags(CLI::App& command, std::initializer_list<std::string_view> names)
    : given_(std::make_unique<Given>()) {
  Given* given = given_.get();
  command.add_option("--config", given->file, "Configuration file; else the one that HVFHIR_CONFIG names")
      ->type_name("FILE");
  for (const platform::Option& option : platform::options()) {
    if (names.size() > 0 && std::ranges::find(names, option.name) == names.end()) continue;
    const auto keep = [given, name = std::string(option.name)](const std::string& text) {
      given->flags.emplace_back(name, text);
    };
    command.add_option_function<std::string>(platform::flagName(option), keep, describe(option))
        ->type_name("<" + std::string(option.type) + ">")
        ->group(std::string(option.group));
  }
}

ConfigurationFlags::~ConfigurationFlags() = default;
ConfigurationFlags::ConfigurationFlags(ConfigurationFlags&&) noexcept = default;

std::optional<platform::Loaded> ConfigurationFlags::read() const {
  platform::Sources sources;
  sources.environment = environment();
  sources.flags = given_->flags;
  sources.fileName = given_->file;
  const char* named = std::getenv(platform::configEnvironment.data());
  if (sources.fileName.empty() && named != nullptr) sources.fileName = named;
  if (!sources.fileName.empty()) {
    std::ifstream file(sources.fileName);
    std::ostringstream text;
    if (file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
    if (!file.is_open() || file.bad()) {
      complain("cannot read the configuration file " + sources.fileName);
      return std::nullopt;
    }
    sources.fileText = text.str();
  }
  platform::Loaded loaded = platform::load(sources);
  for (const std::string& fault : loaded.faults) complain(fault);
  if (!loaded.faults.empty()) return std::nullopt;
  return loaded;
}

}  // namespace cli
