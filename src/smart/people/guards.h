// Guards of forms and addresses: what of a request may be believed.
//
// Threading: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/http/message.h"

namespace people {

// Whether a form was sent by one of our own pages: Sec-Fetch-Site (Fetch Metadata) must be same-origin where
// the browser sends it, and Origin (RFC 6454) our own. A browser that sends neither is refused: all that are
// in use send one of them with a form.
bool isFromOurPages(const http::Request& request, std::string_view origin);

// Whether a browser may be sent there after signing in: one of our own pages, never another site.
bool isOurPage(std::string_view path);

// The value of a cookie (RFC 6265, section 5.4); nullopt when it is absent or there with several values.
std::optional<std::string> cookieOf(const http::Request& request, std::string_view name);

// "name=value&name=value".
std::string encodeParameters(const std::vector<http::Parameter>& parameters);

// The source expression (CSP 3, section 2.3.1) that a redirect URL belongs to: "https://app.example:8443" or
// "com.example.app:". nullopt when it has none.
std::optional<std::string> sourceOf(std::string_view url);

// What a person recognises a redirect URL by: its host, or its scheme.
std::string destinationOf(std::string_view url);

}  // namespace people
