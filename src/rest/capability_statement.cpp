#include "src/rest/capability_statement.h"

#include <array>
#include <string_view>

#include "fhir/definitions/definitions.h"
#include "fhir/json/json.h"
#include "fhir/model/resource.h"
#include "src/rest/call.h"

namespace rest {
namespace {

// Of resources in bodies and answers.
constexpr std::array kFormats{"application/fhir+json", "application/json", "text/json",
                              "application/fhir+xml",  "application/xml",  "text/xml"};

using fhir::Element;
using fhir::Resource;

std::string_view code(fhir::SearchParameterType type) noexcept {
  static constexpr std::array<std::string_view, 9> kCodes{
      "number", "date", "string", "token", "reference", "composite", "quantity", "uri", "special"};
  return kCodes[static_cast<std::size_t>(type)];
}

// Builds one element after the other below its parents.
class Builder {
 public:
  explicit Builder(Resource& resource) : resource_(resource) {}

  void text(Element& parent, std::string_view name, std::string_view value) {
    resource_.appendText(parent, name, value);
  }
  Element& object(Element& parent, std::string_view name) {
    return resource_.append(parent, *parent.type->find(name));
  }

 private:
  Resource& resource_;
};

void addInteractions(Builder& builder, Element& parent, Level level) {
  for (const auto& interaction : registered()) {
    if (interaction.level != level) continue;
    builder.text(builder.object(parent, "interaction"), "code", rest::code(interaction.interaction));
  }
}

void addOperations(Builder& builder, Element& resource) {
  for (const auto& operation : registered()) {
    if (operation.level != Level::operation) continue;
    auto& named = builder.object(resource, "operation");
    const std::string name(rest::code(operation.interaction));
    builder.text(named, "name", name);
    builder.text(named, "definition", "http://hl7.org/fhir/OperationDefinition/Resource-" + name);
  }
}

void addType(Builder& builder, Element& server, const fhir::TypeDefinition& type, const store::Store& store) {
  auto& resource = builder.object(server, "resource");
  builder.text(resource, "type", type.name);
  builder.text(resource, "profile", "http://hl7.org/fhir/StructureDefinition/" + std::string(type.name));
  addInteractions(builder, resource, Level::resource);
  builder.text(resource, "versioning", "versioned");
  builder.text(resource, "readHistory", "true");
  builder.text(resource, "updateCreate", "true");
  builder.text(resource, "conditionalCreate", "false");
  builder.text(resource, "conditionalRead", "full-support");
  builder.text(resource, "conditionalUpdate", "false");
  builder.text(resource, "conditionalDelete", "not-supported");
  for (const auto& search : store.searches(type)) {
    auto& parameter = builder.object(resource, "searchParam");
    builder.text(parameter, "name", search.parameter->code);
    builder.text(parameter, "definition", search.parameter->url);
    builder.text(parameter, "type", code(search.parameter->type));
  }
  addOperations(builder, resource);
}

void addServer(Builder& builder, Element& root, const store::Store& store) {
  auto& server = builder.object(root, "rest");
  builder.text(server, "mode", "server");
  for (const auto* type : fhir::resourceTypes()) {
    if (hasEndpoint(*type)) addType(builder, server, *type, store);
  }
  addInteractions(builder, server, Level::system);
}

}  // namespace

std::string capabilityStatement(const store::Store& store, const Software& software,
                                const std::string& baseUrl, const std::string& date) {
  Resource statement(*fhir::findResourceType("CapabilityStatement"));
  Builder builder(statement);
  auto& root = statement.root();
  builder.text(root, "status", "active");
  builder.text(root, "date", date);
  builder.text(root, "kind", "instance");
  auto& named = builder.object(root, "software");
  builder.text(named, "name", software.name);
  builder.text(named, "version", software.version);
  auto& implementation = builder.object(root, "implementation");
  builder.text(implementation, "description", software.name);
  builder.text(implementation, "url", baseUrl);
  builder.text(root, "fhirVersion", "4.0.1");
  for (const auto* shortName : {"json", "xml"}) builder.text(root, "format", shortName);
  builder.text(root, "patchFormat", "application/json-patch+json");
  for (const auto* format : kFormats) {
    builder.text(root, "format", format);
    builder.text(root, "patchFormat", format);
  }
  addServer(builder, root, store);
  return fhir::json::toString(statement);
}

}  // namespace rest
