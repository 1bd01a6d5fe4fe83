#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdio>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "src/http/server.h"
#include "src/platform/log.h"
#include "src/rest/answer.h"
#include "tests/http/client.h"
#include "tests/rest/api_fixture.h"

using namespace fixture;

namespace {

// What is written to standard error while it lives.
class StandardError {
 public:
  StandardError() : file_(std::tmpfile(), &std::fclose), before_(::dup(STDERR_FILENO)) {
    BOOST_REQUIRE(file_);
    ::dup2(::fileno(file_.get()), STDERR_FILENO);
  }
  ~StandardError() {
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
  }
  StandardError(const StandardError&) = delete;
  StandardError& operator=(const StandardError&) = delete;

  std::string text() const {
    std::rewind(file_.get());
    std::string out(65536, '\0');
    out.resize(std::fread(out.data(), 1, out.size(), file_.get()));
    return out;
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  int before_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(service)

BOOST_AUTO_TEST_CASE(the_capability_statement_declares_what_is_registered) {
  const auto response = server().ask("GET", "/metadata");
  BOOST_TEST(checkedStatus(response) == 200);
  BOOST_TEST(at(response, "CapabilityStatement.fhirVersion") == "4.0.1");
  BOOST_TEST(at(response, "CapabilityStatement.implementation.url") == kBase);
  const auto all = static_cast<int>(fhir::resourceTypes().size());
  BOOST_TEST(countAt(response, "CapabilityStatement.rest.resource") == all - 1);  // all but Parameters
  const std::string patient = "CapabilityStatement.rest.resource.where(type = 'Patient')";
  for (const auto* code : {"read", "vread", "create", "update", "patch", "delete", "search-type",
                           "history-instance", "history-type"}) {
    BOOST_TEST(countAt(response, patient + ".interaction.where(code = '" + code + "')") == 1, code);
  }
  BOOST_TEST(countAt(response, patient + ".interaction") == 9);
  for (const auto* code : {"search-system", "history-system"})
    BOOST_TEST(countAt(response,
                       std::string("CapabilityStatement.rest.interaction.where(code = '") + code + "')") == 1,
               code);
  BOOST_TEST(countAt(response, "CapabilityStatement.rest.compartment") == 5);
  BOOST_TEST(countAt(response, patient + ".searchInclude.where($this = 'Patient:general-practitioner')") ==
             1);
  BOOST_TEST(countAt(response, patient + ".searchRevInclude.where($this = 'Observation:subject')") == 1);
  BOOST_TEST(countAt(response, patient + ".searchRevInclude.where($this = 'Patient:organization')") == 0);
  BOOST_TEST(countAt(response, patient + ".searchParam.where(name = 'family')") == 1);
}

BOOST_AUTO_TEST_CASE(every_declared_search_parameter_is_one_of_the_store) {
  const auto response = server().ask("GET", "/metadata");
  for (const auto* type : fhir::resourceTypes()) {
    if (!rest::hasEndpoint(*type)) continue;
    const auto declared = countAt(response, "CapabilityStatement.rest.resource.where(type = '" +
                                                std::string(type->name) + "').searchParam");
    BOOST_TEST(static_cast<std::size_t>(declared) == server().store.searches(*type).size(), type->name);
  }
}

BOOST_AUTO_TEST_CASE(every_declared_search_parameter_can_be_searched_by) {
  using fhir::SearchParameterType;
  const auto valueFor = [](const fhir::SearchParameter& parameter) -> std::string {
    switch (parameter.type) {
      case SearchParameterType::number:
        return "1";
      case SearchParameterType::date:
        return "ge2026-01";
      case SearchParameterType::quantity:
        return "gt1.5%7Chttp://unitsofmeasure.org%7Ckg";
      case SearchParameterType::uri:
        return "http://example.org/x";
      default:
        return "x";
    }
  };
  for (const auto* type : fhir::resourceTypes()) {
    if (!rest::hasEndpoint(*type)) continue;
    for (const auto& search : server().store.searches(*type)) {
      if (search.parameter->type == SearchParameterType::composite)
        continue;  // its value depends on its parts
      const auto target = "/" + std::string(type->name) + "?" + std::string(search.parameter->code) + "=" +
                          valueFor(*search.parameter);
      const auto response = server().ask("GET", target);
      // A parameter over a required binding knows its codes and says that "x" is none of them.
      const bool isJudged = response.status == 400 && at(response, "OperationOutcome.issue.code") == "value";
      BOOST_TEST((response.status == 200 || isJudged), target << " " << response.body);
    }
  }
}

BOOST_AUTO_TEST_CASE(another_mode_of_capabilities_is_refused) {
  BOOST_TEST(server().ask("GET", "/metadata?mode=full").status == 200);
  BOOST_TEST(checkedStatus(server().ask("GET", "/metadata?mode=terminology")) == 501);
  BOOST_TEST(checkedStatus(server().ask("POST", "/metadata")) == 405);
}

BOOST_AUTO_TEST_CASE(health_and_metrics_live_beside_the_api) {
  BOOST_TEST(server().askOutside("GET", "/health/live").status == 200);
  BOOST_TEST(server().askOutside("GET", "/health/ready").status == 200);
  BOOST_TEST(server().askOutside("HEAD", "/health/ready").status == 200);
  BOOST_TEST(checkedStatus(server().askOutside("POST", "/health/live")) == 405);
  BOOST_TEST(server().askOutside("GET", "/").body.find(kBase) != std::string::npos);
  BOOST_TEST(checkedStatus(server().askOutside("GET", "/health")) == 404);
}

BOOST_AUTO_TEST_CASE(each_request_is_counted_by_interaction_type_and_status) {
  (void)server().ask("GET", "/Patient/counted-nobody");
  const auto metrics = server().askOutside("GET", "/metrics");
  BOOST_TEST(header(metrics, "Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  BOOST_TEST(metrics.body.find("interaction=\"read\"") != std::string::npos);
  BOOST_TEST(metrics.body.find("status=\"404\"") != std::string::npos);
  BOOST_TEST(metrics.body.find("counted-nobody") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_log_tells_the_interaction_and_nothing_about_the_person) {
  StandardError captured;
  platform::log::setLevel(platform::log::Level::info);
  (void)server().ask("GET", "/Patient/secret-id");
  (void)server().ask("GET", "/Patient?family=secret-name");
  (void)server().ask("secret-METHOD", "/Patient");
  (void)server().ask("PUT", "/Patient/secret-id", {},
                     R"({"resourceType":"Patient","id":"secret-id","name":[{"family":"secret-name"}]})");
  platform::log::setLevel(platform::log::Level::error);
  platform::log::flush();
  const auto text = captured.text();
  BOOST_TEST(text.find("\"interaction\":\"search-type\"") != std::string::npos);
  BOOST_TEST(text.find("\"status\":404") != std::string::npos);
  BOOST_TEST(text.find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(over_a_socket_head_has_no_body_and_the_edge_s_faults_are_operation_outcomes) {
  http::ServerOptions options;
  options.port = 0;
  options.workers = 1;
  options.maxBodyBytes = 1000;
  server().put("Patient/socket-1", R"({"resourceType":"Patient","id":"socket-1","gender":"other"})");
  http::Server edge(
      options,
      [](const http::Request& request, unsigned worker) { return server().service.handle(request, worker); },
      rest::faultAnswer);
  edge.start();

  testing::Client client(edge.port());
  BOOST_TEST(client.send("HEAD /fhir/Patient/socket-1 HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  const auto head = client.receive(true);
  BOOST_REQUIRE(head.has_value());
  BOOST_TEST(head->status == 200);
  BOOST_TEST(head->header("ETag") == "W/\"1\"");

  const auto tooLong = testing::Client(edge.port())
                           .exchange(
                               "POST /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                               "application/fhir+json\r\nContent-Length: 2000\r\n\r\n");
  BOOST_REQUIRE(tooLong.has_value());
  BOOST_TEST(tooLong->status == 413);
  BOOST_TEST(tooLong->header("Content-Type") == "application/fhir+json; charset=utf-8");
  BOOST_TEST(tooLong->body.find("OperationOutcome") != std::string::npos);
  edge.stop();
}

BOOST_AUTO_TEST_CASE(life_and_metrics_are_told_while_all_workers_wait_for_the_database) {
  http::ServerOptions options;
  options.port = 0;
  options.workers = 1;
  options.maxQueue = 1;
  options.queueDeadline = std::chrono::seconds(60);
  std::promise<void> go;
  const auto mayGo = go.get_future().share();
  http::Server edge(
      options,
      [&](const http::Request& request, unsigned worker) {
        mayGo.wait();
        return server().service.handle(request, worker);
      },
      rest::faultAnswer, [](const http::Request& request) { return server().service.atOnce(request); });
  edge.start();
  const std::string end = " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  testing::Client atWork(edge.port());
  BOOST_TEST(atWork.send("GET /health/ready" + end));
  while (edge.counters().busyWorkers < 1) std::this_thread::yield();
  testing::Client inQueue(edge.port());
  BOOST_TEST(inQueue.send("GET /health/ready" + end));
  while (edge.counters().queued < 1) std::this_thread::yield();
  testing::Client probe(edge.port());
  BOOST_TEST(probe.exchange("GET /health/live" + end)->status == 200);
  const auto metrics = probe.exchange("GET /metrics" + end);
  BOOST_TEST(metrics->status == 200);
  BOOST_TEST(metrics->body.find("hvfhir_requests_total") != std::string::npos);
  BOOST_TEST(probe.exchange("GET /health/ready" + end)->status == 503);
  go.set_value();
  BOOST_TEST(atWork.receive()->status == 200);
  BOOST_TEST(inQueue.receive()->status == 200);
  // Pipelined with what needs a worker, the answers keep the order of the requests.
  BOOST_TEST(probe.send("GET /fhir/Patient/none" + end + "GET /health/live" + end));
  BOOST_TEST(probe.receive()->status == 404);
  BOOST_TEST(probe.receive()->status == 200);
  edge.stop();
}

BOOST_AUTO_TEST_CASE(a_database_that_went_away_is_503_with_an_outcome) {
  // A server of its own, whose database is dropped under it.
  auto other = std::make_unique<Server>();
  BOOST_TEST(other->ask("GET", "/Patient/1").status == 404);
  other->drop();
  const auto read = other->ask("GET", "/Patient/1");
  BOOST_TEST(checkedStatus(read) == 503);
  BOOST_TEST(!header(read, "Retry-After").empty());
  BOOST_TEST(other->askOutside("GET", "/health/ready").status == 503);
  BOOST_TEST(other->askOutside("GET", "/health/live").status == 200);
  BOOST_TEST(other->ask("GET", "/metadata").status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
