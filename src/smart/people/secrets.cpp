#include "src/smart/people/secrets.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "src/platform/encoding.h"

namespace people {
namespace {

constexpr std::size_t kDigits = 2 * std::tuple_size_v<platform::Digest>;

}  // namespace

std::string randomToken() {
  return platform::hex(platform::randomBytes());
}

bool isToken(std::string_view text) noexcept {
  return text.size() == kDigits &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string hashOf(std::string_view text) {
  return platform::hex(platform::sha256(text));
}

Signer::Signer(std::string secret) : key_(std::move(secret)) {}

std::string Signer::sign(std::initializer_list<std::string_view> parts) const {
  std::string text;
  for (const std::string_view part : parts) {
    text += std::to_string(part.size());
    text += ':';
    text += part;
  }
  platform::Digest digest{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
           reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), digest.data(),
           &size) == nullptr ||
      size != digest.size())
    throw std::runtime_error("HMAC-SHA256 is not available");
  return platform::hex(digest);
}

}  // namespace people
