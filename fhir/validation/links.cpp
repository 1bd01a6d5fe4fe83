#include "fhir/validation/links.h"

#include "fhir/search/reference_link.h"

namespace fhir::validation {
namespace {

constexpr std::string_view history = "/_history/";

bool isEntry(const Element& element) noexcept {
  return element.type->name == "Bundle.entry";
}

const Element* contained(const Element& container, std::string_view id) noexcept {
  if (id.empty()) return &container;
  for (const Element* each = container.child("contained"); each; each = each->nextSame())
    if (each->childText("id") == id) return each;
  return nullptr;
}

// The base of the URL that ends with the resource's type and id: "http://example.org/fhir/"; empty when it
// does not.
std::string_view baseOf(std::string_view fullUrl, const Element& resource) noexcept {
  const std::string_view id = resource.childText("id");
  const std::string_view type = resource.type->name;
  if (!fullUrl.ends_with(id) || id.empty()) return {};
  fullUrl.remove_suffix(id.size());
  if (!fullUrl.ends_with('/')) return {};
  fullUrl.remove_suffix(1);
  if (!fullUrl.ends_with(type)) return {};
  fullUrl.remove_suffix(type.size());
  return fullUrl.ends_with('/') ? fullUrl : std::string_view{};
}

}  // namespace

const Element& resourceOf(const Element& element) noexcept {
  const Element* at = &element;
  while (!at->type->isResource() && at->parent) at = at->parent;
  return *at;
}

const Element& containerOf(const Element& element) noexcept {
  const Element* at = &resourceOf(element);
  while (at->name() == "contained" && at->parent) at = &resourceOf(*at->parent);
  return *at;
}

const Element* entryOf(const Element& element) noexcept {
  const Element* at = &element;
  while (at && !isEntry(*at)) at = at->parent;
  return at;
}

void Links::indexEntries() const {
  indexed_ = true;
  for (const Element* entry = root_.child("entry"); entry; entry = entry->nextSame()) {
    const Element* resource = entry->child("resource");
    if (!resource) continue;
    if (const std::string_view fullUrl = entry->childText("fullUrl"); !fullUrl.empty())
      entries_.emplace(fullUrl, resource);
    if (const std::string_view id = resource->childText("id"); !id.empty())
      entries_.emplace(std::string(resource->type->name) + "/" + std::string(id), resource);
  }
}

const Element* Links::resolve(const Element& from, std::string_view reference) const {
  if (reference.starts_with('#')) return contained(containerOf(from), reference.substr(1));
  const Element* entry = entryOf(from);
  if (!entry || entry->parent != &root_) return nullptr;
  if (!indexed_) indexEntries();
  if (const std::size_t at = reference.find(history); at != std::string_view::npos)
    reference = reference.substr(0, at);
  const bool relative = search::referenceLink(reference, {}).kind == search::ReferenceLink::Kind::local;
  std::string name(reference);
  if (const Element* resource = entry->child("resource"); relative && resource) {
    std::string whole(baseOf(entry->childText("fullUrl"), *resource));
    if (const auto found = entries_.find(whole.append(reference)); found != entries_.end())
      return found->second;
  }
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : found->second;
}

}  // namespace fhir::validation
