#include "fhir/search/union_operands.h"

namespace fhir::search {

std::vector<std::string_view> unionOperands(std::string_view expression) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  int depth = 0;
  bool quoted = false;
  const auto take = [&](std::size_t end) {
    auto part = expression.substr(start, end - start);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    parts.push_back(part);
    start = end + 1;
  };
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    if (c == '\'') quoted = !quoted;
    if (quoted) continue;
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (depth > 0) continue;
    const bool aroundBar =
        c != ' ' || i == 0 || expression[i - 1] == '|' || expression.substr(i + 1).starts_with('|');
    if (!aroundBar) return {expression};
    if (c == '|') take(i);
  }
  take(expression.size());
  return parts;
}

}  // namespace fhir::search
