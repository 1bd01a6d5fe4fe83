\echo the server reads, adds, changes and soft-deletes resources; triggers keep history and records for it
BEGIN;
SELECT test.clinic();
SET LOCAL ROLE hv_server_access;
SET LOCAL hv.server = 'on';
INSERT INTO patient_profile (id, full_name) VALUES (test.key('p9'), 'x');
UPDATE patient_profile SET full_name = 'y' WHERE id = test.key('p9');
INSERT INTO ehr_observations (patient_id, record_type, code) VALUES (test.key('p9'), 'vital', 'a');
UPDATE ehr_observations SET is_deleted = true;
INSERT INTO prescription_medications (patient_id, doctor_id, drug_name) VALUES (test.key('p9'), test.key('d1'), 'a');
INSERT INTO doctor_roles (doctor_id, location) VALUES (test.key('d1'), 'x');
INSERT INTO electronic_health_records (patient_id, record_type, content) VALUES (test.key('p9'), 'note', 'x');
UPDATE appointments SET status = 'confirmed';
INSERT INTO fhir.resource (resource_type, fhir_residual) VALUES ('Condition', '{}');
INSERT INTO fhir.idx_token (parameter, code, key) VALUES (1, 'x', test.key('p9'));
DELETE FROM fhir.idx_token;
INSERT INTO fhir.contained (resource_type, id, fhir_id, container_type, container_key) VALUES ('Medication', test.key('m1'), 'm1', 'Patient', test.key('p9'));
DELETE FROM fhir.contained;
DELETE FROM fhir.reindex_queue;
SELECT test.holds(count(*) = 1, 'parameter') FROM fhir.intern_parameters('{Patient}', '{name}');
SELECT test.holds(count(*) = 1, 'history') FROM history.patient_profile;
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK;

\echo what the server asks the owner to do, an owner who is no superuser can do
BEGIN;
SELECT test.clinic();
SET LOCAL ROLE hv_server_access;
SELECT fhir.analyze_grown();
SELECT test.holds(count(*) > 0, 'statistics') FROM pg_class WHERE oid = 'patient_profile'::regclass AND reltuples >= 0;
SELECT test.holds(fhir.server_secret('page-cursors') = fhir.server_secret('page-cursors'), 'secret');
ROLLBACK;

\echo the server exchanges values for encrypted ones where it may write, and nowhere else
BEGIN;
SELECT test.clinic();
INSERT INTO notifications (user_id, kind, body) SELECT id, 'x', 'said' FROM users LIMIT 1;
UPDATE patient_profile SET contact_number = '1' WHERE id = test.key('p1');
SET LOCAL ROLE hv_server_access;
SELECT 'hv1:0a1b2c3d::' || repeat('A', 40) AS sealed \gset
SELECT test.holds(fhir.reseal('public.patient_profile', test.key('p1'), NULL, NULL, '{contact_number}', '{1}', ARRAY[:'sealed']), 'a row');
SELECT test.holds(NOT fhir.reseal('public.patient_profile', test.key('p1'), NULL, NULL, '{contact_number}', '{1}', ARRAY[:'sealed']), 'another value by now');
SELECT test.holds(version_id = 2 AND contact_number = :'sealed', 'no version') FROM patient_profile WHERE id = test.key('p1');
SELECT test.holds(fhir.reseal('history.patient_profile', test.key('p1'), 1, NULL, '{full_name}', ARRAY[h.full_name], ARRAY[:'sealed']) IS NOT NULL, 'of history')
  FROM history.patient_profile h WHERE h.id = test.key('p1');
SELECT test.holds(fhir.reseal('public.notifications', n.id, NULL, NULL, '{body}', '{said}', ARRAY[:'sealed']), 'a notification') FROM notifications n;
SELECT test.refused(format('SELECT fhir.reseal(%L, %L, NULL, NULL, ARRAY[%L], %L, ARRAY[%L])', r.place, test.key('p1'), r.name, '{1}', :'sealed'), 'FH008')
  FROM (VALUES ('public.users', 'email'), ('public.users', 'password_hash'), ('public.audit_logs', 'action'), ('smart.client', 'name'), ('fhir.server_secret', 'secret'),
               ('public.patient_profile', 'id'), ('public.patient_profile', 'version_id'), ('public.patient_profile', 'gender'), ('public.notifications', 'kind'),
               ('patient_profile', 'contact_number'), ('public.patient_profile', 'none')) AS r (place, name);
SELECT test.refused(format('SELECT fhir.reseal(%L, %L, NULL, NULL, %L, %L, %L)', 'public.patient_profile', test.key('p1'), '{contact_number}', '{1}', '{clear}'), 'FH008');
ROLLBACK;

\echo the server removes nothing, but for a move
BEGIN;
SELECT test.clinic();
SET LOCAL ROLE hv_server_access;
SELECT test.refused('DELETE FROM patient_profile', 'FH001');
SELECT test.refused('DELETE FROM prescriptions', '42501');
SELECT test.refused('DELETE FROM users', '42501');
SELECT test.refused('TRUNCATE fhir.idx_token', '42501');
SELECT test.refused('TRUNCATE patient_profile CASCADE', '42501');
SET LOCAL hv.moving = 'on';
DELETE FROM patient_profile WHERE id = test.key('p2');
SELECT test.holds(count(*) = 1, 'kept') FROM history.patient_profile;
ROLLBACK;

\echo the server cannot write history, or change the audit log, the schema, the triggers
BEGIN;
SELECT test.clinic();
UPDATE patient_profile SET full_name = 'x';
SET LOCAL ROLE hv_server_access;
SELECT test.refused(s, '42501') FROM unnest(ARRAY[
  'INSERT INTO history.patient_profile SELECT * FROM patient_profile', 'UPDATE history.patient_profile SET full_name = NULL',
  'DELETE FROM history.patient_profile', 'TRUNCATE history.patient_profile', 'UPDATE audit_logs SET action = ''x''', 'DELETE FROM audit_logs',
  'CREATE TABLE public.x ()', 'CREATE TABLE fhir.x ()', 'CREATE TABLE history.x ()', 'ALTER TABLE patient_profile DISABLE TRIGGER ALL',
  'DROP TRIGGER zz_version ON patient_profile', 'DROP TABLE fhir.idx_uri', 'SET session_replication_role = replica',
  'SELECT fhir.settle_records(''{}'')', 'SELECT fhir.make_records(''{}'')', 'SELECT fhir.settle_prescriptions(''{}'')']) AS s;
INSERT INTO audit_logs (action) VALUES ('read');
ROLLBACK;

\echo the server sees no secrets of the platform
BEGIN;
SET LOCAL ROLE hv_server_access;
SELECT test.refused(s, '42501') FROM unnest(ARRAY['SELECT password_hash FROM users', 'SELECT * FROM users', 'SELECT * FROM sessions',
  'SELECT * FROM turn_credentials', 'INSERT INTO users (email, password_hash, role) VALUES (''a@b'', ''x'', ''admin'')',
  'UPDATE users SET role = ''admin''']) AS s;
SELECT test.holds(count(email) >= 0, 'but who there is') FROM users;
ROLLBACK;

\echo every table has a comment, and whoever is nobody may nothing
SELECT test.same(string_agg(c.oid::regclass::text, ', '), NULL, 'tables without a comment')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname IN ('public', 'history', 'fhir', 'smart') AND c.relkind = 'r' AND obj_description(c.oid, 'pg_class') IS NULL;
SELECT test.same(string_agg(c.oid::regclass::text, ', '), NULL, 'tables open to PUBLIC')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) a
  WHERE n.nspname IN ('public', 'history', 'fhir', 'smart') AND c.relkind = 'r' AND a.grantee = 0;

\echo functions that run as the owner pin their search path
SELECT test.same(string_agg(p.oid::regprocedure::text, ', '), NULL, 'not pinned')
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname IN ('public', 'history', 'fhir', 'smart') AND p.prosecdef
    AND NOT coalesce(p.proconfig, '{}') && ARRAY['search_path=pg_catalog, pg_temp'];

\echo a foreign key has an index to find its rows by
SELECT test.same(string_agg(k.conrelid::regclass || '.' || a.attname, ', '), NULL, 'without an index')
  FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
  WHERE k.contype = 'f' AND a.attname IN ('patient_id', 'doctor_id', 'record_id', 'prescription_id', 'user_id')
    AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1]);
