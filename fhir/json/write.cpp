#include "fhir/json/json.h"
#include "fhir/model/json_string.h"

namespace fhir::json {
namespace {

void appendObject(const Element& element, std::string& out);

void appendText(const Element& element, std::string& out) {
  if (!element.hasValue()) {
    out += "null";
  } else if (element.type->jsonKind == JsonKind::string) {
    appendJsonString(element.text, out);
  } else {
    out += element.text;
  }
}

void appendValue(const Element& element, std::string& out) {
  if (element.type->isPrimitive()) {
    appendText(element, out);
  } else {
    appendObject(element, out);
  }
}

void appendName(std::string_view prefix, std::string_view name, std::string& out) {
  out += prefix;
  out += name;
  out += "\":";
}

// The id and extensions of a primitive.
void appendSibling(const Element& element, std::string& out) {
  if (element.firstChild) {
    appendObject(element, out);
  } else {
    out += "null";
  }
}

// `append` for each of the elements of one property, in brackets if it repeats.
template <class Append>
void appendItems(const Element& first, std::string& out, Append append) {
  if (!first.property->element->isArray()) {
    append(first, out);
    return;
  }
  char before = '[';
  for (const Element* each = &first; each; each = each->nextSame()) {
    out += before;
    append(*each, out);
    before = ',';
  }
  out += ']';
}

// All elements of the property of `first`, which is the first of them. Returns the first of the next
// property.
const Element* appendMember(const Element& first, std::string& out) {
  const std::string_view name = first.property->name;
  bool hasValues = !first.type->isPrimitive();
  bool hasSiblings = false;
  const Element* next = &first;
  for (; next && next->property == first.property; next = next->next) {
    if (!first.type->isPrimitive()) continue;
    hasValues |= next->hasValue();
    hasSiblings |= next->firstChild != nullptr;
  }
  if (hasValues || !hasSiblings) {
    appendName("\"", name, out);
    appendItems(first, out, appendValue);
  }
  if (hasSiblings) {
    if (hasValues) out += ',';
    appendName("\"_", name, out);
    appendItems(first, out, appendSibling);
  }
  return next;
}

void appendObject(const Element& element, std::string& out) {
  char before = '{';
  if (element.type->isResource()) {
    out += "{\"resourceType\":\"";
    out += element.type->name;
    out += '"';
    before = ',';
  }
  for (const Element* each = element.firstChild; each;) {
    out += before;
    before = ',';
    each = appendMember(*each, out);
  }
  if (before == '{') out += before;
  out += '}';
}

}  // namespace

void write(const Element& element, std::string& out, const WriteOptions& options) {
  if (!options.pretty) {
    appendValue(element, out);
    return;
  }
  std::string compact;
  appendValue(element, compact);
  out += prettyPrint(compact);
}

std::string toString(const Resource& resource, const WriteOptions& options) {
  std::string out;
  out.reserve(1024);
  write(resource.root(), out, options);
  return out;
}

bool writeMember(const Element& parent, std::string_view jsonName, std::string& out) {
  const Element* first = parent.child(jsonName);
  if (!first) return false;
  appendMember(*first, out);
  return true;
}

void writeString(std::string_view text, std::string& out) {
  appendJsonString(text, out);
}

}  // namespace fhir::json
