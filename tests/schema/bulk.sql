-- Bulk loads: everything is in step after them, and the cost of a row is printed. Limits are multiples of what a row of
-- patient_profile costs in the same run, and wide: they catch a trigger without an index, not a slow day. Nothing is rolled
-- back: a table that was analysed while it held dead rows only is planned as an empty one.

CREATE TABLE test.baseline (cost numeric);

CREATE FUNCTION test.cost(statement text, rows integer, what text, times integer DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  start timestamptz := clock_timestamp();
  measured numeric;
BEGIN
  EXECUTE statement;
  SET CONSTRAINTS ALL IMMEDIATE;
  measured := round(extract(epoch FROM clock_timestamp() - start) * 1e6 / rows, 1);
  SET CONSTRAINTS ALL DEFERRED;
  IF times IS NULL THEN
    INSERT INTO test.baseline VALUES (measured);
  ELSE
    PERFORM test.holds(measured < times * b.cost, format('%s: %s microseconds per row', what, measured)) FROM test.baseline b;
  END IF;
  RETURN format('%s: %s microseconds per row', what, measured);
END
$$;

\echo bulk loads stay in step
BEGIN;
SET LOCAL hv.server = 'on';
SELECT test.clinic();
SELECT test.cost($$INSERT INTO patient_profile (id, full_name, dob, gender, fhir_residual)
  SELECT test.key('bulk' || i), 'Patient ' || i, date '1980-01-01' + i % 9000, 'female', '{"active":true}' FROM generate_series(1, 5000) i$$, 5000, 'patient_profile, server');
SELECT test.cost($$INSERT INTO ehr_observations (patient_id, author_id, record_type, code_system, code, code_display, effective_at, value_number, value_unit, value_unit_code, fhir_residual)
  SELECT test.key('bulk' || i), test.key('d1'), 'vital', 'http://loinc.org', '8867-4', 'Heart rate', now() - i * interval '1 min', 60 + i % 40, 'beats/minute', '/min', '{}' FROM generate_series(1, 5000) i$$, 5000, 'ehr_observations with new records, server', 80);
SELECT test.holds(count(*) = 5000 AND bool_and(e.content::jsonb #>> '{observations,0,id}' = o.id::text), 'each in its record')
  FROM ehr_observations o JOIN electronic_health_records e ON e.id = o.record_id;
SELECT test.cost($$UPDATE ehr_observations SET value_number = value_number + 1$$, 5000, 'ehr_observations updated, server', 150);
SELECT test.holds(bool_and((e.content::jsonb #>> '{observations,0,value}')::numeric = o.value_number AND e.version_id = 2 AND o.version_id = 2), 'in step')
  FROM ehr_observations o JOIN electronic_health_records e ON e.id = o.record_id;
SELECT test.cost($$INSERT INTO prescription_medications (patient_id, doctor_id, drug_name, dose, issued_at, group_identifier_value)
  SELECT test.key('bulk' || i / 3 + 1), test.key('d1'), 'Drug ' || i, '1', now(), 'group' || i / 3 FROM generate_series(0, 4999) i$$, 5000, 'prescription_medications in groups of three, server', 80);
SELECT test.holds(count(*) = 1667 AND max(jsonb_array_length(medications)) = 3, 'grouped') FROM prescriptions;
COMMIT;

BEGIN;
SELECT test.cost($$INSERT INTO patient_profile (id, full_name, dob, gender, fhir_residual)
  SELECT test.key('more' || i), 'Patient ' || i, date '1980-01-01' + i % 9000, 'female', '{"active":true}' FROM generate_series(1, 5000) i$$, 5000, 'patient_profile, plain SQL', 40);
SELECT test.cost($$INSERT INTO electronic_health_records (patient_id, author_id, record_type, content)
  SELECT test.key('more' || i), test.key('d1'), 'vital', '{"observations": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate", "value": 72, "unit": "beats/minute", "unit_code": "/min"}]}' FROM generate_series(1, 5000) i$$, 5000, 'vital records with one item, plain SQL', 80);
SELECT test.cost($$UPDATE electronic_health_records SET content = replace(content, '72', '73')$$, 5000, 'vital records updated, plain SQL', 500);
SELECT test.holds(count(*) = 5000 AND bool_and(value_number = 73 AND version_id = 2), 'in step') FROM ehr_observations WHERE code = '8867-4' AND author_id = test.key('d1') AND patient_id IN (SELECT test.key('more' || i) FROM generate_series(1, 5000) i);
COMMIT;

\echo single writes stay fast as the tables grow
BEGIN;
SET LOCAL hv.server = 'on';
SELECT test.cost($do$DO $d$ BEGIN FOR i IN 1..2000 LOOP
  INSERT INTO ehr_observations (patient_id, record_type, code, value_number) VALUES (test.key('p1'), 'vital', '8867-4', i);
END LOOP; END $d$ $do$, 2000, 'ehr_observations one by one', 300);
COMMIT;
