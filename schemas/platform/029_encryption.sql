-- Encrypted values: their keys, wrapped, and how a value is encrypted anew without a version.
--
-- docs/encryption.md has the format (hv1:KEY:BLIND:DATA), what is encrypted, and what a row looks like. The server encrypts and opens
-- values; the database never has a key that is not wrapped.

CREATE TABLE fhir.data_key (
  id text COLLATE "C" PRIMARY KEY CHECK (id ~ '^[0-9a-f]{8}$'),
  use text NOT NULL CHECK (use IN ('data', 'blind')),
  wrapped text NOT NULL CHECK (wrapped ~ '^[!-~]+$'),
  is_current boolean NOT NULL DEFAULT true,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  wrapped_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX data_key_current ON fhir.data_key (use) WHERE is_current;
COMMENT ON TABLE fhir.data_key IS 'The keys of encrypted values, each wrapped by a key that is not in the database. Without a row its values are lost: never removed.';
COMMENT ON COLUMN fhir.data_key.id IS 'Stands in each value that it encrypted.';
COMMENT ON COLUMN fhir.data_key.use IS 'data: encrypts values; blind: makes the hashes that they are found by.';
COMMENT ON COLUMN fhir.data_key.wrapped IS 'As the provider of keys wrapped it.';
COMMENT ON COLUMN fhir.data_key.is_current IS 'New values are encrypted with it.';

-- One at a time: what remains to be encrypted with the current key, and with which search values.
CREATE TABLE fhir.encryption_job (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  reindex boolean NOT NULL,
  used_at timestamptz,
  since xid8,
  place text,
  last_key text,
  done bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  started_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz(3)
);
COMMENT ON TABLE fhir.encryption_job IS 'How far all rows are encrypted with the current key; begun by a new key, taken up by any server.';
COMMENT ON COLUMN fhir.encryption_job.reindex IS 'Search values are made anew, too: they were none of the current blind key.';
COMMENT ON COLUMN fhir.encryption_job.used_at IS 'Since when the key is the current one.';
COMMENT ON COLUMN fhir.encryption_job.since IS 'When every server encrypted with the current key; the walk begins when all older transactions have ended. Null: not yet.';
COMMENT ON COLUMN fhir.encryption_job.place IS 'The place that is being walked through; null: none yet.';
COMMENT ON COLUMN fhir.encryption_job.last_key IS 'The key of the last row that is done there.';
COMMENT ON COLUMN fhir.encryption_job.done IS 'Rows that were looked at.';
COMMENT ON COLUMN fhir.encryption_job.failed IS 'Rows among them that could not be opened: they stay as they were, and the log names them.';

-- Rows that were written with plain SQL, to be encrypted soon.
CREATE TABLE fhir.encryption_queue (
  place text COLLATE "C" NOT NULL,
  key uuid NOT NULL,
  queued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (place, key)
);
CREATE INDEX encryption_queue_queued ON fhir.encryption_queue (queued_at);
COMMENT ON TABLE fhir.encryption_queue IS 'Rows that were written with plain SQL while there are keys: the server encrypts them, and what history has of them.';
COMMENT ON COLUMN fhir.encryption_queue.place IS 'The resource''s type, or the table of a row that is no resource.';

-- A new key, and the work that follows from it. False: there is a current one already, and `replace` was not asked for. It is not used
-- before every server knows it (fhir.use_data_keys), but where there is no other server: else one that does not know it yet could
-- neither open what another has encrypted with it nor find it.
CREATE FUNCTION fhir.add_data_key(new_id text, new_use text, new_wrapped text, replace boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  LOCK TABLE fhir.data_key IN SHARE ROW EXCLUSIVE MODE;
  IF NOT replace AND EXISTS (SELECT FROM fhir.data_key k WHERE k.use = new_use AND k.is_current) THEN
    RETURN false;
  END IF;
  INSERT INTO fhir.data_key (id, use, wrapped, is_current)
    VALUES (new_id, new_use, new_wrapped,
            NOT replace AND NOT EXISTS (SELECT FROM pg_stat_activity a
                                          WHERE a.datname = current_database() AND a.usename = session_user AND a.pid <> pg_backend_pid()));
  INSERT INTO fhir.encryption_job AS j (reindex) VALUES (new_use = 'blind')
    ON CONFLICT (one) DO UPDATE SET reindex = excluded.reindex OR (j.reindex AND j.ended_at IS NULL), used_at = NULL, since = NULL, place = NULL, last_key = NULL, done = 0, failed = 0,
      started_at = clock_timestamp(), ended_at = NULL;
  RETURN true;
END
$$;
COMMENT ON FUNCTION fhir.add_data_key(text, text, text, boolean) IS 'Adds a key; when all servers know it, it is the current one, and all rows are encrypted with it in the background.';

CREATE FUNCTION fhir.use_data_keys(known_after interval) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  LOCK TABLE fhir.data_key IN SHARE ROW EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM fhir.data_key k WHERE k.created_at > clock_timestamp() - known_after) THEN
    RETURN false;
  END IF;
  UPDATE fhir.data_key k SET is_current = false
    WHERE k.is_current AND EXISTS (SELECT FROM fhir.data_key n WHERE n.use = k.use AND (n.created_at, n.id) > (k.created_at, k.id));
  UPDATE fhir.data_key k SET is_current = true
    WHERE NOT k.is_current AND NOT EXISTS (SELECT FROM fhir.data_key n WHERE n.use = k.use AND (n.created_at, n.id) > (k.created_at, k.id));
  UPDATE fhir.encryption_job SET used_at = clock_timestamp() WHERE used_at IS NULL AND ended_at IS NULL;
  RETURN true;
END
$$;
COMMENT ON FUNCTION fhir.use_data_keys(interval) IS 'The newest key of each use is the current one from now on; false when one is so new that some server may not know it.';

CREATE FUNCTION fhir.rewrap_data_key(key_id text, former text, new_wrapped text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH done AS (UPDATE fhir.data_key k SET wrapped = new_wrapped, wrapped_at = clock_timestamp()
                  WHERE k.id = key_id AND k.wrapped = former RETURNING 1)
  SELECT EXISTS (SELECT FROM done)
$$;
COMMENT ON FUNCTION fhir.rewrap_data_key(text, text, text) IS 'The same key, wrapped anew; false when somebody else was faster.';

-- A value that says the same in another form makes no version, no history and no audit row: whoever changes columns as the owner, with
-- hv.resealing, which fhir.reseal alone does.
DO $$
DECLARE
  rule record;
  is_resealing CONSTANT text := format('coalesce(current_setting(''hv.resealing'', true), '''') = ''on'' AND current_user = %L', current_user);
  condition text;
BEGIN
  FOR rule IN
    SELECT t.oid, t.tgname, t.tgrelid::regclass AS place, pg_get_triggerdef(t.oid) AS made
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      WHERE NOT t.tgisinternal
        AND (t.tgname = 'zz_version' OR (t.tgname = 'append_only' AND c.relnamespace = 'history'::regnamespace)
             OR (t.tgname = 'audit_on_update' AND c.oid = 'public.notifications'::regclass))
  LOOP
    condition := substring(rule.made FROM ' WHEN \((.*)\) EXECUTE FUNCTION ');
    EXECUTE format('DROP TRIGGER %I ON %s', rule.tgname, rule.place);
    EXECUTE regexp_replace(regexp_replace(rule.made, ' WHEN \(.*\) EXECUTE FUNCTION ', ' EXECUTE FUNCTION '), ' EXECUTE FUNCTION ',
      replace(format(' WHEN (%sNOT (%s)) EXECUTE FUNCTION ', CASE WHEN condition IS NULL THEN '' ELSE '(' || condition || ') AND ' END, is_resealing), '\', '\\'));
  END LOOP;
END
$$;
COMMENT ON FUNCTION fhir.install_versions(regclass) IS
  'Makes a table versioned: its history table, its triggers. A migration that changes a versioned table''s columns changes history.<table> alike, calls this again, and gives zz_version and append_only their WHEN of 029 again.';

CREATE FUNCTION fhir.is_sealed(said text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT said ~ '^(\[? ?\{ ?"\$sealed" ?: ?")?hv1:[0-9a-f]{8}:[A-Za-z0-9_-]*:[A-Za-z0-9_-]{38,}'
$$;
COMMENT ON FUNCTION fhir.is_sealed(text) IS 'Whether the text is an encrypted value, or JSON that begins with one.';

-- FH008: what is asked for is no exchange of a value for an encrypted one.
-- Exchanges values for encrypted ones, if they are still what they were when they were read. `place`: a table; `columns` of it.
CREATE FUNCTION fhir.reseal(place text, key uuid, version integer, of_type text, columns text[], former text[], sealed text[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  target regclass;
  assigned text;
  expected text;
  changed bigint;
BEGIN
  -- Of what the server may change anyway, of its history, and of the bodies of notifications.
  target := CASE WHEN place = 'fhir.resource' OR place ~ '^(public|history)\.[a-z_]+$' THEN to_regclass(place) END;
  IF target IS NULL OR EXISTS (SELECT FROM unnest(sealed) AS s (value) WHERE fhir.is_sealed(s.value) IS NOT TRUE)
     OR EXISTS (SELECT FROM unnest(columns) AS c (name)
                  LEFT JOIN pg_attribute a ON a.attrelid = target AND a.attname = c.name AND a.attnum > 0 AND a.atttypid IN ('text'::regtype, 'json'::regtype, 'jsonb'::regtype)
                  WHERE a.attname IS NULL
                     OR NOT CASE place WHEN 'public.notifications' THEN c.name = 'body'
                                       WHEN 'history.resource' THEN has_column_privilege('hv_server_access', 'fhir.resource', c.name, 'UPDATE')
                                       ELSE has_column_privilege('hv_server_access', replace(place, 'history.', 'public.'), c.name, 'UPDATE') END) THEN
    RAISE EXCEPTION 'fhir.reseal exchanges values for encrypted ones and nothing else' USING ERRCODE = 'FH008';
  END IF;
  SELECT string_agg(format('%I = ($1)[%s]::%s', c.name, c.n, format_type(a.atttypid, a.atttypmod)), ', '),
         string_agg(format('%I::text IS NOT DISTINCT FROM ($2)[%s]', c.name, c.n), ' AND ')
    INTO assigned, expected
    FROM unnest(columns) WITH ORDINALITY AS c (name, n) JOIN pg_attribute a ON a.attrelid = target AND a.attname = c.name;
  PERFORM set_config('hv.resealing', 'on', true);
  EXECUTE format('UPDATE %s SET %s WHERE id = $3 AND %s%s%s', target, assigned, expected,
                 CASE WHEN version IS NULL THEN '' ELSE ' AND version_id = $4' END,
                 CASE WHEN of_type IS NULL THEN '' ELSE ' AND resource_type = $5' END)
    USING sealed, former, key, version, of_type;
  GET DIAGNOSTICS changed = ROW_COUNT;
  PERFORM set_config('hv.resealing', '', true);
  RETURN changed = 1;
END
$$;
COMMENT ON FUNCTION fhir.reseal(text, uuid, integer, text, text[], text[], text[]) IS
  'Exchanges values of a row for encrypted ones that say the same; no version follows. False when they are no longer what they were.';

-- What is said of an item twice, in its own row and in its parent's JSON, is encrypted in both alike.
CREATE FUNCTION fhir.reseal_record(record uuid, former text, beside text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  items CONSTANT jsonb := (SELECT coalesce(jsonb_agg(fhir.observation_item(o, e.record_type) ORDER BY o.ordinal, o.id), '[]')
                             FROM public.ehr_observations o JOIN public.electronic_health_records e ON e.id = o.record_id
                             WHERE o.record_id = record AND NOT o.is_deleted);
  changed bigint;
BEGIN
  PERFORM set_config('hv.resealing', 'on', true);
  -- In the platform's own form as long as nothing of it is encrypted.
  UPDATE public.electronic_health_records e
    SET content = fhir.record_content(coalesce(beside, e.content), items)
    WHERE e.id = record AND e.content IS NOT DISTINCT FROM former AND e.record_type IN ('vital', 'lab') AND NOT e.is_deleted
      AND (beside IS NOT NULL OR items::text LIKE '%hv1:%') AND e.content IS DISTINCT FROM fhir.record_content(coalesce(beside, e.content), items);
  GET DIAGNOSTICS changed = ROW_COUNT;
  PERFORM set_config('hv.resealing', '', true);
  RETURN changed = 1;
END
$$;
COMMENT ON FUNCTION fhir.reseal_record(uuid, text, text) IS
  'Makes the content of a vital or lab record anew from its observations, which say the same; `beside`: a content with what else stood beside them.';

CREATE FUNCTION fhir.reseal_prescription(prescription uuid, former text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  changed bigint;
BEGIN
  PERFORM set_config('hv.resealing', 'on', true);
  UPDATE public.prescriptions p
    SET medications = (SELECT coalesce(jsonb_agg(fhir.medication_item(m) ORDER BY m.ordinal, m.id), '[]')
                         FROM public.prescription_medications m WHERE m.prescription_id = p.id AND NOT m.is_deleted)
    WHERE p.id = prescription AND p.medications::text = former AND NOT p.is_deleted
      AND EXISTS (SELECT FROM public.prescription_medications m WHERE m.prescription_id = p.id AND NOT m.is_deleted AND fhir.medication_item(m)::text LIKE '%hv1:%');
  GET DIAGNOSTICS changed = ROW_COUNT;
  PERFORM set_config('hv.resealing', '', true);
  RETURN changed = 1;
END
$$;
COMMENT ON FUNCTION fhir.reseal_prescription(uuid, text) IS 'Makes the medications of a prescription anew from its rows, which say the same.';

-- As in 008; what is to be indexed may have to be encrypted.
CREATE OR REPLACE FUNCTION fhir.queue_reindex() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO fhir.reindex_queue (resource_type, key)
    SELECT TG_ARGV[0], n.id FROM new_rows n ORDER BY n.id
    ON CONFLICT (resource_type, key) DO UPDATE SET queued_at = excluded.queued_at;
  IF EXISTS (SELECT FROM fhir.data_key) THEN
    INSERT INTO fhir.encryption_queue (place, key)
      SELECT TG_ARGV[0], n.id FROM new_rows n ORDER BY n.id
      ON CONFLICT (place, key) DO UPDATE SET queued_at = excluded.queued_at;
  END IF;
  RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION fhir.queue_record_reindex() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO fhir.reindex_queue (resource_type, key)
    SELECT CASE n.record_type WHEN 'note' THEN 'DocumentReference' ELSE 'DiagnosticReport' END, n.id
      FROM new_rows n WHERE n.record_type IN ('note', 'imaging') ORDER BY n.id
    ON CONFLICT (resource_type, key) DO UPDATE SET queued_at = excluded.queued_at;
  IF EXISTS (SELECT FROM fhir.data_key) THEN
    INSERT INTO fhir.encryption_queue (place, key)
      SELECT CASE n.record_type WHEN 'note' THEN 'DocumentReference' WHEN 'imaging' THEN 'DiagnosticReport' ELSE 'electronic_health_records' END, n.id
        FROM new_rows n ORDER BY n.id
      ON CONFLICT (place, key) DO UPDATE SET queued_at = excluded.queued_at;
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION fhir.queue_encryption() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM fhir.data_key) THEN
    INSERT INTO fhir.encryption_queue (place, key)
      SELECT TG_TABLE_NAME, n.id FROM new_rows n ORDER BY n.id
      ON CONFLICT (place, key) DO UPDATE SET queued_at = excluded.queued_at;
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.queue_encryption() IS 'Queues the statement''s rows for encryption.';
CREATE TRIGGER zz_encrypt_insert AFTER INSERT ON prescriptions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (coalesce(current_setting('hv.server', true), '') <> 'on') EXECUTE FUNCTION fhir.queue_encryption();
CREATE TRIGGER zz_encrypt_update AFTER UPDATE ON prescriptions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (coalesce(current_setting('hv.server', true), '') <> 'on') EXECUTE FUNCTION fhir.queue_encryption();
CREATE TRIGGER zz_encrypt_insert AFTER INSERT ON notifications REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
  EXECUTE FUNCTION fhir.queue_encryption();
CREATE TRIGGER zz_encrypt_update AFTER UPDATE ON notifications REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (coalesce(current_setting('hv.server', true), '') <> 'on') EXECUTE FUNCTION fhir.queue_encryption();

DO $$
DECLARE
  owners CONSTANT text := (SELECT string_agg(DISTINCT quote_ident(pg_get_userbyid(c.relowner)), ', ') FROM pg_class c WHERE c.oid = 'fhir.encryption_queue'::regclass);
BEGIN
  ALTER TABLE fhir.encryption_queue ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
  EXECUTE format('CREATE POLICY everything ON fhir.encryption_queue TO hv_server_access, hv_platform, %s USING (true) WITH CHECK (true)', owners);
END
$$;
GRANT SELECT, INSERT, DELETE ON fhir.encryption_queue TO hv_server_access;

-- An encrypted telephone number is found by the hash in it.
CREATE INDEX patient_profile_contact_blind ON patient_profile ((split_part(contact_number, ':', 3)), id) WHERE contact_number LIKE 'hv1:%' AND NOT is_deleted;

REVOKE ALL ON FUNCTION fhir.add_data_key(text, text, text, boolean), fhir.use_data_keys(interval), fhir.rewrap_data_key(text, text, text),
  fhir.reseal(text, uuid, integer, text, text[], text[], text[]), fhir.reseal_record(uuid, text, text), fhir.reseal_prescription(uuid, text), fhir.queue_encryption() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fhir.add_data_key(text, text, text, boolean), fhir.use_data_keys(interval), fhir.rewrap_data_key(text, text, text),
  fhir.reseal(text, uuid, integer, text, text[], text[], text[]), fhir.reseal_record(uuid, text, text), fhir.reseal_prescription(uuid, text) TO hv_server_access;
GRANT SELECT ON fhir.data_key TO hv_server_access;
GRANT SELECT, UPDATE ON fhir.encryption_job TO hv_server_access;
GRANT SELECT (id, body) ON notifications TO hv_server_access;
