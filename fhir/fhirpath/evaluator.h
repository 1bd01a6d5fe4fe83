// The evaluator's core: what the operators and functions of this folder share while one expression runs.
//
// Threading: one thread. Errors: functions that may fail return false after fail(); the first fault stays.
// Ownership: computed texts live in the arena; Scratch lends collections whose memory is used again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/fhirpath/decimal.h"
#include "fhir/fhirpath/node.h"

namespace fhir::fhirpath {

// Bounds of one run() beside Environment::maxSteps, against expressions or resources made to exhaust the
// server.
inline constexpr std::size_t maxItems = 500'000;               // of one collection
inline constexpr std::size_t maxTextResult = 8 * 1024 * 1024;  // bytes of one computed string
inline constexpr std::size_t maxTextOfRun = 64 * 1024 * 1024;  // bytes of all of them

// What $this, $index and $total mean where a node is evaluated.
struct Scope {
  Item self;
  std::size_t index = 0;
  const Collection* total = nullptr;
};

class Evaluator {
 public:
  explicit Evaluator(const Environment& environment);

  void start(const Element& focus);
  // Appends the node's result to `out`.
  bool evaluate(const Node& node, const Scope& scope, Collection& out);
  void clear() noexcept;

  const Environment& environment() const noexcept { return *environment_; }
  const Item& context() const noexcept { return context_; }
  bool fail(const Node& node, std::string_view message, IssueType type = IssueType::processing);
  bool failed() const noexcept { return fault_.has_value(); }
  Outcome takeFault();
  std::uint64_t steps() const noexcept { return steps_; }
  // Counts work; false (with a fault) when the run has had its share.
  bool step(const Node& node, std::uint64_t count = 1) {
    steps_ += count;
    return (steps_ <= environment_->maxSteps && textBytes_ <= maxTextOfRun) || failForCost(node);
  }

  // Copies text into the arena.
  std::string_view keep(std::string_view text);
  Item makeText(Kind kind, std::string_view text);  // copies
  Item makeInteger(std::int64_t value);
  Item makeDecimal(const Decimal& value);
  Item makeQuantity(const Decimal& value, std::string_view unit);
  // Appends a computed string; false when it is too large.
  bool pushString(const Node& node, std::string_view text, Collection& out);
  // An element without content that only has a type: what is known of a resource that was not resolved.
  const Element* placeholder(const TypeDefinition& type);
  // The instant of now(), the same throughout a run.
  std::string_view now();

  // Empty collections, given back in the reverse order: Scratch's.
  Collection& borrow() {
    if (borrowed_ == pool_.size()) pool_.push_back(std::make_unique<Collection>());
    return *pool_[borrowed_++];
  }
  void giveBack(Collection& collection) noexcept {
    // A large one is not kept, or a long chain of calls would keep as many of them.
    constexpr std::size_t kept = 4096;
    collection.clear();
    if (collection.capacity() > kept) Collection().swap(collection);
    --borrowed_;
  }

 private:
  bool failForCost(const Node& node);
  bool evaluateMember(const Node& node, const Scope& scope, Collection& out);
  bool evaluateCall(const Node& node, const Scope& scope, Collection& out);
  bool evaluateIndexer(const Node& node, const Scope& scope, Collection& out);
  bool evaluateVariable(const Node& node, Collection& out);
  bool select(const Item& item, const Node& node, Collection& out);

  const Environment* environment_;
  std::array<std::byte, 1024> first_;  // of the arena: what most runs compute needs no other memory
  std::pmr::monotonic_buffer_resource arena_{first_.data(), first_.size()};
  std::vector<std::unique_ptr<Collection>> pool_;
  std::size_t borrowed_ = 0;  // of the pool, from its beginning
  std::optional<Outcome> fault_;
  Item context_;
  std::uint64_t steps_ = 0;
  std::size_t textBytes_ = 0;
  std::string_view now_;
};

// A collection that is given back at the end of the block. On the stack only.
class Scratch {
 public:
  explicit Scratch(Evaluator& evaluator) : evaluator_(evaluator), collection_(evaluator.borrow()) {}
  ~Scratch() { evaluator_.giveBack(collection_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  Collection& operator*() noexcept { return collection_; }
  Collection* operator->() noexcept { return &collection_; }

 private:
  Evaluator& evaluator_;
  Collection& collection_;
};

// A function's call while it is answered: what stands before the dot, and where.
struct Call {
  Evaluator& evaluator;
  const Node& node;
  const Scope& scope;
  const Collection& input;

  std::size_t argumentCount() const noexcept { return node.argumentCount(); }
  bool evaluate(std::size_t argument, Collection& out) const {
    return evaluator.evaluate(node.argument(argument), scope, out);
  }
  bool fail(std::string_view message, IssueType type = IssueType::processing) const {
    return evaluator.fail(node, message, type);
  }
  // The input must have at most one item; false with a fault when it has more.
  bool requireSingle() const;
  // The argument's only item as a System value; empty when there is none. False with a fault for several.
  bool single(std::size_t argument, std::optional<Item>& out) const;
  // As single(), and it must be of this kind (an integer also serves as a decimal).
  bool single(std::size_t argument, Kind kind, std::optional<Item>& out) const;
};

// true, false, or nullopt for none: FHIRPath N1, section 4.5 Singleton Evaluation of Collections. False with
// a fault for several items.
bool singletonBoolean(Evaluator& evaluator, const Node& node, const Collection& items,
                      std::optional<bool>& out);

// Answers an operator other than the ones on paths, types and variables.
bool applyOperator(Evaluator& evaluator, const Node& node, const Scope& scope, Collection& out);
// Whether the item is of the type (`exact`: a primitive must have this very type, as `as` and ofType ask).
bool isOfType(const Item& item, const TypeSpecifier& type, bool exact) noexcept;

}  // namespace fhir::fhirpath
