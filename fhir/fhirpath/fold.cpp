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

// A pattern that is a literal is compiled once. Not a large one: it would cost much before it is known
// whether it is ever asked.
void compilePattern(Node& node) {
  constexpr std::size_t most = 256;
  const bool hasPattern = node.function == Function::matches || node.function == Function::matchesFull ||
                          node.function == Function::replaceMatches;
  if (node.op != Op::call || !hasPattern || node.argumentCount() == 0) return;
  const Node& pattern = node.argument(0);
  if (pattern.op != Op::literal || pattern.kind != Kind::string) return;
  if (auto regex = Regex::compile(pattern.text, most))
    node.regex = std::make_shared<const Regex>(*std::move(regex));
}

}  // namespace

void foldConstants(Node& node) {
  for (Node& child : node.children) foldConstants(child);
  compilePattern(node);
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
