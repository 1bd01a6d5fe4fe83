-- Row security: what PostgreSQL itself refuses, knowing only the caller's kind (its role) and person (hv.person).
-- docs/access-database.md has the rules as a table, what they cost, and what they cannot refuse.
--
-- A policy is one short inline condition for one role: a function that branches on the role would take the indexes away.
-- OFFSET 0 makes PostgreSQL look at each row's own entry instead of hashing all entries of all.

-- Whom a resource reaches ---------------------------------------------------------------------------------------------------
-- Index rows have a key and no patient. A key is unique within its type only, so a client could choose the key of another
-- type's resource: the type counts too.

CREATE TABLE fhir.reach (
  key uuid NOT NULL,
  resource_type text COLLATE "C" NOT NULL,
  audience smallint NOT NULL CHECK (audience BETWEEN 0 AND 5),
  patient uuid,
  practitioner uuid,
  is_contained boolean NOT NULL DEFAULT false
);
CREATE INDEX reach_key ON fhir.reach (key, resource_type) INCLUDE (audience, patient, practitioner, is_contained);
CREATE INDEX reach_author ON fhir.reach (key) WHERE audience = 2;
COMMENT ON TABLE fhir.reach IS
  'Whom a resource says something of, for the row security of the index tables: a row for each patient and practitioner, side by side. Triggers keep it. What says nothing of anybody has no row.';
COMMENT ON COLUMN fhir.reach.audience IS
  '0: the patient, the care team and the practitioner; 1: not the patient; 2: the practitioner alone; 3: a doctor''s directory entry; 4: everybody (fhir.open_type); 5: what is contained in a directory entry: not the patients.';
COMMENT ON COLUMN fhir.reach.is_contained IS 'The key is of a row of fhir.contained, which reaches whom its container reaches.';

CREATE FUNCTION fhir.reach_of_contained_in(type text, holder uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM fhir.reach x USING fhir.contained c
    WHERE c.container_key = holder AND c.container_type = type AND x.key = c.id AND x.is_contained;
  INSERT INTO fhir.reach (key, resource_type, audience, patient, practitioner, is_contained)
    SELECT c.id, c.resource_type, CASE x.audience WHEN 3 THEN 5 ELSE x.audience END, x.patient, x.practitioner, true
      FROM fhir.contained c JOIN fhir.reach x ON x.key = c.container_key AND x.resource_type = c.container_type AND NOT x.is_contained
      WHERE c.container_key = holder AND c.container_type = type;
END
$$;
COMMENT ON FUNCTION fhir.reach_of_contained_in(text, uuid) IS 'Makes what a resource contains reach whom it reaches now.';
REVOKE ALL ON FUNCTION fhir.reach_of_contained_in(text, uuid) FROM PUBLIC;

-- The container is written before what it contains, be it by the same statement.
CREATE FUNCTION fhir.reach_of_contained() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO fhir.reach (key, resource_type, audience, patient, practitioner, is_contained)
      SELECT c.id, c.resource_type, CASE x.audience WHEN 3 THEN 5 ELSE x.audience END, x.patient, x.practitioner, true
        FROM new_rows c JOIN fhir.reach x ON x.key = c.container_key AND x.resource_type = c.container_type AND NOT x.is_contained;
  ELSE
    DELETE FROM fhir.reach x USING old_rows c WHERE x.key = c.id AND x.resource_type = c.resource_type AND x.is_contained;
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.reach_of_contained() IS 'Keeps fhir.reach of fhir.contained.';
CREATE TRIGGER reach_on_insert AFTER INSERT ON fhir.contained REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION fhir.reach_of_contained();
CREATE TRIGGER reach_on_delete AFTER DELETE ON fhir.contained REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION fhir.reach_of_contained();

DO $$
DECLARE
  face record;
  entries text;  -- a SELECT of the reach of rows n; its FROM is left open
  body text;
BEGIN
  FOR face IN SELECT * FROM (VALUES
      ('public', 'patient_profile', '''Patient''', '0', 'n.id', 'NULL::uuid', NULL, 'id'),
      ('public', 'doctor_profile', '''Practitioner''', '3', 'NULL::uuid', 'n.id', NULL, 'id'),
      ('public', 'doctor_roles', '''PractitionerRole''', '3', 'NULL::uuid', 'n.doctor_id', NULL, 'doctor_id'),
      ('public', 'appointments', '''Appointment''', '0', 'n.patient_id', 'n.doctor_id', NULL, 'patient_id, doctor_id'),
      ('public', 'electronic_health_records', 'CASE n.record_type WHEN ''note'' THEN ''DocumentReference'' ELSE ''DiagnosticReport'' END',
       'CASE n.visibility WHEN ''patient'' THEN 0 WHEN ''care_team'' THEN 1 ELSE 2 END', 'n.patient_id', 'n.author_id',
       'n.record_type IN (''note'', ''imaging'')', 'patient_id, author_id, visibility'),
      ('public', 'ehr_observations', '''Observation''', 'CASE n.visibility WHEN ''patient'' THEN 0 WHEN ''care_team'' THEN 1 ELSE 2 END',
       'n.patient_id', 'n.author_id', NULL, 'patient_id, author_id, visibility'),
      ('public', 'prescription_medications', '''MedicationRequest''', '0', 'n.patient_id', 'n.doctor_id', NULL, 'patient_id, doctor_id'),
      ('fhir', 'resource', 'n.resource_type', 'a.audience', 'u.patient', 'u.practitioner',
       '(u.patient IS NOT NULL OR u.practitioner IS NOT NULL OR a.audience = 4)', 'patient_keys, practitioner_keys'))
      AS f (schema, name, resource_type, audience, patient, practitioner, has_reach, judged) LOOP
    entries := format('SELECT n.id, %s, %s, %s, %s FROM %%s AS n', face.resource_type, face.audience, face.patient, face.practitioner);
    IF face.name = 'resource' THEN
      entries := entries || ' LEFT JOIN LATERAL unnest(n.patient_keys, n.practitioner_keys) AS u (patient, practitioner) ON true'
        ' CROSS JOIN LATERAL (SELECT CASE WHEN n.patient_keys = ''{}'' AND EXISTS (SELECT FROM fhir.open_type o'
        ' WHERE o.resource_type = n.resource_type) THEN 4 ELSE 0 END AS audience) AS a';
    END IF;
    entries := 'INSERT INTO fhir.reach (key, resource_type, audience, patient, practitioner) ' || entries || coalesce(' WHERE ' || face.has_reach, '');
    EXECUTE format(entries, format('%I.%I', face.schema, face.name));

    body := format($body$
CREATE FUNCTION fhir.%1$I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $keep$
DECLARE
  was text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    %2$s;
    RETURN NULL;
  END IF;
  was := (SELECT %3$s FROM (SELECT OLD.*) AS n);
  DELETE FROM fhir.reach x WHERE x.key = OLD.id AND x.resource_type = was AND NOT x.is_contained;
  IF TG_OP = 'UPDATE' THEN
    %4$s;
  END IF;
  PERFORM fhir.reach_of_contained_in(was, OLD.id);
  RETURN NULL;
END
$keep$ $body$, 'reach_of_' || face.name, format(entries, 'new_rows'), face.resource_type, format(entries, '(SELECT NEW.*)'));
    EXECUTE body;
    EXECUTE format('COMMENT ON FUNCTION fhir.%I() IS %L', 'reach_of_' || face.name, format('Keeps fhir.reach of %s.%s.', face.schema, face.name));
    EXECUTE format('CREATE TRIGGER reach_on_insert AFTER INSERT ON %1$I.%2$I REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
                      EXECUTE FUNCTION fhir.%3$I()', face.schema, face.name, 'reach_of_' || face.name);
    -- Most updates change nothing of it: then nothing is called.
    EXECUTE format('CREATE TRIGGER reach_on_update AFTER UPDATE ON %1$I.%2$I FOR EACH ROW WHEN (ROW(%4$s) IS DISTINCT FROM ROW(%5$s))
                      EXECUTE FUNCTION fhir.%3$I()', face.schema, face.name, 'reach_of_' || face.name,
                   regexp_replace(face.judged, '(\w+)', 'OLD.\1', 'g'), regexp_replace(face.judged, '(\w+)', 'NEW.\1', 'g'));
    EXECUTE format('CREATE TRIGGER reach_on_delete AFTER DELETE ON %1$I.%2$I FOR EACH ROW EXECUTE FUNCTION fhir.%3$I()',
                   face.schema, face.name, 'reach_of_' || face.name);
  END LOOP;
END
$$;

INSERT INTO fhir.reach (key, resource_type, audience, patient, practitioner, is_contained)
  SELECT c.id, c.resource_type, CASE x.audience WHEN 3 THEN 5 ELSE x.audience END, x.patient, x.practitioner, true
    FROM fhir.contained c JOIN fhir.reach x ON x.key = c.container_key AND x.resource_type = c.container_type AND NOT x.is_contained;

CREATE FUNCTION fhir.reach_of_open_type() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  changed text;
BEGIN
  FOREACH changed IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.resource_type] WHEN 'DELETE' THEN ARRAY[OLD.resource_type]
                                      ELSE ARRAY[OLD.resource_type, NEW.resource_type] END LOOP
    -- As an update of each row that would be open would do it.
    DELETE FROM fhir.reach x USING fhir.resource r
      WHERE r.resource_type = changed AND r.patient_keys = '{}' AND x.key = r.id AND x.resource_type = changed AND NOT x.is_contained;
    INSERT INTO fhir.reach (key, resource_type, audience, patient, practitioner)
      SELECT r.id, changed, CASE WHEN t.is_open THEN 4 ELSE 0 END, NULL, u.practitioner
        FROM (SELECT EXISTS (SELECT FROM fhir.open_type o WHERE o.resource_type = changed) AS is_open) AS t
        JOIN fhir.resource r ON r.resource_type = changed AND r.patient_keys = '{}'
        LEFT JOIN LATERAL unnest(r.practitioner_keys) AS u (practitioner) ON true
        WHERE t.is_open OR u.practitioner IS NOT NULL;
    PERFORM fhir.reach_of_contained_in(changed, c.key) FROM (SELECT DISTINCT c.container_key AS key FROM fhir.contained c WHERE c.container_type = changed) AS c;
  END LOOP;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.reach_of_open_type() IS 'Keeps fhir.reach of the resources whose type becomes open, or is so no more.';
CREATE TRIGGER reach_on_change AFTER INSERT OR UPDATE OR DELETE ON fhir.open_type FOR EACH ROW EXECUTE FUNCTION fhir.reach_of_open_type();

-- The policies ----------------------------------------------------------------------------------------------------------------
-- In the conditions: @me is the person, @known that there is one; @mine(x) that a patient may read what is of the patient x; @care(x) a current care
-- relationship of the doctor with x; @open a type that says nothing of a patient; @row the table itself.

CREATE FUNCTION fhir.granted_patients() RETURNS uuid[] LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN ARRAY(SELECT g.patient_id FROM public.patient_grants g WHERE g.holder = fhir.person()
                 AND g.revoked_at IS NULL AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now()));
END
$$;
COMMENT ON FUNCTION fhir.granted_patients() IS 'Who has granted the person (hv.person) access that is current, as far as the caller sees the grants.';
REVOKE ALL ON FUNCTION fhir.granted_patients() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fhir.granted_patients() TO hv_patient;

DO $$
DECLARE
  person CONSTANT text := '(SELECT fhir.person())';
  -- By a function: what few need costs others nothing to make ready.
  granted CONSTANT text := '(SELECT fhir.granted_patients())::uuid[]';
  -- Apart, so that who reads what is their own asks for no grant.
  mine CONSTANT text := '(\1 = @me OR \1 = ANY (' || granted || '))';
  -- A doctor sees his own relationships only.
  care CONSTANT text := 'EXISTS (SELECT FROM public.care_relationships c WHERE c.patient_id = \1'
    ' AND c.revoked_at IS NULL AND c.starts_at <= now() AND (c.ends_at IS NULL OR c.ends_at > now()) OFFSET 0)';
  open_type CONSTANT text := '(@row.patient_keys = ''{}'' AND EXISTS (SELECT FROM fhir.open_type o WHERE o.resource_type = @row.resource_type OFFSET 0))';
  -- What an index row is of has a reach (by the policies of fhir.reach), as the type that the parameter belongs to.
  reached CONSTANT text := 'EXISTS (SELECT FROM fhir.reach x WHERE x.key = @row.key AND x.is_contained = (@row.parameter < 0)%s AND EXISTS (SELECT'
    ' FROM fhir.parameter p WHERE p.id = abs(@row.parameter) AND p.resource_type = x.resource_type%s OFFSET 0) OFFSET 0)';
  holds CONSTANT text := 'EXISTS (SELECT FROM fhir.reach x WHERE x.key = @row.id AND x.resource_type = @row.resource_type AND x.is_contained%s OFFSET 0)';
  waits CONSTANT text := 'EXISTS (SELECT FROM fhir.reach x WHERE x.key = @row.source_key AND x.resource_type = @row.source_type AND NOT x.is_contained OFFSET 0)';
  -- A doctor changes what reaches him, but another one's directory entry, and nothing that is everybody's.
  doctors_own CONSTANT text := ' AND x.audience <> 4 AND (x.audience < 3 OR x.practitioner = @me)';
  written CONSTANT text := '@me = ALL (@row.patient_keys) AND @row.patient_keys <> ''{}'' AND @row.resource_type IN (''QuestionnaireResponse'', ''Consent'')';
  treated CONSTANT text := '@row.patient_keys <> ''{}'' AND @row.resource_type NOT IN (''Consent'', ''AuditEvent'')'
    ' AND NOT EXISTS (SELECT FROM unnest(@row.patient_keys) AS k (patient) WHERE NOT @care(k.patient))';
  issued CONSTANT text := '@row.doctor_id = @me AND @care(@row.patient_id)';
  authored CONSTANT text := '@row.author_id = @me AND @care(@row.patient_id)';
  -- An appointment that is not the patient's, or not seen, is as one that is not there.
  visit CONSTANT text := ' AND (@row.appointment_id IS NULL OR EXISTS (SELECT FROM public.appointments a WHERE a.id = @row.appointment_id'
    ' AND a.patient_id = @row.patient_id OFFSET 0))';
  rule record;
  place text;
  condition text[];
BEGIN
  CREATE TEMP TABLE rule (tables text, role text, command text, judged text, then_judged text) ON COMMIT DROP;
  INSERT INTO rule VALUES
    -- What is read; of a history, the version by its own columns.
    ('patient_profile history.patient_profile', 'hv_patient', 'SELECT', '@mine(@row.id)', NULL),
    ('appointments prescriptions prescription_medications history.appointments history.prescriptions history.prescription_medications', 'hv_patient', 'SELECT',
     '@mine(@row.patient_id)', NULL),
    ('electronic_health_records ehr_observations history.electronic_health_records history.ehr_observations', 'hv_patient', 'SELECT',
     '@mine(@row.patient_id) AND @row.visibility = ''patient''', NULL),
    ('fhir.resource history.resource', 'hv_patient', 'SELECT', '@me = ANY (@row.patient_keys) OR @row.patient_keys && @granted OR (@open AND fhir.person() IS NOT NULL)', NULL),
    ('patient_profile history.patient_profile', 'hv_doctor', 'SELECT', '@care(@row.id)', NULL),
    ('appointments prescriptions prescription_medications history.appointments history.prescriptions history.prescription_medications', 'hv_doctor', 'SELECT',
     '@row.doctor_id = @me OR @care(@row.patient_id)', NULL),
    ('electronic_health_records ehr_observations history.electronic_health_records history.ehr_observations', 'hv_doctor', 'SELECT',
     '@row.author_id = @me OR (@row.visibility <> ''author'' AND @care(@row.patient_id))', NULL),
    ('fhir.resource history.resource', 'hv_doctor', 'SELECT', '@me = ANY (@row.practitioner_keys) OR @care(ANY (@row.patient_keys)) OR (@open AND fhir.person() IS NOT NULL)', NULL),
    ('fhir.resource history.resource', 'hv_admin', 'SELECT', '@open', NULL),
    ('doctor_profile doctor_roles history.doctor_profile history.doctor_roles', 'hv_patient, hv_doctor', 'SELECT', '@known', NULL),
    ('doctor_profile doctor_roles history.doctor_profile history.doctor_roles', 'hv_admin, hv_client', 'SELECT', 'true', NULL),
    ('patient_profile appointments prescriptions prescription_medications fhir.resource history.patient_profile history.appointments'
     ' history.prescriptions history.prescription_medications history.resource', 'hv_client', 'SELECT', 'true', NULL),
    ('electronic_health_records ehr_observations history.electronic_health_records history.ehr_observations', 'hv_client', 'SELECT',
     '@row.visibility <> ''author''', NULL),
    -- What is written: the row before and the row after.
    ('patient_profile', 'hv_patient', 'UPDATE', '@row.id = @me', '@row.id = @me AND NOT @row.is_deleted'),
    ('appointments', 'hv_patient', 'INSERT UPDATE', '@row.patient_id = @me', '@row.patient_id = @me AND NOT @row.is_deleted'),
    ('fhir.resource', 'hv_patient', 'INSERT UPDATE', written, written),
    ('patient_profile', 'hv_doctor', 'UPDATE', '@care(@row.id)', '@care(@row.id) AND NOT @row.is_deleted'),
    ('doctor_profile', 'hv_doctor', 'UPDATE', '@row.id = @me', '@row.id = @me AND NOT @row.is_deleted'),
    ('doctor_roles', 'hv_doctor', 'INSERT UPDATE', '@row.doctor_id = @me', '@row.doctor_id = @me'),
    ('appointments', 'hv_doctor', 'INSERT UPDATE DELETE', issued, issued),
    ('prescriptions', 'hv_doctor', 'INSERT UPDATE', issued, issued || visit),
    ('prescription_medications', 'hv_doctor', 'INSERT UPDATE DELETE', issued, issued || visit),
    ('electronic_health_records ehr_observations', 'hv_doctor', 'INSERT UPDATE DELETE', authored, authored || visit),
    ('fhir.resource', 'hv_doctor', 'INSERT UPDATE DELETE', treated, treated),
    ('doctor_profile doctor_roles', 'hv_admin', 'INSERT UPDATE', 'true', 'true'),
    ('fhir.resource', 'hv_admin', 'INSERT UPDATE', '@open', '@open'),
    ('patient_profile doctor_profile doctor_roles appointments prescription_medications fhir.resource', 'hv_client', 'INSERT UPDATE DELETE', 'true', 'true'),
    ('prescriptions', 'hv_client', 'INSERT UPDATE', 'true', 'true'),
    ('electronic_health_records ehr_observations', 'hv_client', 'INSERT UPDATE DELETE', '@row.visibility <> ''author''', '@row.visibility <> ''author'''),
    -- Who may see whom.
    ('care_relationships', 'hv_patient', 'SELECT', '@row.patient_id = @me', NULL),
    ('care_relationships', 'hv_doctor', 'SELECT', '@row.doctor_id = @me', NULL),
    ('patient_grants', 'hv_patient', 'SELECT', 'fhir.person() IN (@row.holder, @row.patient_id)', NULL),
    ('users', 'hv_admin', 'SELECT', 'true', NULL),
    -- The search index.
    ('fhir.reach', 'hv_patient', 'SELECT', '(@row.audience = 0 AND @mine(@row.patient)) OR (@row.audience IN (3, 4) AND fhir.person() IS NOT NULL)', NULL),
    ('fhir.reach', 'hv_doctor', 'SELECT', '@row.practitioner = @me OR (@row.audience < 2 AND @care(@row.patient)) OR (@row.audience >= 3 AND fhir.person() IS NOT NULL)', NULL),
    ('fhir.reach', 'hv_admin', 'SELECT', '@row.audience >= 3', NULL),
    ('fhir.reach', 'hv_client', 'SELECT', 'true', NULL),
    ('idx', 'hv_patient', 'SELECT', format(reached, '', ' AND (x.audience <> 3 OR p.is_public)'), NULL),
    ('idx', 'hv_doctor, hv_admin', 'SELECT', format(reached, '', ''), NULL),
    ('idx', 'hv_client', 'SELECT', 'NOT EXISTS (SELECT FROM fhir.reach x WHERE x.audience = 2 AND x.key = @row.key AND x.is_contained = (@row.parameter < 0)'
     ' AND EXISTS (SELECT FROM fhir.parameter p WHERE p.id = abs(@row.parameter) AND p.resource_type = x.resource_type OFFSET 0) OFFSET 0)', NULL),
    ('idx', 'hv_patient', 'DELETE', format(reached, ' AND x.patient = @me', ''), NULL),
    ('idx', 'hv_doctor', 'DELETE', format(reached, doctors_own, ''), NULL),
    ('idx', 'hv_admin, hv_client', 'DELETE', 'true', NULL),
    ('idx fhir.contained', 'hv_patient, hv_doctor, hv_admin, hv_client', 'INSERT', 'true', 'true'),
    ('fhir.contained', 'hv_patient', 'SELECT', format(holds, ''), NULL),
    ('fhir.contained', 'hv_doctor, hv_admin', 'SELECT', format(holds, ''), NULL),
    ('fhir.contained', 'hv_client', 'SELECT', 'NOT EXISTS (SELECT FROM fhir.reach x WHERE x.audience = 2 AND x.key = @row.id AND x.is_contained OFFSET 0)', NULL),
    ('fhir.contained', 'hv_patient', 'DELETE', format(holds, ' AND x.patient = @me'), NULL),
    ('fhir.contained', 'hv_doctor', 'DELETE', format(holds, doctors_own), NULL),
    ('fhir.contained', 'hv_admin, hv_client', 'DELETE', 'true', NULL),
    ('fhir.dangling_reference', 'hv_patient, hv_doctor, hv_admin', 'SELECT DELETE', waits, NULL),
    ('fhir.dangling_reference', 'hv_doctor, hv_client', 'INSERT', 'true', 'true'),
    ('fhir.dangling_reference', 'hv_client', 'SELECT DELETE', 'true', NULL),
    -- Its column key is granted to nobody of them.
    ('fhir.reindex_queue', 'hv_patient, hv_doctor, hv_admin, hv_client', 'SELECT', 'true', NULL);

  FOR rule IN SELECT c.command, r.* FROM rule r CROSS JOIN LATERAL unnest(string_to_array(r.command, ' ')) AS c (command) LOOP
    FOR place IN
      SELECT CASE WHEN t.name LIKE '%.%' THEN t.name ELSE 'public.' || t.name END
        FROM unnest(string_to_array(rule.tables, ' ')) AS t (name) WHERE t.name <> 'idx'
      UNION ALL
      SELECT 'fhir.' || c.relname FROM pg_class c
        WHERE c.relnamespace = 'fhir'::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'idx\_%' AND rule.tables ~ '\midx\M'
    LOOP
      condition := ARRAY[rule.judged, rule.then_judged];
      FOR i IN 1..2 LOOP
        condition[i] := replace(condition[i], '@open', open_type);
        condition[i] := regexp_replace(condition[i], '@mine\(([^()]*)\)', mine, 'g');
        condition[i] := regexp_replace(condition[i], '@care\(((?:[^()]|\([^()]*\))*)\)', care, 'g');
        condition[i] := replace(replace(replace(replace(condition[i], '@known', '@me IS NOT NULL'), '@granted', granted), '@me', person), '@row', split_part(place, '.', 2));
      END LOOP;
      EXECUTE format('CREATE POLICY %I ON %s FOR %s TO %s%s%s', replace(rule.role, ', ', '_') || '_' || lower(rule.command), place, rule.command, rule.role,
                     CASE WHEN rule.command <> 'INSERT' THEN format(' USING (%s)', condition[1]) END,
                     CASE WHEN rule.command IN ('INSERT', 'UPDATE') THEN format(' WITH CHECK (%s)', condition[2]) END);
    END LOOP;
  END LOOP;
END
$$;

-- Everything that holds or reveals personal data is under row security, for its owner too. The server's own role, the
-- platform's roles and the owner (also in the functions that run as it) see all rows, as before.
DO $$
DECLARE
  place regclass;
  owners CONSTANT text := (
    SELECT string_agg(DISTINCT quote_ident(pg_get_userbyid(o.owner)), ', ')
      FROM (SELECT c.relowner AS owner FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace IN ('public'::regnamespace, 'history'::regnamespace, 'fhir'::regnamespace)
            UNION SELECT p.proowner FROM pg_proc p WHERE p.prosecdef AND p.pronamespace IN ('public'::regnamespace, 'history'::regnamespace, 'fhir'::regnamespace)
            UNION SELECT current_user::regrole) AS o);
BEGIN
  FOR place IN
    SELECT c.oid FROM pg_class c
      WHERE c.relkind = 'r' AND (
        c.relnamespace = 'history'::regnamespace
        OR c.relnamespace = 'public'::regnamespace AND c.relname IN (
          'patient_profile', 'doctor_profile', 'doctor_roles', 'appointments', 'electronic_health_records', 'ehr_observations', 'prescriptions',
          'prescription_medications', 'attachments', 'notifications', 'sessions', 'turn_credentials', 'users', 'audit_logs',
          'care_relationships', 'patient_grants')
        OR c.relnamespace = 'fhir'::regnamespace AND (c.relname LIKE 'idx\_%'
          OR c.relname IN ('resource', 'contained', 'reach', 'dangling_reference', 'reindex_queue')))
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', place);
    EXECUTE format('CREATE POLICY everything ON %s TO hv_server_access, hv_platform, %s USING (true) WITH CHECK (true)', place, owners);
  END LOOP;
END
$$;

-- Whoever may use one of these tables today goes on seeing its rows.
DO $$
DECLARE
  known record;
BEGIN
  FOR known IN
    SELECT DISTINCT r.oid, r.rolname FROM pg_class c
      LEFT JOIN pg_attribute t ON t.attrelid = c.oid AND t.attacl IS NOT NULL
      CROSS JOIN LATERAL (SELECT * FROM aclexplode(c.relacl) UNION ALL SELECT * FROM aclexplode(t.attacl)) AS a
      JOIN pg_roles r ON r.oid = a.grantee
      WHERE c.relforcerowsecurity AND c.relnamespace IN ('public'::regnamespace, 'history'::regnamespace, 'fhir'::regnamespace)
        AND a.grantee <> c.relowner AND r.oid <> current_user::regrole AND r.rolname NOT IN ('hv_server_access', 'hv_platform', 'hv_patient', 'hv_doctor', 'hv_admin', 'hv_client') AND NOT r.rolsuper AND NOT r.rolbypassrls
        AND NOT pg_has_role(r.oid, 'hv_platform', 'MEMBER')
      ORDER BY r.rolname LOOP
    BEGIN
      EXECUTE format('GRANT hv_platform TO %I', known.rolname);
    EXCEPTION WHEN insufficient_privilege THEN
      RAISE WARNING 'row security now hides all rows from the role %', known.rolname
        USING HINT = format('If it is the platform''s, run as an administrator: GRANT hv_platform TO %I;', known.rolname);
    END;
  END LOOP;
END
$$;

-- Rights -----------------------------------------------------------------------------------------------------------------------
-- The least that the server's statements need. A column that is new later is nobody's to write until a migration grants it.

GRANT USAGE ON SCHEMA public, history, fhir TO hv_patient, hv_doctor, hv_admin, hv_client;
GRANT SELECT ON fhir.parameter, fhir.search_epoch, fhir.own_parameter, fhir.index_build, fhir.open_type, fhir.reach
  TO hv_server_access, hv_patient, hv_doctor, hv_admin, hv_client;
GRANT SELECT (resource_type) ON fhir.reindex_queue TO hv_patient, hv_doctor, hv_admin, hv_client;
GRANT SELECT, DELETE ON fhir.dangling_reference TO hv_patient, hv_doctor, hv_admin, hv_client;
GRANT INSERT ON fhir.dangling_reference TO hv_doctor, hv_client;
GRANT SELECT (patient_id, doctor_id, source, source_id, reason, starts_at, ends_at, revoked_at) ON care_relationships TO hv_patient, hv_doctor;
GRANT SELECT (holder, patient_id, starts_at, ends_at, revoked_at) ON patient_grants TO hv_patient;
GRANT SELECT (id, email, role, is_active, created_at, updated_at) ON users TO hv_admin;

DO $$
DECLARE
  everyone CONSTANT text := 'hv_patient, hv_doctor, hv_admin, hv_client';
  place record;
  rule record;
BEGIN
  -- Who writes what; a right to change is also needed to lock a row.
  FOR rule IN SELECT * FROM (VALUES
      ('patient_profile', 'hv_patient, hv_doctor, hv_client', NULL, 'hv_client', 'hv_patient, hv_doctor, hv_client', 'hv_client'),
      ('doctor_profile', everyone, NULL, 'hv_admin, hv_client', 'hv_doctor, hv_admin, hv_client', 'hv_client'),
      ('doctor_roles', everyone, NULL, 'hv_doctor, hv_admin, hv_client', 'hv_doctor, hv_admin, hv_client', 'hv_client'),
      ('appointments', 'hv_patient, hv_doctor, hv_client', NULL, 'hv_patient, hv_doctor, hv_client', 'hv_patient, hv_doctor, hv_client', 'hv_doctor, hv_client'),
      ('electronic_health_records', 'hv_patient, hv_doctor, hv_client', NULL, 'hv_doctor, hv_client', 'hv_doctor, hv_client', 'hv_doctor, hv_client'),
      ('ehr_observations', 'hv_patient, hv_doctor, hv_client', NULL, 'hv_doctor, hv_client', 'hv_doctor, hv_client', 'hv_doctor, hv_client'),
      ('prescriptions', 'hv_patient, hv_doctor, hv_client', NULL, 'hv_doctor, hv_client', 'hv_doctor, hv_client', NULL),
      ('prescription_medications', 'hv_patient, hv_doctor, hv_client', NULL, 'hv_doctor, hv_client', 'hv_doctor, hv_client', 'hv_doctor, hv_client'),
      ('resource', everyone, NULL, everyone, everyone, 'hv_doctor, hv_client'))
      AS r (name, readers, unused, makers, changers, movers) LOOP
    FOR place IN
      SELECT c.oid::regclass AS name, n.nspname = 'history' AS is_history,
             -- A doctor's residual is private: what a patient reads of doctors are the columns.
             string_agg(quote_ident(a.attname), ', ') FILTER (WHERE a.attname NOT IN ('user_id', 'created_by', 'signed_by', 'fhir_residual')) AS public,
             string_agg(quote_ident(a.attname), ', ') FILTER (WHERE a.attname NOT IN ('user_id', 'created_by', 'signed_by')) AS read,
             bool_and(a.attname NOT IN ('user_id', 'created_by', 'signed_by')) AS is_read_whole,
             string_agg(quote_ident(a.attname), ', ') FILTER (WHERE a.attname NOT IN ('user_id', 'created_by', 'signed_by', 'verified', 'attachments', 'visibility',
               'record_id', 'prescription_id', 'ehr_id', 'ordinal', 'item_residual', 'is_deleted', 'deleted_at')) AS made,
             string_agg(quote_ident(a.attname), ', ') FILTER (WHERE a.attname NOT IN ('user_id', 'created_by', 'signed_by', 'verified', 'attachments', 'visibility',
               'record_id', 'prescription_id', 'ehr_id', 'ordinal', 'item_residual', 'deleted_at', 'id', 'resource_type', 'fhir_id', 'version_id', 'created_at', 'updated_at'))
               AS changed
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relkind = 'r' AND c.relname = rule.name AND n.nspname IN ('public', 'fhir', 'history')
        GROUP BY c.oid, n.nspname
    LOOP
      -- Of a table, where all of its columns may be read: to look at each column's rights is a tenth of a read.
      IF rule.name IN ('doctor_profile', 'doctor_roles') THEN
        EXECUTE format('GRANT SELECT (%s) ON %s TO hv_patient', place.public, place.name);
        EXECUTE format('GRANT SELECT (%s) ON %s TO hv_doctor, hv_admin, hv_client', place.read, place.name);
      ELSIF place.is_read_whole THEN
        EXECUTE format('GRANT SELECT ON %s TO %s', place.name, rule.readers);
      ELSE
        EXECUTE format('GRANT SELECT (%s) ON %s TO %s', place.read, place.name, rule.readers);
      END IF;
      CONTINUE WHEN place.is_history;
      EXECUTE format('GRANT INSERT (%s) ON %s TO %s', place.made, place.name, rule.makers);
      EXECUTE format('GRANT UPDATE (%s) ON %s TO %s', place.changed, place.name, rule.changers);
      IF rule.movers IS NOT NULL THEN
        EXECUTE format('GRANT DELETE ON %s TO %s', place.name, rule.movers);
      END IF;
    END LOOP;
  END LOOP;
  FOR place IN SELECT c.oid::regclass AS name FROM pg_class c
                 WHERE c.relnamespace = 'fhir'::regnamespace AND c.relkind = 'r' AND (c.relname LIKE 'idx\_%' OR c.relname = 'contained') LOOP
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON %s TO %s', place.name, everyone);
  END LOOP;
END
$$;

-- A row that is seen says whom it is about by that resource's id, which is no secret to whoever sees the row, even when the
-- resource is hidden. So by the owner's right, and nothing but the id of a key.
DO $$
DECLARE
  target text;
BEGIN
  FOR target IN SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'fhir_id' AND NOT a.attisdropped
                  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY c.relname LOOP
    EXECUTE format('CREATE VIEW fhir.ids_of_%1$s AS SELECT t.id, t.fhir_id FROM public.%1$I t', target);
    EXECUTE format('COMMENT ON VIEW fhir.ids_of_%1$s IS %2$L', target,
                   format('The FHIR ids of rows of %s that have one of their own, for references to them in rows that are seen.', target));
    EXECUTE format('GRANT SELECT ON fhir.ids_of_%1$s TO hv_server_access, hv_patient, hv_doctor, hv_admin, hv_client', target);
  END LOOP;
END
$$;

CREATE FUNCTION fhir.refuse() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RAISE EXCEPTION 'refused' USING ERRCODE = 'insufficient_privilege';
END
$$;
COMMENT ON FUNCTION fhir.refuse() IS 'Fails as row security does: for a statement that has written what the caller may not write.';
REVOKE ALL ON FUNCTION fhir.refuse() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fhir.refuse() TO hv_server_access, hv_patient, hv_doctor, hv_admin, hv_client;

-- Functions ----------------------------------------------------------------------------------------------------------------------
-- A trigger function needs no right to be fired, but one to be attached: nobody may attach one that runs as the owner to a
-- table of his own.
DO $$
DECLARE
  each regprocedure;
BEGIN
  FOR each IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace IN ('fhir'::regnamespace, 'history'::regnamespace)
                AND (p.prosecdef OR p.prorettype = 'trigger'::regtype OR p.proname IN ('install_versions', 'expect_search_epoch', 'person')) LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', each);
  END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION fhir.expect_search_epoch(bigint), fhir.person() TO hv_server_access, hv_patient, hv_doctor, hv_admin, hv_client;

CREATE OR REPLACE FUNCTION fhir.refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  owner oid := (SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = TG_RELID);
BEGIN
  IF TG_OP = 'DELETE' AND pg_catalog.current_setting('hv.moving', true) = 'on'
     AND (current_user IN ('hv_doctor', 'hv_client')
          OR pg_catalog.pg_has_role(current_user, 'hv_server_access', 'USAGE') OR pg_catalog.pg_has_role(current_user, owner, 'USAGE')) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '%.%: % refused, clinical data is never removed', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'FH001', HINT = 'UPDATE ... SET is_deleted = true';
END
$$;

-- Under row security pg_stats hides a table's statistics from its owner; when a table was analysed last is told to all.
CREATE OR REPLACE FUNCTION fhir.analyze_grown() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  grown regclass;
BEGIN
  -- By its size, which is known at once: what was counted of changes comes with a delay.
  FOR grown IN
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND (n.nspname = 'fhir' OR n.nspname = 'public' AND (c.relname IN ('care_relationships', 'patient_grants')
              OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'version_id')))
        AND (pg_relation_size(c.oid) / current_setting('block_size')::integer > c.relpages * 1.1
             OR pg_relation_size(c.oid) > 0
                AND (c.reltuples < 0 OR coalesce(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)) IS NULL))
      ORDER BY c.oid LOOP
    EXECUTE format('ANALYZE %s', grown);
  END LOOP;
END
$$;

-- Before a policy's own condition PostgreSQL lets an index decide only by functions that are known to tell nothing of their
-- arguments, by an error or otherwise. These do not, but are not marked so; only a superuser may mark them. Without the marks
-- every answer is the same, and some searches read more rows: docs/access-database.md.
DO $$
DECLARE
  each regprocedure;
BEGIN
  FOREACH each IN ARRAY ARRAY['numeric_eq(numeric,numeric)', 'numeric_lt(numeric,numeric)', 'numeric_le(numeric,numeric)', 'numeric_gt(numeric,numeric)',
      'numeric_ge(numeric,numeric)', 'enum_eq(anyenum,anyenum)', 'arrayoverlap(anyarray,anyarray)', 'ts_match_vq(tsvector,tsquery)',
      '"left"(text,integer)', 'uuid_out(uuid)']::regprocedure[] LOOP
    EXECUTE format('ALTER FUNCTION %s LEAKPROOF', each);
  END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE NOTICE 'some searches of persons are slower: % may not mark functions as leakproof', current_user
    USING HINT = 'docs/access-database.md has the statements for a superuser.';
END
$$;
