// The API of the tests' server behind the edge, as `hvfhir serve` puts it there, and a client of its own for
// each thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "src/http/server.h"
#include "src/rest/answer.h"
#include "tests/http/client.h"
#include "tests/rest/api_fixture.h"

namespace fixture {

struct PlainEdge {
  PlainEdge() : edge(options(), handle, rest::faultAnswer) {
    server();  // made here, before several workers ask for it
    edge.start();
  }

  static http::ServerOptions options() {
    http::ServerOptions out;
    out.port = 0;
    out.workers = Server::kWorkers;
    out.reactors = 2;
    out.queueDeadline = std::chrono::seconds(60);
    return out;
  }
  static http::Response handle(const http::Request& request, unsigned worker) {
    return server().service.handle(request, worker);
  }

  http::Server edge;
};

// One connection; asks one request after the other.
class Asker {
 public:
  explicit Asker(std::uint16_t port) : client_(port) {}

  // `headers`: lines, each with its line end. The status 0: no answer.
  testing::Reply ask(std::string_view method, const std::string& target, const std::string& body = {},
                     const std::string& headers = {}) {
    std::string text(method);
    text += " /fhir" + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers;
    if (!body.empty() && headers.find("Content-Type") == std::string::npos)
      text += "Content-Type: application/fhir+json\r\n";
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    if (!client_.send(text + "\r\n" + body)) return {};
    return client_.receive(false, std::chrono::seconds(60)).value_or(testing::Reply{});
  }

 private:
  testing::Client client_;
};

// Runs `work` in so many threads at once, each with its number and its own connection.
inline void byClients(std::uint16_t port, int clients, const std::function<void(int, Asker&)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&, i] {
      Asker asker(port);
      work(i, asker);
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace fixture
