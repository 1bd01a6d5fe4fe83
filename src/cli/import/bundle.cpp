#include "src/cli/import/bundle.h"

#include <utility>

#include "fhir/bundle/links.h"
#include "src/platform/uuid.h"
#include "src/store/key.h"

namespace cli {
namespace {

using fhir::Element;
using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::Resource;
using fhir::TypeDefinition;

constexpr std::string_view kUrn = "urn:uuid:";

// "Practitioner?identifier=system|value"
struct Conditional {
  const TypeDefinition* type;
  std::string_view system, value;
};

std::optional<Conditional> conditionalOf(const TypeDefinition* type, std::string_view query) {
  constexpr std::string_view kName = "identifier=";
  if (type == nullptr || !query.starts_with(kName) || query.find('&') != std::string_view::npos)
    return std::nullopt;
  query.remove_prefix(kName.size());
  const std::size_t bar = query.find('|');
  if (bar == std::string_view::npos) return Conditional{type, {}, query};
  return Conditional{type, query.substr(0, bar), query.substr(bar + 1)};
}

std::optional<Conditional> conditionalOf(std::string_view reference) {
  const auto search = fhir::bundle::conditionalReference(reference);
  if (!search) return std::nullopt;
  return conditionalOf(search->type, search->criteria);
}

// What becomes of one entry.
struct Taken {
  std::string id;      // empty when nothing names one
  bool stays = false;  // its condition found a resource, which stays as it is
};

Outcome leftOut(std::string why) {
  return {Failure::unprocessable, IssueType::notSupported, std::move(why)};
}

class Unpacker {
 public:
  Unpacker(std::string_view source, const Lookup& lookup) : source_(source), lookup_(lookup) {}

  fhir::Result<Unpacked> run(const Resource& bundle) {
    std::int64_t number = 0;
    for (const Element* entry = bundle.root().child("entry"); entry != nullptr; entry = entry->nextSame()) {
      ++number;
      const Element* root = entry->child("resource");
      auto taken = take(root, entry->child("request"));
      if (taken) {
        add(*entry, *root, *std::move(taken), number);
      } else if (taken.outcome().failure() == Failure::unavailable) {
        return std::move(taken).outcome();
      } else {
        refuse(number, root == nullptr ? "" : root->type->name, std::move(taken).outcome());
      }
    }
    for (std::size_t i = 0; i < out_.entries.size(); ++i) {
      if (auto linked = link(out_.entries[i], fullUrls_[i]); !linked) return std::move(linked).outcome();
    }
    return std::move(out_);
  }

 private:
  void refuse(std::int64_t number, std::string_view typeName, Outcome outcome) {
    out_.faults.push_back({number, std::string(typeName), std::move(outcome)});
  }

  fhir::Result<Taken> take(const Element* root, const Element* request) const {
    if (root == nullptr) return leftOut("An import stores resources: an entry without one is left out.");
    Taken taken{std::string(root->childText("id"))};
    if (request == nullptr) return taken;
    const std::string_view method = request->childText("method");
    const std::string_view url = request->childText("url");
    if (method == "POST") {
      const std::string_view condition = request->childText("ifNoneExist");
      return condition.empty() ? taken
                               : existing(conditionalOf(root->type, condition), std::move(taken), true);
    }
    if (method != "PUT")
      return leftOut("An import stores resources: it makes no request other than POST and PUT.");
    if (url.find('?') != std::string_view::npos) return existing(conditionalOf(url), std::move(taken), false);
    const std::size_t slash = url.rfind('/');
    const std::string_view id = slash == std::string_view::npos ? std::string_view() : url.substr(slash + 1);
    if (!taken.id.empty() && taken.id != id)
      return leftOut("The resource has another id than the URL of its request.");
    taken.id = id;
    return taken;
  }

  // ifNoneExist, or the condition of a PUT.
  fhir::Result<Taken> existing(std::optional<Conditional> condition, Taken taken, bool stays) const {
    if (!condition) return leftOut("Of conditions an import understands only identifier=system|value.");
    auto found = lookup_(*condition->type, condition->system, condition->value);
    if (!found) return std::move(found).outcome();
    if (!*found) return taken;
    return Taken{**std::move(found), stays};
  }

  void add(const Element& entry, const Element& root, Taken taken, std::int64_t number) {
    const std::string_view typeName = root.type->name;
    const std::string_view fullUrl = entry.childText("fullUrl");
    if (taken.id.empty() && fullUrl.starts_with(kUrn)) {
      if (const auto uuid = platform::Uuid::parse(fullUrl.substr(kUrn.size()))) taken.id = uuid->toString();
    }
    if (taken.id.empty()) taken.id = idOf(typeName, source_, number);
    if (!fullUrl.empty()) names_.add(fullUrl, std::string(typeName) + "/" + taken.id);
    if (taken.stays) return;
    Resource resource = Resource::copyOf(root);
    resource.setText(resource.require(resource.root(), "id"), taken.id);
    out_.entries.push_back({number, std::move(resource)});
    fullUrls_.push_back(fullUrl);
  }

  fhir::Result<fhir::Done> link(Unpacked::Entry& entry, std::string_view fullUrl) {
    Resource& resource = entry.resource;
    fhir::bundle::rewriteLinks(resource,
                               [&](std::string_view link) { return names_.resolve(link, fullUrl); });
    for (const Element* reference : fhir::bundle::references(resource)) {
      if (reference->text.starts_with(kUrn))
        refuse(entry.number, resource.typeName(), namesNothing(reference->path()));
    }
    auto unresolved = resolveConditional(resource, lookup_);
    if (!unresolved) return std::move(unresolved).outcome();
    for (std::string& path : *unresolved) {
      out_.waits = true;
      refuse(entry.number, resource.typeName(), namesNothing(std::move(path)));
    }
    return fhir::Done{};
  }

  std::string_view source_;
  const Lookup& lookup_;
  fhir::bundle::EntryNames names_;
  std::vector<std::string_view> fullUrls_;  // of out_.entries
  Unpacked out_;
};

}  // namespace

Outcome namesNothing(std::string path) {
  return {Failure::preconditionFailed, IssueType::notFound,
          "The reference names no resource, or several. The resource is stored with it as it stands.",
          std::move(path)};
}

std::string idOf(std::string_view typeName, std::string_view source, std::int64_t number) {
  return store::keyOf(typeName, std::string(source) + '/' + std::to_string(number)).uuid;
}

fhir::Result<std::vector<std::string>> resolveConditional(Resource& resource, const Lookup& lookup) {
  std::vector<std::string> unresolved;
  for (Element* link : fhir::bundle::references(resource)) {
    const auto conditional = conditionalOf(link->text);
    if (!conditional) continue;
    auto id = lookup(*conditional->type, conditional->system, conditional->value);
    if (!id) return std::move(id).outcome();
    if (*id) {
      resource.setText(*link, std::string(conditional->type->name) + "/" + **id);
    } else {
      unresolved.push_back(link->path());
    }
  }
  return unresolved;
}

fhir::Result<Unpacked> unpackBundle(const Resource& bundle, std::string_view source, const Lookup& lookup) {
  if (bundle.root().childText("type") == "history") {
    return Outcome(Failure::unprocessable, IssueType::notSupported,
                   "A history is no present state: export the resources as they are now.", "Bundle.type");
  }
  return Unpacker(source, lookup).run(bundle);
}

}  // namespace cli
