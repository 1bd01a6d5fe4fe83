// The keys of a Vault provider: the stand-in.
#pragma once

#include <string>

#include "tests/keys/provider_cases.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/vault.h"

namespace keys::test {

class VaultHolder : public Holder {
 public:
  VaultHolder() { support::writeFile(tokenFile(), support::Vault::token() + "\n"); }
  ProviderOptions options() const override {
    return {.uri = vault.uri(), .secretFile = tokenFile(), .caFile = {}};
  }
  void rotate() override { vault.rotate(); }
  void removeOld() override { vault.forbidOld(); }

  std::string tokenFile() const { return folder / "token"; }

  support::TemporaryFolder folder;
  support::Vault vault;
};

}  // namespace keys::test
