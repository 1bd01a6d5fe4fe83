\echo an appointment gives a care relationship, from its creation until 180 days after its end
BEGIN;
SELECT test.clinic();
SELECT test.same(string_agg(format('%s %s %s', c.source, c.starts_at <= now(), c.ends_at), ','), 'appointment t 2027-05-22 09:20:00+00', 'begun')
  FROM care_relationships c WHERE (c.patient_id, c.doctor_id, c.source_id) = (test.key('p1'), test.key('d1'), test.key('a1')) AND revoked_at IS NULL;
UPDATE appointments SET notes = 'x';
UPDATE appointments SET scheduled_start = '2026-11-24 09:00+00', scheduled_end = '2026-11-24 09:20+00';
SELECT test.same(string_agg(c.ends_at::text, ','), '2027-05-23 09:20:00+00', 'longer') FROM care_relationships c;
UPDATE appointments SET scheduled_start = '2026-10-24 09:00+00', scheduled_end = '2026-10-24 09:20+00', status = 'completed';
SELECT test.same(string_agg(c.ends_at::text, ','), '2027-04-22 09:20:00+00', 'shorter') FROM care_relationships c WHERE revoked_at IS NULL;
UPDATE appointments SET status = 'cancelled';
SELECT test.holds(count(*) = 1 AND bool_and(revoked_at IS NOT NULL), 'cancelled') FROM care_relationships;
UPDATE appointments SET status = 'confirmed';
SELECT test.holds(count(*) = 2 AND count(revoked_at) = 1, 'confirmed after all, by a new one') FROM care_relationships;
UPDATE appointments SET doctor_id = test.key('d2');
SELECT test.same(string_agg((c.doctor_id = test.key('d2'))::text, ','), 'true', 'of the other doctor now') FROM care_relationships c WHERE revoked_at IS NULL;
UPDATE appointments SET status = 'no_show';
SELECT test.holds(bool_and(revoked_at IS NOT NULL), 'did not come') FROM care_relationships;
UPDATE appointments SET status = 'requested';
UPDATE appointments SET is_deleted = true;
SELECT test.holds(bool_and(revoked_at IS NOT NULL), 'deleted') FROM care_relationships;
INSERT INTO appointments (patient_id, doctor_id, scheduled_start, scheduled_end, status) VALUES
  (test.key('p2'), test.key('d2'), '2015-01-01', '2015-01-02', 'completed'), (test.key('p2'), test.key('d2'), '2026-12-01', '2026-12-02', 'cancelled'),
  (test.key('p2'), test.key('d2'), '2026-12-01', '2026-12-02', 'requested');
SELECT test.holds(count(*) = 1, 'an old one gives none, a cancelled one neither') FROM care_relationships WHERE patient_id = test.key('p2');
SET LOCAL hv.moving = 'on';
DELETE FROM appointments;
SELECT test.holds(bool_and(revoked_at IS NOT NULL), 'moved away') FROM care_relationships;
ROLLBACK;

\echo breaking the glass has a reason and an end within the hour
BEGIN;
SELECT test.clinic();
SELECT test.refused(format('INSERT INTO care_relationships (patient_id, doctor_id, source, reason, ends_at) VALUES (test.key(''p2''), test.key(''d1''), ''break_glass'', %s)', v), '23514')
  FROM unnest(ARRAY['NULL, now() + interval ''1 min''', ''' '', now() + interval ''1 min''', '''x'', NULL', '''x'', now() + interval ''61 min''', '''x'', now()']) AS v;
INSERT INTO care_relationships (patient_id, doctor_id, source, reason, ends_at) VALUES (test.key('p2'), test.key('d1'), 'break_glass', 'unconscious', now() + interval '60 min');
SELECT test.refused('INSERT INTO patient_grants (holder, patient_id) VALUES (test.key(''p1''), test.key(''p1''))', '23514');
ROLLBACK;

\echo what comes into a record is seen by nobody who may not see the record
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (id, patient_id, author_id, appointment_id, record_type, visibility, content) VALUES
  (test.key('e1'), test.key('p1'), test.key('d1'), test.key('a1'), 'vital', 'care_team', '[{"code": "a"}]');
INSERT INTO ehr_observations (patient_id, author_id, appointment_id, record_type, code) VALUES (test.key('p1'), test.key('d1'), test.key('a1'), 'vital', 'b');
SELECT test.same(string_agg(visibility::text, ','), 'care_team,care_team', 'the observations') FROM ehr_observations;
UPDATE electronic_health_records SET visibility = 'author';
SELECT test.same(string_agg(visibility::text, ','), 'author,author', 'follow the record') FROM ehr_observations;
SELECT test.same(string_agg(visibility::text, ','), 'care_team,care_team', 'as it was') FROM history.ehr_observations;
ROLLBACK;

\echo the keys of a resource follow from what it says, so that they make no version; a version keeps its own
BEGIN;
INSERT INTO fhir.resource (resource_type, id, fhir_residual) VALUES ('Condition', test.key('c1'), '{}');
UPDATE fhir.resource SET patient_keys = ARRAY[test.key('p1')], practitioner_keys = ARRAY[test.key('d1')];
SELECT test.holds(version_id = 1 AND patient_keys = ARRAY[test.key('p1')], 'no version') FROM fhir.resource;
UPDATE fhir.resource SET patient_keys = ARRAY[test.key('p2')], practitioner_keys = '{}', fhir_residual = '{"a":1}';
SELECT test.holds(patient_keys = ARRAY[test.key('p1')] AND practitioner_keys = ARRAY[test.key('d1')], 'the former one''s') FROM history.resource;
ROLLBACK;

\echo fhir.reach says of whom each resource is, whoever writes it
CREATE FUNCTION test.reach() RETURNS text LANGUAGE sql AS $$
  WITH named (name, key) AS (SELECT n, test.key(n) FROM unnest(ARRAY['p1', 'p2', 'd1', 'd2', 'a1', 'e1', 'e2', 'e3', 'o1', 'm1', 'c1', 'c2', 'c3', 'g1', 'k1', 'k2']) AS n)
  SELECT string_agg(format('%s%s %s %s%s%s', x.resource_type, CASE WHEN x.is_contained THEN '#' END, k.name, x.audience, ' ' || p.name, ' ' || d.name), ', ' ORDER BY x.resource_type, k.name, p.name, d.name)
    FROM fhir.reach x LEFT JOIN named k ON k.key = x.key LEFT JOIN named p ON p.key = x.patient LEFT JOIN named d ON d.key = x.practitioner
$$;
BEGIN;
SELECT test.clinic();
SELECT test.same(test.reach(), 'Appointment a1 0 p1 d1, Patient p1 0 p1, Patient p2 0 p2, Practitioner d1 3 d1, Practitioner d2 3 d2', 'the clinic');
UPDATE appointments SET doctor_id = test.key('d2');
INSERT INTO electronic_health_records (id, patient_id, author_id, record_type, visibility, content) VALUES
  (test.key('e1'), test.key('p1'), test.key('d1'), 'note', 'patient', 'x'), (test.key('e2'), test.key('p1'), NULL, 'imaging', 'care_team', 'x'),
  (test.key('e3'), test.key('p1'), test.key('d1'), 'vital', 'author', format('[{"id": "%s", "code": "a"}]', test.key('o1')));
INSERT INTO prescriptions (patient_id, doctor_id, medications) VALUES (test.key('p2'), test.key('d1'), format('[{"id": "%s", "drug_name": "a"}]', test.key('m1'))::jsonb);
SELECT test.same(test.reach(), 'Appointment a1 0 p1 d2, DiagnosticReport e2 1 p1, DocumentReference e1 0 p1 d1, MedicationRequest m1 0 p2 d1, Observation o1 2 p1 d1, '
  'Patient p1 0 p1, Patient p2 0 p2, Practitioner d1 3 d1, Practitioner d2 3 d2', 'records');
UPDATE electronic_health_records SET visibility = 'patient', author_id = test.key('d2');
UPDATE prescriptions SET patient_id = test.key('p1');
DELETE FROM fhir.reach WHERE resource_type LIKE 'P%' OR resource_type = 'Appointment';
SELECT test.same(test.reach(), 'DiagnosticReport e2 0 p1 d2, DocumentReference e1 0 p1 d2, MedicationRequest m1 0 p1 d1, Observation o1 0 p1 d2', 'changed');
SET LOCAL hv.moving = 'on';
SET LOCAL hv.syncing = 'test';
DELETE FROM ehr_observations;
DELETE FROM electronic_health_records;
DELETE FROM prescription_medications;
SELECT test.same(test.reach(), NULL, 'gone');
ROLLBACK;
BEGIN;
INSERT INTO fhir.resource (resource_type, id, fhir_residual, patient_keys, practitioner_keys) VALUES
  ('Condition', test.key('c1'), '{}', ARRAY[test.key('p1')], ARRAY[test.key('d1'), test.key('d2')]), ('Condition', test.key('c2'), '{}', '{}', '{}'),
  ('Organization', test.key('g1'), '{}', '{}', '{}'), ('Schedule', test.key('c3'), '{}', ARRAY[test.key('p1')], '{}');
SELECT test.same(test.reach(), 'Condition c1 0 p1 d1, Condition c1 0 d2, Organization g1 4, Schedule c3 0 p1', 'the generic store');
UPDATE fhir.resource SET patient_keys = ARRAY[test.key('p2')] WHERE resource_type <> 'Condition';
UPDATE fhir.resource SET practitioner_keys = ARRAY[test.key('d2')] WHERE resource_type = 'Condition';
SELECT test.same(test.reach(), 'Condition c1 0 p1 d2, Condition c2 0 d2, Organization g1 0 p2, Schedule c3 0 p2', 'changed');
UPDATE fhir.resource SET patient_keys = '{}', practitioner_keys = '{}';
SELECT test.same(test.reach(), 'Organization g1 4, Schedule c3 4', 'of nobody');
DELETE FROM fhir.open_type WHERE resource_type = 'Schedule';
INSERT INTO fhir.open_type VALUES ('Condition');
SELECT test.same(test.reach(), 'Condition c1 4, Condition c2 4, Organization g1 4', 'other open types');
UPDATE fhir.open_type SET resource_type = 'Schedule' WHERE resource_type = 'Condition';
SELECT test.same(test.reach(), 'Organization g1 4, Schedule c3 4', 'and back');
SET LOCAL hv.moving = 'on';
DELETE FROM fhir.resource;
SELECT test.same(test.reach(), NULL, 'gone');
ROLLBACK;

\echo what is contained reaches whom its container reaches, however the container changes
BEGIN;
SELECT test.clinic();
DELETE FROM fhir.reach WHERE resource_type IN ('Patient', 'Appointment');
WITH written AS (INSERT INTO fhir.resource (resource_type, id, fhir_residual, patient_keys) VALUES ('Condition', test.key('c1'), '{}', ARRAY[test.key('p1')]) RETURNING id)
  INSERT INTO fhir.contained (resource_type, id, fhir_id, container_type, container_key) SELECT 'Medication', test.key('k1'), 'k', 'Condition', w.id FROM written w;
INSERT INTO fhir.contained (resource_type, id, fhir_id, container_type, container_key) VALUES ('Organization', test.key('k2'), 'k', 'Practitioner', test.key('d1')),
  ('Organization', test.key('c3'), 'k', 'Practitioner', test.key('c1'));
SELECT test.same(test.reach(), 'Condition c1 0 p1, Medication# k1 0 p1, Organization# k2 5 d1, Practitioner d1 3 d1, Practitioner d2 3 d2', 'written together');
UPDATE fhir.resource SET patient_keys = ARRAY[test.key('p2')];
SELECT test.same(test.reach(), 'Condition c1 0 p2, Medication# k1 0 p2, Organization# k2 5 d1, Practitioner d1 3 d1, Practitioner d2 3 d2', 'another patient');
UPDATE fhir.resource SET patient_keys = '{}';
INSERT INTO fhir.open_type VALUES ('Condition');
SELECT test.same(test.reach(), 'Condition c1 4, Medication# k1 4, Organization# k2 5 d1, Practitioner d1 3 d1, Practitioner d2 3 d2', 'open');
DELETE FROM fhir.contained WHERE id = test.key('k2');
SET LOCAL hv.moving = 'on';
DELETE FROM fhir.resource;
SELECT test.same(test.reach(), 'Practitioner d1 3 d1, Practitioner d2 3 d2', 'gone');
ROLLBACK;

\echo statistics are gathered once, by an owner whom row security hides them from
SELECT test.clinic();
SET ROLE hv_server_access;
SELECT fhir.analyze_grown();
RESET ROLE;
SELECT pg_stat_clear_snapshot();
CREATE TEMP TABLE counted AS SELECT c.oid, pg_stat_get_analyze_count(c.oid) AS n FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace IN ('public'::regnamespace, 'fhir'::regnamespace);
SELECT test.holds(n = 1, 'gathered') FROM counted WHERE oid = 'patient_profile'::regclass;
SET ROLE hv_server_access;
SELECT fhir.analyze_grown();
RESET ROLE;
SELECT pg_stat_clear_snapshot();
SELECT test.same(string_agg(oid::regclass::text, ','), NULL, 'gathered again') FROM counted WHERE n <> pg_stat_get_analyze_count(oid);
