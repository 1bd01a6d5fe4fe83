\echo a prescription in plain SQL is one medication for each item
BEGIN;
SELECT test.clinic();
INSERT INTO prescriptions (id, patient_id, doctor_id, appointment_id, issued_at, expires_at, signed_by, medications) VALUES
  (test.key('r1'), test.key('p1'), test.key('d1'), test.key('a1'), '2026-11-23 09:15+00', '2026-12-23 09:15+00', test.key('u2'),
   '[{"drug_name": "Amoxicillin 500 mg", "dose": "1 capsule", "frequency": "3 times a day", "duration": "5 days", "notes": "after food", "batch": 7},
     {"id": "22222222-2222-4222-8222-222222222222", "drug_name": "ORS", "drug_code_system": "http://snomed.info/sct", "drug_code": "387311004", "status": "completed", "intent": "plan"}]');
SELECT test.same(string_agg(concat_ws('|', ordinal, drug_name, drug_code_system, drug_code, dose, frequency, duration, notes, status, intent, item_residual), E'\n' ORDER BY ordinal),
  E'1|Amoxicillin 500 mg|1 capsule|3 times a day|5 days|after food|active|order|{"batch": 7}\n2|ORS|http://snomed.info/sct|387311004|completed|plan', 'rows') FROM prescription_medications;
SELECT test.holds(bool_and(patient_id = test.key('p1') AND doctor_id = test.key('d1') AND appointment_id = test.key('a1') AND signed_by = test.key('u2')
    AND issued_at = '2026-11-23 09:15+00' AND expires_at = '2026-12-23 09:15+00' AND prescription_id = test.key('r1')
    AND group_identifier_system = 'urn:ietf:rfc:3986' AND group_identifier_value = 'urn:uuid:' || prescription_id), 'parent''s columns') FROM prescription_medications;
SELECT test.holds(count(*) = 1, 'its own id') FROM prescription_medications WHERE id = '22222222-2222-4222-8222-222222222222' AND ordinal = 2;
ROLLBACK;

\echo new medications change only the items that changed
BEGIN;
SELECT test.clinic();
INSERT INTO prescriptions (id, patient_id, doctor_id, medications) VALUES (test.key('r1'), test.key('p1'), test.key('d1'), '[{"drug_name": "a"}, {"drug_name": "b"}, {"drug_name": "c"}]');
UPDATE prescriptions SET medications = '[{"drug_name": "a"}, {"drug_name": "b", "dose": "2"}]';
SELECT test.same(string_agg(concat_ws('|', drug_name, dose, version_id, is_deleted), ' ' ORDER BY ordinal), 'a|1|f b|2|2|f c|2|t', 'by place') FROM prescription_medications;
UPDATE prescriptions SET medications = jsonb_build_array(jsonb_build_object('id', (SELECT id FROM prescription_medications WHERE drug_name = 'b'), 'drug_name', 'b', 'dose', '2'));
SELECT test.same(string_agg(concat_ws('|', drug_name, ordinal, version_id, is_deleted), ' ' ORDER BY drug_name), 'a|1|2|t b|1|2|f c|3|2|t', 'by id') FROM prescription_medications;
ROLLBACK;

\echo a new item of a prescription is of the group of its siblings
BEGIN;
SELECT test.clinic();
INSERT INTO prescription_medications (patient_id, doctor_id, drug_name, group_identifier_value) VALUES (test.key('p1'), test.key('d1'), 'a', 'g1');
UPDATE prescriptions SET medications = medications || '[{"drug_name": "b"}]';
SELECT test.holds(count(*) = 2 AND bool_and(group_identifier_system IS NULL AND group_identifier_value = 'g1'), 'the same group') FROM prescription_medications;
INSERT INTO prescriptions (id, patient_id, doctor_id, medications) VALUES (test.key('r1'), test.key('p1'), test.key('d1'), '[]');
UPDATE prescriptions SET medications = '[{"drug_name": "c"}]' WHERE id = test.key('r1');
SELECT test.holds(group_identifier_value = 'urn:uuid:' || test.key('r1'), 'its own group') FROM prescription_medications WHERE drug_name = 'c';
ROLLBACK;

\echo what the prescription says of all items flows: patient, doctor, dates, signature, soft delete
BEGIN;
SELECT test.clinic();
INSERT INTO prescriptions (id, patient_id, doctor_id, issued_at, medications) VALUES (test.key('r1'), test.key('p1'), test.key('d1'), '2026-01-01', '[{"drug_name": "a"}, {"drug_name": "b"}]');
UPDATE prescriptions SET patient_id = test.key('p2'), doctor_id = test.key('d2'), issued_at = '2026-02-01', expires_at = '2026-03-01', signed_by = test.key('u2');
SELECT test.holds(bool_and(patient_id = test.key('p2') AND doctor_id = test.key('d2') AND issued_at = '2026-02-01' AND expires_at = '2026-03-01'
    AND signed_by = test.key('u2') AND version_id = 2), 'flowed') FROM prescription_medications;
UPDATE prescriptions SET expires_at = NULL;
SELECT test.holds(bool_and(expires_at IS NULL AND version_id = 3), 'no expiry') FROM prescription_medications;
UPDATE prescriptions SET is_deleted = true;
SELECT test.holds(bool_and(is_deleted), 'deleted') FROM prescription_medications;
UPDATE prescriptions SET is_deleted = false;
SELECT test.holds(bool_and(NOT is_deleted AND version_id = 5) AND count(*) = 2, 'back') FROM prescription_medications;
ROLLBACK;

\echo medications of one group stand in one prescription, in one statement or several
BEGIN;
SELECT test.clinic();
INSERT INTO prescription_medications (patient_id, doctor_id, drug_name, group_identifier_system, group_identifier_value, issued_at, expires_at) VALUES
  (test.key('p1'), test.key('d1'), 'a', 's', 'g1', '2026-01-01', '2026-02-01'), (test.key('p1'), test.key('d1'), 'b', 's', 'g1', '2026-01-01', '2026-02-01'),
  (test.key('p1'), test.key('d1'), 'alone', NULL, NULL, NULL, NULL);
INSERT INTO prescription_medications (patient_id, doctor_id, drug_name, group_identifier_system, group_identifier_value, issued_at, expires_at) VALUES
  (test.key('p1'), test.key('d1'), 'c', 's', 'g1', '2026-01-01', '2026-02-01');
SELECT test.same(string_agg(drugs, ' ' ORDER BY drugs), 'a1b2c3 alone1', 'together')
  FROM (SELECT string_agg(m.drug_name || m.ordinal, '' ORDER BY m.ordinal) AS drugs FROM prescription_medications m GROUP BY m.prescription_id) g;
SELECT test.holds(p.issued_at = '2026-01-01' AND p.expires_at = '2026-02-01' AND p.version_id = 2 AND p.medications #>> '{2,drug_name}' = 'c', 'the prescription')
  FROM prescriptions p WHERE jsonb_array_length(p.medications) = 3;
SELECT test.holds(count(*) = 2, 'two prescriptions') FROM prescriptions;
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK;

\echo another patient, doctor or system is another prescription
BEGIN;
SELECT test.clinic();
INSERT INTO prescription_medications (patient_id, doctor_id, drug_name, group_identifier_system, group_identifier_value) VALUES
  (test.key('p1'), test.key('d1'), 'a', 's', 'g1'), (test.key('p2'), test.key('d1'), 'b', 's', 'g1'), (test.key('p1'), test.key('d2'), 'c', 's', 'g1'),
  (test.key('p1'), test.key('d1'), 'd', NULL, 'g1');
SELECT test.holds(count(*) = 4 AND count(DISTINCT m.prescription_id) = 4 AND bool_and(p.patient_id = m.patient_id AND p.doctor_id = m.doctor_id), 'four')
  FROM prescription_medications m JOIN prescriptions p ON p.id = m.prescription_id;
ROLLBACK;

\echo the default group identifier names the prescription, also of one that the platform wrote
BEGIN;
SELECT test.clinic();
INSERT INTO prescriptions (id, patient_id, doctor_id, medications) VALUES (test.key('r1'), test.key('p1'), test.key('d1'), '[{"drug_name": "a"}]');
INSERT INTO prescription_medications (patient_id, doctor_id, drug_name, group_identifier_system, group_identifier_value)
  VALUES (test.key('p1'), test.key('d1'), 'b', 'urn:ietf:rfc:3986', 'urn:uuid:' || test.key('r1'));
UPDATE prescription_medications SET group_identifier_system = 'urn:ietf:rfc:3986', group_identifier_value = 'urn:uuid:' || test.key('r1') WHERE drug_name = 'a';
SELECT test.holds(count(*) = 2 AND bool_and(prescription_id = test.key('r1')), 'joined and stayed') FROM prescription_medications;
SELECT test.same(jsonb_path_query_array(medications, '$[*].drug_name')::text, '["a", "b"]', 'medications') FROM prescriptions;
ROLLBACK;

\echo a changed medication changes its item only, a deleted one goes, the last takes the prescription with it
BEGIN;
SELECT test.clinic();
INSERT INTO prescriptions (id, patient_id, doctor_id, issued_at, medications) VALUES (test.key('r1'), test.key('p1'), test.key('d1'), '2026-01-01', '[{"drug_name": "a", "batch": 7}, {"drug_name": "b"}]');
UPDATE prescription_medications SET dose = '2', status = 'stopped', expires_at = '2026-05-05' WHERE drug_name = 'a';
SELECT test.holds(medications -> 0 ->> 'dose' = '2' AND medications -> 0 ->> 'status' = 'stopped' AND medications -> 0 ->> 'batch' = '7' AND version_id = 2
    AND expires_at IS NULL, 'item; one expiry of two is not the prescription''s') FROM prescriptions;
UPDATE prescription_medications SET expires_at = '2026-05-05' WHERE drug_name = 'b';
SELECT test.holds(expires_at = '2026-05-05', 'all agree') FROM prescriptions;
UPDATE prescription_medications SET is_deleted = true WHERE drug_name = 'a';
SELECT test.holds(jsonb_array_length(medications) = 1 AND NOT is_deleted, 'one left') FROM prescriptions;
UPDATE prescription_medications SET is_deleted = true WHERE drug_name = 'b';
SELECT test.holds(is_deleted AND deleted_at IS NOT NULL, 'none left') FROM prescriptions;
ROLLBACK;

\echo a medication whose period ends before it is issued is stored, its prescription has no expiry
BEGIN;
SELECT test.clinic();
INSERT INTO prescription_medications (patient_id, doctor_id, drug_name, issued_at, expires_at) VALUES (test.key('p1'), test.key('d1'), 'a', '2026-02-01', '2026-01-01');
SELECT test.holds(p.expires_at IS NULL AND m.expires_at = '2026-01-01', 'stored') FROM prescriptions p JOIN prescription_medications m ON m.prescription_id = p.id;
UPDATE prescription_medications SET dose = '1';
SELECT test.holds(expires_at IS NULL AND medications #>> '{0,dose}' = '1', 'still') FROM prescriptions;
ROLLBACK;

\echo a medication that changes doctor or patient leaves its prescription
BEGIN;
SELECT test.clinic();
INSERT INTO prescriptions (id, patient_id, doctor_id, medications) VALUES (test.key('r1'), test.key('p1'), test.key('d1'), '[{"drug_name": "a"}, {"drug_name": "b"}]');
UPDATE prescription_medications SET doctor_id = test.key('d2') WHERE drug_name = 'a';
UPDATE prescription_medications SET patient_id = test.key('p2') WHERE drug_name = 'b';
SELECT test.holds(count(DISTINCT p.id) = 2 AND bool_and(p.id <> test.key('r1') AND p.doctor_id = m.doctor_id AND p.patient_id = m.patient_id), 'new ones')
  FROM prescription_medications m JOIN prescriptions p ON p.id = m.prescription_id;
SELECT test.holds(is_deleted, 'nothing left') FROM prescriptions WHERE id = test.key('r1');
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK;
