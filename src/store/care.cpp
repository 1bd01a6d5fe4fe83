// Session::breakGlass: a doctor opens a record in an emergency.
#include <utility>

#include "src/store/session_impl.h"

namespace store {

fhir::Result<std::optional<std::string>> Session::breakGlass(std::string_view patientId,
                                                             std::string_view practitionerKey,
                                                             std::string_view reason, std::uint32_t minutes) {
  const OwnStatements own(impl_->connection);
  const Key patient = keyOf("Patient", patientId);
  const std::string lasts = std::to_string(minutes) + " minutes";
  if (!impl_->inTransaction) impl_->connection.note(impl_->audit);
  auto rows = impl_->connection.run(
      "INSERT INTO public.care_relationships (patient_id, doctor_id, source, reason, ends_at)"
      " SELECT p.id, d.id, 'break_glass', ?, now() + ?::interval FROM public.patient_profile p, "
      "public.doctor_profile d"
      " WHERE p.id = ?::uuid AND coalesce(p.fhir_id, p.id::text) = ? AND NOT p.is_deleted"
      " AND d.id = ?::uuid AND NOT d.is_deleted RETURNING ends_at",
      {reason, lasts, patient.uuid, patientId, practitionerKey});
  if (!rows) return std::move(rows).outcome();
  if (rows->size() == 0) return std::optional<std::string>();
  impl_->noteWritten();
  return std::optional(instantFromSql(rows->text(0, 0)));
}

}  // namespace store
