// A database of its own, with the owner's connection and one of the server's least-privilege role.
#pragma once

#include <string>
#include <string_view>

#include "src/smart/people/passwords.h"
#include "src/smart/people/sign_in.h"
#include "src/smart/people/users.h"
#include "src/store/connection.h"
#include "tests/support/test_database.h"

namespace fixture {

inline constexpr std::string_view goodPassword = "correct horse battery";

struct PeopleFixture {
  PeopleFixture();

  support::TestDatabase database;
  store::Connection owner;
  store::Connection server;
  const people::Hasher& hasher;
  people::SignIn signIn;
  people::Caller caller{"192.0.2.7", "a browser"};

  // One hasher for all tests: making one costs a hashing.
  static const people::Hasher& sharedHasher();

  std::string user(const std::string& email, people::Role role = people::Role::patient);
  // The session's token, or "" when refused.
  std::string attempt(std::string_view email, std::string_view password = goodPassword);
  people::Person person(std::string_view token);  // fails the test when nobody is signed in
  bool isSignedIn(std::string_view token);
};

}  // namespace fixture
