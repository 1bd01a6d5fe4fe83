// A public implementation guide, HL7's International Patient Summary 2.0.0: all its profiles load, its own
// examples keep to them, and examples made wrong are refused at the very element.
#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fhir/validation/validator.h"
#include "tests/fhir/profiles/folder.h"

namespace {

using fhir::Element;
using fhir::Resource;
using fhir::profiles::ProfileSet;

int failures = 0;
int mutants = 0;

void expect(bool holds, const std::string& words) {
  if (holds) return;
  ++failures;
  std::cout << "FAILED: " << words << '\n';
}

// The guide's logical models are no profiles.
const std::set<std::string_view> models{"StructureDefinition-Document.json",
                                        "StructureDefinition-DocumentSection.json",
                                        "StructureDefinition-IPSSectionsLM.json"};

ProfileSet load(const std::string& folder, std::map<std::string, Resource>& definitions) {
  fhir::profiles::ProfileSetBuilder builder;
  const auto loading = fhir::profiles::test::addFolder(folder, builder);
  for (const auto& [file, faults] : loading.faulty)
    expect(models.contains(file) && faults.issues()[0].expression == "StructureDefinition.kind",
           file + " " + faults.issues()[0].expression + ": " + faults.issues()[0].diagnostics);
  fhir::profiles::test::eachResource(folder, [&](const std::string&, Resource&& resource) {
    if (resource.typeName() == "StructureDefinition")
      definitions.emplace(resource.root().childText("url"), std::move(resource));
  });
  auto finished = builder.finish();
  expect(static_cast<int>(finished.set.profiles().size()) == loading.profiles, "a profile is not loaded");
  std::cout << "profiles: " << finished.set.profiles().size() << " of " << loading.profiles
            << " are loaded\n";
  return finished.set;
}

std::vector<fhir::Issue> faultsOf(const Resource& resource, const ProfileSet& set) {
  fhir::validation::Options options;
  options.least = fhir::Severity::error;
  options.profiles = &set;
  options.valueSets = &set.valueSets();
  return fhir::validation::validate(resource, options).issues();
}

void expectFault(const Resource& wrong, const ProfileSet& set, const std::string& path,
                 const std::string& what) {
  ++mutants;
  std::string found;
  for (const fhir::Issue& issue : faultsOf(wrong, set)) {
    if (issue.expression == path) return;
    found += "\n  " + issue.expression + ": " + issue.diagnostics;
  }
  expect(false, what + " is not found at " + path + ", but" + (found.empty() ? " nothing" : found));
}

// --- mutants that the guide's own snapshots ask for ---

// The elements of a path ("Patient.name.family") in a resource.
std::vector<Element*> elementsAt(Element& root, std::string_view path) {
  std::vector<Element*> at{&root};
  std::size_t dot = path.find('.');
  while (dot != std::string_view::npos) {
    const std::size_t end = std::min(path.find('.', dot + 1), path.size());
    std::string_view name = path.substr(dot + 1, end - dot - 1);
    if (name.ends_with("[x]")) name.remove_suffix(3);
    std::vector<Element*> next;
    for (Element* each : at)
      for (Element* child = each->firstChild; child; child = child->next)
        if (child->property->element->name == name) next.push_back(child);
    at = std::move(next);
    dot = end == path.size() ? std::string_view::npos : end;
  }
  return at;
}

bool isRequiredByBase(const Element& parent, std::string_view name) {
  const fhir::ElementDefinition* element = parent.type->findElement(name);
  return element && element->min > 0;
}

// Without what the profile requires and R4 does not.
void removeRequired(const std::string& file, const Resource& right, std::string_view path,
                    const ProfileSet& set) {
  Resource wrong = right.clone();
  const std::vector<Element*> found = elementsAt(wrong.root(), path);
  if (found.empty()) return;
  Element& parent = *found[0]->parent;
  const std::string_view name = found[0]->property->element->name;
  if (isRequiredByBase(parent, name)) return;
  const std::string expected = parent.path() + "." + std::string(name);
  for (Element* each : found)
    if (each->parent == &parent) wrong.remove(*each);
  // An element that nothing is left of goes with it, unless it is the root.
  if (!parent.firstChild && parent.parent) return;
  expectFault(wrong, set, expected, file + " without " + std::string(path));
}

// With another code than the pattern's.
void changeCode(const std::string& file, const Resource& right, std::string_view path,
                const ProfileSet& set) {
  Resource wrong = right.clone();
  for (Element* each : elementsAt(wrong.root(), path)) {
    Element* coding = const_cast<Element*>(each->child("coding"));
    Element* code = coding ? const_cast<Element*>(coding->child("code")) : nullptr;
    if (!code || coding->nextSame()) continue;
    wrong.setText(*code, "x-other");
    return expectFault(wrong, set, each->path(), file + " with another code in " + std::string(path));
  }
}

void breakByDefinition(const std::string& file, const Resource& right, const Resource& definition,
                       const ProfileSet& set) {
  for (const Element* each = definition.root().child("snapshot")->child("element"); each;
       each = each->nextSame()) {
    const std::string_view id = each->childText("id");
    const std::string_view path = each->childText("path");
    if (id.find(':') != std::string_view::npos || path.find('.') == std::string_view::npos) continue;
    if (each->childText("min") == "1") removeRequired(file, right, path, set);
    if (each->child("patternCodeableConcept")) changeCode(file, right, path, set);
  }
}

// --- mutants by hand ---

Element& entry(Resource& bundle, std::size_t position) {
  const Element* each = bundle.root().child("entry");
  for (; position > 0; --position) each = each->nextSame();
  return *const_cast<Element*>(each);
}
Element& child(const Element& parent, std::string_view name) {
  return *const_cast<Element*>(parent.child(name));
}

struct Mutant {
  std::string what;
  std::string path;
  void (*make)(Resource&);
};

// Of Bundle-bundle-minimal.json: a Composition with three sections, a Patient and what they refer to.
const std::vector<Mutant> ofBundle = {
    {"a Bundle of another type", "Bundle.type",
     [](Resource& b) { b.setText(child(b.root(), "type"), "collection"); }},
    {"an entry without fullUrl", "Bundle.entry[2].fullUrl",
     [](Resource& b) { b.remove(child(entry(b, 2), "fullUrl")); }},
    {"an entry with a search score", "Bundle.entry[3].search",
     [](Resource& b) { b.appendText(b.require(entry(b, 3), "search"), "mode", "match"); }},
    {"no identifier", "Bundle.identifier", [](Resource& b) { b.remove(child(b.root(), "identifier")); }},
    {"a document of another kind", "Bundle.entry[0].resource.type",
     [](Resource& b) {
       b.setText(child(child(child(child(entry(b, 0), "resource"), "type"), "coding"), "code"), "11488-4");
     }},
    {"no section of problems", "Bundle.entry[0].resource.section",
     [](Resource& b) { b.remove(child(child(entry(b, 0), "resource"), "section")); }},
    {"two sections of problems", "Bundle.entry[0].resource.section[3]",
     [](Resource& b) {
       Element& composition = child(entry(b, 0), "resource");
       Element& section = child(composition, "section");
       b.appendCopy(composition, *section.property, section);
     }},
    {"a section without text", "Bundle.entry[0].resource.section[0].text",
     [](Resource& b) { b.remove(child(child(child(entry(b, 0), "resource"), "section"), "text")); }},
    {"a patient without birth date", "Bundle.entry[1].resource.birthDate",
     [](Resource& b) { b.remove(child(child(entry(b, 1), "resource"), "birthDate")); }},
    {"no patient at all", "Bundle.entry", [](Resource& b) { b.remove(entry(b, 1)); }},
    {"a condition without subject", "Bundle.entry[4].resource.subject",
     [](Resource& b) { b.remove(child(child(entry(b, 4), "resource"), "subject")); }},
    {"a section about another kind of resource", "Bundle.entry[0].resource.section[0].entry[0].reference",
     [](Resource& b) {
       Element& reference =
           child(child(child(child(entry(b, 0), "resource"), "section"), "entry"), "reference");
       b.setText(reference, child(entry(b, 1), "fullUrl").text);
     }},
};

const std::vector<Mutant> ofTobacco = {
    {"a period for a time", "Observation.effective",
     [](Resource& o) {
       o.remove(child(o.root(), "effectiveDateTime"));
       o.appendText(o.require(o.root(), "effectivePeriod"), "start", "2019");
     }},
    {"a component", "Observation.component[0]",
     [](Resource& o) {
       Element& component = o.append(o.root(), *o.root().type->find("component"));
       o.appendText(o.require(component, "code"), "text", "packs");
     }},
    {"a subject without reference", "Observation.subject.reference",
     [](Resource& o) {
       Element& subject = child(o.root(), "subject");
       o.remove(child(subject, "reference"));
       o.appendText(subject, "display", "somebody");
     }},
    {"a subject of another type", "Observation.subject.reference",
     [](Resource& o) { o.setText(child(child(o.root(), "subject"), "reference"), "Group/1"); }},
};

void breakByHand(const Resource& right, const std::vector<Mutant>& mutants_, const ProfileSet& set) {
  for (const Mutant& each : mutants_) {
    Resource wrong = right.clone();
    each.make(wrong);
    expectFault(wrong, set, each.path, each.what);
  }
}

}  // namespace

int main() {
  const std::string folder = fhir::profiles::test::folderOf("HV_GUIDE_DIR");
  if (folder.empty()) return 77;
  std::map<std::string, Resource> definitions;
  const ProfileSet set = load(folder, definitions);
  int examples = 0;
  fhir::profiles::test::eachResource(folder + "/example", [&](const std::string& file, Resource&& resource) {
    ++examples;
    const Element* meta = resource.root().child("meta");
    const auto definition =
        definitions.find(std::string(meta ? meta->childText("profile") : std::string_view{}));
    expect(definition != definitions.end(), file + " names no profile of the guide");
    for (const fhir::Issue& issue : faultsOf(resource, set))
      expect(false, file + " " + issue.expression + ": " + issue.diagnostics);
    if (definition != definitions.end()) breakByDefinition(file, resource, definition->second, set);
    if (file == "Bundle-bundle-minimal.json") breakByHand(resource, ofBundle, set);
    if (file == "Observation-tobacco-use-example.json") breakByHand(resource, ofTobacco, set);
  });
  std::cout << "examples: " << examples << " are valid; " << mutants << " mutants are made of them, "
            << failures << " checks failed\n";
  return failures == 0 && examples > 0 ? 0 : 1;
}
