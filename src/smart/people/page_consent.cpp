// The authorization request as a person meets it: consent, with the choice of a patient where one is needed.
// SMART App Launch 2.2, "Launch App: Standalone Launch" and "Scopes and Launch Context".
#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <utility>
#include <variant>

#include "src/http/message.h"
#include "src/http/text.h"
#include "src/smart/people/consent_choices.h"
#include "src/smart/people/guards.h"
#include "src/smart/people/site.h"
#include "src/smart/people/words.h"

namespace people {
namespace {

using Level = AskedScope::Level;
using Parameters = std::vector<http::Parameter>;

constexpr std::string_view kAuthorize = "/auth/authorize";
constexpr std::string_view kConsent = "/auth/consent";
// Who has just signed in has done so for max_age=0 too.
constexpr std::chrono::seconds kFresh{60};

// What the person has filled in so far.
struct State {
  std::optional<std::set<std::string>> ticked;  // nullopt: everything, as at first
  Chosen chosen;
  Message error;
};

Parameters withoutLanguage(Parameters parameters) {
  std::erase_if(parameters, [](const http::Parameter& each) { return each.name == "lang"; });
  return parameters;
}

// After signing in anew the request is the same, but asks for it no more.
std::string againWithoutLogin(Parameters parameters) {
  for (http::Parameter& parameter : parameters) {
    if (parameter.name != "prompt") continue;
    std::string kept;
    std::string_view rest = parameter.value;
    while (!rest.empty()) {
      const std::string_view word = http::text::nextElement(rest, ' ');
      if (!word.empty() && word != "login" && word != "select_account")
        kept += (kept.empty() ? "" : " ") + std::string(word);
    }
    parameter.value = kept;
  }
  std::erase_if(parameters,
                [](const http::Parameter& each) { return each.name == "prompt" && each.value.empty(); });
  return std::string(kAuthorize) + "?" + encodeParameters(parameters);
}

bool mustSignIn(const Visit& visit, const AskedAccess& asked) {
  if (!visit.person || asked.promptLogin) return true;
  if (!asked.maxAge) return false;
  const auto age = std::chrono::system_clock::now() - visit.person->signedInAt;
  return age > std::max(*asked.maxAge, kFresh);
}

// Where the answer to the app leads, or why there is none.
http::Response leave(const Site& site, const Visit& visit, const fhir::Result<Understood>& answer) {
  if (!answer) return site.sorry(visit, answer.outcome());
  if (const auto* redirect = std::get_if<Redirect>(&*answer)) return site.goOn(visit, redirect->url);
  if (const auto* bad = std::get_if<BadRequest>(&*answer)) return site.sorry(visit, *bad);
  return site.sorry(visit, 500, "error.broken");
}

http::Response refuse(const Site& site, const Visit& visit, const Parameters& parameters,
                      std::string_view error) {
  return leave(site, visit, site.authorizations().refuse(visit.connection, parameters, error));
}

// The scopes by what they are about, each with its box.
std::vector<Values> groupsOf(const Site& site, const AskedAccess& asked, const State& state) {
  constexpr auto groups =
      std::to_array<std::pair<Level, const char*>>({{Level::patient, "consent.of_patient"},
                                                    {Level::user, "consent.of_user"},
                                                    {Level::identity, "consent.of_identity"},
                                                    {Level::lasting, "consent.of_time"}});
  std::vector<Values> out;
  std::size_t number = 0;
  for (const auto& [level, legend] : groups) {
    std::vector<Values> rows;
    for (const AskedScope& scope : asked.scopes) {
      if (scope.level != level) continue;
      rows.push_back(Values()
                         .set("number", std::to_string(++number))
                         .set("scope", scope.text)
                         .set("ticked", !state.ticked || state.ticked->contains(scope.text))
                         .set("words", wordsOf(scope, site.texts())));
    }
    if (!rows.empty())
      out.push_back(Values().set("legend", Message::of(legend)).set("scopes", std::move(rows)));
  }
  return out;
}

http::Response page(const Site& site, Visit& visit, const AskedAccess& asked, const Parameters& parameters,
                    const State& state) {
  const std::string request = encodeParameters(parameters);
  visit.here = std::string(kAuthorize) + "?" + request;
  Values values;
  values.set("app", asked.clientName)
      .set("error", state.error)
      .set("destination", destinationOf(asked.redirectUri));
  values.set("form_token", site.formToken(visit, kConsent)).set("request", request);
  values.set("request_token", site.formToken(visit, kConsent, request));
  values.set("groups", groupsOf(site, asked, state));
  const auto put = putChoices(site, visit, asked, state.chosen, values);
  if (!put) return site.sorry(visit, put.outcome());
  if (!*put) return refuse(site, visit, parameters, "access_denied");
  Showing showing;
  showing.status = state.error.key.empty() ? 200 : 422;
  if (auto source = sourceOf(asked.redirectUri)) showing.formTargets.push_back(*std::move(source));
  return site.show(visit, Page::consent, Message::of("consent.title"), values, showing);
}

// Puts the context into what is granted; the key of a text that says what has to be chosen first, or empty.
fhir::Result<std::string> takeContext(const Site& site, const Visit& visit, const AskedAccess& asked,
                                      const Chosen& chosen, GrantedAccess& granted) {
  if (!asked.needsPatient && !asked.patient) return std::string();
  auto patient = patientOf(site, visit, asked, chosen);
  if (!patient) return std::move(patient).outcome();
  if (!*patient) return std::string("consent.choose_patient");
  granted.patient = std::move((*patient)->id);
  if (!asked.needsEncounter && !asked.encounter) return std::string();
  auto state = encounterOf(site, visit, asked, *granted.patient, chosen);
  if (!state) return std::move(state).outcome();
  if (state->none) return std::string();
  if (!state->encounter) return std::string("consent.choose_visit");
  granted.encounter = std::move(state->encounter->id);
  return std::string();
}

http::Response allow(const Site& site, Visit& visit, const AskedAccess& asked, const Parameters& parameters,
                     State state) {
  GrantedAccess granted;
  bool anything = false;
  for (const AskedScope& scope : asked.scopes) {
    const bool context = scope.level == Level::context;
    if (!context && !state.ticked->contains(scope.text)) continue;
    granted.scopes.push_back(scope.text);
    anything = anything || !context;
  }
  if (!anything) {
    state.error = Message::of("consent.nothing_ticked");
    return page(site, visit, asked, parameters, state);
  }
  const auto missing = takeContext(site, visit, asked, state.chosen, granted);
  if (!missing) return site.sorry(visit, missing.outcome());
  if (!missing->empty()) {
    state.error = Message::of(*missing);
    return page(site, visit, asked, parameters, state);
  }
  return leave(site, visit,
               site.authorizations().grant(visit.connection, parameters, *visit.person, granted));
}

http::Response decide(const Site& site, Visit& visit, const AskedAccess& asked,
                      const Parameters& parameters) {
  const std::string action = visit.field("action");
  if (action == "deny") return refuse(site, visit, parameters, "access_denied");
  State state;
  state.ticked.emplace();
  for (const http::Parameter& field : visit.form)
    if (field.name == "scope") state.ticked->insert(field.value);
  state.chosen = {std::string(http::text::trim(visit.field("search"))), visit.field("patient"),
                  visit.field("encounter")};
  if (action == "search") return page(site, visit, asked, parameters, state);
  if (action == "allow") return allow(site, visit, asked, parameters, std::move(state));
  return site.sorry(visit, 400, "error.form");
}

// Whether the person may see now what was remembered of the context.
fhir::Result<bool> maySee(const Site& site, const Visit& visit, const GrantedAccess& granted) {
  if (!granted.patient) return true;
  const auto patient = site.patients().get(visit.connection, *visit.person, visit.caller(), *granted.patient);
  if (!patient) return patient.outcome();
  if (!*patient || !granted.encounter) return patient->has_value();
  const auto encounter = site.encounters().get(*visit.person, *granted.patient, *granted.encounter);
  if (!encounter) return encounter.outcome();
  return encounter->has_value();
}

// Nobody is asked: it has been allowed before, or it is not.
http::Response withoutPage(const Site& site, const Visit& visit, const AskedAccess& asked,
                           const Parameters& parameters) {
  const auto before = site.authorizations().remembered(visit.connection, parameters, *visit.person);
  if (!before) return site.sorry(visit, before.outcome());
  const GrantedAccess* const granted = *before ? &**before : nullptr;
  const bool whole = granted != nullptr && (!asked.needsPatient || granted->patient) &&
                     (!asked.needsEncounter || granted->encounter);
  if (!whole) return refuse(site, visit, parameters, "consent_required");
  const auto sees = maySee(site, visit, *granted);
  if (!sees) return site.sorry(visit, sees.outcome());
  if (!*sees) return refuse(site, visit, parameters, "consent_required");
  return leave(site, visit,
               site.authorizations().grant(visit.connection, parameters, *visit.person, *granted));
}

}  // namespace

http::Response showAuthorize(const Site& site, Visit& visit) {
  const Parameters parameters = withoutLanguage(visit.request.query);
  const auto understood = site.authorizations().understand(visit.connection, parameters);
  const auto* asked = understood ? std::get_if<AskedAccess>(&*understood) : nullptr;
  if (asked == nullptr) return leave(site, visit, understood);
  const bool signIn = mustSignIn(visit, *asked);
  if (asked->promptNone)
    return signIn ? refuse(site, visit, parameters, "login_required")
                  : withoutPage(site, visit, *asked, parameters);
  if (signIn) return site.goToSignIn(visit, againWithoutLogin(parameters));
  return page(site, visit, *asked, parameters, {});
}

http::Response takeAuthorize(const Site& site, Visit& visit) {
  return site.goOn(visit, std::string(kAuthorize) + "?" + encodeParameters(withoutLanguage(visit.form)));
}

http::Response takeConsent(const Site& site, Visit& visit) {
  const std::string request = visit.field("request");
  const auto parameters = http::parseParameters(request);
  if (!parameters) return site.sorry(visit, 400, "error.form");
  // Signed out meanwhile: nothing is decided, the request begins anew.
  if (!visit.person)
    return site.goToSignIn(visit, std::string(kAuthorize) + "?" + encodeParameters(*parameters));
  if (!site.isFormToken(visit, kConsent, visit.field("form_token")) ||
      !site.isFormToken(visit, kConsent, visit.field("request_token"), request))
    return site.sorry(visit, 403, "error.stale");
  const auto understood = site.authorizations().understand(visit.connection, *parameters);
  const auto* asked = understood ? std::get_if<AskedAccess>(&*understood) : nullptr;
  if (asked == nullptr) return leave(site, visit, understood);
  return decide(site, visit, *asked, *parameters);
}

}  // namespace people
