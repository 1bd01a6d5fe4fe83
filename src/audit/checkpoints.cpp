#include "src/audit/checkpoints.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

namespace audit {
namespace {

std::string nameOf(std::int64_t number) {
  return "checkpoint " + std::to_string(number);
}

// Nothing when it is what its key has signed, or when that key is not known.
std::string faultOf(const Checkpoint& checkpoint, const std::optional<Statement>& said, const Keys& keys,
                    Verified& verified) {
  if (!said || said->number != checkpoint.number || said->keyId != checkpoint.keyId)
    return "is not a statement of its number and key";
  const std::optional<bool> proved =
      keys.proves(checkpoint.keyId, checkpoint.statement, checkpoint.signature);
  if (!proved && !keys.empty()) return "is signed by a key that is not known here, " + checkpoint.keyId;
  if (!proved) ++verified.unproved;
  return proved.value_or(true) ? "" : "has a signature that its key has not made";
}

}  // namespace

void Anchors::add(const Statement& statement) {
  for (const Head& head : statement.heads) {
    auto& kept = byChain_[head.chain];
    if (!kept.empty() && kept.back().position == head.position &&
        hexOf({reinterpret_cast<const char*>(kept.back().hash.data()), kept.back().hash.size()}) == head.hash)
      continue;
    Anchor anchor{head.position, statement.number, {}};
    const std::string bytes = fromHex(head.hash).value_or("");
    std::copy_n(bytes.begin(), std::min(bytes.size(), anchor.hash.size()), anchor.hash.begin());
    kept.push_back(anchor);
  }
}

void Anchors::sort() {
  for (auto& [chain, anchors] : byChain_)
    std::stable_sort(anchors.begin(), anchors.end(),
                     [](const Anchor& one, const Anchor& other) { return one.position < other.position; });
}

fhir::Result<Anchors> Anchors::read(Trail& trail, const Keys& keys, Trail* exported, const Report& report,
                                    Verified& verified) {
  Anchors out;
  const auto fault = [&](const std::string& text) {
    ++verified.findings;
    report({Fault::checkpoint, text});
  };
  std::unordered_map<std::int64_t, std::string>
      wanted;  // by number, the hash of the statement that was exported
  if (exported != nullptr) {
    auto read = exported->eachCheckpoint([&](const Checkpoint& checkpoint) {
      const auto said = Statement::parse(checkpoint.statement);
      if (const std::string why = faultOf(checkpoint, said, keys, verified); !why.empty()) {
        fault("the exported " + nameOf(checkpoint.number) + " " + why);
        return;
      }
      wanted[checkpoint.number] = hashOf(checkpoint.statement);
      out.add(*said);
    });
    if (!read) return std::move(read).outcome();
  }
  std::int64_t expected = 1;
  std::string former(64, '0');
  auto read = trail.eachCheckpoint([&](const Checkpoint& checkpoint) {
    ++verified.checkpoints;
    const std::int64_t missing = checkpoint.number - expected;
    if (missing > 0)
      fault(missing == 1 ? nameOf(expected) + " was removed"
                         : "checkpoints " + std::to_string(expected) + " to " +
                               std::to_string(checkpoint.number - 1) + " were removed");
    const auto said = Statement::parse(checkpoint.statement);
    std::string why = faultOf(checkpoint, said, keys, verified);
    if (why.empty() && missing == 0 && said->former != former) why = "does not follow the one before it";
    if (const auto known = wanted.find(checkpoint.number); known != wanted.end()) {
      if (why.empty() && known->second != hashOf(checkpoint.statement))
        why = "is another one than was exported";
      wanted.erase(known);
    }
    if (!why.empty()) fault(nameOf(checkpoint.number) + " " + why);
    if (why.empty()) out.add(*said);
    expected = checkpoint.number + 1;
    former = hashOf(checkpoint.statement);
  });
  if (!read) return std::move(read).outcome();
  std::vector<std::int64_t> gone;
  gone.reserve(wanted.size());
  for (const auto& [number, hash] : wanted) gone.push_back(number);
  std::sort(gone.begin(), gone.end());
  for (const std::int64_t number : gone) {
    if (trail.isWhole() || number < expected)
      fault(nameOf(number) + " was exported and is not here any more");
  }
  out.sort();
  return out;
}

const std::vector<Anchor>& Anchors::of(std::int64_t chain) const {
  static const std::vector<Anchor> none;
  const auto found = byChain_.find(chain);
  return found == byChain_.end() ? none : found->second;
}

}  // namespace audit
