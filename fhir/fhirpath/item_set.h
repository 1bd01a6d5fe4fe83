// ItemSet: items by equality, so that union, distinct, intersect and the like cost what their items cost and
// not their square.
//
// Specification: FHIRPath N1, section 6.1.1 Equals; two items are the same when `=` of them is true. Only
// quantities are compared with every other number, for their units decide. Threading: one thread.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "fhir/fhirpath/evaluator.h"

namespace fhir::fhirpath {

class ItemSet {
 public:
  // Steps are counted on `node`; when these run out the evaluator has failed and the answers mean nothing.
  ItemSet(Evaluator& evaluator, const Node& node) : evaluator_(evaluator), node_(node), items_(evaluator) {}
  ItemSet(Evaluator& evaluator, const Node& node, const Collection& items);

  bool contains(const Item& item);
  // Adds it; false when an equal one is there.
  bool insert(const Item& item);

 private:
  struct Key {
    std::size_t hash = 0;
    bool isNumber = false;
    bool isQuantity = false;
  };
  Key keyOf(const Item& item);
  std::size_t hashOf(const Element& element);
  bool find(const Item& item, const Key& key);
  bool isEqual(const Item& item, std::size_t other);
  void add(const Item& item, const Key& key);
  void index();

  Evaluator& evaluator_;
  const Node& node_;
  Scratch items_;
  bool isIndexed_ = false;  // few items are compared one by one
  std::unordered_multimap<std::size_t, std::uint32_t> byHash_;
  std::vector<std::uint32_t> quantities_;
};

}  // namespace fhir::fhirpath
