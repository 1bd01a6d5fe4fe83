// Secrets: random tokens, their hashes, and codes that only this installation can make.
//
// Tokens and hashes are written as hexadecimal digits. Threading: pure functions and immutable values.
// Errors: std::runtime_error when the system gives no randomness or OpenSSL lacks SHA-256.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace people {

// 256 random bits, 64 digits.
std::string randomToken();
bool isToken(std::string_view text) noexcept;

// SHA-256, 64 digits.
std::string hashOf(std::string_view text);

// HMAC-SHA256 with a key derived from the installation's secret, for one purpose.
class Signer {
 public:
  explicit Signer(std::string secret);

  // 64 digits. The parts are signed with their lengths: ("ab", "c") is not ("a", "bc").
  std::string sign(std::initializer_list<std::string_view> parts) const;

 private:
  std::string key_;
};

}  // namespace people
