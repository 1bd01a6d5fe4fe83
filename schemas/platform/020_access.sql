-- Who may see and write what: the facts that row security (021) judges by.
--
-- Settings (custom parameters) that the schema reads from here on, besides those of 001:
--   hv.person  the patient_profile.id or doctor_profile.id that a session of hv_patient or hv_doctor speaks for

-- Roles --------------------------------------------------------------------------------------------------------------
-- One for each kind of caller. Nobody logs in as one of them: the server becomes one with SET ROLE.

DO $$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
      ('hv_patient', 'The FHIR server while a patient asks; hv.person says which.'),
      ('hv_doctor', 'The FHIR server while a doctor asks; hv.person says which.'),
      ('hv_admin', 'The FHIR server while an administrator asks: no patient, no clinical row.'),
      ('hv_client', 'The FHIR server while another system asks.'),
      ('hv_platform', 'Row security lets its members see all rows of the tables that they are granted: the platform''s own login roles.'))
      AS w (name, what) LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = wanted.name) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', wanted.name);
        EXECUTE format('COMMENT ON ROLE %I IS %L', wanted.name, wanted.what);
      END IF;
    EXCEPTION
      -- Another database made it at this very moment.
      WHEN duplicate_object OR unique_violation THEN NULL;
      WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'the role % does not exist and % may not create it', wanted.name, current_user
          USING HINT = 'Run once as an administrator: CREATE ROLE hv_patient NOLOGIN; CREATE ROLE hv_doctor NOLOGIN; '
            'CREATE ROLE hv_admin NOLOGIN; CREATE ROLE hv_client NOLOGIN; CREATE ROLE hv_platform NOLOGIN; '
            'GRANT hv_patient, hv_doctor, hv_admin, hv_client TO hv_server_access; ALTER ROLE hv_server_access NOINHERIT;';
    END;
    IF EXISTS (SELECT FROM pg_roles r WHERE r.rolname = wanted.name AND (r.rolsuper OR r.rolbypassrls)) THEN
      RAISE EXCEPTION 'the role % goes round row security', wanted.name USING HINT = 'ALTER ROLE ... NOSUPERUSER NOBYPASSRLS';
    END IF;
  END LOOP;
END
$$;

-- hv_server_access may become each of them, but has nothing of what is theirs before it does.
DO $$
DECLARE
  statement text;
BEGIN
  FOR tries IN 1..20 LOOP
    SELECT s.statement INTO statement FROM (
      SELECT 1 AS place, 'ALTER ROLE hv_server_access NOINHERIT' AS statement
        FROM pg_roles r WHERE r.rolname = 'hv_server_access' AND r.rolinherit
      UNION ALL
      SELECT 2, format('GRANT %I TO hv_server_access', r.rolname)
        FROM pg_roles r WHERE r.rolname IN ('hv_patient', 'hv_doctor', 'hv_admin', 'hv_client')
          AND NOT EXISTS (SELECT FROM pg_auth_members m WHERE m.roleid = r.oid AND m.member = 'hv_server_access'::regrole)) AS s
      ORDER BY s.place, s.statement LIMIT 1;
    EXIT WHEN NOT FOUND;
    BEGIN
      EXECUTE statement;
    EXCEPTION
      WHEN unique_violation OR duplicate_object OR internal_error THEN PERFORM pg_sleep(0.01 * tries);
      WHEN insufficient_privilege THEN
        RAISE EXCEPTION '% may not run: %', current_user, statement
          USING HINT = 'Run once as an administrator: GRANT hv_patient, hv_doctor, hv_admin, hv_client TO hv_server_access; '
            'ALTER ROLE hv_server_access NOINHERIT;';
    END;
  END LOOP;
END
$$;

-- Asked by each policy of each statement. The server binds a key or nothing; to look first whether it is a uuid costs ten times
-- as much. In SQL, so that it is a part of the policy's plan.
CREATE FUNCTION fhir.person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT nullif(pg_catalog.current_setting('hv.person', true), '')::pg_catalog.uuid
$$;
COMMENT ON FUNCTION fhir.person() IS 'Whom the session speaks for (hv.person); null when it is not set or empty, an error when it is no uuid.';

-- Care ---------------------------------------------------------------------------------------------------------------

CREATE TYPE care_source AS ENUM ('appointment', 'consent', 'break_glass', 'assigned');
COMMENT ON TYPE care_source IS 'What a care relationship comes from.';

CREATE TABLE care_relationships (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  patient_id uuid NOT NULL REFERENCES patient_profile (id),
  doctor_id uuid NOT NULL REFERENCES doctor_profile (id),
  source care_source NOT NULL,
  source_id uuid,
  reason text,
  starts_at timestamptz NOT NULL DEFAULT now(),
  ends_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT care_relationships_ends_after_start CHECK (ends_at > starts_at),
  CONSTRAINT care_relationships_break_glass
    CHECK (source <> 'break_glass' OR (coalesce(reason, '') ~ '\S' AND ends_at IS NOT NULL AND ends_at <= starts_at + interval '60 min'))
);
CREATE UNIQUE INDEX care_relationships_appointment ON care_relationships (source_id) WHERE source = 'appointment' AND revoked_at IS NULL;
CREATE INDEX care_relationships_pair ON care_relationships (patient_id, doctor_id) INCLUDE (starts_at, ends_at) WHERE revoked_at IS NULL;
CREATE INDEX care_relationships_doctor ON care_relationships (doctor_id, starts_at);
CREATE INDEX care_relationships_patient ON care_relationships (patient_id, starts_at);
COMMENT ON TABLE care_relationships IS
  'Why and how long a doctor may see a patient''s data. Current: starts_at <= now() < ends_at (null: no end), and not revoked. Those of appointments are kept by a trigger; the server writes the others.';
COMMENT ON COLUMN care_relationships.source_id IS 'The appointment, or the key of the Consent.';
COMMENT ON COLUMN care_relationships.reason IS 'Of break_glass: the doctor''s words. Such a relationship lasts 60 minutes at most.';
COMMENT ON COLUMN care_relationships.revoked_at IS 'When it was ended before its time; it never comes back, a new row does.';

CREATE TABLE patient_grants (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  holder uuid NOT NULL REFERENCES patient_profile (id),
  patient_id uuid NOT NULL REFERENCES patient_profile (id),
  granted_by uuid REFERENCES users (id),
  starts_at timestamptz NOT NULL DEFAULT now(),
  ends_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT patient_grants_ends_after_start CHECK (ends_at > starts_at),
  CONSTRAINT patient_grants_not_self CHECK (holder <> patient_id)
);
CREATE INDEX patient_grants_holder ON patient_grants (holder) WHERE revoked_at IS NULL;
CREATE INDEX patient_grants_patient ON patient_grants (patient_id);
COMMENT ON TABLE patient_grants IS 'A patient (holder) may read what another one (patient_id) may: a parent, a relative. Current as care_relationships are.';
COMMENT ON COLUMN patient_grants.granted_by IS 'The user who said so: the patient, or a guardian''s proof that the platform has checked.';

GRANT SELECT, INSERT, UPDATE ON care_relationships, patient_grants TO hv_server_access;

-- requested, confirmed and completed give a relationship, from the appointment's creation until 180 days after its end.
-- A statement's new rows are followed at once; of changed rows only those whose relationship changes, one by one.
CREATE FUNCTION fhir.new_appointments_to_care() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.care_relationships (patient_id, doctor_id, source, source_id, starts_at, ends_at)
    SELECT n.patient_id, n.doctor_id, 'appointment', n.id, least(n.created_at, now()), n.scheduled_end + interval '180 days'
      FROM new_rows n
      WHERE n.status IN ('requested', 'confirmed', 'completed') AND NOT n.is_deleted
        AND n.scheduled_end + interval '180 days' > least(n.created_at, now());
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.new_appointments_to_care() IS 'After an INSERT of appointments: their care relationships.';

CREATE FUNCTION fhir.appointment_to_care() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
  ends CONSTANT timestamptz := CASE WHEN TG_OP = 'UPDATE' AND NEW.status IN ('requested', 'confirmed', 'completed') AND NOT NEW.is_deleted
                                    THEN NEW.scheduled_end + interval '180 days' END;
BEGIN
  UPDATE public.care_relationships c SET ends_at = ends
    WHERE c.source = 'appointment' AND c.source_id = OLD.id AND c.revoked_at IS NULL
      AND c.patient_id = NEW.patient_id AND c.doctor_id = NEW.doctor_id AND ends > c.starts_at;
  IF FOUND THEN
    RETURN NULL;
  END IF;
  UPDATE public.care_relationships c SET revoked_at = now()
    WHERE c.source = 'appointment' AND c.source_id = OLD.id AND c.revoked_at IS NULL;
  -- What is revived or given to another doctor begins now.
  IF ends > now() THEN
    INSERT INTO public.care_relationships (patient_id, doctor_id, source, source_id, starts_at, ends_at)
      VALUES (NEW.patient_id, NEW.doctor_id, 'appointment', NEW.id, now(), ends);
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.appointment_to_care() IS 'After a change or the removal of an appointment: its care relationship ends, lasts longer or shorter, or begins anew.';

CREATE TRIGGER care_on_insert AFTER INSERT ON appointments REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION fhir.new_appointments_to_care();
CREATE TRIGGER care_on_update AFTER UPDATE ON appointments FOR EACH ROW
  WHEN ((OLD.patient_id, OLD.doctor_id, OLD.status, OLD.scheduled_end, OLD.is_deleted)
        IS DISTINCT FROM (NEW.patient_id, NEW.doctor_id, NEW.status, NEW.scheduled_end, NEW.is_deleted))
  EXECUTE FUNCTION fhir.appointment_to_care();
CREATE TRIGGER care_on_delete AFTER DELETE ON appointments FOR EACH ROW EXECUTE FUNCTION fhir.appointment_to_care();

INSERT INTO care_relationships (patient_id, doctor_id, source, source_id, starts_at, ends_at)
  SELECT a.patient_id, a.doctor_id, 'appointment', a.id, least(a.created_at, now()), a.scheduled_end + interval '180 days'
    FROM appointments a
    WHERE a.status IN ('requested', 'confirmed', 'completed') AND NOT a.is_deleted
      AND a.scheduled_end + interval '180 days' > least(a.created_at, now());

-- What a row says of whom -----------------------------------------------------------------------------------------------

CREATE TABLE fhir.open_type (resource_type text COLLATE "C" PRIMARY KEY);
COMMENT ON TABLE fhir.open_type IS 'Types that say nothing of a patient: every signed-in person may read them. A resource that is in a patient''s compartment is not open, whatever its type.';
INSERT INTO fhir.open_type SELECT unnest(ARRAY[
  'Organization', 'OrganizationAffiliation', 'Location', 'Endpoint', 'HealthcareService', 'InsurancePlan', 'Schedule', 'Slot',
  'Medication', 'MedicationKnowledge', 'Substance', 'SubstanceNucleicAcid', 'SubstancePolymer', 'SubstanceProtein',
  'SubstanceReferenceInformation', 'SubstanceSourceMaterial', 'SubstanceSpecification', 'MedicinalProduct', 'MedicinalProductAuthorization',
  'MedicinalProductContraindication', 'MedicinalProductIndication', 'MedicinalProductIngredient', 'MedicinalProductInteraction',
  'MedicinalProductManufactured', 'MedicinalProductPackaged', 'MedicinalProductPharmaceutical', 'MedicinalProductUndesirableEffect',
  'Questionnaire', 'PlanDefinition', 'ActivityDefinition', 'Library', 'Measure', 'ChargeItemDefinition', 'DeviceDefinition',
  'ObservationDefinition', 'SpecimenDefinition', 'EventDefinition', 'ResearchDefinition', 'ResearchElementDefinition', 'Evidence',
  'EvidenceVariable', 'EffectEvidenceSynthesis', 'RiskEvidenceSynthesis', 'CatalogEntry',
  'ValueSet', 'CodeSystem', 'ConceptMap', 'NamingSystem', 'TerminologyCapabilities', 'StructureDefinition', 'StructureMap',
  'SearchParameter', 'OperationDefinition', 'CapabilityStatement', 'CompartmentDefinition', 'ImplementationGuide', 'GraphDefinition',
  'MessageDefinition', 'ExampleScenario', 'TestScript']);

ALTER TABLE fhir.resource ADD COLUMN practitioner_keys uuid[] NOT NULL DEFAULT '{}';
ALTER TABLE history.resource ADD COLUMN practitioner_keys uuid[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN fhir.resource.patient_keys IS 'The patients in whose compartments it is: keys, filled by the server. They follow from what the row says, and make no version.';
COMMENT ON COLUMN fhir.resource.practitioner_keys IS 'The practitioners in whose compartments it is, likewise.';
COMMENT ON COLUMN history.resource.patient_keys IS 'Of this version.';
COMMENT ON COLUMN history.resource.practitioner_keys IS 'Of this version.';

-- As in 005, but for the silent columns: the keys are among them.
CREATE OR REPLACE FUNCTION fhir.install_versions(target regclass) RETURNS void LANGUAGE plpgsql AS $install$
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
    FROM pg_attribute a WHERE a.attrelid = target AND a.attname IN ('fhir_indexed_whole', 'ordinal', 'patient_keys', 'practitioner_keys') AND NOT a.attisdropped;

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
SELECT fhir.install_versions('fhir.resource');

-- As in 009, but for the visibility.
CREATE OR REPLACE FUNCTION fhir.place_observation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  generated record;
  shared uuid;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    NEW.record_id := NULL;
    NEW.ordinal := NULL;
  END IF;
  IF NEW.record_id IS NULL AND NEW.appointment_id IS NOT NULL THEN
    -- A fixed id, so that all rows of a statement, and concurrent writers, mean the same new record.
    shared := md5('electronic_health_records of appointment ' || NEW.appointment_id)::uuid;
    SELECT e.id, e.patient_id, e.record_type, e.visibility INTO generated FROM public.electronic_health_records e
      WHERE e.id = shared OR (e.appointment_id = NEW.appointment_id AND NOT e.is_deleted) ORDER BY e.is_deleted LIMIT 1;
    IF FOUND THEN
      IF generated.patient_id = NEW.patient_id AND generated.record_type IN ('vital', 'lab') THEN
        NEW.record_id := generated.id;
        -- What comes into a record is seen by nobody who may not see the record.
        NEW.visibility := greatest(NEW.visibility, generated.visibility);
      END IF;
    ELSIF EXISTS (SELECT FROM public.appointments a WHERE a.id = NEW.appointment_id AND a.patient_id = NEW.patient_id) THEN
      NEW.record_id := shared;
    END IF;
  END IF;
  IF NEW.record_id IS NULL THEN
    NEW.record_id := gen_random_uuid();
    NEW.ordinal := coalesce(NEW.ordinal, 1);
  ELSIF NEW.ordinal IS NULL THEN
    NEW.ordinal := (SELECT coalesce(max(o.ordinal), 0) + 1 FROM public.ehr_observations o WHERE o.record_id = NEW.record_id);
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON COLUMN ehr_observations.visibility IS 'Its record''s, or narrower: what the record says of all its items flows to it, and one that comes into a record is seen by nobody who may not see that.';

-- What a doctor's directory entry says by its columns may be searched by everybody; the rest of such a resource is private.
ALTER TABLE fhir.parameter ADD COLUMN is_public boolean GENERATED ALWAYS AS (
  (resource_type = 'Practitioner' AND code IN ('name', 'family', 'given', 'phonetic'))
  OR (resource_type = 'PractitionerRole' AND code IN ('practitioner', 'specialty'))) STORED;
COMMENT ON COLUMN fhir.parameter.is_public IS 'Of Practitioner and PractitionerRole: a parameter of what the columns say, by which patients may search.';
