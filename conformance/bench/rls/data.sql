-- Patients with 20 observations (columns) and 20 conditions (generic store) each, doctors with 50 patients each. Triggers
-- rest while the tables are filled; what they would have kept is filled after them.
SET session_replication_role = replica;
CREATE FUNCTION nth(type text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS 'SELECT md5(type || n)::uuid';
INSERT INTO doctor_profile (id, full_name) SELECT nth('Practitioner', n), 'Doctor ' || n FROM generate_series(1, :patients / 50) n;
INSERT INTO patient_profile (id, full_name, dob, gender) SELECT nth('Patient', n), 'Patient ' || n, date '2024-12-31' - n % 30000, 'female' FROM generate_series(1, :patients) n;
INSERT INTO appointments (id, patient_id, doctor_id, scheduled_start, scheduled_end)
  SELECT nth('Appointment', n), nth('Patient', n), nth('Practitioner', n % (:patients / 50) + 1), now(), now() + interval '1 hour' FROM generate_series(1, :patients) n;
INSERT INTO electronic_health_records (id, patient_id, author_id, record_type, content)
  SELECT nth('record', n), nth('Patient', n), nth('Practitioner', n % (:patients / 50) + 1), 'vital', 'words' FROM generate_series(1, :patients) n;
INSERT INTO ehr_observations (id, record_id, ordinal, patient_id, author_id, record_type, code_system, code, code_display, effective_at, value_number, value_unit, value_unit_code)
  SELECT nth('Observation', n), nth('record', n % :patients + 1), n / :patients + 1, nth('Patient', n % :patients + 1), nth('Practitioner', (n % :patients + 1) % (:patients / 50) + 1), 'vital',
         'http://loinc.org', 'c' || n % 50, 'Heart rate', now() - n * interval '1 min', n % 200, 'beats/minute', '/min' FROM generate_series(0, :patients * 20 - 1) n;
SELECT count(*) FROM fhir.intern_parameters('{Condition,Condition,Condition,Observation,Observation}', '{patient,code,onset-date,patient,code}');
-- As many as a server has.
SELECT count(*) FROM fhir.intern_parameters(ARRAY(SELECT 'Type' || n % 100 FROM generate_series(1, 1800) n), ARRAY(SELECT 'code' || n FROM generate_series(1, 1800) n));
SELECT id AS condition_patient FROM fhir.parameter WHERE resource_type = 'Condition' AND code = 'patient' \gset
SELECT id AS condition_code FROM fhir.parameter WHERE resource_type = 'Condition' AND code = 'code' \gset
SELECT id AS condition_date FROM fhir.parameter WHERE resource_type = 'Condition' AND code = 'onset-date' \gset
INSERT INTO fhir.resource (resource_type, id, fhir_residual, patient_keys)
  SELECT 'Condition', nth('Condition', n), json_build_object('resourceType', 'Condition', 'subject', json_build_object('reference', 'Patient/' || nth('Patient', n % :patients + 1)),
         'code', json_build_object('text', repeat('words ', 80))), ARRAY[nth('Patient', n % :patients + 1)] FROM generate_series(0, :patients * 20 - 1) n;
INSERT INTO fhir.idx_reference (parameter, target_type, target_id, target_key, key)
  SELECT :condition_patient, 'Patient', nth('Patient', n % :patients + 1)::text, nth('Patient', n % :patients + 1), nth('Condition', n) FROM generate_series(0, :patients * 20 - 1) n;
INSERT INTO fhir.idx_token (parameter, system, code, key) SELECT :condition_code, 'http://snomed.info/sct', 'c' || n % 50, nth('Condition', n) FROM generate_series(0, :patients * 20 - 1) n;
INSERT INTO fhir.idx_date (parameter, low, high, key) SELECT :condition_date, d, d + interval '1 day', nth('Condition', n)
  FROM generate_series(0, :patients * 20 - 1) n, LATERAL (SELECT timestamptz '2020-01-01' + n % 1000 * interval '1 day' AS d) x;
SELECT to_regclass('fhir.reach') IS NOT NULL AS has_reach \gset
\if :has_reach
INSERT INTO fhir.reach SELECT id, 'Patient', 0, id FROM patient_profile;
INSERT INTO fhir.reach SELECT id, 'Practitioner', 3, NULL, id FROM doctor_profile;
INSERT INTO fhir.reach SELECT id, 'Appointment', 0, patient_id, doctor_id FROM appointments;
INSERT INTO fhir.reach SELECT id, 'Observation', 0, patient_id, author_id FROM ehr_observations;
INSERT INTO fhir.reach SELECT id, resource_type, 0, patient_keys[1] FROM fhir.resource;
INSERT INTO care_relationships (patient_id, doctor_id, source, source_id, starts_at, ends_at)
  SELECT patient_id, doctor_id, 'appointment', id, now() - interval '1 day', now() + interval '1 year' FROM appointments;
\endif
RESET session_replication_role;
VACUUM ANALYZE;
