#include "src/rest/capability_statement.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definitions.h"
#include "fhir/json/json.h"
#include "fhir/model/resource.h"
#include "fhir/search/targets.h"
#include "src/platform/instant.h"
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

// `type`: nullptr at system level.
bool isOperationOf(const Registered& registered, const fhir::TypeDefinition* type) {
  if (registered.level == Level::systemOperation) return true;
  return registered.level == Level::operation && type != nullptr &&
         (registered.type.empty() || registered.type == type->name);
}

void addOperations(Builder& builder, Element& resource, const fhir::TypeDefinition* type) {
  for (const auto& operation : registered()) {
    if (!isOperationOf(operation, type)) continue;
    auto& named = builder.object(resource, "operation");
    const std::string name(rest::code(operation.interaction));
    builder.text(named, "name", name);
    builder.text(named, "definition",
                 std::string(operation.definedBy) +
                     std::string(operation.type.empty() ? "Resource" : operation.type) + "-" + name);
  }
}

// `profile` is what every resource of the type keeps to; `supportedProfile` what the server knows beside it.
void addProfiles(Builder& builder, Element& resource, const fhir::TypeDefinition& type,
                 const rules::Rules& rules) {
  const auto required = rules.required(type);
  builder.text(resource, "profile",
               required.size() == 1 ? required.front()
                                    : "http://hl7.org/fhir/StructureDefinition/" + std::string(type.name));
  for (const std::string& profile : rules.supported(type))
    builder.text(resource, "supportedProfile", profile);
}

// What _include and _revinclude may name at this type: "Observation:subject".
class Includes {
 public:
  explicit Includes(const store::Store& store) {
    for (const auto* type : fhir::resourceTypes()) {
      for (const auto& search : store.searches(*type)) {
        if (search.parameter->type == fhir::SearchParameterType::reference)
          links_.push_back(
              {std::string(type->name) + ":" + std::string(search.parameter->code), type, search.parameter});
      }
    }
  }

  void add(Builder& builder, Element& resource, const fhir::TypeDefinition& type) const {
    builder.text(resource, "searchInclude", "*");
    for (const Link& link : links_) {
      if (link.source == &type) builder.text(resource, "searchInclude", link.name);
    }
    builder.text(resource, "searchRevInclude", "*");
    for (const Link& link : links_) {
      if (fhir::search::mayPointTo(*link.parameter, type.name))
        builder.text(resource, "searchRevInclude", link.name);
    }
  }

 private:
  struct Link {
    std::string name;
    const fhir::TypeDefinition* source;
    const fhir::SearchParameter* parameter;
  };
  std::vector<Link> links_;
};

void addType(Builder& builder, Element& server, const fhir::TypeDefinition& type, const store::Store& store,
             const rules::Rules& rules, const Limits& limits, const Includes& includes) {
  auto& resource = builder.object(server, "resource");
  builder.text(resource, "type", type.name);
  addProfiles(builder, resource, type, rules);
  if (type.name == "AuditEvent")
    builder.text(
        resource, "documentation",
        "Besides the AuditEvents that are stored, read and search-type answer with the events of the "
        "server's own audit trail, by the patterns of IHE BALP, as far as the caller may see them. "
        "They have one version and are never changed. They are found by R4's parameters without "
        "chains, _has and includes, sorted by date or _lastUpdated, the newest first.");
  addInteractions(builder, resource, Level::resource);
  builder.text(resource, "versioning", "versioned");
  builder.text(resource, "readHistory", "true");
  builder.text(resource, "updateCreate", "true");
  builder.text(resource, "conditionalCreate", "true");
  builder.text(resource, "conditionalRead", "full-support");
  builder.text(resource, "conditionalUpdate", "true");
  builder.text(resource, "conditionalDelete", limits.conditionalDelete > 1 ? "multiple" : "single");
  includes.add(builder, resource, type);
  for (const auto& search : store.searches(type)) {
    auto& parameter = builder.object(resource, "searchParam");
    builder.text(parameter, "name", search.parameter->code);
    builder.text(parameter, "definition", search.parameter->url);
    builder.text(parameter, "type", code(search.parameter->type));
  }
  addOperations(builder, resource, &type);
}

// SMART App Launch 1.0's extension, which clients still look for beside .well-known/smart-configuration.
void addSecurity(Builder& builder, Element& server, const Security& security) {
  auto& object = builder.object(server, "security");
  if (security.isOpen) {
    builder.text(object, "description",
                 "WARNING: this server runs without access control. Whoever reaches it can read and change "
                 "everything; it is for tests and demonstrations on one machine.");
    return;
  }
  auto& uris = builder.object(object, "extension");
  builder.text(uris, "url", "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris");
  const auto add = [&](const char* name, const std::string& url) {
    if (url.empty()) return;
    auto& uri = builder.object(uris, "extension");
    builder.text(uri, "url", name);
    builder.text(uri, "valueUri", url);
  };
  add("authorize", security.authorize);
  add("token", security.token);
  add("register", security.registration);
  add("manage", security.manage);
  add("introspect", security.introspect);
  add("revoke", security.revoke);
  auto& service = builder.object(object, "service");
  auto& coding = builder.object(service, "coding");
  builder.text(coding, "system", "http://terminology.hl7.org/CodeSystem/restful-security-service");
  builder.text(coding, "code", "SMART-on-FHIR");
  builder.text(service, "text", "OAuth 2.0 with SMART on FHIR scopes");
}

void addServer(Builder& builder, Element& root, const store::Store& store, const rules::Rules& rules,
               const Limits& limits, const Security& security) {
  auto& server = builder.object(root, "rest");
  builder.text(server, "mode", "server");
  addSecurity(builder, server, security);
  const Includes includes(store);
  for (const auto* type : fhir::resourceTypes()) {
    if (hasEndpoint(*type)) addType(builder, server, *type, store, rules, limits, includes);
  }
  addInteractions(builder, server, Level::system);
  addOperations(builder, server, nullptr);
  for (const auto* type : fhir::resourceTypes()) {
    if (!fhir::isCompartment(type->name)) continue;
    std::string name(type->name);
    name.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(name.front())));
    builder.text(server, "compartment", "http://hl7.org/fhir/CompartmentDefinition/" + name);
  }
}

}  // namespace

std::string capabilityStatement(const store::Store& store, const rules::Rules& rules, const Limits& limits,
                                const Software& software, const std::string& baseUrl,
                                const Security& security, const std::string& date) {
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
  addServer(builder, root, store, rules, limits, security);
  return fhir::json::toString(statement);
}

Statement::Statement(const store::Store& store, const rules::Rules& rules, Limits limits, Software software,
                     std::string baseUrl, Security security)
    : store_(store),
      rules_(rules),
      limits_(limits),
      software_(std::move(software)),
      baseUrl_(std::move(baseUrl)),
      security_(std::move(security)) {}

std::shared_ptr<const std::string> Statement::now() const {
  const std::lock_guard lock(mutex_);
  const std::int64_t epoch = store_.searchEpoch();
  if (!text_ || epoch != epoch_) {
    text_ = std::make_shared<const std::string>(
        capabilityStatement(store_, rules_, limits_, software_, baseUrl_, security_,
                            platform::formatMilliseconds(platform::now())));
    epoch_ = epoch;
  }
  return text_;
}

}  // namespace rest
