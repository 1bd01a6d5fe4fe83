// FHIRPath N1, sections 5.2 Filtering and Projection, 5.3 Subsetting, 5.4 Combining and 7 Aggregates.
#include <algorithm>
#include <unordered_set>

#include "fhir/fhirpath/calls.h"
#include "fhir/fhirpath/equality.h"
#include "fhir/fhirpath/item_set.h"
#include "fhir/fhirpath/values.h"

namespace fhir::fhirpath::calls {
namespace {

Scope inner(const Call& call, std::size_t index) {
  // Without a dot before it the input is $this itself, and $index stays what it was.
  return Scope{call.input[index], call.node.hasSource ? index : call.scope.index, call.scope.total};
}

// What repeat() found: elements by identity, values by equality.
class Found {
 public:
  explicit Found(const Call& call) : values_(call.evaluator, call.node) {}

  void append(const Collection& items, Collection& out) {
    for (const Item& item : items) {
      const bool isNew =
          item.kind == Kind::element ? elements_.insert(item.element).second : values_.insert(item);
      if (isNew) out.push_back(item);
    }
  }

 private:
  std::unordered_set<const Element*> elements_;
  ItemSet values_;
};

struct SortKey {
  std::optional<Item> value;
  bool descending = false;
};

}  // namespace

bool where(const Call& call, Collection& out) {
  Scratch result(call.evaluator);
  for (std::size_t i = 0; i < call.input.size(); ++i) {
    result->clear();
    std::optional<bool> condition;
    if (!call.evaluator.evaluate(call.node.argument(0), inner(call, i), *result) ||
        !singletonBoolean(call.evaluator, call.node, *result, condition))
      return false;
    if (condition.value_or(false)) out.push_back(call.input[i]);
  }
  return true;
}

bool select(const Call& call, Collection& out) {
  for (std::size_t i = 0; i < call.input.size(); ++i)
    if (!call.evaluator.evaluate(call.node.argument(0), inner(call, i), out)) return false;
  return true;
}

bool repeat(const Call& call, Collection& out) {
  const std::size_t start = out.size();
  Found all(call);
  Scratch found(call.evaluator);
  for (std::size_t i = 0; i < call.input.size(); ++i)
    if (!call.evaluator.evaluate(call.node.argument(0), inner(call, i), *found)) return false;
  all.append(*found, out);
  for (std::size_t i = start; i < out.size(); ++i) {
    found->clear();
    const Scope scope{out[i], i - start, call.scope.total};
    if (!call.evaluator.evaluate(call.node.argument(0), scope, *found)) return false;
    all.append(*found, out);
  }
  return !call.evaluator.failed();
}

bool aggregate(const Call& call, Collection& out) {
  Scratch total(call.evaluator);
  Scratch next(call.evaluator);
  if (call.argumentCount() > 1 && !call.evaluate(1, *total)) return false;
  for (std::size_t i = 0; i < call.input.size(); ++i) {
    next->clear();
    const Scope scope{call.input[i], i, &*total};
    if (!call.evaluator.evaluate(call.node.argument(0), scope, *next)) return false;
    (*total).swap(*next);
  }
  out.insert(out.end(), total->begin(), total->end());
  return true;
}

// first, last, tail, skip and take.
bool part(const Call& call, Collection& out) {
  const std::size_t size = call.input.size();
  std::size_t first = 0;
  std::size_t last = size;
  std::optional<Item> argument;
  if (!call.single(0, Kind::integer, argument)) return false;
  if (call.argumentCount() > 0 && !argument) return true;
  const std::int64_t number =
      argument ? fhirpath::number(*argument).value_or(Decimal()).integer().value_or(0) : 0;
  const std::size_t count = std::min(static_cast<std::size_t>(std::max<std::int64_t>(number, 0)), size);
  switch (call.node.function) {
    case Function::first:
      last = std::min<std::size_t>(size, 1);
      break;
    case Function::last:
      first = size - std::min<std::size_t>(size, 1);
      break;
    case Function::tail:
      first = std::min<std::size_t>(size, 1);
      break;
    case Function::skip:
      first = count;
      break;
    default:
      last = count;
      break;
  }
  for (std::size_t i = first; i < last; ++i) out.push_back(call.input[i]);
  return true;
}

bool single(const Call& call, Collection& out) {
  if (!call.requireSingle()) return false;
  if (!call.input.empty()) out.push_back(call.input.front());
  return true;
}

bool union_(const Call& call, Collection& out) {
  Scratch other(call.evaluator);
  if (!call.evaluate(0, *other)) return false;
  ItemSet seen(call.evaluator, call.node);
  for (const Collection* side : {&call.input, static_cast<const Collection*>(&*other)})
    for (const Item& item : *side)
      if (seen.insert(item)) out.push_back(item);
  return !call.evaluator.failed();
}

bool combine(const Call& call, Collection& out) {
  out.insert(out.end(), call.input.begin(), call.input.end());
  return call.evaluate(0, out);
}

bool intersect(const Call& call, Collection& out) {
  Scratch other(call.evaluator);
  if (!call.evaluate(0, *other)) return false;
  ItemSet wanted(call.evaluator, call.node, *other);
  ItemSet seen(call.evaluator, call.node);
  for (const Item& item : call.input)
    if (wanted.contains(item) && seen.insert(item)) out.push_back(item);
  return !call.evaluator.failed();
}

bool exclude(const Call& call, Collection& out) {
  Scratch other(call.evaluator);
  if (!call.evaluate(0, *other)) return false;
  ItemSet unwanted(call.evaluator, call.node, *other);
  for (const Item& item : call.input)
    if (!unwanted.contains(item)) out.push_back(item);
  return !call.evaluator.failed();
}

bool distinct(const Call& call, Collection& out) {
  ItemSet seen(call.evaluator, call.node);
  for (const Item& item : call.input)
    if (seen.insert(item)) out.push_back(item);
  return !call.evaluator.failed();
}

// A key that starts with a minus sorts downwards, strings too; what has no key comes first either way.
bool sort(const Call& call, Collection& out) {
  const std::size_t keys = std::max<std::size_t>(call.argumentCount(), 1);
  std::vector<SortKey> table(call.input.size() * keys);
  Scratch found(call.evaluator);
  for (std::size_t i = 0; i < call.input.size(); ++i) {
    for (std::size_t k = 0; k < keys; ++k) {
      SortKey& key = table[i * keys + k];
      found->clear();
      if (call.argumentCount() == 0) {
        found->push_back(call.input[i]);
      } else {
        const Node& argument = call.node.argument(k);
        key.descending = argument.op == Op::negative;
        const Node& path = key.descending ? argument.children[0] : argument;
        if (!call.evaluator.evaluate(path, Scope{call.input[i], i, call.scope.total}, *found)) return false;
      }
      if (found->size() > 1) return call.fail("a sort key has several items.");
      if (!found->empty()) key.value = toSystem(found->front());
    }
  }
  bool sortable = true;
  const auto before = [&](std::size_t a, std::size_t b) {
    for (std::size_t k = 0; k < keys; ++k) {
      const SortKey& left = table[a * keys + k];
      const SortKey& right = table[b * keys + k];
      if (!left.value && !right.value) continue;
      if (!left.value || !right.value) return !left.value;
      bool comparable = true;
      const auto ordering = order(*left.value, *right.value, comparable);
      sortable = sortable && comparable;
      if (!ordering || *ordering == 0) continue;
      return left.descending ? *ordering > 0 : *ordering < 0;
    }
    return false;
  };
  // An insertion by binary search keeps its bounds even where keys of open order make no strict order.
  std::vector<std::size_t> sorted;
  sorted.reserve(call.input.size());
  for (std::size_t position = 0; position < call.input.size(); ++position) {
    if (!call.evaluator.step(call.node, 1 + sorted.size() / 16)) return false;
    sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), position, before), position);
  }
  if (!sortable) return call.fail("the sort keys do not compare with each other.");
  for (const std::size_t position : sorted) out.push_back(call.input[position]);
  return true;
}

}  // namespace fhir::fhirpath::calls
