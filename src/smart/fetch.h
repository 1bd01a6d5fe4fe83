// fetch: gets a small JSON document (a client's key set) from a URL that a client named.
//
// A client must not be able to make this server call its own network: https only, no redirects, no proxy, and
// the address that is connected to, not the name, is judged (SSRF and DNS rebinding; security considerations
// of RFC 8725 and OAuth). Threading: safe for all threads, each call on its own; blocks up to the timeout.
// Errors: `invalid_client_metadata`-like Errors that tell nothing of what was found.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "src/smart/error.h"

namespace smart {

struct FetchRules {
  bool loopbackHttp = false;      // http:// is allowed to loopback addresses
  bool privateAddresses = false;  // addresses of private networks (and loopback) are allowed
  std::chrono::milliseconds timeout{5'000};
  std::size_t mostBytes = 64 * 1024;
  std::string caFile = {};  // PEM of the authorities that are trusted; empty: the system's
};

struct Fetched {
  std::string body;
  // What Cache-Control allows: nullopt when it says nothing, 0 for no-store, no-cache, max-age=0.
  std::optional<std::chrono::seconds> maxAge;
};

Answer<Fetched> fetch(const std::string& url, const FetchRules&);

}  // namespace smart
