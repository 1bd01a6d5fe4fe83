// Signing in and out, and the page where a person begins.
#include <array>
#include <variant>

#include "src/http/message.h"
#include "src/smart/people/guards.h"
#include "src/smart/people/site.h"

namespace people {
namespace {

constexpr std::string_view kHome = "/auth";

struct State {
  std::string returnTo;
  std::string email;
  Message error;
  int status = 200;
};

// The app that waits behind the sign-in: its name, and where its forms lead.
struct Waiting {
  std::string app;
  std::string email;
  std::vector<std::string> targets;
};

fhir::Result<Waiting> waitingBehind(const Site& site, const Visit& visit, std::string_view returnTo) {
  constexpr std::string_view authorize = "/auth/authorize?";
  Waiting out;
  if (!returnTo.starts_with(authorize)) return out;
  const auto parameters = http::parseParameters(returnTo.substr(authorize.size()));
  if (!parameters) return out;
  auto understood = site.authorizations().understand(visit.connection, *parameters);
  if (!understood) return std::move(understood).outcome();
  if (const auto* asked = std::get_if<AskedAccess>(&*understood)) {
    out.app = asked->clientName;
    out.email = asked->loginHint;
    if (auto source = sourceOf(asked->redirectUri)) out.targets.push_back(*std::move(source));
  } else if (const auto* redirect = std::get_if<Redirect>(&*understood)) {
    if (auto source = sourceOf(redirect->url)) out.targets.push_back(*std::move(source));
  }
  return out;
}

Message noticeOf(std::string_view done) {
  if (done == "signed-out") return Message::of("sign_in.signed_out");
  return done == "password-set" ? Message::of("sign_in.password_set") : Message();
}

http::Response page(const Site& site, Visit& visit, const State& state) {
  auto waiting = waitingBehind(site, visit, state.returnTo);
  if (!waiting) return site.sorry(visit, waiting.outcome());
  visit.here = "/auth/sign-in?return=" + http::percentEncode(state.returnTo, "/");
  Values values;
  values.set("notice", noticeOf(visit.query("done"))).set("app", waiting->app).set("error", state.error);
  values.set("form_token", site.formToken(visit, visit.path)).set("return", state.returnTo);
  values.set("email", state.email.empty() ? waiting->email : state.email);
  return site.show(visit, Page::signIn, Message::of("sign_in.title"), values,
                   {.status = state.status, .formTargets = waiting->targets});
}

std::string returnOf(const std::string& asked) {
  return isOurPage(asked) ? asked : std::string(kHome);
}

}  // namespace

http::Response showSignIn(const Site& site, Visit& visit) {
  return page(site, visit, {.returnTo = returnOf(visit.query("return")), .email = {}, .error = {}});
}

http::Response takeSignIn(const Site& site, Visit& visit) {
  State state{.returnTo = returnOf(visit.field("return")), .email = visit.field("email"), .error = {}};
  if (!site.isFormToken(visit, visit.path, visit.field("form_token"))) {
    state.error = Message::of("sign_in.stale");
    state.status = 403;
    return page(site, visit, state);
  }
  const auto token =
      site.signIn().attempt(visit.connection, state.email, visit.field("password"), visit.caller());
  if (!token) return site.sorry(visit, token.outcome());
  if (!*token) {
    state.error = Message::of("sign_in.refused");
    state.status = 401;
    http::Response refused = page(site, visit, state);
    return refused;
  }
  if (visit.person) {
    auto ended = site.signIn().end(visit.connection, visit.session);
    if (!ended) return site.sorry(visit, ended.outcome());
  }
  site.setSession(visit, **token);
  return site.goOn(visit, state.returnTo);
}

http::Response showSignOut(const Site& site, Visit& visit) {
  if (!visit.person) return site.goOn(visit, "/auth/sign-in");
  // The button stands in the layout of every page.
  return site.goOn(visit, std::string(kHome));
}

http::Response takeSignOut(const Site& site, Visit& visit) {
  if (visit.person) {
    auto ended = site.signIn().end(visit.connection, visit.session);
    if (!ended) return site.sorry(visit, ended.outcome());
    site.setSession(visit, {});
  }
  return site.goOn(visit, "/auth/sign-in?done=signed-out");
}

http::Response showHome(const Site& site, Visit& visit) {
  Values values;
  values.set("notice",
             visit.query("done") == "password-changed" ? Message::of("password.changed") : Message());
  values.set("for_patient", visit.person->hasRecord());
  values.set("for_admin", visit.person->hasDuty("users"));
  return site.show(visit, Page::home, Message::of("home.title"), values);
}

}  // namespace people
