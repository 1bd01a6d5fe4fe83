#include "src/keys/wrapped_text.h"

#include "src/keys/secret.h"
#include "src/platform/encoding.h"
#include "src/platform/gcm.h"

namespace keys {

std::string toText(std::string_view scheme, const WrappedText& wrapped) {
  return std::string(scheme) + ":" + wrapped.name + ":" + platform::base64url(wrapped.sealed);
}

std::optional<WrappedText> fromText(std::string_view scheme, std::string_view text) {
  if (!text.starts_with(scheme)) return std::nullopt;
  text.remove_prefix(scheme.size());
  // The name may have colons, base64url has none.
  const std::size_t colon = text.rfind(':');
  if (!text.starts_with(':') || colon < 2) return std::nullopt;
  auto sealed = platform::fromBase64url(text.substr(colon + 1));
  if (!sealed || sealed->size() != platform::gcm::kIv + Secret::size + platform::gcm::kTag)
    return std::nullopt;
  return WrappedText{std::string(text.substr(1, colon - 1)), std::move(*sealed)};
}

}  // namespace keys
