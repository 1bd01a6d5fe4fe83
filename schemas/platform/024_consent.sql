-- A patient's Consent opens the record to the doctors that it names (https://hl7.org/fhir/R4/consent.html).
--
-- Only one that says so plainly: active, about privacy, permitting access to everything. What permits a part, or a purpose other than
-- treatment, or has exceptions, opens nothing: the record cannot be opened in part. docs/access.md says the same.

-- When a dateTime or date of any precision begins, or is over.
CREATE FUNCTION fhir.instant_of(said text, at_end boolean) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT CASE length(said)
    WHEN 4 THEN (said || '-01-01')::timestamptz + CASE WHEN at_end THEN interval '1 year' ELSE interval '0' END
    WHEN 7 THEN (said || '-01')::timestamptz + CASE WHEN at_end THEN interval '1 month' ELSE interval '0' END
    WHEN 10 THEN said::timestamptz + CASE WHEN at_end THEN interval '1 day' ELSE interval '0' END
    ELSE said::timestamptz END
$$;
COMMENT ON FUNCTION fhir.instant_of(text, boolean) IS 'When a FHIR date or dateTime begins, or is over.';

CREATE FUNCTION fhir.permits_all(consent json) RETURNS boolean LANGUAGE sql STABLE AS $$
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
                      WHERE p->>'system' = 'http://terminology.hl7.org/CodeSystem/v3-ActReason' AND p->>'code' = 'TREAT'))
$$;
COMMENT ON FUNCTION fhir.permits_all(json) IS 'Whether a Consent permits its actors access to everything, for treatment.';

CREATE FUNCTION fhir.consent_to_care() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  consent CONSTANT uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
  doctors uuid[] := '{}';
  begins timestamptz;
  ends timestamptz;
BEGIN
  IF TG_OP <> 'DELETE' AND NOT NEW.is_deleted AND cardinality(NEW.patient_keys) = 1 THEN
    BEGIN
      IF fhir.permits_all(NEW.fhir_residual) THEN
        begins := fhir.instant_of(NEW.fhir_residual->'provision'->'period'->>'start', false);
        ends := fhir.instant_of(NEW.fhir_residual->'provision'->'period'->>'end', true);
        SELECT coalesce(array_agg(DISTINCT d.id), '{}') INTO doctors
          FROM json_array_elements(NEW.fhir_residual->'provision'->'actor') AS a
          JOIN public.doctor_profile d ON 'Practitioner/' || coalesce(d.fhir_id, d.id::text) = a->'reference'->>'reference' AND NOT d.is_deleted
          WHERE EXISTS (SELECT FROM public.patient_profile p WHERE p.id = NEW.patient_keys[1]);
      END IF;
    -- What is no date or no array was not looked at by the server, and opens nothing.
    EXCEPTION WHEN data_exception THEN doctors := '{}';
    END;
  END IF;
  IF ends <= greatest(begins, now()) THEN
    doctors := '{}';
  END IF;
  UPDATE public.care_relationships c SET revoked_at = now()
    WHERE c.source = 'consent' AND c.source_id = consent AND c.revoked_at IS NULL
      AND NOT (c.doctor_id = ANY (doctors) AND c.patient_id = NEW.patient_keys[1] AND c.ends_at IS NOT DISTINCT FROM ends
               AND (c.starts_at = begins OR begins IS NULL));
  INSERT INTO public.care_relationships (patient_id, doctor_id, source, source_id, starts_at, ends_at)
    SELECT NEW.patient_keys[1], d.id, 'consent', consent, coalesce(begins, now()), ends
      FROM unnest(doctors) AS d (id)
      WHERE NOT EXISTS (SELECT FROM public.care_relationships c
                          WHERE c.source = 'consent' AND c.source_id = consent AND c.doctor_id = d.id AND c.revoked_at IS NULL);
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.consent_to_care() IS 'After a Consent was written: the care relationships that it gives, and the end of those that it no longer gives.';

CREATE INDEX care_relationships_consent ON care_relationships (source_id) WHERE source = 'consent' AND revoked_at IS NULL;

CREATE TRIGGER consent_on_insert AFTER INSERT ON fhir.resource FOR EACH ROW WHEN (NEW.resource_type = 'Consent') EXECUTE FUNCTION fhir.consent_to_care();
CREATE TRIGGER consent_on_update AFTER UPDATE OF fhir_residual, is_deleted, patient_keys ON fhir.resource
  FOR EACH ROW WHEN (NEW.resource_type = 'Consent') EXECUTE FUNCTION fhir.consent_to_care();
CREATE TRIGGER consent_on_delete AFTER DELETE ON fhir.resource FOR EACH ROW WHEN (OLD.resource_type = 'Consent') EXECUTE FUNCTION fhir.consent_to_care();

DO $$
DECLARE
  each regprocedure;
BEGIN
  FOREACH each IN ARRAY ARRAY['fhir.instant_of(text, boolean)', 'fhir.permits_all(json)', 'fhir.consent_to_care()']::regprocedure[] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', each);
  END LOOP;
END
$$;

-- Consents of before.
UPDATE fhir.resource SET patient_keys = patient_keys WHERE resource_type = 'Consent' AND NOT is_deleted;
