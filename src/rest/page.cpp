#include "src/rest/page.h"

#include <string>
#include <utility>

namespace rest {

fhir::Result<fhir::Done> writeLinks(BundleWriter& bundle, const Call& call, PageLinks links) {
  for (const auto& parameter : call.parameters) {
    if (parameter.name == "_format" || parameter.name == "_pretty") {
      links.parameters.emplace_back(parameter.name, parameter.value);
    }
  }
  const auto at = [&](const std::string& cursor) {
    auto parameters = links.parameters;
    if (!cursor.empty()) parameters.emplace_back(kCursorParameter, cursor);
    return withQuery(links.url, parameters);
  };
  const std::string next = links.next.empty() ? std::string() : at(links.next);
  if (next.size() > call.limits.linkBytes)
    return fhir::Outcome(
        fhir::Failure::badRequest, fhir::IssueType::tooCostly,
        "The links to further pages of this search would be longer than " +
            std::to_string(call.limits.linkBytes) +
            " bytes, which is the longest URL that is taken here. Ask for fewer values at once, or "
            "for all matches in one page by a greater _count.");
  bundle.link("self", at(links.cursor));
  bundle.link("first", at({}));
  if (!links.previous.empty()) bundle.link("previous", at(links.previous));
  if (!next.empty()) bundle.link("next", next);
  return fhir::Done{};
}

}  // namespace rest
