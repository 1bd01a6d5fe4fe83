-- Search values that no column answers: narrow rows, filled by the server in the transaction of the write.
--
-- `key` is the resource's key; it is unique within a type only, so rows are removed by key and parameter. A value longer than
-- a B-tree entry allows (2,700 bytes) cannot be stored: the server cuts what it indexes to 256 characters.
-- Collation "C" makes equality, order and prefix search (LIKE 'abc%') one B-tree.

CREATE TABLE fhir.parameter (
  id smallint PRIMARY KEY,
  resource_type text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  UNIQUE (resource_type, code)
);
COMMENT ON TABLE fhir.parameter IS 'Search parameters by number; an interned (type, code). Numbers are never reused.';

CREATE FUNCTION fhir.intern_parameters(types text[], codes text[]) RETURNS SETOF fhir.parameter
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  LOCK TABLE fhir.parameter IN SHARE ROW EXCLUSIVE MODE;
  INSERT INTO fhir.parameter (id, resource_type, code)
    SELECT (SELECT coalesce(max(p.id), 0) FROM fhir.parameter p) + row_number() OVER (ORDER BY w.type, w.code), w.type, w.code
      FROM (SELECT DISTINCT u.type COLLATE "C" AS type, u.code COLLATE "C" AS code FROM unnest(types, codes) AS u (type, code)) w
      WHERE NOT EXISTS (SELECT FROM fhir.parameter p WHERE p.resource_type = w.type AND p.code = w.code);
  RETURN QUERY SELECT p.* FROM fhir.parameter p;
END
$$;
COMMENT ON FUNCTION fhir.intern_parameters(text[], text[]) IS 'Gives a number to each parameter types[i].codes[i] that has none; returns all parameters.';
REVOKE ALL ON FUNCTION fhir.intern_parameters(text[], text[]) FROM PUBLIC;

CREATE TABLE fhir.idx_token (
  parameter smallint NOT NULL,
  system text COLLATE "C",
  code text COLLATE "C",
  text_lower text COLLATE "C",
  key uuid NOT NULL
);
CREATE INDEX idx_token_code ON fhir.idx_token (parameter, code, system, key);
CREATE INDEX idx_token_text ON fhir.idx_token (parameter, text_lower, key) WHERE text_lower IS NOT NULL;
CREATE INDEX idx_token_key ON fhir.idx_token (key, parameter);
COMMENT ON TABLE fhir.idx_token IS 'Search values of type token.';
COMMENT ON COLUMN fhir.idx_token.text_lower IS 'Display or text in lower case, for :text.';

CREATE TABLE fhir.idx_string (
  parameter smallint NOT NULL,
  value_norm text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  key uuid NOT NULL
);
CREATE INDEX idx_string_value ON fhir.idx_string (parameter, value_norm, key);
CREATE INDEX idx_string_key ON fhir.idx_string (key, parameter);
COMMENT ON TABLE fhir.idx_string IS 'Search values of type string.';
COMMENT ON COLUMN fhir.idx_string.value_norm IS 'Without case and accents.';

CREATE TABLE fhir.idx_date (
  parameter smallint NOT NULL,
  low timestamptz NOT NULL,
  high timestamptz NOT NULL,
  key uuid NOT NULL
);
CREATE INDEX idx_date_low ON fhir.idx_date (parameter, low, high, key);
CREATE INDEX idx_date_high ON fhir.idx_date (parameter, high, low, key);
CREATE INDEX idx_date_key ON fhir.idx_date (key, parameter);
COMMENT ON TABLE fhir.idx_date IS 'Search values of type date: the time in [low, high), infinity where it is open.';

CREATE TABLE fhir.idx_reference (
  parameter smallint NOT NULL,
  target_type text COLLATE "C",
  target_id text COLLATE "C",
  target_key uuid,
  identifier_system text COLLATE "C",
  identifier_value text COLLATE "C",
  url text COLLATE "C",
  version text COLLATE "C",
  key uuid NOT NULL
);
CREATE INDEX idx_reference_target ON fhir.idx_reference (parameter, target_id, target_type, key) WHERE target_id IS NOT NULL;
CREATE INDEX idx_reference_target_key ON fhir.idx_reference (parameter, target_key, key) WHERE target_key IS NOT NULL;
CREATE INDEX idx_reference_identifier ON fhir.idx_reference (parameter, identifier_value, identifier_system, key) WHERE identifier_value IS NOT NULL;
CREATE INDEX idx_reference_url ON fhir.idx_reference (parameter, url, key) WHERE url IS NOT NULL;
CREATE INDEX idx_reference_key ON fhir.idx_reference (key, parameter);
COMMENT ON TABLE fhir.idx_reference IS 'Search values of type reference: to a resource here (target_type, target_id), by identifier, or to a url (canonical with version).';
COMMENT ON COLUMN fhir.idx_reference.target_key IS 'The key of the target, when its id or its fhir_id tells it.';

CREATE TABLE fhir.idx_quantity (
  parameter smallint NOT NULL,
  system text COLLATE "C",
  code text COLLATE "C",
  unit text COLLATE "C",
  value numeric,
  low numeric,
  high numeric,
  canonical_unit text COLLATE "C",
  canonical_value numeric,
  key uuid NOT NULL
);
CREATE INDEX idx_quantity_low ON fhir.idx_quantity (parameter, low, high, key);
CREATE INDEX idx_quantity_high ON fhir.idx_quantity (parameter, high, low, key);
CREATE INDEX idx_quantity_canonical ON fhir.idx_quantity (parameter, canonical_unit, canonical_value, key) WHERE canonical_unit IS NOT NULL;
CREATE INDEX idx_quantity_key ON fhir.idx_quantity (key, parameter);
COMMENT ON TABLE fhir.idx_quantity IS 'Search values of type quantity: value stands for [low, high), by the digits it was written with.';
COMMENT ON COLUMN fhir.idx_quantity.canonical_unit IS 'UCUM base units, with canonical_value.';

CREATE TABLE fhir.idx_number (
  parameter smallint NOT NULL,
  value numeric,
  low numeric,
  high numeric,
  key uuid NOT NULL
);
CREATE INDEX idx_number_low ON fhir.idx_number (parameter, low, high, key);
CREATE INDEX idx_number_high ON fhir.idx_number (parameter, high, low, key);
CREATE INDEX idx_number_key ON fhir.idx_number (key, parameter);
COMMENT ON TABLE fhir.idx_number IS 'Search values of type number: value stands for [low, high), by the digits it was written with.';

CREATE TABLE fhir.idx_uri (
  parameter smallint NOT NULL,
  value text COLLATE "C" NOT NULL,
  key uuid NOT NULL
);
CREATE INDEX idx_uri_value ON fhir.idx_uri (parameter, value, key);
CREATE INDEX idx_uri_key ON fhir.idx_uri (key, parameter);
COMMENT ON TABLE fhir.idx_uri IS 'Search values of type uri.';
