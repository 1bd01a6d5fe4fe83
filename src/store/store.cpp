#include "src/store/store.h"

#include <set>
#include <utility>

#include "src/store/data_keys.h"
#include "src/store/session_impl.h"

namespace store {

struct Store::Impl {
  std::unique_ptr<Registry> registry;
  ConnectionOptions connection;
  std::set<const fhir::TypeDefinition*> openTypes;
};

namespace {

// While `work` runs, what it calls is a part of its transaction.
class Joined {
 public:
  explicit Joined(bool& flag) : flag_(flag), before_(flag) { flag_ = true; }
  ~Joined() { flag_ = before_; }
  Joined(const Joined&) = delete;
  Joined& operator=(const Joined&) = delete;

 private:
  bool& flag_;
  bool before_;
};

ConnectionOptions connectionOptions(const StoreOptions& options) {
  return {options.databaseUrl, options.connectTimeoutSeconds, options.statementTimeoutMilliseconds,
          std::make_shared<Watchdog>(), options.observer};
}

}  // namespace

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;

fhir::Result<fhir::Done> Session::Impl::beginTransaction() {
  const auto begin = [&] { return connection.command("BEGIN; SELECT " + expectedEpoch()); };
  const bool wasConnected = connection.connected();
  auto begun = begin();
  if (!begun && wasConnected && !connection.connected()) begun = begin();
  // The set may be another one again meanwhile, but not for ever.
  for (int tries = 0; !begun && connection.lastState() == kOtherParameters && tries < 5; ++tries) {
    if (auto back = connection.command("ROLLBACK"); !back) return back;
    if (auto followed = followParameters(); !followed) return followed;
    begun = begin();
  }
  if (!begun && connection.connected()) {
    if (auto back = connection.command("ROLLBACK"); !back) connection.close();
  }
  if (begun) connection.note(audit);
  return begun;
}

std::string Session::Impl::expectedEpoch() const {
  return "fhir.expect_search_epoch(" + std::to_string(registry.set().epoch()) + ")";
}

fhir::Result<fhir::Done> Session::begin() {
  impl_->forgetPrefetched();
  auto begun = impl_->beginTransaction();
  if (begun.ok()) impl_->inTransaction = true;
  return begun;
}

void Session::actFor(const Access* access) noexcept {
  impl_->access = access;
  impl_->connection.actFor(access == nullptr ? DatabaseCaller{} : access->inDatabase());
}

void Session::noteAs(std::string audit) {
  impl_->connection.note({});
  impl_->audit = std::move(audit);
}

const Access* Session::actsFor() const noexcept {
  return impl_->access;
}

bool Session::isInTransaction() const noexcept {
  return impl_->inTransaction;
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

fhir::Result<fhir::Done> Session::transaction(const std::function<fhir::Result<fhir::Done>()>& work) {
  return impl_->transact([&] {
    const Joined joined(impl_->inTransaction);
    return work();
  });
}

fhir::Result<fhir::Done> Session::lockNames(std::vector<std::string> names, std::size_t inAll) {
  return impl_->lockNames(std::move(names), inAll);
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

namespace {

// Access is decided by these columns: that they are there is known before the first request.
fhir::Result<fhir::Done> checkPersons(const Registry& registry, Connection& connection) {
  for (const TypePlan* plan : registry.plans()) {
    if (plan->mapping() == nullptr) continue;
    const RowPersons& persons = plan->mapping()->persons();
    std::string columns = "r.id";
    for (const std::string* column : {&persons.patient, &persons.practitioner, &persons.visibility}) {
      if (!column->empty()) columns.append(", r.").append(*column);
    }
    auto rows = connection.run("SELECT " + columns + plan->fromMapped() + " LIMIT 0");
    if (rows) continue;
    if (connection.lastState() != "42703") return std::move(rows).outcome();
    return fhir::Outcome(fhir::Failure::internal, fhir::IssueType::exception,
                         "The mapping of " + std::string(plan->name()) + " names columns in `persons` that " +
                             plan->table() + " does not have.");
  }
  return fhir::Done{};
}

}  // namespace

fhir::Result<Store> Store::open(const StoreOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->connection = connectionOptions(options);
  auto keyring = openKeyring(options, impl->connection);
  if (!keyring) return std::move(keyring).outcome();
  auto registry = Registry::load(options, *std::move(keyring));
  if (!registry) return std::move(registry).outcome();
  impl->registry = std::move(*registry);
  Connection connection(impl->connection);
  if (auto interned = impl->registry->internParameters(connection); !interned)
    return std::move(interned).outcome();
  if (auto known = checkPersons(*impl->registry, connection); !known) return std::move(known).outcome();
  if (auto secret = impl->registry->readSecret(connection); !secret) return std::move(secret).outcome();
  auto set = ParameterSet::load(connection);
  if (!set) return std::move(set).outcome();
  impl->registry->replace(*std::move(set));
  auto open = connection.run("SELECT resource_type FROM fhir.open_type");
  if (!open) return std::move(open).outcome();
  for (std::size_t row = 0; row < open->size(); ++row)
    impl->openTypes.insert(fhir::findResourceType(open->text(row, 0)));
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
keys::Keyring& Store::keyring() const noexcept {
  return impl_->registry->keyring();
}
const StoreOptions& Store::options() const noexcept {
  return impl_->registry->options();
}
bool Store::isMapped(const fhir::TypeDefinition& type) const noexcept {
  return impl_->registry->plan(type).mapping() != nullptr;
}

bool Store::isOpenType(const fhir::TypeDefinition& type) const noexcept {
  return impl_->openTypes.contains(&type);
}
bool Store::mayBeWithheld(const fhir::TypeDefinition& type) const noexcept {
  const Mapping* mapping = impl_->registry->plan(type).mapping();
  return mapping != nullptr && !mapping->persons().visibility.empty();
}

std::vector<DeclaredSearch> Store::searches(const fhir::TypeDefinition& type) const {
  std::vector<DeclaredSearch> out;
  const Mapping* mapping = impl_->registry->plan(type).mapping();
  for (const auto* parameter : impl_->registry->parameters(type)) {
    const bool column =
        isRowParameter(*parameter) || (mapping != nullptr && mapping->findSearch(*parameter) != nullptr);
    out.push_back({parameter, column});
  }
  return out;
}

std::int64_t Store::searchEpoch() const noexcept {
  return impl_->registry->set().epoch();
}

}  // namespace store
