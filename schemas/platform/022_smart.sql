-- The authorization server: clients, what was allowed to them, codes, tokens, keys.
--
-- Of every secret (client secret, code, token) only the SHA-256 is kept; each has 256 random bits, so a fast hash is enough.
-- Only hv_server_access may see this schema: no caller's role (patient, doctor, admin, client) has any right on it.

CREATE SCHEMA smart;
COMMENT ON SCHEMA smart IS 'The authorization server: clients, what was allowed to them, codes, tokens, keys. For the server alone.';

CREATE TYPE smart.client_kind AS ENUM ('public', 'confidential_secret', 'confidential_key');
COMMENT ON TYPE smart.client_kind IS 'How a client shows who it is: not at all, by a secret, by signing with its key.';

CREATE TABLE smart.client (
  client_id text COLLATE "C" PRIMARY KEY CHECK (client_id ~ '^[A-Za-z0-9._~-]{1,100}$'),
  name text NOT NULL CHECK (name <> '' AND length(name) <= 200),
  kind smart.client_kind NOT NULL,
  secret_hash bytea CHECK (octet_length(secret_hash) = 32),
  jwks text CHECK (length(jwks) <= 65536),
  jwks_uri text CHECK (length(jwks_uri) <= 2000),
  redirect_uris text[] NOT NULL DEFAULT '{}' CHECK (array_position(redirect_uris, NULL) IS NULL),
  launch_uri text CHECK (length(launch_uri) <= 2000),
  scopes text NOT NULL CHECK (length(scopes) <= 8192),
  grant_types text[] NOT NULL CHECK (grant_types <@ ARRAY['authorization_code', 'refresh_token', 'client_credentials']),
  origins text[] NOT NULL DEFAULT '{}' CHECK (array_position(origins, NULL) IS NULL),
  self_registered boolean NOT NULL DEFAULT false,
  created_by uuid REFERENCES users (id),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  revoked_at timestamptz(3),
  CONSTRAINT client_credential CHECK (
    CASE kind
      WHEN 'public' THEN secret_hash IS NULL AND jwks IS NULL AND jwks_uri IS NULL
      WHEN 'confidential_secret' THEN secret_hash IS NOT NULL AND jwks IS NULL AND jwks_uri IS NULL
      ELSE secret_hash IS NULL AND (jwks IS NULL) <> (jwks_uri IS NULL)
    END),
  CONSTRAINT client_credentials_by_key CHECK (kind = 'confidential_key' OR NOT 'client_credentials' = ANY (grant_types)),
  CONSTRAINT client_redirects CHECK ('authorization_code' = ANY (grant_types) = (redirect_uris <> '{}'))
);
CREATE INDEX client_origins ON smart.client USING gin (origins) WHERE revoked_at IS NULL;
COMMENT ON TABLE smart.client IS 'An app or system that may ask for tokens.';
COMMENT ON COLUMN smart.client.secret_hash IS 'SHA-256 of the client secret; the secret itself is shown once and not kept.';
COMMENT ON COLUMN smart.client.jwks IS 'The public keys of a client that signs, as a JSON Web Key Set; or they are at jwks_uri.';
COMMENT ON COLUMN smart.client.jwks_uri IS 'Where the client publishes its public keys.';
COMMENT ON COLUMN smart.client.redirect_uris IS 'Where a person may be sent back to; compared byte by byte.';
COMMENT ON COLUMN smart.client.launch_uri IS 'Where an EHR launch opens the app.';
COMMENT ON COLUMN smart.client.scopes IS 'The most that it may be given, as SMART scopes separated by one space.';
COMMENT ON COLUMN smart.client.origins IS 'Web origins whose scripts may call the server for this client.';
COMMENT ON COLUMN smart.client.self_registered IS 'It registered itself; nobody here has looked at it.';
COMMENT ON COLUMN smart.client.created_by IS 'The user who registered it; null for the command line and for self-registered ones.';
COMMENT ON COLUMN smart.client.revoked_at IS 'Since when it is refused, with all its tokens.';

CREATE TABLE smart.approval (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  client_id text COLLATE "C" NOT NULL REFERENCES smart.client,
  user_id uuid REFERENCES users (id),
  scopes text NOT NULL,
  patient text COLLATE "C",
  encounter text COLLATE "C",
  context text NOT NULL DEFAULT '{}',
  session_id uuid REFERENCES sessions (id) ON DELETE SET NULL,
  online boolean NOT NULL DEFAULT false,
  authenticated_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  revoked_at timestamptz(3)
);
CREATE INDEX approval_client ON smart.approval (client_id);
CREATE INDEX approval_user ON smart.approval (user_id, client_id) WHERE revoked_at IS NULL;
CREATE INDEX approval_session ON smart.approval (session_id) WHERE session_id IS NOT NULL;
COMMENT ON TABLE smart.approval IS 'What was allowed to a client at one time: by a person, or by its registration alone. All codes and tokens that follow from it end with it.';
COMMENT ON COLUMN smart.approval.user_id IS 'The person who allowed it; null for a client system that acts for itself.';
COMMENT ON COLUMN smart.approval.scopes IS 'What was granted, as SMART scopes separated by one space.';
COMMENT ON COLUMN smart.approval.patient IS 'FHIR id of the patient in context.';
COMMENT ON COLUMN smart.approval.encounter IS 'FHIR id of the encounter in context.';
COMMENT ON COLUMN smart.approval.context IS 'What else of the launch context the token answer repeats, as a JSON object.';
COMMENT ON COLUMN smart.approval.session_id IS 'The sign-in during which it was allowed.';
COMMENT ON COLUMN smart.approval.online IS 'It ends with that sign-in (online_access).';
COMMENT ON COLUMN smart.approval.authenticated_at IS 'When the person signed in.';

CREATE TABLE smart.authorization_code (
  code_hash bytea PRIMARY KEY CHECK (octet_length(code_hash) = 32),
  approval_id uuid NOT NULL REFERENCES smart.approval ON DELETE CASCADE,
  redirect_uri text NOT NULL,
  challenge text COLLATE "C" NOT NULL CHECK (challenge ~ '^[A-Za-z0-9_-]{43}$'),
  nonce text,
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3)
);
CREATE INDEX authorization_code_approval ON smart.authorization_code (approval_id);
CREATE INDEX authorization_code_expiry ON smart.authorization_code (expires_at);
COMMENT ON TABLE smart.authorization_code IS 'Codes that a client exchanges for tokens, once and within a minute.';
COMMENT ON COLUMN smart.authorization_code.challenge IS 'PKCE, method S256.';
COMMENT ON COLUMN smart.authorization_code.used_at IS 'When it was first presented, rightly or wrongly; a second time ends the approval.';

CREATE TABLE smart.access_token (
  token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
  id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  approval_id uuid NOT NULL REFERENCES smart.approval ON DELETE CASCADE,
  scopes text NOT NULL,
  issued_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz(3) NOT NULL,
  revoked_at timestamptz(3)
);
CREATE INDEX access_token_approval ON smart.access_token (approval_id);
CREATE INDEX access_token_expiry ON smart.access_token (expires_at);
COMMENT ON TABLE smart.access_token IS 'Tokens that open the FHIR API.';
COMMENT ON COLUMN smart.access_token.id IS 'Names the token in logs and audit, where the token itself may not stand.';
COMMENT ON COLUMN smart.access_token.scopes IS 'What this token allows: the approval''s scopes or fewer.';

CREATE TABLE smart.refresh_token (
  token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
  approval_id uuid NOT NULL REFERENCES smart.approval ON DELETE CASCADE,
  issued_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3)
);
CREATE INDEX refresh_token_approval ON smart.refresh_token (approval_id);
CREATE INDEX refresh_token_expiry ON smart.refresh_token (expires_at);
COMMENT ON TABLE smart.refresh_token IS 'Tokens that give a new access token and a new refresh token, once. A second use ends the approval; used ones are kept for that until they would have expired.';

CREATE TABLE smart.launch (
  launch_hash bytea PRIMARY KEY CHECK (octet_length(launch_hash) = 32),
  client_id text COLLATE "C" NOT NULL REFERENCES smart.client,
  user_id uuid NOT NULL REFERENCES users (id),
  patient text COLLATE "C",
  encounter text COLLATE "C",
  context text NOT NULL DEFAULT '{}',
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3)
);
CREATE INDEX launch_client ON smart.launch (client_id);
CREATE INDEX launch_user ON smart.launch (user_id);
CREATE INDEX launch_expiry ON smart.launch (expires_at);
COMMENT ON TABLE smart.launch IS 'EHR launches: a value that the portal hands to an app, and the context that it stands for. Good for one authorization.';

CREATE TABLE smart.used_assertion (
  client_id text COLLATE "C" NOT NULL REFERENCES smart.client,
  jti_hash bytea NOT NULL CHECK (octet_length(jti_hash) = 32),
  expires_at timestamptz(3) NOT NULL,
  PRIMARY KEY (client_id, jti_hash)
);
CREATE INDEX used_assertion_expiry ON smart.used_assertion (expires_at);
COMMENT ON TABLE smart.used_assertion IS 'Signed client assertions that were accepted; until they expire none is accepted again.';
COMMENT ON COLUMN smart.used_assertion.jti_hash IS 'SHA-256 of the claim jti.';

CREATE TABLE smart.signing_key (
  kid text COLLATE "C" PRIMARY KEY,
  algorithm text NOT NULL CHECK (algorithm IN ('RS256', 'ES384')),
  sealed text NOT NULL,
  public_key text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  signs_from timestamptz(3) NOT NULL,
  retired_at timestamptz(3)
);
CREATE INDEX signing_key_algorithm ON smart.signing_key (algorithm, signs_from);
COMMENT ON TABLE smart.signing_key IS 'The server''s own keys. Of each algorithm the youngest whose time has come signs; all that are not retired are published.';
COMMENT ON COLUMN smart.signing_key.sealed IS 'The private key, encrypted (AES-256-GCM) with the server''s secret and bound to its kid.';
COMMENT ON COLUMN smart.signing_key.public_key IS 'The public key, as a JSON Web Key.';
COMMENT ON COLUMN smart.signing_key.signs_from IS 'A new key is published for a while before it signs, so that those who keep the key set find it there.';
COMMENT ON COLUMN smart.signing_key.retired_at IS 'Since when it is not published any more.';

-- What a server may keep in memory of a token is good as long as this number stays. It changes when the transaction that
-- takes something away commits: deferred, so that nobody holds the row for long and no two wait for each other crosswise.
CREATE TABLE smart.revocation (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  number bigint NOT NULL DEFAULT 0
);
INSERT INTO smart.revocation DEFAULT VALUES;
COMMENT ON TABLE smart.revocation IS 'One number that grows whenever a token, approval, client, user or profile stops being good for what it was, or a patient is granted something.';

CREATE FUNCTION smart.count_revocation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE smart.revocation SET number = number + 1;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION smart.count_revocation() IS 'Trigger: makes the servers forget what they know of tokens.';
REVOKE ALL ON FUNCTION smart.count_revocation() FROM PUBLIC;

CREATE CONSTRAINT TRIGGER client_revocation AFTER UPDATE ON smart.client DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION smart.count_revocation();
CREATE CONSTRAINT TRIGGER approval_revocation AFTER UPDATE ON smart.approval DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION smart.count_revocation();
CREATE CONSTRAINT TRIGGER access_token_revocation AFTER UPDATE ON smart.access_token DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION smart.count_revocation();
CREATE CONSTRAINT TRIGGER users_revocation AFTER UPDATE OF is_active, role ON users DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active OR OLD.role IS DISTINCT FROM NEW.role)
  EXECUTE FUNCTION smart.count_revocation();
CREATE CONSTRAINT TRIGGER patient_profile_revocation AFTER UPDATE ON patient_profile DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.user_id IS NOT NULL AND (OLD.user_id IS DISTINCT FROM NEW.user_id OR OLD.is_deleted <> NEW.is_deleted))
  EXECUTE FUNCTION smart.count_revocation();
CREATE CONSTRAINT TRIGGER doctor_profile_revocation AFTER UPDATE ON doctor_profile DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.user_id IS NOT NULL AND (OLD.user_id IS DISTINCT FROM NEW.user_id OR OLD.is_deleted <> NEW.is_deleted))
  EXECUTE FUNCTION smart.count_revocation();
-- What is kept of a patient says whether anybody has granted anything.
CREATE CONSTRAINT TRIGGER patient_grants_revocation AFTER INSERT OR UPDATE ON patient_grants DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION smart.count_revocation();
CREATE CONSTRAINT TRIGGER session_revocation AFTER UPDATE OF revoked_at ON sessions DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
  EXECUTE FUNCTION smart.count_revocation();

-- A row that goes may have been good for a token too.
CREATE CONSTRAINT TRIGGER access_token_removal AFTER DELETE ON smart.access_token DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND OLD.expires_at > now()) EXECUTE FUNCTION smart.count_revocation();
CREATE CONSTRAINT TRIGGER session_removal AFTER DELETE ON sessions DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.revoked_at IS NULL AND OLD.expires_at > now()) EXECUTE FUNCTION smart.count_revocation();

CREATE FUNCTION smart.clean(most integer) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  over timestamptz := clock_timestamp() - interval '1 day';
  touched uuid[] := '{}';
  some_more uuid[];
  removed bigint := 0;
  part bigint;
BEGIN
  DELETE FROM smart.used_assertion WHERE (client_id, jti_hash) IN (
    SELECT u.client_id, u.jti_hash FROM smart.used_assertion u WHERE u.expires_at < clock_timestamp() - interval '1 minute' LIMIT most);
  GET DIAGNOSTICS part = ROW_COUNT;
  removed := removed + part;
  DELETE FROM smart.launch WHERE launch_hash IN (SELECT l.launch_hash FROM smart.launch l WHERE l.expires_at < over LIMIT most);
  GET DIAGNOSTICS part = ROW_COUNT;
  removed := removed + part;
  WITH gone AS (DELETE FROM smart.authorization_code WHERE code_hash IN (
      SELECT c.code_hash FROM smart.authorization_code c WHERE c.expires_at < over LIMIT most) RETURNING approval_id)
    SELECT array_agg(approval_id) INTO some_more FROM gone;
  touched := touched || coalesce(some_more, '{}');
  WITH gone AS (DELETE FROM smart.refresh_token WHERE token_hash IN (
      SELECT r.token_hash FROM smart.refresh_token r WHERE r.expires_at < over LIMIT most) RETURNING approval_id)
    SELECT array_agg(approval_id) INTO some_more FROM gone;
  touched := touched || coalesce(some_more, '{}');
  WITH gone AS (DELETE FROM smart.access_token WHERE token_hash IN (
      SELECT t.token_hash FROM smart.access_token t WHERE t.expires_at < over LIMIT most) RETURNING approval_id)
    SELECT array_agg(approval_id) INTO some_more FROM gone;
  touched := touched || coalesce(some_more, '{}');
  DELETE FROM smart.approval a WHERE a.id = ANY (touched)
    AND NOT EXISTS (SELECT FROM smart.access_token t WHERE t.approval_id = a.id)
    AND NOT EXISTS (SELECT FROM smart.refresh_token r WHERE r.approval_id = a.id)
    AND NOT EXISTS (SELECT FROM smart.authorization_code c WHERE c.approval_id = a.id);
  RETURN removed + cardinality(touched);
END
$$;
COMMENT ON FUNCTION smart.clean(integer) IS 'Removes what has been over for a day, at most so many rows of each kind; returns how many. An approval goes with the last that followed from it.';
REVOKE ALL ON FUNCTION smart.clean(integer) FROM PUBLIC;

GRANT USAGE ON SCHEMA smart TO hv_server_access;
GRANT SELECT, INSERT, UPDATE ON smart.client, smart.signing_key TO hv_server_access;
GRANT SELECT, INSERT, UPDATE, DELETE ON smart.approval, smart.authorization_code, smart.access_token, smart.refresh_token, smart.launch,
  smart.used_assertion TO hv_server_access;
GRANT SELECT ON smart.revocation TO hv_server_access;
GRANT EXECUTE ON FUNCTION smart.clean(integer) TO hv_server_access;
GRANT SELECT (id, user_id, expires_at, revoked_at) ON sessions TO hv_server_access;
