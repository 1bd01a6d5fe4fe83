// Pkcs11Session: a session with one token, opened and logged in when it is used, and the keys found in it.
//
// Specification: PKCS #11 v2.40, sections 5.6 to 5.9; its Current Mechanisms, section 2.12.3 (AES-GCM).
// Threading: under the module's mutex. Errors: isLost() of those after which close() and another try make
// sense; what was opened is closed by close() and at the end.
#pragma once

#include <p11-kit/pkcs11.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/outcome.h"
#include "src/keys/pkcs11_login.h"
#include "src/keys/pkcs11_module.h"
#include "src/keys/pkcs11_uri.h"
#include "src/keys/secret.h"

namespace keys {

struct TokenKey {
  CK_OBJECT_HANDLE handle = 0;
  std::string label;
  unsigned version = 0;
};

class Pkcs11Session {
 public:
  Pkcs11Session(std::shared_ptr<Pkcs11Module> module, Pkcs11Uri uri, const std::string& pinFile);
  ~Pkcs11Session();
  Pkcs11Session(const Pkcs11Session&) = delete;
  Pkcs11Session& operator=(const Pkcs11Session&) = delete;

  bool isOpen() const noexcept { return session_ != 0 && generation_ == module_->generation(); }
  fhir::Result<fhir::Done> open();
  void close() noexcept;

  // Of a session that is open. All versions of the object, or the one key with a label: AES keys of 32 bytes.
  fhir::Result<std::vector<TokenKey>> versions();
  fhir::Result<TokenKey> key(std::string_view label);
  // IV, ciphertext and tag, as src/platform/gcm.h's.
  fhir::Result<std::string> encrypt(const TokenKey&, const Secret&, std::string_view binding);
  fhir::Result<Secret> decrypt(const TokenKey&, const std::string& sealed, std::string_view binding);

 private:
  fhir::Outcome failed(const char* call, CK_RV value) const;
  fhir::Result<CK_SLOT_ID> slot(CK_TOKEN_INFO&);
  fhir::Result<CK_SLOT_ID> slotNow(CK_TOKEN_INFO&);
  CK_RV present() const;
  fhir::Result<std::vector<CK_OBJECT_HANDLE>> find(std::string_view label);
  fhir::Result<std::string> labelOf(CK_OBJECT_HANDLE);
  fhir::Result<Secret> decryptOnce(const TokenKey&, const std::string& sealed, std::string_view binding);
  fhir::Result<TokenKey> checked(CK_OBJECT_HANDLE, std::string label, unsigned version);

  const std::shared_ptr<Pkcs11Module> module_;
  const Pkcs11Uri uri_;
  Pkcs11Login login_;
  CK_SLOT_ID slot_ = 0;
  CK_SESSION_HANDLE session_ = 0;
  std::uint64_t generation_ = 0;
};

}  // namespace keys
