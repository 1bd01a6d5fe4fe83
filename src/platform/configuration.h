// Configuration: every option of the server, typed, with its one table.
//
// The table (options()) is the only place that knows an option's name, meaning, default and bounds. The file
// keys, the environment names, the command-line flags, `--print-config`, docs/configuration.md and
// docs/hvfhir.conf all come from it. Sources, the later wins: default, file, environment, flag.
//
// Threading: value types; load() reads only what it is given. Errors: sentences in Loaded::faults, never
// exceptions.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/platform/log.h"

namespace platform {

// What happens to a reference whose target is not stored here.
enum class References : std::uint8_t {
  lenient,  // accepted; the resource moves into the platform's tables when the target arrives
  strict,   // refused with 422
};

// How far a resource is checked before it is written; what is wrong is refused.
enum class Validation : std::uint8_t {
  structure,  // elements, types and formats only
  base,       // and the rules of R4's base specification
  profiles,   // and the known profiles that it declares, and those that are required of its type
};

enum class AccessControl : std::uint8_t {
  smart,  // every request needs a token of the server's own authorization server
  off,    // whoever reaches the server may do everything: on loopback alone
};

// Defaults are the initial values here. What each one means stands in the table, configuration_options.cpp.
struct Configuration {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string baseUrl;  // empty: publicBase() derives it
  unsigned workers = 16;
  unsigned reactors = 1;
  std::string tlsCertificate;
  std::string tlsKey;
  std::vector<std::string> corsOrigins;
  std::vector<std::string> trustedProxies;

  std::size_t maxConnections = 10'000;
  std::size_t maxQueue = 1024;
  unsigned maxPipelined = 32;
  std::size_t maxHeader = 80 * 1024;            // bytes
  std::size_t maxTarget = 64 * 1024;            // bytes
  std::size_t maxBody = 16 * 1024 * 1024;       // bytes
  std::size_t maxBuffered = 256 * 1024 * 1024;  // bytes
  std::size_t compressFrom = 1024;              // bytes
  std::chrono::milliseconds queueDeadline{2'000};
  std::chrono::milliseconds requestTimeout{30'000};
  std::chrono::milliseconds idleTimeout{75'000};
  std::chrono::milliseconds writeTimeout{30'000};
  std::chrono::milliseconds drainTimeout{20'000};

  std::string databaseUrl = "postgresql:///hvfhir";
  std::chrono::milliseconds databaseStatementTimeout{15'000};
  std::chrono::milliseconds databaseConnectTimeout{5'000};

  AccessControl access = AccessControl::smart;
  bool clientRegistration = false;
  bool signIn = true;
  std::string texts = "texts";

  std::string mappings = "mappings";
  References references = References::lenient;
  Validation validation = Validation::profiles;
  std::vector<std::string> profiles{"schemas/fhir"};
  std::vector<std::string> requiredProfiles;
  unsigned pageSize = 50;
  unsigned maxPageSize = 1000;
  unsigned maxConditionalDelete = 100;
  unsigned maxEntries = 10'000;
  std::size_t maxEntriesAnswer = 64 * 1024 * 1024;  // bytes
  std::chrono::milliseconds entriesTimeout{60'000};
  bool pretty = false;

  std::string auditKey;  // empty: no checkpoints
  std::chrono::milliseconds auditCheckpointInterval{60'000};
  bool auditReads = true;
  std::string auditRules;  // a file; empty: no rules

  std::string encryptionKey;        // empty: nothing is encrypted that was not before
  std::string encryptionKeySecret;  // a file
  std::string encryptionKeyCa;      // a file
  std::chrono::milliseconds encryptionKeyKept{300'000};
  std::size_t encryptionRate = 500;  // rows in a second

  log::Level logLevel = log::Level::info;
  bool metrics = true;

  std::vector<std::string> identityIssuers;
  std::string identityAudience;  // empty: the FHIR base
  std::string identityUserClaim = "email";

  // The base of every URL that the server writes, without a slash at its end: baseUrl, or
  // http(s)://localhost:boundPort/fhir when that is empty.
  std::string publicBase(std::uint16_t boundPort) const;
};

// The unit in which an option's number is written.
enum class Unit : std::uint8_t { none, bytes, milliseconds };

struct Option {
  std::string_view name;   // in the file as it stands; see environmentName() and flagName()
  std::string_view group;  // heading in the documents
  std::string_view type;   // "text", "number", "size", "duration", "yes or no", "list", "choice"
  std::string allowed;     // what a good value is, to follow "must be "
  std::string_view help;
  Unit unit = Unit::none;
  bool secret = false;  // may hold a password, which is never shown
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  bool (*parse)(const Option&, std::string_view text, Configuration&) = nullptr;  // false: not allowed
  std::string (*print)(const Option&, const Configuration&) = nullptr;            // parse() accepts it
};

std::span<const Option> options();
std::string environmentName(const Option&);  // HVFHIR_DATABASE_URL
std::string flagName(const Option&);         // --database-url

// Environment names with the prefix HVFHIR_ that are no options of the table.
inline constexpr std::string_view configEnvironment =
    "HVFHIR_CONFIG";  // the file, when --config does not name it
inline constexpr std::string_view rolePasswordEnvironment =
    "HVFHIR_SERVER_ROLE_PASSWORD";  // of `hvfhir migrate up`

using NamedText = std::pair<std::string, std::string>;

struct Sources {
  std::string fileName;                // shown in messages; empty: no file
  std::string fileText;                // its content
  std::vector<NamedText> environment;  // all of it; names without the prefix HVFHIR_ are not looked at
  std::vector<NamedText> flags;        // option name ("port") and value
};

struct Loaded {
  Configuration configuration;
  std::vector<std::string> origins;  // as options(): "default", "hvfhir.conf:12", "HVFHIR_PORT", "--port"
  // One sentence for each fault: where, what, what is allowed. The configuration may be used only when there
  // is none.
  std::vector<std::string> faults;
};

Loaded load(const Sources&);

// The resulting configuration as a file that load() accepts, each line with its origin. Passwords are hidden.
std::string printConfiguration(const Loaded&);

// docs/hvfhir.conf: every option with its help, commented out at its default.
std::string defaultConfigurationFile();

// docs/configuration.md.
std::string configurationDocument();

// A PostgreSQL URL or keyword string with every password in it replaced by "***".
std::string hidePassword(std::string_view databaseUrl);

}  // namespace platform
