-- Which rows were written without the server, so that their search values are stale.

CREATE TABLE fhir.reindex_queue (
  resource_type text COLLATE "C" NOT NULL,
  key uuid NOT NULL,
  queued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (resource_type, key)
);
CREATE INDEX reindex_queue_queued ON fhir.reindex_queue (queued_at);
COMMENT ON TABLE fhir.reindex_queue IS
  'Resources whose row was written with plain SQL, or by a synchronising trigger. The server deletes an entry, then reads and indexes the row, in one transaction.';

-- An entry that is there already is locked by the update: the server cannot take it until the writer has committed, and
-- then sees what was written.
CREATE FUNCTION fhir.queue_reindex() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO fhir.reindex_queue (resource_type, key)
    SELECT TG_ARGV[0], n.id FROM new_rows n ORDER BY n.id
    ON CONFLICT (resource_type, key) DO UPDATE SET queued_at = excluded.queued_at;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.queue_reindex() IS 'Queues the statement''s rows as resources of the type that the argument names.';

CREATE FUNCTION fhir.queue_record_reindex() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO fhir.reindex_queue (resource_type, key)
    SELECT CASE n.record_type WHEN 'note' THEN 'DocumentReference' ELSE 'DiagnosticReport' END, n.id
      FROM new_rows n WHERE n.record_type IN ('note', 'imaging') ORDER BY n.id
    ON CONFLICT (resource_type, key) DO UPDATE SET queued_at = excluded.queued_at;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.queue_record_reindex() IS 'The same for electronic_health_records, whose record_type names the type.';

DO $$
DECLARE
  face record;
  event text;
BEGIN
  FOR face IN SELECT * FROM (VALUES
      ('patient_profile', 'Patient', false), ('doctor_profile', 'Practitioner', false), ('doctor_roles', 'PractitionerRole', true),
      ('appointments', 'Appointment', false), ('electronic_health_records', NULL, false), ('ehr_observations', 'Observation', true),
      ('prescription_medications', 'MedicationRequest', true)) AS f (name, resource_type, is_projection) LOOP
    FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE'] LOOP
      -- A projection is also written by triggers, whoever wrote its parent.
      EXECUTE format(
        'CREATE TRIGGER zz_reindex_%s AFTER %s ON %I REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
           WHEN (coalesce(current_setting(''hv.server'', true), '''') <> ''on''%s) EXECUTE FUNCTION %s',
        lower(event), event, face.name,
        CASE WHEN face.is_projection THEN ' OR coalesce(current_setting(''hv.syncing'', true), '''') <> ''''' ELSE '' END,
        CASE WHEN face.resource_type IS NULL THEN 'fhir.queue_record_reindex()' ELSE format('fhir.queue_reindex(%L)', face.resource_type) END);
    END LOOP;
  END LOOP;
END
$$;
