// Provider: where the keys are that wrap data keys. They never leave it; data keys come to it to be wrapped
// and unwrapped (envelope encryption, NIST SP 800-57 part 1, section 5.3).
//
// Threading: safe for all threads; a call may block for the time that the provider's own limits allow (5 s; a
// token's library has none).
// Errors: unavailable (503) when the provider does not answer, refuses, or no longer has the key: the words
// say which, and never a secret; they are for the server's log, since they name files and addresses. The type
// of the one issue says what kind it is: transient (time may mend it), login (the PIN or the token of Vault),
// notFound (the key is not there), security (the text is not as it was wrapped, or not for this binding),
// processing (the key or the provider is not what it must be). What is wrong with the configuration is
// badRequest from provider() below; what holds the keys is asked at the first call. std::runtime_error when
// OpenSSL or the system's randomness fails, std::bad_alloc as Secret.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "fhir/model/outcome.h"
#include "src/keys/secret.h"

namespace keys {

class Provider {
 public:
  virtual ~Provider() = default;

  // The name of the key that wrap() uses now; another one after the provider's key was rotated.
  virtual fhir::Result<std::string> current() = 0;
  // `binding` is authenticated with the data key: unwrap() must be given the same.
  // The text has printable ASCII characters alone and no space.
  virtual fhir::Result<std::string> wrap(const Secret&, std::string_view binding) = 0;
  virtual fhir::Result<Secret> unwrap(std::string_view wrapped, std::string_view binding) = 0;
  // The name of the key that wrapped it, as current() gives it; empty for a text that wrap() does not make.
  virtual std::string wrappedBy(std::string_view wrapped) const = 0;
};

struct ProviderOptions {
  // One of (docs/encryption.md):
  //   file:/etc/hvfhir/keys                          lines "NAME BASE64", 32 bytes each; the last one wraps.
  //                                                  The mode is 0600 or less
  //   pkcs11:token=T;object=O?module-path=/x.so      RFC 7512; an AES-256 key of a token. Of several objects
  //                                                  O, O.1, O.2 ... the one with the greatest number wraps
  //   vault:https://host:8200/transit/KEY            HashiCorp Vault's transit engine: mount and key
  std::string uri;
  std::string secretFile;  // the PIN, or Vault's token: the file's first line, read at each login.
                           // Others may not read it (mode), a group may
  std::string caFile;      // PEM: the authorities that Vault's certificate may be from; empty: the system's
};

fhir::Result<std::unique_ptr<Provider>> provider(const ProviderOptions&);

}  // namespace keys
