#include "src/smart/keys.h"

#include <algorithm>
#include <array>

#include "src/platform/log.h"
#include "src/smart/sql.h"

namespace smart {
namespace {

constexpr std::array kMade{Algorithm::rs256, Algorithm::es384};
constexpr std::chrono::minutes kKept{1};

}  // namespace

Answer<platform::Sealer*> Keys::sealer(store::Connection& connection) {
  if (sealer_) return &*sealer_;
  std::string secret = secret_;
  if (secret.empty()) {
    const auto rows = connection.run("SELECT fhir.server_secret('smart-signing-keys')");
    if (!rows || rows->size() == 0) return unavailable();
    secret = sql::text(*rows, 0);
  }
  sealer_.emplace(secret, "signing keys");
  return &*sealer_;
}

Answer<Done> Keys::insert(store::Connection& connection, Algorithm algorithm, std::chrono::seconds lead) {
  const auto by = sealer(connection);
  if (!by) return by.error();
  const SigningKey key = SigningKey::make(algorithm);
  const std::string sealed = (*by)->seal(key.privateJwk(), key.kid());
  const std::string publicJwk = key.publicJwk();
  const std::string seconds = std::to_string(lead.count());
  const auto rows = connection.run(
      "INSERT INTO smart.signing_key (kid, algorithm, sealed, public_key, signs_from) VALUES (?, ?, ?, ?, "
      "clock_timestamp() + make_interval(secs => CAST(? AS double precision)))",
      {key.kid(), nameOf(algorithm), sealed, publicJwk, seconds});
  if (!rows) return unavailable();
  return Done{};
}

Answer<Done> Keys::load(store::Connection& connection) {
  const auto by = sealer(connection);
  if (!by) return by.error();
  const auto rows = connection.run(
      "SELECT kid, algorithm, sealed, public_key, signs_from <= clock_timestamp() FROM smart.signing_key "
      "WHERE "
      "retired_at IS NULL ORDER BY signs_from DESC, kid");
  if (!rows) return unavailable();
  std::vector<Held> held;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const auto algorithm = algorithmOf(rows->text(row, 1));
    if (!algorithm) continue;
    Held one{*algorithm, sql::text(*rows, 3, row), std::nullopt};
    if (rows->flag(row, 4)) {
      if (const auto opened = (*by)->open(rows->text(row, 2), rows->text(row, 0)))
        one.key = SigningKey::read(*algorithm, *opened);
      if (!one.key)
        platform::log::warning("a signing key cannot be opened: it was sealed with another secret");
    }
    held.push_back(std::move(one));
  }
  held_ = std::move(held);
  loaded_ = Clock::now();
  return Done{};
}

// Called with the mutex held.
Answer<Done> Keys::ensure(store::Connection& connection) {
  if (loaded_ && Clock::now() < *loaded_ + kKept) return Done{};
  auto transaction = Transaction::begin(connection);
  if (!transaction) return transaction.error();
  if (!connection.run("SELECT pg_advisory_xact_lock(hashtext('smart.signing_key'))")) return unavailable();
  for (const Algorithm algorithm : kMade) {
    const auto rows = connection.run(
        "SELECT coalesce(max(created_at) > clock_timestamp() - interval '90 days', false), count(*) FILTER "
        "(WHERE "
        "signs_from <= clock_timestamp()) FROM smart.signing_key WHERE algorithm = ? AND retired_at IS NULL",
        {nameOf(algorithm)});
    if (!rows) return unavailable();
    const bool young = rows->flag(0, 0);
    const bool signs = rows->number(0, 1) > 0;
    if (young && signs) continue;
    auto made = insert(connection, algorithm, signs ? std::chrono::hours(1) : std::chrono::hours(0));
    if (!made) return made;
  }
  if (auto read = load(connection); !read) return read;
  // After a change of the secret nothing can be opened: signing goes on with new keys, and what the old ones
  // have signed is still verified.
  bool made = false;
  for (const Algorithm algorithm : kMade) {
    if (std::ranges::any_of(held_, [&](const Held& each) { return each.algorithm == algorithm && each.key; }))
      continue;
    if (auto fresh = insert(connection, algorithm, std::chrono::seconds(0)); !fresh) return fresh;
    made = true;
  }
  if (made) {
    if (auto read = load(connection); !read) return read;
  }
  auto done = transaction->commit();
  if (!done) loaded_.reset();
  return done;
}

Answer<SigningKey> Keys::signer(store::Connection& connection, Algorithm algorithm) {
  const std::lock_guard lock(mutex_);
  const auto ready = ensure(connection);
  if (!ready) return ready.error();
  for (const Held& each : held_)
    if (each.algorithm == algorithm && each.key) return *each.key;
  return unavailable();
}

Answer<std::string> Keys::publicSet(store::Connection& connection) {
  const std::lock_guard lock(mutex_);
  const auto ready = ensure(connection);
  if (!ready) return ready.error();
  std::string out;
  for (const Held& each : held_) (out += out.empty() ? "" : ",") += each.publicJwk;
  return R"({"keys":[)" + out + "]}";
}

Answer<KeySet> Keys::published(store::Connection& connection) {
  const auto set = publicSet(connection);
  if (!set) return set.error();
  auto keys = KeySet::parse(*set);
  if (!keys) return unavailable();
  return *std::move(keys);
}

Answer<Done> Keys::rotate(store::Connection& connection, Algorithm algorithm, std::chrono::seconds lead) {
  const std::lock_guard lock(mutex_);
  auto transaction = Transaction::begin(connection);
  if (!transaction) return transaction.error();
  const auto retired = connection.run(
      "UPDATE smart.signing_key k SET retired_at = clock_timestamp() WHERE algorithm = ? AND retired_at IS "
      "NULL AND "
      "EXISTS (SELECT FROM smart.signing_key y WHERE y.algorithm = k.algorithm AND y.signs_from > "
      "k.signs_from AND "
      "y.signs_from < clock_timestamp() - interval '1 day')",
      {nameOf(algorithm)});
  if (!retired) return unavailable();
  if (auto made = insert(connection, algorithm, lead); !made) return made;
  loaded_.reset();
  return transaction->commit();
}

void Keys::forget() {
  const std::lock_guard lock(mutex_);
  loaded_.reset();
}

}  // namespace smart
