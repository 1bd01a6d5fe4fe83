// $meta, $meta-add and $meta-delete: https://hl7.org/fhir/R4/resource-operations.html. Of an instance (and
// $meta of a version) the very meta that a read shows; of a type and of the system which profiles, security
// labels and tags are in use.
//
// Adding and deleting goes the way of every write: checked, If-Match kept, and a new version when something
// changed. What a version says is never changed afterwards. Labels are the same when system and code are.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "src/rest/answer.h"
#include "src/rest/call.h"
#include "src/rest/named.h"
#include "src/rest/operations/inputs.h"
#include "src/rest/operations/outputs.h"
#include "src/rest/write.h"

namespace rest {
namespace {

using fhir::Done;
using fhir::Element;
using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::Resource;
using fhir::Result;
using operations::Inputs;

constexpr std::array<std::string_view, 3> kSets{"profile", "security", "tag"};

Answer answerMeta(const Call& call, const store::StoredResource& stored, bool wasWritten) {
  noteVersion(call, stored, wasWritten);
  auto resource = parseStored(stored.json);
  if (!resource) return std::move(resource).outcome();
  operations::Outputs outputs;
  outputs.value("return", "valueMeta", resource->require(resource->root(), "meta"));
  auto response = outputs.answer(call);
  addVersionHeaders(response, stored);
  return response;
}

Answer metaInUse(Call& call) {
  std::vector<const fhir::TypeDefinition*> types{call.target.type};
  if (call.target.type == nullptr) types.assign(fhir::resourceTypes().begin(), fhir::resourceTypes().end());
  const auto found = call.session.metaInUse(types);
  if (!found) return found.outcome();
  if (found->cut)
    return Outcome(Failure::unprocessable, IssueType::tooCostly,
                   "There are more than " + std::to_string(store::MetaInUse::kMostLabels) +
                       " different ones. Ask a type or a resource for its own.");
  Resource basic(*fhir::findResourceType("Basic"));
  Element& meta = basic.require(basic.root(), "meta");
  for (const std::string& profile : found->profiles) basic.appendText(meta, "profile", profile);
  const auto add = [&](std::string_view name, const std::vector<store::Label>& labels) {
    for (const store::Label& label : labels) {
      Element& coding = basic.append(meta, *meta.type->find(name));
      if (!label.system.empty()) basic.appendText(coding, "system", label.system);
      if (!label.code.empty()) basic.appendText(coding, "code", label.code);
    }
  };
  add("security", found->security);
  add("tag", found->tags);
  operations::Outputs outputs;
  outputs.value("return", "valueMeta", meta);
  return outputs.answer(call);
}

bool isSame(const Element& one, const Element& other) {
  if (one.type->isPrimitive()) return one.text == other.text;
  return one.childText("system") == other.childText("system") &&
         one.childText("code") == other.childText("code");
}

const Element* findSame(const Element* meta, const Element& label) {
  const Element* each = meta != nullptr ? meta->child(label.name()) : nullptr;
  while (each != nullptr && !isSame(*each, label)) each = each->nextSame();
  return each;
}

void addLabels(Resource& resource, const Element& asked) {
  for (const auto set : kSets) {
    for (const Element* label = asked.child(set); label != nullptr; label = label->nextSame()) {
      Element& meta = resource.require(resource.root(), "meta");
      if (findSame(&meta, *label) == nullptr) resource.appendCopy(meta, *meta.type->find(set), *label);
    }
  }
}

void deleteLabels(Resource& resource, const Element& asked) {
  if (resource.root().child("meta") == nullptr) return;
  Element& meta = resource.require(resource.root(), "meta");
  for (Element* each = meta.firstChild; each != nullptr;) {
    Element* const following = each->next;
    const bool isLabel = std::find(kSets.begin(), kSets.end(), each->name()) != kSets.end();
    if (isLabel && findSame(&asked, *each) != nullptr) resource.remove(*each);
    each = following;
  }
}

// What meta must say: sets of labels and nothing else, which this operation would not change.
Result<Done> check(const Element* meta) {
  if (meta == nullptr)
    return Outcome(
        Failure::badRequest, IssueType::required,
        "Send Parameters with the parameter 'meta', a valueMeta with the profiles, security labels "
        "and tags.",
        "meta");
  Outcome refused;
  for (const Element* each = meta->firstChild; each != nullptr; each = each->next) {
    if (std::find(kSets.begin(), kSets.end(), each->name()) == kSets.end()) {
      refused.add(fhir::Severity::error, IssueType::invalid,
                  "Only profile, security and tag are changed by this operation; leave '" +
                      std::string(each->name()) + "' out.",
                  each->path());
    } else if (each->type->isPrimitive() ? !each->hasValue() : each->child("code") == nullptr) {
      refused.add(fhir::Severity::error, IssueType::required,
                  each->type->isPrimitive() ? "A profile needs its URL." : "A label needs its code.",
                  each->path());
    }
  }
  if (refused.hasErrors()) return refused;
  return Done{};
}

using Change = void (*)(Resource&, const Element& asked);

// Inside a transaction, in which nobody else changes the resource.
Result<store::Written> changeLocked(Call& call, const Element& asked, Change change) {
  if (auto locked = call.session.lock(*call.target.type, call.target.id); !locked)
    return std::move(locked).outcome();
  auto current = readNamed(call);
  if (!current) return std::move(current).outcome();
  auto condition = writeCondition(call.request);
  if (!condition) return std::move(condition).outcome();
  if (auto holds = checkMatch(*condition, *current); !holds) return std::move(holds).outcome();
  auto resource = parseStored(current->json);
  if (!resource) return std::move(resource).outcome();
  change(*resource, asked);
  const auto checked = checkRules(call, *resource);
  if (checked.refusal) return *checked.refusal;
  return call.session.update(*resource, call.target.id, current->versionId);
}

Answer changeMeta(Call& call, Change change) {
  const auto condition = writeCondition(call.request);
  if (!condition) return condition.outcome();
  if (condition->noneExist) return onlyForCreate();
  if (condition->mustNotExist)
    return Outcome(Failure::badRequest, IssueType::invalid, "What must not exist has no meta to change.",
                   "http.If-None-Match");
  const auto inputs = Inputs::read(call, operations::kMetaChange);
  if (!inputs) return inputs.outcome();
  const Element* asked = inputs->element("meta");
  if (auto fits = check(asked); !fits) return std::move(fits).outcome();
  if (!call.target.version.empty()) {
    if (auto there = readNamed(call); !there) return std::move(there).outcome();
    return Outcome(Failure::unprocessable, IssueType::businessRule,
                   "This server never changes what a version says, its meta included. Leave /_history/" +
                       call.target.version + " out to change the resource as it stands now.");
  }
  if (!isLegalId(call.target.id)) return noneOf(*call.target.type);
  store::Written result;
  auto done = call.session.transaction([&]() -> Result<Done> {
    auto written = changeLocked(call, *asked, change);
    if (!written) return std::move(written).outcome();
    result = *std::move(written);
    return Done{};
  });
  if (!done) return std::move(done).outcome();
  return answerMeta(call, result.resource, result.change != store::Change::unchanged);
}

}  // namespace

Answer meta(Call& call) {
  const auto inputs = Inputs::read(call, {});
  if (!inputs) return inputs.outcome();
  if (call.target.id.empty()) return metaInUse(call);
  const auto stored = readNamed(call);
  if (!stored) return stored.outcome();
  return answerMeta(call, *stored, false);
}

Answer metaAdd(Call& call) {
  return changeMeta(call, addLabels);
}

Answer metaDelete(Call& call) {
  return changeMeta(call, deleteLabels);
}

}  // namespace rest
