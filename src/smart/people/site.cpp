#include "src/smart/people/site.h"

#include <algorithm>
#include <utility>

#include "src/http/text.h"
#include "src/platform/encoding.h"
#include "src/smart/people/guards.h"

namespace people {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;

constexpr std::string_view kLanguageCookie = "hv_language";
constexpr std::string_view kYear = "; Max-Age=31536000";

std::string valueOf(const std::vector<http::Parameter>& parameters, std::string_view name) {
  const auto found = std::ranges::find(parameters, name, &http::Parameter::name);
  return found == parameters.end() ? "" : found->value;
}

// "localhost:8080" and the like: a host that only this machine reaches.
bool isLoopback(std::string_view host) {
  host = host.substr(0, host.starts_with('[') ? host.find(']') + 1 : host.find(':'));
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

bool isUsable(std::string_view origin) {
  const auto source = sourceOf(origin);
  if (!source || *source != origin) return false;
  if (origin.starts_with("https://")) return true;
  return origin.starts_with("http://") && isLoopback(origin.substr(7));
}

std::string withLanguage(const std::string& here, const std::string& code) {
  return here + (here.find('?') == std::string::npos ? "?lang=" : "&lang=") + code;
}

Outcome refusal(std::string text) {
  return {Failure::badRequest, IssueType::invalid, std::move(text)};
}

}  // namespace

std::string Visit::field(std::string_view name) const {
  return valueOf(form, name);
}
std::string Visit::query(std::string_view name) const {
  return valueOf(request.query, name);
}
Caller Visit::caller() const {
  const std::string* agent = request.header("User-Agent");
  return {request.remoteAddress, agent == nullptr ? "" : *agent};
}

Site::Site(const PagesOptions& options, Texts texts, std::vector<Template> pages, Hasher hasher,
           Signer signer, const Doors& doors)
    : origin_(options.origin),
      secure_(options.origin.starts_with("https://")),
      texts_(std::move(texts)),
      pages_(std::move(pages)),
      hasher_(std::move(hasher)),
      signer_(std::move(signer)),
      signIn_(hasher_, options.sessions),
      stylePath_("/auth/style.css?v=" + hashOf(styleSheet()).substr(0, 12)),
      doors_(doors) {}

fhir::Result<std::unique_ptr<Site>> Site::open(store::Connection& connection, const PagesOptions& options,
                                               const Doors& doors) {
  if (!isUsable(options.origin))
    return refusal(
        "People sign in at an https origin without a path, or at http on this machine alone; not at " +
        options.origin + ".");
  auto texts = Texts::load(options.textsDirectory);
  if (!texts) return std::move(texts).outcome();
  auto pages = compilePages(*texts);
  if (!pages) return std::move(pages).outcome();
  auto hasher = Hasher::make(options.passwords);
  if (!hasher) return std::move(hasher).outcome();
  auto secret = connection.run("SELECT fhir.server_secret('sign-in-forms')");
  if (!secret) return std::move(secret).outcome();
  Signer signer{std::string(secret->text(0, 0))};
  return std::unique_ptr<Site>(
      new Site(options, *std::move(texts), *std::move(pages), *std::move(hasher), std::move(signer), doors));
}

std::string Site::cookieName(std::string_view name) const {
  return (secure_ ? "__Host-" : "") + std::string(name);
}

std::string Site::cookie(std::string_view name, std::string_view value, std::string_view more) const {
  return std::string(name) + "=" + std::string(value) + "; Path=/; HttpOnly; SameSite=Lax" +
         (secure_ ? "; Secure" : "") + std::string(more);
}

const Language& Site::languageOf(Visit& visit) const {
  if (const Language* asked = texts_.find(visit.query("lang"))) {
    visit.cookies.push_back(cookie(kLanguageCookie, asked->code, kYear));
    return *asked;
  }
  if (const auto kept = cookieOf(visit.request, kLanguageCookie))
    if (const Language* language = texts_.find(*kept)) return *language;
  // OpenID Connect Core, section 3.1.2.1: tags with spaces between.
  std::string locales = visit.query("ui_locales");
  std::ranges::replace(locales, ' ', ',');
  const std::string* accepted = visit.request.header("Accept-Language");
  if (!locales.empty()) return texts_.bestOf(locales);
  return texts_.bestOf(accepted == nullptr ? std::string_view() : std::string_view(*accepted));
}

fhir::Result<fhir::Done> Site::greet(Visit& visit) const {
  visit.language = &languageOf(visit);
  const auto browser = cookieOf(visit.request, cookieName("hv_browser"));
  if (browser && isToken(*browser)) {
    visit.browser = *browser;
  } else {
    visit.browser = randomToken();
    visit.cookies.push_back(cookie(cookieName("hv_browser"), visit.browser));
  }
  const auto session = cookieOf(visit.request, cookieName("hv_session"));
  if (!session) return fhir::Done{};
  auto person = signIn_.who(visit.connection, *session);
  if (!person) return std::move(person).outcome();
  visit.person = *std::move(person);
  if (visit.person) {
    visit.session = *session;
  } else {
    setSession(visit, {});
  }
  return fhir::Done{};
}

void Site::setSession(Visit& visit, std::string_view token) const {
  visit.cookies.push_back(cookie(cookieName("hv_session"), token, token.empty() ? "; Max-Age=0" : ""));
}

std::string Site::formToken(const Visit& visit, std::string_view path, std::string_view binding) const {
  return signer_.sign({"form", visit.browser, visit.session, path, binding});
}

bool Site::isFormToken(const Visit& visit, std::string_view path, std::string_view token,
                       std::string_view binding) const {
  return platform::sameSecret(token, formToken(visit, path, binding));
}

std::string Site::originOf(const http::Request& request) const {
  // On this machine localhost and 127.0.0.1 are the same place.
  if (!secure_ && isLoopback(request.host)) return "http://" + request.host;
  return origin_;
}

Values Site::layoutOf(const Visit& visit, Message title, Html body) const {
  std::vector<Values> languages;
  for (const Language& language : texts_.languages()) {
    languages.push_back(Values()
                            .set("here", &language == visit.language)
                            .set("code", language.code)
                            .set("name", language.name)
                            .set("link", withLanguage(visit.here, language.code)));
  }
  Values out;
  out.set("lang", visit.language->code).set("title", std::move(title)).set("style", stylePath_);
  out.set("who", visit.person ? visit.person->email : "");
  out.set("for_patient", visit.person && visit.person->hasRecord());
  out.set("for_admin", visit.person && visit.person->hasDuty("users"));
  out.set("sign_out_token", visit.person ? formToken(visit, "/auth/sign-out") : "");
  out.set("languages", std::move(languages)).set("body", std::move(body));
  return out;
}

http::Response Site::show(const Visit& visit, Page page, Message title, const Values& values,
                          const Showing& showing) const {
  Html body = pages_[static_cast<std::size_t>(page)].render(*visit.language, values);
  http::Response out;
  out.status = showing.status;
  out.body = pages_[static_cast<std::size_t>(Page::layout)]
                 .render(*visit.language, layoutOf(visit, std::move(title), std::move(body)))
                 .text();
  out.setHeader("Content-Type", "text/html; charset=utf-8");
  out.setHeader("Content-Language", visit.language->code);
  harden(out, visit, showing.formTargets);
  return out;
}

http::Response Site::sorry(const Visit& visit, int status, std::string key) const {
  Values values;
  values.set("kind", "error").set("role", "alert").set("message", Message::of(std::move(key)));
  values.set("detail", "").set("link", "/auth").set("link_text", Message::of("error.home"));
  http::Response out = show(visit, Page::message, Message::of("error.title"), values, {.status = status});
  if (status == 503) out.setHeader("Retry-After", "5");
  return out;
}

http::Response Site::sorry(const Visit& visit, const Outcome& outcome) const {
  const bool busy = outcome.failure() == Failure::unavailable || outcome.failure() == Failure::conflict;
  return busy ? sorry(visit, 503, "error.busy") : sorry(visit, 500, "error.broken");
}

http::Response Site::sorry(const Visit& visit, BadRequest why) const {
  switch (why) {
    case BadRequest::unknownClient:
      return sorry(visit, 400, "error.unknown_client");
    case BadRequest::unregisteredRedirect:
      return sorry(visit, 400, "error.unregistered_redirect");
    case BadRequest::malformed:
      break;
  }
  return sorry(visit, 400, "error.malformed");
}

http::Response Site::goOn(const Visit& visit, const std::string& url) const {
  if (!http::text::isFieldValue(url)) return sorry(visit, 500, "error.broken");
  http::Response out;
  out.status = 303;
  out.setHeader("Location", url);
  harden(out, visit);
  return out;
}

http::Response Site::goToSignIn(const Visit& visit, const std::string& from) const {
  return goOn(visit, "/auth/sign-in?return=" + http::percentEncode(from, "/"));
}

http::Response Site::style() const {
  http::Response out;
  out.body = styleSheet();
  out.setHeader("Content-Type", "text/css; charset=utf-8");
  out.setHeader("Cache-Control", "public, max-age=86400");
  out.setHeader("X-Content-Type-Options", "nosniff");
  out.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  return out;
}

void Site::harden(http::Response& response, const Visit& visit,
                  const std::vector<std::string>& formTargets) const {
  std::string policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'";
  for (const std::string& target : formTargets) policy += " " + target;
  policy += "; base-uri 'none'; frame-ancestors 'none'";
  response.setHeader("Content-Security-Policy", std::move(policy));
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Pragma", "no-cache");
  response.setHeader("Referrer-Policy", "same-origin");
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("X-Frame-Options", "DENY");
  response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  response.setHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  if (secure_) response.setHeader("Strict-Transport-Security", "max-age=31536000");
  for (const std::string& value : visit.cookies) response.headers.push_back({"Set-Cookie", value});
}

}  // namespace people
