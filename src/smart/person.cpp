#include "src/smart/person.h"

#include "src/smart/sql.h"

namespace smart {

std::optional<std::string> Person::fhirUser(std::string_view fhirBase) const {
  if (!fhirId) return std::nullopt;
  return std::string(fhirBase) + (role == "patient" ? "/Patient/" : "/Practitioner/") + *fhirId;
}

Answer<std::optional<Person>> findPerson(store::Connection& connection, std::string_view userId) {
  const auto rows = connection.run(
      "SELECT u.role, coalesce(p.fhir_id, d.fhir_id, CAST(p.id AS text), CAST(d.id AS text)), "
      "coalesce(p.full_name, "
      "d.full_name) FROM users u "
      "LEFT JOIN patient_profile p ON u.role = 'patient' AND p.user_id = u.id AND NOT p.is_deleted "
      "LEFT JOIN doctor_profile d ON u.role = 'doctor' AND d.user_id = u.id AND NOT d.is_deleted "
      "WHERE u.id = CAST(? AS uuid) AND u.is_active",
      {userId});
  if (!rows) return unavailable();
  if (rows->size() == 0) return std::optional<Person>();
  return std::optional(Person{sql::text(*rows, 0), sql::optionalText(*rows, 1), sql::optionalText(*rows, 2)});
}

}  // namespace smart
