// Keys of a file: for a site without an HSM or a Vault, and for trying out. Whoever reads the file has the
// keys.
//
// The file is read again when it has changed: a line that is added wraps from then on, what was wrapped by a
// line that is taken away is refused. While the file is missing or broken, everything is refused.
// Threading: safe for all threads. Errors: provider.h.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "src/keys/key_file.h"
#include "src/keys/provider.h"

namespace keys {

class FileProvider final : public Provider {
 public:
  // badRequest when the file is not as it must be.
  static fhir::Result<std::unique_ptr<Provider>> open(std::string name);

  fhir::Result<std::string> current() override;
  fhir::Result<std::string> wrap(const Secret& secret, std::string_view binding) override;
  fhir::Result<Secret> unwrap(std::string_view wrapped, std::string_view binding) override;
  std::string wrappedBy(std::string_view wrapped) const override;

 private:
  using Keys = std::shared_ptr<const KeyFile>;

  explicit FileProvider(std::string name) : name_(std::move(name)) {}
  fhir::Result<Keys> keys();

  const std::string name_;
  std::mutex mutex_;
  Keys kept_;  // under mutex_; null before the first reading and after one that failed
};

}  // namespace keys
