-- Rows of every kind that the platform's tables allow to plain SQL: each enumeration's values, each column without a value, and
-- texts, JSON and times that a careless application may write.

-- The texts that are tried in every column of words.
CREATE TEMP TABLE words (word text);
INSERT INTO words VALUES (NULL), ('plain'), (''), ('   '), (E' \n\t'), (E'  two\nlines\t '), (E'\x01\x02'), (E'bell \x07 inside'), ('<b>&amp;</b> "q" \ /'),
  ('नमस्ते 👩‍⚕️'), (E'\uFFFE\uFFFF'), (E'\u00A0'), (E'\u2028'), (repeat('long ', 4000)), ('null'), ('{}'), ('[]'), ('0'), ('Patient/1');
CREATE TEMP TABLE times (time timestamptz);
INSERT INTO times VALUES (NULL), ('2026-03-01 10:00:00.123456+05:30'), ('1900-01-01'), ('0001-01-01 00:00Z'), ('9999-12-31 23:59:59Z'), ('10000-01-01Z'),
  ('0044-03-15 BC'), ('infinity'), ('-infinity');

INSERT INTO patient_profile (full_name, dob, gender, contact_number, address, medical_summary)
  SELECT n.x, d.x, g.x, c.x, a.x, m.x
    FROM (VALUES (NULL), ('Some One')) n (x), (VALUES (NULL), (date '1990-02-03')) d (x),
         (SELECT NULL::gender UNION ALL SELECT unnest(enum_range(NULL::gender))) g (x),
         (VALUES (NULL), ('+91 1')) c (x), (VALUES (NULL), ('Main Road')) a (x), (VALUES (NULL), ('well')) m (x);
INSERT INTO patient_profile (full_name, contact_number, address, medical_summary) SELECT word, word, word, word FROM words;
INSERT INTO patient_profile (dob) SELECT time::date FROM times;
INSERT INTO patient_profile (id, full_name) VALUES ('00000000-0000-4000-8000-000000000001', 'The patient');

INSERT INTO doctor_profile (full_name, qualification, registration_number, specialties, clinic_hours, location, verified)
  SELECT n.x, q.x, r.x, s.x::json, h.x::json, l.x, v.x
    FROM (VALUES (NULL), ('Dr. One')) n (x), (VALUES (NULL), ('MBBS')) q (x), (VALUES (NULL), ('KMC 1')) r (x),
         (VALUES (NULL), ('["Immunisation", {"system": "http://snomed.info/sct", "code": "394537008", "display": "Pediatric specialty"}]')) s (x),
         (VALUES (NULL), ('{"mon": ["09:00-13:00", "15:00-18:00"], "tue": ["09:00-13:00"]}')) h (x),
         (VALUES (NULL), ('Clinic 1')) l (x), (VALUES (true), (false)) v (x);
INSERT INTO doctor_profile (full_name, qualification, registration_number, location) SELECT word, word, word, word FROM words;
INSERT INTO doctor_profile (specialties)
  SELECT x::json FROM (VALUES ('[]'), ('[null]'), ('[""]'), ('["  "]'), ('[1, true, 2.50]'), ('[[]]'), ('[{}]'), ('[["a"]]'), ('[{"code": ""}]'), ('[{"code": "a b "}]'),
    ('[{"code": "x  y"}]'), ('[{"system": "not a uri"}]'), ('[{"system": "http://x y", "code": 5, "display": {}}]'), ('[{"text": null, "other": 1}]'), ('["a", {}, "b"]'),
    ('[{"system": null, "code": "c"}]')) s (x);
INSERT INTO doctor_profile (clinic_hours)
  SELECT x::json FROM (VALUES ('{}'), ('{"mon": []}'), ('{"mon": null}'), ('{"mon": "09:00-13:00"}'), ('{"mon": ["9-13"]}'), ('{"mon": ["09:00-25:00"]}'),
    ('{"Monday": ["09:00-13:00"]}'), ('{"mon": ["13:00-09:00"]}'), ('{"mon": [["09:00", "13:00"]]}'), ('{"mon": ["09:00-13:00", ""]}'), ('{"": [""]}'),
    ('{"mon": ["09:00-24:00"]}'), ('{"mon": ["09:00:30-13:00:15"]}'), ('{"mon": ["09:00-13:00"], "mon": ["10:00-11:00"]}')) h (x);
INSERT INTO doctor_profile (id, full_name) VALUES ('00000000-0000-4000-8000-000000000002', 'Dr. Two');
INSERT INTO doctor_roles (doctor_id, specialties, clinic_hours, location)
  SELECT '00000000-0000-4000-8000-000000000002', s.x::json, h.x::json, l.x
    FROM (VALUES (NULL), ('["Immunisation"]')) s (x), (VALUES (NULL), ('{"sun": ["00:00-23:59"]}')) h (x), (VALUES (NULL), ('Clinic 2')) l (x);

INSERT INTO appointments (patient_id, doctor_id, scheduled_start, scheduled_end, status, mode, notes)
  SELECT '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', '2026-03-01 10:00Z', '2026-03-01 10:30Z', s, m, n
    FROM unnest(enum_range(NULL::appointment_status)) s, unnest(enum_range(NULL::appointment_mode)) m, (VALUES (NULL), ('note')) n (n);
INSERT INTO appointments (patient_id, doctor_id, scheduled_start, scheduled_end, notes)
  SELECT '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', '2026-03-01 10:00Z', '2026-03-01 10:30Z', word FROM words;
INSERT INTO appointments (patient_id, doctor_id, scheduled_start, scheduled_end)
  SELECT '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', s.time, e.time FROM times s JOIN times e ON e.time > s.time;
INSERT INTO appointments (id, patient_id, doctor_id, scheduled_start, scheduled_end)
  SELECT ('00000000-0000-4000-8000-0000000003' || lpad(n::text, 2, '0'))::uuid, '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002',
         '2026-03-01 10:00Z', '2026-03-01 10:30Z' FROM generate_series(1, 20) n;

-- Records: each type, with and without author, each visibility, each text.
INSERT INTO electronic_health_records (patient_id, author_id, record_type, content, visibility)
  SELECT '00000000-0000-4000-8000-000000000001', a.x::uuid, t, w.word, v
    FROM (VALUES (NULL), ('00000000-0000-4000-8000-000000000002')) a (x), unnest(enum_range(NULL::record_type)) t, words w,
         unnest(enum_range(NULL::record_visibility)) v;
INSERT INTO electronic_health_records (patient_id, author_id, appointment_id, record_type, content)
  SELECT '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002',
         ('00000000-0000-4000-8000-0000000003' || lpad(n::text, 2, '0'))::uuid, (enum_range(NULL::record_type))[1 + n % 4], 'seen' FROM generate_series(1, 8) n;
-- Items of vital and lab records: each status; each form of each member. One form is left out: an item with a value and a
-- component of its own code contradicts itself, and no FHIR resource can say it (obs-7).
INSERT INTO electronic_health_records (patient_id, record_type, content)
  SELECT '00000000-0000-4000-8000-000000000001', t::record_type, jsonb_build_object('observations', jsonb_agg(jsonb_build_object('code', '8867-4', 'system', 'http://loinc.org',
         'value', 72, 'unit', '/min', 'unit_code', '/min', 'status', s)))::text
    FROM (VALUES ('vital'), ('lab')) t (t), (VALUES ('registered'), ('preliminary'), ('final'), ('amended'), ('corrected'), ('cancelled'), ('entered-in-error'),
         ('unknown'), ('no such status'), (''), (NULL)) s (s) GROUP BY t;
INSERT INTO electronic_health_records (patient_id, record_type, content)
  SELECT '00000000-0000-4000-8000-000000000001', t::record_type, i
    FROM (VALUES ('vital'), ('lab')) t (t), (VALUES
      ('{"value": 1.50}'), ('{"value": -0.0}'), ('{"value": 1e400}'), ('{"value": 123456789012345678901234567890.123456789}'), ('{"value": "low"}'), ('{"value": true}'),
      ('{"value": ""}'), ('{"value": []}'), ('{"value": {}}'), ('{"value": null}'), ('{"value": [1, 2]}'), ('{"value": {"a": 1}}'),
      ('{"value": {"system": "http://snomed.info/sct", "code": "260385009", "display": "Negative"}}'), ('{"value": {"code": ""}}'), ('{"value": {"display": "words"}}'),
      ('{"value": {"system": "not a uri", "code": "a  b"}}'), ('{"value": 5, "unit": ""}'), ('{"value": 5, "unit_code": "m g"}'), ('{"value": 5, "unit": "mg", "unit_code": ""}'),
      ('{"value": "<5", "unit": "mg/dL", "unit_code": "mg/dL"}'), ('{"value": ">= 5.0", "unit": "mg/dL"}'), ('{"value": 5, "code": "  "}'), ('{"value": 5, "code": "a  b"}'),
      ('{"value": 5, "system": "no uri at all", "code": "1"}'), ('{"value": 5, "system": "http://loinc.org"}'), ('{"value": 5, "display": "words"}'), ('{"value": 5, "text": " "}'),
      ('{"value": 5, "effective": "2026-02-30"}'), ('{"value": 5, "effective": "yesterday"}'), ('{"value": 5, "effective": "2026-01-01"}'), ('{"value": 5, "effective": "2026-01-01T10:00:00+05:30"}'),
      ('{"value": 5, "effective": ""}'), ('{"value": 5, "interpretation": "H"}'), ('{"value": 5, "interpretation": "very high"}'), ('{"value": 5, "interpretation": ""}'),
      ('{"value": 5, "note": ""}'), ('{"value": 5, "note": "words"}'), ('{"value": 5, "note": {"a": [1]}}'), ('{"value": 5, "record_type": "lab"}'), ('{"value": 5, "record_type": "note"}'),
      ('{"code": "1"}'), ('{"text": "words"}'), ('{"code": "1", "components": []}'), ('{"code": "1", "components": [{}]}'), ('{"code": "1", "components": [null, 1, "a", []]}'),
      ('{"code": "1", "components": {}}'), ('{"code": "1", "components": [{"code": "2", "value": 5, "unit": "mg", "unit_code": "mg"}, {"text": "t", "value": "low"}]}'),
      ('{"code": "1", "components": [{"code": " ", "system": "x y", "value": {"a": 1}, "unit": "", "unit_code": "m g"}]}'), ('{"code": "1", "components": [{"code": "1", "value": 1}]}'),
      ('{"code": "1", "components": [{"value": 1e400}, {"value": "<5", "unit": "mg"}, {"value": ""}, {"value": true}, {"value": null}]}'), ('[]'), ('[null]'), ('[{}]'), ('[1, "a", true, [], {}]'), ('{}'), ('{"observations": []}'), ('{"observations": null}'), ('{"observations": {"value": 5}}'),
      ('{"observations": "words"}'), ('{"observations": [{"value": 5}'), ('12.5'), ('"words"'), ('true'), ('Peak flow 310')) i (i);
INSERT INTO electronic_health_records (patient_id, record_type, content)
  SELECT '00000000-0000-4000-8000-000000000001', 'vital', jsonb_build_object('system', 'http://loinc.org', 'code', '85354-9', 'components', jsonb_build_array(
         jsonb_build_object('system', 'http://loinc.org', 'code', '8480-6', 'value', s, 'unit', 'mmHg', 'unit_code', 'mm[Hg]'),
         jsonb_build_object('system', 'http://loinc.org', 'code', '8462-4', 'value', d, 'unit', 'mmHg', 'unit_code', 'mm[Hg]')))::text
    FROM (VALUES (120), (120.5)) a (s), (VALUES (80), (NULL)) b (d);
INSERT INTO ehr_observations (record_id, patient_id, record_type, effective_at, value_text, value_unit)
  SELECT r.id, r.patient_id, 'vital', t.time, 'low', 'mg' FROM times t,
         (SELECT * FROM electronic_health_records WHERE record_type = 'vital' AND appointment_id IS NULL LIMIT 1) r;

-- Prescriptions: each status and intent, each form of each member.
INSERT INTO prescriptions (patient_id, doctor_id, medications)
  SELECT '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002',
         jsonb_agg(jsonb_strip_nulls(jsonb_build_object('drug_name', 'Paracetamol', 'status', s, 'intent', i)))
    FROM (VALUES ('active'), ('on-hold'), ('cancelled'), ('completed'), ('entered-in-error'), ('stopped'), ('draft'), ('unknown'), ('dispensed'), (''), (NULL)) s (s),
         (VALUES ('proposal'), ('plan'), ('order'), ('original-order'), ('reflex-order'), ('filler-order'), ('instance-order'), ('option'), ('wish'), (''), (NULL)) i (i);
INSERT INTO prescriptions (patient_id, doctor_id, medications)
  SELECT '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', jsonb_agg(jsonb_build_object('drug_name', n.word, 'dose', n.word, 'frequency', n.word,
         'duration', n.word, 'notes', n.word, 'drug_code_system', n.word, 'drug_code', n.word)) FROM words n;
INSERT INTO prescriptions (patient_id, doctor_id, appointment_id, medications, issued_at, expires_at)
  SELECT '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000301', m.x::jsonb, i.time, e.time
    FROM (VALUES ('[]'), ('[{}]'), ('[{"drug_name": "A", "dose": "500 mg", "frequency": "1-0-1", "duration": "5 days", "notes": "after food"}]'),
      ('[{"dose": "0 mg", "frequency": "0 times a day", "duration": "0 days"}, {"dose": "1-2 tablets", "frequency": "every 0 hours", "duration": "until better"}]'),
      ('[{"dose": "99999999999999999999 mg", "frequency": "99999999999 times a day", "duration": "-5 days"}, {"frequency": "SOS", "duration": "1.5 months", "dose": "½ tablet"}]'),
      ('[{"dose": {"a": 1}, "frequency": [1], "duration": 5, "notes": true, "drug_code": 5, "drug_code_system": "no uri", "other": null}]')) m (x),
         times i LEFT JOIN times e ON e.time > i.time WHERE i.time IS NOT NULL;
INSERT INTO prescription_medications (patient_id, doctor_id, drug_name, drug_code_system, drug_code, dose, frequency, duration, notes, group_identifier_system, group_identifier_value)
  SELECT '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', n.x, s.x, c.x, d.x, f.x, u.x, o.x, g.x, v.x
    FROM (VALUES (NULL), ('A')) n (x), (VALUES (NULL), ('http://www.whocc.no/atc')) s (x), (VALUES (NULL), ('A10BA02')) c (x), (VALUES (NULL), ('1 tablet')) d (x),
         (VALUES (NULL), ('twice a day')) f (x), (VALUES (NULL), ('5 days')) u (x), (VALUES (NULL), ('after food')) o (x), (VALUES (NULL), ('urn:x')) g (x), (VALUES (NULL), ('g')) v (x);

-- A former version of each.
UPDATE patient_profile SET medical_summary = coalesce(medical_summary, '') || ' changed';
UPDATE doctor_profile SET location = coalesce(location, '') || ' changed';
UPDATE appointments SET notes = coalesce(notes, '') || ' changed';
UPDATE electronic_health_records SET content = NULL WHERE record_type IN ('note', 'imaging') AND visibility = 'author';
UPDATE electronic_health_records SET is_deleted = true WHERE visibility = 'care_team';
UPDATE prescription_medications SET notes = NULL;
