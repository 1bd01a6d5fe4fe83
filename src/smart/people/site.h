// Site: what all pages share: layout, language, cookies, the tokens of forms, the headers of every answer.
//
// Threading: Site is shared; a Visit is one request's. Ownership: a Visit lives no longer than its request.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/http/message.h"
#include "src/smart/people/authorizations.h"
#include "src/smart/people/html.h"
#include "src/smart/people/page_list.h"
#include "src/smart/people/pages.h"
#include "src/smart/people/passwords.h"
#include "src/smart/people/secrets.h"
#include "src/smart/people/sign_in.h"
#include "src/smart/people/texts.h"

namespace people {

// One request on its way to a page.
struct Visit {
  const http::Request& request;
  store::Connection& connection;
  std::string path;  // "/auth/sign-in"
  std::string here;  // path and query by which GET shows this page again, without `lang`
  const Language* language = nullptr;
  std::vector<http::Parameter> form = {};  // of a POST
  std::optional<Person> person = {};
  std::string session = {};               // the session's token, when somebody is signed in
  std::string browser = {};               // random; names the browser before anybody has signed in
  std::vector<std::string> cookies = {};  // values of Set-Cookie for the answer

  // The value of a form's field, or of the query's; empty when there is none.
  std::string field(std::string_view name) const;
  std::string query(std::string_view name) const;
  Caller caller() const;
};

// How a page is shown.
struct Showing {
  int status = 200;
  std::vector<std::string> formTargets = {};  // where forms may lead beside here: source expressions
};

class Site {
 public:
  static fhir::Result<std::unique_ptr<Site>> open(store::Connection& connection, const PagesOptions& options,
                                                  const Doors& doors);

  http::Response show(const Visit& visit, Page page, Message title, const Values& values,
                      const Showing& showing = {}) const;
  // A page that says why something did not work: `key` is a text's.
  http::Response sorry(const Visit& visit, int status, std::string key) const;
  http::Response sorry(const Visit& visit, const fhir::Outcome& outcome) const;
  http::Response sorry(const Visit& visit, BadRequest why) const;
  // 303: the browser goes on by GET.
  http::Response goOn(const Visit& visit, const std::string& url) const;
  http::Response goToSignIn(const Visit& visit, const std::string& from) const;
  http::Response style() const;

  // Reads language, browser and person, and sets what cookies need. Fails with the database.
  fhir::Result<fhir::Done> greet(Visit& visit) const;
  // Makes the browser's session this one; an empty token ends it.
  void setSession(Visit& visit, std::string_view token) const;

  // The hidden field of every form of this path. `binding`: what else the form must not change.
  std::string formToken(const Visit& visit, std::string_view path, std::string_view binding = {}) const;
  bool isFormToken(const Visit& visit, std::string_view path, std::string_view token,
                   std::string_view binding = {}) const;
  // The origin that forms must come from.
  std::string originOf(const http::Request& request) const;

  const Texts& texts() const noexcept { return texts_; }
  const SignIn& signIn() const noexcept { return signIn_; }
  Authorizations& authorizations() const noexcept { return doors_.authorizations; }
  Patients& patients() const noexcept { return doors_.patients; }
  Encounters& encounters() const noexcept { return doors_.encounters; }

 private:
  Site(const PagesOptions& options, Texts texts, std::vector<Template> pages, Hasher hasher, Signer signer,
       const Doors& doors);

  Values layoutOf(const Visit& visit, Message title, Html body) const;
  std::string cookie(std::string_view name, std::string_view value, std::string_view more = {}) const;
  std::string cookieName(std::string_view name) const;
  const Language& languageOf(Visit& visit) const;
  void harden(http::Response& response, const Visit& visit,
              const std::vector<std::string>& formTargets = {}) const;

  const std::string origin_;
  const bool secure_;
  const Texts texts_;
  const std::vector<Template> pages_;
  const Hasher hasher_;
  const Signer signer_;
  const SignIn signIn_;
  const std::string stylePath_;
  const Doors doors_;
};

// Each page; GET and POST apart. The form's token and where it came from are checked already, and there is a
// person where the page needs one.
http::Response showSignIn(const Site& site, Visit& visit);
http::Response takeSignIn(const Site& site, Visit& visit);
http::Response showSignOut(const Site& site, Visit& visit);
http::Response takeSignOut(const Site& site, Visit& visit);
http::Response showHome(const Site& site, Visit& visit);
http::Response showAuthorize(const Site& site, Visit& visit);
http::Response takeAuthorize(const Site& site, Visit& visit);
http::Response takeConsent(const Site& site, Visit& visit);
http::Response showApps(const Site& site, Visit& visit);
http::Response takeApps(const Site& site, Visit& visit);
http::Response showRecord(const Site& site, Visit& visit);
http::Response showPassword(const Site& site, Visit& visit);
http::Response takePassword(const Site& site, Visit& visit);
http::Response showReset(const Site& site, Visit& visit);
http::Response takeReset(const Site& site, Visit& visit);
http::Response showClients(const Site& site, Visit& visit);
http::Response takeClients(const Site& site, Visit& visit);
http::Response showNewClient(const Site& site, Visit& visit);
http::Response takeNewClient(const Site& site, Visit& visit);

}  // namespace people
