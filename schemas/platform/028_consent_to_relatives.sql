-- A patient's Consent opens the record to relatives, too: to the patients whom it names as actors, as patient_grants does.
--
-- As strictly as to doctors (024), and for the family or the patient's own wish instead of treatment. A RelatedPerson says who is related
-- and opens nothing: others than the patient may write it. docs/access.md says the same.

ALTER TABLE patient_grants ADD COLUMN source_id uuid;
COMMENT ON COLUMN patient_grants.source_id IS 'The key of the Consent that gives it; null: somebody else''s row.';
CREATE INDEX patient_grants_consent ON patient_grants (source_id) WHERE source_id IS NOT NULL AND revoked_at IS NULL;

-- 024's with the purposes of either.
DROP FUNCTION fhir.permits_all(json);
CREATE FUNCTION fhir.permits_all(consent json, purposes text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT consent->>'status' = 'active'
    AND EXISTS (SELECT FROM json_array_elements(consent->'scope'->'coding') AS c
                  WHERE c->>'system' = 'http://terminology.hl7.org/CodeSystem/consentscope' AND c->>'code' = 'patient-privacy')
    AND consent->'provision'->>'type' = 'permit'
    AND NOT EXISTS (SELECT FROM json_object_keys(consent->'provision') AS k (name)
                      WHERE k.name NOT IN ('id', 'type', 'period', 'actor', 'action', 'purpose'))
    AND (consent->'provision'->'action' IS NULL
         OR EXISTS (SELECT FROM json_array_elements(consent->'provision'->'action') AS a, json_array_elements(a->'coding') AS c
                      WHERE c->>'system' = 'http://terminology.hl7.org/CodeSystem/consentaction' AND c->>'code' = 'access'))
    AND (consent->'provision'->'purpose' IS NULL
         OR EXISTS (SELECT FROM json_array_elements(consent->'provision'->'purpose') AS p
                      WHERE p->>'system' = 'http://terminology.hl7.org/CodeSystem/v3-ActReason' AND p->>'code' = ANY (purposes)))
$$;
COMMENT ON FUNCTION fhir.permits_all(json, text[]) IS 'Whether a Consent permits its actors access to everything, for one of these purposes (or without naming any).';

CREATE FUNCTION fhir.opened_by(consent fhir.resource, purposes text[], OUT actors text[], OUT begins timestamptz, OUT ends timestamptz)
LANGUAGE plpgsql STABLE AS $$
BEGIN
  actors := '{}';
  IF consent.id IS NULL OR consent.is_deleted OR cardinality(consent.patient_keys) <> 1
     OR NOT EXISTS (SELECT FROM public.patient_profile p WHERE p.id = consent.patient_keys[1]) THEN
    RETURN;
  END IF;
  IF fhir.permits_all(consent.fhir_residual, purposes) THEN
    begins := fhir.instant_of(consent.fhir_residual->'provision'->'period'->>'start', false);
    ends := fhir.instant_of(consent.fhir_residual->'provision'->'period'->>'end', true);
    IF (ends <= greatest(begins, now())) IS NOT TRUE THEN
      SELECT coalesce(array_agg(DISTINCT a->'reference'->>'reference'), '{}') INTO actors
        FROM json_array_elements(consent.fhir_residual->'provision'->'actor') AS a;
    END IF;
  END IF;
-- What is no date or no array was not looked at by the server, and opens nothing.
EXCEPTION WHEN data_exception THEN actors := '{}';
END
$$;
COMMENT ON FUNCTION fhir.opened_by(fhir.resource, text[]) IS 'To whom a Consent opens all of the record of its one patient (references, as it names them), and how long; nobody when it is over, or says so not plainly.';

CREATE OR REPLACE FUNCTION fhir.consent_to_care() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  consent CONSTANT uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
  opened CONSTANT record := fhir.opened_by(NEW, '{TREAT}');
  doctors CONSTANT uuid[] := ARRAY(SELECT d.id FROM public.doctor_profile d
                                     WHERE 'Practitioner/' || coalesce(d.fhir_id, d.id::text) = ANY (opened.actors) AND NOT d.is_deleted);
BEGIN
  UPDATE public.care_relationships c SET revoked_at = now()
    WHERE c.source = 'consent' AND c.source_id = consent AND c.revoked_at IS NULL
      AND NOT (c.doctor_id = ANY (doctors) AND c.patient_id = NEW.patient_keys[1] AND c.ends_at IS NOT DISTINCT FROM opened.ends
               AND (c.starts_at = opened.begins OR opened.begins IS NULL));
  INSERT INTO public.care_relationships (patient_id, doctor_id, source, source_id, starts_at, ends_at)
    SELECT NEW.patient_keys[1], d.id, 'consent', consent, coalesce(opened.begins, now()), opened.ends
      FROM unnest(doctors) AS d (id)
      WHERE NOT EXISTS (SELECT FROM public.care_relationships c
                          WHERE c.source = 'consent' AND c.source_id = consent AND c.doctor_id = d.id AND c.revoked_at IS NULL);
  RETURN NULL;
END
$$;

CREATE FUNCTION fhir.consent_to_relatives() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  consent CONSTANT uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
  opened CONSTANT record := fhir.opened_by(NEW, '{FAMRQT,PATRQT}');
  holders CONSTANT uuid[] := ARRAY(SELECT p.id FROM public.patient_profile p
                                     WHERE 'Patient/' || coalesce(p.fhir_id, p.id::text) = ANY (opened.actors) AND NOT p.is_deleted
                                       AND p.id <> NEW.patient_keys[1]);
BEGIN
  UPDATE public.patient_grants g SET revoked_at = now()
    WHERE g.source_id = consent AND g.revoked_at IS NULL
      AND NOT (g.holder = ANY (holders) AND g.patient_id = NEW.patient_keys[1] AND g.ends_at IS NOT DISTINCT FROM opened.ends
               AND (g.starts_at = opened.begins OR opened.begins IS NULL));
  INSERT INTO public.patient_grants (holder, patient_id, granted_by, source_id, starts_at, ends_at)
    SELECT h.id, NEW.patient_keys[1], p.user_id, consent, coalesce(opened.begins, now()), opened.ends
      FROM unnest(holders) AS h (id) JOIN public.patient_profile p ON p.id = NEW.patient_keys[1]
      WHERE NOT EXISTS (SELECT FROM public.patient_grants g WHERE g.source_id = consent AND g.holder = h.id AND g.revoked_at IS NULL);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.consent_to_relatives() IS 'After a Consent was written: the grants that it gives to other patients, and the end of those that it no longer gives.';

CREATE TRIGGER consent_relatives_on_insert AFTER INSERT ON fhir.resource
  FOR EACH ROW WHEN (NEW.resource_type = 'Consent') EXECUTE FUNCTION fhir.consent_to_relatives();
CREATE TRIGGER consent_relatives_on_update AFTER UPDATE OF fhir_residual, is_deleted, patient_keys ON fhir.resource
  FOR EACH ROW WHEN (NEW.resource_type = 'Consent') EXECUTE FUNCTION fhir.consent_to_relatives();
CREATE TRIGGER consent_relatives_on_delete AFTER DELETE ON fhir.resource
  FOR EACH ROW WHEN (OLD.resource_type = 'Consent') EXECUTE FUNCTION fhir.consent_to_relatives();

DO $$
DECLARE
  each regprocedure;
BEGIN
  FOREACH each IN ARRAY ARRAY['fhir.permits_all(json, text[])', 'fhir.opened_by(fhir.resource, text[])', 'fhir.consent_to_relatives()']::regprocedure[] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', each);
  END LOOP;
END
$$;

-- Consents of before.
UPDATE fhir.resource SET patient_keys = patient_keys WHERE resource_type = 'Consent' AND NOT is_deleted;
