#include "src/http/server.h"

#include <sys/resource.h>

#include <mutex>
#include <optional>

#include "src/http/transport.h"

namespace http {
namespace {

// Descriptors for everything else in the process: files, database connections, pipes.
constexpr rlim_t kOtherDescriptors = 512;

// As many descriptors as maxConnections needs, so far as the hard limit goes.
void raiseDescriptorLimit(std::size_t connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = static_cast<rlim_t>(connections) + kOtherDescriptors;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::string authorityOf(const std::string& address, std::uint16_t port) {
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions options, Handler handler, FaultWriter faults, AtOnceHandler atOnce)
      : edge(std::move(options), std::move(handler), std::move(faults), std::move(atOnce)), workers(edge) {}

  Edge edge;
  Workers workers;
  std::optional<TlsContext> tls;
  std::optional<Transport> transport;
  std::uint16_t port = 0;
  std::mutex lifecycle;
};

Server::Server(ServerOptions options, Handler handler, FaultWriter faults, AtOnceHandler atOnce)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler), std::move(faults),
                                   std::move(atOnce))) {}

Server::~Server() {
  stop();
}

void Server::start() {
  const std::lock_guard lock(impl_->lifecycle);
  Edge& edge = impl_->edge;
  raiseDescriptorLimit(edge.options.maxConnections);
  if (!edge.options.tls.certificateFile.empty()) impl_->tls.emplace(edge.options.tls);
  auto listener = std::make_unique<ListeningSocket>(edge.options.address, edge.options.port);
  impl_->port = listener->port();
  edge.authority = authorityOf(edge.options.address, impl_->port);
  impl_->workers.start();
  impl_->transport.emplace(edge, impl_->workers, impl_->tls ? &*impl_->tls : nullptr, std::move(listener));
  impl_->transport->start();
}

void Server::stop() {
  const std::lock_guard lock(impl_->lifecycle);
  if (!impl_->transport) return;
  impl_->transport->drain();
  impl_->workers.stop();
  impl_->transport.reset();
}

std::string Server::reloadTls() {
  const std::lock_guard lock(impl_->lifecycle);
  return impl_->tls ? impl_->tls->reload() : std::string();
}

std::uint16_t Server::port() const noexcept {
  return impl_->port;
}

ServerCounters Server::counters() const noexcept {
  const AtomicCounters& from = impl_->edge.counters;
  ServerCounters counters;
  counters.connections = from.connections;
  counters.openConnections = from.openConnections;
  counters.requests = from.requests;
  counters.dropped = from.dropped;
  counters.rejected = from.rejected;
  counters.queued = impl_->workers.queued();
  counters.busyWorkers = from.busyWorkers;
  counters.heldAnswers = impl_->workers.held();
  counters.bufferedBytes = impl_->edge.memory.held();
  return counters;
}

}  // namespace http
