// FHIRPath Patch: Parameters that are applied to resources of several types. What comes out is a resource of
// the same type and id that can be written and read.
#include "fhir/definitions/definitions.h"
#include "fhir/json/json.h"
#include "fhir/patch/patch.h"
#include "tests/fuzz/expressions.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/growth.h"
#include "tests/fuzz/subjects.h"
#include "tests/fuzz/words.h"

namespace fuzz {
namespace {

using fhir::Element;
using fhir::Resource;

constexpr fhir::patch::Limits kLimits{
    .maxOperations = 50, .maxDepth = 100, .maxValues = 100'000, .maxBytes = 1024 * 1024, .maxSteps = 50'000};

void runOn(const Resource& resource, const Resource& patch) {
  const std::string before = fhir::json::toString(resource);
  const auto after = fhir::patch::applyFhirPathPatch(resource, patch, kLimits);
  requireSame(fhir::json::toString(resource), before, "what is given is never changed");
  if (!after) {
    require(after.outcome().hasErrors(), "a refused patch has a fault");
    require(after.outcome().failure() != fhir::Failure::internal, "the fault is the client's");
    return;
  }
  require(&after->type() == &resource.type() && after->id() == resource.id(), "type and id stay");
  const std::string written = fhir::json::toString(*after);
  const auto again = fhir::json::parse(written);
  if (!again) requireSame(written, again.outcome().toJson(), "a patched resource can be read");
  requireSame(fhir::json::toString(*again), written, "a patched resource comes back the same");
}

void run(std::string_view input) {
  const auto patch = fhir::json::parse(input);
  if (!patch) return;
  for (const Resource& resource : subjects()) runOn(resource, *patch);
}

// The FHIRPath of an element that is there.
std::string pathIn(const Resource& resource, Random& random) {
  std::vector<const Element*> all{&resource.root()};
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const Element* each = all[i]->firstChild; each; each = each->next) all.push_back(each);
  return random.pick(all)->path();
}

Element& addPart(Resource& patch, Element& operation, std::string_view name) {
  Element& part = patch.append(operation, *operation.type->find("part"));
  patch.appendText(part, "name", name);
  return part;
}

void addText(Resource& patch, Element& operation, std::string_view name, std::string_view type,
             std::string_view text) {
  patch.appendText(addPart(patch, operation, name), type, text);
}

void addValue(Resource& patch, Element& operation, Random& random) {
  Element& part = addPart(patch, operation, "value");
  std::vector<const fhir::Property*> values;
  for (const fhir::Property& property : part.type->properties)
    if (property.name.starts_with("value")) values.push_back(&property);
  const fhir::Property& chosen = *random.pick(values);
  Element& added = patch.append(part, chosen);
  if (added.type->isPrimitive()) patch.setText(added, value(chosen, random));
}

void addOperation(Resource& patch, Random& random) {
  const Resource& subject = subjects()[random.below(subjects().size())];
  constexpr std::string_view types[] = {"add", "insert", "delete", "replace", "move"};
  const std::string_view type = random.pick(types);
  Element& operation = patch.append(patch.root(), *patch.type().find("parameter"));
  patch.appendText(operation, "name", "operation");
  addText(patch, operation, "type", "valueCode", type);
  addText(patch, operation, "path", "valueString",
          random.oneIn(3) ? expression(subject.type(), random) : pathIn(subject, random));
  if (type == "add") {
    const auto properties = subject.type().properties;
    addText(patch, operation, "name", "valueString",
            properties[random.below(properties.size())].element->name);
  }
  if (type == "insert") addText(patch, operation, "index", "valueInteger", std::to_string(random.below(3)));
  if (type == "move") {
    addText(patch, operation, "source", "valueInteger", std::to_string(random.below(3)));
    addText(patch, operation, "destination", "valueInteger", std::to_string(random.below(3)));
  }
  if (type == "add" || type == "insert" || type == "replace") addValue(patch, operation, random);
}

std::string mutate(std::string_view input, Random& random) {
  auto patch = fhir::json::parse(input);
  if (!patch || patch->typeName() != "Parameters") {
    if (!random.oneIn(4)) return {};
    patch = Resource(*fhir::findResourceType("Parameters"));
  }
  if (patch->root().firstChild == nullptr || random.oneIn(2))
    addOperation(*patch, random);
  else
    change(*patch, random);
  return fhir::json::toString(*patch);
}

std::vector<std::string> words() {
  return with(functionNames(),
              {"\"name\":\"operation\"", "\"name\":\"type\"", "\"name\":\"path\"", "\"name\":\"value\"",
               "\"name\":\"index\"", "\"name\":\"source\"", "\"name\":\"destination\"", "\"valueCode\":\"",
               "\"valueString\":\"", "\"valueInteger\":", "\"part\":[", "\"resource\":{"});
}

}  // namespace

const Target target{run, mutate, words};

}  // namespace fuzz
