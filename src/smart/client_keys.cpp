#include "src/smart/client_keys.h"

#include <algorithm>

namespace smart {
namespace {

using std::chrono::seconds;

constexpr seconds kUsually = std::chrono::minutes(5);
constexpr seconds kAtMost = std::chrono::hours(1);
constexpr seconds kBetweenFetches{10};

struct Releasing {
  std::counting_semaphore<ClientKeys::kMostFetches>& semaphore;
  ~Releasing() { semaphore.release(); }
};

Error noKeys() {
  return {400, "invalid_client", "The client's key set is not usable."};
}

}  // namespace

Answer<std::shared_ptr<const KeySet>> ClientKeys::of(const Client& client, const JwsHeader& header) {
  if (client.jwks) {
    auto parsed = KeySet::parse(*client.jwks);
    if (!parsed) return noKeys();
    return std::make_shared<const KeySet>(*std::move(parsed));
  }
  if (!client.jwksUri) return noKeys();
  return at(*client.jwksUri, header);
}

Answer<std::shared_ptr<const KeySet>> ClientKeys::at(const std::string& url, const JwsHeader& header) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(url);
    const auto now = Clock::now();
    if (found != kept_.end() && now < found->second.until) {
      const Kept& kept = found->second;
      const bool fits = kept.keys != nullptr && kept.keys->hasKey(header);
      if (fits || now < kept.fetched + kBetweenFetches) {
        if (kept.keys == nullptr) return noKeys();
        return kept.keys;
      }
    }
  }
  return fetchSet(url);
}

Answer<std::shared_ptr<const KeySet>> ClientKeys::fetchSet(const std::string& url) {
  // So slow servers of clients cannot hold all workers.
  if (!fetches_.try_acquire()) return unavailable();
  const Releasing releasing{fetches_};
  auto fetched = fetch_(url);
  Kept kept{.keys = nullptr, .fetched = Clock::now(), .until = Clock::now() + kBetweenFetches};
  if (fetched) {
    if (auto parsed = KeySet::parse(fetched->body, algorithms_))
      kept.keys = std::make_shared<const KeySet>(*std::move(parsed));
    kept.until = kept.fetched + std::min(fetched->maxAge.value_or(kUsually), kAtMost);
  }
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= kMostKept) kept_.clear();
  kept_.insert_or_assign(url, kept);
  if (kept.keys == nullptr) return noKeys();
  return kept.keys;
}

}  // namespace smart
