// AES-256-GCM with a random IV of 96 bits (NIST SP 800-38D, section 8.2.2), as `IV, ciphertext, tag`.
//
// One key may seal 2^32 texts (8.3). Nothing of a key stays behind: what OpenSSL keeps of one is wiped after
// each use. Threading: pure functions. Errors: std::runtime_error when OpenSSL or the system's randomness
// fails, which nothing here can mend.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace platform::gcm {

inline constexpr std::size_t kIv = 12;
inline constexpr std::size_t kTag = 16;

using Key = std::span<const std::uint8_t, 32>;

// `binding` is authenticated and not contained: open() must be given the same.
std::string seal(Key, std::span<const std::uint8_t> plain, std::string_view binding);
std::string seal(Key, std::string_view plain, std::string_view binding);

// False when it was not sealed so; `plain`, which has sealed.size() - kIv - kTag bytes, is then zeroed.
bool open(Key, std::string_view sealed, std::string_view binding, std::span<std::uint8_t> plain);
std::optional<std::string> open(Key, std::string_view sealed, std::string_view binding);

}  // namespace platform::gcm
