// Pkcs11Module: a token's library, loaded and initialized.
//
// Specification: PKCS #11 v2.40, sections 5.4 (general-purpose functions) and 6.6 (multiple applications). To
// the library the whole process is one application: it is initialized once and a login is for all sessions.
// So a process has one object for a library, which its users share, and one mutex for all their calls.
// Threading: whoever calls anything but load() has locked the mutex.
#pragma once

#include <p11-kit/pkcs11.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "fhir/model/outcome.h"

namespace keys {

class Pkcs11Module {
 public:
  // Errors: badRequest when the file is no such library. The library stays in memory when the last user has
  // gone, for those that cannot be unloaded; but it is finalized.
  static fhir::Result<std::shared_ptr<Pkcs11Module>> load(const std::string& path);

  ~Pkcs11Module();
  Pkcs11Module(const Pkcs11Module&) = delete;
  Pkcs11Module& operator=(const Pkcs11Module&) = delete;

  std::timed_mutex& mutex() noexcept { return mutex_; }
  const CK_FUNCTION_LIST& calls() const noexcept { return *calls_; }

  // Initializes it, if it is not.
  CK_RV start();
  // Ends all sessions and begins anew: some libraries look for tokens only then.
  CK_RV restart();
  // Differs after each start: what was opened before is no more.
  std::uint64_t generation() const noexcept { return generation_; }

 private:
  Pkcs11Module() = default;
  void stop() noexcept;

  std::timed_mutex mutex_;
  CK_FUNCTION_LIST* calls_ = nullptr;
  std::uint64_t generation_ = 0;
  bool started_ = false;
  bool ours_ = false;  // nobody else in the process has initialized it before
};

}  // namespace keys
