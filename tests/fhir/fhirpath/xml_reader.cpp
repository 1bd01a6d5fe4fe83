#include "tests/fhir/fhirpath/xml_reader.h"

#include <sstream>

namespace test {
namespace {

using fhir::Element;
using fhir::Resource;

bool readChildren(Resource& resource, Element& parent, const pugi::xml_node& node);

bool readChild(Resource& resource, Element& parent, const pugi::xml_node& node) {
  const fhir::Property* property = parent.type->find(node.name());
  if (!property) return false;
  if (property->type->isResource()) {
    const pugi::xml_node inner =
        node.find_child([](const pugi::xml_node& child) { return child.type() == pugi::node_element; });
    const fhir::TypeDefinition* type = fhir::findResourceType(inner.name());
    return type && readChildren(resource, resource.append(parent, *property, type), inner);
  }
  Element& element = resource.append(parent, *property);
  if (property->type->name != "xhtml") return readChildren(resource, element, node);
  std::ostringstream text;
  node.print(text, "", pugi::format_raw);
  resource.setText(element, text.str());
  return true;
}

bool readChildren(Resource& resource, Element& parent, const pugi::xml_node& node) {
  for (const pugi::xml_attribute& attribute : node.attributes()) {
    const std::string name = attribute.name();
    if (name == "value" && parent.type->isPrimitive()) resource.setText(parent, attribute.value());
    if (name == "id" || name == "url") resource.appendText(parent, name, attribute.value());
  }
  for (const pugi::xml_node& child : node.children())
    if (child.type() == pugi::node_element && !readChild(resource, parent, child)) return false;
  return true;
}

}  // namespace

std::optional<Resource> readXml(const std::string& path) {
  pugi::xml_document document;
  if (!document.load_file(path.c_str(), pugi::parse_default | pugi::parse_ws_pcdata)) return std::nullopt;
  return readXml(document.document_element());
}

std::optional<Resource> readXml(const pugi::xml_node& root) {
  const fhir::TypeDefinition* type = fhir::findResourceType(root.name());
  if (!type) return std::nullopt;
  Resource resource(*type);
  if (!readChildren(resource, resource.root(), root)) return std::nullopt;
  return resource;
}

}  // namespace test
