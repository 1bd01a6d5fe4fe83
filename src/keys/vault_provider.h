// Keys of HashiCorp Vault's transit engine (or OpenBao's). The key never leaves it: it encrypts the data key,
// with the binding as associated data.
//
// Its token needs the capabilities `read` of MOUNT/keys/KEY and `update` of MOUNT/encrypt/KEY and
// MOUNT/decrypt/KEY; who renews the token writes it into the file, which is read for each request.
// Threading: safe for all threads; a call ends within 5 s. Errors: provider.h; for a second after Vault has
// failed it is not asked again, and the same is said at once.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "src/keys/exchange.h"
#include "src/keys/provider.h"
#include "src/keys/recent_failure.h"
#include "src/keys/vault_address.h"

namespace keys {

class VaultProvider final : public Provider {
 public:
  // `url`: what follows "vault:". badRequest for what is wrong with it, or with a file; Vault is asked at the
  // first use.
  static fhir::Result<std::unique_ptr<Provider>> open(const std::string& url, const ProviderOptions& options);

  fhir::Result<std::string> current() override;
  // The first time it looks whether Vault binds at all: releases before 1.13 do not, and do not say so.
  fhir::Result<std::string> wrap(const Secret& secret, std::string_view binding) override;
  fhir::Result<Secret> unwrap(std::string_view wrapped, std::string_view binding) override;
  std::string wrappedBy(std::string_view wrapped) const override;

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  VaultProvider(VaultAddress address, const ProviderOptions& options);
  std::string nameOf(unsigned version) const;
  fhir::Outcome failed(fhir::IssueType, const std::string& words);
  fhir::Result<Reply> ask(const char* operation, const WipedBytes* body, Deadline);
  fhir::Outcome refusalOf(long status);
  fhir::Result<unsigned> version(Deadline);
  fhir::Result<std::string> encrypt(const Secret&, std::string_view binding, Deadline);
  fhir::Result<Secret> decrypt(std::string_view ciphertext, std::string_view binding, Deadline);
  fhir::Result<fhir::Done> prove(Deadline);

  const VaultAddress address_;
  const std::string tokenFile_;
  const std::string caFile_;
  std::atomic<bool> proven_{false};
  RecentFailure recent_;
};

}  // namespace keys
