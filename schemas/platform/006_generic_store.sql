-- Resources that no platform table holds, kept whole.

CREATE TABLE fhir.resource (
  resource_type text COLLATE "C" NOT NULL CHECK (resource_type ~ '^[A-Z][A-Za-z]{1,63}$'),
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  fhir_id text COLLATE "C" CHECK (fhir_id ~ '^[A-Za-z0-9.-]{1,64}$'
                                  AND fhir_id !~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'),
  version_id integer NOT NULL DEFAULT 1 CHECK (version_id >= 1),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  is_deleted boolean NOT NULL DEFAULT false,
  deleted_at timestamptz(3),
  fhir_residual json NOT NULL CHECK (json_typeof(fhir_residual) = 'object'),
  patient_keys uuid[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (resource_type, id),
  CHECK (is_deleted OR deleted_at IS NULL)
);
CREATE UNIQUE INDEX resource_fhir_id ON fhir.resource (resource_type, fhir_id) WHERE fhir_id IS NOT NULL;
CREATE INDEX resource_type_updated ON fhir.resource (resource_type, updated_at, id, version_id);
CREATE INDEX resource_updated ON fhir.resource (updated_at, resource_type, id, version_id);
COMMENT ON TABLE fhir.resource IS 'Generic store: a resource whose type or content no platform table holds.';
COMMENT ON COLUMN fhir.resource.id IS 'Key; unique within its type.';
COMMENT ON COLUMN fhir.resource.fhir_id IS 'The id that a client assigned, when it is not a canonical lower-case uuid; id is then the uuid v5 that the server computes from it.';
COMMENT ON COLUMN fhir.resource.version_id IS 'FHIR''s meta.versionId; each change adds one.';
COMMENT ON COLUMN fhir.resource.updated_at IS 'FHIR''s meta.lastUpdated; strictly grows with each version.';
COMMENT ON COLUMN fhir.resource.fhir_residual IS 'The whole resource without id, meta.versionId and meta.lastUpdated; type json keeps digits and order.';
COMMENT ON COLUMN fhir.resource.patient_keys IS 'The patients in whose compartments it is.';

SELECT fhir.install_versions('fhir.resource');
CREATE INDEX resource_type_updated ON history.resource (resource_type, updated_at, id, version_id);

CREATE TABLE fhir.dangling_reference (
  target_type text COLLATE "C" NOT NULL,
  target_id text COLLATE "C" NOT NULL,
  source_type text COLLATE "C" NOT NULL,
  source_key uuid NOT NULL,
  PRIMARY KEY (target_type, target_id, source_type, source_key)
);
CREATE INDEX dangling_reference_source ON fhir.dangling_reference (source_key, source_type);
COMMENT ON TABLE fhir.dangling_reference IS 'Resources that wait in the generic store until the resource they refer to arrives; they then move into the platform''s tables.';
COMMENT ON COLUMN fhir.dangling_reference.target_id IS 'FHIR id of the resource that is not here yet.';

CREATE TABLE fhir.import_progress (
  source text PRIMARY KEY,
  position bigint NOT NULL CHECK (position >= 0),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE fhir.import_progress IS 'How far an import has come, so that it resumes where it broke off.';
COMMENT ON COLUMN fhir.import_progress.source IS 'The file''s name and the hash of its content.';
COMMENT ON COLUMN fhir.import_progress.position IS 'What is imported up to here, in the importer''s own unit.';
