-- Indexes of the platform's own columns: search parameters, foreign keys, _lastUpdated and history.

CREATE INDEX patient_profile_dob ON patient_profile (dob, id) WHERE NOT is_deleted;
CREATE INDEX patient_profile_gender ON patient_profile (gender, id) WHERE NOT is_deleted;
CREATE INDEX patient_profile_full_name ON patient_profile (lower(full_name) text_pattern_ops) WHERE NOT is_deleted;
CREATE INDEX patient_profile_contact_number ON patient_profile (contact_number) WHERE NOT is_deleted;
CREATE INDEX patient_profile_updated ON patient_profile (updated_at, id);

CREATE INDEX doctor_profile_full_name ON doctor_profile (lower(full_name) text_pattern_ops) WHERE NOT is_deleted;
CREATE INDEX doctor_profile_registration_number ON doctor_profile (registration_number) WHERE NOT is_deleted;
CREATE INDEX doctor_profile_updated ON doctor_profile (updated_at, id);

CREATE INDEX doctor_roles_doctor ON doctor_roles (doctor_id, ordinal);
CREATE INDEX doctor_roles_updated ON doctor_roles (updated_at, id);

CREATE INDEX appointments_patient ON appointments (patient_id, scheduled_start);
CREATE INDEX appointments_doctor ON appointments (doctor_id, scheduled_start);
CREATE INDEX appointments_start ON appointments (scheduled_start, id) WHERE NOT is_deleted;
CREATE INDEX appointments_status ON appointments (status, scheduled_start) WHERE NOT is_deleted;
CREATE INDEX appointments_updated ON appointments (updated_at, id);

CREATE UNIQUE INDEX electronic_health_records_appointment ON electronic_health_records (appointment_id)
  WHERE appointment_id IS NOT NULL AND NOT is_deleted;
COMMENT ON INDEX electronic_health_records_appointment IS 'An appointment has at most one record that it generated.';
CREATE INDEX electronic_health_records_patient ON electronic_health_records (patient_id, created_at);
CREATE INDEX electronic_health_records_author ON electronic_health_records (author_id, created_at) WHERE author_id IS NOT NULL;
CREATE INDEX electronic_health_records_created ON electronic_health_records (created_at, id)
  WHERE record_type IN ('note', 'imaging') AND NOT is_deleted;
CREATE INDEX electronic_health_records_updated ON electronic_health_records (updated_at, id);

CREATE INDEX ehr_observations_record ON ehr_observations (record_id, ordinal);
CREATE INDEX ehr_observations_patient ON ehr_observations (patient_id, effective_at);
CREATE INDEX ehr_observations_patient_code ON ehr_observations (patient_id, code, effective_at) WHERE NOT is_deleted;
CREATE INDEX ehr_observations_code ON ehr_observations (code, code_system, effective_at) WHERE NOT is_deleted;
CREATE INDEX ehr_observations_effective ON ehr_observations (effective_at, id) WHERE NOT is_deleted;
CREATE INDEX ehr_observations_author ON ehr_observations (author_id) WHERE author_id IS NOT NULL;
CREATE INDEX ehr_observations_appointment ON ehr_observations (appointment_id) WHERE appointment_id IS NOT NULL;
CREATE INDEX ehr_observations_updated ON ehr_observations (updated_at, id);

CREATE INDEX prescriptions_patient ON prescriptions (patient_id, issued_at);
CREATE INDEX prescriptions_doctor ON prescriptions (doctor_id, issued_at);
CREATE INDEX prescriptions_appointment ON prescriptions (appointment_id) WHERE appointment_id IS NOT NULL;
CREATE INDEX prescriptions_ehr ON prescriptions (ehr_id) WHERE ehr_id IS NOT NULL;
CREATE INDEX prescriptions_updated ON prescriptions (updated_at, id);

CREATE INDEX prescription_medications_prescription ON prescription_medications (prescription_id, ordinal);
CREATE INDEX prescription_medications_patient ON prescription_medications (patient_id, issued_at);
CREATE INDEX prescription_medications_doctor ON prescription_medications (doctor_id, issued_at);
CREATE INDEX prescription_medications_issued ON prescription_medications (issued_at, id) WHERE NOT is_deleted;
CREATE INDEX prescription_medications_status ON prescription_medications (status, issued_at) WHERE NOT is_deleted;
CREATE INDEX prescription_medications_drug ON prescription_medications (drug_code, drug_code_system) WHERE drug_code IS NOT NULL AND NOT is_deleted;
CREATE INDEX prescription_medications_group ON prescription_medications (group_identifier_value, patient_id)
  WHERE group_identifier_value IS NOT NULL;
CREATE INDEX prescription_medications_appointment ON prescription_medications (appointment_id) WHERE appointment_id IS NOT NULL;
CREATE INDEX prescription_medications_updated ON prescription_medications (updated_at, id);
