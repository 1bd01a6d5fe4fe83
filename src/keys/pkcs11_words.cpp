#include "src/keys/pkcs11_words.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "src/keys/refusal.h"

namespace keys {
namespace {

struct Word {
  CK_RV value;
  const char* name;
  bool lost;
};

constexpr std::array<Word, 26> kWords{{
    {CKR_HOST_MEMORY, "CKR_HOST_MEMORY", true},
    {CKR_SLOT_ID_INVALID, "CKR_SLOT_ID_INVALID", true},
    {CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR", true},
    {CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED", true},
    {CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR", true},
    {CKR_DEVICE_MEMORY, "CKR_DEVICE_MEMORY", true},
    {CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED", true},
    {CKR_KEY_HANDLE_INVALID, "CKR_KEY_HANDLE_INVALID", true},
    {CKR_OBJECT_HANDLE_INVALID, "CKR_OBJECT_HANDLE_INVALID", true},
    {CKR_OPERATION_ACTIVE, "CKR_OPERATION_ACTIVE", true},
    {CKR_OPERATION_NOT_INITIALIZED, "CKR_OPERATION_NOT_INITIALIZED", true},
    {CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED", true},
    {CKR_SESSION_COUNT, "CKR_SESSION_COUNT", true},
    {CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID", true},
    {CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT", true},
    {CKR_TOKEN_NOT_RECOGNIZED, "CKR_TOKEN_NOT_RECOGNIZED", true},
    {CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN", true},
    {CKR_CRYPTOKI_NOT_INITIALIZED, "CKR_CRYPTOKI_NOT_INITIALIZED", true},
    {CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID: it has no AES-GCM", true},
    {CKR_MECHANISM_PARAM_INVALID, "CKR_MECHANISM_PARAM_INVALID: it takes no IV of its user for AES-GCM",
     false},
    {CKR_KEY_TYPE_INCONSISTENT, "CKR_KEY_TYPE_INCONSISTENT", false},
    {CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED: the key may not encrypt and decrypt",
     false},
    {CKR_PIN_LOCKED, "CKR_PIN_LOCKED", false},
    {CKR_PIN_EXPIRED, "CKR_PIN_EXPIRED", false},
    {CKR_USER_PIN_NOT_INITIALIZED, "CKR_USER_PIN_NOT_INITIALIZED", false},
    {CKR_USER_TYPE_INVALID, "CKR_USER_TYPE_INVALID", false},
}};

}  // namespace

fhir::Outcome tokenFailed(const std::string& token, const char* call, CK_RV value) {
  const auto* const known = std::ranges::find(kWords, value, &Word::value);
  std::array<char, 32> number{};
  std::snprintf(number.data(), number.size(), "0x%08lX", value);
  const bool named = known != kWords.end();
  std::string words = "The token " + token + ": ";
  words.append(call).append(" says ").append(named ? known->name : number.data()).append(".");
  // What nobody knows may be a vendor's word for a line that broke.
  const bool lost = named ? known->lost : true;
  return unavailable(lost ? fhir::IssueType::transient : fhir::IssueType::processing, std::move(words));
}

bool isLost(const fhir::Outcome& outcome) noexcept {
  return !outcome.issues().empty() && outcome.issues().front().type == fhir::IssueType::transient;
}

bool saysNotAuthentic(CK_RV value) noexcept {
  constexpr CK_RV aeadDecryptFailed = 0x35;  // CKR_AEAD_DECRYPT_FAILED of PKCS #11 v3.0
  return value == CKR_ENCRYPTED_DATA_INVALID || value == CKR_ENCRYPTED_DATA_LEN_RANGE ||
         value == CKR_SIGNATURE_INVALID || value == aeadDecryptFailed;
}

bool saysWrongPin(CK_RV value) noexcept {
  return value == CKR_PIN_INCORRECT || value == CKR_PIN_INVALID || value == CKR_PIN_LEN_RANGE;
}

}  // namespace keys
