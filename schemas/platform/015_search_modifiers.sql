-- Search by composite parts, identifier types, comparable units, position, and texts of any length.

ALTER TABLE fhir.idx_token ADD COLUMN type_system text COLLATE "C", ADD COLUMN type_code text COLLATE "C",
  ADD COLUMN type_value text COLLATE "C", ADD COLUMN item integer;
CREATE INDEX idx_token_type ON fhir.idx_token (parameter, type_value, type_code, key) WHERE type_value IS NOT NULL;
COMMENT ON COLUMN fhir.idx_token.type_value IS 'An Identifier''s value, with a coding of its type, for :of-type; such a row has no code.';
COMMENT ON COLUMN fhir.idx_token.item IS 'Of a composite''s part: parts of the same element have the same number. NULL for others.';

ALTER TABLE fhir.idx_string ADD COLUMN item integer;
ALTER TABLE fhir.idx_date ADD COLUMN item integer;
ALTER TABLE fhir.idx_reference ADD COLUMN item integer;
ALTER TABLE fhir.idx_number ADD COLUMN item integer;
ALTER TABLE fhir.idx_quantity ADD COLUMN item integer, ADD COLUMN canonical_low numeric, ADD COLUMN canonical_high numeric;

-- A B-tree entry holds 2,700 bytes; texts are kept whole, and found by their first 600 characters.
DROP INDEX fhir.idx_string_value;
CREATE INDEX idx_string_value ON fhir.idx_string (parameter, "left"(value_norm, 600), key);

DROP INDEX fhir.idx_quantity_canonical;
CREATE INDEX idx_quantity_canonical ON fhir.idx_quantity (parameter, canonical_unit, canonical_value, key)
  WHERE canonical_unit IS NOT NULL;

CREATE TABLE fhir.idx_position (
  parameter smallint NOT NULL,
  latitude double precision NOT NULL,
  longitude double precision NOT NULL,
  key uuid NOT NULL
);
CREATE INDEX idx_position_place ON fhir.idx_position (parameter, latitude, longitude, key);
CREATE INDEX idx_position_key ON fhir.idx_position (key, parameter);
COMMENT ON TABLE fhir.idx_position IS 'Search values of positions on the Earth, in degrees (WGS 84).';
GRANT SELECT, INSERT, UPDATE, DELETE ON fhir.idx_position TO hv_server_access;

-- Which units a quantity column has: few, so that they are found by leaps through the index.
CREATE INDEX ehr_observations_unit ON ehr_observations (value_unit_code, value_number)
  WHERE value_unit_code IS NOT NULL AND NOT is_deleted;

-- The order of _sort=_id: a resource's id is its key, unless it has another.
CREATE INDEX patient_profile_id_text ON patient_profile ((coalesce(fhir_id, id::text) COLLATE "C")) WHERE NOT is_deleted;
CREATE INDEX doctor_profile_id_text ON doctor_profile ((coalesce(fhir_id, id::text) COLLATE "C")) WHERE NOT is_deleted;
CREATE INDEX doctor_roles_id_text ON doctor_roles ((coalesce(fhir_id, id::text) COLLATE "C")) WHERE NOT is_deleted;
CREATE INDEX appointments_id_text ON appointments ((coalesce(fhir_id, id::text) COLLATE "C")) WHERE NOT is_deleted;
CREATE INDEX electronic_health_records_id_text ON electronic_health_records ((coalesce(fhir_id, id::text) COLLATE "C")) WHERE NOT is_deleted;
CREATE INDEX ehr_observations_id_text ON ehr_observations ((coalesce(fhir_id, id::text) COLLATE "C")) WHERE NOT is_deleted;
CREATE INDEX prescription_medications_id_text ON prescription_medications ((coalesce(fhir_id, id::text) COLLATE "C")) WHERE NOT is_deleted;
CREATE INDEX resource_id_text ON fhir.resource (resource_type, (coalesce(fhir_id, id::text) COLLATE "C")) WHERE NOT is_deleted;

-- What seals the cursors of pages: made once, shared by all servers of this database.
CREATE TABLE fhir.server_secret (
  name text PRIMARY KEY,
  secret text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE fhir.server_secret IS 'Secrets of the server itself; readable through fhir.server_secret(text) alone.';

CREATE FUNCTION fhir.server_secret(wanted text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- 244 random bits from the operating system.
  INSERT INTO fhir.server_secret (name, secret) VALUES (wanted, gen_random_uuid()::text || gen_random_uuid()::text)
    ON CONFLICT (name) DO NOTHING;
  RETURN (SELECT s.secret FROM fhir.server_secret s WHERE s.name = wanted);
END
$$;
COMMENT ON FUNCTION fhir.server_secret(text) IS 'The secret of this name, made at the first question.';
REVOKE ALL ON FUNCTION fhir.server_secret(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fhir.server_secret(text) TO hv_server_access;
