#include "src/platform/seal.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include "src/platform/encoding.h"

namespace platform {
namespace {

constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

using Bytes = std::vector<std::uint8_t>;
using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const std::uint8_t* bytesOf(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::string_view textOf(const Bytes& bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Sealer::Sealer(std::string_view secret, std::string_view purpose) : key_{} {
  unsigned length = 0;
  const auto* done = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytesOf(purpose),
                          purpose.size(), key_.data(), &length);
  if (done == nullptr || length != key_.size()) throw std::runtime_error("HMAC-SHA256 is not available");
}

std::string Sealer::seal(std::string_view plain, std::string_view binding) const {
  Bytes out(kNonce + plain.size() + kTag);
  const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  const bool sealed =
      RAND_bytes(out.data(), kNonce) == 1 &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), out.data()) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &length, bytesOf(binding),
                        static_cast<int>(binding.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), out.data() + kNonce, &length, bytesOf(plain),
                        static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), out.data() + kNonce + plain.size(), &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag, out.data() + kNonce + plain.size()) == 1;
  if (!sealed) throw std::runtime_error("AES-256-GCM is not available");
  return base64url(textOf(out));
}

std::optional<std::string> Sealer::open(std::string_view sealed, std::string_view binding) const {
  auto text = fromBase64url(sealed);
  if (!text || text->size() < kNonce + kTag) return std::nullopt;
  const std::size_t size = text->size() - kNonce - kTag;
  std::string plain(size, '\0');
  const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  const bool opened =
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), bytesOf(*text)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &length, bytesOf(binding),
                        static_cast<int>(binding.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), reinterpret_cast<std::uint8_t*>(plain.data()), &length,
                        bytesOf(*text) + kNonce, static_cast<int>(size)) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag, text->data() + kNonce + size) == 1 &&
      EVP_DecryptFinal_ex(context.get(), reinterpret_cast<std::uint8_t*>(plain.data()) + size, &length) == 1;
  if (!opened) return std::nullopt;
  return plain;
}

}  // namespace platform
