// Keyring: the data keys of one database, unwrapped while they are needed.
//
// The database has them wrapped (StoredKey); the provider unwraps them; for `kept` they stay in locked
// memory, then the provider is asked again: so a key that the provider no longer gives ends here within that
// time. A provider that fails is asked again after a second at the soonest, and everybody is told the same
// until then.
//
// Threading: safe for all threads; one thread at a time asks the provider or the database, the others wait
// for it. Errors: unavailable (503) when a key cannot be had: the words say which and why, and what goes on
// working.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "src/keys/data_key.h"
#include "src/keys/provider.h"

namespace keys {

// A key as the database has it.
struct StoredKey {
  enum class Use : std::uint8_t { data, blind };
  std::string id;
  Use use = Use::data;
  std::string wrapped;
  bool current = false;  // new values are sealed with it
};

// What the provider authenticates with a key: so that a wrapped key of one use is none of the other.
std::string bindingOf(std::string_view id, StoredKey::Use);

// Whether Keyring::find() gave this for a key that the database does not have: while a provider is away
// waiting helps, here it does not.
bool isUnknownKey(const fhir::Outcome&) noexcept;

class Keyring {
 public:
  using Load = std::function<fhir::Result<std::vector<StoredKey>>()>;
  using Clock = std::chrono::steady_clock;

  // Without a provider nothing is sealed as long as the database has no keys; when it has, they cannot be
  // had.
  // `reloaded`: how old what is known of the database's keys may be.
  Keyring(std::unique_ptr<Provider>, Load, std::chrono::milliseconds kept,
          std::chrono::milliseconds reloaded = std::chrono::seconds(10));
  ~Keyring();

  // What seals now; nullptr: values are stored as they are, for there are no keys.
  fhir::Result<std::shared_ptr<const DataKey>> sealing();
  // What opens a value.
  fhir::Result<std::shared_ptr<const DataKey>> find(std::string_view id);
  // What values are found by, the one that new values have first; empty: there are no keys.
  using BlindKeys = std::vector<std::shared_ptr<const BlindKey>>;
  fhir::Result<std::shared_ptr<const BlindKeys>> blinds();

  // Whether the database has keys, as was last seen; asks nobody.
  bool isOn() const noexcept { return isOn_.load(std::memory_order_acquire); }
  // Forgets what was loaded and unwrapped.
  void forget();

 private:
  struct State;
  static bool isStored(const State&, std::string_view id);
  template <class T>
  using Result = fhir::Result<std::shared_ptr<const T>>;

  Result<State> fresh(Clock::time_point now, std::string_view needed);
  void tell(const fhir::Outcome& why);
  fhir::Result<fhir::Done> load(State&);
  fhir::Result<fhir::Done> unwrap(State&, std::string_view needed);
  std::shared_ptr<const State> present() const;

  const std::unique_ptr<Provider> provider_;
  const Load load_;
  const std::chrono::milliseconds kept_, reloaded_;
  std::atomic<bool> isOn_{false};
  mutable std::shared_mutex state_mutex_;  // guards state_
  std::shared_ptr<const State> state_;
  std::mutex asking_;  // held while the provider or the database is asked; guards the three below
  std::optional<fhir::Outcome> failure_;
  bool isAway_ = false;
  Clock::time_point failed_at_{};
};

}  // namespace keys
