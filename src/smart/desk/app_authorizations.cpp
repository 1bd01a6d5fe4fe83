#include "src/smart/desk/app_authorizations.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "src/smart/url.h"

namespace desk {
namespace {

using fhir::Failure;
using fhir::IssueType;
using fhir::Outcome;
using people::AskedScope;
using people::BadRequest;
using people::Redirect;
using people::Understood;
using smart::AuthorizationRefusal;
using smart::AuthorizationRequest;
using smart::ScopeKind;

Outcome outcomeOf(const smart::Error& error) {
  const bool away = error.status >= 500;
  return {away ? Failure::unavailable : Failure::unprocessable,
          away ? IssueType::transient : IssueType::invalid, error.description};
}

AskedScope::Level levelOf(const smart::Scope& scope) {
  switch (scope.kind) {
    case ScopeKind::resource:
      return scope.level == smart::ScopeLevel::patient ? AskedScope::Level::patient : AskedScope::Level::user;
    case ScopeKind::openid:
    case ScopeKind::fhirUser:
    case ScopeKind::profile:
      return AskedScope::Level::identity;
    case ScopeKind::offlineAccess:
    case ScopeKind::onlineAccess:
      return AskedScope::Level::lasting;
    default:
      return AskedScope::Level::context;
  }
}

AskedScope askedScope(const smart::Scope& scope) {
  AskedScope out;
  out.text = scope.text;
  out.level = levelOf(scope);
  if (scope.kind != ScopeKind::resource) return out;
  const auto has = [&](std::uint8_t permissions) { return (scope.permissions & permissions) != 0; };
  out.type = scope.type == nullptr ? "*" : std::string(scope.type->name);
  out.read = has(smart::kRead | smart::kSearch);
  out.create = has(smart::kCreate);
  out.update = has(smart::kUpdate);
  out.remove = has(smart::kDelete);
  if (const std::size_t mark = scope.text.find('?'); mark != std::string::npos)
    out.restriction = scope.text.substr(mark + 1);
  return out;
}

bool hasWord(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

people::AskedAccess askedAccess(AuthorizationRequest&& request) {
  people::AskedAccess out;
  out.clientId = std::move(request.client.id);
  out.clientName = std::move(request.client.name);
  out.redirectUri = std::move(request.redirectUri);
  for (const smart::Scope& scope : request.scopes) out.scopes.push_back(askedScope(scope));
  out.needsEncounter = request.needsEncounter;
  // An encounter is chosen among a patient's.
  out.needsPatient = request.needsPatient || (request.needsEncounter && !request.launchContext.patient);
  out.patient = std::move(request.launchContext.patient);
  out.encounter = std::move(request.launchContext.encounter);
  out.promptNone = hasWord(request.prompt, "none");
  out.promptLogin = hasWord(request.prompt, "login") || hasWord(request.prompt, "select_account");
  if (request.maxAge) out.maxAge = std::chrono::seconds(*request.maxAge);
  out.loginHint = std::move(request.loginHint);
  return out;
}

fhir::Result<Understood> answerTo(AuthorizationRefusal&& refusal) {
  if (refusal.error.status >= 500) return outcomeOf(refusal.error);
  if (!refusal.redirect.empty()) return Understood(Redirect{std::move(refusal.redirect)});
  switch (refusal.of) {
    case AuthorizationRefusal::Of::client:
      return Understood(BadRequest::unknownClient);
    case AuthorizationRefusal::Of::redirectUri:
      return Understood(BadRequest::unregisteredRedirect);
    case AuthorizationRefusal::Of::request:
      break;
  }
  return Understood(BadRequest::malformed);
}

// What the app is told beside the code of the error.
std::string describe(std::string_view error) {
  if (error == "access_denied") return "The person has not allowed it.";
  if (error == "login_required") return "The person has to sign in.";
  if (error == "consent_required") return "The person has to be asked.";
  return "It was not granted.";
}

// A standalone app shows by itself whom it is about.
std::string contextOf(const AuthorizationRequest& request, const people::GrantedAccess& granted) {
  if (request.launch) return request.launchContext.more;
  return granted.patient ? R"({"need_patient_banner":true})" : "{}";
}

bool isKnownToBeItself(const AuthorizationRequest& request) {
  if (request.client.kind != smart::ClientKind::isPublic) return true;
  const auto url = smart::parseHttpUrl(request.redirectUri);
  return url && url->scheme == "https" && !smart::isLoopbackHost(url->host);
}

// Whether what was allowed once is all that is asked for now: the scopes, and of a launch the very patient
// and encounter.
bool covers(const smart::ConnectedApp& app, const AuthorizationRequest& request) {
  const auto scopes = smart::parseScopes(app.scopes);
  if (!scopes) return false;
  const auto same = [](const std::optional<std::string>& launched, const std::optional<std::string>& before) {
    return !launched || launched == before;
  };
  return app.clientId == request.client.id && same(request.launchContext.patient, app.patient) &&
         same(request.launchContext.encounter, app.encounter) &&
         std::ranges::all_of(request.scopes,
                             [&](const smart::Scope& scope) { return smart::permits(*scopes, scope); });
}

people::ClientKind kindOf(smart::ClientKind kind) {
  if (kind == smart::ClientKind::confidentialSecret) return people::ClientKind::secret;
  return kind == smart::ClientKind::confidentialKey ? people::ClientKind::key : people::ClientKind::open;
}

smart::ClientKind kindOf(people::ClientKind kind) {
  if (kind == people::ClientKind::secret) return smart::ClientKind::confidentialSecret;
  return kind == people::ClientKind::key ? smart::ClientKind::confidentialKey : smart::ClientKind::isPublic;
}

std::optional<std::string> textOrNone(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// The platform's audit log has who let in, ended and registered what.
fhir::Result<fhir::Done> note(store::Connection& connection, const people::Person& person,
                              std::string_view action, std::string_view clientId) {
  const auto noted = connection.run(
      "INSERT INTO audit_logs (actor_user_id, action, target_table, metadata) "
      "VALUES (CAST(? AS uuid), ?, 'smart.client', jsonb_build_object('client_id', CAST(? AS text)))",
      {person.userId, action, clientId});
  if (!noted) return noted.outcome();
  return fhir::Done{};
}

// Adds the scopes that are not there yet.
void addScopes(std::vector<AskedScope>& to, const std::string& text) {
  const auto scopes = smart::parseScopes(text);
  if (!scopes) return;
  for (const smart::Scope& scope : *scopes)
    if (std::ranges::find(to, scope.text, &AskedScope::text) == to.end()) to.push_back(askedScope(scope));
}

}  // namespace

smart::ParsedAuthorization AppAuthorizations::parse(store::Connection& connection,
                                                    const std::vector<http::Parameter>& parameters) const {
  http::Request request;
  request.method = "GET";
  request.query = parameters;
  return smart::parseAuthorization(request, connection, grants_, rules_);
}

fhir::Result<Understood> AppAuthorizations::understand(store::Connection& connection,
                                                       const std::vector<http::Parameter>& parameters) {
  auto parsed = parse(connection, parameters);
  if (auto* refusal = std::get_if<AuthorizationRefusal>(&parsed)) return answerTo(std::move(*refusal));
  return Understood(askedAccess(std::move(std::get<AuthorizationRequest>(parsed))));
}

fhir::Result<std::optional<people::GrantedAccess>> AppAuthorizations::remembered(
    store::Connection& connection, const std::vector<http::Parameter>& parameters,
    const people::Person& person) {
  const std::optional<people::GrantedAccess> none;
  const auto parsed = parse(connection, parameters);
  const auto* const request = std::get_if<AuthorizationRequest>(&parsed);
  if (request == nullptr || !isKnownToBeItself(*request)) return none;
  const auto apps = grants_.connectedApps(connection, person.userId);
  if (!apps) return outcomeOf(apps.error());
  const auto found = std::ranges::find_if(*apps, [&](const auto& app) { return covers(app, *request); });
  if (found == apps->end()) return none;
  people::GrantedAccess out;
  for (const smart::Scope& scope : request->scopes) out.scopes.push_back(scope.text);
  out.patient = found->patient;
  out.encounter = found->encounter;
  return std::optional(std::move(out));
}

fhir::Result<Understood> AppAuthorizations::grant(store::Connection& connection,
                                                  const std::vector<http::Parameter>& parameters,
                                                  const people::Person& person,
                                                  const people::GrantedAccess& granted) {
  auto parsed = parse(connection, parameters);
  if (auto* refusal = std::get_if<AuthorizationRefusal>(&parsed)) return answerTo(std::move(*refusal));
  const auto& request = std::get<AuthorizationRequest>(parsed);
  smart::Consent consent;
  consent.clientId = request.client.id;
  consent.redirectUri = request.redirectUri;
  consent.challenge = request.challenge;
  consent.nonce = request.nonce;
  consent.userId = person.userId;
  if (!person.sessionId.empty()) consent.sessionId = person.sessionId;
  consent.authenticatedAt = person.signedInAt.time_since_epoch().count();
  std::ranges::copy_if(request.scopes, std::back_inserter(consent.scopes),
                       [&](const smart::Scope& scope) { return hasWord(granted.scopes, scope.text); });
  consent.context = {granted.patient, granted.encounter, contextOf(request, granted)};
  consent.launch = request.launch;
  const auto code = grants_.issueCode(connection, consent);
  if (code) {
    if (auto noted = note(connection, person, "app let in", consent.clientId); !noted)
      return std::move(noted).outcome();
    return Understood(Redirect{smart::redirectWithCode(request, *code, rules_)});
  }
  if (code.error().status >= 500) return outcomeOf(code.error());
  return Understood(Redirect{smart::redirectWithError(request, code.error(), rules_)});
}

fhir::Result<Understood> AppAuthorizations::refuse(store::Connection& connection,
                                                   const std::vector<http::Parameter>& parameters,
                                                   std::string_view error) {
  auto parsed = parse(connection, parameters);
  if (auto* refusal = std::get_if<AuthorizationRefusal>(&parsed)) return answerTo(std::move(*refusal));
  return Understood(Redirect{smart::redirectWithError(std::get<AuthorizationRequest>(parsed),
                                                      {400, std::string(error), describe(error)}, rules_)});
}

fhir::Result<std::vector<people::ConnectedApp>> AppAuthorizations::connected(store::Connection& connection,
                                                                             const people::Person& person) {
  const auto approvals = grants_.connectedApps(connection, person.userId);
  if (!approvals) return outcomeOf(approvals.error());
  std::vector<people::ConnectedApp> out;
  for (const smart::ConnectedApp& approval : *approvals) {
    auto found = std::ranges::find(out, approval.clientId, &people::ConnectedApp::id);
    if (found == out.end())
      found = out.insert(out.end(), {approval.clientId, approval.clientName, approval.since, "", {}});
    found->since = std::min(found->since, approval.since);
    found->lastUsed = std::max(found->lastUsed, approval.lastUsed.value_or(""));
    addScopes(found->scopes, approval.scopes);
  }
  return out;
}

fhir::Result<bool> AppAuthorizations::disconnect(store::Connection& connection, const people::Person& person,
                                                 std::string_view id) {
  const auto ended = grants_.disconnect(connection, person.userId, id);
  if (!ended) return outcomeOf(ended.error());
  if (*ended == 0) return false;
  if (auto noted = note(connection, person, "app disconnected", id); !noted)
    return std::move(noted).outcome();
  return true;
}

fhir::Result<std::vector<people::Client>> AppAuthorizations::clients(store::Connection& connection) {
  const auto clients = smart::listClients(connection);
  if (!clients) return outcomeOf(clients.error());
  std::vector<people::Client> out;
  for (const smart::Client& client : *clients)
    out.push_back({client.id, client.name, kindOf(client.kind), client.redirectUris,
                   smart::textOf(client.scopes), client.revokedAt.has_value()});
  return out;
}

fhir::Result<people::MadeClient> AppAuthorizations::registerClient(store::Connection& connection,
                                                                   const people::Person& admin,
                                                                   const people::NewClient& client) {
  smart::Registration registration;
  registration.name = client.name;
  registration.kind = kindOf(client.kind);
  registration.redirectUris = client.redirectUris;
  registration.launchUri = textOrNone(client.launchUri);
  registration.scopes = client.scopes;
  registration.jwks = textOrNone(client.jwks);
  registration.jwksUri = textOrNone(client.jwksUri);
  registration.createdBy = admin.userId;
  if (client.backend) {
    registration.grantTypes = {std::string(smart::kClientCredentials)};
  } else {
    registration.grantTypes = {std::string(smart::kAuthorizationCode), std::string(smart::kRefreshToken)};
  }
  auto registered = smart::registerClient(connection, registration);
  if (!registered) return outcomeOf(registered.error());
  if (auto noted = note(connection, admin, "app registered", registered->client.id); !noted)
    return std::move(noted).outcome();
  return people::MadeClient{std::move(registered->client.id), std::move(registered->secret)};
}

fhir::Result<bool> AppAuthorizations::revokeClient(store::Connection& connection, const people::Person& admin,
                                                   std::string_view id) {
  const auto revoked = smart::revokeClient(connection, id);
  if (!revoked) return outcomeOf(revoked.error());
  if (!*revoked) return false;
  if (auto noted = note(connection, admin, "app switched off", id); !noted) return std::move(noted).outcome();
  return true;
}

}  // namespace desk
