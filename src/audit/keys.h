// Keys: what signs and what proves checkpoints; Ed25519 (RFC 8032), from a PEM file outside the database.
//
// Threading: immutable once made. Errors: badRequest for a file that cannot be used.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/model/outcome.h"

struct evp_pkey_st;  // NOLINT(readability-identifier-naming): OpenSSL's name

namespace audit {

class Keys {
 public:
  // A file of PEM blocks: a private key, which signs, and any number of public ones, such as those of former
  // keys. Without the name of a file there are none.
  static fhir::Result<Keys> read(const std::string& file);

  // Takes a public key of 32 bytes, as an export names it; false when it is none.
  bool trust(std::string_view bytes);

  bool canSign() const noexcept { return signer_ != nullptr; }
  bool empty() const noexcept { return known_.empty(); }
  // Of the key that signs: the first 16 bytes of the SHA-256 of its public key, as hexadecimal digits.
  const std::string& id() const noexcept { return id_; }
  std::string sign(std::string_view statement) const;  // 64 bytes; canSign() holds
  // nullopt: the key is not known.
  std::optional<bool> proves(const std::string& keyId, std::string_view statement,
                             std::string_view signature) const;
  // The public keys of 32 bytes, by id.
  std::map<std::string, std::string> publicKeys() const;

 private:
  using Key = std::shared_ptr<evp_pkey_st>;
  std::string add(Key key);  // its id; empty when it is no Ed25519 key

  Key signer_;
  std::string id_;
  std::map<std::string, Key> known_;
};

}  // namespace audit
