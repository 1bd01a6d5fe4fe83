#include "tests/smart/people/fixture.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

#include "src/store/migrations/migrations.h"

namespace fixture {
namespace {

std::string serverUrl(const support::TestDatabase& database) {
  constexpr const char* role = "hv_test_server";
  if (!store::ensureServerRole(database.url(), role)) throw std::runtime_error("no role for the server");
  return database.urlFor(role);
}

}  // namespace

const people::Hasher& PeopleFixture::sharedHasher() {
  static const auto hasher = people::Hasher::make({});
  if (!hasher) throw std::runtime_error("no hasher");
  return *hasher;
}

PeopleFixture::PeopleFixture()
    : owner({.databaseUrl = database.url()}),
      server({.databaseUrl = serverUrl(database)}),
      hasher(sharedHasher()),
      signIn(hasher, {}) {}

std::string PeopleFixture::user(const std::string& email, people::Role role) {
  people::NewUser user;
  user.email = email;
  user.role = role;
  user.password = goodPassword;
  if (role == people::Role::admin) {
    user.duties = {"users"};
  } else {
    user.name = "Name of " + email;
  }
  auto made = people::createUser(owner, hasher, user);
  if (!made) BOOST_FAIL("create: " << made.outcome().toJson());
  return *made;
}

std::string PeopleFixture::attempt(std::string_view email, std::string_view password) {
  auto token = signIn.attempt(server, email, password, caller);
  if (!token) BOOST_FAIL("sign in: " << token.outcome().toJson());
  return token->value_or("");
}

people::Person PeopleFixture::person(std::string_view token) {
  auto who = signIn.who(server, token);
  if (!who) BOOST_FAIL("who: " << who.outcome().toJson());
  if (!*who) BOOST_FAIL("nobody is signed in");
  return **who;
}

bool PeopleFixture::isSignedIn(std::string_view token) {
  auto who = signIn.who(server, token);
  if (!who) BOOST_FAIL("who: " << who.outcome().toJson());
  return who->has_value();
}

}  // namespace fixture
