#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

#include "src/cli/commands.h"
#include "src/cli/configuration_flags.h"
#include "src/smart/client.h"

namespace cli {
namespace {

constexpr const char* examples = R"(Examples:
  hvfhir client register --name "An app" --redirect-uri https://app.example.org/callback \
      --scopes "launch/patient openid fhirUser offline_access patient/*.rs"
  hvfhir client register --name "A pharmacy" --jwks-uri https://pharmacy.example.org/jwks \
      --scopes "system/MedicationRequest.rs"
  hvfhir client list
  hvfhir client rotate CLIENT_ID
  hvfhir client revoke CLIENT_ID)";

struct Options {
  explicit Options(CLI::App& command) : flags(command, {"database-url"}) {}

  ConfigurationFlags flags;
  smart::Registration registration;
  std::string id;
  std::string launchUri, jwksUri, jwksFile;
  bool secret = false;
};

// 503 is the database's absence, 4xx what was asked for.
ExitCode reportError(const smart::Error& error) {
  complain(error.description);
  if (error.status == 503) return ExitCode::unreachable;
  return error.code == "invalid_client" ? ExitCode::failed : ExitCode::usage;
}

std::optional<std::string> textOrNone(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// False when the file cannot be read, which has been said then.
bool readKeys(const Options& options, std::optional<std::string>& jwks) {
  if (options.jwksFile.empty()) return true;
  std::ifstream file(options.jwksFile);
  std::ostringstream text;
  if (file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
  if (!file.is_open() || file.bad()) {
    complain("cannot read the key set " + options.jwksFile);
    return false;
  }
  jwks = text.str();
  return true;
}

// What the registration is for follows from what it has.
smart::Registration registrationOf(const Options& options, std::optional<std::string> jwks) {
  smart::Registration out = options.registration;
  out.id = options.id;
  out.launchUri = textOrNone(options.launchUri);
  out.jwksUri = textOrNone(options.jwksUri);
  out.jwks = std::move(jwks);
  if (out.jwks || out.jwksUri) {
    out.kind = smart::ClientKind::confidentialKey;
  } else if (options.secret) {
    out.kind = smart::ClientKind::confidentialSecret;
  }
  if (!out.redirectUris.empty())
    out.grantTypes = {std::string(smart::kAuthorizationCode), std::string(smart::kRefreshToken)};
  if (out.redirectUris.empty() || out.scopes.find("system/") != std::string::npos)
    out.grantTypes.emplace_back(smart::kClientCredentials);
  return out;
}

template <class Work>
ExitCode withDatabase(const Options& options, const Work& work) {
  const auto loaded = options.flags.read();
  if (!loaded) return ExitCode::usage;
  store::Connection connection({.databaseUrl = loaded->configuration.databaseUrl});
  if (auto made = connection.connect(); !made) return report(made.outcome());
  return work(connection);
}

ExitCode registerOne(const Options& options) {
  std::optional<std::string> jwks;
  if (!readKeys(options, jwks)) return ExitCode::usage;
  const smart::Registration registration = registrationOf(options, std::move(jwks));
  if (const auto fault = smart::faultOf(registration)) return reportError(*fault);
  return withDatabase(options, [&](store::Connection& connection) {
    const auto registered = smart::registerClient(connection, registration);
    if (!registered) return reportError(registered.error());
    std::cout << "client_id: " << registered->client.id << '\n';
    if (registered->secret)
      std::cout << "client_secret: " << *registered->secret
                << "\nThe secret is shown this once and not kept.\n";
    return ExitCode::done;
  });
}

ExitCode listAll(const Options& options) {
  return withDatabase(options, [](store::Connection& connection) {
    const auto clients = smart::listClients(connection);
    if (!clients) return reportError(clients.error());
    for (const smart::Client& client : *clients)
      std::cout << fmt::format("{:<38} {:<20} {:<8} {}  {}\n", client.id, smart::nameOf(client.kind),
                               client.revokedAt ? "revoked" : "", client.name, smart::textOf(client.scopes));
    return ExitCode::done;
  });
}

ExitCode rotateOne(const Options& options) {
  std::optional<std::string> jwks;
  if (!readKeys(options, jwks)) return ExitCode::usage;
  return withDatabase(options, [&](store::Connection& connection) {
    if (jwks || !options.jwksUri.empty()) {
      const auto done = smart::replaceKeys(connection, options.id, jwks, textOrNone(options.jwksUri));
      if (!done) return reportError(done.error());
      std::cout << "The client signs with its new keys from now on.\n";
      return ExitCode::done;
    }
    const auto secret = smart::rotateSecret(connection, options.id);
    if (!secret) return reportError(secret.error());
    std::cout << "client_secret: " << *secret << "\nThe secret is shown this once and not kept.\n";
    return ExitCode::done;
  });
}

ExitCode revokeOne(const Options& options) {
  return withDatabase(options, [&](store::Connection& connection) {
    const auto revoked = smart::revokeClient(connection, options.id);
    if (!revoked) return reportError(revoked.error());
    if (!*revoked) {
      complain("there is no client " + options.id + " that is not revoked");
      return ExitCode::failed;
    }
    std::cout << "The client and all its tokens are refused from now on.\n";
    return ExitCode::done;
  });
}

void addKeys(CLI::App& command, Options& options) {
  auto* const uri =
      command.add_option("--jwks-uri", options.jwksUri, "Where the client publishes its keys; https")
          ->type_name("URL");
  command.add_option("--jwks", options.jwksFile, "File with the client's public keys (JWK set)")
      ->type_name("FILE")
      ->excludes(uri);
}

void addRegister(CLI::App& client, Action& chosen) {
  CLI::App* command = client.add_subcommand("register",
                                            "Register a client: public, with --secret one that has a secret, "
                                            "with --jwks or --jwks-uri one that signs");
  const auto options = std::make_shared<Options>(*command);
  smart::Registration& registration = options->registration;
  command->add_option("--name", registration.name, "What people are shown")->required()->type_name("TEXT");
  command->add_option("--scopes", registration.scopes, "The most that it may be given, separated by spaces")
      ->required()
      ->type_name("SCOPES");
  command->add_option("--id", options->id, "Its client_id; else one is made")->type_name("ID");
  command
      ->add_option("--redirect-uri", registration.redirectUris,
                   "Where people are sent back to; may be repeated")
      ->type_name("URL");
  command->add_option("--launch-uri", options->launchUri, "Where an EHR launch opens it")->type_name("URL");
  command
      ->add_option(
          "--origin", registration.origins,
          "A web origin that calls the server for it, beside those of its redirect URIs; may be repeated")
      ->type_name("ORIGIN");
  auto* const secret = command->add_flag("--secret", options->secret, "It has a secret, which is printed");
  addKeys(*command, *options);
  secret->excludes("--jwks")->excludes("--jwks-uri");
  command->callback([options, &chosen] { chosen = [options] { return registerOne(*options); }; });
}

}  // namespace

void addClient(CLI::App& program, Action& chosen) {
  CLI::App* client =
      program.add_subcommand("client", "Register, list, rotate and revoke apps and client systems");
  client->require_subcommand(1);
  client->footer(examples);
  addRegister(*client, chosen);

  CLI::App* list = client->add_subcommand("list", "List all clients, revoked ones last");
  const auto listOptions = std::make_shared<Options>(*list);
  list->callback([listOptions, &chosen] { chosen = [listOptions] { return listAll(*listOptions); }; });

  CLI::App* rotate = client->add_subcommand("rotate", "Give a client a new secret, or other keys");
  const auto rotateOptions = std::make_shared<Options>(*rotate);
  rotate->add_option("client", rotateOptions->id, "Its client_id")->required();
  addKeys(*rotate, *rotateOptions);
  rotate->callback(
      [rotateOptions, &chosen] { chosen = [rotateOptions] { return rotateOne(*rotateOptions); }; });

  CLI::App* revoke = client->add_subcommand("revoke", "Refuse a client and all its tokens from now on");
  const auto revokeOptions = std::make_shared<Options>(*revoke);
  revoke->add_option("client", revokeOptions->id, "Its client_id")->required();
  revoke->callback(
      [revokeOptions, &chosen] { chosen = [revokeOptions] { return revokeOne(*revokeOptions); }; });
}

}  // namespace cli
