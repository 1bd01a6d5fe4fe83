// The whole API with access control on a database of its own: two patients, two doctors, an admin, a client
// system, and records of both patients.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "src/rest/api.h"
#include "src/rules/rules.h"
#include "src/store/store.h"
#include "tests/smart/fixture.h"

namespace fixture {

struct AccessFixture : SmartFixture {
  AccessFixture();
  ~AccessFixture();

  // A token of the person (users.id) for an app with these scopes; `patient`: FHIR id, in context.
  std::string personToken(const std::string& user, std::string_view scopes, const std::string& patient = "");
  std::string systemToken(std::string_view scopes);

  // `token` empty: without Authorization. A body is FHIR JSON unless `contentType` says otherwise.
  http::Response ask(const std::string& token, std::string_view method, const std::string& target,
                     const std::string& body = {}, const Fields& headers = {});
  // What ask() sends.
  static http::Request requestOf(const std::string& token, std::string_view method, const std::string& target,
                                 const std::string& body = {}, const Fields& headers = {});
  int status(const std::string& token, std::string_view method, const std::string& target,
             const std::string& body = {}) {
    return ask(token, method, target, body).status;
  }
  // As the server itself; it must succeed.
  void put(const std::string& json);

  // FHIR ids. The patient and the doctor that can sign in are SmartFixture's.
  const std::string other = "hidden-person-1";  // a patient whom nobody here may see but client systems
  std::string careless;                         // users.id of a doctor without any patient

  store::Store store;
  std::unique_ptr<rules::Rules> rules;
  std::unique_ptr<rest::Api> open, guarded;
  const smart::Client app = publicApp();
};

std::string subjectOf(const std::string& patient);
std::string observationOf(const std::string& id, const std::string& patient, const std::string& doctor,
                          const std::string& category = "laboratory");
std::string conditionOf(const std::string& id, const std::string& patient, const std::string& more = "");

}  // namespace fixture
