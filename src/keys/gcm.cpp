#include "src/keys/gcm.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sodium.h>

#include <memory>
#include <stdexcept>

namespace keys::gcm {
namespace {

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const std::uint8_t* bytesOf(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

std::string seal(const Secret& key, std::span<const std::uint8_t> plain, std::string_view binding) {
  std::string out(kIv + plain.size() + kTag, '\0');
  auto* const iv = reinterpret_cast<std::uint8_t*>(out.data());
  auto* const text = iv + kIv;
  const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  const bool sealed =
      RAND_bytes(iv, kIv) == 1 &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.bytes().data(), iv) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &length, bytesOf(binding),
                        static_cast<int>(binding.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), text, &length, plain.data(), static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), text + plain.size(), &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag, text + plain.size()) == 1;
  if (!sealed) throw std::runtime_error("AES-256-GCM is not available");
  return out;
}

bool open(const Secret& key, std::string_view sealed, std::string_view binding,
          std::span<std::uint8_t> plain) {
  if (sealed.size() != kIv + plain.size() + kTag) {
    sodium_memzero(plain.data(), plain.size());
    return false;
  }
  // EVP_CTRL_GCM_SET_TAG takes a pointer that is not const.
  std::string tag(sealed.substr(kIv + plain.size()));
  const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int length = 0;
  const bool ready = EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.bytes().data(),
                                        bytesOf(sealed)) == 1 &&
                     EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1;
  if (!ready) throw std::runtime_error("AES-256-GCM is not available");
  const bool opened = EVP_DecryptUpdate(context.get(), nullptr, &length, bytesOf(binding),
                                        static_cast<int>(binding.size())) == 1 &&
                      EVP_DecryptUpdate(context.get(), plain.data(), &length, bytesOf(sealed) + kIv,
                                        static_cast<int>(plain.size())) == 1 &&
                      EVP_DecryptFinal_ex(context.get(), plain.data() + plain.size(), &length) == 1;
  if (!opened) sodium_memzero(plain.data(), plain.size());
  return opened;
}

}  // namespace keys::gcm
