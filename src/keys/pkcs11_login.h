// Pkcs11Login: the PIN, and when not to try it. A token locks itself after a few wrong PINs, so one that was
// refused is not tried again before its file has changed, nor any when only one try is left.
//
// Threading: under the module's mutex.
#pragma once

#include <p11-kit/pkcs11.h>

#include <optional>
#include <string>

#include "fhir/model/outcome.h"
#include "src/keys/private_file.h"

namespace keys {

class Pkcs11Login {
 public:
  Pkcs11Login(std::string token, std::string pinFile)
      : token_(std::move(token)), pinFile_(std::move(pinFile)) {}

  // Whether the file has the very PIN that the token has refused: then there is nothing to ask the token for.
  std::optional<fhir::Outcome> refused() const;
  // Reads the PIN and logs in, unless the session's application is.
  fhir::Result<fhir::Done> logIn(const CK_FUNCTION_LIST&, CK_SESSION_HANDLE, const CK_TOKEN_INFO&);

 private:
  fhir::Outcome wrongPin() const;

  const std::string token_;
  const std::string pinFile_;
  std::optional<FileStamp> refused_;
};

}  // namespace keys
