\echo a doctor with specialties, hours or a location has a role, one without has none
BEGIN;
SELECT test.clinic();
INSERT INTO doctor_profile (id, specialties, clinic_hours, location) VALUES
  (test.key('d3'), '["Paediatrics"]', '{"mon": ["09:00-13:00", "15:00-18:00"]}', 'Health centre, Rampur');
SELECT test.holds(count(*) = 1 AND min(doctor_id::text) = test.key('d3')::text AND min(specialties::text) = '["Paediatrics"]' AND min(location) = 'Health centre, Rampur'
    AND min(clinic_hours::text) = '{"mon": ["09:00-13:00", "15:00-18:00"]}' AND min(ordinal) = 1, 'one role') FROM doctor_roles;
UPDATE doctor_profile SET location = 'Rampur' WHERE id = test.key('d2');
SELECT test.holds(location = 'Rampur' AND version_id = 1, 'made later') FROM doctor_roles WHERE doctor_id = test.key('d2');
ROLLBACK;

\echo the role follows its doctor: changed, emptied, deleted, back
BEGIN;
INSERT INTO doctor_profile (id, specialties) VALUES (test.key('d3'), '["Paediatrics"]');
UPDATE doctor_profile SET full_name = 'x';
SELECT test.holds(version_id = 1, 'another column does not touch it') FROM doctor_roles;
UPDATE doctor_profile SET specialties = '[{"code": "394537008", "display": "Paediatrics"}]';
SELECT test.holds(version_id = 2 AND specialties -> 0 ->> 'code' = '394537008', 'changed') FROM doctor_roles;
UPDATE doctor_profile SET is_deleted = true;
SELECT test.holds(version_id = 3 AND is_deleted, 'deleted') FROM doctor_roles;
UPDATE doctor_profile SET is_deleted = false;
SELECT test.holds(version_id = 4 AND NOT is_deleted, 'back') FROM doctor_roles;
UPDATE doctor_profile SET specialties = NULL;
SELECT test.holds(version_id = 5 AND is_deleted, 'emptied') FROM doctor_roles;
UPDATE doctor_profile SET specialties = '[]';
SELECT test.holds(count(*) = 2 AND count(*) FILTER (WHERE NOT is_deleted) = 1, 'a new role') FROM doctor_roles;
ROLLBACK;

\echo the first role that is written shows in the doctor, and makes no version of the doctor
BEGIN;
SELECT test.clinic();
INSERT INTO doctor_roles (id, doctor_id, specialties, location) VALUES (test.key('r1'), test.key('d1'), '["Surgery"]', 'Rampur');
SELECT test.holds(specialties::text = '["Surgery"]' AND location = 'Rampur' AND version_id = 1, 'shown') FROM doctor_profile WHERE id = test.key('d1');
UPDATE doctor_roles SET clinic_hours = '{"tue": ["10:00-12:00"]}';
SELECT test.holds(clinic_hours::text = '{"tue": ["10:00-12:00"]}' AND version_id = 1, 'shown') FROM doctor_profile WHERE id = test.key('d1');
INSERT INTO doctor_roles (id, doctor_id, specialties) VALUES (test.key('r2'), test.key('d1'), '["Research"]');
SELECT test.holds(ordinal = 2, 'the second') FROM doctor_roles WHERE id = test.key('r2');
SELECT test.holds(specialties::text = '["Surgery"]', 'the first stays') FROM doctor_profile WHERE id = test.key('d1');
UPDATE doctor_roles SET is_deleted = true WHERE id = test.key('r1');
SELECT test.holds(num_nonnulls(specialties, clinic_hours, location) = 0 AND version_id = 1, 'gone') FROM doctor_profile WHERE id = test.key('d1');
INSERT INTO doctor_roles (id, doctor_id, location) VALUES (test.key('r3'), test.key('d1'), 'Sitapur');
SELECT test.holds(ordinal = 1, 'the next first') FROM doctor_roles WHERE id = test.key('r3');
UPDATE doctor_roles SET is_deleted = false WHERE id = test.key('r1');
SELECT test.holds(ordinal = 3, 'comes back behind') FROM doctor_roles WHERE id = test.key('r1');
SELECT test.holds(location = 'Sitapur', 'the first stays') FROM doctor_profile WHERE id = test.key('d1');
ROLLBACK;

\echo a role that changes doctor leaves the one and shows in the other
BEGIN;
SELECT test.clinic();
INSERT INTO doctor_roles (id, doctor_id, location) VALUES (test.key('r1'), test.key('d1'), 'Rampur');
UPDATE doctor_roles SET doctor_id = test.key('d2');
SELECT test.same(string_agg(concat_ws('|', full_name, location), ' ' ORDER BY full_name), 'Dr Arun Rao|Rampur Dr Meera Iyer', 'moved') FROM doctor_profile;
SET LOCAL hv.moving = 'on';
DELETE FROM doctor_roles;
SELECT test.holds(count(location) = 0, 'moved away') FROM doctor_profile;
ROLLBACK;
