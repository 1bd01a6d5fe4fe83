// SoftHsm: a token of SoftHSM2 in a temporary folder, with keys made as an operator makes them (OpenSC's
// pkcs11-tool). It can be pulled and pushed back while a server uses it.
//
// Sets SOFTHSM2_CONF for the process and its children: one at a time in a process. Without the packages such
// tests skip: see SkipWithoutSoftHsm. Threading: one thread. Errors: std::runtime_error, which fails the
// test.
#pragma once

#include <string>
#include <string_view>

#include "tests/support/temporary_folder.h"

namespace support {

class SoftHsm {
 public:
  static bool isInstalled();

  SoftHsm();  // its token is "hv" and has no key
  ~SoftHsm();
  SoftHsm(const SoftHsm&) = delete;
  SoftHsm& operator=(const SoftHsm&) = delete;

  // For a provider: the keys O, O.1 ... of the token.
  static std::string uri(std::string_view object);
  static std::string modulePath();
  std::string pinFile() const { return folder_ / "pin"; }
  static std::string pin() { return "482913"; }

  void addKey(const std::string& label, int bytes = 32);
  void destroyKey(const std::string& label);
  void pull();
  void pushBack();

 private:
  TemporaryFolder folder_;
};

// For a test program's global fixture: ends the program with code 77 (ctest: skipped) when SoftHSM2 or OpenSC
// is not installed.
struct SkipWithoutSoftHsm {
  SkipWithoutSoftHsm();
};

}  // namespace support
