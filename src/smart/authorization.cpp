#include "src/smart/authorization.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "src/platform/encoding.h"
#include "src/smart/form.h"
#include "src/smart/scope_kinds.h"
#include "src/smart/url.h"

namespace smart {
namespace {

using Refusal = AuthorizationRefusal;

Error invalid(std::string description) {
  return {400, "invalid_request", std::move(description)};
}

std::string errorRedirect(const std::string& redirectUri, std::string_view state, const Error& error,
                          std::string_view issuer) {
  std::string out = withParameter(redirectUri, "error", error.code);
  out = withParameter(std::move(out), "error_description", error.description);
  if (!state.empty()) out = withParameter(std::move(out), "state", state);
  return withParameter(std::move(out), "iss", issuer);
}

Answer<Form> formOf(const http::Request& request) {
  return request.method == "POST" ? Form::ofBody(request) : Form::of(request.query);
}

// RFC 6749, appendix A.5: printable ASCII.
bool isState(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 2000 &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7E; });
}

std::string_view withoutSlash(std::string_view url) noexcept {
  if (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

std::vector<std::string> wordsOf(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    if (end != 0) out.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return out;
}

bool isAboutData(const Scope& scope) noexcept {
  return scope.kind == ScopeKind::resource || scope.kind == ScopeKind::launch ||
         scope.kind == ScopeKind::launchPatient || scope.kind == ScopeKind::launchEncounter;
}

// What can be told to the app, since the redirect URI is its own. Each fills its part of the request.
using Check = std::optional<Error> (*)(const Form&, const AuthorizationRules&, AuthorizationRequest&);

std::optional<Error> checkKind(const Form& form, const AuthorizationRules&, AuthorizationRequest& out) {
  constexpr std::array<std::array<std::string_view, 2>, 3> refused{
      {{"request", "request_not_supported"},
       {"request_uri", "request_uri_not_supported"},
       {"registration", "registration_not_supported"}}};
  for (const auto& [name, code] : refused)
    if (form.get(name) != nullptr) return Error{400, std::string(code), "The parameter is not supported."};
  if (form.get("claims") != nullptr) return invalid("The parameter claims is not supported.");
  if (form.get("response_type") == nullptr) return invalid("The parameter response_type is missing.");
  if (form.text("response_type") != "code")
    return Error{400, "unsupported_response_type", "The only response_type is code."};
  if (form.get("response_mode") != nullptr && form.text("response_mode") != "query")
    return invalid("The only response_mode is query.");
  if (!out.client.mayUse(kAuthorizationCode))
    return Error{400, "unauthorized_client", "The app is not registered for this."};
  if (!isState(form.text("state")))
    return invalid("The parameter state is missing or has characters it may not have.");
  return std::nullopt;
}

std::optional<Error> checkChallenge(const Form& form, const AuthorizationRules&, AuthorizationRequest& out) {
  if (form.text("code_challenge_method") != "S256")
    return invalid("The code_challenge_method must be S256 (PKCE).");
  const std::string_view challenge = form.text("code_challenge");
  if (!platform::looksLikeToken(challenge) || !platform::fromBase64url(challenge))
    return invalid("The code_challenge must be the base64url of a SHA-256.");
  out.challenge = challenge;
  return std::nullopt;
}

std::optional<Error> checkScopes(const Form& form, const AuthorizationRules& rules,
                                 AuthorizationRequest& out) {
  if (form.get("scope") == nullptr) return Error{400, "invalid_scope", "The parameter scope is missing."};
  const auto asked = parseScopes(form.text("scope"));
  if (!asked) return errorOf("invalid_scope", asked.outcome());
  for (const Scope& scope : *asked)
    if (scope.level == ScopeLevel::system)
      return Error{400, "invalid_scope", "system/ scopes are not for a person to give."};
  out.scopes = intersect(*asked, out.client.scopes);
  if (out.scopes.empty())
    return Error{400, "invalid_scope", "None of these scopes is within the app's registration."};
  const bool data = std::ranges::any_of(out.scopes, isAboutData);
  if (form.get("aud") == nullptr && data)
    return invalid("The parameter aud is missing: the URL of the FHIR server.");
  if (form.get("aud") != nullptr && withoutSlash(form.text("aud")) != withoutSlash(rules.fhirBase))
    return invalid("The parameter aud is not the URL of this FHIR server.");
  return std::nullopt;
}

std::optional<Error> checkSignIn(const Form& form, const AuthorizationRules&, AuthorizationRequest& out) {
  constexpr std::array<std::string_view, 4> known{"none", "login", "consent", "select_account"};
  out.prompt = wordsOf(form.text("prompt"));
  for (const std::string& each : out.prompt)
    if (std::ranges::find(known, each) == known.end()) return invalid("A value of prompt is not known.");
  if (out.prompt.size() > 1 && std::ranges::find(out.prompt, "none") != out.prompt.end())
    return invalid("The prompt none stands alone.");
  if (const std::string* const text = form.get("max_age")) {
    std::int64_t seconds = -1;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), seconds);
    if (fault != std::errc() || end != text->data() + text->size() || seconds < 0)
      return invalid("The max_age is no number of seconds.");
    out.maxAge = seconds;
  }
  if (const std::string* const nonce = form.get("nonce")) {
    if (nonce->size() > 500) return invalid("The nonce is too long.");
    out.nonce = *nonce;
  }
  out.loginHint = form.text("login_hint");
  out.uiLocales = form.text("ui_locales");
  return std::nullopt;
}

// The launch context, when the app was launched from the portal.
std::optional<Error> checkLaunch(const Form& form, store::Connection& connection, const Grants& grants,
                                 AuthorizationRequest& out) {
  const bool asked = hasKind(out.scopes, ScopeKind::launch);
  const std::string* const launch = form.get("launch");
  if (asked != (launch != nullptr)) return invalid("The scope launch and the parameter launch go together.");
  if (launch != nullptr) {
    auto context = grants.findLaunch(connection, out.client.id, *launch);
    if (!context) return context.error();
    if (!*context) return invalid("The launch is unknown, used, over, or another app's.");
    out.launch = *launch;
    out.launchContext = *std::move(*context);
  }
  const bool patientScope =
      std::ranges::find(out.scopes, ScopeLevel::patient, &Scope::level) != out.scopes.end();
  out.needsPatient =
      (patientScope || hasKind(out.scopes, ScopeKind::launchPatient)) && !out.launchContext.patient;
  out.needsEncounter = hasKind(out.scopes, ScopeKind::launchEncounter) && !out.launchContext.encounter;
  return std::nullopt;
}

}  // namespace

ParsedAuthorization parseAuthorization(const http::Request& request, store::Connection& connection,
                                       const Grants& grants, const AuthorizationRules& rules) {
  const auto form = formOf(request);
  if (!form) return Refusal{form.error(), {}};
  auto client = findClient(connection, form->text("client_id"));
  if (!client) return Refusal{client.error(), {}};
  if (!*client || (*client)->revokedAt)
    return Refusal{{400, "invalid_client", "The app is not known here, or not allowed any more."},
                   {},
                   Refusal::Of::client};
  AuthorizationRequest out;
  out.client = *std::move(*client);
  const std::string* const redirect = form->get("redirect_uri");
  const auto& registered = out.client.redirectUris;
  if (redirect == nullptr || std::ranges::find(registered, *redirect) == registered.end())
    return Refusal{invalid("The app asks to be answered at an address that is not registered."),
                   {},
                   Refusal::Of::redirectUri};
  out.redirectUri = *redirect;
  out.state = form->text("state");
  const auto refuse = [&](const Error& error) {
    return Refusal{error,
                   errorRedirect(out.redirectUri, isState(out.state) ? out.state : "", error, rules.issuer)};
  };
  for (const Check check : {checkKind, checkChallenge, checkScopes, checkSignIn})
    if (const auto error = check(*form, rules, out)) return refuse(*error);
  if (const auto error = checkLaunch(*form, connection, grants, out)) return refuse(*error);
  return out;
}

std::string redirectWithCode(const AuthorizationRequest& request, const std::string& code,
                             const AuthorizationRules& rules) {
  std::string out = withParameter(request.redirectUri, "code", code);
  out = withParameter(std::move(out), "state", request.state);
  return withParameter(std::move(out), "iss", rules.issuer);
}

std::string redirectWithError(const AuthorizationRequest& request, const Error& error,
                              const AuthorizationRules& rules) {
  return errorRedirect(request.redirectUri, request.state, error, rules.issuer);
}

}  // namespace smart
