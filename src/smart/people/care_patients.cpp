#include "src/smart/people/care_patients.h"

#include "src/http/text.h"
#include "src/smart/people/record_accesses.h"

namespace people {
namespace {

// Whom the person of this key may see.
constexpr std::string_view kOfPatient =
    "WITH me AS (SELECT ?::uuid AS id), seen AS (SELECT m.id FROM me m UNION SELECT g.patient_id "
    "FROM patient_grants g WHERE g.holder = (SELECT m.id FROM me m) AND g.revoked_at IS NULL "
    "AND g.starts_at <= now() AND (g.ends_at IS NULL OR now() < g.ends_at)) ";
constexpr std::string_view kOfDoctor =
    "WITH seen AS (SELECT r.patient_id AS id FROM care_relationships r WHERE r.doctor_id = ?::uuid "
    "AND r.revoked_at IS NULL AND r.starts_at <= now() "
    "AND (r.ends_at IS NULL OR now() < r.ends_at)) ";
constexpr std::string_view kSelect =
    "SELECT coalesce(p.fhir_id, p.id::text), p.full_name, p.dob FROM patient_profile p "
    "WHERE p.id IN (SELECT s.id FROM seen s) AND NOT p.is_deleted ";
// Every word of the text is somewhere in the name, whatever its case.
constexpr std::string_view kByName =
    "AND NOT EXISTS (SELECT FROM unnest(string_to_array(lower(?), ' ')) w "
    "WHERE w <> '' AND position(w IN lower(coalesce(p.full_name, ''))) = 0) "
    "ORDER BY p.full_name NULLS LAST, p.id LIMIT ?::integer";
constexpr std::string_view kById = "AND coalesce(p.fhir_id, p.id::text) = ?";

std::string statement(Role role, std::string_view condition) {
  return std::string(role == Role::doctor ? kOfDoctor : kOfPatient) + std::string(kSelect) +
         std::string(condition);
}

bool mayChoose(const Person& person) {
  return person.role != Role::admin && !person.key.empty();
}

bool isText(std::string_view text) {
  return http::text::isUtf8(text) && text.find('\0') == std::string_view::npos;
}

PatientChoice choiceAt(const store::Rows& rows, std::size_t row) {
  return {std::string(rows.text(row, 0)), std::string(rows.text(row, 1)), std::string(rows.text(row, 2))};
}

}  // namespace

fhir::Result<std::vector<PatientChoice>> CarePatients::find(store::Connection& connection,
                                                            const Person& person, const Caller& caller,
                                                            std::string_view text, std::size_t most) {
  std::vector<PatientChoice> out;
  if (!mayChoose(person) || !isText(text)) return out;
  const auto rows = connection.run(statement(person.role, kByName), {person.key, text, std::to_string(most)});
  if (!rows) return rows.outcome();
  std::vector<std::string> shown;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    out.push_back(choiceAt(*rows, row));
    shown.push_back(out.back().id);
  }
  if (const auto noted = noteShown(connection, person, caller, "Patient", shown); !noted)
    return noted.outcome();
  return out;
}

fhir::Result<std::optional<PatientChoice>> CarePatients::get(store::Connection& connection,
                                                             const Person& person, const Caller& caller,
                                                             std::string_view id) {
  if (!mayChoose(person) || !isText(id)) return std::optional<PatientChoice>();
  const auto rows = connection.run(statement(person.role, kById), {person.key, id});
  if (!rows) return rows.outcome();
  if (rows->size() == 0) return std::optional<PatientChoice>();
  if (const auto noted = noteShown(connection, person, caller, "Patient", {std::string(id)}); !noted)
    return noted.outcome();
  return std::optional<PatientChoice>(choiceAt(*rows, 0));
}

}  // namespace people
