// The option table: the only place that knows what can be configured.
#include "src/platform/configuration_options.h"

#include <algorithm>
#include <array>

namespace platform {
namespace {

template <auto Member>
bool parseMember(const Option& option, std::string_view text, Configuration& configuration) {
  return values::parse(option, text, configuration.*Member);
}

template <auto Member>
std::string printMember(const Option& option, const Configuration& configuration) {
  return values::print(option, configuration.*Member);
}

// Names the fields of a table line that depend on the member's kind.
struct Kind {
  std::string_view type;
  std::string allowed;
  Unit unit = Unit::none;
  std::uint64_t least = 0;
  std::uint64_t most = 0;
  bool secret = false;
};

template <auto Member>
Option option(std::string_view group, std::string_view name, const Kind& kind, std::string_view help) {
  return {.name = name,
          .group = group,
          .type = kind.type,
          .allowed = kind.allowed,
          .help = help,
          .unit = kind.unit,
          .secret = kind.secret,
          .least = kind.least,
          .most = kind.most,
          .parse = parseMember<Member>,
          .print = printMember<Member>};
}

Kind text() {
  return {.type = "text", .allowed = "printable text"};
}
Kind someText(std::string allowed) {
  return {.type = "text", .allowed = std::move(allowed), .least = 1};
}
Kind truth() {
  return {.type = "yes or no", .allowed = "yes or no"};
}
Kind list(std::string allowed) {
  return {.type = "list", .allowed = std::move(allowed)};
}
Kind choice(std::string allowed) {
  return {.type = "choice", .allowed = std::move(allowed)};
}

Kind number(std::uint64_t least, std::uint64_t most) {
  return {.type = "number",
          .allowed = "a whole number from " + std::to_string(least) + " to " + std::to_string(most),
          .least = least,
          .most = most};
}

Kind bounded(std::string_view type, std::string_view units, Unit unit, std::uint64_t least,
             std::uint64_t most) {
  Option printed;
  printed.unit = unit;
  return {.type = type,
          .allowed = "a number with its unit (" + std::string(units) + ") from " +
                     values::print(printed, least) + " to " + values::print(printed, most),
          .unit = unit,
          .least = least,
          .most = most};
}

Kind size(std::uint64_t least, std::uint64_t most) {
  return bounded("size", "B, KiB, MiB, GiB", Unit::bytes, least, most);
}

Kind duration(std::chrono::milliseconds least, std::chrono::milliseconds most) {
  return bounded("duration", "ms, s, min, h", Unit::milliseconds, static_cast<std::uint64_t>(least.count()),
                 static_cast<std::uint64_t>(most.count()));
}

using namespace std::chrono_literals;
using C = Configuration;

constexpr std::uint64_t KiB = 1024;
constexpr std::uint64_t MiB = 1024 * KiB;
constexpr std::uint64_t GiB = 1024 * MiB;

std::vector<Option> serverOptions() {
  constexpr std::string_view group = "Server";
  return {
      option<&C::address>(
          group, "address", someText("an IP address"),
          "Address to listen on. 127.0.0.1 serves this machine only, 0.0.0.0 every IPv4 network, "
          ":: IPv6 too."),
      option<&C::port>(group, "port", number(0, 65535),
                       "TCP port to listen on. 0 takes a free one and logs it."),
      option<&C::baseUrl>(
          group, "base-url", text(),
          "The FHIR base as clients see it, such as https://fhir.example.org/fhir; it begins every "
          "link, Location and fullUrl. Empty: http(s)://localhost:PORT/fhir."),
      option<&C::workers>(group, "workers", number(1, 1024),
                          "Threads that answer requests. Each has one connection to the database."),
      option<&C::reactors>(group, "reactors", number(1, 64), "Threads that read and write sockets."),
      option<&C::corsOrigins>(
          group, "cors-origins", list("web origins separated by commas, or *"),
          "Web origins whose scripts may call the server, such as https://app.example.org. Empty: "
          "none. * means any."),
      option<&C::trustedProxies>(
          group, "trusted-proxies", list("addresses or CIDR blocks separated by commas"),
          "Reverse proxies whose Forwarded and X-Forwarded-* headers are believed. Empty: "
          "nobody's."),
  };
}

std::vector<Option> tlsOptions() {
  constexpr std::string_view group = "TLS";
  return {
      option<&C::tlsCertificate>(
          group, "tls-certificate", text(),
          "PEM file with the certificate and its chain; with tls-key it makes the server speak "
          "HTTPS (TLS 1.2 and later). Read again on SIGHUP."),
      option<&C::tlsKey>(group, "tls-key", text(), "PEM file with the private key of tls-certificate."),
  };
}

std::vector<Option> limitOptions() {
  constexpr std::string_view group = "Limits";
  return {
      option<&C::maxConnections>(group, "max-connections", number(1, 1'000'000), "Connections open at once."),
      option<&C::maxQueue>(group, "max-queue", number(1, 1'000'000),
                           "Requests that may wait for a worker. One more is answered 503."),
      option<&C::maxPipelined>(group, "max-pipelined", number(1, 1024),
                               "Requests of one connection in flight; reading pauses there."),
      option<&C::maxHeader>(group, "max-header", size(1 * KiB, 1 * MiB),
                            "All headers of a request. More: 431."),
      option<&C::maxTarget>(group, "max-target", size(256, 1 * MiB),
                            "A request's path and query. More: 414."),
      option<&C::maxBody>(group, "max-body", size(1 * KiB, 1 * GiB),
                          "A request's body, before and after decompression. More: 413."),
      option<&C::maxBuffered>(
          group, "max-buffered", size(1 * MiB, 1024 * GiB),
          "Requests and unsent answers of all connections together; at least twice max-body. What would "
          "hold more than is still free is answered 503 with Retry-After, and a client that is slow to read "
          "so "
          "large an answer is disconnected."),
      option<&C::compressFrom>(group, "compress-from", size(0, 1 * GiB),
                               "Answers of this size and more are sent gzipped to clients that accept it."),
      option<&C::queueDeadline>(group, "queue-deadline", duration(1ms, 10min),
                                "Longest wait for a worker; then 503 with Retry-After."),
      option<&C::requestTimeout>(group, "request-timeout", duration(10ms, 1h),
                                 "From a request's first byte to its last. Longer: 408."),
      option<&C::idleTimeout>(group, "idle-timeout", duration(10ms, 24h),
                              "A connection without a request is closed after this."),
      option<&C::writeTimeout>(group, "write-timeout", duration(10ms, 1h),
                               "A client that does not read its answer is disconnected after this."),
      option<&C::drainTimeout>(group, "drain-timeout", duration(0ms, 10min),
                               "On SIGTERM, how long requests in flight may take to finish."),
  };
}

std::vector<Option> databaseOptions() {
  constexpr std::string_view group = "Database";
  Kind url = someText("a PostgreSQL URL (postgresql://...) or keyword string (host=... dbname=...)");
  url.secret = true;
  return {
      option<&C::databaseUrl>(
          group, "database-url", url,
          "Where PostgreSQL is, as libpq writes it: postgresql://role@host/database. `serve` connects as "
          "the server's role, `migrate` as the owner. Keep a password out of the command line: "
          "use this file, PGPASSWORD or a password file."),
      option<&C::databaseStatementTimeout>(group, "database-statement-timeout", duration(0ms, 24h),
                                           "PostgreSQL ends a statement that runs longer. 0: never."),
      option<&C::databaseConnectTimeout>(group, "database-connect-timeout", duration(1s, 10min),
                                         "Longest time to connect to the database, in whole seconds."),
  };
}

std::vector<Option> accessOptions() {
  constexpr std::string_view group = "Access";
  return {
      option<&C::access>(
          group, "access", choice("smart or off"),
          "smart: every request needs an access token of this server's own authorization server, and its "
          "role "
          "and scopes decide what is seen and written. off: whoever reaches the server may do everything; "
          "only with a loopback address, for tests and demonstrations."),
      option<&C::clientRegistration>(
          group, "client-registration", truth(),
          "Apps may register themselves (RFC 7591) at /auth/register; never as client systems."),
      option<&C::signIn>(
          group, "sign-in", truth(),
          "People sign in on the server's own pages, below /auth, and let apps in. It needs a base-url of "
          "https, or one of this machine. no: client systems alone get tokens."),
      option<&C::texts>(group, "texts", someText("a directory"),
                        "Directory of the words of those pages (*.json), a file for each language."),
  };
}

std::vector<Option> identityOptions() {
  constexpr std::string_view group = "Identity providers";
  return {
      option<&C::identityIssuers>(
          group, "identity-issuers",
          list("issuers separated by commas, each with or without a space and the URL of its keys"),
          "Outside identity providers whose access tokens (JWT, RFC 9068) are taken beside the server's own, "
          "such as https://idp.example.org/realm. The keys are found by its openid-configuration, unless "
          "their URL is said. Empty: "
          "nobody's."),
      option<&C::identityAudience>(group, "identity-audience", text(),
                                   "What the aud of such a token must have. Empty: the FHIR base."),
      option<&C::identityUserClaim>(group, "identity-user-claim", someText("the name of a claim"),
                                    "The claim that names the user: by the e-mail that he has here, or by "
                                    "his users.id. email counts only "
                                    "with email_verified true."),
  };
}

std::vector<Option> fhirOptions() {
  constexpr std::string_view group = "FHIR";
  return {
      option<&C::mappings>(group, "mappings", someText("a directory"),
                           "Directory of the mapping files (*.json): which column holds which element."),
      option<&C::references>(
          group, "references", choice("lenient or strict"),
          "lenient: a reference to what is not stored yet is accepted, and the resource moves into "
          "the platform's tables when its target arrives. strict: it is refused with 422."),
      option<&C::validation>(
          group, "validation", choice("structure, base or profiles"),
          "How far a resource is checked before it is written. structure: elements, types and formats "
          "only. base: the rules of FHIR R4 too; what breaks them is refused with 422. profiles: also the "
          "profiles in its meta.profile that are known here, the definitions of extensions that are known "
          "here, and required-profiles. Warnings never refuse."),
      option<&C::profiles>(group, "profiles", list("folders"),
                           "Folders of profiles: their StructureDefinitions, ValueSets and CodeSystems, as "
                           ".json or .xml files (the folder `package` of a FHIR package serves as it is). A "
                           "stored definition never takes the place of one of these. The "
                           "CapabilityStatement names the profiles."),
      option<&C::requiredProfiles>(
          group, "required-profiles", list("urls of profiles in the folders of `profiles`"),
          "Profiles that each resource of their type must keep to when it is written, declared or not."),
      option<&C::pageSize>(group, "page-size", number(1, 10'000),
                           "Entries of a page when a search or history names no _count."),
      option<&C::maxPageSize>(group, "max-page-size", number(1, 10'000),
                              "The most entries of a page, whatever _count asks."),
      option<&C::maxConditionalDelete>(
          group, "max-conditional-delete", number(1, 10'000),
          "The most resources that one conditional delete may delete, where its _count asks for several. 1: "
          "never several."),
      option<&C::maxEntries>(
          group, "max-entries", number(1, 100'000),
          "The most entries of a batch or transaction. More: 413. max-body bounds them too: "
          "10,000 entries are some 30 MiB."),
      option<&C::maxEntriesAnswer>(
          group, "max-entries-answer", size(1 * MiB, 1 * GiB),
          "The answers of a batch's or transaction's entries together. Entries beyond are not done: 413."),
      option<&C::entriesTimeout>(
          group, "entries-timeout", duration(1s, 1h),
          "All entries of a batch or transaction together. Entries beyond are not done: 503."),
      option<&C::pretty>(group, "pretty", truth(), "Indent JSON answers when the request names no _pretty."),
  };
}

std::vector<Option> encryptionOptions() {
  constexpr std::string_view group = "Encryption";
  return {
      option<&C::encryptionKey>(
          group, "encryption-key", text(),
          "Where the key is that wraps the keys of encrypted values: file:PATH, "
          "pkcs11:token=...;object=...?module-path=..., or vault:https://HOST/MOUNT/KEY "
          "(docs/encryption.md). "
          "With the first start it encrypts the database in the background. Empty: nothing is encrypted; a "
          "database that has encrypted values needs it."),
      option<&C::encryptionKeySecret>(group, "encryption-key-secret", text(),
                                      "File whose first line is the token's PIN, or Vault's token."),
      option<&C::encryptionKeyCa>(
          group, "encryption-key-ca", text(),
          "PEM file of the authorities that Vault's certificate may be from. Empty: the system's."),
      option<&C::encryptionKeyKept>(
          group, "encryption-key-kept", duration(1s, 24h),
          "How long an unwrapped key stays in memory: a key that is withdrawn ends within this time."),
      option<&C::encryptionRate>(
          group, "encryption-rate", number(0, 1'000'000),
          "Stored rows that are encrypted in a second in the background, beside what is served. 0: as many "
          "as it can."),
  };
}

std::vector<Option> auditOptions() {
  constexpr std::string_view group = "Audit";
  return {
      option<&C::auditKey>(
          group, "audit-key", text(),
          "PEM file with the Ed25519 private key that signs checkpoints of the audit trail, and public keys "
          "of "
          "former ones; keep it where the database's administrators cannot read it. Empty: no checkpoints."),
      option<&C::auditCheckpointInterval>(group, "audit-checkpoint-interval", duration(1s, 24h),
                                          "How often a checkpoint is made when something was written: what "
                                          "is made anew within this time cannot "
                                          "be told from what was there."),
      option<&C::auditReads>(
          group, "audit-reads", truth(),
          "Write reads, searches and refusals into the audit trail before they are answered. no: for "
          "measuring what that costs, and with access = off alone."),
      option<&C::auditRules>(
          group, "audit-rules", text(),
          "JSON file with rules over the audit trail: what they find is told to the administrators with the "
          "duty audit, logged and counted (docs/audit.md). schemas/audit/rules.json is one to begin with. "
          "Empty: no rules."),
  };
}

std::vector<Option> observationOptions() {
  constexpr std::string_view group = "Logs and metrics";
  return {
      option<&C::logLevel>(group, "log-level", choice("debug, info, warning, error or off"),
                           "The least level that is logged: JSON, one object a line, on standard error."),
      option<&C::metrics>(group, "metrics", truth(), "Serve /metrics in Prometheus's text format."),
  };
}

std::vector<Option> makeOptions() {
  std::vector<Option> all;
  for (auto make : {serverOptions, tlsOptions, limitOptions, databaseOptions, accessOptions, identityOptions,
                    fhirOptions, auditOptions, encryptionOptions, observationOptions}) {
    std::ranges::move(make(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

std::span<const Option> options() {
  static const std::vector<Option> table = makeOptions();
  return table;
}

std::string environmentName(const Option& option) {
  std::string name = "HVFHIR_";
  for (const char c : option.name)
    name += c == '-' ? '_' : static_cast<char>(c - ('a' <= c && c <= 'z' ? 'a' - 'A' : 0));
  return name;
}

std::string flagName(const Option& option) {
  return "--" + std::string(option.name);
}

}  // namespace platform
