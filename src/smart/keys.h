// Keys: the server's own signing keys, kept in the database for all its processes.
//
// RS256 signs id_tokens, as clients expect; ES384 is there beside it. A new key is published for an hour
// before it signs; an old one stays published for a day after. Keys are made at the first need, and anew when
// the youngest is 90 days old, or when none can be opened (the secret has changed). The private part is
// sealed (src/platform/seal.h) with the secret given, else with one that the database keeps out of every
// table that the server's role can read. Threading: safe for all threads; what was read is kept for a minute.
// Errors: 503 when the database is away.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "src/platform/seal.h"
#include "src/smart/connections.h"
#include "src/smart/jose.h"

namespace smart {

class Keys {
 public:
  // `secret` empty: the database's own.
  explicit Keys(std::string secret) : secret_(std::move(secret)) {}

  // The connection must be in no transaction.
  Answer<SigningKey> signer(store::Connection&, Algorithm);
  // The JWK set of all keys that are published.
  Answer<std::string> publicSet(store::Connection&);
  Answer<KeySet> published(store::Connection&);
  // Makes a new key, which will sign after `lead`, and retires those whose successor has signed for a day.
  Answer<Done> rotate(store::Connection&, Algorithm, std::chrono::seconds lead = std::chrono::hours(1));
  // What other processes have done is seen at once.
  void forget();

 private:
  struct Held {
    Algorithm algorithm;
    std::string publicJwk;
    std::optional<SigningKey> key;  // of those whose time has come
  };
  using Clock = std::chrono::steady_clock;

  Answer<Done> load(store::Connection&);
  Answer<Done> insert(store::Connection&, Algorithm, std::chrono::seconds lead);
  Answer<Done> ensure(store::Connection&);
  Answer<platform::Sealer*> sealer(store::Connection&);

  const std::string secret_;
  std::mutex mutex_;
  std::optional<platform::Sealer> sealer_;
  std::vector<Held> held_;  // the youngest first
  std::optional<Clock::time_point> loaded_;
};

}  // namespace smart
