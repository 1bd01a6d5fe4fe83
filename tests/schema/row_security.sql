\ir row_security_ward.sql

\echo who sees which rows of which table
CREATE TABLE test.wanted (place text, p1 text, p2 text, d1 text, d2 text, admin text, client text);
GRANT SELECT ON test.wanted TO PUBLIC;
\ir row_security_wanted.sql
BEGIN;
SELECT test.ward();
SELECT test.holds(NOT has_table_privilege('hv_server_access', p.place, 'SELECT'), p.place)
  FROM unnest(ARRAY['admin_duties', 'fhir.password_reset', 'fhir.sign_in_attempt', 'fhir.audit_alarm']) AS p (place);
SELECT test.holds(count(*) = (SELECT count(*) FROM test.wanted), 'each table is in the list of what is seen')
  FROM pg_class c WHERE c.relrowsecurity AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace IN ('public'::regnamespace, 'history'::regnamespace, 'fhir'::regnamespace)
    -- The queue's keys are nobody's; the others are granted to nobody (row_security_rules.sql: no caller has more than the server).
    AND c.relname NOT IN ('reindex_queue', 'encryption_queue', 'admin_duties', 'password_reset', 'sign_in_attempt', 'audit_checkpoints', 'audit_head', 'audit_alarm', 'trail_watch');
DO $$
DECLARE
  caller record;
  row record;
  faults text := '';
BEGIN
  FOR caller IN SELECT * FROM (VALUES ('p1', 'hv_patient', 'p1'), ('p2', 'hv_patient', 'p2'), ('d1', 'hv_doctor', 'd1'), ('d2', 'hv_doctor', 'd2'),
                                      ('admin', 'hv_admin', NULL), ('client', 'hv_client', NULL)) AS c (name, role, person) LOOP
    PERFORM test.become(caller.role, caller.person);
    FOR row IN SELECT w.place, to_jsonb(w) ->> caller.name AS wanted, test.seen(w.place) AS got FROM test.wanted w LOOP
      IF row.got IS DISTINCT FROM row.wanted THEN
        faults := faults || format(E'\n%s of %s: %s, wanted %s', caller.name, row.place, row.got, row.wanted);
      END IF;
    END LOOP;
    PERFORM set_config('role', 'none', true);
  END LOOP;
  PERFORM test.holds(faults = '', faults);
END
$$;
ROLLBACK;

\echo nobody is nobody: without a person nothing personal is seen, and nothing fails
BEGIN;
SELECT test.ward();
SELECT test.same(s.seen, 'resource -, index -, reach -, contained -, patients -, doctors -, records -, care -, written 0', s.role || ' as nobody') FROM (
  SELECT role, format('resource %s, index %s, reach %s, contained %s, patients %s, doctors %s, records %s, care %s, written %s',
    test.seen('fhir.resource'), test.seen('fhir.idx_token'), test.seen('fhir.reach'), test.seen('fhir.contained'), test.seen('patient_profile'), test.seen('doctor_profile'),
    test.seen('history.electronic_health_records'), test.seen('care_relationships'), test.touched('UPDATE patient_profile SET full_name = ''z'' WHERE true')) AS seen
    FROM unnest(ARRAY['hv_patient', 'hv_doctor']) AS role,
         LATERAL (SELECT set_config('hv.person', '', true), set_config('role', role, true)) AS become OFFSET 0) AS s;
ROLLBACK;

\echo a person that is none ends the statement
BEGIN;
SELECT test.ward();
DO $$
DECLARE
  person text;
  asked text;
  faults text := '';
BEGIN
  FOREACH person IN ARRAY ARRAY[' ', 'x', 'null', '*', test.key('p1') || ' ', $q$'; RESET ROLE; --$q$, repeat('0', 100000), E'\u0661', test.key('d1') || ',' || test.key('p1')] LOOP
    FOREACH asked IN ARRAY ARRAY['SELECT count(*) FROM fhir.resource', 'SELECT count(*) FROM fhir.idx_token', 'SELECT count(*) FROM patient_profile', 'SELECT count(*) FROM doctor_profile',
                                 'SELECT count(*) FROM history.electronic_health_records', 'SELECT count(*) FROM care_relationships'] LOOP
      FOR i IN 1..2 LOOP
        BEGIN
          PERFORM set_config('hv.person', person, true), set_config('role', (ARRAY['hv_patient', 'hv_doctor'])[i], true);
          EXECUTE asked;
          faults := faults || format(' %s as %s;', asked, left(person, 40));
        EXCEPTION WHEN invalid_text_representation THEN NULL;
        END;
      END LOOP;
    END LOOP;
  END LOOP;
  RESET ROLE;
  PERFORM test.holds(faults = '', faults);
END
$$;
ROLLBACK;
