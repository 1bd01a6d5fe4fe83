#include "src/smart/tokens.h"

#include <condition_variable>
#include <cstring>

#include "src/platform/log.h"

namespace smart {
namespace {

constexpr std::chrono::milliseconds kBelievedFor{1000};
constexpr std::chrono::minutes kBetweenCleanings{5};

fhir::Outcome invalid() {
  return {fhir::Failure::unauthorized, fhir::IssueType::login, "The access token is not valid."};
}

bool isOver(const Principal& principal) noexcept {
  return principal.expiresAt <= platform::now();
}

}  // namespace

std::size_t Tokens::Hash::operator()(const platform::Digest& digest) const noexcept {
  std::size_t out = 0;
  std::memcpy(&out, digest.data(), sizeof out);
  return out;
}

Tokens::Tokens(Connections& connections, Options options)
    : connections_(connections),
      options_(std::move(options)),
      outside_(options_.outside, options_.fetchOutside),
      seenAt_((Clock::now() - std::chrono::hours(1)).time_since_epoch().count()),
      watcher_([this](const std::stop_token& stop) { watch(stop); }) {}

Tokens::~Tokens() = default;

bool Tokens::mayBelieve() const noexcept {
  const Clock::time_point seen{Clock::duration(seenAt_.load(std::memory_order_acquire))};
  return Clock::now() - seen < kBelievedFor;
}

std::optional<std::uint64_t> Tokens::standing() const noexcept {
  const std::uint64_t generation = generation_.load(std::memory_order_acquire);
  if (!mayBelieve()) return std::nullopt;
  return generation;
}

std::shared_ptr<const Principal> Tokens::known(std::string_view bearer) {
  if (!platform::looksLikeToken(bearer) && !outside_.looksLikeOne(bearer)) return nullptr;
  if (!mayBelieve()) return nullptr;
  return recall(platform::sha256(bearer));
}

fhir::Result<std::shared_ptr<const Principal>> Tokens::check(std::string_view bearer) {
  if (platform::looksLikeToken(bearer)) return checkOwn(bearer);
  if (outside_.looksLikeOne(bearer)) return checkOutside(bearer);
  return invalid();
}

Tokens::Checked Tokens::checkOwn(std::string_view bearer) {
  const platform::Digest digest = platform::sha256(bearer);
  if (mayBelieve()) {
    if (auto known = recall(digest)) return known;
  }
  const std::uint64_t generation = generation_.load(std::memory_order_acquire);
  const auto connection = connections_.borrow();
  auto read = readPrincipal(*connection, digest);
  if (!read && !connection->connected()) read = readPrincipal(*connection, digest);
  return settle(std::move(read), digest, generation);
}

// A token of the same digest is the same token, so one look-up serves both kinds.
Tokens::Checked Tokens::checkOutside(std::string_view bearer) {
  if (bearer.size() > kLongestJws) return invalid();
  const platform::Digest digest = platform::sha256(bearer);
  if (mayBelieve()) {
    if (auto known = recall(digest)) return known;
  }
  const std::uint64_t generation = generation_.load(std::memory_order_acquire);
  auto claims = outside_.verify(bearer);
  if (!claims) {
    if (claims.error().status != 503) return invalid();
    return fhir::Outcome(fhir::Failure::unavailable, fhir::IssueType::transient, claims.error().description);
  }
  const auto connection = connections_.borrow();
  auto read = principalOf(*connection, *claims);
  if (!read && !connection->connected()) read = principalOf(*connection, *std::move(claims));
  return settle(std::move(read), digest, generation);
}

Tokens::Checked Tokens::settle(Answer<std::shared_ptr<const Principal>> read, const platform::Digest& digest,
                               std::uint64_t generation) {
  if (!read)
    return fhir::Outcome(fhir::Failure::unavailable, fhir::IssueType::transient, read.error().description);
  if (*read == nullptr) return invalid();
  keep(digest, *read, generation);
  return *std::move(read);
}

std::shared_ptr<const Principal> Tokens::recall(const platform::Digest& digest) {
  const Shard& shard = shardOf(digest);
  const std::shared_lock lock(shard.mutex);
  const auto found = shard.verdicts.find(digest);
  return found == shard.verdicts.end() || isOver(*found->second) ? nullptr : found->second;
}

void Tokens::keep(const platform::Digest& digest, std::shared_ptr<const Principal> principal,
                  std::uint64_t generation) {
  Shard& shard = shardOf(digest);
  const std::unique_lock lock(shard.mutex);
  // Something was revoked since the database was asked: the verdict may be of before.
  if (generation_.load(std::memory_order_acquire) != generation) return;
  const std::size_t most = std::max<std::size_t>(1, options_.mostKept / kShards);
  if (shard.verdicts.size() >= most)
    std::erase_if(shard.verdicts, [](const auto& each) { return isOver(*each.second); });
  if (shard.verdicts.size() >= most) shard.verdicts.erase(shard.verdicts.begin());
  shard.verdicts.insert_or_assign(digest, std::move(principal));
}

void Tokens::forgetAll() {
  generation_.fetch_add(1, std::memory_order_acq_rel);
  for (Shard& shard : shards_) {
    const std::unique_lock lock(shard.mutex);
    shard.verdicts.clear();
  }
}

std::size_t Tokens::kept() const {
  std::size_t out = 0;
  for (const Shard& shard : shards_) {
    const std::shared_lock lock(shard.mutex);
    out += shard.verdicts.size();
  }
  return out;
}

void Tokens::look(store::Connection& connection) {
  const Clock::time_point began = Clock::now();
  const auto rows = connection.run("SELECT number FROM smart.revocation");
  if (!rows || rows->size() != 1) return;
  const std::int64_t number = rows->number(0, 0);
  if (number != seen_) {
    forgetAll();
    seen_ = number;
  }
  seenAt_.store(began.time_since_epoch().count(), std::memory_order_release);
}

void Tokens::watch(const std::stop_token& stop) {
  store::Connection connection(options_.watcher);
  std::mutex mutex;
  std::condition_variable_any sleep;
  Clock::time_point clean = Clock::now() + kBetweenCleanings;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    look(connection);
    if (Clock::now() >= clean) {
      if (!connection.run("SELECT smart.clean(10000)").ok())
        platform::log::warning("tokens that are over could not be removed; trying again");
      clean = Clock::now() + kBetweenCleanings;
    }
    sleep.wait_for(lock, stop, options_.interval, [] { return false; });
  }
}

}  // namespace smart
