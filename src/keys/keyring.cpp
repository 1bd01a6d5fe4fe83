#include "src/keys/keyring.h"

#include <algorithm>
#include <utility>

#include "src/platform/log.h"

namespace keys {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

constexpr std::chrono::seconds kFailedFor{1};

Outcome unavailable(std::string words) {
  return {Failure::unavailable, IssueType::transient, std::move(words)};
}

// The provider's own words may name files and hosts: they are the log's, not a client's.
Outcome keysAway() {
  return unavailable(
      "The keys of encrypted values cannot be had now, so what is encrypted can be neither read nor written. "
      "Try again later; what is not encrypted is answered.");
}

}  // namespace

std::string bindingOf(std::string_view id, StoredKey::Use use) {
  return (use == StoredKey::Use::data ? "hv1 data " : "hv1 blind ") + std::string(id);
}

bool isUnknownKey(const Outcome& outcome) noexcept {
  return outcome.failure() == Failure::unavailable && !outcome.issues().empty() &&
         outcome.issues().front().type == IssueType::notFound;
}

// What was seen last; never changed once others may see it.
struct Keyring::State {
  std::vector<StoredKey> stored;
  Clock::time_point loadedAt;
  std::map<std::string, std::shared_ptr<const DataKey>, std::less<>> data;  // those that were unwrapped
  std::shared_ptr<const BlindKeys> blinds;                                  // all of them, or nullptr
  Clock::time_point unwrappedAt;
  std::string current;  // id of the key that seals

  // In the order of `blinds`: the current one first.
  std::vector<std::string> blindIds() const {
    std::vector<std::string> out;
    for (const StoredKey& key : stored) {
      if (key.use == StoredKey::Use::blind) out.insert(key.current ? out.begin() : out.end(), key.id);
    }
    return out;
  }

  const StoredKey* stands(std::string_view id) const {
    const auto found = std::find_if(stored.begin(), stored.end(), [&](const auto& k) { return k.id == id; });
    return found == stored.end() ? nullptr : &*found;
  }
};

Keyring::Keyring(std::unique_ptr<Provider> provider, Load load, std::chrono::milliseconds kept,
                 std::chrono::milliseconds reloaded)
    : provider_(std::move(provider)), load_(std::move(load)), kept_(kept), reloaded_(reloaded) {}
Keyring::~Keyring() = default;

std::shared_ptr<const Keyring::State> Keyring::present() const {
  const std::shared_lock lock(state_mutex_);
  return state_;
}

void Keyring::forget() {
  const std::lock_guard asking(asking_);
  failure_.reset();
  const std::unique_lock lock(state_mutex_);
  state_ = nullptr;
}

fhir::Result<fhir::Done> Keyring::load(State& state) {
  auto stored = load_();
  if (!stored) return std::move(stored).outcome();
  state.stored = *std::move(stored);
  isOn_.store(!state.stored.empty(), std::memory_order_release);
  state.loadedAt = Clock::now();
  state.current.clear();
  for (const StoredKey& key : state.stored) {
    if (key.use == StoredKey::Use::data && key.current) state.current = key.id;
  }
  std::erase_if(state.data, [&](const auto& each) { return state.stands(each.first) == nullptr; });
  return fhir::Done{};
}

// The key that is needed, and the blind keys, which are few.
fhir::Result<fhir::Done> Keyring::unwrap(State& state, std::string_view needed) {
  const auto open = [&](const StoredKey& key) -> fhir::Result<Secret> {
    if (provider_ == nullptr)
      return unavailable("The database has encrypted values, and no key is configured (encryption-key).");
    return provider_->unwrap(key.wrapped, bindingOf(key.id, key.use));
  };
  if (!needed.empty() && !state.data.contains(needed)) {
    const StoredKey* key = state.stands(needed);
    auto secret = open(*key);
    if (!secret) return std::move(secret).outcome();
    state.data.emplace(key->id, std::make_shared<const DataKey>(key->id, *std::move(secret)));
  }
  if (state.blinds != nullptr) return fhir::Done{};
  BlindKeys blinds;
  for (const std::string& id : state.blindIds()) {
    auto secret = open(*state.stands(id));
    if (!secret) return std::move(secret).outcome();
    blinds.push_back(std::make_shared<const BlindKey>(id, *std::move(secret)));
  }
  state.blinds = std::make_shared<const BlindKeys>(std::move(blinds));
  return fhir::Done{};
}

bool Keyring::isStored(const State& state, std::string_view id) {
  const StoredKey* key = state.stands(id);
  return key != nullptr && key->use == StoredKey::Use::data;
}

// A state in which the key is unwrapped ("": the one that seals) if there is such a key, as new as is
// promised.
Keyring::Result<Keyring::State> Keyring::fresh(Clock::time_point now, std::string_view needed) {
  const auto isGood = [&](const State& state) {
    if (now - state.loadedAt >= reloaded_) return false;
    if (state.stored.empty() && needed.empty()) return true;
    const std::string_view id = needed.empty() ? std::string_view(state.current) : needed;
    return now - state.unwrappedAt < kept_ && state.blinds != nullptr &&
           (id.empty() || state.data.contains(id));
  };
  if (auto state = present(); state != nullptr && isGood(*state)) return state;
  const std::lock_guard asking(asking_);
  auto before = present();
  if (before != nullptr && isGood(*before)) return before;
  if (failure_ && now - failed_at_ < kFailedFor) return *failure_;

  auto next = before == nullptr ? std::make_shared<State>() : std::make_shared<State>(*before);
  const auto ask = [&]() -> fhir::Result<fhir::Done> {
    // Whoever may write a value may name a key in it, so that one which nobody has is looked for now and then
    // only.
    const auto age = now - next->loadedAt;
    const bool isUnknown = !needed.empty() && !isStored(*next, needed);
    if (before == nullptr || (isUnknown && age >= kFailedFor) || age >= reloaded_) {
      const auto known = next->blindIds();
      if (auto loaded = load(*next); !loaded) return loaded;
      if (next->blindIds() != known) next->blinds = nullptr;
    }
    if (now - next->unwrappedAt >= kept_) {
      next->data.clear();
      next->blinds = nullptr;
      next->unwrappedAt = now;
    }
    if (next->stored.empty() || (!needed.empty() && !isStored(*next, needed))) return fhir::Done{};
    return unwrap(*next, needed.empty() ? std::string_view(next->current) : needed);
  };
  if (auto asked = ask(); !asked) {
    tell(asked.outcome());
    failure_ = keysAway();
    failed_at_ = Clock::now();
    // What may no longer be kept is gone, also while the provider fails.
    if (before != nullptr && now - before->unwrappedAt >= kept_) {
      const std::unique_lock lock(state_mutex_);
      state_ = nullptr;
    }
    return *failure_;
  }
  failure_.reset();
  if (std::exchange(isAway_, false)) platform::log::info("the keys of encrypted values are back");
  const std::unique_lock lock(state_mutex_);
  state_ = next;
  return std::shared_ptr<const State>(std::move(next));
}

void Keyring::tell(const Outcome& why) {
  if (std::exchange(isAway_, true)) return;
  platform::log::error("the keys of encrypted values cannot be had",
                       {{"reason", why.issues().empty() ? std::string() : why.issues().front().diagnostics}});
}

Keyring::Result<DataKey> Keyring::sealing() {
  auto state = fresh(Clock::now(), {});
  if (!state) return std::move(state).outcome();
  const auto found = (*state)->data.find((*state)->current);
  return found == (*state)->data.end() ? nullptr : found->second;
}

Keyring::Result<DataKey> Keyring::find(std::string_view id) {
  auto state = fresh(Clock::now(), id);
  if (!state) return std::move(state).outcome();
  const auto found = (*state)->data.find(id);
  if (found != (*state)->data.end()) return found->second;
  return Outcome(Failure::unavailable, IssueType::notFound,
                 "A value is encrypted with the key " + std::string(id) +
                     ", which this database does not have. Restore fhir.data_key from a backup.");
}

Keyring::Result<Keyring::BlindKeys> Keyring::blinds() {
  auto state = fresh(Clock::now(), {});
  if (!state) return std::move(state).outcome();
  if ((*state)->blinds == nullptr) return std::make_shared<const BlindKeys>();
  return (*state)->blinds;
}

}  // namespace keys
