-- Every write of personal data writes its audit row in the same transaction, whoever writes and by which door.
--
-- One row for each statement and table (of several rows: at most 1000 to an audit row), with the rows' ids and patients, never their
-- content. What the schema's own triggers write in consequence of a statement is not noted again: the records of observations, the
-- roles of doctors, the care relationships of appointments. A trigger of somebody else's is no consequence: only the owner's count.

CREATE FUNCTION fhir.audit_note(act text, place text, type text, ids uuid[], fhir_id text, version integer, persons uuid[], why text)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  said CONSTANT jsonb := nullif(current_setting('hv.audit', true), '')::jsonb;
  one CONSTANT boolean := cardinality(ids) = 1;
  whose uuid[] := array_remove(persons, NULL);
BEGIN
  IF cardinality(whose) > 1 THEN
    whose := ARRAY(SELECT DISTINCT p.key FROM unnest(whose) AS p (key) ORDER BY p.key);
  END IF;
  INSERT INTO public.audit_logs (actor_user_id, action, target_table, target_id, targets, patients, resource_type, resource_id, version_id,
      interaction, query, client_id, person_key, person_type, address, purpose, reason, outcome, request_id)
    VALUES ((said ->> 'user')::uuid, act, place, CASE WHEN one THEN ids[1] END, CASE WHEN NOT one AND ids <> '{}' THEN ids END,
      whose, type, CASE WHEN one THEN fhir_id END, CASE WHEN one THEN version END,
      CASE WHEN said IS NULL THEN 'sql' ELSE said ->> 'interaction' END, said ->> 'query', said ->> 'client', (said ->> 'person')::uuid,
      said ->> 'personType', said ->> 'address', said ->> 'purpose', coalesce(said ->> 'reason', why), 'success', said ->> 'request');
  RETURN true;
END
$$;
COMMENT ON FUNCTION fhir.audit_note(text, text, text, uuid[], text, integer, uuid[], text) IS
  'One audit row of a write, by whom and why hv.audit says. For the triggers of 026.';

-- Asked by the trigger for whom a statement runs. Nobody but the owner is let off: hv.syncing alone, or a trigger of one's own, hides
-- nothing. A function, because PostgreSQL reads a trigger's condition anew for each statement.
DO $$
BEGIN
  EXECUTE format($body$
CREATE FUNCTION fhir.is_consequence(by_depth boolean) RETURNS boolean LANGUAGE plpgsql STABLE AS $is$
BEGIN
  RETURN pg_catalog.pg_trigger_depth() OPERATOR(pg_catalog.>) 0 AND current_user OPERATOR(pg_catalog.=) %L
    AND (by_depth OR pg_catalog.current_setting('hv.syncing', true) OPERATOR(pg_catalog.<>) '');
END
$is$ $body$, current_user);
END
$$;
COMMENT ON FUNCTION fhir.is_consequence(boolean) IS
  'Whether the statement is one of the schema''s own triggers: of the synchronising ones, or (by_depth) of any. The owner is named in it: after REASSIGN OWNED replace it.';

CREATE FUNCTION fhir.audit_truncate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM fhir.audit_note('truncate', CASE TG_TABLE_SCHEMA WHEN 'public' THEN '' ELSE TG_TABLE_SCHEMA || '.' END || TG_TABLE_NAME,
                          NULL, '{}', NULL, NULL, '{}', NULL);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.audit_truncate() IS 'After a TRUNCATE of an audited table.';

-- Of each audited table: what its rows are shown as, their key and FHIR id, whose they are (@: a row) and the reason that they give.
DO $install$
DECLARE
  face record;
  place text;
  function text;
  said text;       -- what is noted of a row n
  whose text[];    -- whose a row is: of n, and of what it was, o
  joined text;     -- that o is what n was
  is_changed text;
  act text;        -- what an update is
  in_order text;
  own text;        -- that a statement is no consequence of another one
  note CONSTANT text := $body$LOOP
      IF cardinality(keys) > 0 AND (cardinality(keys) >= 1000 OR seen.type IS DISTINCT FROM shown_as OR seen.act <> act
                                    OR seen.reason IS DISTINCT FROM why) THEN
        noted := fhir.audit_note(act, place, shown_as, keys, fhir_id, version, persons, why);
        keys := '{}';
        persons := '{}';
      END IF;
      keys := keys || seen.key;
      persons := persons || seen.persons;
      shown_as := seen.type;
      act := seen.act;
      fhir_id := seen.fhir_id;
      version := seen.version;
      why := seen.reason;
    END LOOP;$body$;
BEGIN
  FOR face IN SELECT * FROM (VALUES
      ('public', 'users', 'NULL', 'n.id', NULL, NULL, 'NULL'),
      ('public', 'admin_duties', 'NULL', 'n.user_id', NULL, NULL, 'NULL'),
      ('public', 'attachments', 'NULL', 'n.id', NULL, NULL, 'NULL'),
      ('public', 'notifications', 'NULL', 'n.id', NULL, NULL, 'NULL'),
      ('public', 'care_relationships', 'NULL', 'n.id', NULL, '@.patient_id', 'n.reason'),
      ('public', 'patient_grants', 'NULL', 'n.id', NULL, '@.patient_id, @.holder', 'NULL'),
      ('public', 'patient_profile', '''Patient''', 'n.id', NULL, '@.id', 'NULL'),
      ('public', 'doctor_profile', '''Practitioner''', 'n.id', NULL, NULL, 'NULL'),
      ('public', 'doctor_roles', '''PractitionerRole''', 'n.id', NULL, NULL, 'NULL'),
      ('public', 'appointments', '''Appointment''', 'n.id', NULL, '@.patient_id', 'NULL'),
      ('public', 'electronic_health_records', 'CASE n.record_type WHEN ''note'' THEN ''DocumentReference'' WHEN ''imaging'' THEN ''DiagnosticReport'' END',
       'n.id', NULL, '@.patient_id', 'NULL'),
      ('public', 'ehr_observations', '''Observation''', 'n.id', NULL, '@.patient_id', 'NULL'),
      ('public', 'prescriptions', 'NULL', 'n.id', NULL, '@.patient_id', 'NULL'),
      ('public', 'prescription_medications', '''MedicationRequest''', 'n.id', NULL, '@.patient_id', 'NULL'),
      ('fhir', 'resource', 'n.resource_type', 'n.id', NULL, NULL, 'NULL'),
      ('smart', 'client', 'NULL', 'NULL::uuid', 'n.client_id', NULL, 'NULL'))
      AS f (schema, name, type, key, fhir_id, persons, reason) LOOP
    place := format('%I.%I', face.schema, face.name);
    function := 'audit_of_' || face.name;
    SELECT string_agg(format('o.%1$I = n.%1$I', a.attname), ' AND ') INTO joined
      FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) WHERE i.indrelid = place::regclass AND i.indisprimary;
    -- What has versions has changed when they have; what makes none (005) is none of a row's content.
    SELECT format('%s::text AS type, %s AS key, %s AS fhir_id, %s AS version, %s::text AS reason', face.type, face.key,
                  coalesce(face.fhir_id, CASE WHEN bool_or(a.attname = 'fhir_id') THEN 'coalesce(n.fhir_id, n.id::text)' ELSE 'NULL::text' END),
                  CASE WHEN bool_or(a.attname = 'version_id') THEN 'n.version_id::integer' ELSE 'NULL::integer' END, face.reason),
           CASE WHEN bool_or(a.attname = 'version_id') THEN 'n.version_id IS DISTINCT FROM o.version_id' ELSE 'n IS DISTINCT FROM o' END,
           CASE WHEN bool_or(a.attname = 'is_deleted') THEN 'CASE WHEN n.is_deleted AND NOT o.is_deleted THEN ''soft delete'' ELSE ''update'' END'
                ELSE '''update''' END
      INTO said, is_changed, act
      FROM pg_attribute a WHERE a.attrelid = place::regclass AND a.attnum > 0 AND NOT a.attisdropped;
    whose := CASE WHEN face.name = 'resource' THEN ARRAY['n.patient_keys', 'o.patient_keys']
                  WHEN face.persons IS NULL THEN ARRAY['''{}''::uuid[]', NULL]
                  ELSE ARRAY[format('ARRAY[%s]', replace(face.persons, '@', 'n')), format('ARRAY[%s]', replace(face.persons, '@', 'o'))] END;
    in_order := CASE WHEN face.name = 'resource' THEN ' ORDER BY n.resource_type' ELSE '' END;
    EXECUTE format($body$
CREATE FUNCTION fhir.%1$I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $note$
#variable_conflict use_column
DECLARE
  place CONSTANT text := %2$L;
  seen record;
  keys uuid[] := '{}';
  persons uuid[] := '{}';
  act text;
  shown_as text;
  fhir_id text;
  version integer;
  why text;
  noted boolean;  -- assigned, since PERFORM would take a query
BEGIN
  -- One row, as nearly always: without the cost of a loop.
  IF TG_OP = 'INSERT' THEN
    SELECT 'insert' AS act, %3$s, %4$s AS persons, (SELECT count(*) FROM new_rows) AS total INTO seen FROM new_rows n LIMIT 1;
  ELSIF TG_OP = 'UPDATE' THEN
    SELECT %6$s AS act, %3$s, %7$s AS persons, (SELECT count(*) FROM new_rows) AS total INTO seen
      FROM new_rows n LEFT JOIN old_rows o ON %8$s WHERE %10$s LIMIT 1;
  ELSE
    SELECT 'delete' AS act, %3$s, %4$s AS persons, (SELECT count(*) FROM old_rows) AS total INTO seen FROM old_rows n LIMIT 1;
  END IF;
  IF seen.total IS NULL THEN
    RETURN NULL;
  ELSIF seen.total = 1 THEN
    noted := fhir.audit_note(seen.act, place, seen.type, ARRAY[seen.key], seen.fhir_id, seen.version, seen.persons, seen.reason);
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' THEN
    FOR seen IN SELECT 'insert' AS act, %3$s, %4$s AS persons FROM new_rows n%9$s %5$s
  ELSIF TG_OP = 'UPDATE' THEN
    FOR seen IN SELECT %6$s AS act, %3$s, %7$s AS persons FROM new_rows n LEFT JOIN old_rows o ON %8$s WHERE %10$s%9$s %5$s
  ELSE
    FOR seen IN SELECT 'delete' AS act, %3$s, %4$s AS persons FROM old_rows n%9$s %5$s
  END IF;
  noted := fhir.audit_note(act, place, shown_as, keys, fhir_id, version, persons, why);
  RETURN NULL;
END
$note$ $body$, function, CASE face.schema WHEN 'public' THEN '' ELSE face.schema || '.' END || face.name, said, whose[1], note, act,
      CASE WHEN whose[2] IS NULL THEN whose[1] ELSE format('CASE WHEN %1$s = %2$s THEN %1$s ELSE %1$s || %2$s END', whose[1], whose[2]) END,
      joined, in_order, is_changed);
    EXECUTE format('COMMENT ON FUNCTION fhir.%I() IS %L', function, format('Audit rows of writes of %s.%s.', face.schema, face.name));
    EXECUTE format('REVOKE ALL ON FUNCTION fhir.%I() FROM PUBLIC', function);

    own := format('NOT coalesce(fhir.is_consequence(%L), false)', face.name = 'care_relationships');
    EXECUTE format('CREATE TRIGGER audit_on_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN (%s)
                      EXECUTE FUNCTION fhir.%I()', place, own, function);
    EXECUTE format('CREATE TRIGGER audit_on_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
                      WHEN (%s) EXECUTE FUNCTION fhir.%I()', place, own, function);
    EXECUTE format('CREATE TRIGGER audit_on_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT WHEN (%s)
                      EXECUTE FUNCTION fhir.%I()', place, own, function);
    EXECUTE format('CREATE TRIGGER audit_on_truncate AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION fhir.audit_truncate()', place);
  END LOOP;
END
$install$;

DO $$
DECLARE
  each regprocedure;
BEGIN
  FOR each IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'fhir'::regnamespace
                AND p.proname IN ('audit_hash', 'audit_digest', 'audit_chain', 'audit_free_head', 'audit_note', 'audit_truncate', 'guard_audit_partition', 'make_audit_partition', 'make_audit_partitions') LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', each);
  END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION fhir.make_audit_partitions() TO hv_server_access;
