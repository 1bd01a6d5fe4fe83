-- Schemas, the server's role, enumerations.
--
-- Error codes raised by this schema (SQLSTATE), so that a client can tell them apart:
--   FH001  a hard DELETE or TRUNCATE of clinical data: soft-delete instead
--   FH002  a change of what an append-only record may not change
--   FH003  a change of history or of the audit log
--   FH004  a change of a row's identity (id, fhir_id)
--   FH005  a profile whose user has another role
--   FH006  an attachment that does not exist
--   FH007  an item whose parent belongs to another patient, or holds no such items
--
-- Settings (custom parameters) that this schema reads:
--   hv.server  = 'on'  the session is the FHIR server's: it keeps the search index itself
--   hv.moving  = 'on'  (transaction) the server moves a resource from one table to another; allows DELETE
--   hv.moving_version  (transaction) 'same': it goes on there with the same version; else the row that leaves goes to history
--   hv.syncing         set by the synchronising triggers while they write; never set it by hand

CREATE SCHEMA IF NOT EXISTS history;
COMMENT ON SCHEMA history IS 'Every former version of a versioned row; one table for each versioned table, same columns. Only triggers write here.';
CREATE SCHEMA IF NOT EXISTS fhir;
COMMENT ON SCHEMA fhir IS 'Tables and functions of the FHIR server: generic store, search index, queues.';

-- Roles belong to the whole cluster: another database may have made this one, perhaps at this very moment.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hv_server_access') THEN
    CREATE ROLE hv_server_access NOLOGIN;
    COMMENT ON ROLE hv_server_access IS 'What the FHIR server may do; its login role is a member.';
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;
  WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'the role hv_server_access does not exist and % may not create it', current_user
      USING HINT = 'Run once as an administrator: CREATE ROLE hv_server_access NOLOGIN;';
END
$$;

CREATE TYPE user_role AS ENUM ('patient', 'doctor', 'admin');
COMMENT ON TYPE user_role IS 'What a login is for.';
CREATE TYPE gender AS ENUM ('male', 'female', 'other', 'unknown');
COMMENT ON TYPE gender IS 'Administrative gender, the codes of FHIR.';
CREATE TYPE appointment_status AS ENUM ('requested', 'confirmed', 'cancelled', 'completed', 'no_show');
COMMENT ON TYPE appointment_status IS 'Where an appointment stands.';
CREATE TYPE appointment_mode AS ENUM ('video', 'audio', 'phone', 'in_person');
COMMENT ON TYPE appointment_mode IS 'How patient and doctor meet.';
CREATE TYPE record_type AS ENUM ('note', 'lab', 'imaging', 'vital');
COMMENT ON TYPE record_type IS 'What a health record holds; it decides which FHIR type shows it.';
CREATE TYPE record_visibility AS ENUM ('patient', 'care_team', 'author');
COMMENT ON TYPE record_visibility IS 'Who may read: the patient and the care team; the care team only; the author only.';
CREATE TYPE notification_channel AS ENUM ('app', 'sms', 'email');
COMMENT ON TYPE notification_channel IS 'The way a notification takes.';
