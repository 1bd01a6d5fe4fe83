// The pages that are every person's: signing in and out, passwords, headers, languages, forged forms.
#include "src/smart/people/pages.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "src/smart/people/secrets.h"
#include "tests/smart/people/browser.h"

using fixture::Browser;
using fixture::goodPassword;
using fixture::PagesFixture;

namespace {

struct SignedUp : PagesFixture {
  std::string asha = user("asha@clinic.example");
};

const std::string kPassword(goodPassword);

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pages, SignedUp)

BOOST_AUTO_TEST_CASE(one_signs_in_sees_one_s_account_and_signs_out) {
  browser.get("/auth");
  BOOST_TEST(browser.last.status == 303);
  BOOST_TEST(browser.location() == "/auth/sign-in?return=/auth");
  browser.get(browser.location());
  BOOST_TEST(browser.last.status == 200);
  browser.submit("/auth/sign-in", {{"email", "asha@clinic.example"}, {"password", kPassword}});
  BOOST_TEST(browser.last.status == 303);
  BOOST_TEST(browser.location() == "/auth");
  browser.get("/auth");
  BOOST_TEST(browser.last.status == 200);
  BOOST_TEST(browser.shows("Signed in as asha@clinic.example"));
  BOOST_TEST(!browser.shows("/auth/clients"));
  const std::string session = browser.cookies["hv_session"];
  browser.submit("/auth/sign-out", {});
  BOOST_TEST(browser.location() == "/auth/sign-in?done=signed-out");
  BOOST_TEST(!browser.cookies.contains("hv_session"));
  browser.get(browser.location());
  BOOST_TEST(browser.shows("You have signed out."));
  BOOST_TEST(!isSignedIn(session));
}

BOOST_AUTO_TEST_CASE(each_refusal_says_the_same) {
  user("closed@clinic.example");
  database.run("UPDATE users SET is_active = false WHERE email LIKE 'closed%'");
  user("locked@clinic.example");
  for (int i = 0; i < 5; ++i) attempt("locked@clinic.example", "wrong password");
  std::string said;
  for (const auto& [email, password] :
       {std::pair{"asha@clinic.example", "wrong password"},
        std::pair{"nobody@clinic.example", "wrong password"},
        std::pair{"closed@clinic.example", kPassword.c_str()},
        std::pair{"locked@clinic.example", kPassword.c_str()}, std::pair{"", ""}}) {
    browser.get("/auth/sign-in");
    browser.submit("/auth/sign-in", {{"email", email}, {"password", password}});
    BOOST_TEST(browser.last.status == 401);
    BOOST_TEST(!browser.cookies.contains("hv_session"));
    std::string body = browser.last.body;
    if (const std::size_t at = body.find("value=\"" + std::string(email) + "\"");
        *email != '\0' && at != std::string::npos)
      body.replace(at + 7, std::string(email).size(), "");
    if (said.empty()) said = body;
    BOOST_TEST(body == said, email);
    BOOST_TEST(!browser.shows(password[0] == '\0' ? "wrong password" : password));
  }
}

BOOST_AUTO_TEST_CASE(signing_in_makes_a_new_session_and_ends_the_one_before) {
  signIn("asha@clinic.example");
  const std::string first = browser.cookies["hv_session"];
  signIn("asha@clinic.example");
  BOOST_TEST(browser.cookies["hv_session"] != first);
  BOOST_TEST(!isSignedIn(first));
  // One that somebody has planted is not taken over.
  Browser other{pages, server};
  const std::string planted = people::randomToken();
  other.cookies["hv_session"] = planted;
  other.get("/auth/sign-in");
  other.submit("/auth/sign-in", {{"email", "asha@clinic.example"}, {"password", kPassword}});
  BOOST_TEST(other.cookies["hv_session"] != planted);
  BOOST_TEST(!isSignedIn(planted));
}

BOOST_AUTO_TEST_CASE(after_signing_in_one_goes_on_to_our_pages_only) {
  const auto goesTo = [&](const std::string& wanted) {
    Browser fresh{pages, server};
    fresh.get("/auth/sign-in?return=" + http::percentEncode(wanted));
    fresh.submit("/auth/sign-in", {{"email", "asha@clinic.example"}, {"password", kPassword}});
    return fresh.location();
  };
  BOOST_TEST(goesTo("/auth/apps") == "/auth/apps");
  for (const char* elsewhere :
       {"https://evil.example", "//evil.example", "/\\evil.example", "/auth//evil", "javascript:alert(1)"})
    BOOST_TEST(goesTo(elsewhere) == "/auth", elsewhere);
  Browser fresh{pages, server};
  fresh.get("/auth/sign-in");
  fresh.submit(
      "/auth/sign-in",
      {{"email", "asha@clinic.example"}, {"password", kPassword}, {"return", "https://evil.example"}});
  BOOST_TEST(fresh.location() == "/auth");
}

BOOST_AUTO_TEST_CASE(a_form_without_its_token_or_of_another_browser_is_refused) {
  browser.get("/auth/sign-in");
  const std::string token = browser.hidden("form_token");
  const fixture::Fields fields{
      {"email", "asha@clinic.example"}, {"password", kPassword}, {"return", "/auth"}};
  browser.post("/auth/sign-in", fields, browser.origin);
  BOOST_TEST(browser.last.status == 403);
  Browser other{pages, server};
  other.get("/auth/sign-in");
  fixture::Fields stolen = fields;
  stolen.emplace_back("form_token", token);
  other.post("/auth/sign-in", stolen, other.origin);
  BOOST_TEST(other.last.status == 403);
  BOOST_TEST(!other.cookies.contains("hv_session"));
  // The page is there again, with what was typed but the password, and works.
  BOOST_TEST(other.shows("value=\"asha@clinic.example\""));
  BOOST_TEST(!other.shows(kPassword));
  other.submit("/auth/sign-in", {{"email", "asha@clinic.example"}, {"password", kPassword}});
  BOOST_TEST(other.last.status == 303);
}

BOOST_AUTO_TEST_CASE(a_form_s_token_is_for_one_page_and_one_session) {
  signIn("asha@clinic.example");
  browser.get("/auth/password");
  const std::string ofPassword = browser.hidden("form_token");
  browser.post("/auth/apps", {{"form_token", ofPassword}, {"app", "x"}}, browser.origin);
  BOOST_TEST(browser.last.status == 403);
  browser.get("/auth/apps");
  const std::string ofApps = browser.last.body.substr(browser.last.body.find("form_token"));
  signIn("asha@clinic.example");
  browser.get("/auth/apps");
  BOOST_TEST(browser.hidden("form_token") != ofApps.substr(19, 64));
}

BOOST_AUTO_TEST_CASE(a_form_of_another_site_is_refused) {
  signIn("asha@clinic.example");
  browser.get("/auth");
  const std::string token = browser.hidden("form_token");
  const auto status = [&](std::string_view origin, std::string_view site) {
    return browser.post("/auth/sign-out", {{"form_token", token}}, origin, site).status;
  };
  BOOST_TEST(status("https://evil.example", "cross-site") == 403);
  BOOST_TEST(status("https://evil.example", "") == 403);
  BOOST_TEST(status("http://localhost:8080", "cross-site") == 403);
  BOOST_TEST(status("http://localhost:8080", "same-site") == 403);
  BOOST_TEST(status("null", "") == 403);
  BOOST_TEST(status("", "") == 403);
  BOOST_TEST(isSignedIn(browser.cookies["hv_session"]));
  BOOST_TEST(status("http://localhost:8080", "") == 303);
}

BOOST_AUTO_TEST_CASE(a_form_is_a_form) {
  browser.get("/auth/sign-in");
  http::Request request;
  request.method = "POST";
  request.target = "/auth/sign-in";
  request.body = R"({"email":"asha@clinic.example"})";
  request.headers = {{"Origin", browser.origin}, {"Content-Type", "application/json"}};
  BOOST_TEST(browser.send(request).status == 415);
  request.headers = {{"Origin", browser.origin}};
  BOOST_TEST(browser.send(request).status == 415);
  request.headers = {{"Origin", browser.origin}, {"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = "email=%zz";
  BOOST_TEST(browser.send(request).status == 400);
  request.body = "email=a&email=b";
  BOOST_TEST(browser.send(request).status == 400);
  request.body = std::string(300'000, 'a');
  BOOST_TEST(browser.send(request).status == 413);
}

BOOST_AUTO_TEST_CASE(every_answer_forbids_scripts_frames_and_being_kept) {
  signIn("asha@clinic.example");
  for (const char* target : {"/auth", "/auth/sign-in", "/auth/apps", "/auth/password", "/auth/reset?token=x",
                             "/auth/clients", "/auth/nowhere", "/auth/authorize", "/auth/sign-out", "/"}) {
    browser.get(target);
    BOOST_TEST(
        browser.header("Content-Security-Policy") ==
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'",
        target);
    BOOST_TEST(browser.header("Cache-Control") == "no-store", target);
    BOOST_TEST(browser.header("Referrer-Policy") == "same-origin", target);
    BOOST_TEST(browser.header("X-Content-Type-Options") == "nosniff", target);
    BOOST_TEST(browser.header("X-Frame-Options") == "DENY", target);
    BOOST_TEST(browser.header("Strict-Transport-Security").empty(), target);
  }
}

BOOST_AUTO_TEST_CASE(unknown_paths_and_methods_are_refused) {
  for (const char* target : {"/auth/nowhere", "/auth/sign-in/more", "/", "/auth/style.css/x"}) {
    BOOST_TEST(browser.get(target).status == 404, target);
    BOOST_TEST(browser.shows("There is no such page."));
  }
  http::Request request;
  request.target = "/auth/sign-in";
  for (const char* method : {"PUT", "DELETE", "PATCH", "OPTIONS", "get"}) {
    request.method = method;
    BOOST_TEST(browser.send(request).status == 405, method);
    BOOST_TEST(browser.header("Allow") == "GET, HEAD, POST");
  }
  request.method = "HEAD";
  BOOST_TEST(browser.send(request).status == 200);
  BOOST_TEST(browser.get("/auth/consent").status == 405);
  BOOST_TEST(browser.get("/auth/").status == 303);
  const auto owns = [&](std::vector<std::string> segments) {
    http::Request owned;
    owned.segments = std::move(segments);
    return pages.owns(owned);
  };
  BOOST_TEST(owns({"auth"}));
  BOOST_TEST(owns({"auth", "style.css"}));
  BOOST_TEST(owns({"auth", "clients", "new"}));
  BOOST_TEST(!owns({"auth", "token"}));
  BOOST_TEST(!owns({"fhir", "Patient"}));
  BOOST_TEST(!owns({}));
}

BOOST_AUTO_TEST_CASE(the_style_sheet_may_be_kept) {
  browser.get("/auth/sign-in");
  const std::size_t at = browser.last.body.find("/auth/style.css?v=");
  BOOST_REQUIRE(at != std::string::npos);
  browser.get(browser.last.body.substr(at, 30));
  BOOST_TEST(browser.last.status == 200);
  BOOST_TEST(browser.header("Content-Type") == "text/css; charset=utf-8");
  BOOST_TEST(browser.header("Cache-Control") == "public, max-age=86400");
  BOOST_TEST(browser.header("Set-Cookie").empty());
}

BOOST_AUTO_TEST_CASE(each_language_by_link_cookie_and_the_browser_s_wish) {
  browser.get("/auth/sign-in");
  BOOST_TEST(browser.shows("<html lang=\"en\">"));
  browser.headers = {{"Accept-Language", "hi-IN,hi;q=0.9,en;q=0.5"}};
  browser.get("/auth/sign-in");
  BOOST_TEST(browser.shows("<html lang=\"hi\">"));
  BOOST_TEST(browser.shows("साइन इन करें"));
  BOOST_TEST(browser.header("Content-Language") == "hi");
  browser.get("/auth/sign-in?lang=en");
  BOOST_TEST(browser.shows("<html lang=\"en\">"));
  browser.get("/auth/sign-in");
  BOOST_TEST(browser.shows("<html lang=\"en\">"));
  browser.get("/auth/sign-in?lang=xx");
  BOOST_TEST(browser.shows("<html lang=\"en\">"));
  browser.get("/auth/sign-in?return=/auth/apps&lang=hi");
  BOOST_TEST(
      browser.shows("href=\"/auth/sign-in?return=/auth/apps&amp;lang=en\" lang=\"en\" hreflang=\"en\""));
}

BOOST_AUTO_TEST_CASE(on_https_cookies_are_secure_and_bound_to_the_host) {
  auto secure =
      people::Pages::open(server, options("https://fhir.example"), {authorizations, patients, encounters});
  BOOST_REQUIRE(secure.ok());
  Browser phone{*secure, server, "https://fhir.example"};
  phone.get("/auth/sign-in");
  BOOST_TEST(phone.header("Strict-Transport-Security") == "max-age=31536000");
  phone.submit("/auth/sign-in", {{"email", "asha@clinic.example"}, {"password", kPassword}});
  BOOST_TEST(phone.last.status == 303);
  const std::string cookie = phone.header("Set-Cookie");
  BOOST_TEST(cookie.starts_with("__Host-hv_session="));
  BOOST_TEST((cookie.find("; Path=/; HttpOnly; SameSite=Lax; Secure") != std::string::npos));
  phone.get("/auth");
  BOOST_TEST(phone.last.status == 200);
  // The name without the prefix counts for nothing here.
  Browser forged{*secure, server, "https://fhir.example"};
  forged.cookies["hv_session"] = phone.cookies["__Host-hv_session"];
  BOOST_TEST(forged.get("/auth").status == 303);
  signIn("asha@clinic.example");
  BOOST_TEST((browser.header("Set-Cookie").find("Secure") == std::string::npos));
}

BOOST_AUTO_TEST_CASE(plain_http_is_for_this_machine_alone) {
  const auto opens = [&](const std::string& origin) {
    return people::Pages::open(server, options(origin), {authorizations, patients, encounters}).ok();
  };
  BOOST_TEST(opens("http://127.0.0.1:8080"));
  BOOST_TEST(opens("http://[::1]:8080"));
  for (const char* origin : {"http://fhir.example", "http://localhost.evil.example", "fhir.example", "",
                             "https://fhir.example/fhir", "ftp://localhost"})
    BOOST_TEST(!opens(origin), origin);
  people::PagesOptions noTexts = options();
  noTexts.textsDirectory = "/nowhere";
  BOOST_TEST(!people::Pages::open(server, noTexts, {authorizations, patients, encounters}).ok());
}

BOOST_AUTO_TEST_CASE(one_changes_one_s_password) {
  signIn("asha@clinic.example");
  const auto change = [&](const std::string& old, const std::string& one, const std::string& two) {
    browser.get("/auth/password");
    return browser.submit("/auth/password", {{"old", old}, {"new", one}, {"again", two}}).status;
  };
  BOOST_TEST(change(kPassword, "a quite new password", "a quite new passw0rd") == 422);
  BOOST_TEST(browser.shows("not the same"));
  BOOST_TEST(change(kPassword, "short", "short") == 422);
  BOOST_TEST(browser.shows("at least 10 characters"));
  BOOST_TEST(change(kPassword, "Password123", "Password123") == 422);
  BOOST_TEST(browser.shows("would guess this password"));
  BOOST_TEST(change(kPassword, "asha@clinic.example", "asha@clinic.example") == 422);
  BOOST_TEST(browser.shows("must not be your e-mail"));
  BOOST_TEST(change("wrong password", "a quite new password", "a quite new password") == 422);
  BOOST_TEST(browser.shows("present password is wrong"));
  BOOST_TEST(!attempt("asha@clinic.example").empty());
  BOOST_TEST(change(kPassword, "a quite new password", "a quite new password") == 303);
  browser.get(browser.location());
  BOOST_TEST(browser.shows("Your password is changed"));
  BOOST_TEST(attempt("asha@clinic.example").empty());
}

BOOST_AUTO_TEST_CASE(a_link_sets_a_password_once) {
  const auto link = people::makeLink(owner, "asha@clinic.example");
  BOOST_REQUIRE(link.ok());
  BOOST_TEST(browser.get("/auth/reset?token=" + *link).status == 200);
  BOOST_TEST(browser.shows("asha@clinic.example"));
  BOOST_TEST(!browser.shows("id=\"old\""));
  browser.submit("/auth/reset", {{"new", "short"}, {"again", "short"}});
  BOOST_TEST(browser.last.status == 422);
  browser.submit("/auth/reset", {{"new", "a quite new password"}, {"again", "a quite new password"}});
  BOOST_TEST(browser.location() == "/auth/sign-in?done=password-set");
  BOOST_TEST(!attempt("asha@clinic.example", "a quite new password").empty());
  BOOST_TEST(browser.get("/auth/reset?token=" + *link).status == 410);
  BOOST_TEST(browser.get("/auth/reset?token=" + people::randomToken()).status == 410);
  BOOST_TEST(browser.get("/auth/reset").status == 410);
}

BOOST_AUTO_TEST_CASE(a_page_whose_session_has_ended_leads_to_signing_in_and_back) {
  signIn("asha@clinic.example");
  browser.get("/auth/password");
  database.run("UPDATE sessions SET last_seen_at = clock_timestamp() - interval '1 hour'");
  browser.submit("/auth/password",
                 {{"old", kPassword}, {"new", "a quite new password"}, {"again", "a quite new password"}});
  BOOST_TEST(browser.location() == "/auth/sign-in?return=/auth/password");
  BOOST_TEST(!browser.cookies.contains("hv_session"));
}

BOOST_AUTO_TEST_CASE(a_database_that_is_away_is_a_page_too) {
  store::Connection nowhere({.databaseUrl = "host=/nonexistent dbname=x", .connectTimeoutSeconds = 1});
  Browser unlucky{pages, nowhere};
  unlucky.cookies["hv_session"] = people::randomToken();
  unlucky.get("/auth");
  BOOST_TEST(unlucky.last.status == 503);
  BOOST_TEST(unlucky.header("Retry-After") == "5");
  BOOST_TEST(unlucky.shows("try once more"));
}

BOOST_AUTO_TEST_SUITE_END()
