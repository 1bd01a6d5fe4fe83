// Bundles. https://hl7.org/fhir/R4/bundle.html
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "fhir/search/reference_link.h"
#include "fhir/validation/rules.h"

namespace fhir::validation {
namespace {

template <std::size_t N>
bool isOne(std::string_view word, const std::array<std::string_view, N>& of) noexcept {
  return std::find(of.begin(), of.end(), word) != of.end();
}

void fault(const Element& at, IssueType type, std::string_view words, Report& report) {
  report.add(Severity::error, type, at, [&] { return std::string(words); });
}

// bdl-3, bdl-4: which entries say what is asked and what came of it.
void checkExchange(const Element& entry, std::string_view type, Report& report) {
  static constexpr std::array<std::string_view, 3> asking{"batch", "history", "transaction"};
  static constexpr std::array<std::string_view, 3> answering{"batch-response", "history",
                                                             "transaction-response"};
  const auto check = [&](std::string_view member, bool wanted, std::string_view missing,
                         std::string_view extra) {
    const Element* found = entry.child(member);
    if (wanted && !found) {
      report.add(Severity::error, IssueType::invariant, entry, member, [&] { return std::string(missing); });
    } else if (!wanted && found) {
      fault(*found, IssueType::invariant, extra, report);
    }
  };
  check("request", isOne(type, asking),
        "Rule bdl-3: Each entry of such a Bundle must have a request. Add it.",
        "Rule bdl-3: Only a batch, transaction or history has requests. Leave it out.");
  check("response", isOne(type, answering),
        "Rule bdl-4: Each entry of such a Bundle must have a response. Add it.",
        "Rule bdl-4: Only a batch-response, transaction-response or history has responses. Leave it out.");
}

// A fullUrl is the URL of the resource: absolute, without a version, with the resource's own type and id when
// it is that of a RESTful server.
void checkFullUrl(const Element& fullUrl, const Element* resource, Report& report) {
  if (fullUrl.text.find("/_history/") != std::string_view::npos)
    fault(fullUrl, IssueType::invariant,
          "Rule bdl-8: A fullUrl names no version. Leave out /_history/ and what follows.", report);
  if (!isAbsolute(fullUrl.text)) {
    fault(fullUrl, IssueType::value,
          "A fullUrl is absolute: the URL of the resource on its server, or urn:uuid: with a UUID.", report);
    return;
  }
  if (!resource || fullUrl.text.starts_with("urn:")) return;
  const auto link = search::referenceLink(fullUrl.text, {});
  if (link.type.empty()) return;
  const std::string_view id = resource->childText("id");
  if (link.type != resource->type->name || (!id.empty() && link.id != id))
    fault(fullUrl, IssueType::value,
          "The fullUrl ends with another type or id than the resource has. Make them the same.", report);
}

// bdl-7: one entry for each fullUrl, unless they differ in meta.versionId.
class Distinct {
 public:
  void check(const Element& fullUrl, const Element* resource, Report& report) {
    const Element* meta = resource ? resource->child("meta") : nullptr;
    const std::string_view version = meta ? meta->childText("versionId") : std::string_view{};
    if (!known_.emplace(fullUrl.text, version).second)
      fault(fullUrl, IssueType::invariant,
            "Rule bdl-7: Another entry has this fullUrl, and no other version. Keep one of them.", report);
  }

 private:
  std::set<std::pair<std::string_view, std::string_view>> known_;
};

// The first entry's references that a document or message must bring the resource of.
// https://hl7.org/fhir/R4/documents.html#content, https://hl7.org/fhir/R4/messageheader.html
bool mustBeThere(const Element& reference) noexcept {
  static constexpr std::array<std::string_view, 9> ofDocument{
      "Composition.subject",       "Composition.encounter",      "Composition.author",
      "Composition.custodian",     "Composition.attester.party", "Composition.event.detail",
      "Composition.section.entry", "Composition.section.author", "Composition.section.focus"};
  const std::string_view path = reference.property->element->path;
  return isOne(path, ofDocument) || path == "MessageHeader.focus";
}

void checkFirst(const Element& element, Context& context) {
  for (const Element* each = element.firstChild; each; each = each->next) {
    if (each->type->name == "Reference" && mustBeThere(*each)) {
      const Element* literal = each->child("reference");
      if (literal && literal->hasValue() && !literal->text.starts_with('#') &&
          !context.links.resolve(*literal, literal->text))
        fault(*literal, IssueType::notFound,
              "The Bundle has no entry with this resource, which a document or message must bring. Add it, "
              "with "
              "the fullUrl that the reference names.",
              context.report);
    }
    checkFirst(*each, context);
  }
}

}  // namespace

void checkBundle(const Element& bundle, Context& context) {
  const std::string_view type = bundle.childText("type");
  Distinct distinct;
  for (const Element* entry = bundle.child("entry"); entry; entry = entry->nextSame()) {
    checkExchange(*entry, type, context.report);
    const Element* fullUrl = entry->child("fullUrl");
    if (!fullUrl || !fullUrl->hasValue()) continue;
    const Element* resource = entry->child("resource");
    checkFullUrl(*fullUrl, resource, context.report);
    if (type != "history") distinct.check(*fullUrl, resource, context.report);
  }
  if (type != "document" && type != "message") return;
  const Element* first = bundle.child("entry");
  const Element* resource = first ? first->child("resource") : nullptr;
  if (resource && &bundle == &context.links.root()) checkFirst(*resource, context);
}

}  // namespace fhir::validation
