-- A doctor's first role (doctor_roles, ordinal 1) and doctor_profile's specialties, clinic_hours and location say the
-- same; whichever is written, the other follows. Further roles of a doctor stand in doctor_roles only.

CREATE FUNCTION fhir.place_role() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- One writer at a time decides which role of a doctor is the first.
  PERFORM FROM public.doctor_profile d WHERE d.id = NEW.doctor_id FOR NO KEY UPDATE;
  NEW.ordinal := (SELECT CASE WHEN count(*) FILTER (WHERE r.ordinal = 1 AND NOT r.is_deleted) = 0 THEN 1 ELSE max(r.ordinal) + 1 END
                    FROM public.doctor_roles r WHERE r.doctor_id = NEW.doctor_id AND r.id <> NEW.id);
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION fhir.place_role() IS 'A role is its doctor''s first when the doctor has none.';

CREATE FUNCTION fhir.roles_to_doctors() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  touched uuid[];
BEGIN
  PERFORM set_config('hv.syncing', 'doctor_roles', true);
  IF TG_OP = 'INSERT' THEN
    touched := ARRAY(SELECT DISTINCT n.doctor_id FROM new_rows n WHERE n.ordinal = 1);
  ELSIF TG_OP = 'DELETE' THEN
    touched := ARRAY(SELECT DISTINCT o.doctor_id FROM old_rows o WHERE o.ordinal = 1);
  ELSE
    touched := ARRAY(SELECT n.doctor_id FROM new_rows n WHERE n.ordinal = 1 UNION SELECT o.doctor_id FROM old_rows o WHERE o.ordinal = 1);
  END IF;
  UPDATE public.doctor_profile d SET specialties = s.specialties, clinic_hours = s.clinic_hours, location = s.location
    FROM (SELECT t.id, r.specialties, r.clinic_hours, r.location
            FROM unnest(touched) AS t (id)
            LEFT JOIN public.doctor_roles r ON r.doctor_id = t.id AND r.ordinal = 1 AND NOT r.is_deleted) AS s
    WHERE d.id = s.id AND NOT d.is_deleted
      AND (d.specialties::text, d.clinic_hours::text, d.location) IS DISTINCT FROM (s.specialties::text, s.clinic_hours::text, s.location);
  PERFORM set_config('hv.syncing', '', true);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.roles_to_doctors() IS 'After a write of first roles: their doctors show it. It makes no version of the doctor.';

CREATE TRIGGER place_on_insert BEFORE INSERT ON doctor_roles FOR EACH ROW WHEN (NEW.ordinal IS NULL) EXECUTE FUNCTION fhir.place_role();
CREATE TRIGGER place_on_update BEFORE UPDATE ON doctor_roles FOR EACH ROW
  WHEN (coalesce(current_setting('hv.syncing', true), '') = ''
        AND (NEW.doctor_id <> OLD.doctor_id OR (OLD.is_deleted AND NOT NEW.is_deleted)))
  EXECUTE FUNCTION fhir.place_role();
CREATE TRIGGER sync_on_insert AFTER INSERT ON doctor_roles REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (coalesce(current_setting('hv.syncing', true), '') = '') EXECUTE FUNCTION fhir.roles_to_doctors();
CREATE TRIGGER sync_on_update AFTER UPDATE ON doctor_roles REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (coalesce(current_setting('hv.syncing', true), '') = '') EXECUTE FUNCTION fhir.roles_to_doctors();
CREATE TRIGGER sync_on_delete AFTER DELETE ON doctor_roles REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
  EXECUTE FUNCTION fhir.roles_to_doctors();

CREATE FUNCTION fhir.new_doctors_to_roles() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM set_config('hv.syncing', 'doctor_profile', true);
  INSERT INTO public.doctor_roles (doctor_id, ordinal, specialties, clinic_hours, location)
    SELECT n.id, 1, n.specialties, n.clinic_hours, n.location FROM new_rows n
      WHERE NOT n.is_deleted AND num_nonnulls(n.specialties, n.clinic_hours, n.location) > 0;
  PERFORM set_config('hv.syncing', '', true);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.new_doctors_to_roles() IS 'After an INSERT of doctors: a first role for each that has something to show there.';

CREATE FUNCTION fhir.doctors_to_roles() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  PERFORM set_config('hv.syncing', 'doctor_profile', true);
  MERGE INTO public.doctor_roles AS t
  USING (
    SELECT n.id AS doctor_id, n.specialties, n.clinic_hours, n.location, r.id AS role_id,
           NOT n.is_deleted AND num_nonnulls(n.specialties, n.clinic_hours, n.location) > 0 AS wanted
      FROM new_rows n JOIN old_rows o ON o.id = n.id
      -- The first role; of a doctor who comes back, the one that left last.
      LEFT JOIN LATERAL (SELECT f.id FROM public.doctor_roles f
                           WHERE f.doctor_id = n.id AND f.ordinal = 1 AND (NOT f.is_deleted OR o.is_deleted)
                           ORDER BY f.is_deleted, f.updated_at DESC LIMIT 1) AS r ON true
      WHERE (n.specialties::text, n.clinic_hours::text, n.location, n.is_deleted)
            IS DISTINCT FROM (o.specialties::text, o.clinic_hours::text, o.location, o.is_deleted)) AS s
  ON t.id = s.role_id
  WHEN MATCHED AND s.wanted THEN UPDATE SET specialties = s.specialties, clinic_hours = s.clinic_hours, location = s.location, is_deleted = false
  WHEN MATCHED THEN UPDATE SET is_deleted = true
  WHEN NOT MATCHED AND s.wanted THEN INSERT (doctor_id, ordinal, specialties, clinic_hours, location)
    VALUES (s.doctor_id, 1, s.specialties, s.clinic_hours, s.location);
  PERFORM set_config('hv.syncing', '', true);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.doctors_to_roles() IS 'After an UPDATE of doctors: their first role follows, and goes with them.';

CREATE TRIGGER sync_on_insert AFTER INSERT ON doctor_profile REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (coalesce(current_setting('hv.syncing', true), '') = '') EXECUTE FUNCTION fhir.new_doctors_to_roles();
CREATE TRIGGER sync_on_update AFTER UPDATE ON doctor_profile REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
  WHEN (coalesce(current_setting('hv.syncing', true), '') = '') EXECUTE FUNCTION fhir.doctors_to_roles();
