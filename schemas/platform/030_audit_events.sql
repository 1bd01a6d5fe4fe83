-- The audit trail as FHIR's AuditEvents: read by id, and walked along its time, by each caller as far as they may.
--
-- Nobody but the server's role has a right on audit_logs, and a row of accesses has lines of many patients. So the callers' roles ask a
-- function, which shows each the events that are theirs, without the other patients whom an event concerns (docs/audit.md, "AuditEvent").

-- By id; and by who did it. Of accesses `persons` has whose they were, as `patients` has whose data it was: what the lines say, so that it is not
-- hashed again.
CREATE INDEX audit_logs_id ON audit_logs (id);
ALTER TABLE audit_logs ADD COLUMN persons uuid[];
COMMENT ON COLUMN audit_logs.persons IS 'Of action access: the persons whose accesses they were, by their keys. It says what entries say.';
-- Rows of before: the table is written anew, since no row of it may be changed.
CREATE FUNCTION fhir.persons_of_lines(entries text) RETURNS uuid[] LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT ARRAY(SELECT DISTINCT (t.line::jsonb ->> 'person')::uuid AS key FROM string_to_table(entries, E'\n') AS t (line) WHERE t.line::jsonb ? 'person' ORDER BY key)
$$;
ALTER TABLE audit_logs ALTER COLUMN persons TYPE uuid[] USING fhir.persons_of_lines(entries);
DROP FUNCTION fhir.persons_of_lines(text);
CREATE INDEX audit_logs_persons ON audit_logs USING gin (persons) WHERE persons <> '{}';
CREATE INDEX audit_logs_person ON audit_logs (person_key, "timestamp", id) WHERE person_key IS NOT NULL;

-- The server knows an administrator's duties by what it asks of one person.
CREATE FUNCTION fhir.has_duty(who uuid, wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM public.admin_duties d JOIN public.users u ON u.id = d.user_id
                   WHERE d.user_id = has_duty.who AND d.duty = has_duty.wanted AND u.is_active AND u.role::text = 'admin')
$$;
COMMENT ON FUNCTION fhir.has_duty(uuid, text) IS 'Whether this administrator has the duty.';

CREATE FUNCTION fhir.audit_target_ids(place text, type text, keys uuid[]) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  ids text[];
BEGIN
  IF place = 'fhir.resource' THEN
    RETURN ARRAY(SELECT coalesce(r.fhir_id, k.key::text) FROM unnest(keys) WITH ORDINALITY AS k (key, n)
                   LEFT JOIN fhir.resource r ON r.resource_type = type AND r.id = k.key ORDER BY k.n);
  ELSIF type IS NULL OR to_regclass('fhir.ids_of_' || place) IS NULL THEN
    RETURN keys::text[];
  END IF;
  EXECUTE format('SELECT array_agg(coalesce(i.fhir_id, k.key::text) ORDER BY k.n) FROM unnest($1) WITH ORDINALITY AS k (key, n)
                    LEFT JOIN fhir.ids_of_%I i ON i.id = k.key', place) INTO ids USING keys;
  RETURN ids;
END
$$;
COMMENT ON FUNCTION fhir.audit_target_ids(text, text, uuid[]) IS 'The FHIR ids of rows that a statement wrote, in the order of their keys; a key for what has none.';

CREATE FUNCTION fhir.audit_patient_ids(keys uuid[]) RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT ARRAY(SELECT coalesce(p.fhir_id, r.fhir_id, k.key::text) FROM unnest(keys) WITH ORDINALITY AS k (key, n)
                 LEFT JOIN public.patient_profile p ON p.id = k.key
                 LEFT JOIN fhir.resource r ON r.resource_type = 'Patient' AND r.id = k.key ORDER BY k.n)
$$;
COMMENT ON FUNCTION fhir.audit_patient_ids(uuid[]) IS 'The FHIR ids of patients, in the order of their keys; the key of one who is not here.';

-- Who asks, by the role that the session acts as: whoever runs SQL as the owner or the server sees all.
CREATE FUNCTION fhir.audit_viewer() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN CASE current_setting('role')
    WHEN 'hv_patient' THEN CASE WHEN fhir.person() IS NOT NULL THEN 'patient' END
    WHEN 'hv_doctor' THEN CASE WHEN fhir.person() IS NOT NULL THEN 'doctor' END
    WHEN 'hv_admin' THEN CASE WHEN fhir.has_duty(fhir.person(), 'audit') THEN 'auditor' END
    ELSE 'all' END;
END
$$;
COMMENT ON FUNCTION fhir.audit_viewer() IS 'As what the caller sees the audit trail: patient, doctor, auditor, all; null: not at all.';

-- Looks at `most` rows from a place on (rows of the place are looked at once more, since a page may end within a row's lines), and gives
-- the events in them, and as the last of all one without an id: the last row that was looked at, and in `ordinal` how many they were.
--
-- Of several patients' events a patient sees neither which resources they were, nor whose, nor what was searched for; of others than
-- themselves no address, and of other patients only those to whom the record was opened. A doctor sees of what was refused not whose
-- data was in the way.
--
-- The rows of some patients or of a person are found by indexes, which have no order: so month after month, until there are enough. What others
-- do makes none of it shorter or longer.
--
-- The statement is planned for its values each time: so the partitions are known that it needs.
CREATE FUNCTION fhir.audit_events(wanted text[], whose uuid[], who uuid, since timestamptz, until timestamptz, at_time timestamptz, at_id uuid,
                                  newest_first boolean, most integer)
RETURNS TABLE (row_time timestamptz, row_id uuid, ordinal integer, id text, happened timestamptz, action text, place text, interaction text, type text,
               resource text, version text, targets text[], patients text[], patient_keys uuid[], has_user boolean, user_id uuid, person_type text,
               person_id text, client_id text, client_name text, address text, query text, purpose text, reason text, outcome text, status integer,
               request_id text, database_user text, application text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
#variable_conflict use_column
DECLARE
  viewer CONSTANT text := fhir.audit_viewer();
  me CONSTANT uuid := CASE WHEN viewer IN ('patient', 'doctor') THEN fhir.person() END;
  my_user CONSTANT uuid := CASE viewer WHEN 'patient' THEN (SELECT p.user_id FROM public.patient_profile p WHERE p.id = me) END;
  way CONSTANT text := CASE WHEN newest_first THEN 'DESC' ELSE 'ASC' END;
  bounds CONSTANT text := ' AND ($4 IS NULL OR l."timestamp" >= $4) AND ($5 IS NULL OR l."timestamp" < $5)'
    || CASE WHEN at_time IS NULL THEN ''
            WHEN newest_first THEN ' AND l."timestamp" <= $6 AND (l."timestamp", l.id) <= ($6, $7)'
            ELSE ' AND l."timestamp" >= $6 AND (l."timestamp", l.id) >= ($6, $7)' END;
  theirs text;
  low timestamptz;
  high timestamptz;
  month record;
  counted integer := 0;
  more integer;
BEGIN
  IF viewer IS NULL THEN
    RETURN;
  ELSIF viewer = 'patient' THEN
    IF whose IS NULL THEN
      whose := ARRAY[me];
    ELSIF me <> ALL (whose) THEN
      RETURN;
    END IF;
  ELSIF viewer = 'doctor' THEN
    IF who IS NULL THEN
      who := me;
    ELSIF me <> who THEN
      RETURN;
    END IF;
  END IF;
  theirs := CASE
    WHEN wanted IS NOT NULL THEN
      'SELECT l.* FROM public.audit_logs l WHERE l.id = ANY (ARRAY(SELECT split_part(w, ''.'', 1)::uuid FROM unnest($1) AS w))' || bounds
    WHEN whose IS NOT NULL AND viewer <> 'doctor' THEN
      'SELECT l.* FROM public.audit_logs l WHERE l.patients <> ''{}'' AND l.patients && $2' || bounds
    WHEN who IS NOT NULL THEN
      'SELECT l.* FROM public.audit_logs l WHERE l.person_key = $3' || bounds || '
       UNION ALL SELECT l.* FROM public.audit_logs l WHERE l.persons <> ''{}'' AND l.persons && ARRAY[$3]' || bounds END;
  IF wanted IS NULL AND theirs IS NOT NULL THEN
    low := date_trunc('month', greatest((SELECT min(l."timestamp") FROM public.audit_logs l), timestamptz '2000-01-01'));
    high := greatest(low, date_trunc('month', clock_timestamp()) + interval '1 month');
    FOR month IN SELECT s.begins, s.ends FROM (SELECT timestamptz '-infinity' AS begins, low AS ends
                                               UNION ALL SELECT m, m + interval '1 month' FROM generate_series(low, high - interval '1 month', interval '1 month') AS m
                                               UNION ALL SELECT high, NULL) AS s
        WHERE (s.ends > since OR since IS NULL OR s.ends IS NULL) AND (s.begins < until OR until IS NULL)
          AND (at_time IS NULL OR CASE WHEN newest_first THEN s.begins <= at_time ELSE s.ends > at_time OR s.ends IS NULL END)
        ORDER BY CASE WHEN newest_first THEN s.begins END DESC, s.begins LOOP
      EXECUTE 'SELECT count(*) FROM (' || theirs || ' LIMIT $8) AS l' INTO more
        USING wanted, whose, who, greatest(since, month.begins), least(until, month.ends), at_time, at_id, most - counted;
      counted := counted + more;
      IF counted >= most THEN
        since := CASE WHEN newest_first THEN greatest(since, month.begins) ELSE since END;
        until := CASE WHEN newest_first THEN until ELSE least(until, month.ends) END;
        EXIT;
      END IF;
    END LOOP;
  END IF;
  theirs := CASE
    WHEN wanted IS NOT NULL THEN theirs || ' ORDER BY l."timestamp" ' || way || ', l.id ' || way
    WHEN theirs IS NOT NULL THEN 'SELECT l.* FROM (' || theirs || ' OFFSET 0) l ORDER BY l."timestamp" ' || way || ', l.id ' || way || ' LIMIT $8'
    ELSE 'SELECT l.* FROM public.audit_logs l WHERE true' || bounds || ' ORDER BY l."timestamp" ' || way || ', l.id ' || way || ' LIMIT $8' END;
  RETURN QUERY EXECUTE 'WITH looked AS MATERIALIZED (' || theirs || $events$),
    -- What was written twice, after a lost connection, follows at once: the first of its rows counts.
    first AS MATERIALIZED (
      SELECT l.*, row_number() OVER (PARTITION BY l.targets[1] ORDER BY l."timestamp", l.id) AS time_written FROM looked l WHERE l.entries IS NOT NULL),
    said AS (
      SELECT l."timestamp" AS row_time, l.id AS row_id, 0 AS ordinal, l.id::text, NULL::timestamptz AS happened, l.action, l.target_table AS place,
             coalesce(l.interaction, CASE WHEN l.action IN ('insert', 'update', 'soft delete', 'delete', 'truncate') THEN 'sql' END) AS interaction,
             l.resource_type AS type, l.resource_id AS resource, l.version_id::text AS version, coalesce(l.targets, ARRAY[l.target_id]) AS targets,
             l.patients, l.actor_user_id AS user_id, l.person_key AS person, l.person_type, coalesce(l.client_id, l.metadata ->> 'client_id') AS client_id,
             coalesce(l.address, l.metadata ->> 'address') AS address, l.query, l.purpose, l.reason, l.outcome, NULL::integer AS status, l.request_id,
             l.database_user, l.application
        FROM looked l WHERE l.entries IS NULL
      UNION ALL
      SELECT l."timestamp", l.id, t.n::integer, l.id || '.' || t.n, e."time", l.action, NULL, e.interaction, e.type, e.resource, e.version, NULL,
             coalesce(e.patients, '{}'), e."user", e.person, e."personType", e.client, e.address, e.query, e.purpose, e.reason, e.outcome, e.status,
             e.request, NULL, NULL
        FROM first l
        CROSS JOIN LATERAL string_to_table(l.entries, E'\n') WITH ORDINALITY AS t (line, n)
        CROSS JOIN LATERAL jsonb_to_record(t.line::jsonb) AS e ("time" timestamptz, "user" uuid, person uuid, "personType" text, client text,
          address text, interaction text, type text, resource text, version text, query text, patients uuid[], purpose text, reason text,
          outcome text, status integer, request text)
        WHERE l.time_written = 1 AND ($9 IS NULL OR strpos(t.line, $9::text) > 0) AND ($3 IS NULL OR strpos(t.line, $3::text) > 0)),
    seen AS (
      SELECT s.*, $10 <> 'patient' OR s.patients = ARRAY[$9] AS whole, $10 <> 'patient' OR s.person = $9 OR s.user_id = $11 AS own FROM said s
        WHERE ($1 IS NULL OR s.id = ANY ($1)) AND ($2 IS NULL OR s.patients && $2) AND ($3 IS NULL OR s.person = $3)
          AND CASE $10 WHEN 'patient' THEN s.patients @> ARRAY[$9] WHEN 'doctor' THEN s.person = $9 ELSE true END
          -- Of break-glass the stored event says all; who does not see that one has the row of the care that it began.
          AND (coalesce(s.interaction, '') <> 'break-glass' OR coalesce(s.place, '') NOT IN ('fhir.resource', 'care_relationships')
               OR s.place = 'care_relationships' AND $10 = 'auditor'))
    SELECT s.row_time, s.row_id, s.ordinal, s.id, s.happened, s.action, s.place, s.interaction, s.type, CASE WHEN s.whole THEN s.resource END,
           CASE WHEN s.whole THEN s.version END,
           CASE WHEN s.whole AND s.ordinal = 0 AND s.resource IS NULL THEN fhir.audit_target_ids(s.place, s.type, s.targets) END,
           fhir.audit_patient_ids(p.keys), p.keys, s.user_id IS NOT NULL, CASE WHEN s.own THEN s.user_id END, s.person_type,
           CASE WHEN s.person_type = 'Practitioner' THEN coalesce((SELECT d.fhir_id FROM public.doctor_profile d WHERE d.id = s.person), s.person::text)
                WHEN s.own OR EXISTS (SELECT FROM public.patient_grants g WHERE g.holder = s.person AND g.patient_id = $9)
                  THEN (fhir.audit_patient_ids(ARRAY[s.person]))[1] END,
           s.client_id, (SELECT c.name FROM smart.client c WHERE c.client_id = s.client_id), CASE WHEN s.own THEN s.address END,
           CASE WHEN s.own AND s.whole THEN coalesce(s.query, '') END, s.purpose, CASE WHEN $10 <> 'patient' OR s.whole AND s.purpose = 'BTG' THEN s.reason END,
           s.outcome, s.status, s.request_id, CASE WHEN $10 <> 'patient' THEN s.database_user END, CASE WHEN $10 <> 'patient' THEN s.application END
      FROM seen s
      CROSS JOIN LATERAL (SELECT CASE WHEN $10 = 'patient' THEN ARRAY[$9] WHEN $10 = 'doctor' AND s.outcome <> 'success' THEN '{}' ELSE s.patients END) AS p (keys)
    UNION ALL
    (SELECT l."timestamp", l.id, (SELECT count(*) FROM looked)::integer, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
       FROM looked l ORDER BY l."timestamp" $events$ || CASE WHEN newest_first THEN 'ASC, l.id ASC' ELSE 'DESC, l.id DESC' END || ' LIMIT 1)'
    USING wanted, whose, who, since, until, at_time, at_id, most, me, viewer, my_user;
END
$$;
COMMENT ON FUNCTION fhir.audit_events(text[], uuid[], uuid, timestamptz, timestamptz, timestamptz, uuid, boolean, integer) IS
  'Events of the audit trail as the caller''s role and person see them: those wanted by id, or those in `most` rows of some patients, of what a person did, from a time until before another.';

DO $$
DECLARE
  each regprocedure;
BEGIN
  FOR each IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'fhir'::regnamespace
                AND p.proname IN ('has_duty', 'audit_target_ids', 'audit_patient_ids', 'audit_viewer', 'audit_events') LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', each);
  END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION fhir.has_duty(uuid, text) TO hv_server_access;
GRANT EXECUTE ON FUNCTION fhir.audit_events(text[], uuid[], uuid, timestamptz, timestamptz, timestamptz, uuid, boolean, integer)
  TO hv_server_access, hv_patient, hv_doctor, hv_admin, hv_client;
