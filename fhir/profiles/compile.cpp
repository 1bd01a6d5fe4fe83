#include "fhir/profiles/compile.h"

#include <utility>

#include "fhir/profiles/value_sets.h"

namespace fhir::profiles {
namespace {

// What says that there is nothing to compile: a type, a logical model. False when it is a profile.
bool isRefused(const Element& root, LoadFaults& faults) {
  const Element* kind = root.child("kind");
  if (kind && kind->text == "logical") {
    faults.error(IssueType::notSupported, *kind,
                 "A logical model is no profile: no resource can be checked against it. Leave it out.");
    return true;
  }
  const Element* derivation = root.child("derivation");
  if (!derivation || derivation->text != "constraint") {
    const TypeDefinition* type = baseTypeOf(root.childText("url"));
    if (!type)
      faults.error(IssueType::notSupported, root,
                   "Only StructureDefinitions with derivation 'constraint' are profiles; types other than "
                   "R4's own are not known.");
    return true;
  }
  if (const Element* isAbstract = root.child("abstract"); isAbstract && isAbstract->text == "true") {
    faults.error(IssueType::notSupported, *isAbstract,
                 "An abstract profile is not checked itself. Load those that derive from it.");
    return true;
  }
  return false;
}

const TypeDefinition* typeOf(const Element& root, LoadFaults& faults) {
  const Element* name = root.child("type");
  if (!name || !name->hasValue()) {
    faults.missing(root, "type", "A profile names the type it constrains. Add 'type'.");
    return nullptr;
  }
  std::string_view text = name->text;
  if (text.starts_with(baseDefinitions)) text.remove_prefix(baseDefinitions.size());
  const TypeDefinition* type = findType(text);
  if (!type || type->kind == TypeKind::backbone) {
    faults.error(IssueType::notFound, *name, "R4 has no type of this name. Write one of its types.");
    return nullptr;
  }
  return type;
}

ExtensionContext contextOf(const Element& context, LoadFaults& faults) {
  ExtensionContext made;
  const Element* expression = context.child("expression");
  made.expression = expression ? expression->text : std::string_view{};
  const std::string_view kind = context.childText("type");
  made.kind = kind == "extension"  ? ExtensionContext::Kind::extension
              : kind == "fhirpath" ? ExtensionContext::Kind::fhirpath
                                   : ExtensionContext::Kind::element;
  if (made.kind != ExtensionContext::Kind::fhirpath || !expression) return made;
  auto parsed = fhirpath::Expression::parse(made.expression);
  if (parsed) {
    made.condition = *std::move(parsed);
  } else {
    faults.error(IssueType::invalid, *expression,
                 "This is no FHIRPath: " + parsed.outcome().issues()[0].diagnostics);
  }
  return made;
}

void readContexts(const Element& root, Profile& profile, LoadFaults& faults) {
  if (profile.type->name != "Extension") return;
  for (const Element* each = root.child("context"); each; each = each->nextSame())
    profile.contexts.push_back(contextOf(*each, faults));
  for (const Element* each = root.child("contextInvariant"); each; each = each->nextSame()) {
    auto parsed = fhirpath::Expression::parse(each->text);
    if (parsed) {
      profile.contextInvariants.push_back(*std::move(parsed));
    } else {
      faults.error(IssueType::invalid, *each,
                   "This is no FHIRPath: " + parsed.outcome().issues()[0].diagnostics);
    }
  }
}

const Node* findBelow(const Node& node, std::string_view id) noexcept {
  if (node.id == id) return &node;
  for (const auto& child : node.children)
    if (const Node* found = findBelow(*child, id)) return found;
  if (!node.slicing) return nullptr;
  for (const auto& slice : node.slicing->slices)
    if (const Node* found = findBelow(*slice, id)) return found;
  return nullptr;
}

void refer(std::string_view canonical, std::string path, Profile& profile) {
  for (const auto& [known, where] : profile.references)
    if (known == canonical) return;
  profile.references.emplace_back(canonical, std::move(path));
}

void collectReferences(const Node& node, Profile& profile) {
  const std::string path = "StructureDefinition.snapshot.element[" + std::to_string(node.position) + "].type";
  for (const TypeRule& rule : node.types) {
    for (const std::string& each : rule.profiles) refer(each, path, profile);
    for (const std::string& each : rule.targets)
      if (!baseTypeOf(each)) refer(each, path, profile);
  }
  for (const auto& child : node.children) collectReferences(*child, profile);
  if (!node.slicing) return;
  for (const auto& slice : node.slicing->slices) collectReferences(*slice, profile);
}

std::shared_ptr<Profile> profileOf(const Element& root, LoadFaults& faults) {
  auto profile = std::make_shared<Profile>();
  profile->url = root.childText("url");
  profile->version = root.childText("version");
  profile->base = root.childText("baseDefinition");
  if (profile->url.empty())
    faults.missing(root, "url", "A profile is known by its canonical url. Add 'url'.");
  profile->type = typeOf(root, faults);
  const Element* snapshot = root.child("snapshot");
  if (!snapshot || !snapshot->child("element"))
    faults.missing(root, "snapshot",
                   "A profile is checked by its snapshot, and this one has none. Generate it from the "
                   "differential, and add it.");
  if (faults.hasErrors()) return nullptr;
  profile->values.emplace(*findResourceType("StructureDefinition"));
  readContexts(root, *profile, faults);
  if (!buildTree(*snapshot, *profile, faults)) return nullptr;
  if (!profile->base.empty() && !baseTypeOf(profile->base))
    refer(profile->base, "StructureDefinition.baseDefinition", *profile);
  collectReferences(*profile->root, *profile);
  return profile;
}

}  // namespace

const TypeDefinition* baseTypeOf(std::string_view canonical) noexcept {
  std::string_view url = canonicalOf(canonical).url;
  if (!url.starts_with(baseDefinitions)) return nullptr;
  url.remove_prefix(baseDefinitions.size());
  return findType(url);
}

const Profile& simpleQuantity() {
  static const Profile made = [] {
    Profile profile;
    profile.url = "http://hl7.org/fhir/StructureDefinition/SimpleQuantity";
    profile.version = "4.0.1";
    profile.type = findType("Quantity");
    profile.base = "http://hl7.org/fhir/StructureDefinition/Quantity";
    profile.root = std::make_unique<Node>();
    profile.root->name = profile.root->id = "Quantity";
    profile.root->types.push_back({profile.type, {}, {}, 0, {}});
    Node& comparator = *profile.root->children.emplace_back(std::make_unique<Node>());
    comparator.name = "comparator";
    comparator.max = 0;
    comparator.checksMax = true;
    profile.root->active.push_back(&comparator);
    return profile;
  }();
  return made;
}

const Node* Profile::findNode(std::string_view id) const noexcept {
  return id.empty() ? root.get() : findBelow(*root, id);
}

std::vector<const TypeDefinition*> typesOf(const Node& node) {
  std::vector<const TypeDefinition*> types;
  for (const TypeRule& rule : node.types)
    if (rule.type) types.push_back(rule.type);
  return types;
}

Compiled compile(const Resource& structureDefinition) {
  LoadFaults faults;
  Compiled compiled;
  const Element& root = structureDefinition.root();
  if (!isRefused(root, faults)) compiled.profile = profileOf(root, faults);
  if (faults.hasErrors()) compiled.profile = nullptr;
  compiled.faults = faults.take();
  return compiled;
}

}  // namespace fhir::profiles
