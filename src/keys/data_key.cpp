#include "src/keys/data_key.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "src/platform/encoding.h"
#include "src/platform/gcm.h"

namespace keys {
namespace {

constexpr std::string_view kFormat = "hv1";
constexpr std::size_t kIdDigits = 8;
constexpr std::size_t kHashBytes = 12;

const std::uint8_t* bytesOf(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
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
                       out.data.size() * 3 / 4 >= platform::gcm::kIv + platform::gcm::kTag;
  if (!isWhole) return std::nullopt;
  return out;
}

std::string DataKey::seal(std::string_view plain, const Place& place, std::string_view blind) const {
  const std::string sealed = platform::gcm::seal(secret_.bytes(), plain, boundTo(id_, blind, place));
  std::string text(kFormat);
  text.append(":").append(id_).append(":").append(blind).append(":").append(platform::base64url(sealed));
  return text;
}

std::optional<std::string> DataKey::open(const SealedText& sealed, const Place& place) const {
  const auto data = platform::fromBase64url(sealed.data);
  if (!data) return std::nullopt;
  return platform::gcm::open(secret_.bytes(), *data, boundTo(sealed.key, sealed.blind, place));
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
