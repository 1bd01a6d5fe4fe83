// The keys of a PKCS #11 provider: a token of SoftHSM2.
#pragma once

#include <string>

#include "tests/keys/provider_cases.h"
#include "tests/support/softhsm.h"

namespace keys::test {

class TokenHolder : public Holder {
 public:
  TokenHolder() { hsm.addKey("kek"); }
  ProviderOptions options() const override {
    return {.uri = support::SoftHsm::uri("kek"), .secretFile = hsm.pinFile(), .caFile = {}};
  }
  void rotate() override { hsm.addKey(label(++version_)); }
  void removeOld() override {
    for (; oldest_ < version_; ++oldest_) hsm.destroyKey(label(oldest_));
  }

  support::SoftHsm hsm;

 private:
  static std::string label(int version) { return version == 0 ? "kek" : "kek." + std::to_string(version); }
  int oldest_ = 0;
  int version_ = 0;
};

}  // namespace keys::test
