\echo an update keeps the old version, adds one and moves the time on
BEGIN;
SELECT test.clinic();
UPDATE patient_profile SET full_name = 'Asha D.' WHERE id = test.key('p1');
SELECT test.holds(p.version_id = 2 AND p.updated_at > h.updated_at AND h.version_id = 1 AND h.full_name = 'Asha Devi', 'one former version')
  FROM patient_profile p JOIN history.patient_profile h USING (id) WHERE p.id = test.key('p1');
ROLLBACK;

\echo updated_at strictly grows, also within one transaction and against a time from the future
BEGIN;
INSERT INTO patient_profile (id, updated_at) VALUES (test.key('p9'), '2999-01-01');
DO $$ BEGIN FOR i IN 1..50 LOOP UPDATE patient_profile SET full_name = i::text WHERE id = test.key('p9'); END LOOP; END $$;
SELECT test.holds(count(DISTINCT updated_at) = 50 AND max(version_id) = 50, 'distinct times') FROM history.patient_profile;
SELECT test.holds(version_id = 51 AND updated_at > '2999-01-01', 'latest') FROM patient_profile WHERE id = test.key('p9');
ROLLBACK;

\echo an update that changes nothing leaves nothing, whatever it says of version and time
BEGIN;
SELECT test.clinic();
UPDATE patient_profile SET full_name = full_name, updated_at = now() + interval '1 day', version_id = 40, deleted_at = now();
UPDATE appointments SET status = status;
SELECT test.holds(count(*) = 0, 'no history') FROM history.patient_profile;
SELECT test.holds(count(*) = 0, 'no history') FROM history.appointments;
SELECT test.holds(bool_and(version_id = 1 AND updated_at < now() + interval '1 hour' AND deleted_at IS NULL), 'unchanged') FROM patient_profile;
ROLLBACK;

\echo digits count as a change, the way a row is indexed does not
BEGIN;
INSERT INTO patient_profile (id, fhir_residual) VALUES (test.key('p9'), '{"x":1.5}');
UPDATE patient_profile SET fhir_indexed_whole = true;
SELECT test.holds(version_id = 1 AND fhir_indexed_whole, 'indexed only') FROM patient_profile;
UPDATE patient_profile SET fhir_residual = '{"x":1.50}';
SELECT test.holds(version_id = 2 AND fhir_indexed_whole AND fhir_residual::text = '{"x":1.50}', 'digits') FROM patient_profile;
ROLLBACK;

\echo soft delete stamps the time, coming back clears it
BEGIN;
SELECT test.clinic();
UPDATE patient_profile SET is_deleted = true WHERE id = test.key('p2');
SELECT test.holds(version_id = 2 AND deleted_at = updated_at, 'stamped') FROM patient_profile WHERE id = test.key('p2');
UPDATE patient_profile SET is_deleted = false WHERE id = test.key('p2');
SELECT test.holds(version_id = 3 AND deleted_at IS NULL, 'cleared') FROM patient_profile WHERE id = test.key('p2');
SELECT test.holds(count(*) = 1, 'the deletion is a version') FROM history.patient_profile WHERE is_deleted AND version_id = 2 AND deleted_at IS NOT NULL;
ROLLBACK;

\echo every table of resources and every parent is versioned
BEGIN;
SELECT test.holds(count(*) = 9, 'history tables') FROM pg_tables WHERE schemaname = 'history';
SELECT test.holds(bool_and(a.cols = b.cols), 'same columns')
  FROM (SELECT table_name, array_agg((column_name, data_type, ordinal_position)::text ORDER BY ordinal_position) AS cols
          FROM information_schema.columns WHERE table_schema = 'history' GROUP BY 1) a
  JOIN (SELECT table_name, array_agg((column_name, data_type, ordinal_position)::text ORDER BY ordinal_position) AS cols
          FROM information_schema.columns WHERE table_schema IN ('public', 'fhir') GROUP BY 1) b USING (table_name);
INSERT INTO fhir.resource (resource_type, id, fhir_residual) VALUES ('Condition', test.key('c1'), '{"a":1}'), ('Basic', test.key('c1'), '{}');
UPDATE fhir.resource SET fhir_residual = '{"a":2}' WHERE resource_type = 'Condition';
SELECT test.holds(count(*) = 1 AND min(resource_type) = 'Condition' AND min(fhir_residual::text) = '{"a":1}', 'generic') FROM history.resource;
ROLLBACK;

\echo a row keeps its identity
BEGIN;
SELECT test.clinic();
SELECT test.refused($$UPDATE patient_profile SET id = gen_random_uuid() WHERE id = test.key('p2')$$, 'FH004');
SELECT test.refused($$UPDATE patient_profile SET fhir_id = 'other' WHERE id = test.key('p2')$$, 'FH004');
SELECT test.refused($$INSERT INTO patient_profile (fhir_id) VALUES ('no spaces')$$, '23514');
SELECT test.refused($$INSERT INTO patient_profile (fhir_id) VALUES ('00000000-0000-4000-8000-000000000000')$$, '23514');
INSERT INTO patient_profile (fhir_id) VALUES ('pat-1');
SELECT test.refused($$INSERT INTO patient_profile (fhir_id) VALUES ('pat-1')$$, '23505');
ROLLBACK;

\echo an insert keeps the version and time that it brings
BEGIN;
INSERT INTO patient_profile (id, version_id, updated_at) VALUES (test.key('p9'), 7, '2020-01-01 10:00:00.123+00');
SELECT test.holds(version_id = 7 AND updated_at = '2020-01-01 10:00:00.123+00', 'kept') FROM patient_profile;
UPDATE patient_profile SET full_name = 'x';
SELECT test.holds(version_id = 8 AND updated_at > '2020-01-02', 'goes on from there') FROM patient_profile;
ROLLBACK;
