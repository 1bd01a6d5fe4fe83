#include "src/keys/pkcs11_login.h"

#include "src/keys/pkcs11_words.h"
#include "src/keys/refusal.h"

namespace keys {

using fhir::IssueType;

fhir::Outcome Pkcs11Login::wrongPin() const {
  return unavailable(IssueType::login, "The token " + token_ + " has refused the PIN of " + pinFile_ +
                                           "; it is not tried again before that file has changed.");
}

std::optional<fhir::Outcome> Pkcs11Login::refused() const {
  if (!refused_ || stampOf(pinFile_) != refused_) return std::nullopt;
  return wrongPin();
}

fhir::Result<fhir::Done> Pkcs11Login::logIn(const CK_FUNCTION_LIST& calls, CK_SESSION_HANDLE session,
                                            const CK_TOKEN_INFO& info) {
  if ((info.flags & CKF_USER_PIN_LOCKED) != 0)
    return unavailable(IssueType::login, "The token " + token_ +
                                             " has locked its PIN; its security officer can set a new one.");
  if ((info.flags & CKF_USER_PIN_FINAL_TRY) != 0)
    return unavailable(IssueType::login,
                       "The token " + token_ +
                           " would lock its PIN after one more that is wrong; log in by hand "
                           "with the right one before.");
  auto pin = readSecretLine(pinFile_);
  if (!pin)
    return unavailable(IssueType::login,
                       "The PIN of the token " + token_ + ": " + pin.outcome().issues().front().diagnostics);
  const CK_RV done = calls.C_Login(session, CKU_USER, reinterpret_cast<CK_UTF8CHAR*>(pin->content.data()),
                                   pin->content.size());
  if (done == CKR_OK || done == CKR_USER_ALREADY_LOGGED_IN) {
    refused_.reset();
    return fhir::Done{};
  }
  if (!saysWrongPin(done)) return tokenFailed(token_, "C_Login", done);
  refused_ = pin->stamp;
  return wrongPin();
}

}  // namespace keys
