// Hiding of passwords inside PostgreSQL's two ways to write a connection.
#include <algorithm>

#include "src/platform/configuration.h"

namespace platform {
namespace {

constexpr std::string_view hidden = "***";

// Where the password of "user:password@host" begins and ends; both 0 when there is none. It is taken to reach
// from the first ':' to the last '@', so that one with an unescaped '@', '/' or '?' is hidden whole.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

Span passwordOf(std::string_view authority) {
  const std::size_t at = authority.rfind('@');
  const std::size_t colon = authority.find(':');
  if (at == std::string_view::npos || colon == std::string_view::npos || colon > at) return {};
  return {colon + 1, at};
}

// libpq decodes percent escapes in a parameter's name, so a name with one may be a password's.
bool namesPassword(std::string_view name) {
  return name.find("password") != std::string_view::npos || name.find('%') != std::string_view::npos;
}

std::string hideInQuery(std::string_view query) {
  std::string out;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    const std::size_t equals = parameter.find('=');
    if (equals != std::string_view::npos && namesPassword(parameter.substr(0, equals))) {
      out += std::string(parameter.substr(0, equals + 1)) + std::string(hidden);
    } else {
      out += parameter;
    }
    if (end < query.size()) out += '&';
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return out;
}

// The end of a keyword string's value that begins at `from`: quoted, or up to white space; backslash escapes.
std::size_t valueEnd(std::string_view text, std::size_t from) {
  const bool quoted = from < text.size() && text[from] == '\'';
  for (std::size_t i = from + (quoted ? 1 : 0); i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (quoted ? text[i] == '\'' : text[i] == ' ' || text[i] == '\t') {
      return quoted ? i + 1 : i;
    }
  }
  return text.size();
}

std::string hideInKeywords(std::string_view text) {
  constexpr std::string_view keyword = "password";
  std::string out;
  for (std::size_t at = text.find(keyword); at != std::string_view::npos; at = text.find(keyword)) {
    std::size_t value = text.find_first_not_of(" \t", at + keyword.size());
    if (value == std::string_view::npos || text[value] != '=') {
      out += text.substr(0, at + keyword.size());
      text.remove_prefix(at + keyword.size());
      continue;
    }
    value = std::min(text.find_first_not_of(" \t", value + 1), text.size());
    out += std::string(text.substr(0, value)) + std::string(hidden);
    text.remove_prefix(std::min(valueEnd(text, value), text.size()));
  }
  return out + std::string(text);
}

}  // namespace

std::string hidePassword(std::string_view databaseUrl) {
  const std::size_t scheme = databaseUrl.find("://");
  if (scheme == std::string_view::npos) return hideInKeywords(databaseUrl);
  std::string out(databaseUrl.substr(0, scheme + 3));
  std::string_view rest = databaseUrl.substr(scheme + 3);
  const Span password = passwordOf(rest);
  if (password.end != 0) out += std::string(rest.substr(0, password.begin)) + std::string(hidden);
  rest.remove_prefix(password.end);
  const std::size_t question = rest.find('?');
  out += rest.substr(0, question);
  if (question != std::string_view::npos) out += "?" + hideInQuery(rest.substr(question + 1));
  return out;
}

}  // namespace platform
