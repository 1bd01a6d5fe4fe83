#include "fhir/bundle/links.h"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "fhir/search/reference_link.h"

namespace fhir::bundle {
namespace {

using Scope = std::unordered_set<std::string_view>;  // fullUrls

bool isReference(const Element& element) noexcept {
  return element.hasValue() && element.name() == "reference" && element.parent->type->name == "Reference";
}

bool isLink(const Element& element) noexcept {
  // R4 names oid and uuid, too; but what stands in a link's place, "Patient/1", would be neither.
  static constexpr std::array<std::string_view, 2> types{"uri", "url"};
  return isReference(element) ||
         (element.hasValue() && std::find(types.begin(), types.end(), element.type->name) != types.end());
}

// "http://x.example/fhir/" of "http://x.example/fhir/Patient/1"; empty when it is no such URL.
std::string_view rootOf(std::string_view fullUrl) {
  const auto link = search::referenceLink(fullUrl, {});
  if (link.type.empty() || !fullUrl.starts_with("http")) return {};
  return fullUrl.substr(0, fullUrl.size() - link.type.size() - link.id.size() - 1);
}

bool hasScheme(std::string_view link) noexcept {
  const auto colon = link.find(':');
  return colon != std::string_view::npos && link.find_first_of("/?#") > colon;
}

void addFullUrls(const Element& bundle, Scope& scope) {
  for (const auto* entry = bundle.child("entry"); entry; entry = entry->nextSame()) {
    if (const auto fullUrl = entry->childText("fullUrl"); !fullUrl.empty()) scope.insert(fullUrl);
  }
}

void rewrite(Resource& resource, Element& element, const Scope& scope, const Replace& replace) {
  if (element.type->name == "Bundle") {
    Scope inner = scope;
    addFullUrls(element, inner);
    for (auto* child = element.firstChild; child; child = child->next)
      rewrite(resource, *child, inner, replace);
    return;
  }
  if (element.type->name == "xhtml" && element.hasValue()) {
    if (auto text = rewriteNarrative(element.text, replace)) resource.setText(element, *text);
  } else if (isLink(element) && !scope.contains(element.text)) {
    if (auto text = replace(element.text)) resource.setText(element, *text);
  }
  for (auto* child = element.firstChild; child; child = child->next)
    rewrite(resource, *child, scope, replace);
}

void collect(Element& element, std::vector<Element*>& out) {
  if (isReference(element)) out.push_back(&element);
  for (auto* child = element.firstChild; child; child = child->next) collect(*child, out);
}

}  // namespace

bool EntryNames::add(std::string_view fullUrl, std::string reference, std::string_view metaVersion,
                     std::string_view version) {
  return names_.emplace(fullUrl, Named{std::move(reference), std::string(metaVersion), std::string(version)})
      .second;
}

std::optional<std::string> EntryNames::resolve(std::string_view link, std::string_view from) const {
  if (names_.empty() || link.empty() || link.front() == '#') return std::nullopt;
  if (auto named = resolveWhole(link); named || hasScheme(link)) return named;
  const auto root = rootOf(from);
  if (root.empty()) return std::nullopt;
  return resolveWhole(std::string(root).append(link));
}

std::optional<std::string> EntryNames::resolveWhole(std::string_view link) const {
  if (const auto found = names_.find(std::string(link)); found != names_.end())
    return found->second.reference;
  constexpr std::string_view kHistory = "/_history/";
  const auto history = link.rfind(kHistory);
  if (history == std::string_view::npos) return std::nullopt;
  const auto found = names_.find(std::string(link.substr(0, history)));
  if (found == names_.end() || found->second.metaVersion.empty() ||
      link.substr(history + kHistory.size()) != found->second.metaVersion)
    return std::nullopt;
  std::string out = found->second.reference;
  if (!found->second.version.empty()) out.append(kHistory).append(found->second.version);
  return out;
}

void rewriteLinks(Resource& resource, const Replace& replace) {
  rewrite(resource, resource.root(), {}, replace);
}

std::vector<Element*> references(Resource& resource) {
  std::vector<Element*> out;
  collect(resource.root(), out);
  return out;
}

std::optional<ConditionalReference> conditionalReference(std::string_view reference) {
  const auto mark = reference.find('?');
  if (mark == std::string_view::npos || mark == 0) return std::nullopt;
  const auto name = reference.substr(0, mark);
  const bool isName = std::all_of(name.begin(), name.end(),
                                  [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
  if (!isName) return std::nullopt;
  return ConditionalReference{findResourceType(name), reference.substr(mark + 1)};
}

}  // namespace fhir::bundle
