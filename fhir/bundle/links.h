// Links: which resource a reference in a Bundle means, and the rewriting of references once ids are known.
//
// Specification: Bundle, "Resolving references in Bundles" (https://hl7.org/fhir/R4/bundle.html#references),
// and RESTful API, "Transaction Processing Rules" (https://hl7.org/fhir/R4/http.html#trules): links to an
// entry's fullUrl are replaced in references, in elements of the types uri, url, oid and uuid, and in <a
// href> and <img src> of narratives; canonicals are not. Threading: value types and pure functions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/model/resource.h"

namespace fhir::bundle {

// What the entries are called by others.
class EntryNames {
 public:
  // `reference`: what links to it become, "Patient/42". `version`: the one that a link to the
  // entry's own meta.versionId means from now on ("1" of what is created); empty: such a link loses its
  // version. False when another entry has this fullUrl already.
  bool add(std::string_view fullUrl, std::string reference, std::string_view metaVersion = {},
           std::string_view version = {});
  bool empty() const noexcept { return names_.empty(); }

  // What a link in an entry with the fullUrl `from` becomes; nullopt when it is no link to an entry. A
  // relative link is resolved against `from` when that is the URL of a RESTful server.
  std::optional<std::string> resolve(std::string_view link, std::string_view from) const;

 private:
  struct Named {
    std::string reference, metaVersion, version;
  };
  std::optional<std::string> resolveWhole(std::string_view link) const;

  std::unordered_map<std::string, Named> names_;
};

// What a link becomes; nullopt leaves it as it is.
using Replace = std::function<std::optional<std::string>(std::string_view link)>;

// Rewrites every link of the resource, contained resources included. In a Bundle inside it, links to that
// Bundle's own entries stay.
void rewriteLinks(Resource&, const Replace&);

// A narrative with its links replaced; nullopt when none is. What is no well-formed XHTML stays as it is.
std::optional<std::string> rewriteNarrative(std::string_view div, const Replace&);

// The Reference.reference elements that have a value, in their order.
std::vector<Element*> references(Resource&);

// "Patient?identifier=1" -> the type and "identifier=1"; nullopt when it is no conditional reference. The
// type is nullptr when FHIR has none of its name.
struct ConditionalReference {
  const TypeDefinition* type = nullptr;
  std::string_view criteria;
};
std::optional<ConditionalReference> conditionalReference(std::string_view reference);

}  // namespace fhir::bundle
