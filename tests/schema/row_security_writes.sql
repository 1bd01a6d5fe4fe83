\ir row_security_ward.sql

\echo a patient changes his own profile, appointments and answers, and nothing else
BEGIN;
SELECT test.ward();
SELECT test.become('hv_patient', 'p1');
SELECT test.same(string_agg(test.touched(s)::text, ' '), '1 1 1 1 1 1', 'his own') FROM unnest(ARRAY[
  'UPDATE patient_profile SET full_name = ''z'' WHERE true', 'UPDATE appointments SET notes = ''z'' WHERE id = test.key(''a1'')',
  'INSERT INTO appointments (patient_id, doctor_id, scheduled_start, scheduled_end, status) VALUES (test.key(''p1''), test.key(''d2''), now(), now() + interval ''1 h'', ''requested'')',
  'INSERT INTO fhir.resource (resource_type, fhir_residual, patient_keys) VALUES (''Consent'', ''{}'', ARRAY[test.key(''p1'')])',
  'UPDATE fhir.resource SET fhir_residual = ''{"b":1}'' WHERE resource_type = ''QuestionnaireResponse''', 'INSERT INTO fhir.idx_token (parameter, code, key) VALUES (1, ''x'', test.key(''a1''))']) AS s;
SELECT test.same(string_agg(test.touched(s)::text, ' '), '0 0 0 0 0 0 0 0', 'not seen or not his') FROM unnest(ARRAY[
  'UPDATE patient_profile SET full_name = ''z'' WHERE id <> test.key(''p1'')', 'UPDATE appointments SET notes = ''z'' WHERE id = test.key(''a3'')',
  'UPDATE fhir.resource SET fhir_residual = ''{"b":1}'' WHERE resource_type <> ''QuestionnaireResponse'' AND resource_type <> ''Consent''',
  'DELETE FROM fhir.idx_token WHERE key IN (test.key(''p2''), test.key(''p3''), test.key(''d1''), test.key(''g1''))', 'DELETE FROM fhir.idx_token WHERE key = test.key(''k2'')',
  'DELETE FROM fhir.contained WHERE id <> test.key(''k1'')', 'DELETE FROM fhir.dangling_reference WHERE source_key = test.key(''e6'')',
  'UPDATE appointments SET patient_id = test.key(''p1'') WHERE patient_id = test.key(''p2'')']) AS s;
SELECT test.refused(s, '42501') FROM unnest(ARRAY[
  'UPDATE patient_profile SET is_deleted = true WHERE id = test.key(''p1'')', 'UPDATE patient_profile SET user_id = NULL', 'UPDATE patient_profile SET id = id', 'UPDATE patient_profile SET version_id = 9',
  'INSERT INTO patient_profile (full_name) VALUES (''z'')', 'UPDATE doctor_profile SET full_name = ''z''', 'UPDATE appointments SET patient_id = test.key(''p2'') WHERE id = test.key(''a1'')',
  'UPDATE appointments SET patient_id = test.key(''p3'') WHERE id = test.key(''a1'')', 'UPDATE appointments SET is_deleted = true WHERE id = test.key(''a1'')', 'UPDATE appointments SET created_by = NULL',
  'INSERT INTO appointments (patient_id, doctor_id, scheduled_start, scheduled_end) VALUES (test.key(''p2''), test.key(''d2''), now(), now() + interval ''1 h'')',
  'INSERT INTO appointments (patient_id, doctor_id, scheduled_start, scheduled_end) VALUES (test.key(''p3''), test.key(''d2''), now(), now() + interval ''1 h'')',
  'INSERT INTO electronic_health_records (patient_id, record_type, content) VALUES (test.key(''p1''), ''note'', ''z'')', 'UPDATE electronic_health_records SET content = ''z''',
  'INSERT INTO ehr_observations (patient_id, record_type, code) VALUES (test.key(''p1''), ''vital'', ''z'')', 'UPDATE prescriptions SET medications = ''[]''',
  'INSERT INTO fhir.resource (resource_type, fhir_residual, patient_keys) VALUES (''Condition'', ''{}'', ARRAY[test.key(''p1'')])',
  'INSERT INTO fhir.resource (resource_type, fhir_residual, patient_keys) VALUES (''Consent'', ''{}'', ARRAY[test.key(''p2'')])',
  'INSERT INTO fhir.resource (resource_type, fhir_residual, patient_keys) VALUES (''Consent'', ''{}'', ARRAY[test.key(''p1''), test.key(''p2'')])',
  'INSERT INTO fhir.resource (resource_type, fhir_residual, patient_keys) VALUES (''Consent'', ''{}'', ''{NULL}'')',
  'INSERT INTO fhir.resource (resource_type, fhir_residual) VALUES (''Consent'', ''{}'')', 'INSERT INTO fhir.resource (resource_type, fhir_residual) VALUES (''Organization'', ''{}'')',
  'UPDATE fhir.resource SET patient_keys = ARRAY[test.key(''p2'')] WHERE resource_type = ''QuestionnaireResponse''', 'DELETE FROM fhir.resource', 'DELETE FROM patient_profile', 'DELETE FROM appointments',
  'INSERT INTO care_relationships (patient_id, doctor_id, source) VALUES (test.key(''p1''), test.key(''d1''), ''assigned'')', 'UPDATE care_relationships SET revoked_at = now()',
  'INSERT INTO patient_grants (holder, patient_id) VALUES (test.key(''p1''), test.key(''p2''))', 'UPDATE patient_grants SET ends_at = NULL', 'UPDATE fhir.reach SET patient = test.key(''p1'')',
  'INSERT INTO fhir.reach VALUES (test.key(''p2''), ''Patient'', 0, test.key(''p1''), NULL)', 'INSERT INTO fhir.open_type VALUES (''Condition'')', 'UPDATE fhir.search_epoch SET epoch = 1',
  'SELECT fhir_residual FROM doctor_profile', 'SELECT fhir_residual FROM history.doctor_roles', 'SELECT user_id FROM patient_profile', 'SELECT key FROM fhir.reindex_queue', 'SELECT * FROM fhir.server_secret',
  'SELECT * FROM fhir.import_progress', 'SELECT count(*) FROM users', 'SELECT fhir.server_secret(''page-cursors'')', 'SELECT fhir.analyze_grown()', 'SELECT fhir.intern_parameters(''{}'', ''{}'')']) AS s;
SELECT test.refused('DELETE FROM prescription_medications', '42501');
ROLLBACK;

\echo without a person a patient or a doctor writes nothing
BEGIN;
SELECT test.ward();
SELECT test.become(r, NULL), test.refused('INSERT INTO fhir.resource (resource_type, fhir_residual, patient_keys) VALUES (''Consent'', ''{}'', ''{NULL}'')', '42501'),
       test.refused('INSERT INTO appointments (patient_id, doctor_id, scheduled_start, scheduled_end) VALUES (test.key(''p1''), test.key(''d1''), now(), now() + interval ''1 h'')', '42501')
  FROM unnest(ARRAY['hv_patient', 'hv_doctor']) AS r;
ROLLBACK;

\echo a doctor writes for patients in care, in his own name; triggers do their part for him
BEGIN;
SELECT test.ward();
SELECT test.become('hv_doctor', 'd1');
SELECT test.same(string_agg(test.touched(s)::text, ' '), '1 1 1 1 1 1 1 1 1 1 1', 'his own') FROM unnest(ARRAY[
  'INSERT INTO electronic_health_records (patient_id, author_id, record_type, content) VALUES (test.key(''p1''), test.key(''d1''), ''note'', ''z'')',
  'UPDATE electronic_health_records SET content = ''z'' WHERE id = test.key(''e3'')', 'UPDATE electronic_health_records SET is_deleted = true WHERE id = test.key(''e1'')',
  'INSERT INTO ehr_observations (id, patient_id, author_id, record_type, code) VALUES (test.key(''z1''), test.key(''p1''), test.key(''d1''), ''vital'', ''z'')',
  'UPDATE ehr_observations SET note = ''z'', appointment_id = test.key(''a4'') WHERE id = test.key(''o2'')', 'UPDATE appointments SET notes = ''z''',
  'INSERT INTO prescription_medications (id, patient_id, doctor_id, drug_name) VALUES (test.key(''z2''), test.key(''p1''), test.key(''d1''), ''z'')',
  'UPDATE patient_profile SET medical_summary = ''z''', 'UPDATE doctor_profile SET full_name = ''z''', 'INSERT INTO doctor_roles (doctor_id, location) VALUES (test.key(''d1''), ''z'')',
  'INSERT INTO fhir.resource (resource_type, fhir_residual, patient_keys) VALUES (''Condition'', ''{}'', ARRAY[test.key(''p1'')])']) AS s;
SELECT test.same(count(*)::text, '1', 'the record of the observation') FROM electronic_health_records e JOIN ehr_observations o ON o.record_id = e.id WHERE o.id = test.key('z1') AND e.author_id = test.key('d1');
SELECT test.same(count(*)::text, '1', 'the prescription of the medication') FROM prescriptions p JOIN prescription_medications m ON m.prescription_id = p.id WHERE m.id = test.key('z2');
SELECT test.holds(count(*) > 0, 'kept') FROM history.electronic_health_records WHERE id = test.key('e1') AND NOT is_deleted;
SELECT test.same(string_agg(test.touched(s)::text, ' '), '0 0 0 0 0 0 0 0', 'not seen or not his') FROM unnest(ARRAY[
  'UPDATE electronic_health_records SET content = ''z'' WHERE id IN (test.key(''e4''), test.key(''e5''), test.key(''e6''))', 'UPDATE ehr_observations SET note = ''z'' WHERE id = test.key(''o3'')',
  'UPDATE patient_profile SET full_name = ''z'' WHERE id <> test.key(''p1'')', 'UPDATE doctor_profile SET full_name = ''z'' WHERE id <> test.key(''d1'')',
  'UPDATE appointments SET notes = ''z'' WHERE doctor_id <> test.key(''d1'')', 'UPDATE fhir.resource SET fhir_residual = ''{"b":1}'' WHERE resource_type <> ''Condition'' AND resource_type <> ''QuestionnaireResponse''',
  'UPDATE fhir.resource SET fhir_residual = ''{"b":1}'' WHERE id = test.key(''c3'')', 'DELETE FROM fhir.idx_token WHERE key IN (test.key(''p2''), test.key(''d2''), test.key(''g1''), test.key(''o3''))']) AS s;
SELECT test.refused(s, '42501') FROM unnest(ARRAY[
  'INSERT INTO electronic_health_records (patient_id, author_id, record_type, content) VALUES (test.key(''p2''), test.key(''d1''), ''note'', ''z'')',
  'INSERT INTO electronic_health_records (patient_id, author_id, record_type, content) VALUES (test.key(''p1''), test.key(''d2''), ''note'', ''z'')',
  'INSERT INTO electronic_health_records (patient_id, record_type, content) VALUES (test.key(''p1''), ''note'', ''z'')',
  'UPDATE electronic_health_records SET author_id = test.key(''d2'') WHERE id = test.key(''e3'')', 'UPDATE electronic_health_records SET visibility = ''patient''', 'UPDATE electronic_health_records SET attachments = ''{}''',
  'INSERT INTO ehr_observations (patient_id, author_id, record_type, code) VALUES (test.key(''p2''), test.key(''d1''), ''vital'', ''z'')',
  'UPDATE ehr_observations SET patient_id = test.key(''p2'') WHERE id = test.key(''o1'')',
  'INSERT INTO ehr_observations (patient_id, author_id, record_type, code, record_id) VALUES (test.key(''p1''), test.key(''d1''), ''vital'', ''z'', test.key(''l3''))',
  'INSERT INTO prescription_medications (patient_id, doctor_id, drug_name) VALUES (test.key(''p2''), test.key(''d1''), ''z'')',
  -- A hidden appointment, another patient''s and none are told apart by nothing.
  'INSERT INTO electronic_health_records (patient_id, author_id, appointment_id, record_type) VALUES (test.key(''p1''), test.key(''d1''), test.key(''a3''), ''note'')',
  'INSERT INTO electronic_health_records (patient_id, author_id, appointment_id, record_type) VALUES (test.key(''p1''), test.key(''d1''), gen_random_uuid(), ''note'')',
  'UPDATE ehr_observations SET appointment_id = test.key(''a3'') WHERE id = test.key(''o1'')', 'UPDATE ehr_observations SET appointment_id = gen_random_uuid() WHERE id = test.key(''o1'')',
  'INSERT INTO prescription_medications (patient_id, doctor_id, appointment_id, drug_name) VALUES (test.key(''p1''), test.key(''d1''), test.key(''a3''), ''z'')',
  'INSERT INTO prescription_medications (patient_id, doctor_id, ehr_id, drug_name) VALUES (test.key(''p1''), test.key(''d1''), test.key(''e6''), ''z'')',
  -- No appointment of a doctor''s own making gives him care.
  'INSERT INTO appointments (patient_id, doctor_id, scheduled_start, scheduled_end) VALUES (test.key(''p2''), test.key(''d1''), now(), now() + interval ''1 h'')',
  'UPDATE appointments SET patient_id = test.key(''p2'') WHERE id = test.key(''a1'')', 'UPDATE appointments SET doctor_id = test.key(''d2'') WHERE id = test.key(''a1'')',
  'INSERT INTO patient_profile (full_name) VALUES (''z'')', 'UPDATE patient_profile SET is_deleted = true', 'UPDATE doctor_profile SET verified = true', 'UPDATE doctor_profile SET user_id = NULL',
  'UPDATE doctor_profile SET is_deleted = true WHERE id = test.key(''d1'')', 'INSERT INTO doctor_roles (doctor_id, location) VALUES (test.key(''d2''), ''z'')',
  'INSERT INTO fhir.resource (resource_type, fhir_residual, patient_keys) VALUES (''Condition'', ''{}'', ARRAY[test.key(''p2'')])',
  'INSERT INTO fhir.resource (resource_type, fhir_residual, patient_keys) VALUES (''Condition'', ''{}'', ARRAY[test.key(''p1''), test.key(''p2'')])',
  'INSERT INTO fhir.resource (resource_type, fhir_residual, patient_keys) VALUES (''Condition'', ''{}'', ARRAY[test.key(''p1''), NULL])',
  'INSERT INTO fhir.resource (resource_type, fhir_residual, patient_keys) VALUES (''Consent'', ''{}'', ARRAY[test.key(''p1'')])',
  'INSERT INTO fhir.resource (resource_type, fhir_residual, practitioner_keys) VALUES (''Condition'', ''{}'', ARRAY[test.key(''d1'')])',
  'INSERT INTO fhir.resource (resource_type, fhir_residual) VALUES (''Organization'', ''{}'')',
  'INSERT INTO care_relationships (patient_id, doctor_id, source) VALUES (test.key(''p2''), test.key(''d1''), ''assigned'')',
  'INSERT INTO care_relationships (patient_id, doctor_id, source, reason, ends_at) VALUES (test.key(''p2''), test.key(''d1''), ''break_glass'', ''z'', now() + interval ''1 h'')',
  'UPDATE care_relationships SET ends_at = NULL', 'SELECT signed_by FROM prescriptions', 'SELECT holder FROM patient_grants']) AS s;
SELECT test.refused('DELETE FROM appointments WHERE id = test.key(''a1'')', 'FH001');
SET LOCAL hv.moving = 'on';
SELECT test.same(test.touched('DELETE FROM appointments')::text, '1', 'a move of his own');
ROLLBACK;

\echo a doctor whose care ended changes nothing, not even what he wrote
BEGIN;
SELECT test.ward();
SELECT test.become('hv_doctor', 'd2');
SELECT test.same(string_agg(test.touched(s)::text, ' '), '0 0 0', 'ended') FROM unnest(ARRAY['UPDATE electronic_health_records SET content = ''z'' WHERE id IN (test.key(''e4''), test.key(''e5''))',
  'UPDATE appointments SET status = ''confirmed'' WHERE id = test.key(''a2'')', 'UPDATE patient_profile SET full_name = ''z'' WHERE id = test.key(''p1'')']) AS s;
SELECT test.refused('INSERT INTO electronic_health_records (patient_id, author_id, record_type, content) VALUES (test.key(''p1''), test.key(''d2''), ''note'', ''z'')', '42501');
ROLLBACK;

\echo each way to a care relationship opens the same, and only while it is current
BEGIN;
SELECT test.ward();
CREATE TEMP TABLE way (name text, source care_source, reason text, starts_at timestamptz, ends_at timestamptz, revoked_at timestamptz, opens boolean);
INSERT INTO way VALUES ('assigned', 'assigned', NULL, now(), NULL, NULL, true), ('consent', 'consent', NULL, now() - interval '1 day', now() + interval '1 s', NULL, true),
  ('break', 'break_glass', 'unconscious', now(), now() + interval '1 h', NULL, true), ('later', 'assigned', NULL, now() + interval '1 s', NULL, NULL, false),
  ('over', 'consent', NULL, now() - interval '1 day', now(), NULL, false), ('revoked', 'break_glass', 'x', now(), now() + interval '1 h', now(), false),
  ('not yet revoked', 'assigned', NULL, now(), NULL, now() + interval '1 day', false);
DO $$
DECLARE
  w record;
BEGIN
  FOR w IN SELECT * FROM way LOOP
    INSERT INTO care_relationships (patient_id, doctor_id, source, reason, starts_at, ends_at, revoked_at) VALUES (test.key('p2'), test.key('d1'), w.source, w.reason, w.starts_at, w.ends_at, w.revoked_at);
    PERFORM test.become('hv_doctor', 'd1');
    PERFORM test.same(test.seen('patient_profile'), CASE WHEN w.opens THEN 'p1 p2' ELSE 'p1' END, w.name);
    PERFORM test.same(test.seen('fhir.idx_token'), CASE WHEN w.opens THEN 'a4 c1 c2 d1 d2 e2 g1 k1 k2 k3 k4 o1 o2 o3 p1 p2' ELSE 'a4 c1 c2 d1 d2 e2 g1 k1 k3 k4 o1 o2 p1' END, w.name);
    PERFORM set_config('role', 'none', true);
    DELETE FROM care_relationships WHERE patient_id = test.key('p2') AND doctor_id = test.key('d1');
  END LOOP;
END
$$;
ROLLBACK;

\echo an administrator writes the directory and what is open
BEGIN;
SELECT test.ward();
SELECT test.become('hv_admin', NULL);
SELECT test.same(string_agg(test.touched(s)::text, ' '), '1 3 1 1 1 0', 'the directory') FROM unnest(ARRAY['INSERT INTO doctor_profile (full_name) VALUES (''z'')',
  'UPDATE doctor_profile SET qualification = ''z'' WHERE full_name <> ''z''', 'INSERT INTO doctor_roles (doctor_id, location) VALUES (test.key(''d2''), ''z'')',
  'INSERT INTO fhir.resource (resource_type, fhir_residual) VALUES (''Organization'', ''{}'')', 'UPDATE fhir.resource SET fhir_residual = ''{"b":1}'' WHERE id = test.key(''g1'')',
  'UPDATE fhir.resource SET fhir_residual = ''{"b":1}'' WHERE resource_type <> ''Organization''']) AS s;
SELECT test.refused(s, '42501') FROM unnest(ARRAY['SELECT password_hash FROM users', 'SELECT FROM patient_profile', 'SELECT FROM history.ehr_observations', 'SELECT FROM care_relationships',
  'UPDATE users SET role = ''admin''', 'UPDATE doctor_profile SET verified = true', 'INSERT INTO fhir.resource (resource_type, fhir_residual) VALUES (''Condition'', ''{}'')',
  'INSERT INTO fhir.resource (resource_type, fhir_residual, patient_keys) VALUES (''Organization'', ''{}'', ARRAY[test.key(''p1'')])',
  'UPDATE fhir.resource SET patient_keys = ARRAY[test.key(''p1'')]', 'DELETE FROM doctor_profile', 'SELECT FROM audit_logs', 'SELECT FROM sessions']) AS s;
ROLLBACK;

\echo another system writes everything but what is its author''s alone
BEGIN;
SELECT test.ward();
SELECT test.become('hv_client', NULL);
SELECT test.same(string_agg(test.touched(s)::text, ' '), '1 1 1 1 1 1 1 4 0 0', 'all but that') FROM unnest(ARRAY['INSERT INTO patient_profile (full_name) VALUES (''z'')', 'INSERT INTO doctor_profile (full_name) VALUES (''z'')',
  'INSERT INTO electronic_health_records (patient_id, record_type, content) VALUES (test.key(''p2''), ''note'', ''z'')', 'INSERT INTO ehr_observations (patient_id, record_type, code) VALUES (test.key(''p2''), ''vital'', ''z'')',
  'INSERT INTO prescription_medications (patient_id, doctor_id, drug_name) VALUES (test.key(''p2''), test.key(''d1''), ''z'')', 'INSERT INTO fhir.resource (resource_type, fhir_residual) VALUES (''Condition'', ''{}'')',
  'UPDATE electronic_health_records SET content = ''z'' WHERE id = test.key(''e2'')', 'UPDATE appointments SET notes = ''z''',
  'UPDATE electronic_health_records SET content = ''z'' WHERE id IN (test.key(''e3''), test.key(''e5''))', 'UPDATE ehr_observations SET note = ''z'' WHERE id = test.key(''o2'')']) AS s;
SELECT test.refused(s, '42501') FROM unnest(ARRAY['UPDATE electronic_health_records SET visibility = ''patient''', 'INSERT INTO electronic_health_records (patient_id, record_type, visibility) VALUES (test.key(''p2''), ''note'', ''author'')',
  'UPDATE patient_profile SET user_id = NULL', 'SELECT FROM users', 'SELECT FROM care_relationships', 'SELECT FROM audit_logs', 'TRUNCATE fhir.idx_token']) AS s;
ROLLBACK;
