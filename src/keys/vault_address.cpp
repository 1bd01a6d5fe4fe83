#include "src/keys/vault_address.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "src/keys/refusal.h"

namespace keys {
namespace {

struct Cleanup {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, Cleanup>;

// Empty where the URL has no such part.
std::string part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
  return text;
}

bool isSegment(std::string_view text) noexcept {
  return !text.empty() && text != "." && text != ".." && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

bool isPath(std::string_view path) noexcept {
  while (true) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (!isSegment(path.substr(0, end))) return false;
    if (end == path.size()) return true;
    path.remove_prefix(end + 1);
  }
}

bool isLoopback(std::string_view host) noexcept {
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

}  // namespace

fhir::Result<VaultAddress> parseVaultAddress(const std::string& text) {
  const auto refuse = [](const std::string& why) {
    return misconfigured("the provider of keys vault:... " + why);
  };
  const Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_PATH_AS_IS) != CURLUE_OK)
    return refuse("needs an URL: vault:https://HOST:8200/MOUNT/KEY");
  const std::string scheme = part(url, CURLUPART_SCHEME);
  const std::string host = part(url, CURLUPART_HOST);
  if (scheme != "https" && (scheme != "http" || !isLoopback(host)))
    return refuse("needs https; http is for loopback addresses alone");
  for (const CURLUPart other : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT})
    if (!part(url, other).empty()) return refuse("has no user, query or fragment in its URL");
  const std::string path = part(url, CURLUPART_PATH);
  const std::size_t last = path.rfind('/');
  if (last == 0 || last == std::string::npos || !isPath(std::string_view(path).substr(1)))
    return refuse("needs the path /MOUNT/KEY, of letters, digits, '.', '_' and '-'");
  const std::string port = part(url, CURLUPART_PORT);
  VaultAddress out;
  out.isPlain = scheme == "http";
  out.origin = scheme + "://" + host;
  if (!port.empty()) out.origin += ":" + port;
  out.mount = path.substr(1, last - 1);
  out.key = path.substr(last + 1);
  return out;
}

}  // namespace keys
