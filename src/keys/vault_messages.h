// What is said to and by Vault's transit engine, as JSON.
//
// Specification: HashiCorp Vault's HTTP API, "Transit Secrets Engine (API)": read key, encrypt data, decrypt
// data. Threading: pure functions. Errors: nullopt for an answer that is not as the specification says.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "src/keys/secret.h"
#include "src/keys/wiped.h"

namespace keys::vault {

WipedBytes encryptRequest(const Secret&, std::string_view binding);
// The ciphertext needs no escapes in JSON: isCiphertext().
WipedBytes decryptRequest(std::string_view ciphertext, std::string_view binding);

struct Key {
  unsigned version = 0;  // the latest
  bool isAead = false;   // its type authenticates associated data
};
std::optional<Key> keyOf(WipedBytes body);
std::optional<std::string> ciphertextOf(WipedBytes body);
std::optional<Secret> plaintextOf(WipedBytes body);
// Whether Vault refuses to decrypt (400) since it has not the key or not its version any more.
bool saysKeyIsGone(WipedBytes body);

// "vault:vN:BASE64": N; nullopt for anything else.
std::optional<unsigned> versionOf(std::string_view ciphertext);

}  // namespace keys::vault
