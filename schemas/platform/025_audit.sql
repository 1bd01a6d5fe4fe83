-- The audit trail: every write of personal data, chained row by row, so that none is changed, removed or put between without a trace.
-- docs/audit.md has what is guaranteed, the format that is hashed, and what cannot be seen.
--
-- Settings (custom parameters) that the schema reads from here on, besides those of 001 and 020:
--   hv.audit        (transaction) who writes and why, as a JSON object: user, client, person, personType, address, interaction, query,
--                   purpose, reason, request; each may be missing. The server sets it; the platform may.
--   hv.audit_chain  the chain that this session wrote last, and
--   hv.audit_head   where its head stood then; both set by trigger

-- The table ---------------------------------------------------------------------------------------------------------------
-- As before for whoever inserts, but partitioned by month (UTC) and with more columns. A key of a partitioned table has the
-- column that it is partitioned by; time first, so that a row goes to the end of the index, which serves lists by time as well. Whoever walks the
-- chains sorts: an index of them would cost each write more than that.

DO $$
BEGIN
  IF current_setting('server_encoding') <> 'UTF8' THEN
    RAISE EXCEPTION 'the database is encoded as %, not as UTF8', current_setting('server_encoding');
  END IF;
END
$$;

ALTER TABLE audit_logs RENAME TO audit_logs_before;
ALTER INDEX audit_logs_pkey RENAME TO audit_logs_before_pkey;
ALTER INDEX audit_logs_timestamp RENAME TO audit_logs_before_timestamp;
ALTER INDEX audit_logs_target RENAME TO audit_logs_before_target;
ALTER INDEX audit_logs_actor RENAME TO audit_logs_before_actor;

CREATE TABLE audit_logs (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  actor_user_id uuid REFERENCES users (id),
  action text NOT NULL,
  target_table text,
  target_id uuid,
  "timestamp" timestamptz NOT NULL DEFAULT clock_timestamp(),
  metadata jsonb NOT NULL DEFAULT '{}',
  targets uuid[],
  patients uuid[] NOT NULL DEFAULT '{}',
  resource_type text,
  resource_id text,
  version_id integer,
  interaction text,
  query text,
  client_id text,
  person_key uuid,
  person_type text,
  address text,
  database_user text,
  database_role text,
  application text,
  purpose text,
  reason text,
  outcome text,
  request_id text,
  chain integer NOT NULL,
  position bigint NOT NULL,
  previous bytea NOT NULL,
  hash bytea NOT NULL,
  PRIMARY KEY ("timestamp", id)
) PARTITION BY RANGE ("timestamp");
CREATE INDEX audit_logs_target ON audit_logs (target_table, target_id, "timestamp");
CREATE INDEX audit_logs_actor ON audit_logs (actor_user_id, "timestamp") WHERE actor_user_id IS NOT NULL;
CREATE INDEX audit_logs_patients ON audit_logs USING gin (patients) WHERE patients <> '{}';
COMMENT ON TABLE audit_logs IS 'Who did what to which row, when and why. Append-only, chained by hashes (docs/audit.md), partitioned by month of timestamp (UTC).';
COMMENT ON COLUMN audit_logs.actor_user_id IS 'Null for a caller without a login (a client system, a job).';
COMMENT ON COLUMN audit_logs.action IS 'insert, update, delete, truncate: a write that a trigger saw; "soft delete": an update that deletes. Else what who wrote the row calls it.';
COMMENT ON COLUMN audit_logs.target_id IS 'The row''s id; null when there are several (targets) or none.';
COMMENT ON COLUMN audit_logs."timestamp" IS 'The database''s own clock, whatever the writer gives; one that is at most a second old stays.';
COMMENT ON COLUMN audit_logs.metadata IS 'What else is known of the act; never the content of a record.';
COMMENT ON COLUMN audit_logs.targets IS 'Of a statement that wrote several rows: their ids, at most 1000; more rows are more audit rows.';
COMMENT ON COLUMN audit_logs.patients IS 'Whose data it is: keys of patient_profile; of a change of patient, both.';
COMMENT ON COLUMN audit_logs.resource_type IS 'The FHIR type that the row is shown as.';
COMMENT ON COLUMN audit_logs.resource_id IS 'The FHIR id of one row.';
COMMENT ON COLUMN audit_logs.version_id IS 'The version that was written, or deleted, of one row.';
COMMENT ON COLUMN audit_logs.interaction IS 'FHIR''s name of what the client asked for, or import, command line ...; sql: a write without hv.audit.';
COMMENT ON COLUMN audit_logs.query IS 'What was searched for.';
COMMENT ON COLUMN audit_logs.client_id IS 'The app or client system.';
COMMENT ON COLUMN audit_logs.person_key IS 'Key of patient_profile or doctor_profile that the user is.';
COMMENT ON COLUMN audit_logs.person_type IS 'Patient or Practitioner.';
COMMENT ON COLUMN audit_logs.address IS 'Network address of the client.';
COMMENT ON COLUMN audit_logs.database_user IS 'Who logged in to the database (session_user), as the database itself knows it.';
COMMENT ON COLUMN audit_logs.database_role IS 'As whom the session acts (SET ROLE); none: as who logged in.';
COMMENT ON COLUMN audit_logs.application IS 'application_name of the session, which its owner chooses.';
COMMENT ON COLUMN audit_logs.purpose IS 'Purpose of use, a code of v3-PurposeOfUse such as BTG.';
COMMENT ON COLUMN audit_logs.reason IS 'The words that were given for it, as for break-glass.';
COMMENT ON COLUMN audit_logs.outcome IS 'success, refused or failed; null when the writer of the row has not said.';
COMMENT ON COLUMN audit_logs.request_id IS 'X-Request-Id.';
COMMENT ON COLUMN audit_logs.chain IS 'The chain that the row is in.';
COMMENT ON COLUMN audit_logs.position IS 'Its place there, from 1 on without a gap.';
COMMENT ON COLUMN audit_logs.previous IS 'The hash of the row before it; of the first, 32 zero bytes.';
COMMENT ON COLUMN audit_logs.hash IS 'fhir.audit_hash of the row.';

-- What is hashed is one text: each column as an SQL literal (format's %L), so that no two rows give the same. Times are in UTC by a fixed
-- format, the rest by output functions that know no setting. In plpgsql, whose plan is kept.
CREATE FUNCTION fhir.audit_digest(r audit_logs) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN sha256(convert_to(format('hv-audit-1 %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L %L',
    r.id, r.actor_user_id, r.action, r.target_table, r.target_id, to_char(r."timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    r.metadata, r.targets, r.patients, r.resource_type, r.resource_id, r.version_id, r.interaction, r.query, r.client_id, r.person_key,
    r.person_type, r.address, r.database_user, r.database_role, r.application, r.purpose, r.reason, r.outcome, r.request_id), 'UTF8'));
END
$$;
COMMENT ON FUNCTION fhir.audit_digest(audit_logs) IS 'SHA-256 over what a row says: all its columns but chain, position, previous and hash.';

CREATE FUNCTION fhir.audit_hash(r audit_logs) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN sha256(int4send(r.chain) || int8send(r.position) || r.previous || fhir.audit_digest(r));
END
$$;
COMMENT ON FUNCTION fhir.audit_hash(audit_logs) IS 'SHA-256 over chain (4 bytes), position (8), the hash before (32) and the digest (32): all columns but hash itself.';

-- The chains ----------------------------------------------------------------------------------------------------------------
-- There are as many as writers wrote at once: who finds the heads taken makes one more, so nobody waits for another. A transaction
-- holds its chain until it ends, and what it rolls back has never moved the head.

CREATE TABLE fhir.audit_head (
  chain integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  position bigint NOT NULL DEFAULT 0,
  previous bytea NOT NULL DEFAULT '',
  hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
COMMENT ON TABLE fhir.audit_head IS 'The last row of each chain of audit_logs; moved by its trigger alone.';

CREATE FUNCTION fhir.audit_free_head(liked integer) RETURNS tid LANGUAGE plpgsql AS $$
DECLARE
  place tid;
BEGIN
  IF current_setting('transaction_isolation') = 'read committed' THEN
    SELECT h.ctid INTO place FROM fhir.audit_head h WHERE h.chain = liked FOR NO KEY UPDATE SKIP LOCKED;
    IF place IS NULL THEN
      SELECT h.ctid INTO place FROM fhir.audit_head h WHERE h.chain > coalesce(liked, 0) ORDER BY h.chain LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
    END IF;
    IF place IS NULL THEN
      SELECT h.ctid INTO place FROM fhir.audit_head h ORDER BY h.chain LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
    END IF;
  ELSE
    -- A head that has moved since the transaction's snapshot is none for it: the youngest has moved least likely.
    BEGIN
      SELECT h.ctid INTO place FROM fhir.audit_head h WHERE h.chain = liked FOR NO KEY UPDATE SKIP LOCKED;
    EXCEPTION WHEN serialization_failure THEN place := NULL;
    END;
    IF place IS NULL THEN
      BEGIN
        SELECT h.ctid INTO place FROM fhir.audit_head h ORDER BY h.chain DESC LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
      EXCEPTION WHEN serialization_failure THEN place := NULL;
      END;
    END IF;
  END IF;
  IF place IS NULL THEN
    INSERT INTO fhir.audit_head AS h DEFAULT VALUES RETURNING h.ctid INTO place;
  END IF;
  RETURN place;
END
$$;
COMMENT ON FUNCTION fhir.audit_free_head(integer) IS
  'Locks a head that no other transaction holds: of the chain that is liked, else of the next one, so that sessions go apart; makes one when there is none. Where it stands. Never waits.';

CREATE FUNCTION fhir.audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  moment CONSTANT timestamptz := clock_timestamp();
  -- Where the head stood that this session moved last. It is found there at once, also after thousands of rows of one transaction; when it
  -- has moved since, or somebody has set what he likes, there is none or another one that is free.
  place tid := nullif(current_setting('hv.audit_head', true), '')::tid;
  liked CONSTANT integer := nullif(current_setting('hv.audit_chain', true), '')::integer;
  digest bytea;
  noted text;
BEGIN
  IF (NEW."timestamp" <= moment AND NEW."timestamp" > moment - interval '1 second') IS NOT TRUE THEN
    -- No trigger can move a row to another partition: it goes in once more, by the clock.
    IF (date_trunc('month', NEW."timestamp", 'UTC') = date_trunc('month', moment, 'UTC')) IS NOT TRUE THEN
      NEW."timestamp" := clock_timestamp();
      INSERT INTO public.audit_logs SELECT (NEW).*;
      RETURN NULL;
    END IF;
    NEW."timestamp" := moment;
  END IF;
  -- Here, because PostgreSQL reads a constraint anew for each statement.
  IF NEW.action = '' OR NEW.outcome NOT IN ('success', 'refused', 'failed') THEN
    RAISE EXCEPTION 'audit_logs: an action has a name, an outcome is success, refused or failed' USING ERRCODE = 'check_violation';
  END IF;
  NEW.database_user := session_user;
  NEW.database_role := current_setting('role');
  NEW.application := current_setting('application_name');
  digest := fhir.audit_digest(NEW);
  IF place IS NULL OR current_setting('transaction_isolation') <> 'read committed' THEN
    place := fhir.audit_free_head(liked);
  END IF;
  LOOP
    -- A head that has moved or is taken is not waited for.
    UPDATE fhir.audit_head h
      SET position = h.position + 1, previous = h.hash, hash = sha256(int4send(h.chain) || int8send(h.position + 1) || h.hash || digest)
      WHERE h.ctid = (SELECT g.ctid FROM fhir.audit_head g WHERE g.ctid = place FOR NO KEY UPDATE SKIP LOCKED)
      RETURNING h.chain, h.position, h.previous, h.hash, h.ctid INTO NEW.chain, NEW.position, NEW.previous, NEW.hash, place;
    EXIT WHEN FOUND;
    place := fhir.audit_free_head(liked);
  END LOOP;
  IF NEW.chain IS DISTINCT FROM liked THEN
    noted := set_config('hv.audit_chain', NEW.chain::text, false);
  END IF;
  noted := set_config('hv.audit_head', place::text, false);
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION fhir.audit_chain() IS
  'Before each row of audit_logs: what the database itself knows, and its place in a chain that no other transaction writes now. Never waits.';

-- Checkpoints ---------------------------------------------------------------------------------------------------------------

CREATE TABLE audit_checkpoints (
  number bigint PRIMARY KEY CHECK (number > 0),
  made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  statement text NOT NULL,
  key_id text NOT NULL,
  signature bytea NOT NULL
);
COMMENT ON TABLE audit_checkpoints IS 'Signed statements of where each chain of audit_logs stood. The key is not in the database. Append-only.';
COMMENT ON COLUMN audit_checkpoints.statement IS 'What is signed: number, time, the SHA-256 of the statement before it, the key, and each chain''s position and hash.';
COMMENT ON COLUMN audit_checkpoints.key_id IS 'The first 16 bytes of the SHA-256 of the public key, as hexadecimal digits.';
COMMENT ON COLUMN audit_checkpoints.signature IS 'Ed25519, of the statement''s bytes.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoints
  FOR EACH STATEMENT EXECUTE FUNCTION fhir.refuse_change();

-- Partitions ----------------------------------------------------------------------------------------------------------------

CREATE FUNCTION fhir.guard_audit_partition(part regclass) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
  EXECUTE format('CREATE POLICY everything ON %s TO %s USING (true) WITH CHECK (true)', part,
    (SELECT string_agg(quote_ident(pg_get_userbyid(r)), ', ') FROM pg_policy p, unnest(p.polroles) AS r
       WHERE p.polrelid = 'public.audit_logs'::regclass AND p.polname = 'everything'));
  EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION fhir.refuse_change()', part);
END
$$;
COMMENT ON FUNCTION fhir.guard_audit_partition(regclass) IS 'Closes a partition of audit_logs to whoever names it directly, as the whole is closed.';

CREATE FUNCTION fhir.make_audit_partition(begins date) RETURNS boolean LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' SET timezone = 'UTC' AS $$
DECLARE
  name CONSTANT text := 'audit_logs_' || to_char(begins, 'YYYY_MM');
BEGIN
  IF to_regclass('public.' || name) IS NOT NULL THEN
    RETURN false;
  END IF;
  -- Made apart and attached: so who reads or writes the others is not kept waiting.
  EXECUTE format('CREATE TABLE public.%I (LIKE public.audit_logs INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
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
COMMENT ON FUNCTION fhir.make_audit_partition(date) IS 'Makes the partition of audit_logs for the month that begins then; false when it is there or cannot be made now.';

CREATE FUNCTION fhir.make_audit_partitions() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  made integer := 0;
BEGIN
  FOR month IN 0..3 LOOP
    IF fhir.make_audit_partition((date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') + make_interval(months => month))::date) THEN
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END
$$;
COMMENT ON FUNCTION fhir.make_audit_partitions() IS 'Makes the partitions of audit_logs for this month and the next three; how many were missing. What no month has goes to audit_logs_default.';

-- As 021 closes the other tables; the policy of the former table knows for whom.
DO $$
DECLARE
  closed text;
  seers CONSTANT text := (SELECT string_agg(quote_ident(pg_get_userbyid(r)), ', ') FROM pg_policy p, unnest(p.polroles) AS r
                            WHERE p.polrelid = 'audit_logs_before'::regclass AND p.polname = 'everything');
  each record;
BEGIN
  FOREACH closed IN ARRAY ARRAY['audit_logs', 'audit_checkpoints', 'fhir.audit_head'] LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', closed);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', closed);
    EXECUTE format('CREATE POLICY everything ON %s TO %s USING (true) WITH CHECK (true)', closed, seers);
  END LOOP;
  -- Whoever may read and add goes on to do so; a right to change is nobody's.
  FOR each IN
    SELECT a.privilege_type AS what, a.grantee, a.is_grantable, NULL AS of
      FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) AS a
      WHERE c.oid = 'audit_logs_before'::regclass AND a.grantee <> c.relowner AND a.privilege_type IN ('SELECT', 'INSERT')
    UNION ALL
    SELECT a.privilege_type, a.grantee, a.is_grantable, format('(%I)', t.attname)
      FROM pg_attribute t CROSS JOIN LATERAL aclexplode(t.attacl) AS a
      WHERE t.attrelid = 'audit_logs_before'::regclass AND t.attnum > 0 AND a.privilege_type IN ('SELECT', 'INSERT')
  LOOP
    EXECUTE format('GRANT %s%s ON audit_logs TO %s%s', each.what, coalesce(' ' || each.of, ''),
                   CASE each.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(each.grantee)) END,
                   CASE WHEN each.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
  END LOOP;
END
$$;
GRANT SELECT, INSERT ON audit_logs, audit_checkpoints TO hv_server_access;
GRANT SELECT ON fhir.audit_head TO hv_server_access;

CREATE TABLE audit_logs_default PARTITION OF audit_logs DEFAULT;
COMMENT ON TABLE audit_logs_default IS 'Partition of audit_logs: what is of no month that has one.';
SELECT fhir.guard_audit_partition('audit_logs_default');

-- What was written before, with its own times, as one chain.
SELECT fhir.make_audit_partition(m.month)
  FROM (SELECT DISTINCT date_trunc('month', b."timestamp" AT TIME ZONE 'UTC')::date AS month FROM audit_logs_before b
          WHERE b."timestamp" BETWEEN '2000-01-01Z' AND now()) AS m ORDER BY m.month;
SELECT fhir.make_audit_partitions();

DO $$
DECLARE
  former public.audit_logs_before;
  later public.audit_logs;
  head fhir.audit_head;
BEGIN
  FOR former IN SELECT * FROM public.audit_logs_before b ORDER BY b."timestamp", b.id LOOP
    IF head.chain IS NULL THEN
      INSERT INTO fhir.audit_head DEFAULT VALUES RETURNING * INTO head;
    END IF;
    later.id := former.id;
    later.actor_user_id := former.actor_user_id;
    later.action := former.action;
    later.target_table := former.target_table;
    later.target_id := former.target_id;
    later."timestamp" := former."timestamp";
    later.metadata := former.metadata;
    later.patients := '{}';
    later.chain := head.chain;
    later.position := head.position + 1;
    later.previous := head.hash;
    later.hash := fhir.audit_hash(later);
    INSERT INTO public.audit_logs SELECT (later).*;
    head.position := later.position;
    head.previous := later.previous;
    head.hash := later.hash;
  END LOOP;
  UPDATE fhir.audit_head h SET position = head.position, previous = head.previous, hash = head.hash WHERE h.chain = head.chain;
END
$$;
DROP TABLE audit_logs_before;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_logs
  FOR EACH STATEMENT EXECUTE FUNCTION fhir.refuse_change();
CREATE TRIGGER append_only_row BEFORE UPDATE OR DELETE ON audit_logs
  FOR EACH ROW EXECUTE FUNCTION fhir.refuse_change();
CREATE TRIGGER chain BEFORE INSERT ON audit_logs FOR EACH ROW EXECUTE FUNCTION fhir.audit_chain();
