#include "src/rest/operations/definitions.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fhir/search/nearest.h"
#include "src/rest/named.h"
#include "src/rest/write.h"

namespace rest::operations {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using fhir::Resource;
using fhir::Result;
using fhir::terminology::CodeSystem;
using fhir::terminology::ValueSet;

Outcome malformed(std::string words, std::string where = {}) {
  return {Failure::badRequest, IssueType::invalid, std::move(words), std::move(where)};
}

// The instance that the URL names, as it is stored.
Result<Resource> instance(Call& call) {
  const auto found = readNamed(call);
  if (!found) return found.outcome();
  return parseStored(found->json);
}

// The value set that an element is bound to. `context`: "Observation.status", or a StructureDefinition of R4
// with it: "http://hl7.org/fhir/StructureDefinition/Observation#Observation.status".
std::string_view boundTo(std::string_view context) {
  constexpr std::string_view base = "http://hl7.org/fhir/StructureDefinition/";
  if (const auto at = context.find('#'); at != std::string_view::npos) {
    if (!context.starts_with(base)) return {};
    context.remove_prefix(at + 1);
  }
  const auto dot = context.rfind('.');
  if (dot == std::string_view::npos) return {};
  const auto* type = fhir::findType(context.substr(0, dot));
  std::string_view name = context.substr(dot + 1);
  if (name.ends_with("[x]")) name.remove_suffix(3);
  const auto* element = type ? type->findElement(name) : nullptr;
  return element ? element->valueSet : std::string_view{};
}

Outcome unknownValueSet(const Definitions& definitions, std::string_view url, std::string_view version) {
  if (!version.empty()) {
    if (const ValueSet* other = definitions.source().valueSet(url))
      return {Failure::notFound, IssueType::notFound,
              "The value set is not here in this version, but in version " +
                  (other->version.empty() ? "none" : other->version) + ".",
              "url"};
  }
  const auto known = fhir::terminology::r4ValueSets();
  return {Failure::notFound, IssueType::notFound,
          "The value set is not here: R4 itself does not define it, and nobody has stored it. Store it as a "
          "ValueSet with this url, or send it as the parameter valueSet." +
              fhir::search::didYouMean(fhir::search::nearest(url, known)),
          "url"};
}

}  // namespace

Result<Definitions> Definitions::now(Call& call) {
  auto known = call.rules.current(call.session);
  if (!known) return std::move(known).outcome();
  Definitions definitions;
  definitions.known_ = *std::move(known);
  return definitions;
}

Result<const ValueSet*> Definitions::valueSet(Call& call, const Inputs& inputs) {
  const bool isInstance = !call.target.id.empty();
  const auto count = static_cast<unsigned>(isInstance) + static_cast<unsigned>(inputs.has("url")) +
                     static_cast<unsigned>(inputs.has("valueSet")) +
                     static_cast<unsigned>(inputs.has("context"));
  if (count != 1)
    return malformed(
        "Name the value set in exactly one way: by ValueSet/[id], or by one of the parameters url, valueSet "
        "and "
        "context.");
  const std::string_view version = inputs.text("valueSetVersion");
  if (!version.empty() && !inputs.has("url"))
    return malformed("valueSetVersion belongs to the parameter url.", "valueSetVersion");
  if (isInstance || inputs.has("valueSet")) {
    auto resource = isInstance ? instance(call) : Resource::copyOf(*inputs.element("valueSet"));
    if (!resource) return std::move(resource).outcome();
    auto made = ValueSet::read(*std::move(resource), false);
    if (!made) return std::move(made).outcome();
    ownValueSet_ = *std::move(made);
    return ownValueSet_.get();
  }
  std::string canonical(inputs.text("url"));
  if (inputs.has("context")) {
    canonical = boundTo(inputs.text("context"));
    if (canonical.empty())
      return Outcome(Failure::notFound, IssueType::notFound,
                     "No element of R4 with a binding is known by this context. Write it like "
                     "'Observation.status' or "
                     "'http://hl7.org/fhir/StructureDefinition/Observation#Observation.status'.",
                     "context");
  }
  if (!version.empty()) {
    if (canonical.find('|') != std::string::npos)
      return malformed("The url names a version already; leave out valueSetVersion.", "valueSetVersion");
    canonical.append("|").append(version);
  }
  if (const ValueSet* found = source().valueSet(canonical)) return found;
  const auto bar = canonical.find('|');
  return unknownValueSet(
      *this, std::string_view(canonical).substr(0, bar),
      bar == std::string::npos ? std::string_view{} : std::string_view(canonical).substr(bar + 1));
}

Result<const CodeSystem*> Definitions::givenCodeSystem(Call& call, const Inputs& inputs) {
  const bool isInstance = !call.target.id.empty();
  const fhir::Element* given = inputs.element("codeSystem");
  if (!isInstance && !given) return static_cast<const CodeSystem*>(nullptr);
  if (isInstance && given)
    return malformed("The URL names a CodeSystem already; leave out codeSystem.", "codeSystem");
  auto resource = isInstance ? instance(call) : Resource::copyOf(*given);
  if (!resource) return std::move(resource).outcome();
  auto made = CodeSystem::read(*std::move(resource));
  if (!made) return std::move(made).outcome();
  ownCodeSystem_ = *std::move(made);
  return ownCodeSystem_.get();
}

}  // namespace rest::operations
