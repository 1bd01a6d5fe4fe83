#include "src/store/store.h"

#include <utility>

#include "src/store/session_impl.h"

namespace store {

struct Store::Impl {
  std::unique_ptr<Registry> registry;
  ConnectionOptions connection;
};

namespace {

ConnectionOptions connectionOptions(const StoreOptions& options) {
  return {options.databaseUrl, options.connectTimeoutSeconds, options.statementTimeoutMilliseconds};
}

}  // namespace

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;

fhir::Result<fhir::Done> Session::Impl::beginTransaction() {
  const bool wasConnected = connection.connected();
  auto begun = connection.command("BEGIN");
  if (begun.ok() || !wasConnected || connection.connected()) return begun;
  return connection.command("BEGIN");
}

fhir::Result<fhir::Done> Session::begin() {
  auto begun = impl_->beginTransaction();
  if (begun.ok()) impl_->inTransaction = true;
  return begun;
}

fhir::Result<fhir::Done> Session::commit() {
  impl_->inTransaction = false;
  return impl_->connection.commit();
}

void Session::rollback() noexcept {
  impl_->inTransaction = false;
  if (!impl_->connection.connected()) return;
  if (const auto back = impl_->connection.command("ROLLBACK"); !back) impl_->connection.close();
}

fhir::Result<fhir::Done> Session::ping() {
  auto rows = impl_->once([&] { return impl_->connection.run("SELECT count(*) FROM fhir.parameter"); });
  if (!rows) return std::move(rows).outcome();
  return fhir::Done{};
}

std::uint64_t Session::takeDatabaseMicroseconds() noexcept {
  const auto waited = impl_->connection.waited();
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(waited - impl_->reported);
  impl_->reported = waited;
  return static_cast<std::uint64_t>(since.count());
}

fhir::Result<Store> Store::open(const StoreOptions& options) {
  auto registry = Registry::load(options);
  if (!registry) return std::move(registry).outcome();
  auto impl = std::make_unique<Impl>();
  impl->registry = std::move(*registry);
  impl->connection = connectionOptions(options);
  Connection connection(impl->connection);
  if (auto interned = impl->registry->internParameters(connection); !interned)
    return std::move(interned).outcome();
  return Store(std::move(impl));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;

Session Store::session() const {
  return Session(std::make_unique<Session::Impl>(*impl_->registry, impl_->connection));
}

const fhir::search::Catalog& Store::catalog() const noexcept {
  return *impl_->registry;
}
const StoreOptions& Store::options() const noexcept {
  return impl_->registry->options();
}
bool Store::isMapped(const fhir::TypeDefinition& type) const noexcept {
  return impl_->registry->plan(type).mapping() != nullptr;
}

std::vector<DeclaredSearch> Store::searches(const fhir::TypeDefinition& type) const {
  std::vector<DeclaredSearch> out;
  const Mapping* mapping = impl_->registry->plan(type).mapping();
  for (const fhir::SearchParameter& parameter : fhir::searchParameters(type)) {
    if (!impl_->registry->supports(type, parameter)) continue;
    const bool column =
        isRowParameter(parameter) || (mapping != nullptr && mapping->findSearch(parameter) != nullptr);
    out.push_back({&parameter, column});
  }
  return out;
}

}  // namespace store
