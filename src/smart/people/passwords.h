// Passwords: what a good one is, and their Argon2id hashes (libsodium).
//
// Specification: RFC 9106 (Argon2). A hash is libsodium's text, "$argon2id$v=19$m=65536,t=2,p=1$...", as the
// platform's own applications write it into users.password_hash. A password is hashed as the bytes that came.
// Threading: Hasher may be shared by all threads. Errors: Result; a hash that is none matches nothing.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/outcome.h"

namespace people {

enum class PasswordFault : std::uint8_t {
  tooShort,  // less than 10 characters
  tooLong,   // more than 200 characters
  notText,   // not UTF-8, or with a NUL
  isEmail,   // the e-mail, or the part of it before the '@'
  common,    // one of the commonest, whatever its case; or one character over and over
};

// nullopt: a password that may be set. Characters are code points.
std::optional<PasswordFault> faultOf(std::string_view password, std::string_view email);

struct PasswordLimits {
  std::uint64_t passes = 2;                     // Argon2's t; 2 is libsodium's INTERACTIVE
  std::size_t memory = 64U * 1024 * 1024;       // bytes of each hashing; Argon2's m
  std::size_t mostMemory = 256U * 1024 * 1024;  // a stored hash that asks for more matches nothing
  unsigned atOnce = 2;                          // hashings at once: they hold atOnce * memory
  unsigned waiting = 4;                         // more that wait for their turn; then: unavailable
};

class Hasher {
 public:
  // Fails (badRequest) when the limits are below libsodium's INTERACTIVE ones.
  static fhir::Result<Hasher> make(const PasswordLimits& limits);
  Hasher(Hasher&& other) noexcept;

  fhir::Result<std::string> hash(std::string_view password) const;

  // Whether `password` gave `hash`. A nullopt, or a hash that is none, costs the same time and is false.
  // Fails (unavailable) when too many wait already.
  fhir::Result<bool> matches(std::string_view password, const std::optional<std::string>& hash) const;

  // Whether the hash was made with less than today's limits, or by an older algorithm.
  bool isWeak(std::string_view hash) const noexcept;

 private:
  class Turn;
  Hasher(const PasswordLimits& limits, std::string nobody);
  fhir::Result<std::string> hashNow(std::string_view password) const;

  PasswordLimits limits_;
  std::string nobody_;  // the hash of a password that nobody knows
  mutable std::mutex mutex_;
  mutable std::condition_variable free_;
  mutable unsigned busy_ = 0;
  mutable unsigned waiting_ = 0;
};

}  // namespace people
