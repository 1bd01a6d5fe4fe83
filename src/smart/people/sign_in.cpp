#include "src/smart/people/sign_in.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "src/http/text.h"
#include "src/smart/people/secrets.h"

namespace people {
namespace {

constexpr std::size_t kLongestEmail = 254;
constexpr std::size_t kLongestPassword = 1024;  // bytes; more is none that was ever set
constexpr std::size_t kLongestAgent = 300;

Role roleOf(std::string_view text) noexcept {
  if (text == "doctor") return Role::doctor;
  return text == "admin" ? Role::admin : Role::patient;
}

std::vector<std::string> wordsOf(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string intervalOf(std::chrono::seconds seconds) {
  return std::to_string(seconds.count()) + " seconds";
}

// What the database can store as text.
std::string storable(std::string_view text, std::size_t most) {
  text = text.substr(0, most);
  if (!http::text::isUtf8(text) || text.find('\0') != std::string_view::npos) return {};
  return std::string(text);
}

bool isTypable(std::string_view text, std::size_t most) {
  return text.size() <= most && http::text::isUtf8(text) && text.find('\0') == std::string_view::npos;
}

std::string trimmed(std::string_view text) {
  return std::string(http::text::trim(text));
}

}  // namespace

bool Person::hasDuty(std::string_view duty) const noexcept {
  return role == Role::admin && std::ranges::find(duties, duty) != duties.end();
}

std::string addressToCount(std::string_view address) {
  std::string text(address);
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (std::equal(mapped.begin(), mapped.end(), bytes.begin())) {
    inet_ntop(AF_INET, bytes.data() + mapped.size(), out.data(), out.size());
    return out.data();
  }
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
  return std::string(out.data()) + "/64";
}

// Somebody whose password was right, or nobody.
struct SignIn::Checked {
  std::optional<std::string> userId;
  std::string hash;
};

fhir::Result<SignIn::Checked> SignIn::check(store::Connection& connection, std::string_view email,
                                            std::string_view password, const std::string& address) const {
  auto begun = connection.run(
      "SELECT verdict, user_id, password_hash, is_active FROM fhir.sign_in_begin(?, ?)", {address, email});
  if (!begun) return std::move(begun).outcome();
  const std::string verdict(begun->text(0, 0));
  const std::string user(begun->text(0, 1));
  const bool active = begun->flag(0, 3);
  std::optional<std::string> hash;
  if (const auto value = begun->value(0, 2)) hash.emplace(*value);
  std::string_view why;
  // That an address is locked says nothing of an account, so no time is spent on it.
  if (verdict != "address locked") {
    const auto right = hasher_.matches(password, hash);
    if (!right) return right.outcome();
    if (*right && active) return Checked{user, *std::move(hash)};
    why = user.empty() ? "unknown" : *right ? "deactivated" : "wrong password";
  }
  if (verdict != "try") why = verdict;
  auto noted = connection.run("SELECT fhir.sign_in_failed(?, ?::uuid, ?)",
                              {address, user.empty() ? store::Parameter() : store::Parameter(user), why});
  if (!noted) return std::move(noted).outcome();
  return Checked{};
}

fhir::Result<std::optional<std::string>> SignIn::attempt(store::Connection& connection,
                                                         std::string_view email, std::string_view password,
                                                         const Caller& caller) const {
  const std::string wanted = trimmed(email);
  if (!isTypable(wanted, kLongestEmail) || !isTypable(password, kLongestPassword))
    return std::optional<std::string>();
  const std::string address = addressToCount(caller.address);
  auto checked = check(connection, wanted, password, address);
  if (!checked) return std::move(checked).outcome();
  if (!checked->userId) return std::optional<std::string>();

  std::optional<std::string> better;
  if (hasher_.isWeak(checked->hash)) {
    auto hashed = hasher_.hash(password);
    if (!hashed) return std::move(hashed).outcome();
    better = *std::move(hashed);
  }
  std::string token = randomToken();
  const std::string hash = hashOf(token);
  const std::string agent = storable(caller.agent, kLongestAgent);
  const std::string life = intervalOf(limits_.longest);
  auto opened =
      connection.run("SELECT fhir.sign_in_succeeded(?, ?::uuid, ?, ?, decode(?, 'hex'), ?, ?::interval)",
                     {address, *checked->userId, checked->hash,
                      better ? store::Parameter(*better) : store::Parameter(), hash, agent, life});
  if (!opened) return std::move(opened).outcome();
  return opened->flag(0, 0) ? std::optional<std::string>(std::move(token)) : std::nullopt;
}

fhir::Result<std::optional<Person>> SignIn::who(store::Connection& connection, std::string_view token) const {
  if (!isToken(token)) return std::optional<Person>();
  const std::string idle = intervalOf(limits_.idle);
  const std::string hash = hashOf(token);
  auto rows = connection.run(
      "SELECT session_id, user_id, email, role, person_key, person_id, person_name, duties, signed_in_at "
      "FROM fhir.session_of(decode(?, 'hex'), ?::interval)",
      {hash, idle});
  if (!rows) return std::move(rows).outcome();
  if (rows->size() == 0) return std::optional<Person>();
  Person out;
  out.sessionId = rows->text(0, 0);
  out.userId = rows->text(0, 1);
  out.email = rows->text(0, 2);
  out.role = roleOf(rows->text(0, 3));
  out.key = rows->text(0, 4);
  out.id = rows->text(0, 5);
  out.name = rows->text(0, 6);
  out.duties = wordsOf(rows->text(0, 7));
  out.signedInAt = std::chrono::sys_seconds(std::chrono::seconds(rows->number(0, 8)));
  return std::optional<Person>(std::move(out));
}

fhir::Result<fhir::Done> SignIn::end(store::Connection& connection, std::string_view token) const {
  if (!isToken(token)) return fhir::Done{};
  auto ended = connection.run("SELECT fhir.end_session(decode(?, 'hex'))", {hashOf(token)});
  if (!ended) return std::move(ended).outcome();
  return fhir::Done{};
}

fhir::Result<std::optional<std::string>> SignIn::emailOfLink(store::Connection& connection,
                                                             std::string_view linkToken) const {
  if (!isToken(linkToken)) return std::optional<std::string>();
  auto rows = connection.run("SELECT fhir.password_reset_email(decode(?, 'hex'))", {hashOf(linkToken)});
  if (!rows) return std::move(rows).outcome();
  if (rows->isNull(0, 0)) return std::optional<std::string>();
  return std::optional<std::string>(rows->text(0, 0));
}

fhir::Result<bool> SignIn::setByLink(store::Connection& connection, std::string_view linkToken,
                                     std::string_view newPassword, const Caller& caller) const {
  if (!isToken(linkToken)) return false;
  auto hash = hasher_.hash(newPassword);
  if (!hash) return std::move(hash).outcome();
  auto rows = connection.run("SELECT fhir.reset_password(?, decode(?, 'hex'), ?)",
                             {addressToCount(caller.address), hashOf(linkToken), *hash});
  if (!rows) return std::move(rows).outcome();
  return rows->flag(0, 0);
}

fhir::Result<bool> SignIn::change(store::Connection& connection, const Person& person, std::string_view token,
                                  std::string_view oldPassword, std::string_view newPassword,
                                  const Caller& caller) const {
  if (!isToken(token) || !isTypable(oldPassword, kLongestPassword)) return false;
  const std::string address = addressToCount(caller.address);
  auto checked = check(connection, person.email, oldPassword, address);
  if (!checked) return std::move(checked).outcome();
  if (!checked->userId) return false;
  auto hash = hasher_.hash(newPassword);
  if (!hash) return std::move(hash).outcome();
  auto rows = connection.run("SELECT fhir.change_password(?, decode(?, 'hex'), ?, ?)",
                             {address, hashOf(token), checked->hash, *hash});
  if (!rows) return std::move(rows).outcome();
  return rows->flag(0, 0);
}

}  // namespace people
