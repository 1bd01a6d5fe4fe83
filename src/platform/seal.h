// Sealer: text that only this installation can make and read, for what travels through a client's hands.
//
// AES-256-GCM with a random nonce: encrypted, so that nothing in it is told; authenticated, so that nothing
// in it can be changed. Threading: safe for all threads. Errors: open() gives nullopt for everything that
// seal() did not make with the same key and binding.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace platform {

class Sealer {
 public:
  // Derives the key from a secret of any length; purpose: a name that keeps the uses of one secret apart.
  Sealer(std::string_view secret, std::string_view purpose);

  // As base64url without padding. `binding`: what it is for; whoever opens it must give the same.
  std::string seal(std::string_view plain, std::string_view binding) const;
  std::optional<std::string> open(std::string_view sealed, std::string_view binding) const;

 private:
  std::array<std::uint8_t, 32> key_;
};

}  // namespace platform
