// Tokens: makes a Principal of a request's bearer token.
//
// A verdict is kept in memory and costs a hash and a look-up (microseconds). What ends a token before its
// time (revocation, a deactivated user, a revoked client ...) makes smart.revocation count; a thread looks
// twice a second and forgets all verdicts. A verdict is believed only when the last look began less than a
// second ago: when the database cannot be asked, nothing is believed. Threading: check() may be called by
// many threads. Ownership: the Connections must outlive it. Errors of check(): 401 for anything that is not a
// valid token (the words do not tell why), 503 when the database, or the keys of an outside identity
// provider, are away.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "src/platform/encoding.h"
#include "src/smart/connections.h"
#include "src/smart/outside.h"
#include "src/smart/principal.h"

namespace smart {

class Tokens {
 public:
  struct Options {
    store::ConnectionOptions watcher;  // the connection that looks for revocations
    std::chrono::milliseconds interval{500};
    std::size_t mostKept = 100'000;
    OutsideOptions outside{};  // whose tokens are taken beside the server's own
    Fetch fetchOutside{};      // other than over the network, for tests
  };

  Tokens(Connections& connections, Options options);
  ~Tokens();
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;

  // `bearer`: the token itself, without "Bearer ".
  fhir::Result<std::shared_ptr<const Principal>> check(std::string_view bearer);
  // What check() would answer without asking the database; nullptr when it would have to.
  std::shared_ptr<const Principal> known(std::string_view bearer);

  // While it stays the same, what known() said goes on to hold for a token that has not expired. nullopt: not
  // without asking the database.
  std::optional<std::uint64_t> standing() const noexcept;

  std::size_t kept() const;  // verdicts in memory

 private:
  using Clock = std::chrono::steady_clock;
  struct Hash {
    std::size_t operator()(const platform::Digest&) const noexcept;
  };
  struct Shard {
    mutable std::shared_mutex mutex;
    std::unordered_map<platform::Digest, std::shared_ptr<const Principal>, Hash> verdicts;
  };
  static constexpr std::size_t kShards = 16;

  Shard& shardOf(const platform::Digest& digest) noexcept { return shards_[digest[31] % kShards]; }
  using Checked = fhir::Result<std::shared_ptr<const Principal>>;
  Checked checkOwn(std::string_view bearer);
  Checked checkOutside(std::string_view bearer);
  Checked settle(Answer<std::shared_ptr<const Principal>>, const platform::Digest&, std::uint64_t generation);
  bool mayBelieve() const noexcept;
  std::shared_ptr<const Principal> recall(const platform::Digest&);
  void keep(const platform::Digest&, std::shared_ptr<const Principal>, std::uint64_t generation);
  void forgetAll();
  void watch(const std::stop_token&);
  void look(store::Connection&);

  Connections& connections_;
  const Options options_;
  Outside outside_;
  std::array<Shard, kShards> shards_;
  std::atomic<std::uint64_t> generation_{0};
  std::atomic<Clock::rep> seenAt_;
  std::int64_t seen_ = -1;  // the watcher's
  std::jthread watcher_;    // the last member: it uses the others
};

// The Principal of a token as the database says it now; nullptr when it is not valid.
Answer<std::shared_ptr<const Principal>> readPrincipal(store::Connection&, const platform::Digest& tokenHash);

}  // namespace smart
