-- The clinic of Udaharanpur, a village that does not exist, written as the platform's own applications write: plain SQL
-- into every table of theirs. For psql, as the owner; loads once, a second run changes nothing.
--
-- Nobody here is real: udaharan, namuna, misal and tulya mean "example" and the like, and no telephone number in India
-- begins with 0. No login opens: its password hash is none. Ids are fixed; times count from the day of loading.

\set ON_ERROR_STOP on
SET search_path = public;
SET client_min_messages = warning;
SELECT EXISTS (SELECT FROM users WHERE email = 'reception@udaharanpur.example') AS loaded \gset
\if :loaded
  \quit
\endif

BEGIN;

-- Id number n of a kind: 00000003-0000-4000-8000-000000000007 is patient 7.
CREATE FUNCTION pg_temp.id(kind text, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex(array_position(ARRAY['user', 'doctor', 'patient', 'appointment', 'record', 'prescription', 'attachment', 'notification',
                                           'session', 'turn', 'audit', 'observation', 'medication'], kind)), 8, '0')
          || '-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid
$$;
-- A time of day in the village, so many days from today.
CREATE FUNCTION pg_temp.at(days integer, clock time) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT ((now() AT TIME ZONE 'Asia/Kolkata')::date + days + clock) AT TIME ZONE 'Asia/Kolkata'
$$;
-- A hash that no known token has.
CREATE FUNCTION pg_temp.no_hash(n integer) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT decode(lpad(to_hex(n), 64, '0'), 'hex') $$;

-- Logins: users 1 to 3 are doctors, 4 the reception, 11 to 17 patients 1 to 7 ------------------------------------------

INSERT INTO users (id, email, password_hash, role, is_active, created_at)
SELECT pg_temp.id('user', n), email, '!no-login', role::user_role, is_active, pg_temp.at(-400, '10:00')
  FROM (VALUES
    (1, 'asha.namuna@udaharanpur.example', 'doctor', true),
    (2, 'imran.misal@udaharanpur.example', 'doctor', true),
    (3, 'lakshmi.tulya@udaharanpur.example', 'doctor', true),
    (4, 'reception@udaharanpur.example', 'admin', true),
    (11, 'savitri.udaharan@mail.example', 'patient', true),
    (12, 'ramesh.udaharan@mail.example', 'patient', true),
    (13, 'fatima.misal@mail.example', 'patient', true),
    (14, 'gopal.namuna@mail.example', 'patient', true),
    (15, 'meena.tulya@mail.example', 'patient', true),
    (16, 'harpreet.namuna@mail.example', 'patient', true),
    (17, 'joseph.udaharan@mail.example', 'patient', false)) AS u (n, email, role, is_active);

INSERT INTO doctor_profile (id, user_id, full_name, qualification, registration_number, specialties, clinic_hours, location, verified, created_at) VALUES
  (pg_temp.id('doctor', 1), pg_temp.id('user', 1), 'Dr. Asha Namuna', 'MBBS, MD (Community Medicine)', 'DEMO-00001',
   '[{"system": "http://snomed.info/sct", "code": "419772000", "display": "Family practice"}]',
   '{"mon": ["09:00-13:00", "15:00-18:00"], "tue": ["09:00-13:00"], "thu": ["09:00-13:00", "15:00-18:00"], "sat": ["09:00-12:00"]}',
   'Primary health centre, Udaharanpur', true, pg_temp.at(-400, '10:05')),
  (pg_temp.id('doctor', 2), pg_temp.id('user', 2), 'Dr. Imran Misal', 'MBBS, DCH', 'DEMO-00002',
   '[{"system": "http://snomed.info/sct", "code": "394537008", "display": "Pediatric specialty"}, "Immunisation"]',
   '{"wed": ["10:00-16:00"], "fri": ["10:00-16:00"]}',
   'District hospital, by video', true, pg_temp.at(-380, '10:05')),
  (pg_temp.id('doctor', 3), pg_temp.id('user', 3), 'Dr. Lakshmi Tulya', 'MBBS, DGO', NULL,
   '[{"system": "http://snomed.info/sct", "code": "394586005", "display": "Gynecology"}]',
   '{"tue": ["14:00-18:00"]}', 'District hospital, by video', false, pg_temp.at(-20, '10:05'));

-- Patient 8 is a child without a login.
INSERT INTO patient_profile (id, user_id, full_name, dob, gender, contact_number, address, medical_summary, created_at) VALUES
  (pg_temp.id('patient', 1), pg_temp.id('user', 11), 'Savitri Udaharan', '1958-03-14', 'female', '+91 00000 00011',
   'House 4, Temple Lane, Udaharanpur', 'Type 2 diabetes since 2014, high blood pressure. Allergic to sulfonamides.', pg_temp.at(-390, '11:00')),
  (pg_temp.id('patient', 2), pg_temp.id('user', 12), 'Ramesh Udaharan', '1955-11-02', 'male', '+91 00000 00012',
   'House 4, Temple Lane, Udaharanpur', 'Chronic cough, former smoker.', pg_temp.at(-390, '11:10')),
  (pg_temp.id('patient', 3), pg_temp.id('user', 13), 'Fatima Misal', '1996-07-21', 'female', '+91 00000 00013',
   'House 17, Well Road, Udaharanpur', 'Second pregnancy, due in four months. Mild anaemia.', pg_temp.at(-200, '09:30')),
  (pg_temp.id('patient', 4), pg_temp.id('user', 14), 'Gopal Namuna', '1987-01-30', 'male', '+91 00000 00014',
   'Field House, Canal Road, Udaharanpur', NULL, pg_temp.at(-150, '12:00')),
  (pg_temp.id('patient', 5), pg_temp.id('user', 15), 'Meena Tulya', '2001-09-09', 'female', '+91 00000 00015',
   'House 9, School Lane, Udaharanpur', NULL, pg_temp.at(-90, '16:00')),
  (pg_temp.id('patient', 6), pg_temp.id('user', 16), 'Harpreet Namuna', '1979-05-05', 'other', '+91 00000 00016',
   'House 22, Market Street, Udaharanpur', 'Asthma, worse at harvest time.', pg_temp.at(-60, '10:00')),
  (pg_temp.id('patient', 7), pg_temp.id('user', 17), 'Joseph Udaharan', '1969-12-25', 'male', NULL,
   NULL, NULL, pg_temp.at(-45, '10:00')),
  (pg_temp.id('patient', 8), NULL, 'Ayaan Misal', '2021-02-11', 'male', '+91 00000 00013',
   'House 17, Well Road, Udaharanpur', 'Immunisations up to date.', pg_temp.at(-200, '09:40'));

-- Appointments: each status, each mode -------------------------------------------------------------------------------

INSERT INTO appointments (id, patient_id, doctor_id, scheduled_start, scheduled_end, status, mode, notes, created_by, created_at)
SELECT pg_temp.id('appointment', n), pg_temp.id('patient', patient), pg_temp.id('doctor', doctor), pg_temp.at(days, clock),
       pg_temp.at(days, clock) + interval '20 minutes', status::appointment_status, mode::appointment_mode, notes, pg_temp.id('user', asked_by),
       pg_temp.at(days - 4, '08:00')
  FROM (VALUES
    (1, 1, 1, -30, time '09:20', 'completed', 'in_person', 'Diabetes review', 11),
    (2, 8, 2, -14, time '10:40', 'completed', 'video', 'Fever and loose motions for two days; mother joins', 13),
    (3, 3, 3, -7, time '14:20', 'completed', 'video', 'Antenatal review', 13),
    (4, 4, 1, -5, time '11:00', 'completed', 'in_person', 'Cut on the left hand, from a sickle', 4),
    (5, 2, 1, -3, time '15:20', 'completed', 'audio', 'Cough', 12),
    (6, 6, 1, -2, time '09:40', 'completed', 'in_person', 'Wheezing', 4),
    (7, 5, 3, -7, time '15:00', 'cancelled', 'video', 'Cancelled by the patient: exams', 15),
    (8, 7, 1, -9, time '12:20', 'no_show', 'phone', NULL, 4),
    (9, 1, 1, 2, time '09:20', 'confirmed', 'phone', 'Blood sugar after the new dose', 11),
    (10, 8, 2, 5, time '11:20', 'confirmed', 'video', 'Weight check', 13),
    (11, 3, 3, 21, time '14:20', 'requested', 'video', 'Next antenatal review', 13),
    (12, 5, 1, 6, time '10:00', 'requested', 'audio', NULL, 15)) AS a (n, patient, doctor, days, clock, status, mode, notes, asked_by);

-- Files --------------------------------------------------------------------------------------------------------------

INSERT INTO attachments (id, owner_id, storage_key, content_type, size, encrypted, created_at) VALUES
  (pg_temp.id('attachment', 1), pg_temp.id('user', 1), 'demo/chest-x-ray.dcm', 'application/dicom', 8412160, true, pg_temp.at(-3, '16:05')),
  (pg_temp.id('attachment', 2), pg_temp.id('user', 3), 'demo/ultrasound-report.pdf', 'application/pdf', 248311, true, pg_temp.at(-7, '14:41')),
  (pg_temp.id('attachment', 3), pg_temp.id('user', 4), 'demo/hand-before-dressing.jpg', 'image/jpeg', 1190227, true, pg_temp.at(-5, '11:02')),
  (pg_temp.id('attachment', 4), pg_temp.id('user', 11), 'demo/sugar-diary.png', 'image/png', 402113, false, pg_temp.at(-31, '19:30'));

-- Health records. Of each appointment one record is the one that it generated --------------------------------------------

-- A vital sign or laboratory value as the platform writes it.
CREATE FUNCTION pg_temp.item(n integer, effective timestamptz, code text, display text, value jsonb, unit text DEFAULT NULL,
                             unit_code text DEFAULT NULL, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object('id', pg_temp.id('observation', n), 'effective', effective, 'system', 'http://loinc.org',
    'code', code, 'display', display, 'value', value, 'unit', unit, 'unit_code', unit_code)) || more
$$;
CREATE FUNCTION pg_temp.blood_pressure(n integer, effective timestamptz, systolic integer, diastolic integer, interpretation text)
RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT pg_temp.item(n, effective, '85354-9', 'Blood pressure panel with all children optional', NULL, NULL, NULL,
    jsonb_build_object('interpretation', interpretation, 'components', jsonb_build_array(
      jsonb_build_object('system', 'http://loinc.org', 'code', '8480-6', 'display', 'Systolic blood pressure', 'value', systolic,
                         'unit', 'mmHg', 'unit_code', 'mm[Hg]'),
      jsonb_build_object('system', 'http://loinc.org', 'code', '8462-4', 'display', 'Diastolic blood pressure', 'value', diastolic,
                         'unit', 'mmHg', 'unit_code', 'mm[Hg]'))))
$$;
CREATE FUNCTION pg_temp.observations(VARIADIC items jsonb[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_object('observations', to_jsonb(items))::text
$$;

INSERT INTO electronic_health_records (id, patient_id, author_id, appointment_id, record_type, content, attachments, visibility, created_at)
SELECT pg_temp.id('record', n), pg_temp.id('patient', patient), pg_temp.id('doctor', doctor), pg_temp.id('appointment', appointment),
       kind::record_type, content, ARRAY(SELECT pg_temp.id('attachment', a) FROM unnest(files) AS f (a)), visibility::record_visibility, written
  FROM (VALUES
    -- Savitri: diabetes review
    (1, 1, 1, 1, 'vital', pg_temp.observations(
       pg_temp.blood_pressure(1, pg_temp.at(-30, '09:25'), 148, 92, 'H'),
       pg_temp.item(2, pg_temp.at(-30, '09:25'), '8867-4', 'Heart rate', '78', 'beats/minute', '/min'),
       pg_temp.item(3, pg_temp.at(-30, '09:26'), '29463-7', 'Body weight', '68.50', 'kg', 'kg'),
       pg_temp.item(4, pg_temp.at(-30, '09:26'), '8302-2', 'Body height', '154', 'cm', 'cm')),
     '{4}'::integer[], 'patient', pg_temp.at(-30, '09:40')),
    (2, 1, 1, NULL, 'lab', pg_temp.observations(
       pg_temp.item(5, pg_temp.at(-30, '08:10'), '1558-6', 'Fasting glucose [Mass/volume] in Serum or Plasma', '162', 'mg/dL', 'mg/dL',
                    '{"interpretation": "H"}'),
       pg_temp.item(6, pg_temp.at(-30, '08:10'), '4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood', '8.1', '%', '%',
                    '{"interpretation": "H", "note": "8.9 three months ago"}')),
     '{}', 'patient', pg_temp.at(-30, '13:00')),
    (3, 1, 1, NULL, 'note',
     'Feels well, walks daily. Sugar better than three months ago, still high. Metformin raised. Feet: no wounds. See again in a month.',
     '{}', 'patient', pg_temp.at(-30, '09:45')),
    -- Ayaan: gastroenteritis
    (4, 8, 2, 2, 'vital', pg_temp.observations(
       pg_temp.item(7, pg_temp.at(-14, '10:42'), '8310-5', 'Body temperature', '38.4', 'degrees C', 'Cel', '{"interpretation": "H"}'),
       pg_temp.item(8, pg_temp.at(-14, '10:42'), '29463-7', 'Body weight', '14.20', 'kg', 'kg'),
       pg_temp.item(9, pg_temp.at(-14, '10:43'), '2708-6', 'Oxygen saturation in Arterial blood', '98', '%', '%'),
       pg_temp.item(10, pg_temp.at(-14, '10:43'), '9279-1', 'Respiratory rate', '28', 'breaths/minute', '/min')),
     '{}', 'patient', pg_temp.at(-14, '10:50')),
    (5, 8, 2, NULL, 'note',
     'Drinks well, tears present, no blood in stools. Some dehydration. Oral rehydration and zinc; mother knows the danger signs.',
     '{}', 'patient', pg_temp.at(-14, '10:58')),
    -- Fatima: antenatal
    (6, 3, 3, 3, 'vital', pg_temp.observations(
       pg_temp.blood_pressure(11, pg_temp.at(-7, '14:10'), 112, 70, 'N'),
       pg_temp.item(12, pg_temp.at(-7, '14:10'), '29463-7', 'Body weight', '58.0', 'kg', 'kg'),
       pg_temp.item(13, pg_temp.at(-7, '14:12'), '718-7', 'Hemoglobin [Mass/volume] in Blood', '9.8', 'g/dL', 'g/dL',
                    '{"record_type": "lab", "interpretation": "L"}')),
     '{}', 'patient', pg_temp.at(-7, '14:30')),
    (7, 3, 3, NULL, 'imaging', 'Obstetric ultrasound: single live fetus, 23 weeks, growth as expected. Placenta posterior, not low.',
     '{2}', 'patient', pg_temp.at(-7, '14:42')),
    (8, 3, 3, NULL, 'note', 'Asked about home. To be spoken of in person only.', '{}', 'author', pg_temp.at(-7, '14:50')),
    -- Gopal: wound
    (9, 4, 1, 4, 'note', 'Clean cut of 3 cm, left palm, no tendon involved. Washed, dressed; tetanus toxoid given.', '{3}', 'patient', pg_temp.at(-5, '11:15')),
    -- Ramesh: cough
    (10, 2, 1, 5, 'note', 'Cough for three weeks, no blood, no weight loss. X-ray and sputum asked for.', '{}', 'care_team', pg_temp.at(-3, '15:38')),
    (11, 2, 1, NULL, 'imaging', 'Chest X-ray: no infiltrate, no cavity. Lungs over-inflated.', '{1}', 'patient', pg_temp.at(-3, '16:10')),
    (12, 2, 1, NULL, 'lab', pg_temp.observations(
       pg_temp.item(14, pg_temp.at(-3, '16:20'), NULL, NULL,
                    '{"system": "http://snomed.info/sct", "code": "260385009", "display": "Negative"}', NULL, NULL,
                    '{"text": "Sputum smear for acid-fast bacilli"}') - 'system'),
     '{}', 'care_team', pg_temp.at(-1, '12:00')),
    -- Harpreet: asthma. The oldest form of the platform: words.
    (13, 6, 1, 6, 'vital', 'Peak flow 310 L/min, after salbutamol 390 L/min', '{}', 'patient', pg_temp.at(-2, '10:00')),
    (14, 6, 1, NULL, 'note', 'Written for another patient.', '{}', 'care_team', pg_temp.at(-2, '10:05'))
  ) AS r (n, patient, doctor, appointment, kind, content, files, visibility, written);

-- Prescriptions --------------------------------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.drug(n integer, name text, atc text, dose text, frequency text, duration text, notes text DEFAULT NULL)
RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object('id', pg_temp.id('medication', n), 'drug_name', name, 'drug_code_system', 'http://www.whocc.no/atc',
    'drug_code', atc, 'dose', dose, 'frequency', frequency, 'duration', duration, 'notes', notes))
$$;

INSERT INTO prescriptions (id, ehr_id, appointment_id, patient_id, doctor_id, medications, issued_at, expires_at, signed_by, created_at)
SELECT pg_temp.id('prescription', n), pg_temp.id('record', record), pg_temp.id('appointment', appointment), pg_temp.id('patient', patient),
       pg_temp.id('doctor', doctor), to_jsonb(medications), issued, issued + valid, pg_temp.id('user', doctor), issued
  FROM (VALUES
    (1, 3, 1, 1, 1, ARRAY[
       pg_temp.drug(1, 'Metformin 1000 mg tablet', 'A10BA02', '1 tablet', 'twice a day, with food', '30 days', 'Was 500 mg before'),
       pg_temp.drug(2, 'Amlodipine 5 mg tablet', 'C08CA01', '1 tablet', 'once a day, in the morning', '30 days')],
     pg_temp.at(-30, '09:42'), interval '60 days'),
    (2, 5, 2, 8, 2, ARRAY[
       pg_temp.drug(3, 'Oral rehydration salts', 'A07CA', '100 mL', 'after each loose stool', NULL, 'One packet in one litre of boiled, cooled water'),
       pg_temp.drug(4, 'Zinc sulfate 20 mg dispersible tablet', 'A12CB01', '20 mg', 'once a day', '14 days'),
       pg_temp.drug(5, 'Paracetamol 120 mg/5 mL syrup', 'N02BE01', '5 mL', 'every 6 hours, only with fever', '3 days')],
     pg_temp.at(-14, '10:55'), interval '15 days'),
    (3, 6, 3, 3, 3, ARRAY[
       pg_temp.drug(6, 'Ferrous sulfate 200 mg tablet', 'B03AA07', '200 mg', 'once a day', '90 days', 'Not with tea'),
       pg_temp.drug(7, 'Folic acid 5 mg tablet', 'B03BB01', '5 mg', 'once a day', '90 days')],
     pg_temp.at(-7, '14:36'), interval '120 days'),
    (4, NULL, 6, 6, 1, ARRAY[
       pg_temp.drug(8, 'Salbutamol 100 mcg inhaler', 'R03AC02', '2 puffs', 'when short of breath, at most 4 times a day', NULL)],
     pg_temp.at(-2, '10:02'), NULL)
  ) AS p (n, record, appointment, patient, doctor, medications, issued, valid);

-- Messages, sign-ins, video relay, audit -------------------------------------------------------------------------------

INSERT INTO notifications (id, user_id, appointment_id, channel, kind, body, created_by, created_at, sent_at, read_at) VALUES
  (pg_temp.id('notification', 1), pg_temp.id('user', 11), pg_temp.id('appointment', 9), 'sms', 'appointment_reminder',
   'Reminder: the doctor calls you in two days.', NULL, pg_temp.at(0, '00:10'), pg_temp.at(0, '00:11'), NULL),
  (pg_temp.id('notification', 2), pg_temp.id('user', 13), pg_temp.id('appointment', 10), 'app', 'appointment_confirmed',
   'Your appointment is confirmed.', pg_temp.id('user', 4), pg_temp.at(-1, '10:00'), pg_temp.at(-1, '10:00'), pg_temp.at(-1, '10:20')),
  (pg_temp.id('notification', 3), pg_temp.id('user', 3), pg_temp.id('appointment', 11), 'email', 'appointment_requested',
   'A patient asks for an appointment.', NULL, pg_temp.at(-1, '11:00'), pg_temp.at(-1, '11:00'), NULL),
  (pg_temp.id('notification', 4), pg_temp.id('user', 17), pg_temp.id('appointment', 8), 'sms', 'appointment_missed',
   'We could not reach you. Please call the clinic.', pg_temp.id('user', 4), pg_temp.at(-9, '13:00'), NULL, NULL);

INSERT INTO sessions (id, user_id, token_hash, user_agent, created_at, last_seen_at, expires_at, revoked_at) VALUES
  (pg_temp.id('session', 1), pg_temp.id('user', 1), pg_temp.no_hash(1), 'HealthVillage Doctor 2.1 (Android)', pg_temp.at(-3, '08:55'),
   pg_temp.at(-3, '17:40'), pg_temp.at(-2, '08:55'), NULL),
  (pg_temp.id('session', 2), pg_temp.id('user', 13), pg_temp.no_hash(2), 'HealthVillage 2.1 (KaiOS)', pg_temp.at(-7, '14:00'),
   pg_temp.at(-7, '14:55'), pg_temp.at(-6, '14:00'), pg_temp.at(-7, '15:00'));

INSERT INTO turn_credentials (id, user_id, appointment_id, username, credential_hash, created_at, expires_at) VALUES
  (pg_temp.id('turn', 1), pg_temp.id('user', 3), pg_temp.id('appointment', 3), 'demo-3-doctor', pg_temp.no_hash(3), pg_temp.at(-7, '14:15'), pg_temp.at(-7, '15:15')),
  (pg_temp.id('turn', 2), pg_temp.id('user', 13), pg_temp.id('appointment', 3), 'demo-3-patient', pg_temp.no_hash(4), pg_temp.at(-7, '14:15'), pg_temp.at(-7, '15:15'));

INSERT INTO audit_logs (id, actor_user_id, action, target_table, target_id, "timestamp", metadata) VALUES
  (pg_temp.id('audit', 1), pg_temp.id('user', 4), 'create', 'patient_profile', pg_temp.id('patient', 8), pg_temp.at(-200, '09:40'), '{"reason": "registered with the mother"}'),
  (pg_temp.id('audit', 2), pg_temp.id('user', 1), 'read', 'electronic_health_records', pg_temp.id('record', 2), pg_temp.at(-3, '15:21'), '{}'),
  (pg_temp.id('audit', 3), pg_temp.id('user', 1), 'sign', 'prescriptions', pg_temp.id('prescription', 1), pg_temp.at(-30, '09:42'), '{}'),
  (pg_temp.id('audit', 4), pg_temp.id('user', 1), 'delete', 'electronic_health_records', pg_temp.id('record', 14), pg_temp.at(-2, '10:20'), '{"reason": "wrong patient"}'),
  (pg_temp.id('audit', 5), NULL, 'login_refused', 'users', pg_temp.id('user', 17), pg_temp.at(-1, '07:02'), '{"reason": "inactive"}');

COMMIT;

-- What happened since: each leaves a version behind ---------------------------------------------------------------------

BEGIN;
UPDATE patient_profile SET contact_number = '+91 00000 00021' WHERE id = pg_temp.id('patient', 1);
UPDATE appointments SET notes = notes || '. Bring the diary.' WHERE id = pg_temp.id('appointment', 9);
UPDATE electronic_health_records SET content = content || E'\nAddendum: result explained to the patient by phone.' WHERE id = pg_temp.id('record', 11);
UPDATE electronic_health_records SET is_deleted = true WHERE id = pg_temp.id('record', 14);
COMMIT;
