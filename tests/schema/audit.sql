-- The audit trail of writes: what is noted, of whom, and that nobody gets round it.

CREATE FUNCTION test.noted() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', l.action, l.target_table, l.resource_type, coalesce(l.version_id::text, cardinality(l.targets)::text)), ', '
                    ORDER BY l.chain, l.position) FROM audit_logs l
$$;
CREATE FUNCTION test.trail_is_whole() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM test.holds(NOT EXISTS (SELECT FROM audit_logs l WHERE l.hash <> fhir.audit_hash(l)), 'each row has its hash');
  PERFORM test.holds(NOT EXISTS (SELECT FROM (SELECT l.previous, l.position, lag(l.hash, 1, decode(repeat('00', 32), 'hex')) OVER w AS former, row_number() OVER w AS place
                                              FROM audit_logs l WINDOW w AS (PARTITION BY l.chain ORDER BY l.position)) AS l
                                 WHERE l.previous <> l.former OR l.position <> l.place), 'each row follows the one before it');
  PERFORM test.holds(NOT EXISTS (SELECT FROM fhir.audit_head h WHERE h.position > 0 AND NOT EXISTS (
                       SELECT FROM audit_logs l WHERE l.chain = h.chain AND l.position = h.position AND l.hash = h.hash)), 'each head is a row');
END
$$;

\echo every table of personal data is audited, or says why not
SELECT test.same(string_agg(DISTINCT c.oid::regclass::text, ', '), NULL, 'not audited')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
  WHERE n.nspname IN ('public', 'fhir', 'smart') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND (c.relrowsecurity OR n.nspname = 'smart' OR a.attname IN ('patient_id', 'patient', 'patient_keys', 'holder', 'user_id', 'owner_id', 'doctor_id', 'author_id', 'full_name',
                                                                  'email', 'dob', 'address', 'contact_number', 'fhir_residual', 'username'))
    AND (SELECT count(*) FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgenabled = 'O'
           AND g.tgname IN ('audit_on_insert', 'audit_on_update', 'audit_on_delete', 'audit_on_truncate')) < 4
    AND (n.nspname, c.relname) NOT IN (VALUES
      ('public'::name, 'audit_logs'::name), ('public', 'audit_checkpoints'), ('fhir', 'audit_head'),  -- the trail itself
      ('fhir', 'audit_alarm'), ('fhir', 'trail_watch'),  -- what was found in it: who was told has rows in notifications
      -- Who is signed in: the functions that sign in and out write audit rows of their own (023).
      ('public', 'sessions'), ('public', 'turn_credentials'), ('fhir', 'sign_in_attempt'), ('fhir', 'password_reset'),
      -- What follows from the tables, by the server's indexing and by triggers.
      ('fhir', 'contained'), ('fhir', 'reach'), ('fhir', 'dangling_reference'), ('fhir', 'reindex_queue'), ('fhir', 'encryption_queue'),
      -- Tokens: what was allowed has rows of the desk's own; the rest is hashes and numbers.
      ('smart', 'approval'), ('smart', 'authorization_code'), ('smart', 'access_token'), ('smart', 'refresh_token'), ('smart', 'launch'),
      ('smart', 'used_assertion'), ('smart', 'signing_key'), ('smart', 'revocation'))
    AND NOT (n.nspname = 'fhir' AND c.relname LIKE 'idx\_%');

\echo one row for each statement and table, and none for what follows from it
BEGIN;
SELECT test.clinic();
SELECT test.same(test.noted(), 'insert users 2, insert patient_profile Patient 2, insert doctor_profile Practitioner 2, insert appointments Appointment 1', 'a clinic');
INSERT INTO ehr_observations (id, patient_id, record_type, status, code, effective_at) VALUES (test.key('o1'), test.key('p1'), 'vital', 'final', 'a', now());
UPDATE ehr_observations SET code = 'b';
UPDATE ehr_observations SET fhir_indexed_whole = true;
UPDATE ehr_observations SET code = 'b' WHERE false;
UPDATE patient_profile SET is_deleted = true WHERE id = test.key('p2');
UPDATE users SET is_active = is_active;
INSERT INTO patient_grants (holder, patient_id) VALUES (test.key('p2'), test.key('p1'));
DELETE FROM patient_grants;
TRUNCATE notifications;
SELECT test.same(test.noted(), 'insert users 2, insert patient_profile Patient 2, insert doctor_profile Practitioner 2, insert appointments Appointment 1, '
  'insert ehr_observations Observation 1, update ehr_observations Observation 2, soft delete patient_profile Patient 2, insert patient_grants, delete patient_grants, '
  'truncate notifications', 'each once');
SELECT test.same((SELECT patients::text FROM audit_logs WHERE action = 'insert' AND target_table = 'patient_grants'),
  (SELECT array_agg(k ORDER BY k)::text FROM unnest(ARRAY[test.key('p1'), test.key('p2')]) AS k), 'whose it is');
SELECT test.holds(bool_and(patients = ARRAY[test.key('p1')] AND target_id = test.key('o1') AND resource_id = test.key('o1')::text AND interaction = 'sql' AND outcome = 'success'
  AND database_user = session_user AND application = 'psql'), 'of an observation') FROM audit_logs WHERE target_table = 'ehr_observations';
SELECT test.trail_is_whole();
ROLLBACK;
SELECT test.holds(count(*) = 0, 'nothing is left of what was rolled back') FROM audit_logs;
SELECT test.holds(count(*) = 0, 'nor a head') FROM fhir.audit_head;

\echo of many rows all ids stand there, a thousand to a row; a savepoint that is rolled back leaves no hole
BEGIN;
SELECT test.clinic();
SAVEPOINT before;
UPDATE patient_profile SET full_name = 'x';
ROLLBACK TO before;
INSERT INTO fhir.resource (resource_type, id, fhir_residual, patient_keys)
  SELECT t, md5(t || i)::uuid, '{}', ARRAY[test.key('p1')] FROM generate_series(1, 2300) AS i, unnest(ARRAY['Condition', 'Encounter']) AS t;
SELECT test.same(string_agg(resource_type || ' ' || cardinality(targets), ', ' ORDER BY position), 'Condition 1000, Condition 1000, Condition 300, Encounter 1000, Encounter 1000, Encounter 300', 'portions')
  FROM audit_logs WHERE target_table = 'fhir.resource';
SELECT test.holds(count(DISTINCT k) = 4600, 'all of them') FROM audit_logs, unnest(targets) AS k WHERE target_table = 'fhir.resource';
SELECT test.trail_is_whole();
ROLLBACK;

\echo a resource that changes its patient concerns both
BEGIN;
SELECT test.clinic();
INSERT INTO fhir.resource (resource_type, id, fhir_residual, patient_keys) VALUES ('Condition', test.key('c1'), '{}', ARRAY[test.key('p1')]);
UPDATE fhir.resource SET fhir_residual = '{"a": 1}', patient_keys = ARRAY[test.key('p2')];
SELECT test.holds(patients @> ARRAY[test.key('p1'), test.key('p2')], 'both') FROM audit_logs WHERE action = 'update';
ROLLBACK;

\echo who and why come from hv.audit of the same transaction, and end with it
BEGIN;
SELECT test.clinic();
COMMIT;
BEGIN;
SELECT set_config('hv.audit', jsonb_build_object('user', test.key('u2'), 'client', 'app', 'person', test.key('d1'), 'personType', 'Practitioner', 'address', '192.0.2.1',
  'interaction', 'update', 'purpose', 'TREAT', 'reason', 'because', 'request', 'r1')::text, true);
UPDATE patient_profile SET full_name = 'y' WHERE id = test.key('p1');
COMMIT;
UPDATE patient_profile SET full_name = 'z' WHERE id = test.key('p1');
SELECT test.same(string_agg(concat_ws(' ', interaction, actor_user_id = test.key('u2'), client_id, person_key = test.key('d1'), person_type, address, purpose, reason, request_id), ', ' ORDER BY position),
  'update t app t Practitioner 192.0.2.1 TREAT because r1, sql', 'then nobody') FROM audit_logs WHERE action = 'update';

\echo what the database knows itself is not the writer's to say
BEGIN;
INSERT INTO audit_logs (action, "timestamp", database_user, database_role, application, chain, position, previous, hash)
  VALUES ('read', '2001-01-01', 'a', 'b', 'c', 7, 7, 'x', 'y'), ('read', now() + interval '1 year', 'a', 'b', 'c', 7, 7, 'x', 'y'), ('read', 'infinity', 'a', 'b', 'c', 7, 7, 'x', 'y');
SELECT test.holds(count(*) = 3 AND bool_and("timestamp" BETWEEN now() AND clock_timestamp() AND database_user = session_user AND database_role = 'none' AND application = 'psql'), 'overwritten')
  FROM audit_logs WHERE action = 'read';
SELECT test.refused('INSERT INTO audit_logs (action) VALUES ('''')', '23514'), test.refused('INSERT INTO audit_logs (action, outcome) VALUES (''read'', ''x'')', '23514');
SELECT test.trail_is_whole();
ROLLBACK;

\echo the hash is of every column but the one that follows from another, and knows no setting of a session
BEGIN;
UPDATE users SET email = 'x@example.org' WHERE id = test.key('u1');
CREATE TEMP TABLE one ON COMMIT DROP AS SELECT * FROM audit_logs WHERE target_table = 'users' AND action = 'update';
DO $$
DECLARE
  changed record;
  was public.audit_logs;
  other public.audit_logs;
BEGIN
  SELECT * INTO was FROM one;
  FOR changed IN SELECT a.attname AS name, CASE format_type(a.atttypid, NULL) WHEN 'uuid' THEN gen_random_uuid()::text WHEN 'uuid[]' THEN format('{%s}', gen_random_uuid())
      WHEN 'timestamp with time zone' THEN '2001-01-01' WHEN 'jsonb' THEN '{"a": 1}' WHEN 'bytea' THEN '\x00' WHEN 'integer' THEN '77' WHEN 'bigint' THEN '77' ELSE 'other' END AS value
    FROM pg_attribute a WHERE a.attrelid = 'audit_logs'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname NOT IN ('hash', 'persons') LOOP
    EXECUTE format('SELECT (jsonb_populate_record($1, jsonb_build_object(%L, CASE WHEN %L LIKE ''{"%%'' THEN %L::jsonb ELSE to_jsonb(%L::text) END))).*', changed.name, changed.value,
                   CASE WHEN changed.value LIKE '{"%' THEN changed.value ELSE 'null' END, changed.value) INTO other USING was;
    PERFORM test.holds(fhir.audit_hash(other) <> fhir.audit_hash(was), changed.name || ' is hashed');
  END LOOP;
END
$$;
SET LOCAL TimeZone = 'Asia/Kolkata';
SET LOCAL DateStyle = 'German';
SET LOCAL IntervalStyle = 'iso_8601';
SET LOCAL bytea_output = 'escape';
SET LOCAL extra_float_digits = -15;
SET LOCAL client_encoding = 'LATIN1';
SET LOCAL standard_conforming_strings = off;
SET LOCAL quote_all_identifiers = on;
SET LOCAL lc_messages = 'C';
SELECT test.trail_is_whole();
INSERT INTO audit_logs (action, metadata, query) VALUES ('read', jsonb_build_object('a', chr(92) || ' " '' ä'), 'x' || chr(92) || 'y''z');
RESET ALL;
SELECT test.trail_is_whole();
ROLLBACK;

\echo neither hv.syncing nor a trigger of one's own hides a write, but the owner's
SELECT format('hv_test_hider_%s', pg_backend_pid()) AS hider \gset
CREATE ROLE :hider;
GRANT hv_platform TO :hider;
GRANT SELECT, UPDATE ON patient_profile TO :hider;
BEGIN;
SET LOCAL ROLE :hider;
SET LOCAL hv.syncing = 'patient_profile';
UPDATE patient_profile SET full_name = 'hidden?' WHERE id = test.key('p1');
CREATE TEMP TABLE trap (x integer) ON COMMIT DROP;
CREATE FUNCTION pg_temp.spring() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE public.patient_profile SET full_name = 'hidden too?' WHERE id = md5('p1')::uuid; RETURN NULL; END $$;
CREATE TRIGGER spring AFTER INSERT ON trap FOR EACH ROW EXECUTE FUNCTION pg_temp.spring();
INSERT INTO trap VALUES (1);
RESET ROLE;
SELECT test.holds(count(*) = 2, 'both are noted') FROM audit_logs WHERE database_role = :'hider';
ROLLBACK;
DROP OWNED BY :hider;
DROP ROLE :hider;

\echo nobody changes the trail: not through the whole, not through a part, not through one that was made just now
BEGIN;
SET LOCAL ROLE NONE;
SELECT fhir.make_audit_partition('2031-01-01');
SELECT test.refused(format(s.statement, c.oid::regclass), 'FH003')
  FROM pg_class c, unnest(ARRAY['UPDATE %s SET action = ''x''', 'DELETE FROM %s', 'TRUNCATE %s']) AS s (statement)
  WHERE c.oid = 'audit_logs'::regclass OR EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid AND i.inhparent = 'audit_logs'::regclass);
SELECT test.refused(s, 'FH003') FROM unnest(ARRAY['UPDATE audit_checkpoints SET number = 7', 'DELETE FROM audit_checkpoints', 'TRUNCATE audit_checkpoints']) AS s;
SELECT test.same(string_agg(format('%s %s on %s', a.grantee::regrole, a.privilege_type, c.oid::regclass), ', '), NULL, 'rights to change, or on a part')
  FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) AS a
  WHERE (c.relname LIKE 'audit\_%') AND a.grantee <> c.relowner AND (c.relispartition OR a.privilege_type NOT IN ('SELECT', 'INSERT') OR (c.relname = 'audit_head' AND a.privilege_type <> 'SELECT'));
SELECT test.holds(bool_and(c.relrowsecurity AND c.relforcerowsecurity), 'each part is closed') FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid WHERE i.inhparent = 'audit_logs'::regclass;
SET LOCAL ROLE hv_server_access;
SELECT test.refused(s, '42501') FROM unnest(ARRAY['UPDATE fhir.audit_head SET position = 1', 'DELETE FROM fhir.audit_head', 'UPDATE audit_checkpoints SET statement = ''x''',
  'DELETE FROM audit_checkpoints', 'SELECT fhir.audit_note(''x'', ''x'', NULL, ''{}'', NULL, NULL, ''{}'', NULL)', 'SELECT fhir.make_audit_partition(''2032-01-01'')',
  'INSERT INTO audit_logs_default (action) VALUES (''x'')', 'SELECT fhir.audit_free_head(1)']) AS s;
SELECT fhir.make_audit_partitions();
ROLLBACK;

\echo the months to come have partitions
SELECT test.holds(count(*) = 4, 'this and three') FROM generate_series(0, 3) AS m (number)
  WHERE to_regclass('audit_logs_' || to_char((clock_timestamp() AT TIME ZONE 'UTC') + make_interval(months => m.number) - make_interval(days => extract(day FROM clock_timestamp() AT TIME ZONE 'UTC')::integer - 1), 'YYYY_MM')) IS NOT NULL;

\echo accesses: a line each, hashed with its row, found by the key of each patient, shown to nobody but the server
BEGIN;
CREATE FUNCTION test.line(request text, whose uuid[], at timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT jsonb_build_object('id', test.key(request), 'time', at, 'user', test.key('u2'), 'interaction', 'read', 'type', 'Patient', 'patients', whose, 'outcome', 'success',
                            'status', 200, 'request', request)::text
$$;
INSERT INTO audit_logs (action, targets, patients, entries) VALUES ('access', ARRAY[test.key('a'), test.key('b'), test.key('c')], ARRAY[test.key('p1'), test.key('p2')],
  concat_ws(E'\n', test.line('a', ARRAY[test.key('p1')], now()), test.line('b', ARRAY[test.key('p2')], now()), test.line('c', ARRAY[test.key('p1'), test.key('p2')], now() - interval '1 day')));
INSERT INTO audit_logs (action, target_table, patients, request_id) VALUES ('update', 'x', ARRAY[test.key('p1')], 'd');
SELECT test.same(string_agg(concat_ws(' ', action, interaction, status, request_id), ', ' ORDER BY request_id), 'access read 200 a, access read 200 c, update d', 'of one')
  FROM fhir.accesses_of(test.key('p1'), now() - interval '1 week') WHERE length(request_id) = 1;
SELECT test.same(string_agg(request_id, ', ' ORDER BY request_id), 'a, d', 'since') FROM fhir.accesses_of(test.key('p1'), now() - interval '1 hour') WHERE length(request_id) = 1;
SELECT test.same(string_agg(request_id, ', ' ORDER BY request_id), 'b, c', 'of the other') FROM fhir.accesses_of(test.key('p2'), '-infinity') WHERE length(request_id) = 1;
SELECT test.trail_is_whole();
SELECT test.holds(bool_and(fhir.audit_hash(l) <> fhir.audit_hash(jsonb_populate_record(l, jsonb_build_object('entries', e)))), 'entries are hashed')
  FROM audit_logs l, unnest(ARRAY['', 'x', NULL]) AS e WHERE l.action = 'access';
SET LOCAL ROLE hv_server_access;
SELECT test.holds(count(*) > 0, 'the server') FROM fhir.accesses_of(test.key('p1'), '-infinity');
SELECT test.holds(count(*) = 0, 'no break-glass') FROM fhir.broken_glass();
SET LOCAL ROLE hv_doctor;
SELECT test.refused(s, '42501') FROM unnest(ARRAY['SELECT FROM fhir.accesses_of(test.key(''p1''), ''-infinity'')', 'SELECT FROM fhir.broken_glass()']) AS s;
ROLLBACK;

\echo lines are kept in the same way in each part, also in those to come
BEGIN;
SELECT fhir.make_audit_partition('2031-01-01');
SELECT test.holds(count(*) > 5 AND count(DISTINCT (a.attstorage, a.attcompression)) = 1 AND bool_and(a.attcompression = 'l' OR a.attstorage = 'e'), 'alike')
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attname = 'entries' AND (c.oid = 'audit_logs'::regclass OR c.relispartition);
ROLLBACK;

\echo break-glass that stands alone
BEGIN;
INSERT INTO care_relationships (patient_id, doctor_id, source, reason, starts_at, ends_at) VALUES
  (test.key('p1'), test.key('d2'), 'break_glass', 'now', now() - interval '1 min', now() + interval '9 min'),
  (test.key('p2'), test.key('d2'), 'break_glass', 'over', now() - interval '1 hour', now() - interval '10 min');
SELECT test.same(string_agg(concat_ws(' ', doctor_id = test.key('d2'), patient_id = test.key('p1'), reason), ', '), 't t now', 'alone') FROM fhir.broken_glass();
INSERT INTO care_relationships (patient_id, doctor_id, source) VALUES (test.key('p1'), test.key('d2'), 'assigned');
SELECT test.holds(count(*) = 0, 'beside another') FROM fhir.broken_glass();
ROLLBACK;

\echo what a rule found is told to active administrators with the duty audit, once for as long as the rule looks back
BEGIN;
INSERT INTO users (id, email, password_hash, role, is_active)
  SELECT test.key(w.name), w.name || '@example.org', 'x', 'admin', w.name <> 'closed' FROM unnest(ARRAY['auditor', 'closed', 'helper']) AS w (name);
INSERT INTO admin_duties (user_id, duty) SELECT test.key(w.name), w.duty FROM (VALUES ('auditor', 'audit'), ('auditor', 'users'), ('closed', 'audit'), ('helper', 'support')) AS w (name, duty);
CREATE FUNCTION test.raised(who text, at text) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(to_char(fhir.raise_audit_alarm('r', 'person', who, 'Practitioner', 'more than 3 accesses in 1h', '2026-01-01T00:00:00.123456Z', at::timestamptz, '1 hour')
                            AT TIME ZONE 'UTC', 'HH24:MI'), 'told')
$$;
SET LOCAL ROLE hv_server_access;
SELECT test.refused(s, '42501') FROM unnest(ARRAY['SELECT FROM fhir.audit_alarm', 'INSERT INTO notifications (user_id, kind, body) VALUES (test.key(''auditor''), ''x'', ''x'')',
                                                  'SELECT fhir.url_text(''x'')']) AS s;
SELECT test.same(test.raised(test.key('d1')::text, '2026-01-01T01:00:00Z'), 'told', 'first');
SELECT test.same(test.raised(test.key('d1')::text, '2026-01-01T01:59:59Z'), '01:00', 'within the hour');
SELECT test.same(test.raised(test.key('d1')::text, '2026-01-01T00:10:00Z'), '01:00', 'before');
SELECT test.same(test.raised(test.key('d2')::text, '2026-01-01T01:30:00Z'), 'told', 'of somebody else');
SELECT test.same(test.raised(test.key('d1')::text, '2026-01-01T02:00:00Z'), 'told', 'again');
RESET ROLE;
SELECT test.holds(count(*) = 3 AND bool_and(user_id = test.key('auditor') AND kind = 'audit_alarm' AND created_by IS NULL AND channel = 'app'), 'to whom') FROM notifications;
SELECT test.same(body, format('Audit rule r: person Practitioner/%1$s, more than 3 accesses in 1h, from 2026-01-01T00:00:00.123Z to 2026-01-01T01:30:00.000Z. '
  'See AuditEvent?agent=Practitioner/%1$s&date=ge2026-01-01T00:00:00.123Z&date=le2026-01-01T01:30:00.000Z', test.key('d2')), 'what it says') FROM notifications WHERE body LIKE '%T01:30%';
SELECT test.same(fhir.url_text('a,b|c$d\e Ü&=/~'), 'a%5C%2Cb%5C%7Cc%5C%24d%5C%5Ce%20%C3%9C%26%3D%2F~', 'in a URL');
UPDATE fhir.audit_alarm SET raised_at = now() - interval '31 days' WHERE who = test.key('d1')::text;
SELECT test.same(test.raised(test.key('d2')::text, '2026-01-01T03:00:00Z'), 'told', 'later');
SELECT test.same(string_agg(who, ', '), test.key('d2')::text, 'those of a month ago are forgotten') FROM fhir.audit_alarm;
SELECT fhir.raise_audit_alarm('crowd', 'address', '192.0.2.' || n, '', 'x', now(), now(), '1 hour') FROM generate_series(1, 150) AS n;
SELECT test.holds(count(*) = 100 AND count(*) FILTER (WHERE body LIKE '%in the log alone.') = 1, 'no flood') FROM notifications WHERE body LIKE 'Audit rule crowd:%';
SELECT test.holds(fhir.raise_audit_alarm('odd', 'person', test.key('d1')::text, '', 'x', now(), now(), '1 hour') IS NULL, 'a person of no type');
SELECT test.holds(body LIKE 'Audit rule odd: person ' || test.key('d1') || ', x, from % See AuditEvent?date=ge%', body) FROM notifications WHERE body LIKE 'Audit rule odd:%';
ROLLBACK;
