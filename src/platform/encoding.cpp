#include "src/platform/encoding.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace platform {
namespace {

constexpr std::string_view kUrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t kNone = 64;
using Inverse = std::array<std::uint8_t, 256>;

constexpr Inverse inverseOf(std::string_view alphabet) {
  Inverse out{};
  for (auto& each : out) each = kNone;
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    out[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return out;
}
constexpr Inverse kUrlInverse = inverseOf(kUrlAlphabet);
constexpr Inverse kInverse = inverseOf(kAlphabet);

std::optional<std::string> decode(std::string_view text, const Inverse& inverse) {
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::uint8_t value = inverse[static_cast<unsigned char>(c)];
    if (value == kNone) return std::nullopt;
    bits = (bits << 6U) | value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<char>((bits >> held) & 0xFFU));
    }
  }
  if (held >= 6 || (bits & ((1U << held) - 1U)) != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string base64url(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 4 / 3 + 4);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) out += kUrlAlphabet[(bits >> (held - 6)) & 63U];
  }
  if (held > 0) out += kUrlAlphabet[(bits << (6 - held)) & 63U];
  return out;
}

std::optional<std::string> fromBase64url(std::string_view text) {
  return decode(text, kUrlInverse);
}

std::optional<std::string> fromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.ends_with("==")) {
    text.remove_suffix(2);
  } else if (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  return decode(text, kInverse);
}

Digest sha256(std::string_view text) {
  // Each token of each request comes here; to look for the algorithm costs more than the digest.
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm(
      EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free);
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                     &EVP_MD_CTX_free);
  Digest out;
  unsigned length = 0;
  if (algorithm == nullptr || context == nullptr ||
      EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), text.data(), text.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), out.data(), &length) != 1 || length != out.size())
    throw std::runtime_error("SHA-256 is not available");
  return out;
}

std::string hex(const Digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(digest.size() * 2);
  for (const std::uint8_t byte : digest) (out += digits[byte >> 4U]) += digits[byte & 15U];
  return out;
}

std::string byteaOf(const Digest& digest) {
  return "\\x" + hex(digest);
}

std::string byteaHash(std::string_view text) {
  return byteaOf(sha256(text));
}

Digest randomBytes() {
  Digest bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("the system gives no randomness");
  return bytes;
}

std::string randomToken() {
  const Digest bytes = randomBytes();
  return base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

bool looksLikeToken(std::string_view text) noexcept {
  return text.size() == kTokenSize && std::ranges::all_of(text, [](char c) {
           return kUrlInverse[static_cast<unsigned char>(c)] != kNone;
         });
}

bool sameSecret(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace platform
