// AES-256-GCM with a random IV of 96 bits (NIST SP 800-38D, section 8.2.2), as `IV, ciphertext, tag`.
//
// One key may seal 2^32 texts. Threading: pure functions. Errors: std::runtime_error when OpenSSL fails in
// what does not depend on the text, which nothing here can mend.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "src/keys/secret.h"

namespace keys::gcm {

inline constexpr std::size_t kIv = 12;
inline constexpr std::size_t kTag = 16;

// `binding` is authenticated and not contained: open() must be given the same.
std::string seal(const Secret& key, std::span<const std::uint8_t> plain, std::string_view binding);

// False when it was not sealed so; `plain`, which has sealed.size() - kIv - kTag bytes, is then zeroed.
bool open(const Secret& key, std::string_view sealed, std::string_view binding,
          std::span<std::uint8_t> plain);

}  // namespace keys::gcm
