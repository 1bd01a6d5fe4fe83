// Pages: what a person sees of the authorization server, under /auth: signing in and out, consent, connected
// apps, passwords, and for administrators the registration of apps. Rendered here, no script at all.
//
//   /auth  /auth/sign-in  /auth/sign-out  /auth/authorize  /auth/consent  /auth/apps  /auth/password
//   /auth/reset  /auth/clients  /auth/clients/new  /auth/style.css
//
// Every form is bound to its browser (HMAC) and must come from one of our own pages; every answer forbids
// scripts, frames and being kept. Threading: shared by all workers; each call brings its worker's Connection.
// Errors: every failure becomes a page; handle() does not throw.
#pragma once

#include <memory>
#include <string>

#include "fhir/model/outcome.h"
#include "src/http/message.h"
#include "src/smart/people/authorizations.h"
#include "src/smart/people/passwords.h"
#include "src/smart/people/sign_in.h"
#include "src/store/connection.h"

namespace people {

struct PagesOptions {
  // "https://fhir.example": without a path. Plain http only for a loopback host: cookies are then neither
  // Secure nor bound to the host by their name.
  std::string origin;
  std::string textsDirectory = "texts";
  PasswordLimits passwords;
  SessionLimits sessions;
};

// What the pages ask; all of it must outlive them.
struct Doors {
  Authorizations& authorizations;
  Patients& patients;
  Encounters& encounters;
};

class Pages {
 public:
  // Fails (badRequest) when the origin, the texts or the limits can't be used, and with the database's
  // Outcome.
  static fhir::Result<Pages> open(store::Connection& connection, const PagesOptions& options,
                                  const Doors& doors);
  ~Pages();
  Pages(Pages&&) noexcept;

  // Whether the path is one of these pages.
  bool owns(const http::Request& request) const;

  // The page, or one that says why not; also for a path that none owns (404).
  http::Response handle(const http::Request& request, store::Connection& connection) const;

 private:
  struct Impl;
  explicit Pages(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace people
