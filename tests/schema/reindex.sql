\echo plain SQL queues each resource that it writes
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (id, patient_id, record_type, content) VALUES
  (test.key('e1'), test.key('p1'), 'note', 'x'), (test.key('e2'), test.key('p1'), 'imaging', 'x'), (test.key('e3'), test.key('p1'), 'vital', '[{"code": "a"}, {"code": "b"}]');
INSERT INTO prescriptions (patient_id, doctor_id, medications) VALUES (test.key('p1'), test.key('d1'), '[{"drug_name": "a"}, {"drug_name": "b"}]');
UPDATE doctor_profile SET location = 'x' WHERE id = test.key('d1');
SELECT test.same(string_agg(resource_type || ' ' || n, ', ' ORDER BY resource_type),
  'Appointment 1, DiagnosticReport 1, DocumentReference 1, MedicationRequest 2, Observation 2, Patient 2, Practitioner 2, PractitionerRole 1', 'queued')
  FROM (SELECT resource_type, count(*) AS n FROM fhir.reindex_queue GROUP BY 1) q;
DELETE FROM fhir.reindex_queue;
UPDATE patient_profile SET full_name = 'x' WHERE id = test.key('p1');
UPDATE patient_profile SET full_name = 'y' WHERE id = test.key('p1');
SELECT test.same(string_agg(resource_type || key, ','), 'Patient' || test.key('p1'), 'once') FROM fhir.reindex_queue;
ROLLBACK;

\echo what the server writes is not queued, what triggers write for it is
BEGIN;
SET LOCAL hv.server = 'on';
SELECT test.clinic();
INSERT INTO ehr_observations (patient_id, record_type, code) VALUES (test.key('p1'), 'vital', 'a');
INSERT INTO doctor_roles (doctor_id, location) VALUES (test.key('d1'), 'x');
SELECT test.holds(count(*) = 0, 'nothing') FROM fhir.reindex_queue;
UPDATE doctor_profile SET is_deleted = true WHERE id = test.key('d1');
SELECT test.same(string_agg(resource_type, ','), 'PractitionerRole', 'the role that followed') FROM fhir.reindex_queue;
ROLLBACK;

\echo the queue belongs to the transaction of the write
BEGIN;
SELECT test.clinic();
ROLLBACK;
SELECT test.holds(count(*) = 0, 'nothing') FROM fhir.reindex_queue;

\echo parameters get a number once
BEGIN;
SELECT test.holds(count(*) = 2, 'two') FROM fhir.intern_parameters('{Patient,Patient,Patient}', '{name,birthdate,name}');
CREATE TEMP TABLE former AS SELECT * FROM fhir.parameter;
SELECT test.holds(count(*) = 3, 'three') FROM fhir.intern_parameters('{Observation,Patient}', '{code,name}');
SELECT test.holds(count(*) = 2, 'kept') FROM fhir.parameter JOIN former USING (id, resource_type, code);
ROLLBACK;
