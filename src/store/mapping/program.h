// Program: a tree of FHIR elements flattened into a list, which writes JSON from a row and reads columns from
// a resource.
//
// A node's subtree stands right behind it and ends at `end`, so a walk is linear and skipping a subtree is
// one jump. Threading: immutable once built.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/store/mapping/converter.h"

namespace store::mapping {

// Which item of a repeating element a path means: `telecom[system=phone]`, `participant[actor=Patient]`,
// `name[use=official|usual|*]`, `coding[0]`. Without a selector: the first item that has what the columns
// want.
struct Selector {
  struct Condition {
    std::string name;
    bool isReference = false;         // the value is a resource type
    std::vector<std::string> values;  // one: it must be this; several: in the order of preference, "*" is any
  };
  bool firstOnly = false;
  std::vector<Condition> conditions;

  // Position of the best preference that the item meets, from 0; -1 when it meets none.
  int rank(const fhir::Element& item) const noexcept;
  std::size_t ranks() const noexcept;
};

struct Node {
  enum class Kind : std::uint8_t {
    object,    // "name":{...}
    array,     // "name":[...], its children are items
    item,      // one item of an array: an object, or what `converter` makes
    value,     // "name": what `converter` makes
    constant,  // "name": `text`; stands only beside something that columns give
  };
  Kind kind = Kind::object;
  bool choice = false;                       // only the first member of its choice is written
  bool encoded = true;                       // false: only read from the columns, never written to them
  std::uint32_t end = 0;                     // index behind the subtree
  const fhir::Property* property = nullptr;  // not for items
  std::string text;                          // constant: its JSON
  Selector selector;                         // item
  std::shared_ptr<const Converter> converter;
  std::vector<Column> columns;  // of the whole subtree, sorted
};

// Where a column finds words when its own element gives none; never read back from there.
struct Otherwise {
  Column column = noColumn;
  std::vector<std::string> path;  // JSON names below the program's element
  std::shared_ptr<const Converter> converter;
};

class Program {
 public:
  Program() = default;
  Program(std::vector<Node> nodes, std::vector<Otherwise> otherwise)
      : nodes_(std::move(nodes)), otherwise_(std::move(otherwise)) {}

  std::span<const Node> nodes() const noexcept { return nodes_; }

  // Sets all columns that `element` (the resource's root, an item) has something for; false when none.
  bool encode(const fhir::Element& element, Values values) const;

  // Append the members [from, to) of one object, with commas between; false (and nothing appended) when no
  // column gave anything.
  bool decodeMembers(std::size_t from, std::size_t to, Row row, std::string& out) const;
  // The item node alone, as an array's item.
  bool decodeItem(std::size_t item, Row row, std::string& out) const;

  // Set the columns of the members [from, to) from the children of `parent`; false when nothing could be set.
  bool encodeMembers(std::size_t from, std::size_t to, const fhir::Element& parent, Values values) const;
  // The element under `parent` that the item node owns, its columns being set; nullptr when there is none.
  const fhir::Element* encodeItem(std::size_t array, std::size_t item, const fhir::Element& parent,
                                  Values values) const;

 private:
  bool decodeMember(std::size_t index, Row row, std::string& out) const;
  bool encodeMember(std::size_t index, const fhir::Element& parent, Values values) const;

  std::vector<Node> nodes_;
  std::vector<Otherwise> otherwise_;
};

}  // namespace store::mapping
