#include "src/keys/provider.h"

#include <algorithm>

#include "src/keys/file_provider.h"
#include "src/keys/pkcs11_provider.h"
#include "src/keys/refusal.h"
#include "src/keys/vault_provider.h"

namespace keys {

fhir::Result<std::unique_ptr<Provider>> provider(const ProviderOptions& options) {
  const std::string_view uri = options.uri;
  const std::size_t colon = std::min(uri.find(':'), uri.size());
  const std::string_view scheme = uri.substr(0, colon);
  const std::string_view rest = uri.substr(std::min(colon + 1, uri.size()));
  if (scheme == "file" && rest.starts_with('/')) return FileProvider::open(std::string(rest));
  if (scheme == "pkcs11") return Pkcs11Provider::open(rest, options.secretFile);
  if (scheme == "vault") return VaultProvider::open(std::string(rest), options);
  return misconfigured(
      "the provider of keys is one of file:/PATH, pkcs11:token=...;object=...?module-path=/PATH and "
      "vault:https://HOST:8200/MOUNT/KEY");
}

}  // namespace keys
