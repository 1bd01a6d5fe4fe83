#include "src/rest/page.h"

#include <utility>

namespace rest {

void writeLinks(BundleWriter& bundle, const Call& call, PageLinks links) {
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
  bundle.link("self", at(links.cursor));
  bundle.link("first", at({}));
  if (!links.next.empty()) bundle.link("next", at(links.next));
}

}  // namespace rest
