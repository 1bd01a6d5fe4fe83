-- The data set: copies of the two rows that the server wrote for patient.json and observation.json, with everything that
-- it wrote beside them (record, search index), each with an id, a day and a patient of its own.
-- psql variables: patients, observations (numbers), patient, observation (keys of the two rows).
-- As a superuser: what triggers and foreign keys would do is copied as well.
SET session_replication_role = replica;

CREATE FUNCTION pg_temp.patient(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT ('10000000-0000-4000-8000-1' || lpad(n::text, 11, '0'))::uuid $$;
CREATE FUNCTION pg_temp.observation(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT ('20000000-0000-4000-8000-1' || lpad(n::text, 11, '0'))::uuid $$;
CREATE FUNCTION pg_temp.record(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT ('30000000-0000-4000-8000-1' || lpad(n::text, 11, '0'))::uuid $$;
-- The patient of an observation: scattered, as many for each.
CREATE FUNCTION pg_temp.owner(n bigint, patients bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT (n * 7919) % patients + 1 $$;

-- The family name of a patient: scattered too, with five digits, so that one in 9,000 begins with any four of them.
CREATE FUNCTION pg_temp.named(words text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT regexp_replace(words, '(namuna)', '\1' || 10000 + n * 7919 % 90000, 'i') $$;

BEGIN;
INSERT INTO patient_profile
SELECT c.* FROM patient_profile p, generate_series(1, :patients) AS n,
  LATERAL jsonb_populate_record(p, jsonb_build_object('id', pg_temp.patient(n), 'dob', date '1930-01-01' + (n * 31 % 33000)::integer,
    'full_name', pg_temp.named(p.full_name, n), 'fhir_residual', pg_temp.named(p.fhir_residual::text, n)::json)) AS c
  WHERE p.id = :'patient';

INSERT INTO electronic_health_records
SELECT c.* FROM ehr_observations o JOIN electronic_health_records r ON r.id = o.record_id, generate_series(1, :observations) AS n,
  LATERAL jsonb_populate_record(r, jsonb_build_object('id', pg_temp.record(n),
    'patient_id', pg_temp.patient(pg_temp.owner(n, :patients)))) AS c
  WHERE o.id = :'observation';

INSERT INTO ehr_observations
SELECT c.* FROM ehr_observations o, generate_series(1, :observations) AS n,
  LATERAL jsonb_populate_record(o, jsonb_build_object('id', pg_temp.observation(n), 'record_id', pg_temp.record(n),
    'patient_id', pg_temp.patient(pg_temp.owner(n, :patients)),
    'effective_at', timestamptz '2020-01-01 00:00Z' + n % 3000000 * interval '1 minute')) AS c
  WHERE o.id = :'observation';

SELECT format('INSERT INTO fhir.%1$I SELECT c.* FROM fhir.%1$I i, generate_series(1, %2$s) AS n,'
              ' LATERAL jsonb_populate_record(i, jsonb_build_object(''key'', pg_temp.%3$s(n)) || %5$s) AS c WHERE i.key = %4$L',
              t.name, kind.count, kind.id_of, kind.sample,
              CASE WHEN t.name = 'idx_reference' AND kind.id_of = 'observation'
                THEN format('CASE WHEN i.target_type = ''Patient'' THEN jsonb_build_object(''target_id'', pg_temp.patient(pg_temp.owner(n, %1$s)),'
                            ' ''target_key'', pg_temp.patient(pg_temp.owner(n, %1$s))) ELSE ''{}'' END', :patients)
                WHEN t.name = 'idx_string' THEN 'jsonb_build_object(''value'', pg_temp.named(i.value, n), ''value_norm'', pg_temp.named(i.value_norm, n))'
                ELSE '''{}''::jsonb' END)
  FROM unnest(ARRAY['idx_token', 'idx_string', 'idx_date', 'idx_reference', 'idx_quantity', 'idx_number', 'idx_uri']) AS t (name)
  CROSS JOIN (VALUES ('patient', :patients, :'patient'), ('observation', :observations, :'observation')) AS kind (id_of, count, sample)
\gexec
INSERT INTO fhir.reach SELECT c.* FROM fhir.reach x, generate_series(1, :patients) AS n,
  LATERAL jsonb_populate_record(x, jsonb_build_object('key', pg_temp.patient(n), 'patient', pg_temp.patient(n))) AS c WHERE x.key = :'patient';
INSERT INTO fhir.reach SELECT c.* FROM fhir.reach x, generate_series(1, :observations) AS n,
  LATERAL jsonb_populate_record(x, jsonb_build_object('key', pg_temp.observation(n), 'patient', pg_temp.patient(pg_temp.owner(n, :patients)))) AS c
  WHERE x.key = :'observation';
COMMIT;
VACUUM (ANALYZE);
CHECKPOINT;
