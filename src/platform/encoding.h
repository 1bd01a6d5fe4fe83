// Base64, SHA-256, random tokens, comparison that takes the same time for every text.
//
// Specification: RFC 4648, sections 4 and 5 (without padding where JOSE uses it); FIPS 180-4. Threading: pure
// functions. Errors: std::runtime_error when OpenSSL or the system's randomness fails, which nothing here can
// mend.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace platform {

std::string base64url(std::string_view bytes);
// Only what base64url() writes: no padding, no bits left over.
std::optional<std::string> fromBase64url(std::string_view text);
// RFC 7617's alphabet, padding required.
std::optional<std::string> fromBase64(std::string_view text);

using Digest = std::array<std::uint8_t, 32>;
Digest sha256(std::string_view text);
std::string hex(const Digest&);
// As PostgreSQL reads a bytea: "\x12ab...".
std::string byteaOf(const Digest&);
// SHA-256 of the text, as PostgreSQL reads a bytea.
std::string byteaHash(std::string_view text);

Digest randomBytes();
// 256 random bits as 43 characters of base64url.
std::string randomToken();
inline constexpr std::size_t kTokenSize = 43;
// Whether the text may be one of randomToken().
bool looksLikeToken(std::string_view text) noexcept;

// Compares in a time that depends on the lengths alone.
bool sameSecret(std::string_view a, std::string_view b) noexcept;

}  // namespace platform
