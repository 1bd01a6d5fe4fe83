// Uuid: random (version 4) and name-based (version 5) identifiers.
//
// Specification: RFC 4122, sections 4.3 and 4.4. Threading: value type, pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace platform {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  // 122 bits from OpenSSL's generator. Throws std::runtime_error when the system gives no randomness.
  static Uuid random();
  // The same name in the same name space gives the same Uuid, on every machine.
  static Uuid fromName(const Uuid& space, std::string_view name);
  // Exactly 8-4-4-4-12 hexadecimal digits, of either case.
  static std::optional<Uuid> parse(std::string_view text);

  std::string toString() const;  // lower case

  friend bool operator==(const Uuid&, const Uuid&) = default;
};

}  // namespace platform
