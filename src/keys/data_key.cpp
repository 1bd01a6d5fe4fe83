#include "src/keys/data_key.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <stdexcept>

#include "src/platform/encoding.h"

namespace keys {
namespace {

constexpr std::string_view kFormat = "hv1";
constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;
constexpr std::size_t kIdDigits = 8;
constexpr std::size_t kHashBytes = 12;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

// Looked up once: OpenSSL 3 would look for it at each use.
const EVP_CIPHER* cipher() {
  static const EVP_CIPHER* const found = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (found == nullptr) throw std::runtime_error("AES-256-GCM is not available");
  return found;
}

// A thread's own; what it keeps of a key is wiped by Wipe after each use.
EVP_CIPHER_CTX* context() {
  thread_local const Context own(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  if (own == nullptr) throw std::bad_alloc();
  return own.get();
}

class Wipe {
 public:
  explicit Wipe(EVP_CIPHER_CTX* context) : context_(context) {}
  ~Wipe() { EVP_CIPHER_CTX_reset(context_); }
  Wipe(const Wipe&) = delete;
  Wipe& operator=(const Wipe&) = delete;

 private:
  EVP_CIPHER_CTX* context_;
};

const std::uint8_t* bytesOf(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

// Nonces are no secrets, so that many are fetched at once.
void nonce(std::uint8_t* out) {
  constexpr std::size_t many = 64;
  thread_local std::array<std::uint8_t, kNonce * many> store{};
  thread_local std::size_t used = many;
  if (used == many) {
    if (RAND_bytes(store.data(), static_cast<int>(store.size())) != 1)
      throw std::runtime_error("no random bytes");
    used = 0;
  }
  std::copy_n(store.data() + kNonce * used++, kNonce, out);
}

std::string boundTo(std::string_view key, std::string_view blind, const Place& place) {
  std::string out(kFormat);
  for (const std::string_view part : {key, blind, place.table, place.column, place.row}) {
    out += '\0';
    out += part;
  }
  return out;
}

bool isIdDigit(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool isBase64Url(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

}  // namespace

std::optional<SealedText> readSealed(std::string_view text) noexcept {
  if (!text.starts_with(kFormat) || text.size() < kFormat.size() + kIdDigits + 3) return std::nullopt;
  text.remove_prefix(kFormat.size());
  if (text[0] != ':' || text[1 + kIdDigits] != ':') return std::nullopt;
  SealedText out;
  out.key = text.substr(1, kIdDigits);
  text.remove_prefix(kIdDigits + 2);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  out.blind = text.substr(0, colon);
  out.data = text.substr(colon + 1);
  const bool isWhole = std::all_of(out.key.begin(), out.key.end(), isIdDigit) &&
                       std::all_of(out.blind.begin(), out.blind.end(), isBase64Url) &&
                       std::all_of(out.data.begin(), out.data.end(), isBase64Url) &&
                       out.data.size() * 3 / 4 >= kNonce + kTag;
  if (!isWhole) return std::nullopt;
  return out;
}

std::string DataKey::seal(std::string_view plain, const Place& place, std::string_view blind) const {
  const std::string bound = boundTo(id_, blind, place);
  std::string out(kNonce + plain.size() + kTag, '\0');
  auto* const bytes = reinterpret_cast<std::uint8_t*>(out.data());
  nonce(bytes);
  EVP_CIPHER_CTX* const own = context();
  const Wipe wipe(own);
  int length = 0;
  const bool sealed =
      EVP_EncryptInit_ex2(own, cipher(), secret_.bytes().data(), bytes, nullptr) == 1 &&
      EVP_EncryptUpdate(own, nullptr, &length, bytesOf(bound), static_cast<int>(bound.size())) == 1 &&
      EVP_EncryptUpdate(own, bytes + kNonce, &length, bytesOf(plain), static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(own, bytes + kNonce + plain.size(), &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(own, EVP_CTRL_GCM_GET_TAG, kTag, bytes + kNonce + plain.size()) == 1;
  if (!sealed) throw std::runtime_error("AES-256-GCM is not available");
  std::string text(kFormat);
  text.append(":").append(id_).append(":").append(blind).append(":").append(platform::base64url(out));
  return text;
}

std::optional<std::string> DataKey::open(const SealedText& sealed, const Place& place) const {
  auto data = platform::fromBase64url(sealed.data);
  if (!data || data->size() < kNonce + kTag) return std::nullopt;
  const std::string bound = boundTo(sealed.key, sealed.blind, place);
  const std::size_t size = data->size() - kNonce - kTag;
  std::string plain(size, '\0');
  EVP_CIPHER_CTX* const own = context();
  const Wipe wipe(own);
  int length = 0;
  auto* const out = reinterpret_cast<std::uint8_t*>(plain.data());
  const bool opened =
      EVP_DecryptInit_ex2(own, cipher(), secret_.bytes().data(), bytesOf(*data), nullptr) == 1 &&
      EVP_DecryptUpdate(own, nullptr, &length, bytesOf(bound), static_cast<int>(bound.size())) == 1 &&
      EVP_DecryptUpdate(own, out, &length, bytesOf(*data) + kNonce, static_cast<int>(size)) == 1 &&
      EVP_CIPHER_CTX_ctrl(own, EVP_CTRL_GCM_SET_TAG, kTag, data->data() + kNonce + size) == 1 &&
      EVP_DecryptFinal_ex(own, out + size, &length) == 1;
  if (!opened) return std::nullopt;
  return plain;
}

std::string BlindKey::hash(std::string_view use, std::string_view value) const {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, secret_.bytes().data(), Secret::size);
  const std::uint8_t between = 0;
  crypto_auth_hmacsha256_update(&state, bytesOf(use), use.size());
  crypto_auth_hmacsha256_update(&state, &between, 1);
  crypto_auth_hmacsha256_update(&state, bytesOf(value), value.size());
  std::array<std::uint8_t, crypto_auth_hmacsha256_BYTES> full{};
  crypto_auth_hmacsha256_final(&state, full.data());
  sodium_memzero(&state, sizeof state);
  return platform::base64url({reinterpret_cast<const char*>(full.data()), kHashBytes});
}

}  // namespace keys
