#include "src/cli/serve.h"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <cstdio>
#include <exception>
#include <memory>
#include <utility>

#include "src/http/server.h"
#include "src/platform/log.h"
#include "src/platform/metrics.h"
#include "src/rest/answer.h"
#include "src/rest/api.h"
#include "src/rest/service.h"

namespace cli {
namespace {

namespace log = platform::log;
using platform::Configuration;
using platform::Metrics;

http::ServerOptions serverOptions(const Configuration& configuration) {
  http::ServerOptions out;
  out.address = configuration.address;
  out.port = configuration.port;
  out.reactors = configuration.reactors;
  out.workers = configuration.workers;
  out.maxQueue = configuration.maxQueue;
  out.queueDeadline = configuration.queueDeadline;
  out.maxConnections = configuration.maxConnections;
  out.maxHeaderBytes = configuration.maxHeader;
  out.maxTargetBytes = configuration.maxTarget;
  out.maxBodyBytes = configuration.maxBody;
  out.maxBufferedBytes = configuration.maxBuffered;
  out.requestTimeout = configuration.requestTimeout;
  out.idleTimeout = configuration.idleTimeout;
  out.writeTimeout = configuration.writeTimeout;
  out.drainTimeout = configuration.drainTimeout;
  out.maxPipelined = configuration.maxPipelined;
  out.compressFrom = configuration.compressFrom;
  out.trustedProxies = configuration.trustedProxies;
  out.tls = {configuration.tlsCertificate, configuration.tlsKey};
  out.cors.origins = configuration.corsOrigins;
  return out;
}

void observe(Metrics& metrics, const http::Server& server) {
  using Kind = Metrics::Kind;
  const auto add = [&](std::string name, std::string help, Kind kind,
                       std::uint64_t http::ServerCounters::*counter) {
    metrics.observe(std::move(name), std::move(help), kind,
                    [&server, counter] { return static_cast<double>(server.counters().*counter); });
  };
  using Counters = http::ServerCounters;
  add("hvfhir_connections_total", "Connections accepted.", Kind::counter, &Counters::connections);
  add("hvfhir_connections_open", "Connections open now.", Kind::gauge, &Counters::openConnections);
  add("hvfhir_edge_requests_total", "Requests read whole.", Kind::counter, &Counters::requests);
  add("hvfhir_edge_dropped_total", "Answers whose connection had gone.", Kind::counter, &Counters::dropped);
  add("hvfhir_edge_rejected_total", "Requests that the edge answered with a fault.", Kind::counter,
      &Counters::rejected);
  add("hvfhir_edge_buffered_bytes", "Requests and unsent answers that connections hold now.", Kind::gauge,
      &Counters::bufferedBytes);
  add("hvfhir_queue_length", "Requests waiting for a worker now.", Kind::gauge, &Counters::queued);
  add("hvfhir_workers_busy", "Workers, each with its database connection, at work now.", Kind::gauge,
      &Counters::busyWorkers);
}

// The signals that end or change the server; blocked in every thread, so that one place takes them.
sigset_t blockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void waitForEnd(const sigset_t& signals, http::Server& server) {
  for (int signal = 0; sigwait(&signals, &signal) == 0;) {
    if (signal != SIGHUP) return;
    const std::string fault = server.reloadTls();
    if (fault.empty()) {
      log::info("certificate reloaded");
    } else {
      log::error("certificate not reloaded, the old one stays", {{"reason", fault}});
    }
  }
}

}  // namespace

store::StoreOptions storeOptions(const Configuration& configuration, std::string baseUrl) {
  store::StoreOptions out;
  out.databaseUrl = configuration.databaseUrl;
  out.mappingsDirectory = configuration.mappings;
  out.baseUrl = std::move(baseUrl);
  out.strictReferences = configuration.references == platform::References::strict;
  out.connectTimeoutSeconds =
      static_cast<std::uint32_t>((configuration.databaseConnectTimeout.count() + 999) / 1000);
  out.statementTimeoutMilliseconds =
      static_cast<std::uint32_t>(configuration.databaseStatementTimeout.count());
  out.defaultCount = configuration.pageSize;
  out.maxCount = configuration.maxPageSize;
  return out;
}

std::optional<fhir::validation::Options> writeRules(const Configuration& configuration) {
  if (configuration.validation == platform::Validation::structure) return std::nullopt;
  return fhir::validation::Options{};
}

fhir::Result<fhir::Done> serve(const Configuration& configuration, bool announce) {
  log::setLevel(configuration.logLevel);
  const sigset_t signals = blockSignals();

  // The port is bound first, since the base URL may follow from it; until the store is open the answer is
  // 503.
  std::atomic<rest::Service*> service{nullptr};
  const auto handle = [&service](const http::Request& request, unsigned worker) {
    rest::Service* ready = service.load(std::memory_order_acquire);
    return ready == nullptr ? rest::faultAnswer(503, "The server is starting. Try again in a second.")
                            : ready->handle(request, worker);
  };
  http::Server server(serverOptions(configuration), handle,
                      [](int status, std::string_view reason) { return rest::faultAnswer(status, reason); });
  try {
    server.start();
  } catch (const std::exception& error) {
    return fhir::Outcome(fhir::Failure::conflict, fhir::IssueType::exception, error.what());
  }

  const std::string baseUrl = configuration.publicBase(server.port());
  auto opened = store::Store::open(storeOptions(configuration, baseUrl));
  if (!opened) return std::move(opened).outcome();
  const store::Store store = *std::move(opened);

  std::unique_ptr<Metrics> metrics;
  if (configuration.metrics) {
    metrics = std::make_unique<Metrics>(configuration.workers);
    observe(*metrics, server);
  }
  rest::ApiOptions options;
  options.baseUrl = baseUrl;
  options.software = {"HealthVillage FHIR server", HVFHIR_VERSION};
  options.pretty = configuration.pretty;
  options.writeRules = writeRules(configuration);
  options.workers = configuration.workers;
  options.metrics = metrics.get();
  rest::Api api(store, options);
  rest::Service running(api, metrics.get());
  service.store(&running, std::memory_order_release);

  log::info("serving", {{"base", baseUrl}, {"workers", configuration.workers}});
  if (announce) {
    fmt::print("{} serves {}\n", options.software.name, baseUrl);
    std::fflush(stdout);
  }
  waitForEnd(signals, server);
  log::info("stopping");
  server.stop();
  log::info("stopped");
  return fhir::Done{};
}

}  // namespace cli
