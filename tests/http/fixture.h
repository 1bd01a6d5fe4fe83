// A server on a free port of 127.0.0.1, with a handler for tests and faults that say what they are.
#pragma once

#include <string>
#include <utility>

#include "src/http/server.h"
#include "tests/http/client.h"

namespace testing {

// "status reason" as text.
http::Response faultText(int status, std::string_view reason);
// Answers with what it was asked: method, segments, query and body, one a line.
http::Response echo(const http::Request& request, unsigned worker);

http::ServerOptions testOptions();

struct Running {
  explicit Running(http::ServerOptions options = testOptions(), http::Handler handler = echo)
      : server(std::move(options), std::move(handler), faultText) {
    server.start();
  }
  Client connect() const { return Client(server.port()); }
  // One request on a connection of its own.
  std::optional<Reply> ask(std::string_view bytes) const { return connect().exchange(bytes); }

  http::Server server;
};

std::string get(std::string_view target, std::string_view moreHeaders = {});
std::string post(std::string_view target, std::string_view body, std::string_view moreHeaders = {});

// Waits until `condition` holds, up to ten seconds.
template <typename Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    struct timespec pause {
      0, 2'000'000
    };
    nanosleep(&pause, nullptr);
  }
  return true;
}

}  // namespace testing
