#include "fhir/xml/builder.h"

#include <algorithm>
#include <utility>

#include "fhir/markup/narrative.h"
#include "fhir/model/messages.h"
#include "fhir/model/primitive.h"

namespace fhir::xml {
namespace {

using markup::Namespace;
using markup::Token;
using markup::TokenKind;

bool isNarrative(const Property& property) noexcept {
  return property.type->primitive == Primitive::xhtml;
}

std::string childPath(const Element& parent, std::string_view name) {
  const std::string_view shown = presentable(name);
  return parent.path() + (shown.empty() ? "" : ".") + std::string(shown);
}

// What is wrong with a namespace where that of `expected` belongs.
std::string wrongNamespace(const markup::Name& name, std::string_view expected) {
  const std::string_view shown = presentable(name.local);
  const std::string subject = shown.empty() ? "This element" : quote(shown);
  if (name.space == Namespace::undeclared)
    return subject + " has a prefix that nothing declares. Declare it, or leave it out.";
  return subject + " must be in the namespace " + std::string(expected) + ".";
}

// How many objects and arrays a child is in, were it JSON. A primitive is an object only for its own
// children.
std::size_t levels(std::size_t parentDepth, const TypeDefinition& parent, const Property& child) noexcept {
  return parentDepth + (parent.isPrimitive() ? 1 : 0) + (child.element->isArray() ? 1 : 0) +
         (child.type->isPrimitive() ? 0 : 1);
}

}  // namespace

Builder::Builder(Resource& resource, std::string_view text, markup::Reader& reader, const Limits& limits,
                 Faults& faults)
    : resource_(resource), text_(text), reader_(reader), limits_(limits), faults_(faults), growth_(resource) {
  constexpr std::size_t usualDepth = 32;
  frames_.reserve(usualDepth);
}

bool Builder::run() {
  Token token;
  while (reader_.next(token)) {
    switch (token.kind) {
      case TokenKind::startTag:
        if (!open(token)) return false;
        break;
      case TokenKind::endTag:
        close();
        break;
      case TokenKind::text:
        if (!markup::isBlank(token.raw)) this->text();
        break;
      case TokenKind::characterData:
        this->text();
        break;
      case TokenKind::comment:
        break;
      case TokenKind::end:
        return true;
    }
  }
  return false;
}

bool Builder::open(const Token& token) {
  if (skipped_ > 0) {
    ++skipped_;
    return true;
  }
  if (growth_.elements() >= limits_.maxElements) {
    faults_.tooManyElements(limits_.maxElements);
    return false;
  }
  if (frames_.empty()) return push(resource_.root(), nullptr, 1);
  Frame& frame = frames_.back();
  frame.isFilled = true;
  return frame.holder ? openResource(frame, token) : openChild(frame, token);
}

bool Builder::openChild(Frame& frame, const Token& token) {
  const Property* property = expected(frame, token);
  if (!property || !isInPlace(frame, *property)) {
    skipped_ = 1;
    return true;
  }
  if (isNarrative(*property)) return narrative(frame, *property, token);
  const std::size_t depth = levels(frame.depth, *frame.element->type, *property);
  return property->type->isAbstract ? push(*frame.element, property, depth)
                                    : push(growth_.append(*frame.element, *property), nullptr, depth);
}

// The resource inside <contained> and its like.
bool Builder::openResource(Frame& frame, const Token& token) {
  const TypeDefinition* type =
      token.name.space == Namespace::fhir ? findResourceType(token.name.local) : nullptr;
  const bool isSecond = frame.seen != 0;
  if (type && !isSecond) {
    frame.seen = 1;
    return push(growth_.append(*frame.element, *frame.holder, type), nullptr, frame.depth);
  }
  skipped_ = 1;
  if (!faults_.hasRoom()) return true;
  const std::string name = quote(frame.holder->name);
  if (token.name.space != Namespace::fhir) {
    fault(wrongNamespace(token.name, markup::fhirNamespace), path(frame));
  } else if (isSecond) {
    fault(name + " holds one resource: give each one an element of its own.", path(frame));
  } else {
    fault(name + " holds a resource. " + unknownResourceType(token.name.local), path(frame));
  }
  return true;
}

// The property that the tag is for; nullptr when it is none of the element's or in the wrong namespace.
const Property* Builder::expected(Frame& frame, const Token& token) {
  const Element& parent = *frame.element;
  const Property* property = parent.type->find(token.name.local);
  if (property && property->element->isAttribute) {
    if (faults_.hasRoom())
      fault(quote(property->name) + " is written as an attribute, not as an element.",
            childPath(parent, property->name));
    return nullptr;
  }
  const bool isXhtml = property && isNarrative(*property);
  if (property && token.name.space == (isXhtml ? Namespace::xhtml : Namespace::fhir)) return property;
  if (!faults_.hasRoom()) return nullptr;
  const bool isForeign = token.name.space != Namespace::fhir;
  fault(property || isForeign
            ? wrongNamespace(token.name, isXhtml ? markup::xhtmlNamespace : markup::fhirNamespace)
            : unknownElement(*parent.type, token.name.local),
        childPath(parent, token.name.local));
  return nullptr;
}

// Whether another one may stand here. One out of order is a fault, but is looked at.
bool Builder::isInPlace(Frame& frame, const Property& property) {
  const ElementDefinition& element = *property.element;
  const std::uint64_t bit = std::uint64_t{1} << element.order;
  const Element& parent = *frame.element;
  if ((frame.seen & bit) != 0 && !element.isArray()) {
    if (!faults_.hasRoom()) return false;
    const Element* other = findChild(parent, property);
    fault(other && other->property != &property ? secondChoice(*other->property, property)
                                                : quote(property.name) + " may stand here only once.",
          childPath(parent, element.name));
    return false;
  }
  if (element.order < frame.order && faults_.hasRoom())
    fault(quote(property.name) + " stands too late: the elements of " + std::string(parent.type->name) +
              " have a fixed order, and it comes before " + quote(parent.type->elements[frame.order].name) +
              ".",
          pathOfNext(parent, property));
  frame.seen |= bit;
  frame.order = std::max(frame.order, element.order);
  return true;
}

// Takes the whole <div>, as it is written.
bool Builder::narrative(Frame& frame, const Property& property, const Token& start) {
  Token token;
  for (std::size_t depth = 1; depth > 0;) {
    if (!reader_.next(token)) return false;
    if (token.kind == TokenKind::startTag) ++depth;
    if (token.kind == TokenKind::endTag) --depth;
  }
  const std::string_view written = text_.substr(start.offset, reader_.offset() - start.offset);
  Element& element = growth_.append(*frame.element, property);
  const bool isAsMeant = written.find_first_of("\r&") == std::string_view::npos;
  setValue(element, isAsMeant ? written : resource_.copyText(markup::narrativeFromXml(written)));
  return true;
}

bool Builder::push(Element& element, const Property* holder, std::size_t depth) {
  if (depth > limits_.maxDepth) {
    faults_.tooDeep(limits_.maxDepth);
    return false;
  }
  Frame& frame = frames_.emplace_back();
  frame.element = &element;
  frame.holder = holder;
  frame.depth = depth;
  takeAttributes(frame);
  return true;
}

void Builder::takeAttributes(Frame& frame) {
  for (const markup::Attribute& each : reader_.attributes()) {
    if (!each.isRepeated && takeAttribute(frame, each)) continue;
    if (!faults_.hasRoom()) continue;
    const std::string_view shown = presentable(each.name.local);
    const std::string name = shown.empty() ? "such a name" : "the name " + quote(shown);
    fault(each.isRepeated ? "The element has two attributes of " + name + "; keep one of them."
                          : "The element may not have an attribute of " + name + ".",
          path(frame));
  }
}

// False when the element cannot have it.
bool Builder::takeAttribute(Frame& frame, const markup::Attribute& attribute) {
  Element& element = *frame.element;
  if (attribute.name.space == Namespace::schemaInstance) return !element.parent && !frame.holder;
  if (!attribute.name.prefix.empty() || frame.holder) return false;
  if (attribute.name.local == "value" && element.type->isPrimitive()) {
    setValue(element, attribute.value);
    return true;
  }
  const Property* property = element.type->find(attribute.name.local);
  if (!property || !property->element->isAttribute) return false;
  // Its place may be behind children that are still to come.
  frame.isUnsorted = true;
  setValue(growth_.append(element, *property), attribute.value);
  return true;
}

void Builder::setValue(Element& element, std::string_view value) {
  element.text = value;
  if (isValid(*element.property, value) || !faults_.hasRoom()) return;
  faults_.add(value.size() > maxStringSize ? IssueType::tooLong : IssueType::value,
              wrongValue(*element.property, value), element.path());
}

void Builder::close() {
  if (skipped_ > 0) {
    --skipped_;
    return;
  }
  const Frame& frame = frames_.back();
  Element& element = *frame.element;
  const bool isEmpty =
      !frame.isFilled &&
      (frame.holder || (!element.type->isResource() && !element.hasValue() && !element.firstChild));
  if (isEmpty && faults_.hasRoom()) {
    fault(frame.holder                  ? quote(frame.holder->name) + " must hold a resource."
          : element.type->isPrimitive() ? "An element needs a value, such as value=\"...\", or an extension."
                                        : "An element must not be empty: leave it out.",
          path(frame));
  }
  if (frame.isUnsorted && !frame.holder) sortChildren(element);
  frames_.pop_back();
}

void Builder::text() {
  if (skipped_ > 0) return;
  Frame& frame = frames_.back();
  frame.isFilled = true;
  if (faults_.hasRoom())
    fault("Text between elements has no meaning. A value is written as an attribute: value=\"...\".",
          path(frame));
}

std::string Builder::path(const Frame& frame) const {
  if (!frame.holder) return frame.element->path();
  // Its resource, when there is one, is the last child so far.
  const Element* last = frame.element->lastChild;
  return frame.seen != 0 && last && last->property == frame.holder
             ? last->path()
             : pathOfNext(*frame.element, *frame.holder);
}

// For callers that have asked whether there is room.
void Builder::fault(std::string message, std::string path) {
  faults_.add(IssueType::structure, std::move(message), std::move(path));
}

}  // namespace fhir::xml
