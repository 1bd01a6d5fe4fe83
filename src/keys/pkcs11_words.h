// What a token's return values mean to a provider of keys.
//
// Specification: PKCS #11 v2.40, section 5.1. Threading: pure functions.
#pragma once

#include <p11-kit/pkcs11.h>

#include <string>

#include "fhir/model/outcome.h"

namespace keys {

// "The token hv: C_EncryptInit says CKR_DEVICE_REMOVED."; transient where a new session, or time, may mend
// it, else processing.
fhir::Outcome tokenFailed(const std::string& token, const char* call, CK_RV value);

// The outcome is one of those that a new session may mend.
bool isLost(const fhir::Outcome&) noexcept;

// What a decryption says of a text that is not as it was encrypted.
bool saysNotAuthentic(CK_RV) noexcept;

// What a login says of a PIN that must not be tried again.
bool saysWrongPin(CK_RV) noexcept;

}  // namespace keys
