-- Search of contained resources (https://hl7.org/fhir/R4/search.html#contained).
--
-- A contained resource has a row here and its search values in the index tables, under a key of its own and with the numbers of
-- its type's parameters below zero: what asks for a parameter of resources never meets them. What it says stands in its
-- container alone.

CREATE TABLE fhir.contained (
  resource_type text COLLATE "C" NOT NULL,
  id uuid NOT NULL,
  fhir_id text COLLATE "C" NOT NULL,
  container_type text COLLATE "C" NOT NULL,
  container_key uuid NOT NULL,
  PRIMARY KEY (resource_type, id)
);
CREATE INDEX contained_fhir_id ON fhir.contained (resource_type, fhir_id, id);
CREATE INDEX contained_order ON fhir.contained (resource_type, container_key, container_type);
CREATE INDEX contained_container ON fhir.contained (container_key, container_type);
COMMENT ON TABLE fhir.contained IS 'Resources that stand inside others, for _contained; written with the index of the container.';
COMMENT ON COLUMN fhir.contained.id IS 'Its key in the index tables: the uuid v5 of the container''s type and key and its id there.';
COMMENT ON COLUMN fhir.contained.fhir_id IS 'Its id, as it stands in the container.';
COMMENT ON COLUMN fhir.contained.container_key IS 'The key of the resource that contains it.';
GRANT SELECT, INSERT, DELETE ON fhir.contained TO hv_server_access;
