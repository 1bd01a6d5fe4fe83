// ConfigurationFlags: the flags of a command that are options of the configuration, and --config.
//
// Threading: one thread. Errors: read() complains on standard error.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>

#include "src/platform/configuration.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace cli {

class ConfigurationFlags {
 public:
  // Adds --config and the flags of the named options ("database-url"); with no name, of all options.
  explicit ConfigurationFlags(CLI::App& command, std::initializer_list<std::string_view> names = {});
  ~ConfigurationFlags();
  ConfigurationFlags(ConfigurationFlags&&) noexcept;

  // File, environment and flags, once the command line was parsed. nullopt: something was wrong and has been
  // said.
  std::optional<platform::Loaded> read() const;

 private:
  struct Given;
  std::unique_ptr<Given> given_;
};

}  // namespace cli
