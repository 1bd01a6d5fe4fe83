\echo a hard DELETE or TRUNCATE of clinical data is refused, to the owner too
BEGIN;
SELECT test.clinic();
INSERT INTO prescriptions (patient_id, doctor_id, medications) VALUES (test.key('p1'), test.key('d1'), '[{"drug_name": "ORS"}]');
INSERT INTO electronic_health_records (patient_id, record_type, content) VALUES (test.key('p1'), 'vital', '{"code": "8867-4", "value": 72}');
INSERT INTO fhir.resource (resource_type, fhir_residual) VALUES ('Condition', '{}');
SELECT test.refused('DELETE FROM ' || t, 'FH001')
  FROM unnest('{patient_profile,doctor_profile,appointments,electronic_health_records,ehr_observations,prescriptions,prescription_medications,fhir.resource}'::text[]) t;
SELECT test.refused('TRUNCATE ehr_observations', 'FH001');
SELECT test.refused('TRUNCATE fhir.resource', 'FH001');
ROLLBACK;

\echo with hv.moving a row may leave, and its last version is kept
BEGIN;
SELECT test.clinic();
SET LOCAL hv.moving = 'on';
DELETE FROM patient_profile WHERE id = test.key('p2');
SELECT test.holds(count(*) = 1 AND min(full_name) = 'Ravi Kumar' AND min(version_id) = 1, 'kept') FROM history.patient_profile WHERE id = test.key('p2');
INSERT INTO patient_profile (id, version_id) VALUES (test.key('p2'), 2);
SET LOCAL hv.moving_version = 'same';
DELETE FROM patient_profile WHERE id = test.key('p2');
SELECT test.holds(count(*) = 1, 'one that goes on elsewhere with its version leaves none') FROM history.patient_profile WHERE id = test.key('p2');
ROLLBACK;

\echo an observation that moves away leaves its record too
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (id, patient_id, record_type, content) VALUES
  (test.key('e1'), test.key('p1'), 'vital', '[{"code": "a", "value": 1}, {"code": "b", "value": 2}]');
SET LOCAL hv.moving = 'on';
DELETE FROM ehr_observations WHERE code = 'a';
SELECT test.holds(content::jsonb #>> '{observations,0,code}' = 'b' AND jsonb_array_length(content::jsonb -> 'observations') = 1 AND NOT is_deleted, 'one left')
  FROM electronic_health_records;
DELETE FROM ehr_observations;
SELECT test.holds(is_deleted, 'none left') FROM electronic_health_records;
ROLLBACK;

\echo history and audit log refuse every change, to the owner too
BEGIN;
SELECT test.clinic();
UPDATE patient_profile SET full_name = 'x';
INSERT INTO audit_logs (action) VALUES ('read');
SELECT test.refused('UPDATE history.patient_profile SET full_name = NULL', 'FH003');
SELECT test.refused('DELETE FROM history.patient_profile', 'FH003');
SELECT test.refused('TRUNCATE history.patient_profile', 'FH003');
SELECT test.refused('UPDATE audit_logs SET action = ''x''', 'FH003');
SELECT test.refused('DELETE FROM audit_logs', 'FH003');
SELECT test.refused('TRUNCATE audit_logs', 'FH003');
ROLLBACK;

\echo a health record keeps its patient, its type and its time; an update makes a version
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (id, patient_id, record_type, content) VALUES (test.key('e1'), test.key('p1'), 'note', 'Fever since Monday.');
SELECT test.refused($$UPDATE electronic_health_records SET patient_id = test.key('p2')$$, 'FH002');
SELECT test.refused($$UPDATE electronic_health_records SET record_type = 'imaging'$$, 'FH002');
SELECT test.refused($$UPDATE electronic_health_records SET created_at = '2000-01-01'$$, 'FH002');
UPDATE electronic_health_records SET content = 'Fever since Sunday.';
SELECT test.holds(e.version_id = 2 AND h.content = 'Fever since Monday.', 'versioned') FROM electronic_health_records e JOIN history.electronic_health_records h USING (id);
ROLLBACK;

\echo an appointment has at most one record that it generated
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (patient_id, appointment_id, record_type, content) VALUES (test.key('p1'), test.key('a1'), 'note', 'x');
SELECT test.refused($$INSERT INTO electronic_health_records (patient_id, appointment_id, record_type) VALUES (test.key('p1'), test.key('a1'), 'lab')$$, '23505');
UPDATE electronic_health_records SET is_deleted = true;
INSERT INTO electronic_health_records (patient_id, appointment_id, record_type) VALUES (test.key('p1'), test.key('a1'), 'lab');
ROLLBACK;

\echo an appointment ends after it starts
BEGIN;
SELECT test.clinic();
SELECT test.refused('UPDATE appointments SET scheduled_end = scheduled_start', '23514');
SELECT test.refused('UPDATE appointments SET scheduled_end = scheduled_start - interval ''1 min''', '23514');
ROLLBACK;

\echo enumerations are enforced
BEGIN;
SELECT test.clinic();
SELECT test.refused('UPDATE appointments SET status = ''booked''', '22P02');
SELECT test.refused('UPDATE appointments SET mode = ''fax''', '22P02');
SELECT test.refused('UPDATE patient_profile SET gender = ''f''', '22P02');
SELECT test.refused('UPDATE users SET role = ''nurse''', '22P02');
SELECT test.refused($$INSERT INTO electronic_health_records (patient_id, record_type) VALUES (test.key('p1'), 'letter')$$, '22P02');
SELECT test.refused($$INSERT INTO ehr_observations (patient_id, record_type) VALUES (test.key('p1'), 'note')$$, '23514');
SELECT test.refused($$INSERT INTO ehr_observations (patient_id, record_type, status) VALUES (test.key('p1'), 'lab', 'done')$$, '23514');
SELECT test.refused($$INSERT INTO prescription_medications (patient_id, doctor_id, status) VALUES (test.key('p1'), test.key('d1'), 'done')$$, '23514');
SELECT test.refused($$INSERT INTO prescriptions (patient_id, doctor_id, medications) VALUES (test.key('p1'), test.key('d1'), '{"drug_name": "x"}')$$, '23514');
SELECT test.refused($$INSERT INTO prescriptions (patient_id, doctor_id, medications) VALUES (test.key('p1'), test.key('d1'), '["x"]')$$, '23514');
SELECT test.refused($$INSERT INTO prescriptions (patient_id, doctor_id, medications, issued_at, expires_at) VALUES (test.key('p1'), test.key('d1'), '[]', '2026-01-02', '2026-01-01')$$, '23514');
ROLLBACK;

\echo a profile belongs to a user of its role, one each, and needs none
BEGIN;
SELECT test.clinic();
INSERT INTO patient_profile DEFAULT VALUES;
INSERT INTO doctor_profile DEFAULT VALUES;
SELECT test.refused($$INSERT INTO patient_profile (user_id) VALUES (test.key('u2'))$$, 'FH005');
SELECT test.refused($$INSERT INTO doctor_profile (user_id) VALUES (test.key('u1'))$$, 'FH005');
SELECT test.refused($$UPDATE doctor_profile SET user_id = test.key('u1') WHERE id = test.key('d2')$$, 'FH005');
SELECT test.refused($$UPDATE doctor_profile SET user_id = test.key('u2') WHERE id = test.key('d2')$$, '23505');
SELECT test.refused($$UPDATE users SET role = 'admin' WHERE id = test.key('u1')$$, 'FH005');
SELECT test.refused($$INSERT INTO users (email, password_hash, role) VALUES ('ASHA@example.org', 'x', 'admin')$$, '23505');
ROLLBACK;

\echo attachments of a record exist
BEGIN;
SELECT test.clinic();
SELECT test.refused($$INSERT INTO electronic_health_records (patient_id, record_type, attachments) VALUES (test.key('p1'), 'note', ARRAY[gen_random_uuid()])$$, 'FH006');
INSERT INTO attachments (id, owner_id, storage_key, content_type, size) VALUES (test.key('f1'), test.key('u2'), 'scan/1', 'image/png', 10);
INSERT INTO electronic_health_records (patient_id, record_type, attachments) VALUES (test.key('p1'), 'note', ARRAY[test.key('f1')]);
ROLLBACK;

\echo updated_at of a user is kept by the database
BEGIN;
SELECT test.clinic();
UPDATE users SET is_active = false, updated_at = '2000-01-01' WHERE id = test.key('u1');
SELECT test.holds(updated_at > created_at, 'stamped') FROM users WHERE id = test.key('u1');
ROLLBACK;
