// What holds for every HTTP request that this server itself makes, by libcurl.
//
// Threading: safe for all threads, each handle on its own.
#pragma once

#include <chrono>
#include <string>

namespace platform {

struct Outgoing {
  const std::string& url;
  bool isPlain = false;  // http; else https, TLS 1.2 and later
  std::chrono::milliseconds timeout;
  const std::string& caFile;  // PEM of the authorities that are trusted; empty: the system's
};

// libcurl's own set-up, which is not safe for threads, is done once; false when it failed.
bool canGoOut();

// `curl`: a CURL*. No redirect is followed, no proxy asked, no other scheme spoken and no certificate
// believed that the authorities do not vouch for. Which addresses may be connected to is the caller's to
// judge, by CURLOPT_OPENSOCKETFUNCTION.
void prepareOutgoing(void* curl, const Outgoing&);

}  // namespace platform
