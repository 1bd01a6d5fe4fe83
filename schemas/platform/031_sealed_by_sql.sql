-- Encrypted values made and opened by SQL, for the platform's own programs (docs/encryption.md).
--
--   FH009  an encrypted value that was changed, stands where it was not written, or has another key
--
-- Who calls gives the key, as a bound parameter: no table, no function and no setting has one. The functions need no right on a table and
-- run as their caller.

-- AES-256, HMAC and random bytes; a trusted extension: the database's owner may create it. It stays where it is when it is there.
CREATE EXTENSION IF NOT EXISTS pgcrypto SCHEMA public;

-- Bodies that are parsed now: they hold wherever the extension is or goes, whatever the caller's search path is.
DO $$
DECLARE
  place CONSTANT text := (SELECT e.extnamespace::regnamespace FROM pg_extension e WHERE e.extname = 'pgcrypto');
BEGIN
  EXECUTE format($made$
    CREATE FUNCTION fhir.aes256_blocks(key bytea, blocks bytea) RETURNS bytea LANGUAGE sql STABLE STRICT
      RETURN %1$s.encrypt(blocks, key, 'aes-ecb/pad:none');
    CREATE FUNCTION fhir.hmac_sha256(key bytea, said bytea) RETURNS bytea LANGUAGE sql STABLE STRICT
      RETURN %1$s.hmac(said, key, 'sha256');
    CREATE FUNCTION fhir.new_nonce() RETURNS bytea LANGUAGE sql VOLATILE
      RETURN %1$s.gen_random_bytes(12);
  $made$, place);
END
$$;
COMMENT ON FUNCTION fhir.aes256_blocks(bytea, bytea) IS 'Each block of 16 bytes, encrypted by itself: a part of fhir.aes256_gcm and no cipher.';
COMMENT ON FUNCTION fhir.hmac_sha256(bytea, bytea) IS 'HMAC-SHA-256.';
COMMENT ON FUNCTION fhir.new_nonce() IS '12 random bytes.';

-- NIST SP 800-38D, section 6.4. A block is a polynomial over GF(2), the first bit the coefficient of 1; it is kept as two words. Multiplied is
-- by four bits at a time, the highest powers first: `high`, `low` have the hash key times each polynomial of degree 3, `folded` what the four
-- coefficients come to that leave the block at its end (x^128 = 1 + x + x^2 + x^7).
CREATE FUNCTION fhir.ghash(hash_key bytea, said bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  without_1 CONSTANT bigint := x'7fffffffffffffff'::bigint;
  without_4 CONSTANT bigint := x'0fffffffffffffff'::bigint;
  bits CONSTANT bit varying := ('x' || encode(said, 'hex'))::bit varying;
  key_high bigint := ('x' || encode(substr(hash_key, 1, 8), 'hex'))::bit(64)::bigint;
  key_low bigint := ('x' || encode(substr(hash_key, 9, 8), 'hex'))::bit(64)::bigint;
  fold bigint := x'e100000000000000'::bigint;
  high bigint[] := array_fill(0::bigint, ARRAY[16], ARRAY[0]);
  low bigint[] := array_fill(0::bigint, ARRAY[16], ARRAY[0]);
  folded bigint[] := array_fill(0::bigint, ARRAY[16], ARRAY[0]);
  n integer;
  top integer;
  leaves bigint;
  times bigint;
  sum_high bigint := 0;
  sum_low bigint := 0;
  half bigint;
  product_high bigint;
  product_low bigint;
BEGIN
  FOREACH n IN ARRAY ARRAY[8, 4, 2, 1] LOOP
    high[n] := key_high;
    low[n] := key_low;
    folded[n] := fold;
    leaves := key_low & 1;
    key_low := (key_low >> 1) & without_1 | (key_high << 63);
    key_high := (key_high >> 1) & without_1;
    IF leaves = 1 THEN
      key_high := key_high # x'e100000000000000'::bigint;
    END IF;
    fold := (fold >> 1) & without_1;
  END LOOP;
  FOREACH n IN ARRAY ARRAY[3, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15] LOOP
    top := CASE WHEN n > 8 THEN 8 WHEN n > 4 THEN 4 ELSE 2 END;
    high[n] := high[top] # high[n - top];
    low[n] := low[top] # low[n - top];
    folded[n] := folded[top] # folded[n - top];
  END LOOP;

  FOR at IN 1 .. length(bits) BY 128 LOOP
    sum_high := sum_high # substring(bits FROM at FOR 64)::bit(64)::bigint;
    sum_low := sum_low # substring(bits FROM at + 64 FOR 64)::bit(64)::bigint;
    product_high := 0;
    product_low := 0;
    FOREACH half IN ARRAY ARRAY[sum_low, sum_high] LOOP
      FOR shift IN 0 .. 60 BY 4 LOOP
        times := (half >> shift) & 15;
        leaves := product_low & 15;
        product_low := ((product_low >> 4) & without_4) # (product_high << 60) # low[times];
        product_high := ((product_high >> 4) & without_4) # folded[leaves] # high[times];
      END LOOP;
    END LOOP;
    sum_high := product_high;
    sum_low := product_low;
  END LOOP;
  RETURN int8send(sum_high) || int8send(sum_low);
END
$$;
COMMENT ON FUNCTION fhir.ghash(bytea, bytea) IS 'GHASH (NIST SP 800-38D, section 6.4) of whole blocks of 16 bytes.';

-- The binary form of a bit string is its length in four bytes, then the bits.
CREATE FUNCTION fhir.xor(one bytea, other bytea) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT
  RETURN substr(varbit_send(('x' || encode(one, 'hex'))::bit varying # ('x' || encode(other, 'hex'))::bit varying), 5);
COMMENT ON FUNCTION fhir.xor(bytea, bytea) IS 'Bit by bit, of equal length.';

-- NIST SP 800-38D, sections 7.1 and 7.2: encrypts and decrypts alike; the tag is that of the encrypted text.
CREATE FUNCTION fhir.aes256_gcm(key bytea, nonce bytea, said bytea, bound bytea, opens boolean, OUT other bytea, OUT tag bytea)
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  size CONSTANT integer := octet_length(said);
  zero CONSTANT bytea := '\x00000000000000000000000000000000';
  -- The hash key, what hides the tag, what hides the text.
  stream CONSTANT bytea := fhir.aes256_blocks(key, zero ||
    (SELECT string_agg(nonce || int4send(n), '' ORDER BY n) FROM generate_series(1, 1 + (size + 15) / 16) AS n));
  sealed bytea;
BEGIN
  IF octet_length(key) <> 32 OR octet_length(nonce) <> 12 THEN
    RAISE EXCEPTION 'AES-256-GCM has a key of 32 bytes and a nonce of 12' USING ERRCODE = '22023';
  END IF;
  other := fhir.xor(said, substr(stream, 33, size));
  sealed := CASE WHEN opens THEN said ELSE other END;
  tag := fhir.xor(substr(stream, 17, 16),
    fhir.ghash(substr(stream, 1, 16),
      bound || substr(zero, 1, -octet_length(bound) & 15) || sealed || substr(zero, 1, -size & 15)
        || int8send(8 * octet_length(bound)::bigint) || int8send(8 * size::bigint)));
END
$$;
COMMENT ON FUNCTION fhir.aes256_gcm(bytea, bytea, bytea, bytea, boolean) IS
  'AES-256-GCM (NIST SP 800-38D) of `said`, or its opposite: the other text, and the tag that it must have.';

-- What is authenticated with a value. Wrong arguments would make one that nobody can open.
CREATE FUNCTION fhir.bound_to(key_id text, blind text, place text, column_name text, row_key text) RETURNS bytea
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  out bytea := 'hv1';
  part text;
BEGIN
  IF key_id !~ '^[0-9a-f]{8}$' IS NOT FALSE THEN
    RAISE EXCEPTION 'a key''s id is 8 hexadecimal digits, as in fhir.data_key' USING ERRCODE = '22023';
  ELSIF NOT coalesce(place = 'fhir.resource' OR place ~ '^[a-z_]+$', false) OR column_name IS NULL THEN
    RAISE EXCEPTION 'a value is bound to a table without its schema, or to fhir.resource, and to a column' USING ERRCODE = '22023';
  ELSIF row_key ~ (CASE place WHEN 'fhir.resource' THEN '^[A-Z][A-Za-z]+/' ELSE '^' END || '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') IS NOT TRUE THEN
    RAISE EXCEPTION 'a value of %.% is bound to its row''s key in lower case, in fhir.resource after the type and /', place, column_name
      USING ERRCODE = '22023';
  END IF;
  FOREACH part IN ARRAY ARRAY[key_id, blind, place, column_name, row_key] LOOP
    out := out || '\x00' || convert_to(part, 'UTF8');
  END LOOP;
  RETURN out;
END
$$;
COMMENT ON FUNCTION fhir.bound_to(text, text, text, text, text) IS 'What is authenticated with an encrypted value: where it stands.';

CREATE FUNCTION fhir.base64url(bytes bytea) RETURNS text LANGUAGE sql IMMUTABLE STRICT
  RETURN translate(encode(bytes, 'base64'), E'+/=\n', '-_');
COMMENT ON FUNCTION fhir.base64url(bytea) IS 'RFC 4648, section 5, without padding.';

CREATE FUNCTION fhir.blind_hash(hash_key bytea, clear text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF clear IS NULL THEN
    RETURN NULL;
  ELSIF octet_length(hash_key) IS DISTINCT FROM 32 THEN
    RAISE EXCEPTION 'a hash key has 32 bytes' USING ERRCODE = '22023';
  END IF;
  RETURN fhir.base64url(substr(fhir.hmac_sha256(hash_key, '\x636f6e7461637400' || convert_to(clear, 'UTF8')), 1, 12));
END
$$;
COMMENT ON FUNCTION fhir.blind_hash(bytea, text) IS
  'The hash that a telephone number is found by, split_part(contact_number, '':'', 3); `hash_key`: the unwrapped one of fhir.data_key, use blind.';

CREATE FUNCTION fhir.seal(data_key bytea, key_id text, place text, column_name text, row_key text, clear text, hash_key bytea DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  blind CONSTANT text := CASE WHEN hash_key IS NULL THEN '' ELSE fhir.blind_hash(hash_key, coalesce(clear, '')) END;
  bound CONSTANT bytea := fhir.bound_to(key_id, blind, place, column_name, row_key);
  nonce CONSTANT bytea := fhir.new_nonce();
BEGIN
  IF octet_length(data_key) IS DISTINCT FROM 32 THEN
    RAISE EXCEPTION 'a data key has 32 bytes' USING ERRCODE = '22023';
  ELSIF NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attname = column_name AND a.attnum > 0 AND NOT a.attisdropped
                      AND a.attrelid = to_regclass(CASE place WHEN 'fhir.resource' THEN place ELSE 'public.' || quote_ident(place) END)) THEN
    RAISE EXCEPTION 'there is no column %.%', place, column_name USING ERRCODE = '22023';
  END IF;
  RETURN (SELECT format('hv1:%s:%s:%s', key_id, blind, fhir.base64url(nonce || g.other || g.tag))
            FROM fhir.aes256_gcm(data_key, nonce, convert_to(clear, 'UTF8'), bound, false) AS g WHERE g.tag IS NOT NULL);
END
$$;
COMMENT ON FUNCTION fhir.seal(bytea, text, text, text, text, text, bytea) IS
  'The text encrypted for its place, as the server does it. `data_key`: the unwrapped key `key_id`; `hash_key`: of a telephone number, so that it is found at once. Bind the keys, never write them into a statement.';

CREATE FUNCTION fhir.unseal(data_key bytea, place text, column_name text, row_key text, sealed text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  parts CONSTANT text[] := regexp_match(sealed, '^hv1:([0-9a-f]{8}):([A-Za-z0-9_-]*):([A-Za-z0-9_-]{38,})$');
  bytes bytea;
  opened bytea;
  clear text;
BEGIN
  IF parts IS NULL THEN
    RETURN sealed;
  ELSIF octet_length(data_key) IS DISTINCT FROM 32 THEN
    RAISE EXCEPTION 'a data key has 32 bytes' USING ERRCODE = '22023';
  END IF;
  IF length(parts[3]) % 4 <> 1 THEN
    bytes := decode(translate(parts[3], '-_', '+/') || repeat('=', -length(parts[3]) & 3), 'base64');
    SELECT g.other INTO opened
      FROM fhir.aes256_gcm(data_key, substr(bytes, 1, 12), substr(bytes, 13, octet_length(bytes) - 28),
                           fhir.bound_to(parts[1], parts[2], place, column_name, row_key), true) AS g
      WHERE g.tag = substr(bytes, octet_length(bytes) - 15) AND fhir.base64url(bytes) = parts[3];
  END IF;
  BEGIN
    clear := convert_from(opened, 'UTF8');
  EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
    clear := NULL;  -- PostgreSQL's own words would show a part of it
  END;
  IF clear IS NULL THEN
    RAISE EXCEPTION 'the encrypted value of %.%, row %, was changed, was not written there, or has another key', place, column_name, row_key
      USING ERRCODE = 'FH009';
  END IF;
  RETURN clear;
END
$$;
COMMENT ON FUNCTION fhir.unseal(bytea, text, text, text, text) IS
  'The text that was encrypted for this place; clear text as it is. FH009: it was changed, was not written there, or has another key.';

DO $$
DECLARE
  each regprocedure;
BEGIN
  FOR each IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'fhir'::regnamespace
                AND p.proname IN ('aes256_blocks', 'hmac_sha256', 'new_nonce', 'ghash', 'xor', 'aes256_gcm', 'bound_to', 'base64url', 'blind_hash', 'seal', 'unseal') LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', each);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hv_platform', each);
  END LOOP;
END
$$;
GRANT USAGE ON SCHEMA fhir TO hv_platform;
