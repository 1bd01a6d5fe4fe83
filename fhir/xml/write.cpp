#include "fhir/markup/narrative.h"
#include "fhir/markup/references.h"
#include "fhir/xml/xml.h"

namespace fhir::xml {
namespace {

class Writer {
 public:
  Writer(std::string& out, bool pretty) : out_(out), pretty_(pretty) {}

  void document(const Element& root) {
    out_ += R"(<?xml version="1.0" encoding="UTF-8"?>)";
    startLine(0);
    out_.append("<").append(root.type->name).append(" xmlns=\"");
    out_.append(markup::fhirNamespace).append("\"");
    content(root, root.type->name, 0);
  }

 private:
  void startLine(std::size_t depth) {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(2 * depth, ' ');
  }

  void attribute(std::string_view name, std::string_view value) {
    out_.append(" ").append(name).append("=\"");
    markup::appendAttributeValue(value, out_);
    out_ += '"';
  }

  void element(const Element& element, std::size_t depth) {
    const std::string_view name = element.property->name;
    startLine(depth);
    if (element.type->primitive == Primitive::xhtml) return markup::appendNarrativeToXml(element.text, out_);
    out_.append("<").append(name);
    if (!element.type->isResource()) return content(element, name, depth);
    out_ += '>';
    startLine(depth + 1);
    out_.append("<").append(element.type->name);
    content(element, element.type->name, depth + 1);
    startLine(depth);
    end(name);
  }

  // What follows "<name": attributes, children and the end.
  void content(const Element& parent, std::string_view name, std::size_t depth) {
    bool hasChildren = false;
    for (const Element* each = parent.firstChild; each; each = each->next) {
      if (each->property->element->isAttribute) {
        attribute(each->property->name, each->text);
      } else {
        hasChildren = true;
      }
    }
    if (parent.hasValue()) attribute("value", parent.text);
    if (!hasChildren) {
      out_ += "/>";
      return;
    }
    out_ += '>';
    for (const Element* each = parent.firstChild; each; each = each->next)
      if (!each->property->element->isAttribute) element(*each, depth + 1);
    startLine(depth);
    end(name);
  }

  void end(std::string_view name) { out_.append("</").append(name).append(">"); }

  std::string& out_;
  bool pretty_;
};

}  // namespace

std::string toString(const Resource& resource, const WriteOptions& options) {
  std::string out;
  out.reserve(1024);
  Writer(out, options.pretty).document(resource.root());
  if (options.pretty) out += '\n';
  return out;
}

}  // namespace fhir::xml
