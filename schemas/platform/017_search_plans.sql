-- Indexes that searches lacked, and statistics after an import.

-- Rows that are wholly indexed are searched by the index tables, in the order of their keys. They are few.
CREATE INDEX patient_profile_whole ON patient_profile (id) WHERE fhir_indexed_whole AND NOT is_deleted;
CREATE INDEX doctor_profile_whole ON doctor_profile (id) WHERE fhir_indexed_whole AND NOT is_deleted;
CREATE INDEX doctor_roles_whole ON doctor_roles (id) WHERE fhir_indexed_whole AND NOT is_deleted;
CREATE INDEX appointments_whole ON appointments (id) WHERE fhir_indexed_whole AND NOT is_deleted;
CREATE INDEX electronic_health_records_whole ON electronic_health_records (record_type, id) WHERE fhir_indexed_whole AND NOT is_deleted;
CREATE INDEX ehr_observations_whole ON ehr_observations (id) WHERE fhir_indexed_whole AND NOT is_deleted;
CREATE INDEX prescription_medications_whole ON prescription_medications (id) WHERE fhir_indexed_whole AND NOT is_deleted;

-- Codes that few rows have. Nearly all rows have the other one, and are found by walking.
CREATE INDEX ehr_observations_status ON ehr_observations (status, id) WHERE status <> 'final' AND NOT is_deleted;
CREATE INDEX ehr_observations_category ON ehr_observations (record_type, id) WHERE NOT is_deleted;
CREATE INDEX ehr_observations_value_code ON ehr_observations (value_code, value_code_system, id) WHERE value_code IS NOT NULL AND NOT is_deleted;
CREATE INDEX prescription_medications_intent ON prescription_medications (intent, id) WHERE intent <> 'order' AND NOT is_deleted;

-- The orders of _sort: codes come in the order of their bytes, like those of the index tables.
-- That of references is by their targets' keys.
CREATE INDEX idx_reference_order ON fhir.idx_reference (parameter, (coalesce(target_key, md5(url)::uuid)), key)
  WHERE coalesce(target_key, md5(url)::uuid) IS NOT NULL;
CREATE INDEX patient_profile_contact_order ON patient_profile (contact_number COLLATE "C", id) WHERE NOT is_deleted;
CREATE INDEX doctor_profile_registration_order ON doctor_profile (registration_number COLLATE "C", id) WHERE NOT is_deleted;
CREATE INDEX ehr_observations_code_order ON ehr_observations (code COLLATE "C", id) WHERE NOT is_deleted;
CREATE INDEX ehr_observations_value_code_order ON ehr_observations (value_code COLLATE "C", id) WHERE NOT is_deleted;
CREATE INDEX ehr_observations_status_order ON ehr_observations (status COLLATE "C", id) WHERE NOT is_deleted;
CREATE INDEX ehr_observations_author_order ON ehr_observations (author_id, id) WHERE NOT is_deleted;
CREATE INDEX prescription_medications_drug_order ON prescription_medications (drug_code COLLATE "C", id) WHERE NOT is_deleted;
CREATE INDEX prescription_medications_status_order ON prescription_medications (status COLLATE "C", id) WHERE NOT is_deleted;
CREATE INDEX prescription_medications_intent_order ON prescription_medications (intent COLLATE "C", id) WHERE NOT is_deleted;

-- Two types share electronic_health_records: each is walked in the order of its keys.
CREATE INDEX electronic_health_records_type ON electronic_health_records (record_type, id)
  WHERE record_type IN ('note', 'imaging') AND NOT is_deleted;

-- Searches across all types come in the order of the keys.
CREATE INDEX resource_order ON fhir.resource (id, resource_type) WHERE NOT is_deleted;

CREATE FUNCTION fhir.analyze_grown() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  grown regclass;
BEGIN
  -- By its size, which is known at once: what was counted of changes comes with a delay.
  FOR grown IN
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND (n.nspname = 'fhir'
              OR n.nspname = 'public' AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'version_id'))
        AND (pg_relation_size(c.oid) / current_setting('block_size')::integer > c.relpages * 1.1
             OR pg_relation_size(c.oid) > 0 AND NOT EXISTS (SELECT FROM pg_stats s WHERE s.schemaname = n.nspname AND s.tablename = c.relname))
      ORDER BY c.oid LOOP
    EXECUTE format('ANALYZE %s', grown);
  END LOOP;
END
$$;
COMMENT ON FUNCTION fhir.analyze_grown() IS
  'Statistics of the tables that have none, or have grown by a tenth since: after an import, so that the first search has a good plan.';
REVOKE ALL ON FUNCTION fhir.analyze_grown() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fhir.analyze_grown() TO hv_server_access;
