#include "src/smart/people/users.h"

#include <algorithm>
#include <array>

#include "src/http/text.h"
#include "src/smart/people/secrets.h"

namespace people {
namespace {

using fhir::Done;
using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::Result;

// A text that no password gives: the login waits for its first link.
constexpr std::string_view kNoPassword = "!";
constexpr std::array<std::string_view, 3> kDuties{"users", "audit", "support"};

Outcome refusal(std::string text) {
  return {Failure::unprocessable, IssueType::businessRule, std::move(text)};
}

std::string_view nameOf(Role role) noexcept {
  if (role == Role::patient) return "patient";
  return role == Role::doctor ? "doctor" : "admin";
}

std::string wordsOf(PasswordFault fault) {
  switch (fault) {
    case PasswordFault::tooShort:
      return "The password is shorter than 10 characters.";
    case PasswordFault::tooLong:
      return "The password is longer than 200 characters.";
    case PasswordFault::notText:
      return "The password is not UTF-8 text.";
    case PasswordFault::isEmail:
      return "The password is the e-mail.";
    case PasswordFault::common:
      return "The password is among the first that others would try.";
  }
  return {};
}

std::optional<std::string> faultOf(const NewUser& user) {
  const std::string_view email = user.email;
  const std::size_t at = email.find('@');
  if (email.size() > 254 || at == 0 || at == std::string_view::npos || at + 1 == email.size() ||
      email.find('@', at + 1) != std::string_view::npos || !http::text::isUtf8(email) ||
      std::ranges::any_of(email, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; }))
    return "The e-mail must be one address, such as asha@clinic.example.";
  if (user.role == Role::admin) {
    if (user.profile || user.name) return "An admin has no profile: leave name and profile out.";
    if (user.duties.empty()) return "An admin needs a duty: users, audit or support.";
  } else {
    if (user.profile.has_value() == user.name.has_value())
      return "A patient or doctor needs either the profile that is there, or the name for a new one.";
    if (!user.duties.empty()) return "Only an admin has duties.";
    if (user.name && (user.name->empty() || !http::text::isUtf8(*user.name))) return "The name must be text.";
  }
  for (const std::string& duty : user.duties)
    if (std::ranges::find(kDuties, duty) == kDuties.end())
      return "There is no duty " + duty + ": it is users, audit or support.";
  if (!user.password) return std::nullopt;
  if (const auto fault = people::faultOf(*user.password, user.email)) return wordsOf(*fault);
  return std::nullopt;
}

// Rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(store::Connection& connection) : connection_(connection) {}
  ~Transaction() {
    if (open_) static_cast<void>(connection_.command("ROLLBACK").ok());
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Result<Done> begin() {
    auto begun = connection_.command("BEGIN");
    open_ = begun.ok();
    return begun;
  }
  Result<Done> commit() {
    open_ = false;
    return connection_.commit();
  }

 private:
  store::Connection& connection_;
  bool open_ = false;
};

Result<Done> giveProfile(store::Connection& owner, const NewUser& user, const std::string& userId) {
  const bool patient = user.role == Role::patient;
  if (user.name) {
    auto made = owner.run(patient ? "INSERT INTO patient_profile (user_id, full_name) VALUES (?::uuid, ?)"
                                  : "INSERT INTO doctor_profile (user_id, full_name) VALUES (?::uuid, ?)",
                          {userId, *user.name});
    if (!made) return std::move(made).outcome();
    return Done{};
  }
  constexpr std::string_view ofPatient =
      "UPDATE patient_profile SET user_id = ?::uuid "
      "WHERE coalesce(fhir_id, id::text) = ? AND user_id IS NULL AND NOT is_deleted";
  constexpr std::string_view ofDoctor =
      "UPDATE doctor_profile SET user_id = ?::uuid "
      "WHERE coalesce(fhir_id, id::text) = ? AND user_id IS NULL AND NOT is_deleted";
  auto linked = owner.run(patient ? ofPatient : ofDoctor, {userId, *user.profile});
  if (!linked) return std::move(linked).outcome();
  if (linked->affected() == 1) return Done{};
  return refusal("There is no " + std::string(nameOf(user.role)) + " of this id without a login.");
}

Result<Done> giveDuties(store::Connection& owner, const NewUser& user, const std::string& userId) {
  for (const std::string& duty : user.duties) {
    auto given =
        owner.run("INSERT INTO admin_duties (user_id, duty) VALUES (?::uuid, ?) ON CONFLICT DO NOTHING",
                  {userId, duty});
    if (!given) return std::move(given).outcome();
  }
  return Done{};
}

Result<Done> note(store::Connection& owner, std::string_view action, const std::string& userId) {
  auto noted =
      owner.run("INSERT INTO audit_logs (action, target_table, target_id) VALUES (?, 'users', ?::uuid)",
                {action, userId});
  if (!noted) return std::move(noted).outcome();
  return Done{};
}

Outcome nobody() {
  return {Failure::notFound, IssueType::notFound, "Nobody has this e-mail."};
}

}  // namespace

Result<std::string> createUser(store::Connection& owner, const Hasher& hasher, const NewUser& user) {
  if (auto fault = faultOf(user)) return refusal(*std::move(fault));
  std::string hash(kNoPassword);
  if (user.password) {
    auto hashed = hasher.hash(*user.password);
    if (!hashed) return std::move(hashed).outcome();
    hash = *std::move(hashed);
  }
  Transaction transaction(owner);
  if (auto begun = transaction.begin(); !begun) return std::move(begun).outcome();
  auto made = owner.run(
      "INSERT INTO users (email, password_hash, role) VALUES (?, ?, ?::user_role) "
      "ON CONFLICT (lower(email)) DO NOTHING RETURNING id",
      {user.email, hash, nameOf(user.role)});
  if (!made) return std::move(made).outcome();
  if (made->size() == 0) return refusal("Somebody has this e-mail already.");
  std::string userId(made->text(0, 0));
  auto done = user.role == Role::admin ? giveDuties(owner, user, userId) : giveProfile(owner, user, userId);
  if (done) done = note(owner, "login made", userId);
  if (done) done = transaction.commit();
  if (!done) return std::move(done).outcome();
  return userId;
}

Result<Done> deactivateUser(store::Connection& owner, std::string_view email) {
  Transaction transaction(owner);
  if (auto begun = transaction.begin(); !begun) return std::move(begun).outcome();
  auto ended =
      owner.run("UPDATE users SET is_active = false WHERE lower(email) = lower(?) RETURNING id", {email});
  if (!ended) return std::move(ended).outcome();
  if (ended->size() == 0) return nobody();
  const std::string userId(ended->text(0, 0));
  auto done = note(owner, "login closed", userId);
  return done ? transaction.commit() : done;
}

Result<std::string> makeLink(store::Connection& owner, std::string_view email) {
  Transaction transaction(owner);
  if (auto begun = transaction.begin(); !begun) return std::move(begun).outcome();
  auto found =
      owner.run("SELECT id, is_active FROM users WHERE lower(email) = lower(?) FOR NO KEY UPDATE", {email});
  if (!found) return std::move(found).outcome();
  if (found->size() == 0) return nobody();
  if (!found->flag(0, 1)) return refusal("The login is closed; it cannot get a new password.");
  const std::string userId(found->text(0, 0));
  auto voided = owner.run(
      "UPDATE fhir.password_reset SET used_at = clock_timestamp() WHERE user_id = ?::uuid AND used_at IS "
      "NULL",
      {userId});
  if (!voided) return std::move(voided).outcome();
  std::string token = randomToken();
  const std::string hash = hashOf(token);
  const std::string life = std::to_string(linkLife.count()) + " hours";
  auto made = owner.run(
      "INSERT INTO fhir.password_reset (token_hash, user_id, expires_at) "
      "VALUES (decode(?, 'hex'), ?::uuid, clock_timestamp() + ?::interval)",
      {hash, userId, life});
  if (!made) return std::move(made).outcome();
  auto done = note(owner, "link to set a password", userId);
  if (done) done = transaction.commit();
  if (!done) return std::move(done).outcome();
  return token;
}

Result<Done> setPassword(store::Connection& owner, const Hasher& hasher, std::string_view email,
                         std::string_view password) {
  if (const auto fault = people::faultOf(password, email)) return refusal(wordsOf(*fault));
  const auto token = makeLink(owner, email);
  if (!token) return token.outcome();
  const auto set = SignIn(hasher, {}).setByLink(owner, *token, password, {});
  if (!set) return set.outcome();
  if (!*set)
    return Outcome(Failure::conflict, IssueType::conflict, "Somebody else was at this login. Try again.");
  return Done{};
}

}  // namespace people
