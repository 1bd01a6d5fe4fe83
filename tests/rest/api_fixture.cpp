#include "tests/rest/api_fixture.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <thread>
#include <utility>

#include "fhir/fhirpath/fhirpath.h"
#include "fhir/json/json.h"
#include "src/http/target.h"
#include "src/platform/log.h"
#include "src/store/migrations/migrations.h"
#include "tests/support/encrypted.h"

namespace fixture {
namespace {

store::Store openStore(const support::TestDatabase& database) {
  auto role = store::ensureServerRole(database.url(), Server::kRole);
  if (!role) BOOST_FAIL("role: " << role.outcome().toJson());
  store::StoreOptions options;
  options.databaseUrl = database.urlFor(Server::kRole);
  options.mappingsDirectory = std::string(std::getenv("HV_SOURCE_DIR")) + "/mappings";
  options.baseUrl = kBase;
  support::encrypt(options);
  auto store = store::Store::open(options);
  if (!store) BOOST_FAIL("store: " << store.outcome().toJson());
  return *std::move(store);
}

std::unique_ptr<rules::Rules> loadRules(std::vector<std::string> required) {
  auto rules = rules::Rules::load({.folders = {std::string(std::getenv("HV_SOURCE_DIR")) + "/schemas/fhir"},
                                   .required = std::move(required)});
  if (!rules) BOOST_FAIL("rules: " << rules.outcome().toJson());
  return *std::move(rules);
}

rest::ApiOptions apiOptions(platform::Metrics& metrics) {
  rest::ApiOptions options;
  options.baseUrl = kBase;
  options.software = {"Test server", "1"};
  options.workers = Server::kWorkers;
  options.metrics = &metrics;
  return options;
}

std::unique_ptr<Server>& slot() {
  static std::unique_ptr<Server> server;
  return server;
}

// Drops the database before the program ends, while everything else still stands.
struct AtEnd {
  ~AtEnd() { slot().reset(); }
};
BOOST_TEST_GLOBAL_FIXTURE(AtEnd);

}  // namespace

http::Request requestOf(std::string_view method, std::string target,
                        std::initializer_list<http::Header> headers, std::string body) {
  http::Request request;
  request.method = method;
  request.target = std::move(target);
  BOOST_REQUIRE(http::parseTarget(request));
  request.headers = headers;
  if (!body.empty() && !request.header("Content-Type")) {
    request.headers.push_back({"Content-Type", "application/fhir+json"});
  }
  request.body = std::move(body);
  request.id = "test";
  request.received = std::chrono::steady_clock::now();
  return request;
}

Server::Server(std::vector<std::string> required)
    : store(openStore(*database)),
      rules(loadRules(std::move(required))),
      api(store, *rules, apiOptions(metrics)),
      service(api, &metrics) {
  platform::log::setLevel(platform::log::Level::error);
}

http::Response Server::ask(std::string_view method, std::string_view target,
                           std::initializer_list<http::Header> headers, std::string body) {
  return service.handle(requestOf(method, "/fhir" + std::string(target), headers, std::move(body)), 0);
}

std::vector<int> Server::askAtOnce(std::string_view method, std::string_view target,
                                   std::initializer_list<http::Header> headers, const std::string& body) {
  return askAtOnce(method, target, headers, std::vector<std::string>(4, body));
}

std::vector<int> Server::askAtOnce(std::string_view method, std::string_view target,
                                   std::initializer_list<http::Header> headers,
                                   const std::vector<std::string>& bodies) {
  std::vector<http::Request> requests;
  for (const auto& body : bodies)
    requests.push_back(requestOf(method, "/fhir" + std::string(target), headers, body));
  std::vector<int> statuses(requests.size());
  std::vector<std::thread> threads;
  for (unsigned worker = 0; worker < requests.size(); ++worker) {
    threads.emplace_back([&, worker] { statuses[worker] = service.handle(requests[worker], worker).status; });
  }
  for (auto& thread : threads) thread.join();
  std::sort(statuses.begin(), statuses.end());
  return statuses;
}

http::Response Server::askOutside(std::string_view method, std::string_view target) {
  return service.handle(requestOf(method, std::string(target), {}, {}), 0);
}

void Server::put(std::string_view typeAndId, std::string body) {
  const auto response = ask("PUT", "/" + std::string(typeAndId), {}, std::move(body));
  BOOST_REQUIRE_MESSAGE(response.status == 200 || response.status == 201, response.body);
}

Server& server() {
  if (!slot()) slot() = std::make_unique<Server>();
  return *slot();
}

std::string header(const http::Response& response, std::string_view name) {
  const auto* value = response.header(name);
  return value ? *value : std::string();
}

fhir::Resource resourceOf(const http::Response& response) {
  auto resource = fhir::json::parse(response.body);
  if (!resource) BOOST_FAIL("no resource: " << resource.outcome().toJson() << " of " << response.body);
  return std::move(*resource);
}

int checkedStatus(const http::Response& response) {
  if (response.status >= 400) {
    BOOST_TEST(resourceOf(response).typeName() == "OperationOutcome");
    BOOST_TEST(countAt(response, "OperationOutcome.issue.where(severity = 'error')") > 0, response.body);
  }
  return response.status;
}

std::string at(const http::Response& response, std::string_view expression) {
  const auto resource = resourceOf(response);
  const auto parsed = fhir::fhirpath::Expression::parse(expression);
  BOOST_REQUIRE(parsed.ok());
  const fhir::fhirpath::Environment environment;
  fhir::fhirpath::Evaluation evaluation(environment);
  const auto found = evaluation.run(*parsed, resource.root());
  BOOST_REQUIRE(found.ok());
  return found->empty() ? std::string() : std::string(found->front().text);
}

int countAt(const http::Response& response, std::string_view expression) {
  const auto count = at(response, std::string(expression) + ".count()");
  return std::atoi(count.c_str());
}

std::string link(const http::Response& response, std::string_view relation) {
  auto url = at(response, "Bundle.link.where(relation = '" + std::string(relation) + "').url");
  if (url.empty()) return url;
  BOOST_TEST(url.starts_with(kBase), url);
  return url.substr(kBase.size());
}

}  // namespace fixture
