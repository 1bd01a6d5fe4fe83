\echo AES-256-GCM is as the vectors of NIST say
-- McGrew and Viega, The Galois/Counter Mode of Operation, appendix B, test cases 13 to 16: those of AES-256 with a nonce of 96 bits.
CREATE TEMP TABLE gcm_vector (name text, key bytea, nonce bytea, clear bytea, bound bytea, sealed bytea, tag bytea);
INSERT INTO gcm_vector VALUES
  ('13', decode(repeat('00', 32), 'hex'), '\x000000000000000000000000', '', '', '', '\x530f8afbc74536b9a963b4f1c4cb738b'),
  ('14', decode(repeat('00', 32), 'hex'), '\x000000000000000000000000', '\x00000000000000000000000000000000', '',
   '\xcea7403d4d606b6e074ec5d3baf39d18', '\xd0d1c8a799996bf0265b98b5d48ab919'),
  ('15', '\xfeffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308', '\xcafebabefacedbaddecaf888',
   '\xd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255', '',
   '\x522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad',
   '\xb094dac5d93471bdec1a502270e3cc6c'),
  ('16', '\xfeffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308', '\xcafebabefacedbaddecaf888',
   '\xd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
   '\xfeedfacedeadbeeffeedfacedeadbeefabaddad2',
   '\x522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
   '\x76fc6ece0f4e1768cddf8853bb2d551b');
SELECT test.holds(g.other = v.sealed AND g.tag = v.tag, 'sealed, case ' || v.name) FROM gcm_vector v, fhir.aes256_gcm(v.key, v.nonce, v.clear, v.bound, false) g;
SELECT test.holds(g.other = v.clear AND g.tag = v.tag, 'opened, case ' || v.name) FROM gcm_vector v, fhir.aes256_gcm(v.key, v.nonce, v.sealed, v.bound, true) g;

\echo the vectors of the documentation open, and the same is made of them
SELECT '\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f' AS key, '\xfffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0' AS hash_key,
       '0f8fad5b-d9cb-469f-a165-70867728950e' AS row \gset
CREATE TEMP TABLE sealed_vector (place text, name text, row_key text, clear text, sealed text);
INSERT INTO sealed_vector VALUES
  ('patient_profile', 'contact_number', :'row', '+91 98-55501', 'hv1:0a1b2c3d:GGtk3fOUHmeaYCVA:AAECAwQFBgcICQoLbDvnO_zd7y64dKe6xDMQx3NpQ3uzkGHK7hkkEA'),
  ('patient_profile', 'medical_summary', :'row', 'Dürre Füße', 'hv1:0a1b2c3d::AAECAwQFBgcICQoLA8FqabeA4l1O_VQU1D7xNSjsc-GCfAn76msVBTM'),
  ('fhir.resource', 'fhir_residual', 'Condition/' || :'row', '{"resourceType":"Condition"}',
   'hv1:0a1b2c3d::AAECAwQFBgcICQoLPCCkfraKt2nuJMPywYxaV6GV6FqUEisVVwnH-Lutp-mpU55W_ktfk3LkeyY');
SELECT test.same(fhir.unseal(:'key', v.place, v.name, v.row_key, v.sealed), v.clear, v.name) FROM sealed_vector v;
SELECT test.same('hv1:0a1b2c3d:' || split_part(v.sealed, ':', 3) || ':' || fhir.base64url('\x000102030405060708090a0b'::bytea || g.other || g.tag), v.sealed, v.name)
  FROM sealed_vector v,
       fhir.aes256_gcm(:'key', '\x000102030405060708090a0b', convert_to(v.clear, 'UTF8'), fhir.bound_to('0a1b2c3d', split_part(v.sealed, ':', 3), v.place, v.name, v.row_key), false) g;
SELECT test.same(fhir.blind_hash(:'hash_key', '+91 98-55501'), 'GGtk3fOUHmeaYCVA', 'hash');

\echo what is sealed opens, whatever its length, and is never twice the same
SELECT test.same(fhir.unseal(:'key', 'patient_profile', 'medical_summary', :'row', fhir.seal(:'key', '0a1b2c3d', 'patient_profile', 'medical_summary', :'row', t.said)), t.said, 'length ' || length(t.said))
  FROM (SELECT left('Ü€𝄞 ' || repeat('abcdefg', 10), n) FROM generate_series(0, 70) AS n UNION ALL VALUES (repeat('ü', 40000)), (E'\n'), ('hv1:')) AS t (said);
SELECT test.holds(count(DISTINCT fhir.seal(:'key', '0a1b2c3d', 'patient_profile', 'medical_summary', :'row', '')) = 100, 'nonces') FROM generate_series(1, 100) AS n;
SELECT test.holds(bool_and(fhir.is_sealed(fhir.seal(:'key', '0a1b2c3d', 'patient_profile', 'medical_summary', :'row', repeat('x', n)))), 'form') FROM generate_series(0, 20) AS n;
SELECT test.same(split_part(fhir.seal(:'key', '0a1b2c3d', 'patient_profile', 'contact_number', :'row', '+91 98-55501', :'hash_key'), ':', 3), 'GGtk3fOUHmeaYCVA', 'found by');
SELECT test.holds(fhir.seal(:'key', '0a1b2c3d', 'patient_profile', 'contact_number', :'row', NULL, :'hash_key') IS NULL
                  AND fhir.unseal(:'key', 'patient_profile', 'contact_number', :'row', NULL) IS NULL AND fhir.blind_hash(:'hash_key', NULL) IS NULL, 'nothing');
SELECT test.same(fhir.unseal(:'key', 'patient_profile', 'contact_number', :'row', said), said, 'clear') FROM unnest(ARRAY['', '+91 98-55501', 'hv1:', 'hv1:0a1b2c3d::short']) AS said;

\echo a value opens at its own place, with its own key and unchanged alone
CREATE FUNCTION pg_temp.open_it(key text, place text, name text, row_key text, sealed text) RETURNS text LANGUAGE sql AS $$
  SELECT format('SELECT fhir.unseal(%L, %L, %L, %L, %L)', key, place, name, row_key, sealed)
$$;
SELECT test.refused(pg_temp.open_it(:'key', o.place, o.name, o.row_key, v.sealed), 'FH009')
  FROM sealed_vector v, (VALUES ('patient_profile', 'contact_number', '1f8fad5b-d9cb-469f-a165-70867728950e'), ('patient_profile', 'medical_summary', :'row'),
                                ('doctor_profile', 'contact_number', :'row'), ('fhir.resource', 'fhir_residual', 'Condition/' || :'row')) AS o (place, name, row_key)
  WHERE v.name = 'contact_number';
SELECT test.refused(pg_temp.open_it(:'hash_key', v.place, v.name, v.row_key, v.sealed), 'FH009') FROM sealed_vector v;
SELECT test.refused(pg_temp.open_it(:'key', v.place, v.name, v.row_key, overlay(v.sealed PLACING CASE substr(v.sealed, n, 1) WHEN 'a' THEN 'b' ELSE 'a' END FROM n)), 'FH009')
  FROM sealed_vector v, generate_series(5, length(v.sealed)) AS n WHERE v.name = 'contact_number' AND substr(v.sealed, n, 1) <> ':';
SELECT test.refused(pg_temp.open_it(:'key', v.place, v.name, v.row_key, v.sealed || 'A'), 'FH009') FROM sealed_vector v;
SELECT test.refused(pg_temp.open_it(:'key', v.place, v.name, v.row_key, left(v.sealed, -1)), 'FH009') FROM sealed_vector v;

\echo what is wrong is said with its place, never with the value or the key
CREATE FUNCTION pg_temp.words(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  said text;
  detail text;
  hint text;
  context text;
BEGIN
  EXECUTE statement;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
  -- The last line is this statement itself, which has them as literals.
  RETURN concat_ws('|', said, detail, hint, replace(context, statement, ''));
END
$$;
CREATE TEMP TABLE said (words text);
INSERT INTO said
  SELECT pg_temp.words(pg_temp.open_it(:'key', v.place, 'medical_summary', v.row_key, v.sealed)) FROM sealed_vector v WHERE v.name = 'contact_number'
  UNION ALL
  -- Sealed with the key, and no text.
  SELECT pg_temp.words(pg_temp.open_it(:'key', 'patient_profile', 'medical_summary', :'row', 'hv1:0a1b2c3d::' || fhir.base64url('\x000102030405060708090a0b'::bytea || g.other || g.tag)))
    FROM unnest(ARRAY['\xc3c3', '\x6100', '\xff']::bytea[]) AS b,
         fhir.aes256_gcm(:'key', '\x000102030405060708090a0b', b, fhir.bound_to('0a1b2c3d', '', 'patient_profile', 'medical_summary', :'row'), false) g;
SELECT test.holds(count(*) = 4 AND bool_and(words LIKE 'the encrypted value of patient\_profile.medical\_summary, row ' || :'row' || ', was changed%'), string_agg(words, ' ')) FROM said;
SELECT test.holds(NOT bool_or(words LIKE '%\\x%' OR words LIKE '%0x%' OR words LIKE '%hv1:%'), 'told') FROM said;

\echo a value that nobody could open is not made
SELECT test.refused(format('SELECT fhir.seal(%L, %L, %L, %L, %L, %L, %L)', t.key, t.id, t.place, t.name, t.row_key, 'said', t.hash_key), '22023')
  FROM (VALUES (NULL, '0a1b2c3d', 'patient_profile', 'contact_number', :'row', NULL), ('\x00', '0a1b2c3d', 'patient_profile', 'contact_number', :'row', NULL),
               (:'key' || '00', '0a1b2c3d', 'patient_profile', 'contact_number', :'row', NULL), (left(:'key', -32), '0a1b2c3d', 'patient_profile', 'contact_number', :'row', NULL),
               (:'key', NULL, 'patient_profile', 'contact_number', :'row', NULL), (:'key', '0A1B2C3D', 'patient_profile', 'contact_number', :'row', NULL),
               (:'key', '0a1b2c3d', NULL, 'contact_number', :'row', NULL), (:'key', '0a1b2c3d', 'public.patient_profile', 'contact_number', :'row', NULL),
               (:'key', '0a1b2c3d', 'history.patient_profile', 'contact_number', :'row', NULL), (:'key', '0a1b2c3d', 'patient_profile', NULL, :'row', NULL),
               (:'key', '0a1b2c3d', 'patient_profile', 'contact_numbers', :'row', NULL), (:'key', '0a1b2c3d', 'patients', 'contact_number', :'row', NULL),
               (:'key', '0a1b2c3d', 'patient_profile', 'contact_number', NULL, NULL), (:'key', '0a1b2c3d', 'patient_profile', 'contact_number', upper(:'row'), NULL),
               (:'key', '0a1b2c3d', 'patient_profile', 'contact_number', 'Patient/' || :'row', NULL), (:'key', '0a1b2c3d', 'fhir.resource', 'fhir_residual', :'row', NULL),
               (:'key', '0a1b2c3d', 'patient_profile', 'contact_number', :'row', '\x01')) AS t (key, id, place, name, row_key, hash_key);
SELECT test.refused(pg_temp.open_it(NULL, v.place, v.name, v.row_key, v.sealed), '22023') FROM sealed_vector v;
SELECT test.refused(format('SELECT fhir.blind_hash(%L, %L)', NULL, 'said'), '22023');

\echo roles of the platform may call them, with no right on a table; nobody else may, the server neither
CREATE TEMP VIEW made AS
  SELECT p.oid, p.oid::regprocedure AS name, p.prosecdef FROM pg_proc p
    WHERE p.pronamespace = 'fhir'::regnamespace
      AND p.proname IN ('aes256_blocks', 'hmac_sha256', 'new_nonce', 'ghash', 'xor', 'aes256_gcm', 'bound_to', 'base64url', 'blind_hash', 'seal', 'unseal');
SELECT test.same(string_agg(format('%s by %s', m.name, r.name), ', '), NULL, 'callable')
  FROM made m, unnest(ARRAY['public', 'hv_server_access', 'hv_patient', 'hv_doctor', 'hv_admin', 'hv_client']) AS r (name) WHERE has_function_privilege(r.name, m.oid, 'EXECUTE');
SELECT test.holds(count(*) = 11 AND NOT bool_or(prosecdef) AND bool_and(has_function_privilege('hv_platform', oid, 'EXECUTE')), 'the platform') FROM made;
SELECT format('hv_test_portal_%s', pg_backend_pid()) AS portal \gset
CREATE ROLE :portal;
GRANT hv_platform TO :portal;
BEGIN;
SET LOCAL ROLE :portal;
SET LOCAL search_path = '';
CREATE TEMP TABLE kept ON COMMIT DROP AS
  SELECT fhir.unseal(:'key', 'patient_profile', 'contact_number', :'row', fhir.seal(:'key', '0a1b2c3d', 'patient_profile', 'contact_number', :'row', 'said', :'hash_key')) AS said;
RESET ROLE;
SELECT test.same(said, 'said', 'by the platform') FROM pg_temp.kept;
ROLLBACK;
DROP ROLE :portal;

\echo they hold wherever pgcrypto is
BEGIN;
CREATE SCHEMA elsewhere;
ALTER EXTENSION pgcrypto SET SCHEMA elsewhere;
SELECT test.same(fhir.unseal(:'key', 'patient_profile', 'contact_number', :'row', fhir.seal(:'key', '0a1b2c3d', 'patient_profile', 'contact_number', :'row', 'said', :'hash_key')), 'said', 'elsewhere');
ROLLBACK;
