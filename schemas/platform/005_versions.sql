-- What the FHIR server adds to each table that it shows, and the versions that every write leaves behind.
--
-- A row's current version stands in the table, every former one in history.<table>. An UPDATE that changes the row's
-- image keeps the old row there, adds one to version_id and moves updated_at on; an UPDATE that changes nothing
-- leaves nothing. Two columns are no part of what a row says and make no version: fhir_indexed_whole (how the row is
-- indexed) and a projection's ordinal (its place among its siblings).

DO $$
DECLARE
  face text;
BEGIN
  FOREACH face IN ARRAY ARRAY['patient_profile', 'doctor_profile', 'doctor_roles', 'appointments', 'electronic_health_records',
                              'ehr_observations', 'prescription_medications'] LOOP
    EXECUTE format(
      'ALTER TABLE %1$I
         ADD COLUMN fhir_id text,
         ADD COLUMN version_id integer NOT NULL DEFAULT 1 CHECK (version_id >= 1),
         ADD COLUMN fhir_residual json CHECK (json_typeof(fhir_residual) = ''object''),
         ADD COLUMN fhir_indexed_whole boolean NOT NULL DEFAULT false,
         ADD CONSTRAINT %2$I CHECK (fhir_id ~ ''^[A-Za-z0-9.-]{1,64}$''
                                    AND fhir_id !~ ''^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'')',
      face, face || '_fhir_id_check');
    EXECUTE format('COMMENT ON COLUMN %I.fhir_id IS %L', face,
      'The id that a client assigned, when it is not a canonical lower-case uuid; id is then the uuid v5 that the server computes from it.');
    EXECUTE format('COMMENT ON COLUMN %I.version_id IS %L', face, 'FHIR''s meta.versionId; each change adds one.');
    EXECUTE format('COMMENT ON COLUMN %I.updated_at IS %L', face, 'FHIR''s meta.lastUpdated; strictly grows with each version.');
    EXECUTE format('COMMENT ON COLUMN %I.is_deleted IS %L', face, 'Soft delete: the row stays, its history too.');
    EXECUTE format('COMMENT ON COLUMN %I.fhir_residual IS %L', face, 'What of the resource no column holds; type json keeps digits and order.');
    EXECUTE format('COMMENT ON COLUMN %I.fhir_indexed_whole IS %L', face, 'All search values of this row stand in the index tables.');
    -- Two FHIR types share electronic_health_records: an id is unique within its type.
    EXECUTE format('CREATE UNIQUE INDEX %I ON %I (fhir_id%s) WHERE fhir_id IS NOT NULL', face || '_fhir_id', face,
                   CASE face WHEN 'electronic_health_records' THEN ', record_type' ELSE '' END);
  END LOOP;
END
$$;

ALTER TABLE prescriptions ADD COLUMN version_id integer NOT NULL DEFAULT 1 CHECK (version_id >= 1);
COMMENT ON COLUMN prescriptions.version_id IS 'Each change adds one.';

CREATE FUNCTION fhir.refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  owner oid := (SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = TG_RELID);
BEGIN
  IF TG_OP = 'DELETE' AND pg_catalog.current_setting('hv.moving', true) = 'on'
     AND (pg_catalog.pg_has_role(current_user, 'hv_server_access', 'USAGE') OR pg_catalog.pg_has_role(current_user, owner, 'USAGE')) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '%.%: % refused, clinical data is never removed', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'FH001', HINT = 'UPDATE ... SET is_deleted = true';
END
$$;
COMMENT ON FUNCTION fhir.refuse_delete() IS
  'Refuses DELETE and TRUNCATE. The server and the owner may DELETE with hv.moving = on, when a resource moves to another table; the old row goes to history, but with hv.moving_version = same.';

CREATE FUNCTION fhir.install_versions(target regclass) RETURNS void LANGUAGE plpgsql AS $install$
DECLARE
  place text;      -- schema.table, quoted
  kept text;       -- its history table, quoted
  bare text;       -- the table's name alone
  function text;   -- the trigger function's name, quoted
  key text;        -- the key's columns
  changed_key text;
  columns text;
  old_values text;
  silent text[];   -- statements that leave the silent columns out of the comparison
BEGIN
  SELECT format('%I.%I', n.nspname, c.relname), format('history.%I', c.relname), c.relname, format('history.%I', 'keep_' || c.relname)
    INTO place, kept, bare, function
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target;
  SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), string_agg('OLD.' || quote_ident(a.attname), ', ' ORDER BY a.attnum),
         string_agg(format('NEW.%1$I IS DISTINCT FROM OLD.%1$I', a.attname), ' OR ' ORDER BY a.attnum)
           FILTER (WHERE a.attname IN ('id', 'resource_type', 'fhir_id'))
    INTO columns, old_values, changed_key
    FROM pg_attribute a WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped;
  SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY array_position(i.indkey::int2[], a.attnum)) INTO key
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = target AND i.indisprimary;
  SELECT ARRAY[string_agg(format('new_%1$s %2$s := NEW.%1$I;', a.attname, format_type(a.atttypid, a.atttypmod)), ' '),
               string_agg(format('NEW.%1$I := OLD.%1$I;', a.attname), ' '),
               string_agg(format('NEW.%1$I := new_%1$s;', a.attname), ' ')]
    INTO silent
    FROM pg_attribute a WHERE a.attrelid = target AND a.attname IN ('fhir_indexed_whole', 'ordinal') AND NOT a.attisdropped;

  IF to_regclass(kept) IS NULL THEN
    EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING COMMENTS, PRIMARY KEY (%s, version_id))', kept, place, key);
    EXECUTE format('COMMENT ON TABLE %s IS %L', kept, 'Former versions of ' || place || '.');
    EXECUTE format('CREATE INDEX %I ON %s (updated_at, id, version_id)', bare || '_updated', kept);
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
                      FOR EACH STATEMENT EXECUTE FUNCTION fhir.refuse_change()', kept);
  END IF;

  EXECUTE format($body$
CREATE OR REPLACE FUNCTION %1$s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $keep$
DECLARE
  %6$s
BEGIN
  IF TG_OP = 'DELETE' THEN
    -- A resource that goes on in another table with the same version has no former one.
    IF coalesce(current_setting('hv.moving_version', true), '') <> 'same' THEN
      INSERT INTO %2$s (%3$s) VALUES (%4$s);
    END IF;
    RETURN NULL;
  END IF;
  IF %5$s THEN
    RAISE EXCEPTION '%%.%%: the identity of a row never changes', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'FH004';
  END IF;
  NEW.version_id := OLD.version_id;
  NEW.updated_at := OLD.updated_at;
  NEW.deleted_at := CASE WHEN NEW.is_deleted THEN OLD.deleted_at END;
  %7$s
  IF NOT NEW *= OLD THEN
    INSERT INTO %2$s (%3$s) VALUES (%4$s);
    NEW.version_id := OLD.version_id + 1;
    NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 ms');
    IF NEW.is_deleted AND NOT OLD.is_deleted THEN
      NEW.deleted_at := NEW.updated_at;
    END IF;
  END IF;
  %8$s
  RETURN NEW;
END
$keep$ $body$, function, kept, columns, old_values, changed_key, coalesce(silent[1], ''), coalesce(silent[2], ''), coalesce(silent[3], ''));
  EXECUTE format('COMMENT ON FUNCTION %s() IS %L', function, 'Versions of ' || place || '; made by fhir.install_versions.');

  -- Trigger names order them: what changes or refuses a row comes before what keeps its version.
  EXECUTE format('CREATE OR REPLACE TRIGGER zz_version BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION %s()', place, function);
  EXECUTE format('CREATE OR REPLACE TRIGGER zz_moved AFTER DELETE ON %s FOR EACH ROW EXECUTE FUNCTION %s()', place, function);
  EXECUTE format('CREATE OR REPLACE TRIGGER refuse_delete BEFORE DELETE ON %s FOR EACH ROW EXECUTE FUNCTION fhir.refuse_delete()', place);
  EXECUTE format('CREATE OR REPLACE TRIGGER refuse_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION fhir.refuse_delete()', place);
END
$install$;
COMMENT ON FUNCTION fhir.install_versions(regclass) IS
  'Makes a table versioned: its history table, its triggers. A migration that changes a versioned table''s columns changes history.<table> alike and calls this again.';

SELECT fhir.install_versions(versioned::regclass)
  FROM unnest(ARRAY['patient_profile', 'doctor_profile', 'doctor_roles', 'appointments', 'electronic_health_records', 'ehr_observations',
                    'prescriptions', 'prescription_medications']) AS versioned;

-- A change that came from doctor_roles is versioned there: the Practitioner has not changed.
CREATE OR REPLACE TRIGGER zz_version BEFORE UPDATE ON doctor_profile
  FOR EACH ROW WHEN (coalesce(current_setting('hv.syncing', true), '') <> 'doctor_roles') EXECUTE FUNCTION history.keep_doctor_profile();
