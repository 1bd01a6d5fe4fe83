// What a browser does with these pages, without one: keeps cookies, sends forms with the hidden fields of the
// page it is on, follows what it is told to.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/http/message.h"
#include "src/smart/people/pages.h"
#include "src/store/connection.h"
#include "tests/smart/people/fake.h"
#include "tests/smart/people/fixture.h"

namespace fixture {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Browser {
  const people::Pages& pages;
  store::Connection& connection;
  std::string origin = "http://localhost:8080";
  std::vector<http::Header> headers = {};  // sent with everything
  std::map<std::string, std::string> cookies = {};
  http::Response last = {};  // the page it is on

  const http::Response& send(http::Request request);
  const http::Response& get(const std::string& target);
  // A form of the page it is on: its hidden fields, and these.
  const http::Response& submit(const std::string& path, const Fields& fields);
  // Exactly these fields, with the headers of a form from `from`.
  const http::Response& post(const std::string& path, const Fields& fields, std::string_view from,
                             std::string_view fetchSite = "same-origin");

  std::string location() const;
  bool shows(std::string_view text) const;
  // The value of the page's hidden field; empty when it has none.
  std::string hidden(std::string_view name) const;
  // All values of a header.
  std::string header(std::string_view name) const;
};

struct PagesFixture : PeopleFixture {
  PagesFixture();

  FakeAuthorizations authorizations;
  FakePatients patients;
  FakeEncounters encounters;
  people::Pages pages;
  Browser browser;

  void signIn(const std::string& email);
  static people::PagesOptions options(const std::string& origin = "http://localhost:8080");
};

// What an app asks for: the target of its authorization request.
std::string authorizeTarget(std::string_view scopes, const Fields& more = {});

}  // namespace fixture
