// Keys of a token behind PKCS #11: an HSM, a smart card, SoftHSM. The key never leaves it: it encrypts the
// data key itself (CKM_AES_GCM). Of the keys O, O.1, O.2 ... the one with the greatest number wraps.
//
// Threading: safe for all threads; their calls go one after the other, and who waits for 5 s is refused. The
// call itself takes as long as the token's library lets it. Errors: provider.h; a session that was lost is
// opened anew at once, and a token that was pulled is looked for again after a second.
#pragma once

#include <memory>
#include <string>

#include "src/keys/pkcs11_session.h"
#include "src/keys/provider.h"
#include "src/keys/recent_failure.h"

namespace keys {

class Pkcs11Provider final : public Provider {
 public:
  // `rest`: the URI after "pkcs11:". badRequest for what is wrong with it, with its library or with the PIN's
  // file; the token is asked at the first use.
  static fhir::Result<std::unique_ptr<Provider>> open(std::string_view rest, const std::string& secretFile);

  ~Pkcs11Provider() override;
  fhir::Result<std::string> current() override;
  fhir::Result<std::string> wrap(const Secret& secret, std::string_view binding) override;
  fhir::Result<Secret> unwrap(std::string_view wrapped, std::string_view binding) override;
  std::string wrappedBy(std::string_view wrapped) const override;

 private:
  Pkcs11Provider(std::shared_ptr<Pkcs11Module> module, const Pkcs11Uri& uri, const std::string& pinFile);
  template <class T, class Work>
  fhir::Result<T> inSession(const Work&);

  const std::shared_ptr<Pkcs11Module> module_;
  const std::string token_;
  const std::string object_;
  std::unique_ptr<Pkcs11Session> session_;  // under the module's mutex
  RecentFailure recent_;
};

}  // namespace keys
