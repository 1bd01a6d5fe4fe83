#include "src/smart/people/record_accesses.h"

#include <algorithm>
#include <array>
#include <utility>

#include "src/store/key.h"

namespace people {
namespace {

using Who = RecordAccess::Who;
using Did = RecordAccess::Did;

// Another patient is named when the record has been opened to them: one who tried in vain stays as unknown as
// all others. Values: the patient's user, key, key, from, key, until.
constexpr std::string_view kSelect = R"(
SELECT to_char(s.day, 'YYYY-MM-DD'), to_char(max(s.at), 'HH24:MI'), s.who, s.name, s.app, s.did, s.type, count(*), s.reason
  FROM (SELECT (a."time" AT TIME ZONE 'UTC')::date AS day, a."time" AT TIME ZONE 'UTC' AS at,
               CASE WHEN a.user_id = ?::uuid OR a.person_key = ?::uuid THEN 'self'
                    WHEN a.person_type = 'Practitioner' THEN 'doctor'
                    WHEN a.person_type = 'Patient' AND p.id IS NOT NULL THEN 'relative'
                    WHEN a.person_type = 'Patient' THEN 'patient'
                    WHEN a.user_id IS NOT NULL THEN 'administrator'
                    WHEN a.client_id IS NOT NULL THEN 'app'
                    WHEN a.action = 'access' THEN 'stranger'
                    ELSE 'platform' END AS who,
               CASE WHEN a.person_key IS NOT NULL THEN coalesce(d.full_name, p.full_name) ELSE c.name END AS name,
               CASE WHEN a.person_key IS NOT NULL OR a.user_id IS NOT NULL THEN c.name END AS app,
               CASE WHEN a.outcome IN ('refused', 'failed') THEN 'in vain'
                    WHEN a.action = 'insert' THEN 'added'
                    WHEN a.action = 'update' THEN 'changed'
                    WHEN a.action IN ('soft delete', 'delete') THEN 'removed'
                    ELSE 'saw' END AS did,
               a.resource_type AS type, CASE WHEN a.purpose = 'BTG' THEN a.reason END AS reason
          FROM fhir.accesses_of(?::uuid, ?::date AT TIME ZONE 'UTC') a
          LEFT JOIN public.doctor_profile d ON a.person_type = 'Practitioner' AND d.id = a.person_key
          LEFT JOIN public.patient_profile p ON a.person_type = 'Patient' AND p.id = a.person_key
            AND EXISTS (SELECT FROM public.patient_grants g WHERE g.holder = p.id AND g.patient_id = ?::uuid)
          LEFT JOIN smart.client c ON c.client_id = a.client_id
          WHERE a."time" < ?::date AT TIME ZONE 'UTC') AS s
  GROUP BY s.day, s.who, s.name, s.app, s.did, s.type, s.reason
  ORDER BY s.day DESC, max(s.at) DESC, s.who, s.name, s.app, s.did, s.type)";

constexpr std::string_view kShown =
    "INSERT INTO public.audit_logs (action, actor_user_id, person_key, person_type, patients, address, "
    "interaction, resource_type, outcome) VALUES ('record accesses shown', ?::uuid, ?::uuid, 'Patient', "
    "ARRAY[?::uuid], ?, 'page', 'AuditEvent', 'success')";

// By the index of ids as texts.
constexpr std::string_view kChoicesShown =
    "INSERT INTO public.audit_logs (action, actor_user_id, person_key, person_type, patients, address, "
    "interaction, resource_type, outcome) SELECT 'choices shown', ?::uuid, nullif(?, '')::uuid, "
    "nullif(?, ''), coalesce(array_agg(p.id), '{}'), ?, 'page', ?, 'success' FROM patient_profile p WHERE "
    "coalesce(p.fhir_id, p.id::text) COLLATE \"C\" = ANY (?::text[]) AND NOT p.is_deleted";

std::string_view typeOf(Role role) noexcept {
  switch (role) {
    case Role::patient:
      return "Patient";
    case Role::doctor:
      return "Practitioner";
    case Role::admin:
      return {};
  }
  return {};
}

template <class Value, std::size_t Count>
Value valueOf(const std::array<std::pair<std::string_view, Value>, Count>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name, &std::pair<std::string_view, Value>::first);
  return found == names.end() ? names.back().second : found->second;
}

Who whoOf(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Who>, 8> kNames{
      {{"self", Who::self},
       {"doctor", Who::doctor},
       {"relative", Who::relative},
       {"patient", Who::patient},
       {"administrator", Who::administrator},
       {"app", Who::app},
       {"platform", Who::platform},
       {"stranger", Who::stranger}}};
  return valueOf(kNames, name);
}

Did didOf(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Did>, 5> kNames{{{"in vain", Did::askedInVain},
                                                                           {"added", Did::added},
                                                                           {"changed", Did::changed},
                                                                           {"removed", Did::removed},
                                                                           {"saw", Did::saw}}};
  return valueOf(kNames, name);
}

}  // namespace

fhir::Result<std::vector<RecordAccess>> accessesOf(store::Connection& connection, const Person& patient,
                                                   std::string_view from, std::string_view until,
                                                   const Caller& caller) {
  std::vector<RecordAccess> out;
  {
    const auto rows =
        connection.run(kSelect, {patient.userId, patient.key, patient.key, from, patient.key, until});
    if (!rows) return rows.outcome();
    const auto text = [&](std::size_t row, std::size_t column) {
      return std::string(rows->text(row, column));
    };
    for (std::size_t row = 0; row < rows->size(); ++row)
      out.push_back({.day = text(row, 0),
                     .time = text(row, 1),
                     .who = whoOf(rows->text(row, 2)),
                     .name = text(row, 3),
                     .app = text(row, 4),
                     .did = didOf(rows->text(row, 5)),
                     .type = text(row, 6),
                     .times = text(row, 7),
                     .reason = text(row, 8)});
  }
  const auto noted = connection.run(kShown, {patient.userId, patient.key, patient.key, caller.address});
  if (!noted) return noted.outcome();
  return out;
}

fhir::Result<fhir::Done> noteShown(store::Connection& connection, const Person& person, const Caller& caller,
                                   std::string_view type, const std::vector<std::string>& patients) {
  if (patients.empty()) return fhir::Done{};
  store::ArrayLiteral ids;
  for (const std::string& each : patients) ids.add(each);
  const auto noted = connection.run(
      kChoicesShown, {person.userId, person.key, typeOf(person.role), caller.address, type, ids.text()});
  if (!noted) return noted.outcome();
  return fhir::Done{};
}

}  // namespace people
