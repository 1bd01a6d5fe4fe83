#include "fhir/fhirpath/evaluator.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <ctime>
#include <new>

#include "fhir/fhirpath/calls.h"
#include "fhir/fhirpath/values.h"

namespace fhir::fhirpath {

Evaluator::Evaluator(const Environment& environment) : environment_(&environment) {}

void Evaluator::start(const Element& focus) {
  context_ = makeItem(focus);
  fault_.reset();
  steps_ = 0;
}

void Evaluator::clear() noexcept {
  arena_.release();
  textBytes_ = 0;
  now_ = {};
}

bool Evaluator::fail(const Node& node, std::string_view message, IssueType type) {
  if (!fault_) {
    fault_ = syntaxError(node.position, message);
    fault_->setFailure(Failure::unprocessable);
    if (type != IssueType::invalid) {
      Outcome typed(Failure::unprocessable, type, fault_->issues().front().diagnostics);
      fault_ = std::move(typed);
    }
  }
  return false;
}

Outcome Evaluator::takeFault() {
  Outcome fault =
      fault_ ? *std::move(fault_) : Outcome(Failure::internal, IssueType::exception, "FHIRPath failed.");
  fault_.reset();
  return fault;
}

bool Evaluator::failForCost(const Node& node) {
  return fail(node, "the evaluation takes too many steps.", IssueType::tooCostly);
}

std::string_view Evaluator::keep(std::string_view text) {
  if (text.empty()) return "";
  textBytes_ += text.size();
  auto* copy = static_cast<char*>(arena_.allocate(text.size(), 1));
  std::copy(text.begin(), text.end(), copy);
  return {copy, text.size()};
}

Item Evaluator::makeText(Kind kind, std::string_view text) {
  return Item{kind, nullptr, keep(text), {}};
}

Item Evaluator::makeInteger(std::int64_t value) {
  std::array<char, 20> text;  // the longest has 19 digits and a sign
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return makeText(Kind::integer, std::string_view(text.data(), end));
}

Item Evaluator::makeDecimal(const Decimal& value) {
  return makeText(Kind::decimal, value.toString());
}

Item Evaluator::makeQuantity(const Decimal& value, std::string_view unit) {
  return Item{Kind::quantity, nullptr, keep(value.toString()), keep(unit)};
}

bool Evaluator::pushString(const Node& node, std::string_view text, Collection& out) {
  if (text.size() > maxTextResult)
    return fail(node, "the resulting string is too long.", IssueType::tooCostly);
  out.push_back(makeText(Kind::string, text));
  return step(node, 1 + text.size() / 64);
}

const Element* Evaluator::placeholder(const TypeDefinition& type) {
  auto* element = new (arena_.allocate(sizeof(Element), alignof(Element))) Element;
  element->type = &type;
  return element;
}

std::string_view Evaluator::now() {
  if (!now_.empty()) return now_;
  if (!environment_->now.empty()) return now_ = environment_->now;
  const auto instant = std::chrono::system_clock::now().time_since_epoch();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(instant).count();
  const std::time_t seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm fields{};
  gmtime_r(&seconds, &fields);
  char text[64];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &fields);
  const std::string fraction = std::to_string(milliseconds % 1000 + 1000).substr(1);
  return now_ = keep(std::string(text, size) + fraction + "Z");
}

bool Evaluator::evaluate(const Node& node, const Scope& scope, Collection& out) {
  if (!step(node)) return false;
  if (out.size() > maxItems) return fail(node, "the collection has too many items.", IssueType::tooCostly);
  switch (node.op) {
    case Op::empty:
      return true;
    case Op::literal:
      out.push_back(Item{node.kind, nullptr, node.text, node.unit});
      return true;
    case Op::this_:
      out.push_back(scope.self);
      return true;
    case Op::index:
      out.push_back(makeInteger(static_cast<std::int64_t>(scope.index)));
      return true;
    case Op::total:
      if (scope.total) out.insert(out.end(), scope.total->begin(), scope.total->end());
      return true;
    case Op::variable:
      return evaluateVariable(node, out);
    case Op::member:
      return evaluateMember(node, scope, out);
    case Op::call:
      return evaluateCall(node, scope, out);
    case Op::indexer:
      return evaluateIndexer(node, scope, out);
    default: {
      const std::size_t before = out.size();
      return applyOperator(*this, node, scope, out) && step(node, out.size() - before);
    }
  }
}

bool Evaluator::evaluateMember(const Node& node, const Scope& scope, Collection& out) {
  if (!node.hasSource) {
    // A type's name at the start of a path stands for the focus itself, when it is of that type.
    const char first = node.text.empty() ? '\0' : node.text[0];
    const Element* element = scope.self.element;
    if (first >= 'A' && first <= 'Z' && element && element->type && element->type->is(node.text)) {
      out.push_back(scope.self);
      return true;
    }
    return select(scope.self, node, out);
  }
  Scratch source(*this);
  if (!evaluate(node.children[0], scope, *source)) return false;
  return std::all_of(source->begin(), source->end(),
                     [&](const Item& item) { return select(item, node, out); });
}

bool Evaluator::select(const Item& item, const Node& node, Collection& out) {
  if (isTypeInfo(item)) {
    if (node.text == "name") out.push_back(Item{Kind::string, nullptr, item.text, {}});
    if (node.text == "namespace") out.push_back(Item{Kind::string, nullptr, item.unit, {}});
    return true;
  }
  if (item.kind != Kind::element || !item.element) return true;
  const Element& parent = *item.element;
  std::uint64_t seen = 1;
  if (parent.type && parent.type == node.owner) {
    for (const Element* child = parent.firstChild; child; child = child->next, ++seen) {
      if (child->property->element == node.element)
        out.push_back(makeItem(*child));
      else if (child->property->element->order > node.element->order)
        break;
    }
    return step(node, seen);
  }
  if (parent.type && parent.type->isPrimitive() && parent.hasValue() && node.text == "value") {
    out.push_back(toSystem(item));
    return true;
  }
  for (const Element* child = parent.firstChild; child; child = child->next, ++seen)
    if (child->property && child->property->element->name == node.text) out.push_back(makeItem(*child));
  return step(node, seen);
}

bool Evaluator::evaluateCall(const Node& node, const Scope& scope, Collection& out) {
  Scratch input(*this);
  if (!node.hasSource)
    input->push_back(scope.self);
  else if (!evaluate(node.children[0], scope, *input))
    return false;
  const std::size_t before = out.size();
  return answer(Call{*this, node, scope, *input}, out) && step(node, out.size() - before);
}

bool Evaluator::evaluateIndexer(const Node& node, const Scope& scope, Collection& out) {
  Scratch source(*this);
  Scratch index(*this);
  if (!evaluate(node.children[0], scope, *source) || !evaluate(node.children[1], scope, *index)) return false;
  if (index->empty()) return true;
  const Item position = toSystem(index->front());
  if (index->size() > 1 || position.kind != Kind::integer) return fail(node, "an index must be one integer.");
  const auto value = number(position);
  const auto offset = value ? value->integer() : std::nullopt;
  if (offset && *offset >= 0 && static_cast<std::uint64_t>(*offset) < source->size())
    out.push_back((*source)[static_cast<std::size_t>(*offset)]);
  return true;
}

namespace {

const Element* outermost(const Element* element, bool container) noexcept {
  // %resource is the resource the element is in, %rootResource the one that contains that.
  const Element* found = element;
  for (const Element* at = element; at; at = at->parent) {
    if (!at->type || at->type->kind != TypeKind::resource) {
      if (!at->parent) found = at;
      continue;
    }
    found = at;
    if (!container) break;
    if (at->name() != "contained") break;
  }
  return found;
}

}  // namespace

bool Evaluator::evaluateVariable(const Node& node, Collection& out) {
  const std::string_view name = node.text;
  for (const Variable& variable : environment_->variables) {
    if (variable.name != name) continue;
    out.push_back(variable.value);
    return true;
  }
  if (name == "context") {
    out.push_back(context_);
  } else if (name == "resource" || name == "rootResource") {
    if (const Element* found = outermost(context_.element, name == "rootResource"))
      out.push_back(makeItem(*found));
  } else if (name == "ucum") {
    out.push_back(Item{Kind::string, nullptr, "http://unitsofmeasure.org", {}});
  } else if (name == "sct") {
    out.push_back(Item{Kind::string, nullptr, "http://snomed.info/sct", {}});
  } else if (name == "loinc") {
    out.push_back(Item{Kind::string, nullptr, "http://loinc.org", {}});
  } else if (name.starts_with("vs-")) {
    out.push_back(makeText(Kind::string, "http://hl7.org/fhir/ValueSet/" + std::string(name.substr(3))));
  } else if (name.starts_with("ext-")) {
    out.push_back(
        makeText(Kind::string, "http://hl7.org/fhir/StructureDefinition/" + std::string(name.substr(4))));
  } else {
    return fail(node, "there is no variable of this name: %" + node.text + ".");
  }
  return true;
}

bool isOfType(const Item& item, const TypeSpecifier& type, bool exact) noexcept {
  if (item.kind != Kind::element) return !isTypeInfo(item) && type.system == item.kind;
  const TypeDefinition* own = item.element ? item.element->type : nullptr;
  if (!own || !type.fhir) return false;
  if (own == type.fhir) return true;
  return exact && own->isPrimitive() ? false : own->is(type.fhir->name);
}

bool singletonBoolean(Evaluator& evaluator, const Node& node, const Collection& items,
                      std::optional<bool>& out) {
  out.reset();
  if (items.empty()) return true;
  if (items.size() > 1) return evaluator.fail(node, "expected a single item as a condition, found several.");
  const Item item = toSystem(items.front());
  if (item.kind == Kind::boolean) {
    out = boolean(item);
  } else if (item.kind != Kind::element || !item.element->type || !item.element->type->isPrimitive()) {
    out = true;
  } else if (item.element->type->jsonKind != JsonKind::boolean) {
    out = true;
  }
  return true;
}

bool Call::requireSingle() const {
  return input.size() <= 1 ||
         fail(std::string(name(node.function)) + "() works on a single item, found several.");
}

bool Call::single(std::size_t argument, std::optional<Item>& out) const {
  out.reset();
  if (argument >= argumentCount()) return true;
  Scratch items(evaluator);
  if (!evaluate(argument, *items)) return false;
  if (items->size() > 1)
    return fail("an argument of " + std::string(name(node.function)) + "() has several items.");
  if (!items->empty()) out = toSystem(items->front());
  return true;
}

bool Call::single(std::size_t argument, Kind kind, std::optional<Item>& out) const {
  if (!single(argument, out)) return false;
  if (!out || out->kind == kind || (kind == Kind::decimal && out->kind == Kind::integer)) return true;
  return fail("an argument of " + std::string(name(node.function)) + "() must be a " +
              std::string(systemName(kind)) + ".");
}

}  // namespace fhir::fhirpath
