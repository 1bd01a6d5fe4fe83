-- The tables of the telemedicine platform. What the FHIR server needs beside these columns is added by 004 and 005.

CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  email text NOT NULL CHECK (email ~ '^[^@\s]+@[^@\s]+$'),
  password_hash text NOT NULL CHECK (password_hash <> ''),
  role user_role NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX users_email ON users (lower(email));
COMMENT ON TABLE users IS 'A login. A person who only arrived over FHIR has none.';
COMMENT ON COLUMN users.email IS 'Unique whatever its case.';
COMMENT ON COLUMN users.password_hash IS 'A password hash in its own text format (Argon2id); never a password.';
COMMENT ON COLUMN users.is_active IS 'False: this login is refused.';

CREATE TABLE doctor_profile (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid UNIQUE REFERENCES users (id),
  full_name text,
  qualification text,
  registration_number text,
  specialties json CHECK (json_typeof(specialties) = 'array'),
  clinic_hours json CHECK (json_typeof(clinic_hours) = 'object'),
  location text,
  verified boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  is_deleted boolean NOT NULL DEFAULT false,
  deleted_at timestamptz(3),
  CHECK (is_deleted OR deleted_at IS NULL)
);
COMMENT ON TABLE doctor_profile IS 'A doctor. FHIR: Practitioner; specialties, clinic_hours and location are shown by doctor_roles (PractitionerRole).';
COMMENT ON COLUMN doctor_profile.user_id IS 'The login, a user of role doctor; null when the doctor arrived over FHIR and has none.';
COMMENT ON COLUMN doctor_profile.registration_number IS 'Number in the medical register.';
COMMENT ON COLUMN doctor_profile.specialties IS 'Array of text, or of {"system", "code", "display", "text"}. In step with the doctor''s first row of doctor_roles.';
COMMENT ON COLUMN doctor_profile.clinic_hours IS 'Local times by day: {"mon": ["09:00-13:00", "15:00-18:00"], "tue": [...]}. In step with doctor_roles.';
COMMENT ON COLUMN doctor_profile.location IS 'Where the clinic is, in words. In step with doctor_roles.';
COMMENT ON COLUMN doctor_profile.verified IS 'The platform has checked the registration.';

CREATE TABLE patient_profile (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid UNIQUE REFERENCES users (id),
  full_name text,
  dob date,
  gender gender,
  contact_number text,
  address text,
  medical_summary text,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  is_deleted boolean NOT NULL DEFAULT false,
  deleted_at timestamptz(3),
  CHECK (is_deleted OR deleted_at IS NULL)
);
COMMENT ON TABLE patient_profile IS 'A patient. FHIR: Patient.';
COMMENT ON COLUMN patient_profile.user_id IS 'The login, a user of role patient; null when the patient arrived over FHIR and has none.';
COMMENT ON COLUMN patient_profile.dob IS 'Date of birth; null when it is not known to the day.';
COMMENT ON COLUMN patient_profile.contact_number IS 'Telephone, as it is dialled.';
COMMENT ON COLUMN patient_profile.medical_summary IS 'What the next doctor should know, in words.';

CREATE TABLE appointments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  patient_id uuid NOT NULL REFERENCES patient_profile (id),
  doctor_id uuid NOT NULL REFERENCES doctor_profile (id),
  scheduled_start timestamptz NOT NULL,
  scheduled_end timestamptz NOT NULL,
  status appointment_status NOT NULL DEFAULT 'requested',
  mode appointment_mode NOT NULL DEFAULT 'in_person',
  notes text,
  created_by uuid REFERENCES users (id),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  is_deleted boolean NOT NULL DEFAULT false,
  deleted_at timestamptz(3),
  CONSTRAINT appointments_end_after_start CHECK (scheduled_end > scheduled_start),
  CHECK (is_deleted OR deleted_at IS NULL)
);
COMMENT ON TABLE appointments IS 'A meeting of one patient and one doctor. FHIR: Appointment.';
COMMENT ON COLUMN appointments.created_by IS 'Who asked for it; null when it arrived over FHIR.';

CREATE TABLE attachments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL REFERENCES users (id),
  storage_key text NOT NULL UNIQUE,
  content_type text NOT NULL CHECK (content_type ~ '^[^/\s]+/[^/\s]+'),
  size bigint NOT NULL CHECK (size >= 0),
  encrypted boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE attachments IS 'A file in the platform''s file store.';
COMMENT ON COLUMN attachments.storage_key IS 'Where the file store keeps it.';
COMMENT ON COLUMN attachments.content_type IS 'Media type, such as image/jpeg.';
COMMENT ON COLUMN attachments.size IS 'Bytes.';
COMMENT ON COLUMN attachments.encrypted IS 'The stored bytes are encrypted.';

CREATE TABLE electronic_health_records (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  patient_id uuid NOT NULL REFERENCES patient_profile (id),
  author_id uuid REFERENCES doctor_profile (id),
  appointment_id uuid REFERENCES appointments (id),
  record_type record_type NOT NULL,
  content text,
  attachments uuid[] NOT NULL DEFAULT '{}',
  visibility record_visibility NOT NULL DEFAULT 'patient',
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  is_deleted boolean NOT NULL DEFAULT false,
  deleted_at timestamptz(3),
  CHECK (is_deleted OR deleted_at IS NULL)
);
COMMENT ON TABLE electronic_health_records IS
  'A health record, append-only: an update makes a version; patient, type and created_at never change. FHIR: note is DocumentReference, imaging is DiagnosticReport; what vital and lab hold is shown by ehr_observations (Observation).';
COMMENT ON COLUMN electronic_health_records.author_id IS 'Null when the author is not known here.';
COMMENT ON COLUMN electronic_health_records.appointment_id IS 'The appointment that generated this record; an appointment has at most one that is not deleted.';
COMMENT ON COLUMN electronic_health_records.content IS
  'note, imaging: text. vital, lab: {"observations": [item, ...]}; a bare array, one item or free text (one observation whose value is that text) are understood too. An item is {"id", "status", "system", "code", "display", "text", "value", "unit", "unit_code", "effective", "interpretation", "note", "components": [...]}: system, code, display and text say what was measured; value is a number, a text, or {"system", "code", "display"}; unit_code is UCUM; an item without an id is known by its place. Other members of an item are kept.';
COMMENT ON COLUMN electronic_health_records.attachments IS 'Keys of attachments.';

CREATE TABLE prescriptions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  ehr_id uuid REFERENCES electronic_health_records (id),
  appointment_id uuid REFERENCES appointments (id),
  patient_id uuid NOT NULL REFERENCES patient_profile (id),
  doctor_id uuid NOT NULL REFERENCES doctor_profile (id),
  medications jsonb NOT NULL CHECK (jsonb_typeof(medications) = 'array' AND NOT medications @? 'strict $[*] ? (@.type() != "object")'),
  issued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz,
  signed_by uuid REFERENCES users (id),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  is_deleted boolean NOT NULL DEFAULT false,
  deleted_at timestamptz(3),
  CONSTRAINT prescriptions_expiry_after_issue CHECK (expires_at > issued_at),
  CHECK (is_deleted OR deleted_at IS NULL)
);
COMMENT ON TABLE prescriptions IS 'One prescription with its medications, each shown by a row of prescription_medications. FHIR: MedicationRequests that share a groupIdentifier.';
COMMENT ON COLUMN prescriptions.medications IS
  'Array of {"id", "drug_name", "drug_code_system", "drug_code", "dose", "frequency", "duration", "notes", "status", "intent"}, values are text; an item without an id is known by its place. Other members of an item are kept.';
COMMENT ON COLUMN prescriptions.signed_by IS 'The user who signed; null when it arrived over FHIR.';

CREATE TABLE audit_logs (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  actor_user_id uuid REFERENCES users (id),
  action text NOT NULL CHECK (action <> ''),
  target_table text,
  target_id uuid,
  "timestamp" timestamptz NOT NULL DEFAULT clock_timestamp(),
  metadata jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_logs_timestamp ON audit_logs ("timestamp");
CREATE INDEX audit_logs_target ON audit_logs (target_table, target_id, "timestamp");
CREATE INDEX audit_logs_actor ON audit_logs (actor_user_id, "timestamp");
COMMENT ON TABLE audit_logs IS 'Who did what to which row, and when. Append-only.';
COMMENT ON COLUMN audit_logs.actor_user_id IS 'Null for a caller without a login (a client system, a job).';
COMMENT ON COLUMN audit_logs.metadata IS 'What else is known of the act; never the content of a record.';

CREATE TABLE notifications (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users (id),
  appointment_id uuid REFERENCES appointments (id),
  channel notification_channel NOT NULL DEFAULT 'app',
  kind text NOT NULL CHECK (kind <> ''),
  body text NOT NULL,
  created_by uuid REFERENCES users (id),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  sent_at timestamptz(3),
  read_at timestamptz(3)
);
CREATE INDEX notifications_user ON notifications (user_id, created_at);
COMMENT ON TABLE notifications IS 'A message of the platform to one user.';
COMMENT ON COLUMN notifications.kind IS 'What it is about, such as appointment_reminder.';
COMMENT ON COLUMN notifications.created_by IS 'Null when the platform itself made it.';

CREATE TABLE sessions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users (id),
  token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) >= 32),
  user_agent text,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  last_seen_at timestamptz(3),
  expires_at timestamptz(3) NOT NULL,
  revoked_at timestamptz(3),
  CONSTRAINT sessions_expiry_after_start CHECK (expires_at > created_at)
);
CREATE INDEX sessions_user ON sessions (user_id);
COMMENT ON TABLE sessions IS 'A signed-in user of the platform''s own applications.';
COMMENT ON COLUMN sessions.token_hash IS 'SHA-256 of the session token; the token itself is not kept.';

CREATE TABLE turn_credentials (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES users (id),
  appointment_id uuid REFERENCES appointments (id),
  username text NOT NULL UNIQUE,
  credential_hash bytea NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz(3) NOT NULL,
  CONSTRAINT turn_credentials_expiry_after_start CHECK (expires_at > created_at)
);
CREATE INDEX turn_credentials_user ON turn_credentials (user_id);
COMMENT ON TABLE turn_credentials IS 'Short-lived access of one user to the relay (TURN) of a video call.';
COMMENT ON COLUMN turn_credentials.credential_hash IS 'The key that the relay compares with; never the credential itself.';
