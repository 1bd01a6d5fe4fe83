#include "src/cli/resources.h"

#include <algorithm>
#include <iostream>
#include <iterator>

#include "src/cli/exit_code.h"
#include "src/cli/import/source.h"

namespace cli {
namespace {

void takeText(const Source& source, std::string_view text, const Visitor& visitor) {
  if (!source.lines) return visitor.take(source.name, parseText(text));
  std::size_t line = 0;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    ++line;
    if (one.find_first_not_of(" \t\r") != std::string_view::npos)
      visitor.take(source.name + ":" + std::to_string(line), parseText(one));
  }
}

}  // namespace

void eachResource(const std::vector<std::string>& paths, bool lines, const Visitor& visitor) {
  for (const std::string& path : paths) {
    if (path == "-") {
      const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
      takeText({.path = path, .name = path, .bytes = text.size(), .lines = lines}, text, visitor);
      continue;
    }
    const auto sources = findSources({path});
    if (!sources) {
      visitor.refuse(path, sources.outcome());
      continue;
    }
    for (const Source& source : sources->sources) {
      const auto text = readText(source);
      if (text)
        takeText(source, *text, visitor);
      else
        visitor.refuse(source.name, text.outcome());
    }
  }
}

void complainOf(const std::string& name, const fhir::Outcome& outcome) {
  for (const fhir::Issue& issue : outcome.issues())
    complain(name + ": " + (issue.expression.empty() ? "" : issue.expression + ": ") + issue.diagnostics);
}

}  // namespace cli
