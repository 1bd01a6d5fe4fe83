#include "src/store/data_keys.h"

#include <mutex>

#include "src/platform/encoding.h"

namespace store {
namespace {

using keys::StoredKey;

constexpr std::string_view kRead =
    "SELECT id, use, wrapped, is_current FROM fhir.data_key ORDER BY created_at, id";

std::string_view nameOf(StoredKey::Use use) {
  return use == StoredKey::Use::data ? "data" : "blind";
}

std::string newKeyId() {
  return platform::hex(platform::randomBytes()).substr(0, 8);
}

// A connection that all threads of a keyring share, one at a time.
struct KeyTable {
  explicit KeyTable(const ConnectionOptions& options) : connection(options) {}
  std::mutex mutex;
  Connection connection;
};

}  // namespace

fhir::Result<std::vector<StoredKey>> readDataKeys(Connection& connection) {
  auto rows = connection.run(kRead);
  // One that was idle for long may have died.
  if (!rows && !connection.connected()) rows = connection.run(kRead);
  if (!rows) return std::move(rows).outcome();
  std::vector<StoredKey> out;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    out.push_back({std::string(rows->text(row, 0)),
                   rows->text(row, 1) == "data" ? StoredKey::Use::data : StoredKey::Use::blind,
                   std::string(rows->text(row, 2)), rows->flag(row, 3)});
  }
  return out;
}

fhir::Result<bool> addDataKey(Connection& connection, keys::Provider& provider, StoredKey::Use use,
                              bool replace) {
  const std::string id = newKeyId();
  auto wrapped = provider.wrap(keys::Secret::random(), keys::bindingOf(id, use));
  if (!wrapped) return std::move(wrapped).outcome();
  auto added = connection.run("SELECT fhir.add_data_key(?, ?, ?, ?::boolean)",
                              {id, nameOf(use), *wrapped, replace ? "true" : "false"});
  if (!added) return std::move(added).outcome();
  return added->flag(0, 0);
}

fhir::Result<std::size_t> rewrapDataKeys(Connection& connection, keys::Provider& provider) {
  auto current = provider.current();
  if (!current) return std::move(current).outcome();
  auto stored = readDataKeys(connection);
  if (!stored) return std::move(stored).outcome();
  std::size_t count = 0;
  for (const StoredKey& key : *stored) {
    if (provider.wrappedBy(key.wrapped) == *current) continue;
    const std::string binding = keys::bindingOf(key.id, key.use);
    auto secret = provider.unwrap(key.wrapped, binding);
    if (!secret) return std::move(secret).outcome();
    auto wrapped = provider.wrap(*secret, binding);
    if (!wrapped) return std::move(wrapped).outcome();
    auto done = connection.run("SELECT fhir.rewrap_data_key(?, ?, ?)", {key.id, key.wrapped, *wrapped});
    if (!done) return std::move(done).outcome();
    if (done->flag(0, 0)) ++count;
  }
  return count;
}

fhir::Result<std::optional<EncryptionProgress>> encryptionProgress(Connection& connection) {
  auto rows = connection.run(
      "SELECT ended_at IS NOT NULL, coalesce(place, ''), done, started_at, coalesce(ended_at::text, ''), "
      "failed"
      " FROM fhir.encryption_job");
  if (!rows) return std::move(rows).outcome();
  if (rows->size() == 0) return std::optional<EncryptionProgress>();
  return std::optional<EncryptionProgress>(EncryptionProgress{
      rows->flag(0, 0), std::string(rows->text(0, 1)), static_cast<std::uint64_t>(rows->number(0, 2)),
      static_cast<std::uint64_t>(rows->number(0, 5)), std::string(rows->text(0, 3)),
      std::string(rows->text(0, 4))});
}

fhir::Result<std::unique_ptr<keys::Keyring>> openKeyring(const StoreOptions& options,
                                                         const ConnectionOptions& connection) {
  std::unique_ptr<keys::Provider> provider;
  const auto table = std::make_shared<KeyTable>(connection);
  if (!options.encryption.uri.empty()) {
    auto made = keys::provider(options.encryption);
    if (!made) return std::move(made).outcome();
    provider = *std::move(made);
    auto stored = readDataKeys(table->connection);
    if (!stored) return std::move(stored).outcome();
    // The blind key first: who sees a data key finds a blind one. Of two servers that start at once one makes
    // them.
    for (const auto use : {StoredKey::Use::blind, StoredKey::Use::data}) {
      if (!stored->empty()) break;
      if (auto added = addDataKey(table->connection, *provider, use, false); !added)
        return std::move(added).outcome();
    }
  }
  auto keyring = std::make_unique<keys::Keyring>(
      std::move(provider),
      [table] {
        const std::lock_guard lock(table->mutex);
        return readDataKeys(table->connection);
      },
      options.keysKept, options.keysReloaded);
  // Whether there are keys is known from the first request on; a provider that fails now may answer later.
  if (auto seen = keyring->sealing(); !seen && !keyring->isOn()) return std::move(seen).outcome();
  return keyring;
}

}  // namespace store
