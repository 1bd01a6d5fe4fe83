// What these pages need of the authorization server, and of who may see which patient: the doors through
// which they are connected, so that they are built and tested without either.
//
// Threading: an implementation is shared by all workers; the Connection belongs to the caller's thread.
// Errors: an Outcome is the database's or a programming error (the person sees that something went wrong);
// what is wrong with an app's request is a value (SMART App Launch 2.2, RFC 6749 section 4.1.2.1).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fhir/model/outcome.h"
#include "src/http/message.h"
#include "src/smart/people/sign_in.h"
#include "src/store/connection.h"

namespace people {

// One scope of a request that was understood.
struct AskedScope {
  enum class Level : std::uint8_t {
    patient,   // patient/...
    user,      // user/...
    identity,  // openid, fhirUser, profile
    lasting,   // offline_access, online_access
    context,   // launch, launch/patient, launch/encounter: not for the person to decide
  };
  std::string text;  // as it was asked; the form sends it back
  Level level = Level::user;
  // Of levels patient and user:
  std::string type;   // resource type, or "*"
  bool read = false;  // r or s
  bool create = false;
  bool update = false;
  bool remove = false;
  std::string restriction;  // "category=vital-signs", as it was asked; may be empty
};

// An authorization request that was understood and may be put before the person.
struct AskedAccess {
  std::string clientId;
  std::string clientName;
  std::string redirectUri;  // registered; whatever is answered goes there
  std::vector<AskedScope> scopes;
  bool needsPatient = false;                   // a patient has to be in context
  bool needsEncounter = false;                 // and an encounter of the patient, where there is one
  std::optional<std::string> patient;          // FHIR id: the launch has chosen already
  std::optional<std::string> encounter;        // likewise; never without the patient
  bool promptNone = false;                     // OpenID Connect Core, section 3.1.2.1: no page may be shown
  bool promptLogin = false;                    // the person signs in anew
  std::optional<std::chrono::seconds> maxAge;  // since the person signed in
  std::string loginHint;                       // an e-mail to begin with; may be empty
};

// What must not be answered to the app, since it is not known who it is.
enum class BadRequest : std::uint8_t { unknownClient, unregisteredRedirect, malformed };

// Where the browser goes: the app, with a code or an error.
struct Redirect {
  std::string url;
};

using Understood = std::variant<AskedAccess, BadRequest, Redirect>;

// What the person has decided.
struct GrantedAccess {
  std::vector<std::string> scopes;       // a part of AskedAccess::scopes, by their text
  std::optional<std::string> patient;    // FHIR id of the patient in context
  std::optional<std::string> encounter;  // FHIR id of the encounter in context
};

// An app that a person has let in.
struct ConnectedApp {
  std::string id;  // what disconnect() takes
  std::string name;
  std::string since;     // instant
  std::string lastUsed;  // instant; may be empty
  std::vector<AskedScope> scopes;
};

enum class ClientKind : std::uint8_t { open, secret, key };  // public, client_secret_basic, private_key_jwt

struct Client {
  std::string id;
  std::string name;
  ClientKind kind = ClientKind::open;
  std::vector<std::string> redirectUris;
  std::string scopes;
  bool revoked = false;
};

struct NewClient {
  std::string name;
  ClientKind kind = ClientKind::open;
  std::vector<std::string> redirectUris;
  std::string launchUri;
  std::string scopes;
  std::string jwksUri;   // of kind key: either this
  std::string jwks;      // or this
  bool backend = false;  // client_credentials; else authorization_code
};

struct MadeClient {
  std::string id;
  std::optional<std::string> secret;  // shown once
};

class Authorizations {
 public:
  Authorizations() = default;
  virtual ~Authorizations() = default;
  Authorizations(const Authorizations&) = delete;
  Authorizations& operator=(const Authorizations&) = delete;

  // The parameters of an authorization request. Uses nothing up: it is asked again at each step.
  virtual fhir::Result<Understood> understand(store::Connection&,
                                              const std::vector<http::Parameter>& parameters) = 0;
  // What the person has let the same app have before, when that is still in force and is all that is asked
  // for now, so that nobody need be asked again (OpenID Connect Core, section 3.1.2.1, prompt=none).
  virtual fhir::Result<std::optional<GrantedAccess>> remembered(
      store::Connection&, const std::vector<http::Parameter>& parameters, const Person&) = 0;
  // Gives a code. The request was understood; it is checked once more, together with what is granted.
  virtual fhir::Result<Understood> grant(store::Connection&, const std::vector<http::Parameter>& parameters,
                                         const Person&, const GrantedAccess&) = 0;
  // Tells the app an error ("access_denied", "login_required", "consent_required" ...).
  virtual fhir::Result<Understood> refuse(store::Connection&, const std::vector<http::Parameter>& parameters,
                                          std::string_view error) = 0;

  virtual fhir::Result<std::vector<ConnectedApp>> connected(store::Connection&, const Person&) = 0;
  // False: the person has no such app.
  virtual fhir::Result<bool> disconnect(store::Connection&, const Person&, std::string_view id) = 0;

  virtual fhir::Result<std::vector<Client>> clients(store::Connection&) = 0;
  // Failure::unprocessable says in words what is wrong with the registration.
  virtual fhir::Result<MadeClient> registerClient(store::Connection&, const Person& admin,
                                                  const NewClient&) = 0;
  // False: there is no such client.
  virtual fhir::Result<bool> revokeClient(store::Connection&, const Person& admin, std::string_view id) = 0;
};

// A patient to choose.
struct PatientChoice {
  std::string id;         // FHIR id
  std::string name;       // may be empty
  std::string birthDate;  // may be empty
};

class Patients {
 public:
  Patients() = default;
  virtual ~Patients() = default;
  Patients(const Patients&) = delete;
  Patients& operator=(const Patients&) = delete;

  // Those whom the person may see and whose name has all the words of `text`, by name, at most `most`. That
  // they were shown is in the audit trail then.
  virtual fhir::Result<std::vector<PatientChoice>> find(store::Connection&, const Person&, const Caller&,
                                                        std::string_view text, std::size_t most) = 0;
  // The patient of this FHIR id, when the person may see him; likewise.
  virtual fhir::Result<std::optional<PatientChoice>> get(store::Connection&, const Person&, const Caller&,
                                                         std::string_view id) = 0;
};

// An encounter (a visit) to choose.
struct EncounterChoice {
  std::string id;     // FHIR id
  std::string what;   // its type in words, as it says itself; may be empty
  std::string start;  // FHIR date or dateTime; may be empty
};

class Encounters {
 public:
  Encounters() = default;
  virtual ~Encounters() = default;
  Encounters(const Encounters&) = delete;
  Encounters& operator=(const Encounters&) = delete;

  // Those of the patient that the person may see, newest first, at most `most`.
  virtual fhir::Result<std::vector<EncounterChoice>> find(const Person&, std::string_view patient,
                                                          std::size_t most) = 0;
  // The encounter of this FHIR id, when it is this patient's and the person may see it.
  virtual fhir::Result<std::optional<EncounterChoice>> get(const Person&, std::string_view patient,
                                                           std::string_view id) = 0;
};

}  // namespace people
