#include "fhir/json/builder.h"

#include "fhir/json/scan.h"
#include "fhir/model/messages.h"
#include "fhir/model/primitive.h"

namespace fhir::json {
namespace {

bool mayHaveSibling(const Property& property) noexcept {
  return property.type->isPrimitive() && !property.element->isAttribute &&
         property.type->primitive != Primitive::xhtml;
}

}  // namespace

Builder::Builder(Resource& resource, const rapidjson::InsituStringStream& stream, const char* end,
                 const Limits& limits, Faults& faults)
    : resource_(resource), growth_(resource), stream_(stream), end_(end), limits_(limits), faults_(faults) {
  constexpr std::size_t usualDepth = 32;
  frames_.reserve(usualDepth);
}

bool Builder::Null() {
  if (skipped_ > 0) return true;
  Frame& frame = frames_.back();
  if (isAside(frame, Found::null)) return true;
  if (!frame.isArray || !frame.property->type->isPrimitive()) {
    wrongType(frame, Found::null);
    ++frame.count;
    return true;
  }
  place(frame);
  (&frame - 1)->hasNulls = true;
  return goesOn();
}

bool Builder::Bool(bool flag) {
  return value(JsonKind::boolean, flag ? "true" : "false");
}

bool Builder::RawNumber(const char* text, rapidjson::SizeType size, bool) {
  return value(JsonKind::number, {text, size});
}

bool Builder::String(const char* text, rapidjson::SizeType size, bool) {
  return value(JsonKind::string, {text, size});
}

bool Builder::value(JsonKind kind, std::string_view text) {
  if (skipped_ > 0) return true;
  Frame& frame = frames_.back();
  static constexpr Found kinds[] = {Found::string, Found::number, Found::boolean};
  const Found found = kinds[static_cast<std::size_t>(kind)];
  if (isAside(frame, found)) return true;
  const Property& property = *frame.property;
  if (!frame.isArray && property.element->isArray()) shapeFault(frame, false);
  if (frame.isSibling || !property.type->isPrimitive() || property.type->jsonKind != kind) {
    wrongType(frame, found);
    ++frame.count;
    return true;
  }
  if (limits_.checkValues && !isValid(property, text) && faults_.hasRoom())
    faults_.add(text.size() > maxStringSize ? IssueType::tooLong : IssueType::value,
                wrongValue(property, text), path(frame));
  place(frame).text = text;
  return goesOn();
}

bool Builder::StartObject() {
  if (!descend()) return false;
  if (skipped_ > 0) {
    ++skipped_;
    return true;
  }
  if (frames_.empty()) {
    openObject(resource_.root(), true);
    return true;
  }
  Frame& frame = frames_.back();
  if (isAside(frame, Found::object)) {
    skip();
    return true;
  }
  const Property& property = *frame.property;
  if (!frame.isArray && property.element->isArray()) shapeFault(frame, false);
  if (property.type->isPrimitive() && !frame.isSibling) {
    wrongType(frame, Found::object);
    ++frame.count;
    skip();
    return true;
  }
  if (property.type->isAbstract) return openResource(frame);
  openObject(place(frame), false);
  return goesOn();
}

bool Builder::openResource(Frame& frame) {
  // The reader has just taken the brace.
  const char* open = stream_.src_ - 1;
  const std::optional<std::string_view> name =
      scanResourceType({open, static_cast<std::size_t>(end_ - open)});
  const TypeDefinition* type = name ? findResourceType(*name) : nullptr;
  if (!type) {
    if (faults_.hasRoom())
      faults_.add(IssueType::structure, name ? unknownResourceType(*name) : missingResourceType(),
                  path(frame));
    ++frame.count;
    skip();
    return true;
  }
  Element& element = place(frame);
  element.type = type;
  openObject(element, true);
  return goesOn();
}

void Builder::openObject(Element& element, bool isResource) {
  Frame& frame = frames_.emplace_back();
  frame.element = &element;
  frame.isResource = isResource;
}

bool Builder::Key(const char* text, rapidjson::SizeType size, bool) {
  if (skipped_ > 0) return true;
  Frame& frame = frames_.back();
  const std::string_view name(text, size);
  frame.member = Member::unknown;
  if (frame.isResource && name == "resourceType") {
    if (frame.hasResourceType && faults_.hasRoom())
      faults_.add(IssueType::structure, duplicateMember(name), frame.element->path());
    frame.hasResourceType = true;
    frame.member = Member::resourceType;
    return true;
  }
  const bool sibling = name.starts_with('_');
  const Property* property = frame.element->type->find(sibling ? name.substr(1) : name);
  if (!property || (sibling && !mayHaveSibling(*property))) {
    if (faults_.hasRoom()) {
      const std::string_view shown = presentable(name);
      faults_.add(IssueType::structure, unknownMember(*frame.element->type, name),
                  frame.element->path() + (shown.empty() ? "" : ".") + std::string(shown));
    }
    return true;
  }
  if (claim(frame, *property, sibling)) {
    frame.property = property;
    frame.isSibling = sibling;
    frame.member = Member::element;
  }
  return true;
}

// Notes that the object has this member; false when it has it already, or another type of the same choice.
bool Builder::claim(Frame& frame, const Property& property, bool sibling) {
  const std::uint64_t bit = std::uint64_t{1} << property.element->order;
  std::uint64_t& same = sibling ? frame.siblings : frame.values;
  const bool isRepeated = (same & bit) != 0;
  if (isRepeated && !faults_.hasRoom()) return false;  // what follows may look at many children
  const std::uint64_t all = frame.values | frame.siblings;
  const Element* other =
      (all & bit) != 0 && property.element->isChoice ? findChild(*frame.element, property) : nullptr;
  const bool isSecond = other && other->property != &property;
  if (!isRepeated && !isSecond) {
    same |= bit;
    return true;
  }
  if (isRepeated || faults_.hasRoom())
    faults_.add(IssueType::structure,
                isSecond ? secondChoice(*other->property, property)
                         : duplicateMember((sibling ? "_" : "") + std::string(property.name)),
                frame.element->path() + "." + std::string(property.element->name));
  return false;
}

bool Builder::EndObject(rapidjson::SizeType members) {
  --depth_;
  if (skipped_ > 0) {
    --skipped_;
    return true;
  }
  const Frame& frame = frames_.back();
  if (members == 0 && faults_.hasRoom())
    faults_.add(IssueType::structure, "An object must not be empty: leave it out.", frame.element->path());
  if (frame.hasNulls) closeNulls(frame);
  if (frame.isUnsorted) sortChildren(*frame.element);
  frames_.pop_back();
  return true;
}

void Builder::closeNulls(const Frame& frame) {
  for (const Element* each = frame.element->firstChild; each; each = each->next)
    if (!each->hasValue() && !each->firstChild && each->type->isPrimitive() && faults_.hasRoom())
      faults_.add(IssueType::structure,
                  "null stands for an item that has only an id or extensions, in the array beside it. "
                  "This item has none: leave it out.",
                  each->path());
}

bool Builder::StartArray() {
  if (!descend()) return false;
  if (skipped_ > 0) {
    ++skipped_;
    return true;
  }
  Frame& owner = frames_.back();
  if (isAside(owner, Found::array) || owner.isArray) {
    if (owner.isArray) wrongType(owner, Found::array);
    ++owner.count;
    skip();
    return true;
  }
  if (!owner.property->element->isArray()) shapeFault(owner, true);
  const std::uint64_t bit = std::uint64_t{1} << owner.property->element->order;
  Frame& frame = frames_.emplace_back();
  frame.element = owner.element;
  frame.property = owner.property;
  frame.isArray = true;
  frame.isSibling = owner.isSibling;
  frame.isAligned = ((owner.isSibling ? owner.values : owner.siblings) & bit) != 0;
  frame.cursor = frame.isAligned ? findChild(*owner.element, *owner.property) : nullptr;
  return true;
}

bool Builder::EndArray(rapidjson::SizeType items) {
  --depth_;
  if (skipped_ > 0) {
    --skipped_;
    return true;
  }
  const Frame& frame = frames_.back();
  const bool isMisaligned = frame.isAligned && (frame.cursor || frame.isMisaligned);
  if ((items == 0 || isMisaligned) && faults_.hasRoom()) {
    const std::string name(frame.property->name);
    faults_.add(IssueType::structure,
                items == 0
                    ? "An array must not be empty: leave it out."
                    : "'" + name + "' and '_" + name + "' must have equally many items: fill up with null.",
                frame.element->path() + "." + std::string(frame.property->element->name));
  }
  frames_.pop_back();
  return true;
}

// The element for the value that comes now: the one that the value or its sibling made before, else a new
// one.
Element& Builder::place(Frame& frame) {
  const Property& property = *frame.property;
  ++frame.count;
  if (!frame.isArray) {
    const std::uint64_t bit = std::uint64_t{1} << property.element->order;
    if ((frame.values & frame.siblings & bit) != 0)
      if (Element* found = findChild(*frame.element, property)) return *found;
    return append(frame, property);
  }
  if (frame.cursor) {
    Element& found = *frame.cursor;
    frame.cursor = const_cast<Element*>(found.nextSame());
    return found;
  }
  frame.isMisaligned = frame.isAligned;
  return append(*(&frame - 1), property);
}

Element& Builder::append(Frame& owner, const Property& property) {
  const Element* last = owner.element->lastChild;
  if (last && last->property->element->order > property.element->order) owner.isUnsorted = true;
  return growth_.append(*owner.element, property);
}

// Whether the value that comes now is that of no element: an unknown member's, or that of resourceType, which
// was read ahead.
bool Builder::isAside(const Frame& frame, Found found) {
  if (frame.member == Member::element) return false;
  if (frame.member == Member::resourceType && found != Found::string && faults_.hasRoom())
    faults_.add(IssueType::structure, missingResourceType(), frame.element->path());
  return true;
}

bool Builder::descend() {
  if (++depth_ <= limits_.maxDepth) return true;
  faults_.tooDeep(limits_.maxDepth);
  return false;
}

bool Builder::goesOn() {
  if (growth_.elements() <= limits_.maxElements) return true;
  faults_.tooManyElements(limits_.maxElements);
  return false;
}

// FHIRPath of the value that comes now.
std::string Builder::path(const Frame& frame) const {
  std::string text = frame.element->path() + "." + std::string(frame.property->element->name);
  if (frame.isArray) text += "[" + std::to_string(frame.count) + "]";
  return text;
}

void Builder::wrongType(const Frame& frame, Found found) {
  if (faults_.hasRoom())
    faults_.add(IssueType::structure, json::wrongType(*frame.property, frame.isSibling, found), path(frame));
}

void Builder::shapeFault(const Frame& frame, bool arrayFound) {
  if (!faults_.hasRoom()) return;
  faults_.add(IssueType::structure,
              arrayFound ? singleExpected(*frame.property, frame.isSibling)
                         : arrayExpected(*frame.property, frame.isSibling),
              path(frame));
}

}  // namespace fhir::json
