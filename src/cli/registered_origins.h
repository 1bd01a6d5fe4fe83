// RegisteredOrigins: whether a web origin belongs to an app that is registered and not revoked.
//
// An answer is kept for a few seconds, since each request of a browser's app asks. Threading: safe for all
// threads. Ownership: the Connections outlive it.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "src/smart/connections.h"

namespace cli {

class RegisteredOrigins {
 public:
  explicit RegisteredOrigins(smart::Connections& connections) : connections_(connections) {}

  // False, too, when the database is away.
  bool has(const std::string& origin);

 private:
  struct Verdict {
    bool registered = false;
    std::chrono::steady_clock::time_point until;
  };

  smart::Connections& connections_;
  std::mutex mutex_;
  std::map<std::string, Verdict, std::less<>> verdicts_;
};

}  // namespace cli
