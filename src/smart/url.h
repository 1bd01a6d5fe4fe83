// URLs that a client registers or sends: where its keys are, where a person goes back to, what its web origin
// is.
//
// Specification: RFC 3986; RFC 6454, section 4 (origin); RFC 8252, sections 7 and 8.4 (native apps).
// Threading: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace smart {

struct HttpUrl {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case, without the brackets of IPv6
  std::string port;    // empty when it says none
  std::string origin;  // "https://app.example.org:8443", without a default port
};

// http(s)://host[:port][/path][?query] of printable ASCII, up to 2000 bytes; no user information, no
// fragment.
std::optional<HttpUrl> parseHttpUrl(std::string_view url);
// localhost, 127.0.0.0/8 or ::1, by name: nothing is resolved.
bool isLoopbackHost(std::string_view host) noexcept;

// https anywhere, http on loopback.
bool isSafeUrl(std::string_view url);
// As isSafeUrl, or a private-use scheme that a domain's owner can have: com.example.app:/callback.
bool isRedirectUri(std::string_view url);
// Exactly an origin, as a browser sends it.
bool isOrigin(std::string_view text);

// The URL with more parameters in its query; values are percent-encoded.
std::string withParameter(std::string url, std::string_view name, std::string_view value);

}  // namespace smart
