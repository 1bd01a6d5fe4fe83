#include "fhir/fhirpath/fhirpath.h"

#include <utility>

#include "fhir/fhirpath/check.h"
#include "fhir/fhirpath/evaluator.h"
#include "fhir/fhirpath/parser.h"
#include "fhir/fhirpath/values.h"

namespace fhir::fhirpath {

Result<Expression> Expression::parse(std::string_view text, const TypeDefinition* contextType) {
  auto tree = parseTree(text);
  if (!tree) return std::move(tree).outcome();
  auto node = std::make_shared<Node>(*std::move(tree));
  foldConstants(*node);
  if (contextType)
    if (auto fault = check(*node, *contextType)) return *std::move(fault);
  return Expression(std::move(node), std::string(text));
}

Expression::Expression(std::shared_ptr<const Node> node, std::string text)
    : node_(std::move(node)), text_(std::move(text)) {}
Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;
Expression::Expression(const Expression&) = default;
Expression& Expression::operator=(const Expression&) = default;

std::string_view Expression::text() const noexcept {
  return text_;
}
const Node& Expression::node() const noexcept {
  return *node_;
}

struct Evaluation::State {
  explicit State(const Environment& environment) : evaluator(environment) {}
  Evaluator evaluator;
};

Evaluation::Evaluation(const Environment& environment) : state_(std::make_unique<State>(environment)) {}
Evaluation::~Evaluation() = default;

Result<Collection> Evaluation::run(const Expression& expression, const Element& focus) {
  Evaluator& evaluator = state_->evaluator;
  evaluator.start(focus);
  Collection result;
  if (!evaluator.evaluate(expression.node(), Scope{makeItem(focus), 0, nullptr}, result))
    return evaluator.takeFault();
  // Literals belong to the expression and variables to the environment; what is returned outlives both.
  for (Item& item : result) {
    if (item.element || item.kind == Kind::boolean) continue;
    item.text = evaluator.keep(item.text);
    if (!item.unit.empty()) item.unit = evaluator.keep(item.unit);
  }
  return result;
}

Result<std::optional<bool>> Evaluation::test(const Expression& expression, const Element& focus) {
  Evaluator& evaluator = state_->evaluator;
  evaluator.start(focus);
  Scratch result(evaluator);
  std::optional<bool> answer;
  if (!evaluator.evaluate(expression.node(), Scope{makeItem(focus), 0, nullptr}, *result) ||
      !singletonBoolean(evaluator, expression.node(), *result, answer))
    return evaluator.takeFault();
  return answer;
}

void Evaluation::clear() noexcept {
  state_->evaluator.clear();
}

std::uint64_t Evaluation::steps() const noexcept {
  return state_->evaluator.steps();
}

}  // namespace fhir::fhirpath
