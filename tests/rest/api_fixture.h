// The whole API on a database of its own, asked without sockets.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/resource.h"
#include "src/http/message.h"
#include "src/platform/metrics.h"
#include "src/rest/api.h"
#include "src/rest/service.h"
#include "src/rules/rules.h"
#include "src/store/store.h"
#include "tests/support/test_database.h"

namespace fixture {

inline constexpr std::string_view kBase = "http://localhost:8080/fhir";

struct Server {
  // `required`: profiles that each resource of their type must keep to.
  explicit Server(std::vector<std::string> required = {});

  // `target`: "/Patient/1?_pretty=true" below the base, or "/health/live" with askOutside.
  // A body without a Content-Type among `headers` is sent as application/fhir+json.
  http::Response ask(std::string_view method, std::string_view target,
                     std::initializer_list<http::Header> headers = {}, std::string body = {});
  // The same request by four workers at once; their statuses, sorted.
  std::vector<int> askAtOnce(std::string_view method, std::string_view target,
                             std::initializer_list<http::Header> headers, const std::string& body);
  // A request for each body, at most kWorkers, each by a worker of its own.
  std::vector<int> askAtOnce(std::string_view method, std::string_view target,
                             std::initializer_list<http::Header> headers,
                             const std::vector<std::string>& bodies);
  http::Response askOutside(std::string_view method, std::string_view target);

  // PUT, which must succeed.
  void put(std::string_view typeAndId, std::string body);

  // Drops the database under the server.
  void drop() { database.reset(); }

  std::unique_ptr<support::TestDatabase> database = std::make_unique<support::TestDatabase>();
  store::Store store;
  std::unique_ptr<rules::Rules> rules;  // the platform's own profiles, and what is stored
  static constexpr unsigned kWorkers = 16;
  static constexpr const char* kRole = "hv_test_server";  // the store's; it logs in without a password
  platform::Metrics metrics{kWorkers};
  rest::Api api;
  rest::Service service;
};

// `target` from the root on: "/fhir/Patient/1".
http::Request requestOf(std::string_view method, std::string target,
                        std::initializer_list<http::Header> headers = {}, std::string body = {});

// One for all tests of the program.
Server& server();

std::string header(const http::Response&, std::string_view name);  // "" when absent
// The body as a resource; fails the test when it is none.
fhir::Resource resourceOf(const http::Response&);
// The status, after checking that an answer from 400 on has an OperationOutcome with an error, and no other
// has.
int checkedStatus(const http::Response&);
// The text at a FHIRPath in the body, the first one; "" when absent.
std::string at(const http::Response&, std::string_view expression);
int countAt(const http::Response&, std::string_view expression);
// A link of a Bundle, made a target for ask(); "" when absent.
std::string link(const http::Response&, std::string_view relation);

}  // namespace fixture
