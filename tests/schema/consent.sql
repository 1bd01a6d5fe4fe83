\echo a plain Consent opens the record to the doctors that it names, while it is so
BEGIN;
CREATE FUNCTION pg_temp.consent(more jsonb) RETURNS json LANGUAGE sql AS $$
  SELECT ('{"resourceType":"Consent","status":"active","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
    "provision":{"type":"permit","actor":[{"role":{"text":"doctor"},"reference":{"reference":"Practitioner/d-1"}}]}}'::jsonb || more)::json $$;
CREATE FUNCTION pg_temp.provision(more jsonb) RETURNS json LANGUAGE sql AS $$
  SELECT pg_temp.consent(jsonb_build_object('provision', pg_temp.consent('{}')::jsonb->'provision' || more)) $$;
CREATE FUNCTION pg_temp.care() RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(d.fhir_id || CASE WHEN c.ends_at IS NULL THEN '' ELSE ' until ' || (c.ends_at AT TIME ZONE 'UTC')::date END, ', ' ORDER BY d.fhir_id), '-')
    FROM care_relationships c JOIN doctor_profile d ON d.id = c.doctor_id WHERE c.source = 'consent' AND c.revoked_at IS NULL $$;
SET LOCAL TimeZone = 'UTC';
INSERT INTO users (id, email, password_hash, role) SELECT ('00000000-0000-4000-8000-00000000000' || n)::uuid, n || '@example.org', 'x', CASE WHEN n < 3 THEN 'doctor' ELSE 'patient' END::user_role
  FROM generate_series(1, 3) n;
INSERT INTO doctor_profile (user_id, full_name, fhir_id) SELECT id, 'D', 'd-' || left(email, 1) FROM users WHERE role = 'doctor';
INSERT INTO patient_profile (id, user_id, full_name) SELECT '10000000-0000-4000-8000-000000000001', id, 'P' FROM users WHERE role = 'patient';
INSERT INTO fhir.resource (resource_type, id, fhir_residual, patient_keys)
  VALUES ('Consent', '20000000-0000-4000-8000-000000000001', pg_temp.consent('{}'), '{10000000-0000-4000-8000-000000000001}');
SELECT test.same(pg_temp.care(), 'd-1', 'after it was made');
CREATE FUNCTION pg_temp.becomes(content json) RETURNS text LANGUAGE sql AS $$
  UPDATE fhir.resource SET fhir_residual = content WHERE resource_type = 'Consent';
  SELECT pg_temp.care() $$;
SELECT test.same(pg_temp.becomes(c.content), c.wanted, c.what) FROM (VALUES
  (pg_temp.provision('{"actor":[{"reference":{"reference":"Practitioner/d-1"}},{"reference":{"reference":"Practitioner/d-2"}},{"reference":{"reference":"Practitioner/nobody"}},{"reference":{"reference":"Organization/d-1"}}]}'), 'd-1, d-2', 'two doctors'),
  (pg_temp.provision('{"actor":[{"reference":{"reference":"Practitioner/d-2"}}]}'), 'd-2', 'the other one'),
  (pg_temp.provision('{"period":{"end":"2126"}}'), 'd-1 until 2127-01-01', 'to the end of a year'),
  (pg_temp.provision('{"period":{"end":"2126-03"}}'), 'd-1 until 2126-04-01', 'to the end of a month'),
  (pg_temp.provision('{"period":{"end":"2126-03-05"}}'), 'd-1 until 2126-03-06', 'to the end of a day'),
  (pg_temp.provision('{"period":{"start":"2020-01-01","end":"2021-01-01"}}'), '-', 'it is over, and was never open'),
  (pg_temp.provision('{"period":{"end":"soon"}}'), '-', 'no date'),
  (pg_temp.provision('{"actor":{}}'), '-', 'no list of actors'),
  (pg_temp.provision('{}'), 'd-1', 'plain again'),
  (pg_temp.provision('{"type":"deny"}'), '-', 'it denies'),
  (pg_temp.provision('{"class":[{"code":"Observation"}]}'), '-', 'a part'),
  (pg_temp.provision('{"provision":[{"type":"deny"}]}'), '-', 'with exceptions'),
  (pg_temp.provision('{"purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HRESCH"}]}'), '-', 'for research'),
  (pg_temp.provision('{"purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}]}'), 'd-1', 'for treatment'),
  (pg_temp.provision('{"action":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentaction","code":"correct"}]}]}'), '-', 'to correct only'),
  (pg_temp.provision('{"action":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentaction","code":"access"}]}]}'), 'd-1', 'access'),
  (pg_temp.consent('{"scope":{"coding":[{"code":"research"}]}}'), '-', 'not about privacy'),
  (pg_temp.consent('{"status":"inactive"}'), '-', 'withdrawn'),
  (pg_temp.consent('{}'), 'd-1', 'given again')) AS c (content, wanted, what);
UPDATE fhir.resource SET is_deleted = true WHERE resource_type = 'Consent';
SELECT test.same(pg_temp.care(), '-', 'after it was removed');
-- The relationship that was ended stays on record.
SELECT test.holds(count(*) > 0, 'what was is known') FROM care_relationships WHERE source = 'consent' AND revoked_at IS NOT NULL;
UPDATE fhir.resource SET is_deleted = false WHERE resource_type = 'Consent';
SELECT test.same(pg_temp.care(), 'd-1', 'after it came back');
SET LOCAL hv.moving = 'on';
DELETE FROM fhir.resource WHERE resource_type = 'Consent';
SELECT test.same(pg_temp.care(), '-', 'after its row has gone');
SET LOCAL hv.moving = '';

\echo and to the relatives that it names: other patients, for the family or as the patient wishes
CREATE FUNCTION pg_temp.grants() RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(h.fhir_id || CASE WHEN g.ends_at IS NULL THEN '' ELSE ' until ' || (g.ends_at AT TIME ZONE 'UTC')::date END, ', ' ORDER BY h.fhir_id), '-')
    FROM patient_grants g JOIN patient_profile h ON h.id = g.holder WHERE g.source_id IS NOT NULL AND g.revoked_at IS NULL $$;
INSERT INTO patient_profile (full_name, fhir_id) SELECT 'R', 'r-' || n FROM generate_series(1, 2) n;
INSERT INTO fhir.resource (resource_type, id, fhir_residual, patient_keys)
  VALUES ('Consent', '20000000-0000-4000-8000-000000000002', pg_temp.provision('{"actor":[{"reference":{"reference":"Patient/r-1"}}]}'), '{10000000-0000-4000-8000-000000000001}');
SELECT test.same(pg_temp.grants(), 'r-1', 'after it was made');
SELECT test.same((SELECT right(p.id::text, 3) || ' ' || u.email FROM patient_grants g JOIN patient_profile p ON p.id = g.patient_id JOIN users u ON u.id = g.granted_by), '001 3@example.org', 'whose, by whom');
CREATE FUNCTION pg_temp.now_grants(content json) RETURNS text LANGUAGE sql AS $$
  UPDATE fhir.resource SET fhir_residual = content WHERE resource_type = 'Consent';
  SELECT pg_temp.grants() $$;
CREATE FUNCTION pg_temp.relatives(more jsonb) RETURNS json LANGUAGE sql AS $$
  SELECT pg_temp.provision('{"actor":[{"reference":{"reference":"Patient/r-1"}}]}'::jsonb || more) $$;
SELECT test.same(pg_temp.now_grants(c.content), c.wanted, c.what) FROM (VALUES
  (pg_temp.relatives('{"actor":[{"reference":{"reference":"Patient/r-1"}},{"reference":{"reference":"Patient/r-2"}},{"reference":{"reference":"Patient/10000000-0000-4000-8000-000000000001"}},{"reference":{"reference":"RelatedPerson/r-2"}},{"reference":{"reference":"Practitioner/d-1"}}]}'), 'r-1, r-2', 'two relatives, and not oneself'),
  (pg_temp.relatives('{"actor":[{"reference":{"reference":"Patient/r-2"}}]}'), 'r-2', 'the other one'),
  (pg_temp.relatives('{"period":{"end":"2126-03"}}'), 'r-1 until 2126-04-01', 'to the end of a month'),
  (pg_temp.relatives('{"period":{"start":"2020-01-01","end":"2021-01-01"}}'), '-', 'it is over'),
  (pg_temp.relatives('{"period":{"end":"soon"}}'), '-', 'no date'),
  (pg_temp.relatives('{"purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"FAMRQT"}]}'), 'r-1', 'for the family'),
  (pg_temp.relatives('{"purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}]}'), '-', 'for treatment only'),
  (pg_temp.relatives('{"class":[{"code":"Observation"}]}'), '-', 'a part'),
  (pg_temp.relatives('{"type":"deny"}'), '-', 'it denies'),
  (pg_temp.consent('{"status":"inactive"}'), '-', 'withdrawn'),
  (pg_temp.relatives('{}'), 'r-1', 'given again')) AS c (content, wanted, what);
SELECT test.same(pg_temp.care(), '-', 'and to no doctor');
UPDATE patient_profile SET is_deleted = true WHERE fhir_id = 'r-1';
SELECT test.same(pg_temp.now_grants(pg_temp.relatives('{"action":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentaction","code":"access"}]}]}')), '-', 'to nobody who is not there');
UPDATE patient_profile SET is_deleted = false WHERE fhir_id = 'r-1';
SELECT test.same(pg_temp.now_grants(pg_temp.relatives('{}')), 'r-1', 'who is there again');
-- The platform's own grants are its own.
INSERT INTO patient_grants (holder, patient_id) SELECT r.id, '10000000-0000-4000-8000-000000000001' FROM patient_profile r WHERE r.fhir_id = 'r-2';
UPDATE fhir.resource SET is_deleted = true WHERE resource_type = 'Consent';
SELECT test.same(pg_temp.grants(), '-', 'after it was removed');
SELECT test.same((SELECT count(*)::text FROM patient_grants WHERE source_id IS NULL AND revoked_at IS NULL), '1', 'what the Consent did not give it does not take');
SELECT test.holds(count(*) > 0, 'what was is known') FROM patient_grants WHERE source_id IS NOT NULL AND revoked_at IS NOT NULL;
ROLLBACK;
