// Items: a repeating element <-> a json column with an array of objects, one for each item.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "src/store/mapping/group.h"

namespace store::mapping {

// A key of the objects; the item's program sees it as a column.
struct ItemKey {
  std::string name;
  bool quoted = true;  // its value is a JSON string; false: a number or true/false
};

inline constexpr std::size_t maxItemKeys = 16;

// `groups`: those of the item's program. `plainKey`: an item that is a string instead of an object has that
// string there; noColumn when there is no such.
std::unique_ptr<const Converter> makeItems(Column column, Program item, std::vector<Group> groups,
                                           std::vector<ItemKey> keys, Column plainKey);

}  // namespace store::mapping
