#include "src/platform/gcm.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <stdexcept>

namespace platform::gcm {
namespace {

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

// Looked up once: OpenSSL 3 would look for it at each use.
const EVP_CIPHER* cipher() {
  static const EVP_CIPHER* const found = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (found == nullptr) throw std::runtime_error("AES-256-GCM is not available");
  return found;
}

// A thread's own context, wiped after each use.
class Use {
 public:
  Use() : context_(own()) {}
  ~Use() { EVP_CIPHER_CTX_reset(context_); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  EVP_CIPHER_CTX* get() const noexcept { return context_; }

 private:
  static EVP_CIPHER_CTX* own() {
    thread_local const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    if (context == nullptr) throw std::bad_alloc();
    return context.get();
  }

  EVP_CIPHER_CTX* context_;
};

const std::uint8_t* bytesOf(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

// IVs are no secrets, so that many are fetched at once.
void newIv(std::uint8_t* out) {
  constexpr std::size_t many = 64;
  thread_local std::array<std::uint8_t, kIv * many> store{};
  thread_local std::size_t used = many;
  if (used == many) {
    if (RAND_bytes(store.data(), static_cast<int>(store.size())) != 1)
      throw std::runtime_error("no random bytes");
    used = 0;
  }
  std::copy_n(store.data() + kIv * used++, kIv, out);
}

}  // namespace

std::string seal(Key key, std::span<const std::uint8_t> plain, std::string_view binding) {
  std::string out(kIv + plain.size() + kTag, '\0');
  auto* const iv = reinterpret_cast<std::uint8_t*>(out.data());
  auto* const text = iv + kIv;
  newIv(iv);
  const Use use;
  int length = 0;
  const bool sealed =
      EVP_EncryptInit_ex2(use.get(), cipher(), key.data(), iv, nullptr) == 1 &&
      EVP_EncryptUpdate(use.get(), nullptr, &length, bytesOf(binding), static_cast<int>(binding.size())) ==
          1 &&
      EVP_EncryptUpdate(use.get(), text, &length, plain.data(), static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(use.get(), text + plain.size(), &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(use.get(), EVP_CTRL_GCM_GET_TAG, kTag, text + plain.size()) == 1;
  if (!sealed) throw std::runtime_error("AES-256-GCM is not available");
  return out;
}

std::string seal(Key key, std::string_view plain, std::string_view binding) {
  return seal(key, std::span(bytesOf(plain), plain.size()), binding);
}

bool open(Key key, std::string_view sealed, std::string_view binding, std::span<std::uint8_t> plain) {
  if (sealed.size() != kIv + plain.size() + kTag) {
    OPENSSL_cleanse(plain.data(), plain.size());
    return false;
  }
  std::array<char, kTag> tag{};  // EVP_CTRL_GCM_SET_TAG takes a pointer that is not const
  std::copy_n(sealed.data() + kIv + plain.size(), kTag, tag.data());
  const Use use;
  int length = 0;
  const bool ready = EVP_DecryptInit_ex2(use.get(), cipher(), key.data(), bytesOf(sealed), nullptr) == 1 &&
                     EVP_CIPHER_CTX_ctrl(use.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1;
  if (!ready) throw std::runtime_error("AES-256-GCM is not available");
  const bool opened = EVP_DecryptUpdate(use.get(), nullptr, &length, bytesOf(binding),
                                        static_cast<int>(binding.size())) == 1 &&
                      EVP_DecryptUpdate(use.get(), plain.data(), &length, bytesOf(sealed) + kIv,
                                        static_cast<int>(plain.size())) == 1 &&
                      EVP_DecryptFinal_ex(use.get(), plain.data() + plain.size(), &length) == 1;
  if (!opened) OPENSSL_cleanse(plain.data(), plain.size());
  return opened;
}

std::optional<std::string> open(Key key, std::string_view sealed, std::string_view binding) {
  if (sealed.size() < kIv + kTag) return std::nullopt;
  std::string plain(sealed.size() - kIv - kTag, '\0');
  if (!open(key, sealed, binding, std::span(reinterpret_cast<std::uint8_t*>(plain.data()), plain.size())))
    return std::nullopt;
  return plain;
}

}  // namespace platform::gcm
