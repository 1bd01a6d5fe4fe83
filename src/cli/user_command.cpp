#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/audit/context.h"
#include "src/cli/commands.h"
#include "src/cli/configuration_flags.h"
#include "src/smart/people/users.h"
#include "src/store/migrations/migrations.h"

namespace cli {
namespace {

constexpr const char* examples = R"(Examples:
  hvfhir user create --role patient --name 'Asha Devi' asha@clinic.example --database-url postgresql://hv_owner@/hvfhir
  hvfhir user create --role doctor --profile dr-rao rao@clinic.example --database-url ...
  hvfhir user create --role admin --duty users chief@clinic.example --database-url ...
  hvfhir user reset asha@clinic.example --database-url ...
  hvfhir user deactivate asha@clinic.example --database-url ...
All as the owner of the schema. A link that is printed sets the password once, within an hour: give it to the person only.)";

struct Options {
  explicit Options(CLI::App& command) : flags(command, {"database-url", "base-url"}) {
    command.add_option("email", user.email, "The person's e-mail")->required();
  }

  ConfigurationFlags flags;
  people::NewUser user;
  std::string role;
  std::string passwordFile;
};

fhir::Result<fhir::Done> checkSchema(const std::string& url) {
  const auto all = store::migrationStatus(url);
  if (!all) return all.outcome();
  const bool current = std::ranges::none_of(*all, [](const store::MigrationStatus& status) {
    return status.state == store::MigrationState::pending;
  });
  if (current) return fhir::Done{};
  return fhir::Outcome(fhir::Failure::conflict, fhir::IssueType::conflict,
                       "the database lacks migrations of this program; run `hvfhir migrate up` first");
}

fhir::Result<fhir::Done> checkOwner(store::Connection& connection) {
  auto rows = connection.run(
      "SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = 'users'::regclass");
  if (!rows) return std::move(rows).outcome();
  if (rows->flag(0, 0)) return fhir::Done{};
  return fhir::Outcome(fhir::Failure::forbidden, fhir::IssueType::forbidden,
                       "--database-url must name the owner of the schema, as for `hvfhir migrate up`");
}

// The link of a token, at the origin of the server's base URL.
std::string linkOf(const platform::Configuration& configuration, const std::string& token) {
  const std::string base = configuration.publicBase(configuration.port);
  return base.substr(0, base.find('/', base.find("://") + 3)) + "/auth/reset?token=" + token;
}

ExitCode printLink(const platform::Configuration& configuration, store::Connection& owner,
                   const std::string& email) {
  const auto token = people::makeLink(owner, email);
  if (!token) return report(token.outcome());
  std::cout << "This link sets the password, once, within an hour:\n"
            << linkOf(configuration, *token) << "\n";
  return ExitCode::done;
}

// The file's first line; "-" is standard input.
std::optional<std::string> readPassword(const std::string& file) {
  std::string line;
  if (file == "-") {
    if (!std::getline(std::cin, line)) return std::nullopt;
  } else {
    std::ifstream stream(file);
    if (!std::getline(stream, line)) return std::nullopt;
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

people::Role roleOf(const std::string& name) {
  if (name == "doctor") return people::Role::doctor;
  return name == "admin" ? people::Role::admin : people::Role::patient;
}

ExitCode create(const platform::Configuration& configuration, store::Connection& owner,
                const Options& options) {
  people::NewUser user = options.user;
  user.role = roleOf(options.role);
  if (!options.passwordFile.empty()) {
    user.password = readPassword(options.passwordFile);
    if (!user.password) {
      complain("no password can be read from " + options.passwordFile);
      return ExitCode::usage;
    }
  }
  const auto hasher = people::Hasher::make({});
  if (!hasher) return report(hasher.outcome());
  const auto made = people::createUser(owner, *hasher, user);
  if (!made) return report(made.outcome());
  std::cout << fmt::format("{} may sign in as {}.\n", user.email, options.role);
  return user.password ? ExitCode::done : printLink(configuration, owner, user.email);
}

ExitCode reset(const platform::Configuration& configuration, store::Connection& owner,
               const Options& options) {
  if (options.passwordFile.empty()) return printLink(configuration, owner, options.user.email);
  const auto password = readPassword(options.passwordFile);
  if (!password) {
    complain("no password can be read from " + options.passwordFile);
    return ExitCode::usage;
  }
  const auto hasher = people::Hasher::make({});
  if (!hasher) return report(hasher.outcome());
  const auto done = people::setPassword(owner, *hasher, options.user.email, *password);
  if (!done) return report(done.outcome());
  std::cout << fmt::format("{} signs in with the new password from now on.\n", options.user.email);
  return ExitCode::done;
}

ExitCode deactivate(store::Connection& owner, const Options& options) {
  const auto done = people::deactivateUser(owner, options.user.email);
  if (!done) return report(done.outcome());
  std::cout << fmt::format("{} can no longer sign in, and is signed out everywhere.\n", options.user.email);
  return ExitCode::done;
}

enum class What : std::uint8_t { create, deactivate, reset };

ExitCode run(const Options& options, What what) {
  const auto loaded = options.flags.read();
  if (!loaded) return ExitCode::usage;
  const platform::Configuration& configuration = loaded->configuration;
  platform::log::setLevel(platform::log::Level::error);
  if (const auto checked = checkSchema(configuration.databaseUrl); !checked) return report(checked.outcome());
  store::Connection owner({.databaseUrl = configuration.databaseUrl});
  if (const auto checked = checkOwner(owner); !checked) return report(checked.outcome());
  constexpr std::array<std::string_view, 3> kDone{"user create", "user deactivate", "user reset"};
  const std::string noted = audit::settingOf({.interaction = kDone[static_cast<std::size_t>(what)]});
  if (const auto said = owner.run("SELECT set_config('hv.audit', ?, false)", {noted}); !said)
    return report(said.outcome());
  if (what == What::create) return create(configuration, owner, options);
  if (what == What::deactivate) return deactivate(owner, options);
  return reset(configuration, owner, options);
}

// A password of one's own in place of a link.
void addPasswordFile(CLI::App& command, Options& options) {
  command
      .add_option(
          "--password-file", options.passwordFile,
          "Take the password from the first line of this file (- is standard input) instead of making a link")
      ->type_name("FILE");
}

std::shared_ptr<Options> addOne(CLI::App& user, const char* name, const char* help, What what,
                                Action& chosen) {
  CLI::App* command = user.add_subcommand(name, help);
  auto options = std::make_shared<Options>(*command);
  command->callback([options, what, &chosen] { chosen = [options, what] { return run(*options, what); }; });
  return options;
}

}  // namespace

void addUser(CLI::App& program, Action& chosen) {
  CLI::App* user =
      program.add_subcommand("user", "Make and end the logins of people, as the owner of the schema");
  user->require_subcommand(1);
  user->footer(examples);

  const auto options =
      addOne(*user, "create", "Make a login, and a link that sets its password", What::create, chosen);
  CLI::App* create = user->get_subcommand("create");
  create->add_option("--role", options->role, "patient, doctor or admin")
      ->required()
      ->check(CLI::IsMember({"patient", "doctor", "admin"}));
  create->add_option("--name", options->user.name, "Full name, for a new profile of a patient or doctor");
  create
      ->add_option("--profile", options->user.profile,
                   "FHIR id of the Patient or Practitioner that is there already")
      ->type_name("ID");
  create->add_option("--duty", options->user.duties, "Of an admin: users, audit or support; may be repeated");
  addPasswordFile(*create, *options);
  addOne(*user, "deactivate", "Close a login; its sessions end at once", What::deactivate, chosen);
  const auto resetOptions =
      addOne(*user, "reset", "Make a link that sets a new password, or set it", What::reset, chosen);
  addPasswordFile(*user->get_subcommand("reset"), *resetOptions);
}

}  // namespace cli
