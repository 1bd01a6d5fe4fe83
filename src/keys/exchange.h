// exchange: one HTTP request to a provider of keys, and its bounded answer.
//
// No redirect is followed, no proxy asked, no certificate believed that the authorities do not vouch for.
// What is sent and received here is wiped; libcurl's and OpenSSL's own buffers are not. Threading: safe for
// all threads, each call on its own. Errors: unavailable; the words say what happened to the connection,
// beginning with a verb, and nothing of what was sent or received.
#pragma once

#include <chrono>
#include <string>

#include "fhir/model/outcome.h"
#include "src/keys/wiped.h"

namespace keys {

struct Request {
  std::string url;
  bool isPlain = false;  // http, which goes to loopback addresses alone, whatever the name resolves to
  std::string caFile;    // PEM of the authorities that are trusted; empty: the system's
  WipedBytes header;     // one line "Name: value", ended by a zero
  const WipedBytes* body = nullptr;  // JSON, for POST; null for GET
  std::chrono::milliseconds timeout{5'000};
};

struct Reply {
  long status = 0;
  WipedBytes body;  // up to 64 KiB
};

fhir::Result<Reply> exchange(const Request&);

}  // namespace keys
