// The platform's own mappings: a resource that is split into columns and a residual comes back as it was,
// whatever it holds; and so it does from a row that has it whole.
#include "src/store/mapping/mapping.h"

#include <cstdlib>

#include "fhir/json/json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/growth.h"
#include "tests/fuzz/words.h"

namespace fuzz {
namespace {

using fhir::Element;

const store::Mappings& mappings() {
  static const store::Mappings loaded = [] {
    const char* folder = std::getenv("HV_SOURCE_DIR");
    auto result = store::Mappings::load(std::string(folder ? folder : ".") + "/mappings");
    if (!result) require(false, result.outcome().toJson());
    return *std::move(result);
  }();
  return loaded;
}

// Without what is not part of a row: meta.versionId and meta.lastUpdated.
std::string canonical(std::string_view json) {
  auto resource = fhir::json::parse(json);
  if (!resource) requireSame(json, resource.outcome().toJson(), "what comes out is a resource");
  if (const Element* found = resource->root().child("meta")) {
    auto& meta = const_cast<Element&>(*found);
    for (const char* name : {"versionId", "lastUpdated"})
      if (const Element* child = meta.child(name)) resource->remove(const_cast<Element&>(*child));
    if (meta.firstChild == nullptr) resource->remove(meta);
  }
  return fhir::json::toString(*resource);
}

void run(std::string_view input) {
  auto resource = fhir::json::parse(input);
  if (!resource) return;
  resource->setText(resource->require(resource->root(), "id"), "x");
  const std::string original = canonical(fhir::json::toString(*resource));
  const store::Envelope envelope{"x", "1", "2026-01-01T00:00:00.000Z"};
  std::string whole;
  store::decodeWhole(resource->type(), store::encodeWhole(*resource), envelope, whole);
  requireSame(canonical(whole), original, "a resource comes back whole");
  const store::Mapping* mapping = mappings().find(resource->type());
  if (mapping == nullptr) return;
  const store::Encoded encoded = mapping->encode(*resource);
  if (!encoded.holdable)
    return require(!encoded.reason.empty(), "a table says why it cannot hold a resource");
  require(encoded.values.size() == mapping->columns().size(), "every column has its value");
  const std::vector<std::optional<std::string_view>> row(encoded.values.begin(), encoded.values.end());
  std::string split;
  mapping->decode(row, encoded.residual, envelope, split);
  requireSame(canonical(split), original, "columns and residual are the resource");
}

std::string mutate(std::string_view input, Random& random) {
  auto resource = fhir::json::parse(input);
  if (!resource) return {};
  change(*resource, random);
  return fhir::json::toString(*resource);
}

}  // namespace

const Target target{run, mutate, elementNames};

}  // namespace fuzz
