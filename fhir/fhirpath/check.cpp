#include "fhir/fhirpath/check.h"

#include <array>
#include <string>
#include <utility>

#include "fhir/fhirpath/shape.h"
#include "fhir/fhirpath/values.h"

namespace fhir::fhirpath {

bool Shape::mayBe(Kind kind) const noexcept {
  if (unknown || (systems & bit(kind)) != 0) return true;
  return std::any_of(types.begin(), types.end(), [&](const TypeDefinition* type) {
    return type->isAbstract || systemKind(*type) == kind;
  });
}

void Shape::merge(const Shape& other) {
  for (const TypeDefinition* type : other.types)
    if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
  systems = static_cast<std::uint16_t>(systems | other.systems);
  unknown = unknown || other.unknown;
  many = many || other.many;
  ordered = ordered && other.ordered;
}

namespace {

constexpr std::uint16_t numbers = Shape::bit(Kind::integer) | Shape::bit(Kind::decimal);
constexpr std::uint16_t temporals =
    Shape::bit(Kind::date) | Shape::bit(Kind::dateTime) | Shape::bit(Kind::time);

// The primitives' own members, which their definitions may leave out.
bool isPrimitiveMember(std::string_view name) noexcept {
  return name == "value" || name == "id" || name == "extension";
}

class Checker {
 public:
  explicit Checker(const TypeDefinition& context) : context_(context) {}

  std::optional<Outcome> run(Node& node) {
    infer(node, Shape::of(context_));
    return std::move(fault_);
  }

 private:
  void fail(const Node& node, const std::string& message) {
    if (!fault_) fault_ = syntaxError(node.position, message);
  }

  Shape infer(Node& node, const Shape& self) {
    switch (node.op) {
      case Op::empty:
        return {};
      case Op::literal:
        return Shape::of(node.kind);
      case Op::this_:
        return self;
      case Op::index:
        return Shape::of(Kind::integer);
      case Op::total:
        return Shape::anything();
      case Op::variable:
        return variable(node);
      case Op::member:
        return member(node, self);
      case Op::call:
        return call(node, self);
      case Op::indexer:
        return indexer(node, self);
      default:
        return operation(node, self);
    }
  }

  Shape variable(const Node& node) const {
    if (node.text == "context") return Shape::of(context_);
    if (node.text == "resource" && context_.isResource()) return Shape::of(context_);
    if (node.text == "ucum" || node.text == "sct" || node.text == "loinc" || node.text.starts_with("vs-") ||
        node.text.starts_with("ext-"))
      return Shape::of(Kind::string);
    return Shape::anything();
  }

  Shape member(Node& node, const Shape& self) {
    if (node.hasSource) return select(node, infer(node.children[0], self));
    const char first = node.text.empty() ? '\0' : node.text[0];
    if (first < 'A' || first > 'Z' || self.unknown) return select(node, self);
    for (const TypeDefinition* type : self.types) {
      if (type->is(node.text)) return self;
      const TypeDefinition* named = findType(node.text);
      if (named && named->is(type->name)) return Shape::of(*named);
    }
    fail(node, "the expression starts at another type than " + node.text + ".");
    return Shape::anything();
  }

  Shape select(Node& node, const Shape& source) {
    node.owner = nullptr;
    node.element = nullptr;
    Shape result;
    result.many = source.many;
    result.ordered = source.ordered;
    if (source.isEmpty()) return result;
    bool found = false;
    if (source.unknown || (source.systems & Shape::bit(Kind::quantity)) != 0)
      result.unknown = found = result.many = true;
    for (const TypeDefinition* type : source.types) {
      if (const ElementDefinition* element = type->findElement(node.text)) {
        found = true;
        result.many = result.many || element->isArray();
        for (const ElementType& choice : element->types) result.types.push_back(choice.type);
        if (element->types.empty()) result.unknown = true;
        if (source.types.size() == 1 && !source.unknown) {
          node.owner = type;
          node.element = element;
        }
      } else if (type->isAbstract) {
        result.unknown = found = result.many = true;
      } else if (type->isPrimitive() && isPrimitiveMember(node.text)) {
        result.unknown = found = true;
      }
    }
    if (!found) {
      const std::string owner(source.types.empty() ? "A System value" : source.types.front()->name);
      fail(node, owner + " has no element " + node.text + ".");
    }
    return result;
  }

  Shape indexer(Node& node, const Shape& self) {
    Shape source = infer(node.children[0], self);
    requireOrder(node, source);
    infer(node.children[1], self);
    return source.oneOf();
  }

  void requireOrder(const Node& node, const Shape& source) {
    if (!source.ordered) fail(node, "children and descendants have no order that this could use.");
  }

  Shape operation(Node& node, const Shape& self) {
    std::vector<Shape> sides;
    for (Node& child : node.children) sides.push_back(infer(child, self));
    switch (node.op) {
      case Op::union_: {
        Shape result = sides[0];
        result.merge(sides[1]);
        result.many = true;
        const Node& left = node.children[0];
        const Node& right = node.children[1];
        result.several = sides[0].several || sides[1].several ||
                         (left.op == Op::literal && right.op == Op::literal && left.text != right.text);
        return result;
      }
      case Op::as:
        return narrowed(node, sides[0]);
      case Op::positive:
      case Op::negative:
        return sides[0];
      case Op::concatenate:
        return Shape::of(Kind::string);
      case Op::add:
      case Op::subtract:
        if (sides[0].isOnly(temporals) && sides[1].isOnly(numbers))
          fail(node, "a date and a number cannot be added; expected a duration such as 7 days.");
        if (sides[0].isOnly(temporals)) return sides[0];
        return Shape::anything();
      case Op::multiply:
      case Op::divide:
      case Op::div:
      case Op::mod:
        return Shape::anything();
      default:
        return Shape::of(Kind::boolean);
    }
  }

  Shape narrowed(const Node& node, const Shape& source) const {
    Shape result;
    result.many = source.many;
    result.ordered = source.ordered;
    if (node.type.fhir) result.types.push_back(node.type.fhir);
    if (node.type.system) result.systems = Shape::bit(*node.type.system);
    return result;
  }

  // A condition that can be nothing but a value of another type, or is certainly several values.
  void requireCondition(const Node& node, const Shape& shape) {
    constexpr std::uint16_t others = static_cast<std::uint16_t>(~Shape::bit(Kind::boolean));
    if (shape.several || shape.isOnly(others)) fail(node, "expected a single boolean as the condition.");
  }

  void requireString(const Node& node, const Shape& source) {
    if (!source.isEmpty() && !source.mayBe(Kind::string))
      fail(node, std::string(name(node.function)) + "() works on strings.");
  }

  Shape call(Node& node, const Shape& self) {
    const Shape source = node.hasSource ? infer(node.children[0], self) : self;
    const std::size_t first = node.hasSource ? 1 : 0;
    const bool perItem = node.function == Function::where || node.function == Function::select ||
                         node.function == Function::all || node.function == Function::exists ||
                         node.function == Function::repeat || node.function == Function::aggregate ||
                         node.function == Function::sort || node.function == Function::trace ||
                         (node.function == Function::iif && node.hasSource && !source.isEmpty());
    std::vector<Shape> arguments;
    for (std::size_t i = first; i < node.children.size(); ++i) {
      if (node.function == Function::sort && node.children[i].op == Op::negative)
        arguments.push_back(infer(node.children[i].children[0], source.oneOf()));
      else
        arguments.push_back(infer(node.children[i], perItem ? source.oneOf() : self));
    }
    return answerOf(node, source, arguments);
  }

  Shape answerOf(Node& node, const Shape& source, std::vector<Shape>& arguments) {
    switch (node.function) {
      case Function::where:
        requireCondition(node, arguments[0]);
        return source;
      case Function::single:
        return source.oneOf();
      case Function::first:
      case Function::last:
        requireOrder(node, source);
        return source.oneOf();
      case Function::tail:
      case Function::skip:
      case Function::take:
        requireOrder(node, source);
        return source;
      case Function::select:
        arguments[0].many = arguments[0].many || source.many;
        arguments[0].ordered = arguments[0].ordered && source.ordered;
        return arguments[0];
      case Function::repeat:
        return repeated(node, source, arguments[0]);
      case Function::sort: {
        Shape sorted = source;
        sorted.ordered = true;
        return sorted;
      }
      case Function::trace:
      case Function::distinct:
      case Function::exclude:
      case Function::intersect:
      case Function::checkModifiers:
      case Function::slice:
        return source;
      case Function::union_:
      case Function::combine: {
        Shape result = source;
        result.merge(arguments[0]);
        result.many = true;
        return result;
      }
      case Function::iif: {
        requireCondition(node, arguments[0]);
        Shape result = arguments[1];
        if (arguments.size() > 2) result.merge(arguments[2]);
        return result;
      }
      case Function::as:
        if (source.many && !source.unknown)
          fail(node, "as() works on a single item; expected ofType() for a repeating element.");
        return narrowed(node, source);
      case Function::ofType:
        return narrowed(node, source);
      case Function::extension: {
        const TypeDefinition* extension = findType("Extension");
        Shape result = extension ? Shape::of(*extension) : Shape::anything();
        result.many = true;
        return result;
      }
      case Function::elementDefinition: {
        const TypeDefinition* definition = findType("ElementDefinition");
        Shape result = definition ? Shape::of(*definition) : Shape::anything();
        result.many = source.many;
        return result;
      }
      case Function::children:
      case Function::descendants: {
        Shape result = Shape::anything();
        result.ordered = false;
        return result;
      }
      default:
        return valueOf(node, source);
    }
  }

  Shape repeated(Node& node, const Shape& source, const Shape& once) {
    Shape result = once;
    if (!result.unknown && !result.isEmpty() && result.types != source.types && !result.types.empty()) {
      // The projection also runs on what it found itself.
      Shape both = source;
      both.merge(once);
      result.merge(infer(node.children.back(), both.oneOf()));
    }
    result.many = true;
    return result;
  }

  Shape valueOf(const Node& node, const Shape& source) {
    switch (node.function) {
      case Function::startsWith:
      case Function::endsWith:
      case Function::contains:
      case Function::matches:
      case Function::matchesFull:
        requireString(node, source);
        return Shape::of(Kind::boolean);
      case Function::substring:
      case Function::upper:
      case Function::lower:
      case Function::trim:
      case Function::replace:
      case Function::replaceMatches:
      case Function::encode:
      case Function::decode:
      case Function::escape:
      case Function::unescape:
        requireString(node, source);
        return Shape::of(Kind::string);
      case Function::split:
      case Function::toChars: {
        requireString(node, source);
        Shape result = Shape::of(Kind::string);
        result.many = true;
        return result;
      }
      case Function::indexOf:
      case Function::length:
        requireString(node, source);
        return Shape::of(Kind::integer);
      case Function::join:
      case Function::toString:
        return Shape::of(Kind::string);
      case Function::count:
      case Function::toInteger:
      case Function::precision:
        return Shape::of(Kind::integer);
      case Function::toDecimal:
        return Shape::of(Kind::decimal);
      case Function::toQuantity:
        return Shape::of(Kind::quantity);
      case Function::now:
      case Function::toDateTime:
        return Shape::of(Kind::dateTime);
      case Function::today:
      case Function::toDate:
        return Shape::of(Kind::date);
      case Function::timeOfDay:
      case Function::toTime:
        return Shape::of(Kind::time);
      case Function::aggregate:
      case Function::resolve:
      case Function::type:
      case Function::getValue:
      case Function::abs:
      case Function::ceiling:
      case Function::exp:
      case Function::floor:
      case Function::ln:
      case Function::log:
      case Function::power:
      case Function::round:
      case Function::sqrt:
      case Function::truncate:
      case Function::lowBoundary:
      case Function::highBoundary:
        return Shape::anything();
      default:
        return Shape::of(Kind::boolean);
    }
  }

  const TypeDefinition& context_;
  std::optional<Outcome> fault_;
};

}  // namespace

std::optional<Outcome> check(Node& node, const TypeDefinition& contextType) {
  return Checker(contextType).run(node);
}

}  // namespace fhir::fhirpath
