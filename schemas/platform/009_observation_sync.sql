-- electronic_health_records.content (vital, lab) and ehr_observations say the same; whichever is written, the other follows.
--
-- The triggers work by statement, on all its rows at once. While they write, hv.syncing is set (for the transaction, so an
-- error undoes it), and the triggers of the other side rest. Plans are made once for a session, perhaps
-- while the tables were empty and for a statement of one row, and must serve when they are full and for thousands: so planner
-- settings pin what is joined how. Transition tables are hashed (enable_nestloop off); tables are reached by index, from the
-- functions that take keys (enable_nestloop alone on).

CREATE FUNCTION fhir.json_or_null(content text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN content::jsonb;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.json_or_null(text) IS 'The text as JSON; null when it is none.';

CREATE FUNCTION fhir.time_or_null(written text) RETURNS timestamptz LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF written !~ '^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$' THEN
    RETURN NULL;
  END IF;
  RETURN written::timestamptz;
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.time_or_null(text) IS 'An ISO 8601 date or time (in the session''s time zone when it names none); null when it is none.';

CREATE FUNCTION fhir.observation_list(content text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  document jsonb;
  known CONSTANT text[] := ARRAY['code', 'display', 'text', 'value', 'components', 'system'];
BEGIN
  IF content IS NULL OR content ~ '^\s*$' THEN
    RETURN '[]';
  END IF;
  document := CASE WHEN content ~ '^\s*[[{]' THEN fhir.json_or_null(content) END;
  IF jsonb_typeof(document) = 'object' AND document ? 'observations' THEN
    document := document -> 'observations';
  END IF;
  IF jsonb_typeof(document) = 'object' AND document ?| known THEN
    RETURN jsonb_build_array(document);
  END IF;
  IF jsonb_typeof(document) = 'array' THEN
    RETURN (SELECT coalesce(jsonb_agg(CASE WHEN jsonb_typeof(e.item) = 'object' THEN e.item ELSE jsonb_build_object('value', e.item) END
                                      ORDER BY e.place) FILTER (WHERE e.item <> 'null'), '[]')
              FROM jsonb_array_elements(document) WITH ORDINALITY AS e (item, place));
  END IF;
  IF document = 'null' THEN
    RETURN '[]';
  END IF;
  RETURN jsonb_build_array(jsonb_build_object('value', content));
END
$$;
COMMENT ON FUNCTION fhir.observation_list(text) IS 'The items of a vital or lab record''s content, in each form that the platform may write.';

CREATE FUNCTION fhir.read_observations(content text, record record_type) RETURNS TABLE (
  ordinal integer, item jsonb, given_id text, given_key uuid, record_type record_type, status text, code_system text, code text, code_display text,
  code_text text, effective_at timestamptz, value_number numeric, value_unit text, value_unit_code text, value_text text,
  value_code_system text, value_code text, value_code_display text, interpretation text, components json, note text, item_residual jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT e.ordinal::integer, e.item, lower(i.id),
         CASE WHEN i.id ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN i.id::uuid END,
         CASE WHEN i.record_type IN ('vital', 'lab') THEN i.record_type::public.record_type ELSE record END,
         CASE WHEN i.status IS NULL THEN 'final'
              WHEN i.status IN ('registered', 'preliminary', 'final', 'amended', 'corrected', 'cancelled', 'entered-in-error') THEN i.status
              ELSE 'unknown' END,
         i.system, i.code, i.display,
         -- FHIR wants to know what was observed.
         coalesce(i.text, CASE WHEN i.code IS NULL AND i.display IS NULL
                               THEN CASE record WHEN 'vital' THEN 'Vital signs' ELSE 'Laboratory result' END END),
         fhir.time_or_null(i.effective),
         CASE WHEN jsonb_typeof(i.value) = 'number' THEN (i.value #>> '{}')::numeric END,
         i.unit, i.unit_code,
         CASE WHEN jsonb_typeof(i.value) IN ('string', 'boolean', 'array') OR (jsonb_typeof(i.value) = 'object' AND NOT c.coded)
              THEN i.value #>> '{}' END,
         CASE WHEN c.coded THEN i.value ->> 'system' END, CASE WHEN c.coded THEN i.value ->> 'code' END,
         CASE WHEN c.coded THEN i.value ->> 'display' END,
         i.interpretation, CASE WHEN jsonb_typeof(i.components) = 'array' THEN i.components::json END, i.note,
         nullif(e.item - ARRAY['id', 'status', 'system', 'code', 'display', 'text', 'value', 'unit', 'unit_code', 'interpretation', 'note', 'record_type']
                       - CASE WHEN i.effective IS NULL OR fhir.time_or_null(i.effective) IS NOT NULL THEN 'effective' ELSE '' END
                       - CASE WHEN i.components IS NULL OR jsonb_typeof(i.components) IN ('array', 'null') THEN 'components' ELSE '' END, '{}')
    FROM jsonb_array_elements(fhir.observation_list(content)) WITH ORDINALITY AS e (item, ordinal)
    CROSS JOIN LATERAL jsonb_to_record(e.item) AS i (id text, record_type text, status text, system text, code text, display text, text text,
      value jsonb, unit text, unit_code text, effective text, interpretation text, components jsonb, note text)
    CROSS JOIN LATERAL (SELECT jsonb_typeof(i.value) = 'object' AND i.value ?| ARRAY['system', 'code', 'display'] AS coded) AS c
$$;
COMMENT ON FUNCTION fhir.read_observations(text, record_type) IS 'A record''s items as the columns of ehr_observations.';

CREATE FUNCTION fhir.observation_item(o ehr_observations, record record_type) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
           'id', o.id, 'record_type', nullif(o.record_type, record), 'status', o.status,
           'system', o.code_system, 'code', o.code, 'display', o.code_display, 'text', o.code_text, 'effective', o.effective_at,
           'value', CASE WHEN o.value_number IS NOT NULL THEN to_jsonb(o.value_number)
                         WHEN coalesce(o.value_code, o.value_code_display) IS NOT NULL
                         THEN jsonb_build_object('system', o.value_code_system, 'code', o.value_code, 'display', o.value_code_display)
                         ELSE to_jsonb(o.value_text) END,
           'unit', o.value_unit, 'unit_code', o.value_unit_code, 'interpretation', o.interpretation, 'components', o.components, 'note', o.note))
         || coalesce(o.item_residual, '{}')
$$;
COMMENT ON FUNCTION fhir.observation_item(ehr_observations, record_type) IS 'One observation as an item of a record of the given type.';

CREATE FUNCTION fhir.record_content(former text, items jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  document jsonb := CASE WHEN former ~ '^\s*{' THEN fhir.json_or_null(former) END;
BEGIN
  RETURN CASE WHEN document ? 'observations' THEN document ELSE '{}' END || jsonb_build_object('observations', items);
END
$$;
COMMENT ON FUNCTION fhir.record_content(text, jsonb) IS 'Content with these items; what else stood beside "observations" stays.';

-- From observations to records -----------------------------------------------------------------------------------------

CREATE FUNCTION fhir.place_observation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  generated record;
  shared uuid;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    NEW.record_id := NULL;
    NEW.ordinal := NULL;
  END IF;
  IF NEW.record_id IS NULL AND NEW.appointment_id IS NOT NULL THEN
    -- A fixed id, so that all rows of a statement, and concurrent writers, mean the same new record.
    shared := md5('electronic_health_records of appointment ' || NEW.appointment_id)::uuid;
    SELECT e.id, e.patient_id, e.record_type INTO generated FROM public.electronic_health_records e
      WHERE e.id = shared OR (e.appointment_id = NEW.appointment_id AND NOT e.is_deleted) ORDER BY e.is_deleted LIMIT 1;
    IF FOUND THEN
      IF generated.patient_id = NEW.patient_id AND generated.record_type IN ('vital', 'lab') THEN
        NEW.record_id := generated.id;
      END IF;
    ELSIF EXISTS (SELECT FROM public.appointments a WHERE a.id = NEW.appointment_id AND a.patient_id = NEW.patient_id) THEN
      NEW.record_id := shared;
    END IF;
  END IF;
  IF NEW.record_id IS NULL THEN
    NEW.record_id := gen_random_uuid();
    NEW.ordinal := coalesce(NEW.ordinal, 1);
  ELSIF NEW.ordinal IS NULL THEN
    NEW.ordinal := (SELECT coalesce(max(o.ordinal), 0) + 1 FROM public.ehr_observations o WHERE o.record_id = NEW.record_id);
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION fhir.place_observation() IS 'Gives an observation its record and its place there.';

CREATE FUNCTION fhir.make_records(observations uuid[]) RETURNS uuid[] LANGUAGE plpgsql
SET enable_nestloop = on SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  others uuid[];
BEGIN
  -- The appointment may have a record already; then the new one goes without it.
  FOR with_appointment IN REVERSE 1..0 LOOP
    WITH made AS (
      INSERT INTO public.electronic_health_records (id, patient_id, author_id, appointment_id, record_type, visibility, created_at, is_deleted, deleted_at, content)
      SELECT f.record_id, f.patient_id, f.author_id, CASE with_appointment WHEN 1 THEN f.appointment_id END, f.record_type, s.visibility, s.created_at,
             s.items IS NULL, s.deleted_at, jsonb_build_object('observations', coalesce(s.items, '[]'))::text
        FROM (SELECT DISTINCT ON (o.record_id) o.record_id, o.patient_id, o.author_id, o.appointment_id, o.record_type
                FROM unnest(observations) AS t (id) JOIN public.ehr_observations o ON o.id = t.id
                WHERE with_appointment = 1 OR o.record_id = ANY (others) ORDER BY o.record_id, o.ordinal, o.id) AS f
        CROSS JOIN LATERAL (
          SELECT max(o.visibility) AS visibility, min(o.created_at) AS created_at,
                 CASE WHEN bool_and(o.is_deleted) THEN max(o.deleted_at) END AS deleted_at,
                 jsonb_agg(fhir.observation_item(o, f.record_type) ORDER BY o.ordinal, o.id) FILTER (WHERE NOT o.is_deleted) AS items
            FROM public.ehr_observations o WHERE o.record_id = f.record_id) AS s
      ON CONFLICT DO NOTHING
      RETURNING id)
    SELECT coalesce(array_agg(DISTINCT o.record_id), '{}') INTO others
      FROM unnest(observations) AS t (id) JOIN public.ehr_observations o ON o.id = t.id
      WHERE o.record_id NOT IN (SELECT m.id FROM made m) AND (with_appointment = 1 OR o.record_id = ANY (others));
    EXIT WHEN others = '{}';
  END LOOP;
  RETURN others;
END
$$;
COMMENT ON FUNCTION fhir.make_records(uuid[]) IS 'Creates the records of these observations; returns those that were there before.';
REVOKE ALL ON FUNCTION fhir.make_records(uuid[]) FROM PUBLIC;

CREATE FUNCTION fhir.settle_records(touched uuid[]) RETURNS void LANGUAGE plpgsql
SET enable_nestloop = on SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  -- Locked first: what a concurrent writer added is then seen by the statement that rebuilds.
  PERFORM FROM public.electronic_health_records e WHERE e.id = ANY (touched) ORDER BY e.id FOR NO KEY UPDATE;
  IF EXISTS (SELECT FROM unnest(touched) AS t (id) JOIN public.electronic_health_records e ON e.id = t.id
               JOIN public.ehr_observations o ON o.record_id = e.id
               WHERE o.patient_id <> e.patient_id OR e.record_type NOT IN ('vital', 'lab')) THEN
    RAISE EXCEPTION 'ehr_observations.record_id: a vital or lab record of the same patient is needed' USING ERRCODE = 'FH007';
  END IF;
  UPDATE public.electronic_health_records e
    SET content = CASE WHEN i.items IS NULL THEN e.content ELSE fhir.record_content(e.content, i.items) END,
        is_deleted = i.items IS NULL,
        author_id = CASE WHEN i.authors = 1 THEN i.author_id ELSE e.author_id END,
        visibility = coalesce(i.visibility, e.visibility)
    FROM (SELECT r.id, s.* FROM public.electronic_health_records r
            CROSS JOIN LATERAL (
              SELECT jsonb_agg(fhir.observation_item(o, r.record_type) ORDER BY o.ordinal, o.id) AS items, max(o.visibility) AS visibility,
                     count(DISTINCT coalesce(o.author_id::text, '')) AS authors, (array_agg(o.author_id))[1] AS author_id
                FROM public.ehr_observations o WHERE o.record_id = r.id AND NOT o.is_deleted) AS s
            WHERE r.id = ANY (touched)) AS i
    WHERE e.id = i.id;
END
$$;
COMMENT ON FUNCTION fhir.settle_records(uuid[]) IS
  'Makes these records say what their observations say; those without an observation left are soft-deleted.';
REVOKE ALL ON FUNCTION fhir.settle_records(uuid[]) FROM PUBLIC;

CREATE FUNCTION fhir.observations_to_records() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $$
DECLARE
  touched uuid[] := '{}';
BEGIN
  PERFORM set_config('hv.syncing', 'ehr_observations', true);
  IF TG_OP = 'INSERT' THEN
    touched := fhir.make_records(ARRAY(SELECT n.id FROM new_rows n));
  ELSIF TG_OP = 'UPDATE' THEN
    IF EXISTS (SELECT FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.record_id <> o.record_id) THEN
      touched := fhir.make_records(ARRAY(SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.record_id <> o.record_id));
    END IF;
    touched := ARRAY(SELECT unnest(touched)
                     UNION SELECT o.record_id FROM new_rows n JOIN old_rows o ON o.id = n.id
                             WHERE n.version_id <> o.version_id OR n.ordinal <> o.ordinal);
  ELSE
    touched := ARRAY(SELECT DISTINCT o.record_id FROM old_rows o);
  END IF;
  IF touched <> '{}' THEN
    PERFORM fhir.settle_records(touched);
  END IF;
  PERFORM set_config('hv.syncing', '', true);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.observations_to_records() IS 'After a write of observations: their records follow.';

CREATE TRIGGER place_on_insert BEFORE INSERT ON ehr_observations FOR EACH ROW
  WHEN (NEW.record_id IS NULL OR NEW.ordinal IS NULL) EXECUTE FUNCTION fhir.place_observation();
CREATE TRIGGER place_on_update BEFORE UPDATE ON ehr_observations FOR EACH ROW
  WHEN (coalesce(current_setting('hv.syncing', true), '') = ''
        AND (NEW.patient_id <> OLD.patient_id OR NEW.appointment_id IS DISTINCT FROM OLD.appointment_id))
  EXECUTE FUNCTION fhir.place_observation();
CREATE TRIGGER sync_on_insert AFTER INSERT ON ehr_observations REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (coalesce(current_setting('hv.syncing', true), '') = '') EXECUTE FUNCTION fhir.observations_to_records();
CREATE TRIGGER sync_on_update AFTER UPDATE ON ehr_observations REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (coalesce(current_setting('hv.syncing', true), '') = '') EXECUTE FUNCTION fhir.observations_to_records();
CREATE TRIGGER sync_on_delete AFTER DELETE ON ehr_observations REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
  EXECUTE FUNCTION fhir.observations_to_records();

-- From records to observations -----------------------------------------------------------------------------------------

CREATE FUNCTION fhir.new_records_to_observations() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
SET enable_seqscan = off AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM new_rows n WHERE n.record_type IN ('vital', 'lab') AND NOT n.is_deleted) THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('hv.syncing', 'electronic_health_records', true);
  INSERT INTO public.ehr_observations (id, record_id, ordinal, patient_id, author_id, appointment_id, record_type, visibility, status,
      code_system, code, code_display, code_text, effective_at, value_number, value_unit, value_unit_code, value_text,
      value_code_system, value_code, value_code_display, interpretation, components, note, item_residual)
    SELECT coalesce(i.own_id, gen_random_uuid()), i.record_id, i.ordinal, i.patient_id, i.author_id, i.appointment_id, i.record_type, i.visibility,
           i.status, i.code_system, i.code, i.code_display, i.code_text, coalesce(i.effective_at, i.record_time), i.value_number,
           i.value_unit, i.value_unit_code, i.value_text, i.value_code_system, i.value_code, i.value_code_display, i.interpretation,
           i.components, i.note,
           CASE WHEN i.own_id IS NULL AND i.item ? 'id' THEN coalesce(i.item_residual, '{}') || jsonb_build_object('id', i.item -> 'id')
                ELSE i.item_residual END
      FROM (SELECT n.id AS record_id, n.patient_id, n.author_id, n.appointment_id, n.visibility, n.created_at AS record_time, r.*,
                   -- The item's own id serves when it is a uuid that no other observation has.
                   CASE WHEN row_number() OVER (PARTITION BY r.given_key ORDER BY n.id, r.ordinal) = 1
                         AND (SELECT taken.id FROM public.ehr_observations taken WHERE taken.id = r.given_key) IS NULL
                        THEN r.given_key END AS own_id
              FROM new_rows n CROSS JOIN LATERAL fhir.read_observations(n.content, n.record_type) AS r
              WHERE n.record_type IN ('vital', 'lab') AND NOT n.is_deleted) AS i;
  PERFORM set_config('hv.syncing', '', true);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.new_records_to_observations() IS 'After an INSERT of vital and lab records: one observation for each item.';

CREATE FUNCTION fhir.follow_record(n electronic_health_records, o electronic_health_records) RETURNS void LANGUAGE plpgsql
SET enable_nestloop = on SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  is_same CONSTANT boolean := (n.author_id, n.visibility, n.appointment_id) IS NOT DISTINCT FROM (o.author_id, o.visibility, o.appointment_id);
BEGIN
  MERGE INTO public.ehr_observations AS t
  USING (
    WITH item AS MATERIALIZED (SELECT * FROM fhir.read_observations(n.content, n.record_type) WHERE NOT n.is_deleted),
    former AS MATERIALIZED (
      SELECT e.id, e.ordinal, e.is_deleted, lower(e.item_residual ->> 'id') AS foreign_id, fhir.observation_item(e, n.record_type)::text AS written
        FROM public.ehr_observations e WHERE e.record_id = n.id),
    by_id AS MATERIALIZED (
      SELECT DISTINCT ON (f.id) i.ordinal, f.id FROM item i JOIN former f ON i.given_key = f.id OR i.given_id = f.foreign_id
        ORDER BY f.id, i.ordinal),
    by_place AS MATERIALIZED (
      SELECT DISTINCT ON (i.ordinal) i.ordinal, f.id
        FROM item i JOIN former f ON f.ordinal = i.ordinal AND (NOT f.is_deleted OR o.is_deleted)
        WHERE i.given_id IS NULL AND f.id NOT IN (SELECT b.id FROM by_id b)
        ORDER BY i.ordinal, f.is_deleted, f.id),
    known AS MATERIALIZED (SELECT DISTINCT ON (k.ordinal) k.ordinal, k.id FROM (TABLE by_id UNION ALL TABLE by_place) AS k ORDER BY k.ordinal, k.id),
    wanted AS MATERIALIZED (
      SELECT i.*, k.id AS known_id,
             CASE WHEN k.id IS NULL AND row_number() OVER (PARTITION BY i.given_key ORDER BY i.ordinal) = 1
                   AND (SELECT taken.id FROM public.ehr_observations taken WHERE taken.id = i.given_key) IS NULL
                  THEN i.given_key END AS own_id
        FROM item i LEFT JOIN known k ON k.ordinal = i.ordinal)
    -- Each item with the row it had, then each row that has no item any more.
    SELECT w.known_id AS row_id, w.own_id, false AS gone, coalesce(f.written = w.item::text AND NOT f.is_deleted, false) AS unchanged,
           w.ordinal, w.record_type, w.status, w.code_system, w.code, w.code_display, w.code_text, w.effective_at,
           w.value_number, w.value_unit, w.value_unit_code, w.value_text, w.value_code_system, w.value_code, w.value_code_display,
           w.interpretation, w.components, w.note, w.item ? 'status' AS says_status,
           CASE WHEN w.item ? 'id' AND w.given_id IS DISTINCT FROM coalesce(w.known_id, w.own_id)::text
                THEN coalesce(w.item_residual, '{}') || jsonb_build_object('id', w.item -> 'id') ELSE w.item_residual END AS item_residual
      FROM wanted w LEFT JOIN former f ON f.id = w.known_id
    UNION ALL
    SELECT f.id, NULL, true, false, f.ordinal, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, NULL, false, NULL
      FROM former f WHERE NOT f.is_deleted AND f.id NOT IN (SELECT k.id FROM known k)
  ) AS s ON t.id = s.row_id
  WHEN MATCHED AND s.gone THEN UPDATE SET is_deleted = true
  WHEN MATCHED AND s.unchanged AND is_same AND t.ordinal = s.ordinal THEN DO NOTHING
  WHEN MATCHED THEN UPDATE SET
    ordinal = s.ordinal,
    author_id = CASE WHEN t.author_id IS NOT DISTINCT FROM o.author_id THEN n.author_id ELSE t.author_id END,
    visibility = CASE WHEN t.visibility = o.visibility THEN n.visibility ELSE t.visibility END,
    appointment_id = CASE WHEN t.appointment_id IS NOT DISTINCT FROM o.appointment_id THEN n.appointment_id ELSE t.appointment_id END,
    record_type = s.record_type, status = CASE WHEN s.says_status THEN s.status ELSE t.status END,
    code_system = s.code_system, code = s.code, code_display = s.code_display, code_text = s.code_text,
    effective_at = coalesce(s.effective_at, t.effective_at), value_number = s.value_number, value_unit = s.value_unit,
    value_unit_code = s.value_unit_code, value_text = CASE WHEN s.unchanged THEN t.value_text ELSE s.value_text END,
    value_code_system = s.value_code_system, value_code = s.value_code, value_code_display = s.value_code_display,
    interpretation = s.interpretation, components = CASE WHEN s.unchanged THEN t.components ELSE s.components END, note = s.note,
    item_residual = s.item_residual, is_deleted = false
  WHEN NOT MATCHED THEN INSERT (id, record_id, ordinal, patient_id, author_id, appointment_id, record_type, visibility, status, code_system,
      code, code_display, code_text, effective_at, value_number, value_unit, value_unit_code, value_text, value_code_system, value_code,
      value_code_display, interpretation, components, note, item_residual)
    VALUES (coalesce(s.own_id, gen_random_uuid()), n.id, s.ordinal, n.patient_id, n.author_id, n.appointment_id, s.record_type, n.visibility,
      s.status, s.code_system, s.code, s.code_display, s.code_text, coalesce(s.effective_at, n.created_at), s.value_number, s.value_unit,
      s.value_unit_code, s.value_text, s.value_code_system, s.value_code, s.value_code_display, s.interpretation, s.components, s.note,
      s.item_residual);
END
$$;
COMMENT ON FUNCTION fhir.follow_record(electronic_health_records, electronic_health_records) IS
  'Makes the observations of a vital or lab record, now n and formerly o, say what it says: items that are new, changed or gone are followed, by id, else by place; what the record says of all its items flows to those that had it from there.';
REVOKE ALL ON FUNCTION fhir.follow_record(electronic_health_records, electronic_health_records) FROM PUBLIC;

CREATE FUNCTION fhir.records_to_observations() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $$
DECLARE
  pair record;
  now_row public.electronic_health_records;
  former_row public.electronic_health_records;
BEGIN
  PERFORM set_config('hv.syncing', 'electronic_health_records', true);
  FOR pair IN
    SELECT n AS now_row, o AS former_row FROM new_rows n JOIN old_rows o ON o.id = n.id
      WHERE n.version_id <> o.version_id AND n.record_type IN ('vital', 'lab') ORDER BY n.id
  LOOP
    now_row := pair.now_row;
    former_row := pair.former_row;
    PERFORM fhir.follow_record(now_row, former_row);
  END LOOP;
  PERFORM set_config('hv.syncing', '', true);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.records_to_observations() IS 'After an UPDATE of vital and lab records: their observations follow.';

CREATE TRIGGER sync_on_insert AFTER INSERT ON electronic_health_records REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (coalesce(current_setting('hv.syncing', true), '') = '') EXECUTE FUNCTION fhir.new_records_to_observations();
CREATE TRIGGER sync_on_update AFTER UPDATE ON electronic_health_records REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (coalesce(current_setting('hv.syncing', true), '') = '') EXECUTE FUNCTION fhir.records_to_observations();
