#include "src/smart/people/guards.h"

#include <algorithm>

#include "src/http/text.h"

namespace people {
namespace {

bool isAlphanumeric(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 3986, section 3.1.
bool isScheme(std::string_view text) noexcept {
  return !text.empty() && !(text.front() >= '0' && text.front() <= '9') &&
         std::ranges::all_of(text,
                             [](char c) { return isAlphanumeric(c) || c == '+' || c == '-' || c == '.'; });
}

struct Parts {
  std::string_view scheme;
  std::string_view authority;  // empty when there is none
};

std::optional<Parts> partsOf(std::string_view url) {
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos || !isScheme(url.substr(0, colon))) return std::nullopt;
  Parts out{url.substr(0, colon), {}};
  const std::string_view rest = url.substr(colon + 1);
  if (rest.starts_with("//")) out.authority = rest.substr(2, rest.find_first_of("/?#", 2) - 2);
  return out;
}

}  // namespace

bool isFromOurPages(const http::Request& request, std::string_view origin) {
  const std::string* site = request.header("Sec-Fetch-Site");
  if (site != nullptr && *site != "same-origin") return false;
  const std::string* sent = request.header("Origin");
  if (sent != nullptr && *sent != "null") return *sent == origin;
  return site != nullptr;
}

bool isOurPage(std::string_view path) {
  if (path.size() > 16 * 1024 || !path.starts_with("/auth")) return false;
  const std::string_view rest = path.substr(5);
  if (!rest.empty() && rest.front() != '/' && rest.front() != '?') return false;
  const bool plain = std::ranges::all_of(
      path, [](char c) { return c > ' ' && c < 0x7F && c != '\\' && c != '"' && c != '<'; });
  const std::string_view bare = path.substr(0, path.find('?'));
  return plain && bare.find("//") == std::string_view::npos && bare.find("..") == std::string_view::npos;
}

std::optional<std::string> cookieOf(const http::Request& request, std::string_view name) {
  std::optional<std::string> out;
  for (const http::Header& header : request.headers) {
    if (!http::text::equalsIgnoringCase(header.name, "Cookie")) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::string_view pair = http::text::nextElement(rest, ';');
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      std::string value(pair.substr(equals + 1));
      if (out && *out != value) return std::nullopt;
      out = std::move(value);
    }
  }
  return out;
}

std::string encodeParameters(const std::vector<http::Parameter>& parameters) {
  std::string out;
  for (const http::Parameter& parameter : parameters) {
    if (!out.empty()) out += '&';
    out += http::percentEncode(parameter.name) + '=' + http::percentEncode(parameter.value, "/:");
  }
  return out;
}

std::optional<std::string> sourceOf(std::string_view url) {
  const auto parts = partsOf(url);
  if (!parts) return std::nullopt;
  std::string scheme(parts->scheme);
  if (scheme != "https" && scheme != "http") return scheme + ":";
  const bool plain = std::ranges::all_of(parts->authority, [](char c) {
    return isAlphanumeric(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  });
  if (parts->authority.empty() || !plain) return std::nullopt;
  return scheme + "://" + std::string(parts->authority);
}

std::string destinationOf(std::string_view url) {
  const auto parts = partsOf(url);
  if (!parts) return {};
  return std::string(parts->authority.empty() ? parts->scheme : parts->authority);
}

}  // namespace people
