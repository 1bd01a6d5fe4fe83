-- Projections: one row for each FHIR resource that stands inside a column of a platform table. The triggers of
-- 009 to 011 keep both sides in step, whichever is written.

CREATE TABLE doctor_roles (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  doctor_id uuid NOT NULL REFERENCES doctor_profile (id),
  ordinal integer NOT NULL CHECK (ordinal >= 1),
  specialties json CHECK (json_typeof(specialties) = 'array'),
  clinic_hours json CHECK (json_typeof(clinic_hours) = 'object'),
  location text,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  is_deleted boolean NOT NULL DEFAULT false,
  deleted_at timestamptz(3),
  CHECK (is_deleted OR deleted_at IS NULL)
);
CREATE UNIQUE INDEX doctor_roles_first ON doctor_roles (doctor_id) WHERE ordinal = 1 AND NOT is_deleted;
COMMENT ON TABLE doctor_roles IS 'What a doctor does, where and when. FHIR: PractitionerRole. The first role of a doctor is in step with doctor_profile.';
COMMENT ON COLUMN doctor_roles.ordinal IS '1 is the role that doctor_profile shows. Assigned when it is not given.';
COMMENT ON COLUMN doctor_roles.specialties IS 'As doctor_profile.specialties.';
COMMENT ON COLUMN doctor_roles.clinic_hours IS 'As doctor_profile.clinic_hours.';
COMMENT ON COLUMN doctor_roles.location IS 'As doctor_profile.location.';

CREATE TABLE ehr_observations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  record_id uuid NOT NULL REFERENCES electronic_health_records (id) DEFERRABLE INITIALLY DEFERRED,
  ordinal integer NOT NULL CHECK (ordinal >= 1),
  patient_id uuid NOT NULL REFERENCES patient_profile (id),
  author_id uuid REFERENCES doctor_profile (id),
  appointment_id uuid REFERENCES appointments (id),
  record_type record_type NOT NULL CHECK (record_type IN ('vital', 'lab')),
  visibility record_visibility NOT NULL DEFAULT 'patient',
  status text NOT NULL DEFAULT 'final' CHECK (status IN ('registered', 'preliminary', 'final', 'amended', 'corrected', 'cancelled', 'entered-in-error', 'unknown')),
  code_system text,
  code text,
  code_display text,
  code_text text,
  effective_at timestamptz,
  value_number numeric,
  value_unit text,
  value_unit_code text,
  value_text text,
  value_code_system text,
  value_code text,
  value_code_display text,
  interpretation text,
  components json CHECK (json_typeof(components) = 'array'),
  note text,
  item_residual jsonb CHECK (jsonb_typeof(item_residual) = 'object'),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  is_deleted boolean NOT NULL DEFAULT false,
  deleted_at timestamptz(3),
  CHECK (is_deleted OR deleted_at IS NULL)
);
COMMENT ON TABLE ehr_observations IS 'One observation of a vital or lab record. FHIR: Observation. In step with electronic_health_records.content.';
COMMENT ON COLUMN ehr_observations.record_id IS 'The record it stands in. When it is not given: the vital or lab record of the appointment, else a new record.';
COMMENT ON COLUMN ehr_observations.ordinal IS 'Place in the record, from 1. Assigned when it is not given.';
COMMENT ON COLUMN ehr_observations.record_type IS 'vital or lab; may differ from the record''s when an appointment has both.';
COMMENT ON COLUMN ehr_observations.status IS 'A code of FHIR''s ObservationStatus.';
COMMENT ON COLUMN ehr_observations.code IS 'What was measured, with code_system (a URI) and code_display; code_text says it in words.';
COMMENT ON COLUMN ehr_observations.effective_at IS 'When it was measured.';
COMMENT ON COLUMN ehr_observations.value_number IS 'Keeps its digits: 1.50 stays 1.50.';
COMMENT ON COLUMN ehr_observations.value_unit IS 'The unit as people read it.';
COMMENT ON COLUMN ehr_observations.value_unit_code IS 'The unit in UCUM.';
COMMENT ON COLUMN ehr_observations.value_code IS 'A coded value, with value_code_system and value_code_display.';
COMMENT ON COLUMN ehr_observations.interpretation IS 'A code of HL7''s ObservationInterpretation, such as H.';
COMMENT ON COLUMN ehr_observations.components IS
  'Array of {"code", "display", "system", "value", "unit", "unit_code", "text"}: text is the code in words, value a number (a quantity) or a text.';
COMMENT ON COLUMN ehr_observations.item_residual IS 'Members of the record''s item that no column holds.';

CREATE TABLE prescription_medications (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  prescription_id uuid NOT NULL REFERENCES prescriptions (id) DEFERRABLE INITIALLY DEFERRED,
  ordinal integer NOT NULL CHECK (ordinal >= 1),
  patient_id uuid NOT NULL REFERENCES patient_profile (id),
  doctor_id uuid NOT NULL REFERENCES doctor_profile (id),
  ehr_id uuid REFERENCES electronic_health_records (id),
  appointment_id uuid REFERENCES appointments (id),
  issued_at timestamptz,
  expires_at timestamptz,
  signed_by uuid REFERENCES users (id),
  drug_name text,
  drug_code_system text,
  drug_code text,
  dose text,
  frequency text,
  duration text,
  notes text,
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'on-hold', 'cancelled', 'completed', 'entered-in-error', 'stopped', 'draft', 'unknown')),
  intent text NOT NULL DEFAULT 'order' CHECK (intent IN ('proposal', 'plan', 'order', 'original-order', 'reflex-order', 'filler-order', 'instance-order', 'option')),
  group_identifier_system text,
  group_identifier_value text,
  item_residual jsonb CHECK (jsonb_typeof(item_residual) = 'object'),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  is_deleted boolean NOT NULL DEFAULT false,
  deleted_at timestamptz(3),
  CHECK (is_deleted OR deleted_at IS NULL)
);
COMMENT ON TABLE prescription_medications IS 'One medication of a prescription. FHIR: MedicationRequest. In step with prescriptions.medications.';
COMMENT ON COLUMN prescription_medications.prescription_id IS 'When it is not given: the prescription of the same patient, doctor and group identifier, else a new prescription.';
COMMENT ON COLUMN prescription_medications.ordinal IS 'Place in the prescription, from 1. Assigned when it is not given.';
COMMENT ON COLUMN prescription_medications.issued_at IS 'Null when the resource did not say; the prescription then counts from its arrival.';
COMMENT ON COLUMN prescription_medications.status IS 'A code of FHIR''s medicationrequest-status.';
COMMENT ON COLUMN prescription_medications.intent IS 'A code of FHIR''s medicationrequest-intent.';
COMMENT ON COLUMN prescription_medications.group_identifier_value IS 'With group_identifier_system. For what the platform writes: urn:ietf:rfc:3986 and urn:uuid: with the prescription''s id.';
COMMENT ON COLUMN prescription_medications.item_residual IS 'Members of the prescription''s item that no column holds.';
