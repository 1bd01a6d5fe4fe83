// ClientKeys: the public keys of clients that sign, by value or by URL.
//
// What came by URL is kept no longer than its Cache-Control allows, five minutes when it says nothing, an
// hour at most. A kid that is not in a kept set makes it be fetched anew (the client has rotated), at most
// every ten seconds. Four fetches run at once; who would be the fifth is told to come again (503). Threading:
// safe for all threads; a fetch blocks its caller alone. Errors:
// `invalid_client`.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <unordered_map>

#include "src/smart/client.h"
#include "src/smart/fetch.h"
#include "src/smart/jose.h"

namespace smart {

using Fetch = std::function<Answer<Fetched>(const std::string& url)>;

class ClientKeys {
 public:
  static constexpr int kMostFetches = 4;

  // `algorithms`: static; keys for others are left out.
  explicit ClientKeys(Fetch fetch, std::span<const Algorithm> algorithms = kOwnAlgorithms)
      : fetch_(std::move(fetch)), algorithms_(algorithms) {}

  // The client's keys, of which one may be the header's.
  Answer<std::shared_ptr<const KeySet>> of(const Client&, const JwsHeader&);
  // Likewise those at the URL.
  Answer<std::shared_ptr<const KeySet>> at(const std::string& url, const JwsHeader&);

 private:
  using Clock = std::chrono::steady_clock;
  struct Kept {
    std::shared_ptr<const KeySet> keys;  // nullptr: the fetch failed
    Clock::time_point fetched, until;
  };
  static constexpr std::size_t kMostKept = 1000;

  Answer<std::shared_ptr<const KeySet>> fetchSet(const std::string& url);

  Fetch fetch_;
  std::span<const Algorithm> algorithms_;
  std::counting_semaphore<kMostFetches> fetches_{kMostFetches};
  std::mutex mutex_;
  std::unordered_map<std::string, Kept> kept_;
};

}  // namespace smart
