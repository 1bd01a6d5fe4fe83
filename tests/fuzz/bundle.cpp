// Bundles that are acted upon: entries become requests in R4's order, each fault is told at its entry, and
// links among entries are rewritten all and once, in narratives too, which stay as well-formed as they were.
#include <array>
#include <optional>
#include <set>

#include "fhir/bundle/links.h"
#include "fhir/json/json.h"
#include "fhir/markup/narrative.h"
#include "src/rest/entries.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/growth.h"
#include "tests/fuzz/words.h"

namespace fuzz {
namespace {

using fhir::Element;
using fhir::Resource;

constexpr std::string_view base = "http://x.example/fhir";

void checkEntries(const Resource& bundle) {
  http::Request outer;
  outer.method = "POST";
  outer.headers = {{"Prefer", "return=minimal"}, {"Accept", "application/fhir+xml"}};
  const auto entries = rest::readEntries(bundle, outer, base);
  const auto order = rest::inTurn(entries);
  require(order.size() == entries.size(), "every entry has its turn");
  std::set<std::size_t> seen;
  for (std::size_t i = 0; i < order.size(); ++i) {
    require(seen.insert(order[i]->index).second, "an entry has one turn");
    if (i == 0) continue;
    const auto before = order[i - 1]->turn;
    require(before < order[i]->turn || (before == order[i]->turn && order[i - 1]->index < order[i]->index),
            "turns follow one another, and entries within one");
  }
  for (const auto& entry : entries) {
    const std::string place = "Bundle.entry[" + std::to_string(entry->index) + "]";
    if (!entry->fault) {
      require(!entry->request.header("Accept"), "an entry has none of the outer request's other headers");
      continue;
    }
    require(!entry->fault->issues().empty(), "a fault has words");
    for (const auto& issue : entry->fault->issues())
      require(issue.expression.starts_with(place) && !issue.diagnostics.empty(),
              "a fault is told at its entry");
  }
}

bool hasAnyOf(const Element& element, const std::set<std::string>& names) {
  if (element.hasValue() && element.name() == "reference" && element.parent->type->name == "Reference" &&
      names.contains(std::string(element.text)))
    return true;
  if (element.type->name == "Bundle") return false;  // its own entries' names count there
  for (const auto* child = element.firstChild; child; child = child->next) {
    if (hasAnyOf(*child, names)) return true;
  }
  return false;
}

std::size_t faultyNarratives(const Element& element) {
  std::size_t count =
      element.type->name == "xhtml" && fhir::markup::checkNarrative(element.text).fault ? 1 : 0;
  for (const auto* child = element.firstChild; child; child = child->next) count += faultyNarratives(*child);
  return count;
}

void checkLinks(const Resource& bundle) {
  fhir::bundle::EntryNames names;
  std::set<std::string> fullUrls;
  for (const auto* entry = bundle.root().child("entry"); entry; entry = entry->nextSame()) {
    const auto fullUrl = entry->childText("fullUrl");
    if (fullUrl.empty() || fullUrl.front() == '#') continue;
    const bool isFirst = fullUrls.emplace(fullUrl).second;
    require(names.add(fullUrl, "Basic/fuzz" + std::to_string(fullUrls.size())) == isFirst,
            "a name is taken once");
  }
  for (const auto* entry = bundle.root().child("entry"); entry; entry = entry->nextSame()) {
    const auto* root = entry->child("resource");
    if (!root) continue;
    auto resource = Resource::copyOf(*root);
    requireSame(fhir::json::toString(resource.clone()), fhir::json::toString(resource), "a copy is the same");
    const auto faulty = faultyNarratives(resource.root());
    const auto from = entry->childText("fullUrl");
    const auto replace = [&](std::string_view link) -> std::optional<std::string> {
      if (link.starts_with("Basic/fuzz")) return std::nullopt;  // by an entry's own relative link
      return names.resolve(link, from);
    };
    fhir::bundle::rewriteLinks(resource, replace);
    require(!hasAnyOf(resource.root(), fullUrls), "no link to an entry is left");
    require(faultyNarratives(resource.root()) <= faulty, "a narrative stays as good as it was");
    const auto once = fhir::json::toString(resource);
    fhir::bundle::rewriteLinks(resource, replace);
    requireSame(fhir::json::toString(resource), once, "links are rewritten once");
    for (const auto* reference : fhir::bundle::references(resource)) {
      const auto search = fhir::bundle::conditionalReference(reference->text);
      require(!search || reference->text.ends_with(search->criteria),
              "criteria are the end of their reference");
    }
  }
}

void run(std::string_view input) {
  const auto resource = fhir::json::parse(input);
  if (!resource || resource->typeName() != "Bundle") return;
  checkEntries(*resource);
  checkLinks(*resource);
}

// Another link, method, url or condition from a short list, which the entries of the corpus answer to.
constexpr std::array<std::string_view, 16> texts{"urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
                                                 "urn:oid:1.2.3",
                                                 "http://x.example/fhir/Patient/1",
                                                 "http://y.example/fhir/Patient/1",
                                                 "Patient/1",
                                                 "Patient/1/_history/2",
                                                 "Patient?identifier=a|b",
                                                 "Patient",
                                                 "Patient/1/$validate",
                                                 "GET",
                                                 "PATCH",
                                                 "DELETE",
                                                 "W/\"1\"",
                                                 "#x",
                                                 "http://x.example/fhir?_x=%zz",
                                                 "Nothing?a"};

std::string mutate(std::string_view input, Random& random) {
  auto resource = fhir::json::parse(input);
  if (!resource) return std::string(input);
  if (random.oneIn(3)) {
    change(*resource, random);
    return fhir::json::toString(*resource);
  }
  std::string out(input);
  const auto quote = out.find('"', random.below(out.size() + 1));
  const auto end = quote == std::string::npos ? quote : out.find('"', quote + 1);
  if (end == std::string::npos) return out;
  std::string text;
  fhir::json::writeString(texts[random.below(texts.size())], text);
  return out.replace(quote, end + 1 - quote, text);
}

}  // namespace

const Target target{run, mutate, elementNames};

}  // namespace fuzz
