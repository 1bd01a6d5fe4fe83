-- prescriptions.medications and prescription_medications say the same; whichever is written, the other follows.
-- The rules are those of 009.

CREATE FUNCTION fhir.read_medications(medications jsonb) RETURNS TABLE (
  ordinal integer, item jsonb, given_id text, given_key uuid, drug_name text, drug_code_system text, drug_code text, dose text, frequency text,
  duration text, notes text, status text, intent text, item_residual jsonb)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT e.ordinal::integer, e.item, lower(i.id),
         CASE WHEN i.id ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN i.id::uuid END,
         i.drug_name, i.drug_code_system, i.drug_code, i.dose, i.frequency, i.duration, i.notes,
         CASE WHEN i.status IS NULL THEN 'active'
              WHEN i.status IN ('active', 'on-hold', 'cancelled', 'completed', 'entered-in-error', 'stopped', 'draft') THEN i.status
              ELSE 'unknown' END,
         CASE WHEN i.intent IN ('proposal', 'plan', 'original-order', 'reflex-order', 'filler-order', 'instance-order', 'option') THEN i.intent
              ELSE 'order' END,
         nullif(e.item - ARRAY['id', 'drug_name', 'drug_code_system', 'drug_code', 'dose', 'frequency', 'duration', 'notes', 'status', 'intent'], '{}')
    FROM jsonb_array_elements(medications) WITH ORDINALITY AS e (item, ordinal)
    CROSS JOIN LATERAL jsonb_to_record(e.item) AS i (id text, drug_name text, drug_code_system text, drug_code text, dose text, frequency text,
      duration text, notes text, status text, intent text)
$$;
COMMENT ON FUNCTION fhir.read_medications(jsonb) IS 'A prescription''s items as the columns of prescription_medications.';

CREATE FUNCTION fhir.medication_item(m prescription_medications) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object(
           'id', m.id, 'drug_name', m.drug_name, 'drug_code_system', m.drug_code_system, 'drug_code', m.drug_code, 'dose', m.dose,
           'frequency', m.frequency, 'duration', m.duration, 'notes', m.notes, 'status', m.status, 'intent', nullif(m.intent, 'order')))
         || coalesce(m.item_residual, '{}')
$$;
COMMENT ON FUNCTION fhir.medication_item(prescription_medications) IS 'One medication as an item of a prescription.';

-- From medications to prescriptions ------------------------------------------------------------------------------------

CREATE FUNCTION fhir.place_medication() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  former uuid;
  found_id uuid;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.patient_id = OLD.patient_id AND NEW.doctor_id = OLD.doctor_id
       AND (NEW.group_identifier_value IS NULL OR NEW.group_identifier_value = 'urn:uuid:' || OLD.prescription_id) THEN
      RETURN NEW;
    END IF;
    former := OLD.prescription_id;
    NEW.prescription_id := NULL;
  END IF;
  IF NEW.prescription_id IS NULL AND NEW.group_identifier_value IS NOT NULL THEN
    IF NEW.group_identifier_value ~ '^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN
      SELECT p.id INTO found_id FROM public.prescriptions p
        WHERE p.id = substr(NEW.group_identifier_value, 10)::uuid AND p.patient_id = NEW.patient_id AND p.doctor_id = NEW.doctor_id;
    END IF;
    IF found_id IS NULL THEN
      SELECT m.prescription_id INTO found_id FROM public.prescription_medications m
        WHERE m.group_identifier_value = NEW.group_identifier_value AND m.patient_id = NEW.patient_id AND m.doctor_id = NEW.doctor_id
          AND m.group_identifier_system IS NOT DISTINCT FROM NEW.group_identifier_system AND m.id <> NEW.id
        ORDER BY m.is_deleted, m.created_at LIMIT 1;
    END IF;
    IF found_id IS NULL THEN
      -- A fixed id, so that all rows of a statement, and concurrent writers, mean the same new prescription.
      found_id := md5(jsonb_build_array('prescription', NEW.patient_id, NEW.doctor_id, NEW.group_identifier_system, NEW.group_identifier_value)::text)::uuid;
    END IF;
    IF NOT EXISTS (SELECT FROM public.prescriptions p
                     WHERE p.id = found_id AND (p.patient_id <> NEW.patient_id OR p.doctor_id <> NEW.doctor_id)) THEN
      NEW.prescription_id := found_id;
    END IF;
  END IF;
  IF NEW.prescription_id IS NULL THEN
    NEW.prescription_id := gen_random_uuid();
    NEW.ordinal := CASE WHEN former IS NULL THEN coalesce(NEW.ordinal, 1) ELSE 1 END;
  ELSIF NEW.ordinal IS NULL OR NEW.prescription_id <> former THEN
    NEW.ordinal := (SELECT coalesce(max(m.ordinal), 0) + 1 FROM public.prescription_medications m WHERE m.prescription_id = NEW.prescription_id);
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION fhir.place_medication() IS
  'Gives a medication its prescription, by patient, doctor and group identifier, and its place there.';

CREATE FUNCTION fhir.make_prescriptions(medications uuid[]) RETURNS uuid[] LANGUAGE plpgsql
SET enable_nestloop = on SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  others uuid[];
BEGIN
  WITH made AS (
    INSERT INTO public.prescriptions (id, ehr_id, appointment_id, patient_id, doctor_id, issued_at, expires_at, signed_by, created_at,
                                      is_deleted, deleted_at, medications)
    SELECT f.prescription_id, f.ehr_id, f.appointment_id, f.patient_id, f.doctor_id, f.issued, CASE WHEN f.expires_at > f.issued THEN f.expires_at END,
           f.signed_by, s.created_at, s.items IS NULL, s.deleted_at, coalesce(s.items, '[]')
      FROM (SELECT DISTINCT ON (m.prescription_id) m.*, coalesce(m.issued_at, m.created_at) AS issued
              FROM unnest(medications) AS t (id) JOIN public.prescription_medications m ON m.id = t.id
              ORDER BY m.prescription_id, m.ordinal, m.id) AS f
      CROSS JOIN LATERAL (
        SELECT min(m.created_at) AS created_at, CASE WHEN bool_and(m.is_deleted) THEN max(m.deleted_at) END AS deleted_at,
               jsonb_agg(fhir.medication_item(m) ORDER BY m.ordinal, m.id) FILTER (WHERE NOT m.is_deleted) AS items
          FROM public.prescription_medications m WHERE m.prescription_id = f.prescription_id) AS s
    ON CONFLICT (id) DO NOTHING
    RETURNING id)
  SELECT coalesce(array_agg(DISTINCT m.prescription_id), '{}') INTO others
    FROM unnest(medications) AS t (id) JOIN public.prescription_medications m ON m.id = t.id
    WHERE m.prescription_id NOT IN (SELECT n.id FROM made n);
  RETURN others;
END
$$;
COMMENT ON FUNCTION fhir.make_prescriptions(uuid[]) IS 'Creates the prescriptions of these medications; returns those that were there before.';
REVOKE ALL ON FUNCTION fhir.make_prescriptions(uuid[]) FROM PUBLIC;

CREATE FUNCTION fhir.settle_prescriptions(touched uuid[]) RETURNS void LANGUAGE plpgsql
SET enable_nestloop = on SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  PERFORM FROM public.prescriptions p WHERE p.id = ANY (touched) ORDER BY p.id FOR NO KEY UPDATE;
  IF EXISTS (SELECT FROM unnest(touched) AS t (id) JOIN public.prescriptions p ON p.id = t.id
               JOIN public.prescription_medications m ON m.prescription_id = p.id WHERE m.patient_id <> p.patient_id) THEN
    RAISE EXCEPTION 'prescription_medications.prescription_id: a prescription of the same patient is needed' USING ERRCODE = 'FH007';
  END IF;
  -- What all items agree on is what the prescription says.
  UPDATE public.prescriptions p
    SET medications = coalesce(i.items, p.medications),
        is_deleted = i.items IS NULL,
        issued_at = CASE WHEN i.issues = 1 AND i.expires_at <= i.issued_at IS NOT TRUE THEN coalesce(i.issued_at, p.issued_at) ELSE p.issued_at END,
        expires_at = CASE WHEN i.expiries = 1 THEN CASE WHEN i.expires_at > coalesce(i.issued_at, p.issued_at) THEN i.expires_at END
                          WHEN p.expires_at > coalesce(i.issued_at, p.issued_at) THEN p.expires_at END,
        signed_by = CASE WHEN i.signers = 1 THEN i.signed_by ELSE p.signed_by END,
        ehr_id = CASE WHEN i.records = 1 THEN i.ehr_id ELSE p.ehr_id END,
        appointment_id = CASE WHEN i.appointments = 1 THEN i.appointment_id ELSE p.appointment_id END
    FROM (SELECT r.id, s.* FROM public.prescriptions r
            CROSS JOIN LATERAL (
              SELECT jsonb_agg(fhir.medication_item(m) ORDER BY m.ordinal, m.id) AS items,
                     count(DISTINCT coalesce(m.issued_at, '-infinity')) AS issues, max(m.issued_at) AS issued_at,
                     count(DISTINCT coalesce(m.expires_at, '-infinity')) AS expiries, max(m.expires_at) AS expires_at,
                     count(DISTINCT coalesce(m.signed_by::text, '')) AS signers, (array_agg(m.signed_by))[1] AS signed_by,
                     count(DISTINCT coalesce(m.ehr_id::text, '')) AS records, (array_agg(m.ehr_id))[1] AS ehr_id,
                     count(DISTINCT coalesce(m.appointment_id::text, '')) AS appointments, (array_agg(m.appointment_id))[1] AS appointment_id
                FROM public.prescription_medications m WHERE m.prescription_id = r.id AND NOT m.is_deleted) AS s
            WHERE r.id = ANY (touched)) AS i
    WHERE p.id = i.id;
END
$$;
COMMENT ON FUNCTION fhir.settle_prescriptions(uuid[]) IS
  'Makes these prescriptions say what their medications say; those without a medication left are soft-deleted.';
REVOKE ALL ON FUNCTION fhir.settle_prescriptions(uuid[]) FROM PUBLIC;

CREATE FUNCTION fhir.medications_to_prescriptions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $$
DECLARE
  touched uuid[] := '{}';
BEGIN
  PERFORM set_config('hv.syncing', 'prescription_medications', true);
  IF TG_OP = 'INSERT' THEN
    touched := fhir.make_prescriptions(ARRAY(SELECT n.id FROM new_rows n));
  ELSIF TG_OP = 'UPDATE' THEN
    IF EXISTS (SELECT FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.prescription_id <> o.prescription_id) THEN
      touched := fhir.make_prescriptions(ARRAY(SELECT n.id FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.prescription_id <> o.prescription_id));
    END IF;
    touched := ARRAY(SELECT unnest(touched)
                     UNION SELECT o.prescription_id FROM new_rows n JOIN old_rows o ON o.id = n.id
                             WHERE n.version_id <> o.version_id OR n.ordinal <> o.ordinal);
  ELSE
    touched := ARRAY(SELECT DISTINCT o.prescription_id FROM old_rows o);
  END IF;
  IF touched <> '{}' THEN
    PERFORM fhir.settle_prescriptions(touched);
  END IF;
  PERFORM set_config('hv.syncing', '', true);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.medications_to_prescriptions() IS 'After a write of medications: their prescriptions follow.';

CREATE TRIGGER place_on_insert BEFORE INSERT ON prescription_medications FOR EACH ROW
  WHEN (NEW.prescription_id IS NULL OR NEW.ordinal IS NULL) EXECUTE FUNCTION fhir.place_medication();
CREATE TRIGGER place_on_update BEFORE UPDATE ON prescription_medications FOR EACH ROW
  WHEN (coalesce(current_setting('hv.syncing', true), '') = ''
        AND (NEW.patient_id <> OLD.patient_id OR NEW.doctor_id <> OLD.doctor_id
             OR NEW.group_identifier_system IS DISTINCT FROM OLD.group_identifier_system
             OR NEW.group_identifier_value IS DISTINCT FROM OLD.group_identifier_value))
  EXECUTE FUNCTION fhir.place_medication();
CREATE TRIGGER sync_on_insert AFTER INSERT ON prescription_medications REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (coalesce(current_setting('hv.syncing', true), '') = '') EXECUTE FUNCTION fhir.medications_to_prescriptions();
CREATE TRIGGER sync_on_update AFTER UPDATE ON prescription_medications REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (coalesce(current_setting('hv.syncing', true), '') = '') EXECUTE FUNCTION fhir.medications_to_prescriptions();
CREATE TRIGGER sync_on_delete AFTER DELETE ON prescription_medications REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
  EXECUTE FUNCTION fhir.medications_to_prescriptions();

-- From prescriptions to medications ------------------------------------------------------------------------------------

CREATE FUNCTION fhir.new_prescriptions_to_medications() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET enable_seqscan = off AS $$
BEGIN
  PERFORM set_config('hv.syncing', 'prescriptions', true);
  INSERT INTO public.prescription_medications (id, prescription_id, ordinal, patient_id, doctor_id, ehr_id, appointment_id, issued_at, expires_at,
      signed_by, drug_name, drug_code_system, drug_code, dose, frequency, duration, notes, status, intent, item_residual,
      group_identifier_system, group_identifier_value)
    SELECT coalesce(i.own_id, gen_random_uuid()), i.prescription_id, i.ordinal, i.patient_id, i.doctor_id, i.ehr_id, i.appointment_id, i.issued_at,
           i.expires_at, i.signed_by, i.drug_name, i.drug_code_system, i.drug_code, i.dose, i.frequency, i.duration, i.notes, i.status,
           i.intent,
           CASE WHEN i.own_id IS NULL AND i.item ? 'id' THEN coalesce(i.item_residual, '{}') || jsonb_build_object('id', i.item -> 'id')
                ELSE i.item_residual END,
           'urn:ietf:rfc:3986', 'urn:uuid:' || i.prescription_id
      FROM (SELECT n.id AS prescription_id, n.patient_id, n.doctor_id, n.ehr_id, n.appointment_id, n.issued_at, n.expires_at, n.signed_by, r.*,
                   CASE WHEN row_number() OVER (PARTITION BY r.given_key ORDER BY n.id, r.ordinal) = 1
                         AND (SELECT taken.id FROM public.prescription_medications taken WHERE taken.id = r.given_key) IS NULL
                        THEN r.given_key END AS own_id
              FROM new_rows n CROSS JOIN LATERAL fhir.read_medications(n.medications) AS r
              WHERE NOT n.is_deleted) AS i;
  PERFORM set_config('hv.syncing', '', true);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.new_prescriptions_to_medications() IS 'After an INSERT of prescriptions: one row for each medication.';

CREATE FUNCTION fhir.follow_prescription(n prescriptions, o prescriptions) RETURNS void LANGUAGE plpgsql
SET enable_nestloop = on SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  is_same CONSTANT boolean := (n.patient_id, n.doctor_id, n.ehr_id, n.appointment_id, n.issued_at, n.expires_at, n.signed_by)
    IS NOT DISTINCT FROM (o.patient_id, o.doctor_id, o.ehr_id, o.appointment_id, o.issued_at, o.expires_at, o.signed_by);
  sibling record;
BEGIN
  -- A new item is of the group of its siblings; else of the prescription's own.
  SELECT m.group_identifier_system AS system, m.group_identifier_value AS value INTO sibling FROM public.prescription_medications m
    WHERE m.prescription_id = n.id AND m.group_identifier_value IS NOT NULL ORDER BY m.is_deleted, m.ordinal LIMIT 1;
  IF NOT FOUND THEN
    SELECT 'urn:ietf:rfc:3986' AS system, 'urn:uuid:' || n.id AS value INTO sibling;
  END IF;
  MERGE INTO public.prescription_medications AS t
  USING (
    WITH item AS MATERIALIZED (SELECT * FROM fhir.read_medications(n.medications) WHERE NOT n.is_deleted),
    former AS MATERIALIZED (
      SELECT m.id, m.ordinal, m.is_deleted, lower(m.item_residual ->> 'id') AS foreign_id, fhir.medication_item(m)::text AS written
        FROM public.prescription_medications m WHERE m.prescription_id = n.id),
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
                   AND (SELECT taken.id FROM public.prescription_medications taken WHERE taken.id = i.given_key) IS NULL
                  THEN i.given_key END AS own_id
        FROM item i LEFT JOIN known k ON k.ordinal = i.ordinal)
    -- Each item with the row it had, then each row that has no item any more.
    SELECT w.known_id AS row_id, w.own_id, false AS gone, coalesce(f.written = w.item::text AND NOT f.is_deleted, false) AS unchanged,
           w.ordinal, w.drug_name, w.drug_code_system, w.drug_code, w.dose, w.frequency, w.duration, w.notes, w.status, w.intent,
           w.item ? 'status' AS says_status, w.item ? 'intent' AS says_intent,
           CASE WHEN w.item ? 'id' AND w.given_id IS DISTINCT FROM coalesce(w.known_id, w.own_id)::text
                THEN coalesce(w.item_residual, '{}') || jsonb_build_object('id', w.item -> 'id') ELSE w.item_residual END AS item_residual
      FROM wanted w LEFT JOIN former f ON f.id = w.known_id
    UNION ALL
    SELECT f.id, NULL, true, false, f.ordinal, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, false, NULL
      FROM former f WHERE NOT f.is_deleted AND f.id NOT IN (SELECT k.id FROM known k)
  ) AS s ON t.id = s.row_id
  WHEN MATCHED AND s.gone THEN UPDATE SET is_deleted = true
  WHEN MATCHED AND s.unchanged AND is_same AND t.ordinal = s.ordinal THEN DO NOTHING
  WHEN MATCHED THEN UPDATE SET
    ordinal = s.ordinal, patient_id = n.patient_id,
    doctor_id = CASE WHEN t.doctor_id = o.doctor_id THEN n.doctor_id ELSE t.doctor_id END,
    ehr_id = CASE WHEN t.ehr_id IS NOT DISTINCT FROM o.ehr_id THEN n.ehr_id ELSE t.ehr_id END,
    appointment_id = CASE WHEN t.appointment_id IS NOT DISTINCT FROM o.appointment_id THEN n.appointment_id ELSE t.appointment_id END,
    -- Dates are the prescription's: a new one holds for all its items.
    issued_at = CASE WHEN n.issued_at <> o.issued_at THEN n.issued_at ELSE t.issued_at END,
    expires_at = CASE WHEN n.expires_at IS DISTINCT FROM o.expires_at THEN n.expires_at ELSE t.expires_at END,
    signed_by = CASE WHEN t.signed_by IS NOT DISTINCT FROM o.signed_by THEN n.signed_by ELSE t.signed_by END,
    drug_name = s.drug_name, drug_code_system = s.drug_code_system, drug_code = s.drug_code, dose = s.dose, frequency = s.frequency,
    duration = s.duration, notes = s.notes, status = CASE WHEN s.says_status THEN s.status ELSE t.status END,
    intent = CASE WHEN s.says_intent THEN s.intent ELSE t.intent END, item_residual = s.item_residual,
    is_deleted = false
  WHEN NOT MATCHED THEN INSERT (id, prescription_id, ordinal, patient_id, doctor_id, ehr_id, appointment_id, issued_at, expires_at, signed_by,
      drug_name, drug_code_system, drug_code, dose, frequency, duration, notes, status, intent, item_residual,
      group_identifier_system, group_identifier_value)
    VALUES (coalesce(s.own_id, gen_random_uuid()), n.id, s.ordinal, n.patient_id, n.doctor_id, n.ehr_id, n.appointment_id, n.issued_at,
      n.expires_at, n.signed_by, s.drug_name, s.drug_code_system, s.drug_code, s.dose, s.frequency, s.duration, s.notes, s.status, s.intent,
      s.item_residual,
      sibling.system, sibling.value);
END
$$;
COMMENT ON FUNCTION fhir.follow_prescription(prescriptions, prescriptions) IS
  'Makes the medications of a prescription, now n and formerly o, say what it says: items that are new, changed or gone are followed, by id, else by place; what the prescription says of all its items flows to them.';
REVOKE ALL ON FUNCTION fhir.follow_prescription(prescriptions, prescriptions) FROM PUBLIC;

CREATE FUNCTION fhir.prescriptions_to_medications() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $$
DECLARE
  pair record;
  now_row public.prescriptions;
  former_row public.prescriptions;
BEGIN
  PERFORM set_config('hv.syncing', 'prescriptions', true);
  FOR pair IN
    SELECT n AS now_row, o AS former_row FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.version_id <> o.version_id ORDER BY n.id
  LOOP
    now_row := pair.now_row;
    former_row := pair.former_row;
    PERFORM fhir.follow_prescription(now_row, former_row);
  END LOOP;
  PERFORM set_config('hv.syncing', '', true);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.prescriptions_to_medications() IS 'After an UPDATE of prescriptions: their medications follow.';

CREATE TRIGGER sync_on_insert AFTER INSERT ON prescriptions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (coalesce(current_setting('hv.syncing', true), '') = '') EXECUTE FUNCTION fhir.new_prescriptions_to_medications();
CREATE TRIGGER sync_on_update AFTER UPDATE ON prescriptions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (coalesce(current_setting('hv.syncing', true), '') = '') EXECUTE FUNCTION fhir.prescriptions_to_medications();
