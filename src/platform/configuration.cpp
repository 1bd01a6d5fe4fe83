#include "src/platform/configuration.h"

#include <algorithm>
#include <optional>

#include "src/platform/nearest.h"

namespace platform {
namespace {

constexpr std::string_view environmentPrefix = "HVFHIR_";

std::string_view trim(std::string_view text) {
  constexpr std::string_view white = " \t\r";
  const std::size_t first = text.find_first_not_of(white);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white) - first + 1);
}

// The value of a line: in double quotes (\" and \\ inside), or as it stands up to " #". nullopt: quotes not
// closed.
std::optional<std::string> lineValue(std::string_view text) {
  text = trim(text);
  if (!text.starts_with('"')) {
    if (text.starts_with('#')) return std::string{};
    return std::string(trim(text.substr(0, std::min(text.find(" #"), text.find("\t#")))));
  }
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      const std::string_view rest = trim(text.substr(i + 1));
      return rest.empty() || rest.starts_with('#') ? std::optional(value) : std::nullopt;
    }
    if (text[i] == '\\' && ++i == text.size()) break;
    value += text[i];
  }
  return std::nullopt;
}

class Loader {
 public:
  Loader() : table_(options()) {
    loaded_.origins.assign(table_.size(), "default");
    for (const Option& option : table_) {
      names_.push_back(option.name);
      environmentNames_.push_back(environmentName(option));
    }
  }

  void file(const Sources& sources) {
    std::vector<int> seen(table_.size(), 0);
    int number = 0;
    for (std::string_view rest = sources.fileText; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      ++number;
      if (!line.empty() && line.front() != '#') {
        fileLine(line, sources.fileName + ":" + std::to_string(number), number, seen);
      }
    }
  }

  void environment(const std::vector<NamedText>& variables) {
    for (const auto& [name, value] : variables) {
      if (!name.starts_with(environmentPrefix) || name == configEnvironment ||
          name == rolePasswordEnvironment)
        continue;
      const auto found = std::ranges::find(environmentNames_, name);
      if (found == environmentNames_.end()) {
        std::vector<std::string_view> known(environmentNames_.begin(), environmentNames_.end());
        unknown("environment: " + name, known, name);
        continue;
      }
      set(static_cast<std::size_t>(found - environmentNames_.begin()), value, name, name);
    }
  }

  void flags(const std::vector<NamedText>& flags) {
    for (const auto& [name, value] : flags) {
      const auto found = std::ranges::find(names_, name);
      if (found == names_.end()) {
        unknown("--" + name, names_, name);
        continue;
      }
      set(static_cast<std::size_t>(found - names_.begin()), value, "--" + name, "--" + name);
    }
  }

  // What only several options together can get wrong.
  void together() {
    Configuration& configuration = loaded_.configuration;
    if (configuration.tlsCertificate.empty() != configuration.tlsKey.empty()) {
      fault("tls-certificate and tls-key: give both, or none to serve plain HTTP");
    }
    if (configuration.pageSize > configuration.maxPageSize) {
      fault("page-size: must not be more than max-page-size (" + std::to_string(configuration.maxPageSize) +
            ")");
    }
    if (configuration.maxBuffered / 2 < configuration.maxBody) {
      fault("max-buffered: must be at least twice max-body (" + std::to_string(configuration.maxBody) +
            "B), or no body of that size could ever be read");
    }
    const std::string& address = configuration.address;
    if (configuration.access == AccessControl::off && !address.starts_with("127.") && address != "::1") {
      fault(
          "access: off is for a loopback address alone (127.0.0.1 or ::1), or everybody on the network could "
          "read and change all records");
    }
    if (configuration.access == AccessControl::off && !configuration.trustedProxies.empty()) {
      fault(
          "access: off allows no trusted-proxies: whoever reaches the proxy could read and change all "
          "records");
    }
    if (configuration.access != AccessControl::off && !configuration.auditReads) {
      fault("audit-reads: no needs access = off: with access control every access is written down");
    }
    if (!configuration.requiredProfiles.empty() && configuration.validation != Validation::profiles) {
      fault("required-profiles: needs validation = profiles");
    }
    std::string& base = configuration.baseUrl;
    while (base.ends_with('/')) base.pop_back();
    const bool web = base.starts_with("http://") || base.starts_with("https://");
    if (!base.empty() && (!web || base.find_first_of(" ?#") != std::string::npos)) {
      fault("base-url: must be an absolute http or https URL without query and fragment");
    }
    const std::string& database = configuration.databaseUrl;
    if (!database.starts_with("postgresql://") && !database.starts_with("postgres://") &&
        database.find('=') == std::string::npos) {
      fault(originOf("database-url") +
            ": the database URL must be a PostgreSQL URL (postgresql://...) or keyword string (host=... "
            "dbname=...)");
    }
  }

  Loaded take() { return std::move(loaded_); }

 private:
  void fileLine(std::string_view line, const std::string& place, int number, std::vector<int>& seen) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      fault(place + ": is not of the form name = value");
      return;
    }
    const std::string_view name = trim(line.substr(0, equals));
    const auto found = std::ranges::find(names_, name);
    if (found == names_.end()) {
      unknown(place + ": " + std::string(name), names_, name);
      return;
    }
    const auto index = static_cast<std::size_t>(found - names_.begin());
    const auto value = lineValue(line.substr(equals + 1));
    if (!value) {
      fault(place + ": " + std::string(name) + ": the quoted value does not end with a quote");
    } else if (seen[index] != 0) {
      fault(place + ": " + std::string(name) + ": was set in line " + std::to_string(seen[index]) +
            " already");
    } else {
      seen[index] = number;
      set(index, *value, place, place + ": " + std::string(name));
    }
  }

  // `what` is the option as the reader finds it at its place.
  void set(std::size_t index, std::string_view text, const std::string& place, const std::string& what) {
    const Option& option = table_[index];
    if (option.parse(option, text, loaded_.configuration)) {
      loaded_.origins[index] = place;
      return;
    }
    const std::string shown = option.secret ? "the value" : "\"" + std::string(text.substr(0, 100)) + "\"";
    fault(what + ": " + shown + " is not allowed; must be " + option.allowed);
  }

  void unknown(const std::string& what, std::span<const std::string_view> known, std::string_view name) {
    const std::string_view meant = nearest(name, known);
    fault(what + ": there is no such option" +
          (meant.empty() ? "" : "; did you mean " + std::string(meant) + "?"));
  }

  std::string originOf(std::string_view name) const {
    const auto index = static_cast<std::size_t>(std::ranges::find(names_, name) - names_.begin());
    return loaded_.origins[index];
  }

  void fault(std::string sentence) { loaded_.faults.push_back(std::move(sentence)); }

  std::span<const Option> table_;
  std::vector<std::string_view> names_;
  std::vector<std::string> environmentNames_;
  Loaded loaded_;
};

}  // namespace

std::string Configuration::publicBase(std::uint16_t boundPort) const {
  if (!baseUrl.empty()) return baseUrl;
  return (tlsCertificate.empty() ? "http://localhost:" : "https://localhost:") + std::to_string(boundPort) +
         "/fhir";
}

Loaded load(const Sources& sources) {
  Loader loader;
  loader.file(sources);
  loader.environment(sources.environment);
  loader.flags(sources.flags);
  loader.together();
  return loader.take();
}

}  // namespace platform
