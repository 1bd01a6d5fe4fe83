-- Search parameters of a site's own, and indexes that are built while servers and the platform go on writing.
--
-- A parameter is searched by only when its index has all resources of its type. Each set of parameters has a number, the
-- epoch. Whoever writes looks at the epoch in the transaction of the write and indexes by that set; the building begins when
-- all transactions have ended that began before the parameter was there. So each resource is indexed by its writer or by the
-- builder.

CREATE TABLE fhir.search_epoch (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  epoch bigint NOT NULL
);
INSERT INTO fhir.search_epoch (epoch) VALUES (1);
COMMENT ON TABLE fhir.search_epoch IS 'The number of the present set of search parameters and of what is built of their indexes.';

CREATE FUNCTION fhir.expect_search_epoch(expected bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF expected <> (SELECT e.epoch FROM fhir.search_epoch e) THEN
    RAISE EXCEPTION 'the search parameters are others now' USING ERRCODE = 'HV001';
  END IF;
  RETURN true;
END
$$;
COMMENT ON FUNCTION fhir.expect_search_epoch(bigint) IS 'Fails with HV001 when a writer knows another set of search parameters than the present one.';

CREATE TABLE fhir.own_parameter (
  number smallint PRIMARY KEY REFERENCES fhir.parameter,
  resource_type text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  content text NOT NULL,
  retired_at timestamptz(3)
);
CREATE UNIQUE INDEX own_parameter_code ON fhir.own_parameter (resource_type, code) WHERE retired_at IS NULL;
COMMENT ON TABLE fhir.own_parameter IS 'Search parameters that stored SearchParameter resources define, one row for each base type.';
COMMENT ON COLUMN fhir.own_parameter.source IS 'The id of the SearchParameter resource.';
COMMENT ON COLUMN fhir.own_parameter.content IS 'That resource, as JSON, in the version that the index is made by.';
COMMENT ON COLUMN fhir.own_parameter.retired_at IS 'When its definition was withdrawn; its index is removed after a minute.';

CREATE TABLE fhir.index_build (
  number smallint PRIMARY KEY REFERENCES fhir.parameter,
  resource_type text COLLATE "C" NOT NULL,
  since xid8 NOT NULL DEFAULT pg_current_xact_id(),
  in_table boolean NOT NULL DEFAULT true,
  last_key uuid,
  done bigint NOT NULL DEFAULT 0,
  total bigint NOT NULL DEFAULT 0,
  started_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE fhir.index_build IS 'Search parameters whose index is not complete yet; a row goes when it is.';
COMMENT ON COLUMN fhir.index_build.since IS 'The transaction that began it; the building waits for all older ones to end.';
COMMENT ON COLUMN fhir.index_build.in_table IS 'Whether it is at the rows of the type''s table, or at those of the generic store, which come after.';
COMMENT ON COLUMN fhir.index_build.last_key IS 'The key of the last row that was indexed there.';

GRANT SELECT, UPDATE ON fhir.search_epoch TO hv_server_access;
GRANT EXECUTE ON FUNCTION fhir.expect_search_epoch(bigint) TO hv_server_access;
GRANT SELECT, INSERT, UPDATE, DELETE ON fhir.own_parameter, fhir.index_build TO hv_server_access;

-- A parameter that is new to a database with resources of its type has its index built.
CREATE OR REPLACE FUNCTION fhir.intern_parameters(types text[], codes text[]) RETURNS SETOF fhir.parameter
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  was_empty boolean;
BEGIN
  LOCK TABLE fhir.parameter IN SHARE ROW EXCLUSIVE MODE;
  was_empty := NOT EXISTS (SELECT FROM fhir.parameter);
  WITH added AS (
    INSERT INTO fhir.parameter (id, resource_type, code)
      SELECT (SELECT coalesce(max(p.id), 0) FROM fhir.parameter p) + row_number() OVER (ORDER BY w.type, w.code), w.type, w.code
        FROM (SELECT DISTINCT u.type COLLATE "C" AS type, u.code COLLATE "C" AS code FROM unnest(types, codes) AS u (type, code)) w
        WHERE NOT EXISTS (SELECT FROM fhir.parameter p WHERE p.resource_type = w.type AND p.code = w.code)
      RETURNING id, resource_type)
  INSERT INTO fhir.index_build (number, resource_type) SELECT a.id, a.resource_type FROM added a WHERE NOT was_empty;
  IF FOUND THEN UPDATE fhir.search_epoch SET epoch = epoch + 1; END IF;
  RETURN QUERY SELECT p.* FROM fhir.parameter p;
END
$$;

-- What an earlier program indexed lacks the rows of migration 015.
INSERT INTO fhir.index_build (number, resource_type) SELECT p.id, p.resource_type FROM fhir.parameter p;
