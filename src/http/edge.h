// Edge: what all connections and workers of one Server share.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "src/http/cors.h"
#include "src/http/forwarded.h"
#include "src/http/memory_budget.h"
#include "src/http/server.h"

namespace http {

using TimePoint = std::chrono::steady_clock::time_point;

struct AtomicCounters {
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> openConnections{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> dropped{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> busyWorkers{0};
};

// Makes ids that are unlike any other process's, and unlike each other.
class RequestIds {
 public:
  RequestIds();
  std::string next();

 private:
  std::string prefix_;
  std::atomic<std::uint64_t> count_{0};
};

// Immutable while the server runs, but for the atomics and the budget. Threading: shared by all.
struct Edge {
  Edge(ServerOptions serverOptions, Handler serverHandler, FaultWriter faultWriter,
       AtOnceHandler atOnceHandler);

  const ServerOptions options;
  const Handler handler;
  const FaultWriter faults;
  const AtOnceHandler atOnce;  // may be empty
  const Cors cors;
  const TrustedProxies proxies;
  std::string authority;  // "127.0.0.1:8080": the host of a request that names none
  RequestIds ids;
  AtomicCounters counters;
  MemoryBudget memory;
  std::atomic<bool> draining{false};
};

}  // namespace http
