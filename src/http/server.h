// Server: the edge. Sockets, TLS, HTTP/1.1, limits, CORS, compression, a pool of workers and its queue.
//
// One way through: reactor thread reads and parses -> queue -> worker calls the Handler -> the answer returns
// to the reactor thread of that very connection, which sends it, in the order of the requests (pipelining),
// or drops it when the connection has gone. A Response can never reach another connection.
//
// Transport: Pistache's reactors (docs/decisions says what else of Pistache is used, and what not); HTTP/1.1
// parsing: Boost.Beast; TLS: OpenSSL memory BIOs. Threading: start, stop, reload and the accessors may be
// called from any thread; the Handler is called by many workers at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "src/http/message.h"

namespace http {

struct TlsOptions {
  std::string certificateFile;  // PEM, chain included; empty serves plain HTTP
  std::string keyFile;          // PEM
};

struct CorsOptions {
  std::vector<std::string> origins;  // exact origins, or "*"
};

// What a worker may take together. Short requests that wait for the same thing (one round trip to the
// database) are worth it; each is still handled by itself, in its turn, and answered at once.
struct Joining {
  // Whether the request may be one of a run. Any thread; must not throw. A request with a body never is.
  std::function<bool(const Request&)> joinable;
  // Called on a worker thread before the first request of each run is handled, also of a run of one: the
  // worker begins something new, and what was prepared for its last run is over. All of `run` have arrived;
  // some may never be handled by this worker, and may be handled by another meanwhile.
  std::function<void(std::span<const Request* const> run, unsigned worker)> prepare;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;                      // 0 takes a free one; port() tells
  unsigned reactors = 1;                          // threads that read and write sockets
  unsigned workers = 16;                          // threads that run the Handler
  std::size_t maxQueue = 1024;                    // requests waiting for a worker; more: 503
  std::chrono::milliseconds queueDeadline{2000};  // longest wait for a worker; then 503 with Retry-After
  std::size_t maxConnections = 10'000;
  std::size_t maxHeaderBytes = 16 * 1024;       // more: 431
  std::size_t maxTargetBytes = 8 * 1024;        // more: 414
  std::size_t maxBodyBytes = 16 * 1024 * 1024;  // more, also after decompression: 413
  // Requests and unsent answers of all connections together. What would hold more than is still free: 503
  // with Retry-After; of the clients that hold so much of their answers unread, the slow ones are closed.
  std::size_t maxBufferedBytes = 256 * 1024 * 1024;
  std::chrono::milliseconds requestTimeout{30'000};  // from the first byte of a request to its last: 408
  std::chrono::milliseconds idleTimeout{75'000};     // keep-alive without a request: closed
  std::chrono::milliseconds writeTimeout{30'000};    // a client that does not read: closed
  std::chrono::milliseconds drainTimeout{20'000};    // stop() waits this long for what is in flight
  unsigned maxPipelined = 32;               // requests of one connection in flight; reading pauses at it
  std::size_t compressFrom = 1024;          // bodies of this size and more are gzipped when accepted
  std::vector<std::string> trustedProxies;  // addresses or CIDR blocks whose Forwarded headers are believed
  TlsOptions tls;
  CorsOptions cors;
  Joining joining;  // both or none
};

// A fault that the edge itself answers (400, 408, 413, 414, 431, 503 ...): makes the body and its content
// type.
using FaultWriter = std::function<Response(int status, std::string_view reason)>;

// Called on a worker thread. Must not throw (if it does, the client gets 500 through the FaultWriter).
// `worker` is the worker's number, 0 .. workers-1: what belongs to one worker (a database connection) needs
// no lock.
using Handler = std::function<Response(const Request&, unsigned worker)>;

// Called on a reactor thread for each request, before it would wait for a worker: its answer when that takes
// no time and needs nothing that can be busy, else nothing. Whether the process lives is asked just when all
// workers are busy.
using AtOnceHandler = std::function<std::optional<Response>(const Request&)>;

// What the edge counts since start; for metrics.
struct ServerCounters {
  std::uint64_t connections = 0;  // accepted
  std::uint64_t openConnections = 0;
  std::uint64_t requests = 0;  // parsed whole
  std::uint64_t dropped = 0;   // answers whose connection had gone
  std::uint64_t rejected = 0;  // answered by the edge with a fault
  std::uint64_t queued = 0;    // waiting now
  std::uint64_t busyWorkers = 0;
  std::uint64_t heldAnswers = 0;    // made, and waiting for their Hold
  std::uint64_t bufferedBytes = 0;  // of requests and unsent answers now
};

class Server {
 public:
  Server(ServerOptions options, Handler handler, FaultWriter faults, AtOnceHandler atOnce = {});
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and begins to serve; returns at once. To be called once. Raises the process's soft limit of open
  // files towards maxConnections. Throws std::runtime_error when the address, certificate or key is unusable.
  void start();
  // Stops accepting, lets what is in flight finish within drainTimeout, closes all. Idempotent. A Handler
  // that is running is waited for, however long it takes: a thread can't be ended from outside.
  void stop();
  // Reads certificate and key again; on failure the old ones stay and the text says why. Empty: done.
  std::string reloadTls();

  std::uint16_t port() const noexcept;
  ServerCounters counters() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace http
