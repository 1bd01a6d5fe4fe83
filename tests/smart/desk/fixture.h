// The desk beside the whole API: people who ask, and the requests of an app.
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <variant>
#include <vector>

#include "src/smart/desk/app_authorizations.h"
#include "tests/access/fixture.h"

namespace fixture {

struct DeskFixture : AccessFixture {
  desk::AppAuthorizations authorizations{
      service.grants(), {.fhirBase = service.options().fhirBase, .issuer = service.options().authBase}};
  store::Connection connection{{.databaseUrl = database.urlFor("hv_test_server")}};

  people::Person patient() {
    return {patientUser, "", "p@x", people::Role::patient, patientKey, patientKey, "Pia", {}, signedIn()};
  }
  people::Person doctor() {
    return {doctorUser, "", "d@x", people::Role::doctor, doctorKey, doctorKey, "Dora", {}, signedIn()};
  }
  people::Person admin() {
    return {adminUser, "", "a@x", people::Role::admin, "", "", "", {"users"}, signedIn()};
  }

  static std::vector<http::Parameter> asked(const smart::Client& client, std::string_view scopes,
                                            const Fields& more = {}) {
    std::vector<http::Parameter> out{{"response_type", "code"},
                                     {"client_id", client.id},
                                     {"redirect_uri", client.redirectUris.front()},
                                     {"scope", std::string(scopes)},
                                     {"state", "s"},
                                     {"aud", "https://fhir.example.org/fhir"},
                                     {"code_challenge", challengeOf(kVerifier)},
                                     {"code_challenge_method", "S256"}};
    for (const auto& [name, value] : more) {
      std::erase_if(out, [&, &field = name](const http::Parameter& each) { return each.name == field; });
      out.push_back({name, value});
    }
    return out;
  }

  static std::string leadsTo(const fhir::Result<people::Understood>& answer) {
    BOOST_REQUIRE(answer.ok());
    const auto* redirect = std::get_if<people::Redirect>(&*answer);
    return redirect == nullptr ? "" : redirect->url;
  }
  static std::string codeIn(const std::string& url) {
    const std::size_t at = url.find("code=");
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, url);
    return url.substr(at + 5, url.find('&', at) - at - 5);
  }

 private:
  static std::chrono::sys_seconds signedIn() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
};

}  // namespace fixture
