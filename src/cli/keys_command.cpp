#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "src/cli/commands.h"
#include "src/cli/configuration_flags.h"
#include "src/cli/serve.h"
#include "src/keys/process.h"
#include "src/platform/log.h"
#include "src/store/data_keys.h"

namespace cli {
namespace {

constexpr const char* examples = R"(Examples:
  hvfhir keys status --database-url postgresql://hv_server@/hvfhir --encryption-key file:/etc/hvfhir/keys
  hvfhir keys rotate --database-url postgresql://hv_server@/hvfhir --encryption-key file:/etc/hvfhir/keys
  hvfhir keys rotate --hashes --database-url ...
rotate wraps all keys anew with the provider's current key, at once, and makes a new data key; running servers then
encrypt everything with it, in the background. status says how far they are. docs/encryption.md has the rest.)";

struct Options {
  explicit Options(CLI::App& command)
      : flags(command, {"database-url", "encryption-key", "encryption-key-secret", "encryption-key-ca"}) {}

  ConfigurationFlags flags;
  bool hashes = false;
  bool wrapOnly = false;
};

// What both commands need; the provider is nullptr when none is configured.
struct Opened {
  std::unique_ptr<keys::Provider> provider;
  std::unique_ptr<store::Connection> connection;
};

fhir::Result<Opened> open(const platform::Configuration& configuration) {
  platform::log::setLevel(platform::log::Level::error);
  keys::keepSecretsInMemory();
  Opened out;
  if (!configuration.encryptionKey.empty()) {
    auto provider = keys::provider(providerOptions(configuration));
    if (!provider) return std::move(provider).outcome();
    out.provider = *std::move(provider);
  }
  out.connection =
      std::make_unique<store::Connection>(store::ConnectionOptions{.databaseUrl = configuration.databaseUrl});
  return out;
}

void tellProgress(const std::optional<store::EncryptionProgress>& progress) {
  if (!progress) {
    std::cout << "encryption: none, the database has no keys\n";
  } else if (progress->isDone) {
    std::cout << fmt::format("encryption: all rows since {} ({} looked at)\n", progress->endedAt,
                             progress->rows);
  } else {
    std::cout << fmt::format("encryption: at work since {}{}, {} rows looked at\n", progress->startedAt,
                             progress->place.empty() ? std::string() : ", at " + progress->place,
                             progress->rows);
  }
  if (progress && progress->failed > 0)
    std::cout << fmt::format("encryption: {} rows could not be opened; the server's log names them\n",
                             progress->failed);
}

ExitCode status(const Options& options) {
  const auto loaded = options.flags.read();
  if (!loaded) return ExitCode::usage;
  auto opened = open(loaded->configuration);
  if (!opened) return report(opened.outcome());
  const auto stored = store::readDataKeys(*opened->connection);
  if (!stored) return report(stored.outcome());
  ExitCode code = ExitCode::done;
  if (opened->provider != nullptr) {
    const auto current = opened->provider->current();
    std::cout << "wrapping key: " << (current ? *current : current.outcome().issues().front().diagnostics)
              << "\n";
    if (!current) code = ExitCode::failed;
  }
  for (const keys::StoredKey& key : *stored) {
    const bool isData = key.use == keys::StoredKey::Use::data;
    std::string by;
    if (opened->provider != nullptr) {
      by = ", wrapped by " + opened->provider->wrappedBy(key.wrapped);
      if (auto secret = opened->provider->unwrap(key.wrapped, keys::bindingOf(key.id, key.use)); !secret) {
        by += ": " + secret.outcome().issues().front().diagnostics;
        code = ExitCode::failed;
      }
    }
    std::cout << fmt::format("{} key {}{}{}\n", isData ? "data" : "hash", key.id,
                             key.current ? " (current)" : "", by);
  }
  const auto progress = store::encryptionProgress(*opened->connection);
  if (!progress) return report(progress.outcome());
  tellProgress(*progress);
  return code;
}

ExitCode rotate(const Options& options) {
  const auto loaded = options.flags.read();
  if (!loaded) return ExitCode::usage;
  auto opened = open(loaded->configuration);
  if (!opened) return report(opened.outcome());
  if (opened->provider == nullptr) {
    complain("encryption-key must say where the wrapping key is");
    return ExitCode::usage;
  }
  const auto wrapped = store::rewrapDataKeys(*opened->connection, *opened->provider);
  if (!wrapped) return report(wrapped.outcome());
  std::cout << fmt::format("{} keys wrapped anew\n", *wrapped);
  if (options.wrapOnly) return ExitCode::done;
  using Use = keys::StoredKey::Use;
  for (const Use use : {Use::blind, Use::data}) {
    if (use == Use::blind && !options.hashes) continue;
    const auto added = store::addDataKey(*opened->connection, *opened->provider, use, true);
    if (!added) return report(added.outcome());
  }
  std::cout << "A new key seals in some ten seconds, when every server knows it; stored rows follow in the "
               "background.\n";
  return ExitCode::done;
}

std::shared_ptr<Options> addOne(CLI::App& keys, const char* name, const char* help,
                                ExitCode (*run)(const Options&), Action& chosen) {
  CLI::App* command = keys.add_subcommand(name, help);
  auto options = std::make_shared<Options>(*command);
  command->callback([options, run, &chosen] { chosen = [options, run] { return run(*options); }; });
  return options;
}

}  // namespace

void addKeys(CLI::App& program, Action& chosen) {
  CLI::App* keys = program.add_subcommand("keys", "Look at and rotate the keys of encrypted values");
  keys->require_subcommand(1);
  keys->footer(examples);
  addOne(*keys, "status", "Which keys there are, who wraps them, and how far all rows are encrypted", status,
         chosen);
  const auto rotated =
      addOne(*keys, "rotate", "Wrap all keys anew, and encrypt everything with a new one", rotate, chosen);
  CLI::App* command = keys->get_subcommand("rotate");
  command->add_flag("--hashes", rotated->hashes,
                    "Make a new key of the hashes, too, by which values are found");
  command->add_flag("--wrap-only", rotated->wrapOnly, "Wrap anew and make no new key");
}

}  // namespace cli
