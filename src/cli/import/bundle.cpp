#include "src/cli/import/bundle.h"

#include <unordered_map>
#include <utility>

#include "src/platform/uuid.h"

namespace cli {
namespace {

using fhir::Element;
using fhir::Resource;
using fhir::TypeDefinition;

constexpr std::string_view kUrn = "urn:uuid:";

using Names = std::unordered_map<std::string, std::string>;  // fullUrl -> Type/id

// Walks all elements below one and calls `visit` for each Reference's or uri's text.
template <class Visit>
void eachLink(Element& element, const Visit& visit) {
  for (Element* child = element.firstChild; child != nullptr; child = child->next) {
    const std::string_view type = child->type->name;
    const bool link = child->hasValue() && (type == "uri" || type == "url" || type == "canonical" ||
                                            (type == "string" && child->name() == "reference"));
    if (link) visit(*child);
    eachLink(*child, visit);
  }
}

// "Practitioner?identifier=system|value"
struct Conditional {
  const TypeDefinition* type;
  std::string_view system, value;
};

std::optional<Conditional> conditionalOf(std::string_view reference) {
  const std::size_t mark = reference.find('?');
  if (mark == std::string_view::npos) return std::nullopt;
  const TypeDefinition* type = fhir::findResourceType(reference.substr(0, mark));
  std::string_view query = reference.substr(mark + 1);
  constexpr std::string_view kName = "identifier=";
  if (type == nullptr || !query.starts_with(kName) || query.find('&') != std::string_view::npos)
    return std::nullopt;
  query.remove_prefix(kName.size());
  const std::size_t bar = query.find('|');
  if (bar == std::string_view::npos) return Conditional{type, {}, query};
  return Conditional{type, query.substr(0, bar), query.substr(bar + 1)};
}

std::string idFor(const Element& resource, std::string_view fullUrl) {
  if (const std::string_view id = resource.childText("id"); !id.empty()) return std::string(id);
  if (fullUrl.starts_with(kUrn) && platform::Uuid::parse(fullUrl.substr(kUrn.size()))) {
    return platform::Uuid::parse(fullUrl.substr(kUrn.size()))->toString();
  }
  return platform::Uuid::random().toString();
}

Resource copyOf(const Element& root) {
  Resource out(*root.type);
  for (const Element* child = root.firstChild; child != nullptr; child = child->next) {
    out.appendCopy(out.root(), *child->property, *child);
  }
  return out;
}

}  // namespace

fhir::Result<Unpacked> unpackBundle(const Resource& bundle, const Lookup& lookup) {
  Unpacked out;
  Names names;
  for (const Element* entry = bundle.root().child("entry"); entry != nullptr; entry = entry->nextSame()) {
    const Element* root = entry->child("resource");
    if (root == nullptr) continue;
    const std::string_view fullUrl = entry->childText("fullUrl");
    Resource resource = copyOf(*root);
    const std::string id = idFor(*root, fullUrl);
    resource.setText(resource.require(resource.root(), "id"), id);
    if (!fullUrl.empty()) names.emplace(fullUrl, std::string(resource.typeName()) + "/" + id);
    out.resources.push_back(std::move(resource));
  }
  std::optional<fhir::Outcome> failed;
  for (Resource& resource : out.resources) {
    eachLink(resource.root(), [&](Element& link) {
      if (const auto named = names.find(std::string(link.text)); named != names.end()) {
        resource.setText(link, named->second);
        return;
      }
      const auto conditional = link.name() == "reference" ? conditionalOf(link.text) : std::nullopt;
      if (!conditional || failed) return;
      auto id = lookup(*conditional->type, conditional->system, conditional->value);
      if (!id) {
        failed = std::move(id).outcome();
      } else if (*id) {
        resource.setText(link, std::string(conditional->type->name) + "/" + **id);
      } else {
        out.unresolved.push_back(link.path());
      }
    });
  }
  if (failed) return *std::move(failed);
  return out;
}

}  // namespace cli
