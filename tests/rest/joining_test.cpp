// Reads that the edge's workers take together: read ahead in one round trip, answered each by itself.
#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "src/http/server.h"
#include "src/rest/answer.h"
#include "tests/http/client.h"
#include "tests/rest/api_fixture.h"

using namespace fixture;

namespace {

std::string patient(const std::string& id, int number) {
  return R"({"resourceType":"Patient","id":")" + id + R"(","multipleBirthInteger":)" +
         std::to_string(number) + "}";
}

void setNumber(const std::string& id, int number) {
  server().put("Patient/" + id, patient(id, number));
}

int numberOf(const http::Response& response) {
  return std::stoi(at(response, "Patient.multipleBirth"));
}

// The API behind the edge, as `hvfhir serve` puts it there.
struct Edge {
  explicit Edge(unsigned workers) : edge(options(workers), handle, rest::faultAnswer) { edge.start(); }

  http::ServerOptions options(unsigned workers) {
    http::ServerOptions out;
    out.port = 0;
    out.workers = workers;
    out.reactors = 2;
    out.queueDeadline = std::chrono::seconds(60);
    out.joining.joinable = [](const http::Request& request) { return server().service.isJoinable(request); };
    out.joining.prepare = [this](std::span<const http::Request* const> run, unsigned worker) {
      if (run.size() > 1) joined += run.size();
      server().service.prepare(run, worker);
    };
    return out;
  }
  static http::Response handle(const http::Request& request, unsigned worker) {
    return server().service.handle(request, worker);
  }

  std::atomic<std::size_t> joined{0};
  http::Server edge;
};

std::string get(const std::string& target) {
  return "GET /fhir" + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

std::string put(const std::string& id, int number) {
  const auto body = patient(id, number);
  return "PUT /fhir/Patient/" + id +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/fhir+json\r\n" +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

bool says(const std::optional<testing::Reply>& reply, const std::string& id, int number) {
  return reply && reply->status == 200 && reply->body.find("\"id\":\"" + id + "\"") != std::string::npos &&
         reply->body.find("\"multipleBirthInteger\":" + std::to_string(number) + "}") != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(joining)

BOOST_AUTO_TEST_CASE(only_reads_by_a_legal_id_are_joinable) {
  const auto isJoinable = [](std::string_view method, const std::string& target) {
    return server().service.isJoinable(requestOf(method, target));
  };
  for (const auto* target : {"/fhir/Patient/1", "/fhir/Patient/1/", "/fhir/Basic/a.b-C?_format=xml"}) {
    BOOST_TEST(isJoinable("GET", target), target);
    BOOST_TEST(isJoinable("HEAD", target), target);
    for (const auto* method : {"PUT", "POST", "PATCH", "DELETE", "OPTIONS"}) {
      BOOST_TEST(!isJoinable(method, target), method << " " << target);
    }
  }
  for (const auto* target :
       {"/fhir/Patient", "/fhir/Patient?_id=1", "/fhir/Patient/_search", "/fhir/Patient/_history",
        "/fhir/metadata", "/fhir/Patient/1/_history", "/fhir/Patient/1/_history/1", "/fhir/Patient/$validate",
        "/fhir/Patient/1/$validate", "/fhir/Patient/a_b", "/fhir/Patient/%20", "/fhir/Nothing/1",
        "/fhir/Parameters/1", "/other/Patient/1", "/health/live", "/metrics", "/"}) {
    BOOST_TEST(!isJoinable("GET", target), target);
  }
}

BOOST_AUTO_TEST_CASE(a_run_is_answered_from_what_was_read_ahead_and_the_next_run_is_not) {
  setNumber("run-1", 1);
  setNumber("run-2", 2);
  const auto first = requestOf("GET", "/fhir/Patient/run-1");
  const auto second = requestOf("GET", "/fhir/Patient/run-2");
  auto& service = server().service;
  constexpr unsigned kWorker = 5;  // not the one that writes
  service.prepare(std::vector<const http::Request*>{&first, &second}, kWorker);
  setNumber("run-1", 11);
  setNumber("run-2", 12);
  BOOST_TEST(numberOf(service.handle(first, kWorker)) == 1);
  // The second was never handled, so what was read for it is left; a new run forgets it, also a run of one.
  service.prepare(std::vector<const http::Request*>{&second}, kWorker);
  BOOST_TEST(numberOf(service.handle(second, kWorker)) == 12);
}

BOOST_AUTO_TEST_CASE(each_of_a_run_has_its_own_answer_whatever_becomes_of_the_others) {
  setNumber("own-1", 1);
  setNumber("own-2", 2);
  setNumber("own-gone", 3);
  BOOST_TEST(server().ask("DELETE", "/Patient/own-gone").status == 204);
  const std::vector<http::Request> requests{
      requestOf("GET", "/fhir/Patient/own-1"),
      requestOf("GET", "/fhir/Patient/own-1?_unknown=1"),
      requestOf("GET", "/fhir/Patient/own-nobody"),
      requestOf("GET", "/fhir/Patient/own-gone"),
      requestOf("HEAD", "/fhir/Patient/own-2"),
      requestOf("GET", "/fhir/Patient/own-1"),
      requestOf("GET", "/fhir/Patient/own-2?_format=application/fhir%2Bxml")};
  std::vector<const http::Request*> run;
  for (const auto& request : requests) run.push_back(&request);
  auto& service = server().service;
  service.prepare(run, 6);
  std::vector<int> statuses;
  std::vector<http::Response> responses;
  for (const auto& request : requests) {
    responses.push_back(service.handle(request, 6));
    statuses.push_back(responses.back().status);
  }
  BOOST_TEST(statuses == (std::vector<int>{200, 400, 404, 410, 200, 200, 200}),
             boost::test_tools::per_element());
  BOOST_TEST(numberOf(responses[0]) == 1);
  BOOST_TEST(numberOf(responses[5]) == 1);
  BOOST_TEST(responses[6].body.find("<multipleBirthInteger value=\"2\"/>") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_client_whose_write_is_answered_reads_it_on_any_connection) {
  constexpr int kClients = 6;
  constexpr int kRounds = 40;
  Edge running(4);
  std::atomic<int> stale{0};
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int c = 0; c < kClients; ++c) setNumber("fresh-" + std::to_string(c), 0);
  // So that there are runs: everybody's patients, again and again.
  for (int r = 0; r < 4; ++r) {
    threads.emplace_back([&] {
      std::vector<testing::Client> clients;
      for (int i = 0; i < 12; ++i) clients.emplace_back(running.edge.port());
      while (!done) {
        for (int i = 0; i < 12; ++i) {
          clients[static_cast<std::size_t>(i)].send(get("/Patient/fresh-" + std::to_string(i % kClients)));
        }
        for (auto& client : clients) {
          if (!client.receive()) ++stale;
        }
      }
    });
  }
  std::vector<std::thread> writers;
  for (int c = 0; c < kClients; ++c) {
    writers.emplace_back([&, c] {
      const auto id = "fresh-" + std::to_string(c);
      testing::Client writes(running.edge.port());
      testing::Client reads(running.edge.port());
      for (int i = 1; i <= kRounds; ++i) {
        const auto written = writes.exchange(put(id, i));
        if (!written || written->status != 200) ++stale;
        if (!says(reads.exchange(get("/Patient/" + id)), id, i)) ++stale;
        // In one packet on one connection: the read waits for the write before it.
        writes.send(put(id, i + 1000) + get("/Patient/" + id));
        if (!writes.receive()) ++stale;
        if (!says(writes.receive(), id, i + 1000)) ++stale;
      }
    });
  }
  for (auto& writer : writers) writer.join();
  done = true;
  for (auto& thread : threads) thread.join();
  BOOST_TEST(stale == 0);
  BOOST_TEST(running.joined > 0u);
}

BOOST_AUTO_TEST_CASE(joined_reads_never_reach_another_connection) {
  constexpr int kPatients = 30;
  for (int i = 0; i < kPatients; ++i) setNumber("mine-" + std::to_string(i), i);
  Edge running(3);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 10; ++round) {
        std::vector<testing::Client> clients;
        for (int c = 0; c < 12; ++c) clients.emplace_back(running.edge.port());
        const auto mine = [&](int c) { return (t * 7 + c * 5 + round) % kPatients; };
        for (int c = 0; c < 12; ++c) {
          clients[static_cast<std::size_t>(c)].send(get("/Patient/mine-" + std::to_string(mine(c))));
          if (c % 4 == 3) clients[static_cast<std::size_t>(c)].vanish();
        }
        for (int c = 0; c < 12; ++c) {
          if (c % 4 == 3) continue;
          const auto reply = clients[static_cast<std::size_t>(c)].receive();
          if (!says(reply, "mine-" + std::to_string(mine(c)), mine(c))) ++wrong;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(wrong == 0);
  BOOST_TEST(running.joined > 0u);
}

BOOST_AUTO_TEST_SUITE_END()
