#include <algorithm>

#include "fhir/fhirpath/check.h"
#include "fhir/fhirpath/evaluator.h"

namespace fhir::fhirpath {
namespace {

bool isConstant(const Node& node) noexcept {
  return node.op == Op::literal || node.op == Op::empty;
}

bool isFoldable(Op op) noexcept {
  return op >= Op::positive && op != Op::is && op != Op::as;  // the operators
}

}  // namespace

void foldConstants(Node& node) {
  for (Node& child : node.children) foldConstants(child);
  if (!isFoldable(node.op) || !std::all_of(node.children.begin(), node.children.end(), isConstant)) return;
  static const Environment nowhere;
  Evaluator evaluator(nowhere);
  Collection result;
  // What fails is left as it is: it may never be evaluated.
  if (!evaluator.evaluate(node, Scope{}, result) || result.size() > 1) return;
  Node folded;
  folded.position = node.position;
  folded.op = result.empty() ? Op::empty : Op::literal;
  if (!result.empty()) {
    folded.kind = result.front().kind;
    folded.text = result.front().text;
    folded.unit = result.front().unit;
  }
  node = std::move(folded);
}

}  // namespace fhir::fhirpath
