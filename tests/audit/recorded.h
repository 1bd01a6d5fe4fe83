// The API with access control, and without, whose accesses are written down.
#pragma once

#include <future>

#include "src/audit/recorder.h"
#include "src/http/target.h"
#include "tests/access/fixture.h"

namespace fixture {

struct Recorded : AccessFixture {
  Recorded() : recorder({.connection = {.databaseUrl = database.urlFor("hv_test_server")}}) {
    audited = apiWith(&tokens);
    freely = apiWith(nullptr);
  }

  std::unique_ptr<rest::Api> apiWith(smart::Tokens* who) {
    rest::ApiOptions options;
    options.baseUrl = "https://fhir.example.org/fhir";
    options.software = {"Test server", "1"};
    options.tokens = who;
    options.recorder = &recorder;
    return std::make_unique<rest::Api>(store, *rules, options);
  }

  // The answer as the edge would send it.
  http::Response ask(rest::Api& api, const std::string& token, std::string_view method,
                     const std::string& target, const std::string& body = {}, const Fields& headers = {}) {
    http::Request request = requestOf(token, method, target, body, headers);
    request.id = last = "request-" + std::to_string(++asked);
    request.remoteAddress = "192.0.2.7";
    auto response = api.handle(request, 0);
    if (!response.hold) return response;
    std::promise<bool> promise;
    response.hold->wait([&](bool goes) { promise.set_value(goes); });
    if (!promise.get_future().get()) response = {.status = 503, .headers = {}, .body = {}, .hold = {}};
    return response;
  }
  int status(const std::string& token, std::string_view method, const std::string& target,
             const std::string& body = {}, const Fields& headers = {}) {
    return ask(*audited, token, method, target, body, headers).status;
  }

  audit::Recorder recorder;
  std::unique_ptr<rest::Api> audited, freely;
  std::string last;  // X-Request-Id
  int asked = 0;
  const std::string doctor = personToken(doctorUser, "user/*.cruds");
  const std::string client = systemToken("system/*.cruds");
};

}  // namespace fixture
