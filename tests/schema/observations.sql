\echo a vital record in plain SQL is one observation for each item
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (id, patient_id, author_id, appointment_id, record_type, created_at, content) VALUES
  (test.key('e1'), test.key('p1'), test.key('d1'), test.key('a1'), 'vital', '2026-11-23 09:10+00', '{"observations": [
    {"id": "11111111-1111-4111-8111-111111111111", "system": "http://loinc.org", "code": "8867-4", "display": "Heart rate", "value": 72, "unit": "beats/minute", "unit_code": "/min", "effective": "2026-11-23T09:05:00+05:30"},
    {"code": "85354-9", "text": "Blood pressure", "components": [{"code": "8480-6", "value": 120.50, "unit_code": "mm[Hg]"}, {"code": "8462-4", "value": 80}]},
    {"code": "8310-5", "value": 37.50, "unit_code": "Cel", "interpretation": "H", "note": "after a walk", "device": "omron", "status": "preliminary"},
    {"code": "1", "value": "weak"}, {"code": "2", "value": {"system": "s", "code": "c", "display": "d"}}]}');
SELECT test.same(string_agg(concat_ws('|', ordinal, code, value_number, value_unit_code, value_text, value_code_system, value_code, value_code_display, interpretation, note, status, item_residual), E'\n' ORDER BY ordinal),
  E'1|8867-4|72|/min|final\n2|85354-9|final\n3|8310-5|37.50|Cel|H|after a walk|preliminary|{"device": "omron"}\n4|1|weak|final\n5|2|s|c|d|final', 'rows') FROM ehr_observations;
SELECT test.holds(bool_and(patient_id = test.key('p1') AND author_id = test.key('d1') AND appointment_id = test.key('a1') AND record_id = test.key('e1')), 'parent''s columns') FROM ehr_observations;
SELECT test.holds(id = '11111111-1111-4111-8111-111111111111' AND effective_at = '2026-11-23 03:35+00', 'its own id and time') FROM ehr_observations WHERE ordinal = 1;
SELECT test.holds(effective_at = '2026-11-23 09:10+00' AND components -> 0 ->> 'value' = '120.50', 'the record''s time; digits') FROM ehr_observations WHERE ordinal = 2;
SELECT test.holds(version_id = 1, 'the record is not rewritten') FROM electronic_health_records;
ROLLBACK;

\echo bare arrays, single items, free text and broken JSON are understood, empty content is nothing
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (id, patient_id, record_type, content) VALUES
  (test.key('array'), test.key('p1'), 'lab', '[{"code": "a", "value": 1}, "two", 3, null]'), (test.key('single'), test.key('p1'), 'lab', '{"code": "a", "value": 1e3}'),
  (test.key('free'), test.key('p1'), 'lab', 'Hb 11.2, normal'), (test.key('broken'), test.key('p1'), 'vital', '{"code": "a", '),
  (test.key('other'), test.key('p1'), 'vital', '{"pulse": 72}'), (test.key('nul'), test.key('p1'), 'vital', '{"code": "\u0000"}'),
  (test.key('empty'), test.key('p1'), 'vital', ' '), (test.key('null'), test.key('p1'), 'vital', NULL), (test.key('none'), test.key('p1'), 'vital', '{"observations": []}');
SELECT test.same((SELECT string_agg(concat_ws('|', code, code_text, value_number, value_text), ' ' ORDER BY ordinal) FROM ehr_observations WHERE record_id = test.key(k)), wanted, k)
  FROM (VALUES ('array', 'a|1 Laboratory result|two Laboratory result|3'), ('single', 'a|1000'), ('free', 'Laboratory result|Hb 11.2, normal'),
               ('broken', 'Vital signs|{"code": "a", '), ('other', 'Vital signs|{"pulse": 72}'), ('nul', 'Vital signs|{"code": "\u0000"}'),
               ('empty', NULL), ('null', NULL), ('none', NULL)) AS t (k, wanted);
ROLLBACK;

\echo odd members stay in the item: a time that is none, components that are no array, an unknown status
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (patient_id, record_type, content) VALUES
  (test.key('p1'), 'lab', '{"id": "row-7", "code": "a", "value": true, "effective": "2026-02-31", "components": {"x": 1}, "status": "ok"}');
SELECT test.holds(value_text = 'true' AND status = 'unknown' AND components IS NULL AND item_residual = '{"id": "row-7", "effective": "2026-02-31", "components": {"x": 1}}', 'kept')
  FROM ehr_observations;
ROLLBACK;

\echo notes and images have no observations
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (patient_id, record_type, content) VALUES (test.key('p1'), 'note', '[{"code": "a"}]'), (test.key('p1'), 'imaging', 'x');
SELECT test.holds(count(*) = 0, 'none') FROM ehr_observations;
ROLLBACK;

\echo new content changes only the items that changed: matched by id, else by place
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (id, patient_id, record_type, content) VALUES
  (test.key('e1'), test.key('p1'), 'vital', '[{"code": "a", "value": 1}, {"code": "b", "value": 2}, {"code": "c", "value": 3}]');
CREATE TEMP TABLE former AS SELECT * FROM ehr_observations;
UPDATE electronic_health_records SET content = '[{"code": "a", "value": 1}, {"code": "b", "value": 2.0}]';
SELECT test.same(string_agg(concat_ws('|', o.code, o.value_number, o.version_id, o.is_deleted), ' ' ORDER BY o.ordinal), 'a|1|1|f b|2.0|2|f c|3|2|t', 'by place')
  FROM ehr_observations o JOIN former USING (id);
UPDATE electronic_health_records SET content = format('[{"code": "x", "value": 9}, {"id": "%s", "code": "a", "value": 1}]', (SELECT id FROM former WHERE code = 'a'));
SELECT test.same(string_agg(concat_ws('|', o.code, o.ordinal, o.version_id, o.is_deleted), ' ' ORDER BY o.code), 'a|2|1|f b|2|3|t c|3|2|t x|1|1|f', 'by id') FROM ehr_observations o;
ROLLBACK;

\echo a known foreign id matches too, a taken uuid is not taken away
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (id, patient_id, record_type, content) VALUES
  (test.key('e1'), test.key('p1'), 'vital', '[{"id": "x1", "code": "a", "value": 1}, {"id": "x2", "code": "b", "value": 2}]');
UPDATE electronic_health_records SET content = '[{"id": "x2", "code": "b", "value": 3}]' WHERE id = test.key('e1');
SELECT test.same(string_agg(concat_ws('|', code, value_number, version_id, is_deleted), ' ' ORDER BY code), 'a|1|2|t b|3|2|f', 'by foreign id') FROM ehr_observations;
INSERT INTO electronic_health_records (id, patient_id, record_type, content)
  SELECT test.key('e2'), test.key('p2'), 'vital', format('[{"id": "%s", "code": "z"}, {"id": "%1$s", "code": "y"}]', (SELECT id FROM ehr_observations WHERE code = 'b'));
SELECT test.holds(count(*) = 2, 'both stand beside it') FROM ehr_observations WHERE record_id = test.key('e2');
SELECT test.holds(patient_id = test.key('p1'), 'the first is untouched') FROM ehr_observations WHERE code = 'b';
ROLLBACK;

\echo what the record says of all items flows: author, visibility, soft delete and return
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (id, patient_id, author_id, record_type, content) VALUES
  (test.key('e1'), test.key('p1'), test.key('d1'), 'vital', '[{"code": "a", "value": 1}, {"code": "b", "value": 2}]');
UPDATE electronic_health_records SET author_id = test.key('d2'), visibility = 'care_team';
SELECT test.holds(bool_and(author_id = test.key('d2') AND visibility = 'care_team' AND version_id = 2), 'flowed') FROM ehr_observations;
UPDATE electronic_health_records SET is_deleted = true;
SELECT test.holds(bool_and(is_deleted AND version_id = 3) AND count(*) = 2, 'deleted') FROM ehr_observations;
UPDATE electronic_health_records SET is_deleted = false;
SELECT test.holds(bool_and(NOT is_deleted AND version_id = 4) AND count(*) = 2, 'back') FROM ehr_observations;
ROLLBACK;

\echo an observation without a record makes one, and its content says it
BEGIN;
SELECT test.clinic();
INSERT INTO ehr_observations (id, patient_id, author_id, record_type, code_system, code, value_number, value_unit_code, effective_at, components)
  VALUES (test.key('o1'), test.key('p1'), test.key('d1'), 'lab', 'http://loinc.org', '718-7', 11.20, 'g/dL', '2026-01-02 03:04:05.678901+00', '[{"code":"x","value":1.50}]');
SELECT test.holds(e.record_type = 'lab' AND e.patient_id = o.patient_id AND e.author_id = o.author_id AND e.version_id = 1 AND o.version_id = 1 AND o.ordinal = 1
    AND e.content::jsonb = jsonb_build_object('observations', jsonb_build_array(jsonb_build_object('id', o.id, 'system', 'http://loinc.org', 'code', '718-7', 'status', 'final',
        'value', 11.20, 'unit_code', 'g/dL', 'effective', '2026-01-02T03:04:05.678901+00:00', 'components', '[{"code":"x","value":1.50}]'::jsonb)))
    AND e.content LIKE '%11.20%' AND e.content LIKE '%1.50%', 'the record')
  FROM ehr_observations o JOIN electronic_health_records e ON e.id = o.record_id;
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK;

\echo observations of one appointment stand in one record, in one statement or several
BEGIN;
SELECT test.clinic();
INSERT INTO ehr_observations (patient_id, appointment_id, record_type, code) VALUES
  (test.key('p1'), test.key('a1'), 'vital', 'a'), (test.key('p1'), test.key('a1'), 'vital', 'b'), (test.key('p1'), NULL, 'vital', 'alone');
INSERT INTO ehr_observations (patient_id, appointment_id, record_type, code) VALUES (test.key('p1'), test.key('a1'), 'lab', 'c');
SELECT test.same(string_agg(o.code || o.ordinal, ' ' ORDER BY o.ordinal), 'a1 b2 c3', 'together')
  FROM ehr_observations o JOIN electronic_health_records e ON e.id = o.record_id WHERE e.appointment_id = test.key('a1');
SELECT test.holds(e.record_type = 'vital' AND e.version_id = 2 AND e.content::jsonb #>> '{observations,2,record_type}' = 'lab', 'a lab item of a vital record')
  FROM electronic_health_records e WHERE e.appointment_id = test.key('a1');
SELECT test.holds(count(*) = 2, 'two records') FROM electronic_health_records;
UPDATE electronic_health_records SET author_id = test.key('d1') WHERE appointment_id = test.key('a1');
SELECT test.same(string_agg(o.record_type::text, ' ' ORDER BY o.ordinal), 'vital vital lab', 'types stay') FROM ehr_observations o WHERE appointment_id IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK;

\echo an observation joins the vital record that the platform wrote, not its note
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (id, patient_id, appointment_id, record_type, content) VALUES
  (test.key('e1'), test.key('p1'), test.key('a1'), 'vital', '{"visit": "morning", "observations": [{"code": "a", "value": 1}]}');
INSERT INTO ehr_observations (patient_id, appointment_id, record_type, code) VALUES (test.key('p1'), test.key('a1'), 'vital', 'b');
SELECT test.holds(content::jsonb ->> 'visit' = 'morning' AND content::jsonb #>> '{observations,1,code}' = 'b', 'joined') FROM electronic_health_records WHERE id = test.key('e1');
INSERT INTO appointments (id, patient_id, doctor_id, scheduled_start, scheduled_end) VALUES (test.key('a2'), test.key('p1'), test.key('d1'), '2026-11-24 09:00+00', '2026-11-24 09:20+00');
INSERT INTO electronic_health_records (id, patient_id, appointment_id, record_type, content) VALUES (test.key('e2'), test.key('p1'), test.key('a2'), 'note', 'x');
INSERT INTO ehr_observations (id, patient_id, appointment_id, record_type, code) VALUES (test.key('o2'), test.key('p1'), test.key('a2'), 'vital', 'c');
SELECT test.holds(o.appointment_id = test.key('a2') AND e.appointment_id IS NULL AND e.id <> test.key('e2'), 'beside the note')
  FROM ehr_observations o JOIN electronic_health_records e ON e.id = o.record_id WHERE o.id = test.key('o2');
INSERT INTO ehr_observations (id, patient_id, appointment_id, record_type, code) VALUES (test.key('o3'), test.key('p2'), test.key('a1'), 'vital', 'd');
SELECT test.holds(e.patient_id = test.key('p2') AND e.id <> test.key('e1'), 'not in another patient''s record')
  FROM ehr_observations o JOIN electronic_health_records e ON e.id = o.record_id WHERE o.id = test.key('o3');
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK;

\echo a changed observation changes its item only, a deleted one goes, the last takes the record with it
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (id, patient_id, record_type, content) VALUES
  (test.key('e1'), test.key('p1'), 'vital', '[{"code": "a", "value": 1, "device": "omron"}, {"code": "b", "value": 2}]');
UPDATE ehr_observations SET value_number = 1.10 WHERE code = 'a';
SELECT test.same(content::jsonb #>> '{observations,0,value}' || (content::jsonb #>> '{observations,0,device}'), '1.10omron', 'item') FROM electronic_health_records;
SELECT test.holds(bool_and(version_id = CASE code WHEN 'a' THEN 2 ELSE 1 END), 'sibling untouched') FROM ehr_observations;
SELECT test.holds(version_id = 2, 'record versioned') FROM electronic_health_records;
UPDATE ehr_observations SET fhir_residual = '{"bodySite":{}}' WHERE code = 'a';
SELECT test.holds(version_id = 2, 'an equal record makes no version') FROM electronic_health_records;
UPDATE ehr_observations SET is_deleted = true WHERE code = 'a';
SELECT test.holds(jsonb_array_length(content::jsonb -> 'observations') = 1 AND NOT is_deleted, 'one left') FROM electronic_health_records;
UPDATE ehr_observations SET is_deleted = true WHERE code = 'b';
SELECT test.holds(is_deleted AND deleted_at IS NOT NULL, 'none left') FROM electronic_health_records;
UPDATE ehr_observations SET is_deleted = false WHERE code = 'b';
SELECT test.holds(NOT is_deleted AND content::jsonb #>> '{observations,0,code}' = 'b', 'back') FROM electronic_health_records;
ROLLBACK;

\echo what the server wrote, the platform may write back: nothing changes
BEGIN;
SELECT test.clinic();
INSERT INTO ehr_observations (patient_id, record_type, code, value_number, effective_at, value_text) VALUES (test.key('p1'), 'vital', 'a', 1.50, NULL, 'also text');
UPDATE electronic_health_records SET content = content || ' ';
SELECT test.holds(version_id = 1 AND value_text = 'also text' AND effective_at IS NULL, 'unchanged') FROM ehr_observations;
SELECT test.holds(version_id = 2, 'the record''s bytes changed') FROM electronic_health_records;
ROLLBACK;

\echo an observation that changes patient leaves its record for a new one
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (id, patient_id, record_type, content) VALUES (test.key('e1'), test.key('p1'), 'vital', '[{"code": "a"}, {"code": "b"}]');
UPDATE ehr_observations SET patient_id = test.key('p2') WHERE code = 'b';
SELECT test.holds(e.patient_id = test.key('p2') AND e.id <> test.key('e1') AND o.version_id = 2, 'new record') FROM ehr_observations o JOIN electronic_health_records e ON e.id = o.record_id WHERE o.code = 'b';
SELECT test.holds(jsonb_array_length(content::jsonb -> 'observations') = 1, 'old record') FROM electronic_health_records WHERE id = test.key('e1');
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK;

\echo a record of another patient or type is refused
BEGIN;
SELECT test.clinic();
INSERT INTO electronic_health_records (id, patient_id, record_type, content) VALUES (test.key('e1'), test.key('p1'), 'note', 'x'), (test.key('e2'), test.key('p1'), 'lab', NULL);
SELECT test.refused($$INSERT INTO ehr_observations (patient_id, record_type, code, record_id) VALUES (test.key('p1'), 'lab', 'a', test.key('e1'))$$, 'FH007');
SELECT test.refused($$INSERT INTO ehr_observations (patient_id, record_type, code, record_id) VALUES (test.key('p2'), 'lab', 'a', test.key('e2'))$$, 'FH007');
INSERT INTO ehr_observations (patient_id, record_type, code, record_id) VALUES (test.key('p1'), 'lab', 'a', test.key('e2'));
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK;

\echo an error inside leaves the guard off: the next write is followed again
BEGIN;
SELECT test.clinic();
SELECT test.refused($$INSERT INTO electronic_health_records (patient_id, record_type, content) VALUES (gen_random_uuid(), 'lab', '{"code": "a"}')$$, '23503');
SELECT test.holds(coalesce(current_setting('hv.syncing', true), '') = '', 'off');
INSERT INTO electronic_health_records (patient_id, record_type, content) VALUES (test.key('p1'), 'lab', '{"code": "a"}');
SELECT test.holds(count(*) = 1, 'followed') FROM ehr_observations;
ROLLBACK;
