-- Rules of the platform's tables that a constraint cannot say.

CREATE FUNCTION fhir.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is append-only: % refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP USING ERRCODE = 'FH003';
END
$$;
COMMENT ON FUNCTION fhir.refuse_change() IS 'Refuses what an append-only table does not allow, to everybody. For an erasure that the law asks for, the owner disables the trigger, deliberately.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_logs
  FOR EACH STATEMENT EXECUTE FUNCTION fhir.refuse_change();

CREATE FUNCTION fhir.stamp_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 ms');
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION fhir.stamp_updated_at() IS 'updated_at of a table without versions; strictly grows.';

CREATE TRIGGER stamp BEFORE UPDATE ON users
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION fhir.stamp_updated_at();

CREATE FUNCTION fhir.require_user_role() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- The lock keeps the role as it is until this transaction ends.
  PERFORM FROM public.users u WHERE u.id = NEW.user_id AND u.role::text = TG_ARGV[0] FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION '%.user_id: the user is not a %', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'FH005';
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION fhir.require_user_role() IS 'A profile belongs to a user of the role that the argument names.';

CREATE TRIGGER user_role_on_insert BEFORE INSERT ON doctor_profile
  FOR EACH ROW WHEN (NEW.user_id IS NOT NULL) EXECUTE FUNCTION fhir.require_user_role('doctor');
CREATE TRIGGER user_role_on_update BEFORE UPDATE ON doctor_profile
  FOR EACH ROW WHEN (NEW.user_id IS NOT NULL AND NEW.user_id IS DISTINCT FROM OLD.user_id) EXECUTE FUNCTION fhir.require_user_role('doctor');
CREATE TRIGGER user_role_on_insert BEFORE INSERT ON patient_profile
  FOR EACH ROW WHEN (NEW.user_id IS NOT NULL) EXECUTE FUNCTION fhir.require_user_role('patient');
CREATE TRIGGER user_role_on_update BEFORE UPDATE ON patient_profile
  FOR EACH ROW WHEN (NEW.user_id IS NOT NULL AND NEW.user_id IS DISTINCT FROM OLD.user_id) EXECUTE FUNCTION fhir.require_user_role('patient');

CREATE FUNCTION fhir.refuse_role_of_profile() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM public.doctor_profile d WHERE d.user_id = OLD.id)
     OR EXISTS (SELECT FROM public.patient_profile p WHERE p.user_id = OLD.id) THEN
    RAISE EXCEPTION 'users.role: the user has a profile of the former role' USING ERRCODE = 'FH005';
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION fhir.refuse_role_of_profile() IS 'A user with a profile keeps its role.';

CREATE TRIGGER role_of_profile BEFORE UPDATE ON users
  FOR EACH ROW WHEN (OLD.role <> NEW.role) EXECUTE FUNCTION fhir.refuse_role_of_profile();

CREATE FUNCTION fhir.require_attachments() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM unnest(NEW.attachments) AS wanted (id)
             WHERE NOT EXISTS (SELECT FROM public.attachments a WHERE a.id = wanted.id)) THEN
    RAISE EXCEPTION 'electronic_health_records.attachments: an attachment does not exist' USING ERRCODE = 'FH006';
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION fhir.require_attachments() IS 'What a foreign key would say of an array.';

CREATE TRIGGER attachments_on_insert BEFORE INSERT ON electronic_health_records
  FOR EACH ROW WHEN (NEW.attachments <> '{}') EXECUTE FUNCTION fhir.require_attachments();
CREATE TRIGGER attachments_on_update BEFORE UPDATE ON electronic_health_records
  FOR EACH ROW WHEN (NEW.attachments <> '{}' AND NEW.attachments <> OLD.attachments) EXECUTE FUNCTION fhir.require_attachments();

CREATE FUNCTION fhir.refuse_record_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'electronic_health_records is append-only: patient_id, record_type and created_at of a record never change'
    USING ERRCODE = 'FH002', HINT = 'Soft-delete the record and write a new one.';
END
$$;
COMMENT ON FUNCTION fhir.refuse_record_change() IS 'Keeps what an append-only record may not change.';

CREATE TRIGGER append_only BEFORE UPDATE ON electronic_health_records
  FOR EACH ROW WHEN (OLD.patient_id <> NEW.patient_id OR OLD.record_type <> NEW.record_type OR OLD.created_at <> NEW.created_at)
  EXECUTE FUNCTION fhir.refuse_record_change();
