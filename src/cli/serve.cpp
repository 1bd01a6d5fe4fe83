#include "src/cli/serve.h"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <span>
#include <utility>

#include "src/audit/keeper.h"
#include "src/audit/recorder.h"
#include "src/audit/rule_watch.h"
#include "src/cli/authorization.h"
#include "src/http/server.h"
#include "src/keys/process.h"
#include "src/platform/log.h"
#include "src/platform/metrics.h"
#include "src/rest/answer.h"
#include "src/rest/api.h"
#include "src/rest/service.h"
#include "src/rules/watch.h"
#include "src/store/encryption_watch.h"
#include "src/store/migrations/migrations.h"
#include "src/store/parameter_watch.h"

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
  add("hvfhir_answers_held", "Answers that wait until their access is written down.", Kind::gauge,
      &Counters::heldAnswers);
}

void observe(Metrics& metrics, const audit::Recorder& recorder) {
  const auto add = [&](std::string name, std::string help,
                       std::uint64_t (audit::Recorder::*counter)() const noexcept) {
    metrics.observe(std::move(name), std::move(help), Metrics::Kind::counter,
                    [&recorder, counter] { return static_cast<double>((recorder.*counter)()); });
  };
  add("hvfhir_audit_accesses_total", "Accesses that were written down.", &audit::Recorder::written);
  add("hvfhir_audit_accesses_failed_total", "Accesses that could not be written down, and were answered 503.",
      &audit::Recorder::failed);
  add("hvfhir_audit_access_rows_total", "Rows of the audit trail that have them.", &audit::Recorder::rows);
}

void observe(Metrics& metrics, const audit::RuleWatch& watch) {
  const auto& rules = watch.rules().all;
  for (std::size_t i = 0; i < rules.size(); ++i)
    metrics.observe("hvfhir_audit_anomalies_total", "What rules over the audit trail found, and told.",
                    Metrics::Kind::counter, [&watch, i] { return static_cast<double>(watch.raised(i)); },
                    {{"rule", rules[i].name}});
  metrics.observe("hvfhir_audit_rules_behind_seconds", "How far the rules are behind the audit trail.",
                  Metrics::Kind::gauge, [&watch] { return watch.behind(); });
}

// Null without rules.
fhir::Result<std::unique_ptr<audit::RuleWatch>> ruleWatchOf(audit::Rules rules,
                                                            const store::ConnectionOptions& options,
                                                            Metrics* metrics) {
  if (rules.all.empty()) return std::unique_ptr<audit::RuleWatch>();
  store::Connection connection(options);
  if (auto checked = rules.checkTimeZone(connection); !checked) return std::move(checked).outcome();
  auto watch = std::make_unique<audit::RuleWatch>(
      audit::RuleWatch::Options{.connection = options, .rules = std::move(rules)});
  if (metrics != nullptr) observe(*metrics, *watch);
  return watch;
}

// Nobody, when the configuration says so.
std::unique_ptr<audit::Recorder> recorderOf(const Configuration& configuration,
                                            const store::ConnectionOptions& options, Metrics* metrics) {
  if (!configuration.auditReads) {
    log::warning("reads, searches and refusals are not written into the audit trail");
    return nullptr;
  }
  auto recorder = std::make_unique<audit::Recorder>(audit::Recorder::Options{.connection = options});
  if (metrics != nullptr) observe(*metrics, *recorder);
  return recorder;
}

// Which requests a worker takes together; none while there is no service yet.
http::Joining joining(const std::atomic<rest::Service*>& service) {
  http::Joining out;
  out.joinable = [&service](const http::Request& request) {
    const rest::Service* ready = service.load(std::memory_order_acquire);
    return ready != nullptr && ready->isJoinable(request);
  };
  out.prepare = [&service](std::span<const http::Request* const> run, unsigned worker) {
    rest::Service* ready = service.load(std::memory_order_acquire);
    if (ready != nullptr) ready->prepare(run, worker);
  };
  return out;
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

store::StoreOptions storeOptions(const Configuration& configuration, std::string baseUrl) {
  store::StoreOptions out;
  out.databaseUrl = configuration.databaseUrl;
  out.mappingsDirectory = configuration.mappings;
  out.baseUrl = std::move(baseUrl);
  out.strictReferences = configuration.references == platform::References::strict;
  out.connectTimeoutSeconds = static_cast<std::uint32_t>(connectTimeout(configuration).count());
  out.statementTimeoutMilliseconds =
      static_cast<std::uint32_t>(configuration.databaseStatementTimeout.count());
  out.defaultCount = configuration.pageSize;
  out.maxCount = configuration.maxPageSize;
  out.encryption = providerOptions(configuration);
  out.keysKept = configuration.encryptionKeyKept;
  return out;
}

// The store alone would say only that the database is not available, since its words may reach a client.
fhir::Result<fhir::Done> checkSchema(const Configuration& configuration) {
  const auto all = store::migrationStatus(configuration.databaseUrl, store::builtInMigrations(),
                                          connectTimeout(configuration));
  if (!all) return all.outcome();
  const auto isPending = [](const store::MigrationStatus& status) { return status.appliedAt.empty(); };
  const auto first = std::ranges::find_if(*all, isPending);
  if (first == all->end()) return fhir::Done{};
  return fhir::Outcome(
      fhir::Failure::conflict, fhir::IssueType::conflict,
      fmt::format("the database lacks {} of this program's migrations, the first of them {:03}_{}; "
                  "run `hvfhir migrate up` as the owner of the schema",
                  std::ranges::count_if(*all, isPending), first->version, first->name));
}

}  // namespace

keys::ProviderOptions providerOptions(const Configuration& configuration) {
  return {configuration.encryptionKey, configuration.encryptionKeySecret, configuration.encryptionKeyCa};
}

std::chrono::seconds connectTimeout(const Configuration& configuration) {
  return std::chrono::ceil<std::chrono::seconds>(configuration.databaseConnectTimeout);
}

fhir::Result<store::Store> openStore(const Configuration& configuration, std::string baseUrl) {
  if (auto checked = checkSchema(configuration); !checked) return std::move(checked).outcome();
  return store::Store::open(storeOptions(configuration, std::move(baseUrl)));
}

fhir::Result<std::unique_ptr<rules::Rules>> rulesOf(const Configuration& configuration,
                                                    const store::Store& store) {
  auto rules = rules::Rules::load({.level = configuration.validation,
                                   .folders = configuration.profiles,
                                   .required = configuration.requiredProfiles});
  if (!rules) return rules;
  auto session = store.session();
  if (auto followed = (*rules)->refresh(session); !followed) return std::move(followed).outcome();
  return rules;
}

fhir::Result<fhir::Done> serve(const Configuration& configuration, bool announce) {
  log::setLevel(configuration.logLevel);
  keys::keepSecretsInMemory();
  const sigset_t signals = blockSignals();

  // The port is bound first, since the base URL may follow from it; until the store is open the answer is
  // 503.
  std::atomic<rest::Service*> service{nullptr};
  std::atomic<Authorization*> gate{nullptr};  // set before the service
  const auto handle = [&](const http::Request& request, unsigned worker) {
    rest::Service* ready = service.load(std::memory_order_acquire);
    if (ready == nullptr) return rest::faultAnswer(503, "The server is starting. Try again in a second.");
    http::Response response = ready->handle(request, worker);
    if (Authorization* open = gate.load(std::memory_order_acquire)) open->allowOrigin(request, response);
    return response;
  };
  const auto atOnce = [&service](const http::Request& request) {
    const rest::Service* ready = service.load(std::memory_order_acquire);
    return ready == nullptr ? std::nullopt : ready->atOnce(request);
  };
  http::ServerOptions edge = serverOptions(configuration);
  edge.joining = joining(service);
  http::Server server(
      std::move(edge), handle,
      [](int status, std::string_view reason) { return rest::faultAnswer(status, reason); }, atOnce);
  try {
    server.start();
  } catch (const std::exception& error) {
    return fhir::Outcome(fhir::Failure::conflict, fhir::IssueType::exception, error.what());
  }

  auto keys = audit::Keys::read(configuration.auditKey);
  if (!keys) return std::move(keys).outcome();
  auto auditRules = audit::Rules::read(configuration.auditRules);
  if (!auditRules) return std::move(auditRules).outcome();
  const std::string baseUrl = configuration.publicBase(server.port());
  auto opened = openStore(configuration, baseUrl);
  if (!opened) return std::move(opened).outcome();
  const store::Store store = *std::move(opened);

  const auto rules = rulesOf(configuration, store);
  if (!rules) return rules.outcome();
  const rules::Watch watch(**rules, store);
  const store::ParameterWatch parameters(store);
  const store::EncryptionWatch encryption(store, static_cast<std::uint32_t>(configuration.encryptionRate));
  const store::StoreOptions asStore = storeOptions(configuration, baseUrl);
  const store::ConnectionOptions ofTrail{.databaseUrl = asStore.databaseUrl,
                                         .connectTimeoutSeconds = asStore.connectTimeoutSeconds,
                                         .statementTimeoutMilliseconds = asStore.statementTimeoutMilliseconds,
                                         .watchdog = std::make_shared<store::Watchdog>()};
  const audit::Keeper keeper(ofTrail, *std::move(keys), configuration.auditCheckpointInterval);

  std::unique_ptr<Metrics> metrics;
  if (configuration.metrics) {
    metrics = std::make_unique<Metrics>(configuration.workers);
    observe(*metrics, server);
  }
  const auto recorder = recorderOf(configuration, ofTrail, metrics.get());
  const auto ruleWatch = ruleWatchOf(*std::move(auditRules), ofTrail, metrics.get());
  if (!ruleWatch) return ruleWatch.outcome();
  std::unique_ptr<Authorization> authorization;
  if (configuration.access == platform::AccessControl::off) {
    log::warning("access control is off: whoever reaches this server can read and change everything");
  } else {
    auto started = Authorization::open(configuration, baseUrl, store);
    if (!started) return std::move(started).outcome();
    authorization = *std::move(started);
  }
  rest::ApiOptions options;
  options.baseUrl = baseUrl;
  options.software = {"HealthVillage FHIR server", HVFHIR_VERSION};
  options.pretty = configuration.pretty;
  options.workers = configuration.workers;
  options.metrics = metrics.get();
  options.recorder = recorder.get();
  rest::Service::Beside beside;
  if (authorization) {
    options.tokens = &authorization->tokens();
    options.security = authorization->security();
    beside = [&](const http::Request& request) { return authorization->handle(request); };
    gate.store(authorization.get(), std::memory_order_release);
  }
  options.limits.conditionalDelete = configuration.maxConditionalDelete;
  options.limits.entries = configuration.maxEntries;
  options.limits.entriesBytes = configuration.maxEntriesAnswer;
  options.limits.linkBytes = configuration.maxTarget;
  options.limits.entriesTime = configuration.entriesTimeout;
  rest::Api api(store, **rules, options);
  rest::Service running(api, metrics.get(), beside);
  service.store(&running, std::memory_order_release);

  log::info("serving", {{"base", baseUrl}, {"workers", configuration.workers}});
  if (announce) {
    fmt::print("{} serves {}\n", options.software.name, baseUrl);
    if (!authorization)
      fmt::print("Access control is off: whoever reaches it may read and change everything.\n");
    std::fflush(stdout);
  }
  waitForEnd(signals, server);
  log::info("stopping");
  server.stop();
  log::info("stopped");
  return fhir::Done{};
}

}  // namespace cli
