-- Two doctors and their patients: p1 holds a grant of p3, had one of p4; d1 has care of p1, d2 had it and has p2; a4 was p2's
-- and is p1's now.
CREATE TABLE test.named (name text, key uuid);
INSERT INTO test.named SELECT n, test.key(n) FROM unnest(string_to_array('u1 u2 p1 p2 p3 p4 d1 d2 d3 w1 a1 a2 a3 a4 e1 e2 e3 e4 e5 e6 e7 l1 l2 l3 o1 o2 o3 r1 r2 m1 m2 c1 c2 c3 c4 g1 q1 k1 k2 k3 k4', ' ')) AS n;
GRANT SELECT ON test.named TO PUBLIC;
SELECT count(*) FROM fhir.intern_parameters('{Patient,Practitioner,Practitioner,Condition,Observation,Organization,Medication,Appointment,DocumentReference}',
                              '{name,name,email,code,code,name,code,status,type}');

CREATE FUNCTION test.ward() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  k CONSTANT jsonb := (SELECT jsonb_object_agg(n.name, n.key) FROM test.named n);
  place text;
BEGIN
  PERFORM test.clinic();
  INSERT INTO patient_profile (id, full_name) VALUES (test.key('p3'), 'Kiran Devi'), (test.key('p4'), 'Lata Devi');
  INSERT INTO doctor_profile (id, full_name) VALUES (test.key('d3'), 'Dr Third');
  INSERT INTO doctor_roles (id, doctor_id, location, fhir_residual) VALUES (test.key('w1'), test.key('d1'), 'Clinic', '{"telecom":[]}');
  UPDATE doctor_roles SET location = 'Hospital';
  INSERT INTO patient_grants (holder, patient_id, starts_at, ends_at) VALUES
    (test.key('p1'), test.key('p3'), now(), NULL), (test.key('p1'), test.key('p4'), now() - interval '2 days', now() - interval '1 day');
  INSERT INTO appointments (id, patient_id, doctor_id, scheduled_start, scheduled_end) VALUES
    (test.key('a2'), test.key('p1'), test.key('d2'), '2026-11-23 10:00+00', '2026-11-23 10:20+00'),
    (test.key('a3'), test.key('p2'), test.key('d2'), '2026-11-23 11:00+00', '2026-11-23 11:20+00'),
    (test.key('a4'), test.key('p2'), test.key('d3'), '2026-11-23 12:00+00', '2026-11-23 12:20+00');
  UPDATE appointments SET status = 'cancelled' WHERE id = test.key('a2');
  UPDATE appointments SET patient_id = test.key('p1') WHERE id = test.key('a4');
  INSERT INTO electronic_health_records (id, patient_id, author_id, record_type, visibility, content)
    SELECT test.key(e), test.key(p), test.key(d), t::record_type, v::record_visibility, c FROM (VALUES
      ('e1', 'p1', 'd1', 'note', 'patient', 'x'), ('e2', 'p1', 'd1', 'note', 'care_team', 'x'), ('e3', 'p1', 'd1', 'note', 'author', 'x'),
      ('e4', 'p1', 'd2', 'note', 'patient', 'x'), ('e5', 'p1', 'd2', 'note', 'author', 'x'), ('e6', 'p2', 'd2', 'note', 'patient', 'x'),
      ('e7', 'p3', NULL, 'note', 'patient', 'x'), ('l1', 'p1', 'd1', 'lab', 'patient', format('[{"id": "%s", "code": "a"}]', test.key('o1'))),
      ('l2', 'p1', 'd1', 'lab', 'author', format('[{"id": "%s", "code": "a"}]', test.key('o2'))),
      ('l3', 'p2', 'd2', 'lab', 'patient', format('[{"id": "%s", "code": "a"}]', test.key('o3')))) AS v (e, p, d, t, v, c);
  UPDATE electronic_health_records SET content = 'y' WHERE record_type = 'note';
  -- Each version by its own visibility: e2 was the patient's to see.
  UPDATE electronic_health_records SET visibility = 'patient' WHERE id = test.key('e2');
  UPDATE electronic_health_records SET visibility = 'care_team' WHERE id = test.key('e2');
  UPDATE ehr_observations SET note = 'y';
  INSERT INTO prescriptions (id, patient_id, doctor_id, medications)
    SELECT test.key(r), test.key(p), test.key(d), format('[{"id": "%s", "drug_name": "a"}]', test.key(m))::jsonb
      FROM (VALUES ('r1', 'p1', 'd1', 'm1'), ('r2', 'p2', 'd2', 'm2')) AS v (r, p, d, m);
  UPDATE prescription_medications SET notes = 'y';
  INSERT INTO fhir.resource (resource_type, id, fhir_residual, patient_keys, practitioner_keys) VALUES
    ('Condition', test.key('c1'), '{}', ARRAY[test.key('p1')], ARRAY[test.key('d1')]), ('Condition', test.key('c2'), '{}', ARRAY[test.key('p2')], ARRAY[test.key('d2')]),
    ('Condition', test.key('c3'), '{}', ARRAY[test.key('p1'), test.key('p2')], '{}'), ('Condition', test.key('c4'), '{}', '{}', '{}'),
    ('Organization', test.key('g1'), '{}', '{}', '{}'), ('QuestionnaireResponse', test.key('q1'), '{}', ARRAY[test.key('p1')], '{}');
  UPDATE fhir.resource SET fhir_residual = '{"a":1}', patient_keys = CASE id WHEN test.key('c2') THEN ARRAY[test.key('p1')] ELSE patient_keys END;
  UPDATE patient_profile SET full_name = full_name || ' x';
  UPDATE doctor_profile SET full_name = full_name || ' x';
  INSERT INTO fhir.contained (resource_type, id, fhir_id, container_type, container_key)
    SELECT 'Medication', test.key(c), 'c', t, test.key(h) FROM (VALUES ('k1', 'Condition', 'c1'), ('k2', 'DocumentReference', 'e6'), ('k3', 'Practitioner', 'd1'), ('k4', 'Observation', 'o2')) AS v (c, t, h);
  FOREACH place IN ARRAY ARRAY['token (code, ', 'string (value_norm, value, ', 'date (low, high, ', 'reference (url, ', 'quantity (value, ', 'number (value, ', 'uri (value, ',
                               'position (latitude, longitude, ', 'words (words, '] LOOP
    EXECUTE format('INSERT INTO fhir.idx_%sparameter, key) SELECT %s, v.sign * p.id, test.key(v.name) FROM fhir.parameter p JOIN (VALUES (1, ''Patient'', ''name'', ''p1''),
      (1, ''Patient'', ''name'', ''p2''), (1, ''Patient'', ''name'', ''p3''), (1, ''Practitioner'', ''name'', ''d1''), (1, ''Practitioner'', ''email'', ''d2''), (1, ''Condition'', ''code'', ''c1''),
      (1, ''Condition'', ''code'', ''c2''), (1, ''Condition'', ''code'', ''c4''), (1, ''Observation'', ''code'', ''o1''), (1, ''Observation'', ''code'', ''o2''), (1, ''Observation'', ''code'', ''o3''),
      (1, ''Organization'', ''name'', ''g1''), (1, ''Appointment'', ''status'', ''a4''), (1, ''DocumentReference'', ''type'', ''e2''), (-1, ''Medication'', ''code'', ''k1''),
      (-1, ''Medication'', ''code'', ''k2''), (-1, ''Medication'', ''code'', ''k3''), (-1, ''Medication'', ''code'', ''k4''),
      -- The key of another type''s resource, as if a client had chosen it.
      (1, ''Condition'', ''code'', ''p1''), (1, ''Observation'', ''code'', ''k1''), (-1, ''Patient'', ''name'', ''p1'')) AS v (sign, type, code, name)
      ON v.type = p.resource_type AND v.code = p.code', place,
      CASE left(place, 4) WHEN 'date' THEN 'now(), now()' WHEN 'stri' THEN '''x'', ''x''' WHEN 'posi' THEN '1, 1' WHEN 'quan' THEN '1' WHEN 'numb' THEN '1' WHEN 'word' THEN '''x''::tsvector' ELSE '''x''' END);
  END LOOP;
  INSERT INTO fhir.dangling_reference VALUES ('Patient', 'z', 'Condition', test.key('c1')), ('Patient', 'z', 'DocumentReference', test.key('e6'));
END
$$;

-- The names of the rows that the present role sees; 'refused' when it may not even ask.
CREATE FUNCTION test.seen(place text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  key CONSTANT text := CASE WHEN place ~ 'idx_|reach' THEN 'key' WHEN place ~ 'care' THEN 'source_id' WHEN place ~ 'grants' THEN 'patient_id'
                            WHEN place ~ 'dangling' THEN 'source_key' ELSE 'id' END;
  names text;
BEGIN
  EXECUTE format('SELECT string_agg(n.name, '' '' ORDER BY n.name) FROM %s t JOIN test.named n ON n.key = t.%I', place, key) INTO names;
  RETURN coalesce(names, '-');
EXCEPTION WHEN insufficient_privilege THEN
  RETURN 'refused';
END
$$;
CREATE FUNCTION test.touched(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  EXECUTE statement;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END
$$;
CREATE FUNCTION test.become(role text, person text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('hv.person', coalesce(test.key(person)::text, ''), true), set_config('hv.server', 'on', true), set_config('role', role, true);
END
$$;
