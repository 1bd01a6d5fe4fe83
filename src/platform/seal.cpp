#include "src/platform/seal.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

#include "src/platform/encoding.h"
#include "src/platform/gcm.h"

namespace platform {
namespace {

const std::uint8_t* bytesOf(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

Sealer::Sealer(std::string_view secret, std::string_view purpose) : key_{} {
  unsigned length = 0;
  const auto* done = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytesOf(purpose),
                          purpose.size(), key_.data(), &length);
  if (done == nullptr || length != key_.size()) throw std::runtime_error("HMAC-SHA256 is not available");
}

std::string Sealer::seal(std::string_view plain, std::string_view binding) const {
  return base64url(gcm::seal(key_, plain, binding));
}

std::optional<std::string> Sealer::open(std::string_view sealed, std::string_view binding) const {
  const auto text = fromBase64url(sealed);
  if (!text) return std::nullopt;
  return gcm::open(key_, *text, binding);
}

}  // namespace platform
