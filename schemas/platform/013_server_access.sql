-- What the FHIR server may do: read, add and change; remove nothing but index entries and queue entries. DELETE on the
-- tables of resources serves moves only (fhir.refuse_delete). History is written by triggers alone.

GRANT USAGE ON SCHEMA public, history, fhir TO hv_server_access;

GRANT SELECT, INSERT, UPDATE ON patient_profile, doctor_profile, doctor_roles, appointments, electronic_health_records,
  ehr_observations, prescriptions, prescription_medications TO hv_server_access;
GRANT DELETE ON patient_profile, doctor_profile, doctor_roles, appointments, electronic_health_records, ehr_observations,
  prescription_medications TO hv_server_access;
GRANT SELECT (id, email, role, is_active, created_at, updated_at) ON users TO hv_server_access;
GRANT SELECT, INSERT ON attachments, audit_logs TO hv_server_access;

GRANT SELECT ON ALL TABLES IN SCHEMA history TO hv_server_access;

GRANT SELECT, INSERT, UPDATE, DELETE ON fhir.resource, fhir.dangling_reference, fhir.import_progress, fhir.reindex_queue, fhir.idx_token,
  fhir.idx_string, fhir.idx_date, fhir.idx_reference, fhir.idx_quantity, fhir.idx_number, fhir.idx_uri TO hv_server_access;
GRANT SELECT, INSERT ON fhir.parameter TO hv_server_access;
GRANT EXECUTE ON FUNCTION fhir.intern_parameters(text[], text[]) TO hv_server_access;
