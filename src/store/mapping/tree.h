// Tree: the elements of a mapping file while it is compiled; becomes a Program.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/store/mapping/path.h"
#include "src/store/mapping/program.h"

namespace store::mapping {

class Tree {
 public:
  // What stands at the end of a path.
  struct Leaf {
    std::shared_ptr<const Converter> converter;
    std::vector<Column> columns;
    bool encoded = true;
    bool wholeArray = false;
  };

  // Paths have at least one step.
  // False when the path's end is taken already.
  bool add(const std::vector<Step>& steps, Leaf leaf);

  // A member that stands beside whatever columns give of the same object.
  bool addConstant(const std::vector<Step>& steps, std::string json);

  // The nodes in canonical order, choices in the order they were added.
  std::vector<Node> flatten() const;

 private:
  struct Branch {
    Node node;
    std::string selectorText;
    std::vector<std::unique_ptr<Branch>> children;
  };
  using Branches = std::vector<std::unique_ptr<Branch>>;

  Branch& descend(const std::vector<Step>& steps, Node::Kind leafKind, bool wholeArray);
  static Branch& member(Branches& branches, const fhir::Property& property, Node::Kind kind);
  static Branch& item(Branches& branches, const Step& step);
  static void append(const Branches& branches, std::vector<Node>& nodes);

  Branches branches_;
};

}  // namespace store::mapping
