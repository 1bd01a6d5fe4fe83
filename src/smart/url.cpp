#include "src/smart/url.h"

#include <algorithm>

#include "src/http/message.h"
#include "src/http/text.h"

namespace smart {
namespace {

constexpr std::size_t kLongest = 2000;

bool isUrlCharacter(char c) noexcept {
  return c > 0x20 && c < 0x7F && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

bool isDigit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool isPort(std::string_view port) noexcept {
  return !port.empty() && port.size() <= 5 && std::ranges::all_of(port, isDigit) && port[0] != '0';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// Whether each '%' begins an escape.
bool escapesAreWhole(std::string_view text) noexcept {
  return http::text::percentDecode(text, http::text::Plus::IsPlus).has_value();
}

bool isPrivateScheme(std::string_view scheme) noexcept {
  return scheme.find('.') != std::string_view::npos && !scheme.starts_with('.') && !scheme.ends_with('.') &&
         scheme[0] >= 'a' && scheme[0] <= 'z' && std::ranges::all_of(scheme, [](char c) {
           return (c >= 'a' && c <= 'z') || isDigit(c) || c == '.' || c == '-' || c == '+';
         });
}

}  // namespace

std::optional<HttpUrl> parseHttpUrl(std::string_view url) {
  if (url.size() > kLongest || !std::ranges::all_of(url, isUrlCharacter) || !escapesAreWhole(url))
    return std::nullopt;
  HttpUrl out;
  if (url.starts_with("https://")) {
    out.scheme = "https";
  } else if (url.starts_with("http://")) {
    out.scheme = "http";
  } else {
    return std::nullopt;
  }
  if (url.find('#') != std::string_view::npos) return std::nullopt;
  url.remove_prefix(out.scheme.size() + 3);
  const std::string_view authority = url.substr(0, url.find_first_of("/?"));
  if (authority.find('@') != std::string_view::npos || !http::text::isHost(authority)) return std::nullopt;
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string_view host = authority.substr(0, colon);
  if (colon != std::string_view::npos) {
    out.port = authority.substr(colon + 1);
    if (!isPort(out.port)) return std::nullopt;
  }
  const std::string shown = lower(host);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  out.host = lower(host);
  if (out.host.empty()) return std::nullopt;
  const bool usual = out.port.empty() || out.port == (out.scheme == "https" ? "443" : "80");
  out.origin = out.scheme + "://" + shown + (usual ? "" : ":" + out.port);
  return out;
}

bool isLoopbackHost(std::string_view host) noexcept {
  if (host == "localhost" || host == "::1") return true;
  return host.starts_with("127.") && std::ranges::count(host, '.') == 3 &&
         std::ranges::all_of(host, [](char c) { return isDigit(c) || c == '.'; });
}

bool isSafeUrl(std::string_view url) {
  const auto parsed = parseHttpUrl(url);
  return parsed && (parsed->scheme == "https" || isLoopbackHost(parsed->host));
}

bool isRedirectUri(std::string_view url) {
  if (url.starts_with("http")) return isSafeUrl(url);
  const std::size_t colon = url.find(':');
  return colon != std::string_view::npos && url.size() <= kLongest &&
         std::ranges::all_of(url, isUrlCharacter) && escapesAreWhole(url) &&
         url.find('#') == std::string_view::npos && isPrivateScheme(url.substr(0, colon)) &&
         url.substr(colon + 1).starts_with('/');
}

bool isOrigin(std::string_view text) {
  const auto parsed = parseHttpUrl(text);
  return parsed && parsed->origin == text && (parsed->scheme == "https" || isLoopbackHost(parsed->host));
}

std::string withParameter(std::string url, std::string_view name, std::string_view value) {
  url += url.find('?') == std::string::npos ? '?' : '&';
  return ((url += http::percentEncode(name)) += '=') += http::percentEncode(value);
}

}  // namespace smart
