-- Reads, searches and refusals in the audit trail: one row for a batch of accesses, with a line for each.
-- docs/audit.md has what a line says, and what is guaranteed of it.

ALTER TABLE audit_logs ADD COLUMN entries text;
COMMENT ON COLUMN audit_logs.entries IS 'Of action access: a line, one JSON object, for each access to personal data that the server has answered; targets has their ids.';
COMMENT ON COLUMN audit_logs.targets IS 'Of a statement that wrote several rows: their ids, at most 1000; more rows are more audit rows. Of accesses: the ids of entries.';

-- Keys are as random as can be, and to try to compress them costs more than to write them. Lines are alike: they become a third. Not every PostgreSQL is built with lz4, and its own way costs more than it saves here.
DO $$
DECLARE
  part regclass;
BEGIN
  FOR part IN SELECT 'public.audit_logs'::regclass UNION ALL SELECT i.inhrelid::regclass FROM pg_inherits i WHERE i.inhparent = 'public.audit_logs'::regclass LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN targets SET STORAGE EXTERNAL, ALTER COLUMN patients SET STORAGE EXTERNAL', part);
    BEGIN
      EXECUTE format('ALTER TABLE %s ALTER COLUMN entries SET COMPRESSION lz4', part);
    EXCEPTION WHEN feature_not_supported THEN
      EXECUTE format('ALTER TABLE %s ALTER COLUMN entries SET STORAGE EXTERNAL', part);
    END;
  END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION fhir.make_audit_partition(begins date) RETURNS boolean LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' SET timezone = 'UTC' AS $$
DECLARE
  name CONSTANT text := 'audit_logs_' || to_char(begins, 'YYYY_MM');
BEGIN
  IF to_regclass('public.' || name) IS NOT NULL THEN
    RETURN false;
  END IF;
  -- Made apart and attached: so who reads or writes the others is not kept waiting.
  EXECUTE format('CREATE TABLE public.%I (LIKE public.audit_logs INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION)', name);
  EXECUTE format('COMMENT ON TABLE public.%I IS %L', name, 'Partition of audit_logs: ' || to_char(begins, 'YYYY-MM') || ' (UTC).');
  PERFORM fhir.guard_audit_partition(format('public.%I', name)::regclass);
  EXECUTE format('ALTER TABLE public.audit_logs ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', name,
                 begins::timestamp AT TIME ZONE 'UTC', (begins + interval '1 month') AT TIME ZONE 'UTC');
  RETURN true;
EXCEPTION
  -- Somebody else makes it now, or its rows are in the default partition, or a long transaction is in the way: another time.
  WHEN duplicate_table OR check_violation OR lock_not_available THEN RETURN false;
END
$$;

-- A row with entries has them hashed too, by a format of its own; all others are as they were.
CREATE OR REPLACE FUNCTION fhir.audit_digest(r audit_logs) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
DECLARE
  said CONSTANT text := format('%L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L',
    r.id, r.actor_user_id, r.action, r.target_table, r.target_id, to_char(r."timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    r.metadata, r.targets, r.patients, r.resource_type, r.resource_id, r.version_id, r.interaction, r.query, r.client_id, r.person_key,
    r.person_type, r.address, r.database_user, r.database_role, r.application, r.purpose, r.reason, r.outcome, r.request_id);
BEGIN
  IF r.entries IS NULL THEN
    RETURN sha256(convert_to('hv-audit-1 ' || said, 'UTF8'));
  END IF;
  RETURN sha256(convert_to('hv-audit-2 ' || said || ' ' || quote_literal(r.entries), 'UTF8'));
END
$$;

-- Break-glass that stands alone: the doctor is in no other care relationship with the patient. What has just ended may have opened
-- what is written down only now.
CREATE INDEX care_relationships_broken_glass ON care_relationships (ends_at) WHERE source = 'break_glass';
CREATE FUNCTION fhir.broken_glass() RETURNS TABLE (doctor_id uuid, patient_id uuid, reason text) LANGUAGE sql STABLE AS $$
  SELECT DISTINCT ON (b.doctor_id, b.patient_id) b.doctor_id, b.patient_id, b.reason
    FROM public.care_relationships b
    WHERE b.source = 'break_glass' AND b.ends_at > now() - interval '1 minute' AND b.starts_at <= now()
      AND (b.revoked_at IS NULL OR b.revoked_at > now() - interval '1 minute')
      AND NOT EXISTS (SELECT FROM public.care_relationships c
                        WHERE c.patient_id = b.patient_id AND c.doctor_id = b.doctor_id AND c.source <> 'break_glass'
                          AND c.starts_at <= now() AND coalesce(c.ends_at > now(), true) AND c.revoked_at IS NULL)
    ORDER BY b.doctor_id, b.patient_id, b.ends_at DESC
$$;
COMMENT ON FUNCTION fhir.broken_glass() IS 'Doctors whose only care relationship with a patient is break-glass now, and the reason they gave.';

-- Whoever may read audit_logs may ask: it runs as its caller, under row security.
CREATE FUNCTION fhir.accesses_of(patient uuid, since timestamptz)
RETURNS TABLE (id uuid, "time" timestamptz, action text, user_id uuid, person_key uuid, person_type text, client_id text, address text,
               interaction text, resource_type text, resource_id text, version_id text, query text, purpose text, reason text, outcome text,
               status integer, request_id text) LANGUAGE sql STABLE AS $$
  SELECT l.id, l."timestamp", l.action, l.actor_user_id, l.person_key, l.person_type, l.client_id, l.address, l.interaction, l.resource_type,
         l.resource_id, l.version_id::text, l.query, l.purpose, l.reason, l.outcome, NULL::integer, l.request_id
    FROM public.audit_logs l
    WHERE l.patients <> '{}' AND l.patients @> ARRAY[accesses_of.patient] AND l."timestamp" >= accesses_of.since AND l.entries IS NULL
  UNION ALL
  SELECT e.id, e."time", l.action, e."user", e.person, e."personType", e.client, e.address, e.interaction, e.type,
         e.resource, e.version, e.query, e.purpose, e.reason, e.outcome, e.status, e.request
    FROM public.audit_logs l
    CROSS JOIN LATERAL string_to_table(l.entries, E'\n') AS t (line)
    CROSS JOIN LATERAL jsonb_to_record(t.line::jsonb) AS e (id uuid, "time" timestamptz, "user" uuid, person uuid, "personType" text, client text,
      address text, interaction text, type text, resource text, version text, query text, patients uuid[], purpose text, reason text,
      outcome text, status integer, request text)
    WHERE l.patients <> '{}' AND l.patients @> ARRAY[accesses_of.patient] AND l."timestamp" >= accesses_of.since AND l.entries IS NOT NULL
      AND t.line LIKE '%' || accesses_of.patient || '%' AND e.patients @> ARRAY[accesses_of.patient] AND e."time" >= accesses_of.since
  ORDER BY 2 DESC, 1
$$;
COMMENT ON FUNCTION fhir.accesses_of(uuid, timestamptz) IS 'What was done with a patient''s data from a time on, the newest first: writes and accesses, a row for each.';

REVOKE ALL ON FUNCTION fhir.broken_glass(), fhir.accesses_of(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fhir.broken_glass(), fhir.accesses_of(uuid, timestamptz) TO hv_server_access;
