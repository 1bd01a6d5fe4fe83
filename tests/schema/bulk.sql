-- Bulk loads: everything is in step after them, and the cost of a row is printed. The limits are wide (a loaded machine is
-- slow); they catch a trigger that works row by row or without an index, not a slow day.

CREATE FUNCTION test.cost(statement text, rows integer, what text, limit_microseconds integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  start timestamptz := clock_timestamp();
  cost numeric;
BEGIN
  EXECUTE statement;
  SET CONSTRAINTS ALL IMMEDIATE;
  cost := round(extract(epoch FROM clock_timestamp() - start) * 1e6 / rows, 1);
  PERFORM test.holds(cost < limit_microseconds, format('%s: %s microseconds per row', what, cost));
  SET CONSTRAINTS ALL DEFERRED;
  RETURN format('%s: %s microseconds per row', what, cost);
END
$$;

\echo bulk loads of 20000 rows stay in step
BEGIN;
SET LOCAL hv.server = 'on';
SELECT test.clinic();
SELECT test.cost($$INSERT INTO patient_profile (id, full_name, dob, gender, fhir_residual)
  SELECT test.key('bulk' || i), 'Patient ' || i, date '1980-01-01' + i % 9000, 'female', '{"active":true}' FROM generate_series(1, 20000) i$$, 20000, 'patient_profile, server', 400);
SELECT test.cost($$INSERT INTO ehr_observations (patient_id, author_id, record_type, code_system, code, code_display, effective_at, value_number, value_unit, value_unit_code, fhir_residual)
  SELECT test.key('bulk' || i), test.key('d1'), 'vital', 'http://loinc.org', '8867-4', 'Heart rate', now() - i * interval '1 min', 60 + i % 40, 'beats/minute', '/min', '{}' FROM generate_series(1, 20000) i$$, 20000, 'ehr_observations with new records, server', 2000);
SELECT test.holds(count(*) = 20000 AND bool_and(e.content::jsonb #>> '{observations,0,id}' = o.id::text), 'each in its record')
  FROM ehr_observations o JOIN electronic_health_records e ON e.id = o.record_id;
SELECT test.cost($$UPDATE ehr_observations SET value_number = value_number + 1$$, 20000, 'ehr_observations updated, server', 4000);
SELECT test.holds(bool_and((e.content::jsonb #>> '{observations,0,value}')::numeric = o.value_number AND e.version_id = 2 AND o.version_id = 2), 'in step')
  FROM ehr_observations o JOIN electronic_health_records e ON e.id = o.record_id;
SELECT test.cost($$INSERT INTO prescription_medications (patient_id, doctor_id, drug_name, dose, issued_at, group_identifier_value)
  SELECT test.key('bulk' || i / 3 + 1), test.key('d1'), 'Drug ' || i, '1', now(), 'group' || i / 3 FROM generate_series(0, 19999) i$$, 20000, 'prescription_medications in groups of three, server', 2000);
SELECT test.holds(count(*) = 6667 AND max(jsonb_array_length(medications)) = 3, 'grouped') FROM prescriptions;
ROLLBACK;

BEGIN;
SELECT test.clinic();
SELECT test.cost($$INSERT INTO patient_profile (id, full_name, dob, gender, fhir_residual)
  SELECT test.key('bulk' || i), 'Patient ' || i, date '1980-01-01' + i % 9000, 'female', '{"active":true}' FROM generate_series(1, 20000) i$$, 20000, 'patient_profile, plain SQL', 400);
SELECT test.cost($$INSERT INTO electronic_health_records (patient_id, author_id, record_type, content)
  SELECT test.key('bulk' || i), test.key('d1'), 'vital', '{"observations": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate", "value": 72, "unit": "beats/minute", "unit_code": "/min"}]}' FROM generate_series(1, 20000) i$$, 20000, 'vital records with one item, plain SQL', 2000);
SELECT test.cost($$UPDATE electronic_health_records SET content = replace(content, '72', '73')$$, 20000, 'vital records updated, plain SQL', 4000);
SELECT test.holds(count(*) = 20000 AND bool_and(value_number = 73 AND version_id = 2), 'in step') FROM ehr_observations;
ROLLBACK;

-- The same, one statement for each row, in a session whose plans were made while the tables were empty.
\echo single writes stay fast as the tables grow
BEGIN;
SET LOCAL hv.server = 'on';
SELECT test.clinic();
SELECT test.cost($do$DO $d$ BEGIN FOR i IN 1..5000 LOOP
  INSERT INTO ehr_observations (patient_id, record_type, code, value_number) VALUES (test.key('p1'), 'vital', '8867-4', i);
END LOOP; END $d$ $do$, 5000, 'ehr_observations one by one', 4000);
ROLLBACK;
