// DataKey: what seals values of the database, and the format of a sealed value (docs/encryption.md):
//
//   hv1:KEY:BLIND:DATA     KEY    8 hexadecimal digits: the key's id
//                          BLIND  keyed hash that the value is found by (BlindKey), or nothing
//                          DATA   base64url without padding: nonce (12 bytes), AES-256-GCM's text, tag (16
//                          bytes)
//
// Authenticated with it: "hv1", KEY, BLIND, table, column and row, with a zero byte between. So a value
// counts only where it was written; not only when: the same place's older value does, too.
//
// Specification: NIST SP 800-38D (GCM). A key may seal 2^32 values (random nonces, 8.3); rotate it before.
// Threading: immutable; safe for all threads. Errors: std::runtime_error when the system has no random bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/keys/secret.h"

namespace keys {

// Where a value stands.
struct Place {
  std::string_view table;   // "patient_profile"; of a former version too
  std::string_view column;  // "contact_number"
  std::string_view row;     // the key; of the generic store "Condition/" and the key
};

struct SealedText {
  std::string_view key, blind, data;
};

// nullopt: it is no sealed value, but clear text.
std::optional<SealedText> readSealed(std::string_view) noexcept;

class DataKey {
 public:
  DataKey(std::string id, Secret secret) : id_(std::move(id)), secret_(std::move(secret)) {}

  const std::string& id() const noexcept { return id_; }
  std::string seal(std::string_view plain, const Place&, std::string_view blind = {}) const;
  // nullopt: it was changed, or sealed for another place, or by another key of the same id.
  std::optional<std::string> open(const SealedText&, const Place&) const;

 private:
  std::string id_;
  Secret secret_;
};

// BlindKey: makes of a value the hash by which it is found without being readable (HMAC-SHA-256, cut to 96
// bits). Equal values have equal hashes: who sees them learns which are equal and how frequent, no more.
class BlindKey {
 public:
  BlindKey(std::string id, Secret secret) : id_(std::move(id)), secret_(std::move(secret)) {}

  const std::string& id() const noexcept { return id_; }
  // `use`: what kind of value it is, so that equal values of two kinds have different hashes. 16 characters
  // of base64url.
  std::string hash(std::string_view use, std::string_view value) const;

 private:
  std::string id_;
  Secret secret_;
};

}  // namespace keys
