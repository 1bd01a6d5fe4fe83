// What is written from the option table: --print-config, docs/hvfhir.conf and docs/configuration.md.
#include "src/platform/configuration.h"

namespace platform {
namespace {

// As the file format wants it: quoted when white space at an end, a quote or a '#' would be read otherwise.
std::string quoted(const std::string& value) {
  const bool plain =
      value.find_first_of("\"\\#") == std::string::npos && !value.starts_with(' ') && !value.ends_with(' ');
  if (plain) return value;
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string shown(const Option& option, const Configuration& configuration) {
  const std::string value = option.print(option, configuration);
  return option.secret ? hidePassword(value) : value;
}

// `text` in lines of at most `width` characters, each after `prefix`.
std::string wrapped(std::string_view text, std::string_view prefix, std::size_t width) {
  std::string out;
  while (!text.empty()) {
    std::size_t end = text.size();
    if (end > width) {
      end = text.rfind(' ', width);
      if (end == std::string_view::npos) end = std::min(text.find(' '), text.size());
    }
    out += std::string(prefix) + std::string(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string tableCell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

constexpr std::string_view documentIntroduction = R"(# Configuration

This page is generated from the option table (`src/platform/configuration_options.cpp`); a test fails when it is not
current. `hvfhir.conf`, beside it, is the same as a file to start from.

Every option has one name and three places to set it. The later place wins:

1. the file: `--config FILE`, else the file that `HVFHIR_CONFIG` names. One `name = value` a line; `#` begins a comment; a
   value may stand in double quotes (`\"` and `\\` inside);
2. the environment: `HVFHIR_` and the name in capitals, `-` written `_`;
3. the command line: `--name value`.

`hvfhir serve --print-config` prints the result and where each value came from, with passwords hidden, and stops. An
unknown name is an error in all three places, and so is a value that is not allowed: nothing is silently ignored.

Sizes are written with `B`, `KiB`, `MiB` or `GiB`, durations with `ms`, `s`, `min` or `h`, lists with commas.
)";

constexpr std::string_view fileIntroduction =
    R"(# Configuration of hvfhir: every option, at its default. Remove the '#' before a name to change it.
# Later wins: this file, the environment (HVFHIR_PORT), the command line (--port).
# `hvfhir serve --config THIS_FILE --print-config` shows the result and where each value came from.
)";

}  // namespace

std::string printConfiguration(const Loaded& loaded) {
  std::string out;
  std::string_view group;
  std::size_t index = 0;
  for (const Option& option : options()) {
    if (option.group != group) {
      group = option.group;
      out += (out.empty() ? "# " : "\n# ") + std::string(group) + "\n";
    }
    const std::string value = quoted(shown(option, loaded.configuration));
    std::string line = std::string(option.name) + " =" + (value.empty() ? "" : " " + value);
    line.resize(std::max<std::size_t>(line.size(), 44), ' ');
    out += line + "  # " + loaded.origins[index++] + "\n";
  }
  return out;
}

std::string defaultConfigurationFile() {
  const Configuration defaults;
  std::string out(fileIntroduction);
  std::string_view group;
  for (const Option& option : options()) {
    if (option.group != group) {
      group = option.group;
      out += "\n# ---- " + std::string(group) + " ----\n";
    }
    const std::string value = quoted(option.print(option, defaults));
    out += "\n" + wrapped(option.help, "# ", 100) + wrapped("Allowed: " + option.allowed + ".", "# ", 100);
    out += "#" + std::string(option.name) + " =" + (value.empty() ? "" : " " + value) + "\n";
  }
  return out;
}

std::string configurationDocument() {
  const Configuration defaults;
  std::string out(documentIntroduction);
  std::string_view group;
  for (const Option& option : options()) {
    if (option.group != group) {
      group = option.group;
      out += "\n## " + std::string(group) +
             "\n\n| name | type | default | allowed | meaning |\n|---|---|---|---|---|\n";
    }
    const std::string value = option.print(option, defaults);
    out += "| `" + std::string(option.name) + "`<br>`" + environmentName(option) + "` | " +
           std::string(option.type) + " | " + (value.empty() ? "empty" : "`" + tableCell(value) + "`") +
           " | " + tableCell(option.allowed) + " | " + tableCell(option.help) + " |\n";
  }
  return out;
}

}  // namespace platform
