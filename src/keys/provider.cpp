#include "src/keys/provider.h"

#include <algorithm>

#include "src/keys/file_provider.h"
#include "src/keys/refusal.h"

namespace keys {

fhir::Result<std::unique_ptr<Provider>> provider(const ProviderOptions& options) {
  const std::size_t colon = std::min(options.uri.find(':'), options.uri.size());
  const std::string scheme = options.uri.substr(0, colon);
  const std::string rest = options.uri.substr(std::min(colon + 1, options.uri.size()));
  if (scheme == "file" && rest.starts_with('/')) return FileProvider::open(rest);
  return misconfigured("the provider of keys is one of file:/PATH (docs/encryption.md)");
}

}  // namespace keys
