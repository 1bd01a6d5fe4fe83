-- People sign in: what the server may do about passwords, sessions and duties.
--
-- The server's role reads and writes none of these tables. It calls the functions below, which run as the owner and do one thing for
-- one person each: no SELECT of the server's, whatever its text, can show hashes or sessions beside its own rows. A hash comes for one
-- e-mail at a time, each time counted as an attempt; a session is only found by who holds its token.

CREATE TABLE admin_duties (
  user_id uuid NOT NULL REFERENCES users (id),
  duty text NOT NULL CHECK (duty IN ('users', 'audit', 'support')),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (user_id, duty)
);
COMMENT ON TABLE admin_duties IS 'What an administrator is for; one without a duty may sign in and do nothing.';
COMMENT ON COLUMN admin_duties.user_id IS 'A user of role admin.';
COMMENT ON COLUMN admin_duties.duty IS 'users: logins and client systems. audit: reads the audit log. support: helps people, sees metrics.';
CREATE TRIGGER user_role_on_insert BEFORE INSERT ON admin_duties
  FOR EACH ROW EXECUTE FUNCTION fhir.require_user_role('admin');
CREATE TRIGGER user_role_on_update BEFORE UPDATE ON admin_duties
  FOR EACH ROW EXECUTE FUNCTION fhir.require_user_role('admin');

CREATE TABLE fhir.sign_in_attempt (
  key bytea PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('account', 'address')),
  failures integer NOT NULL CHECK (failures >= 0),
  since timestamptz(3) NOT NULL,
  locked_until timestamptz(3),
  locks integer NOT NULL DEFAULT 0 CHECK (locks >= 0),
  changed_at timestamptz(3) NOT NULL
);
CREATE INDEX sign_in_attempt_changed ON fhir.sign_in_attempt (changed_at);
COMMENT ON TABLE fhir.sign_in_attempt IS 'How often signing in failed of late, for each account (also one that does not exist) and each address.';
COMMENT ON COLUMN fhir.sign_in_attempt.key IS 'SHA-256 of a secret, the kind, and the e-mail or address: what people typed is not kept.';
COMMENT ON COLUMN fhir.sign_in_attempt.failures IS 'Since `since`. An attempt counts from its begin; success takes it back. At the limit: locked.';
COMMENT ON COLUMN fhir.sign_in_attempt.since IS 'When the first of these failures was.';
COMMENT ON COLUMN fhir.sign_in_attempt.locked_until IS 'Until then every attempt is refused, and counts no more.';
COMMENT ON COLUMN fhir.sign_in_attempt.locks IS 'Locks in a row; each is twice as long as the one before. Forgotten a day after the last.';

CREATE TABLE fhir.password_reset (
  token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
  user_id uuid NOT NULL REFERENCES users (id),
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz(3) NOT NULL,
  used_at timestamptz(3),
  CONSTRAINT password_reset_expiry_after_start CHECK (expires_at > created_at)
);
CREATE INDEX password_reset_user ON fhir.password_reset (user_id);
COMMENT ON TABLE fhir.password_reset IS 'Links by which a person sets a password; each works once, and the newest alone.';
COMMENT ON COLUMN fhir.password_reset.token_hash IS 'SHA-256 of the token in the link; the token itself is not kept.';
COMMENT ON COLUMN fhir.password_reset.used_at IS 'When it was used, or made void.';

-- As 021 closes the other tables: the callers' roles see nothing, also if something is granted to them by mistake.
DO $$
DECLARE
  closed regclass;
BEGIN
  FOREACH closed IN ARRAY ARRAY['public.admin_duties', 'fhir.sign_in_attempt', 'fhir.password_reset']::regclass[] LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', closed);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', closed);
    EXECUTE format('CREATE POLICY everything ON %s TO hv_server_access, hv_platform, %I USING (true) WITH CHECK (true)', closed, current_user);
  END LOOP;
END
$$;

-- A login that is closed ends what it had open, whoever closes it.
CREATE FUNCTION fhir.end_sign_ins() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE public.sessions SET revoked_at = clock_timestamp() WHERE user_id = NEW.id AND revoked_at IS NULL;
  UPDATE fhir.password_reset SET used_at = clock_timestamp() WHERE user_id = NEW.id AND used_at IS NULL;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.end_sign_ins() IS 'Sessions and links to set a password end with the login.';
CREATE TRIGGER sign_ins_end AFTER UPDATE OF is_active ON users
  FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION fhir.end_sign_ins();

CREATE FUNCTION fhir.attempt_key(kind text, about text) RETURNS bytea
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT sha256(convert_to(fhir.server_secret('sign-in-attempts') || ' ' || kind || ' ' || lower(about), 'UTF8'))
$$;
COMMENT ON FUNCTION fhir.attempt_key(text, text) IS 'The key of fhir.sign_in_attempt for an account (e-mail) or address.';

CREATE FUNCTION fhir.attempts_allowed(kind text) RETURNS integer LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE kind WHEN 'account' THEN 5 ELSE 30 END
$$;
COMMENT ON FUNCTION fhir.attempts_allowed(text) IS 'Failures within 15 minutes that lock: an account, an address (which a whole village may share).';

CREATE FUNCTION fhir.count_attempt(kind text, about text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  span CONSTANT interval := '15 minutes';
  longest CONSTANT interval := '1 day';
  moment timestamptz := clock_timestamp();
  seen fhir.sign_in_attempt;
BEGIN
  INSERT INTO fhir.sign_in_attempt (key, kind, failures, since, changed_at)
    VALUES (fhir.attempt_key(kind, about), kind, 0, moment, moment) ON CONFLICT (key) DO NOTHING;
  SELECT * INTO seen FROM fhir.sign_in_attempt a WHERE a.key = fhir.attempt_key(kind, about) FOR UPDATE;
  IF NOT FOUND THEN
    -- Another's success has just removed it.
    RETURN true;
  END IF;
  moment := clock_timestamp();
  IF seen.locked_until > moment THEN
    RETURN false;
  END IF;
  IF seen.locked_until < moment - longest THEN
    seen.locks := 0;
  END IF;
  IF seen.failures >= fhir.attempts_allowed(kind) OR seen.since < moment - span THEN
    seen.failures := 0;
    seen.since := moment;
  END IF;
  seen.failures := seen.failures + 1;
  IF seen.failures >= fhir.attempts_allowed(kind) THEN
    seen.locked_until := moment + least(span * (2 ^ least(seen.locks, 10)), longest);
    seen.locks := seen.locks + 1;
  END IF;
  UPDATE fhir.sign_in_attempt a
    SET failures = seen.failures, since = seen.since, locked_until = seen.locked_until, locks = seen.locks, changed_at = moment
    WHERE a.key = seen.key;
  RETURN true;
END
$$;
COMMENT ON FUNCTION fhir.count_attempt(text, text) IS
  'Counts an attempt in advance, as if it failed, so that many at once are no way round the limit. False: locked.';

CREATE FUNCTION fhir.sign_in_begin(address text, wanted_email text)
RETURNS TABLE (verdict text, user_id uuid, password_hash text, is_active boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  -- Addresses before accounts, always: two that wait for each other are impossible. A locked address locks no accounts.
  IF NOT fhir.count_attempt('address', address) THEN
    verdict := 'address locked';
  ELSIF NOT fhir.count_attempt('account', wanted_email) THEN
    verdict := 'account locked';
  END IF;
  IF random() < 0.01 THEN
    DELETE FROM fhir.sign_in_attempt a WHERE a.key IN
      (SELECT old.key FROM fhir.sign_in_attempt old WHERE old.changed_at < clock_timestamp() - interval '3 days' LIMIT 1000 FOR UPDATE SKIP LOCKED);
  END IF;
  SELECT u.id, CASE WHEN verdict IS NULL THEN u.password_hash END, u.is_active INTO user_id, password_hash, is_active
    FROM public.users u WHERE lower(u.email) = lower(wanted_email);
  verdict := coalesce(verdict, 'try');
  RETURN NEXT;
END
$$;
COMMENT ON FUNCTION fhir.sign_in_begin(text, text) IS
  'Counts an attempt for the account and the address, and gives the hash to compare with (null: no such user, or locked).';

CREATE FUNCTION fhir.sign_in_failed(address text, who uuid, why text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO public.audit_logs (action, target_table, target_id, metadata)
    VALUES ('sign-in refused', 'users', who, jsonb_build_object('address', address, 'why', why))
$$;
COMMENT ON FUNCTION fhir.sign_in_failed(text, uuid, text) IS 'Records a refused attempt in the audit log; what was typed is not recorded.';

-- The account's failures are forgotten; of the address's only this one: else one's own login would clear the way for guesses at others.
CREATE FUNCTION fhir.forget_attempt(address text, email text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE fhir.sign_in_attempt a
    SET failures = greatest(a.failures - 1, 0),
        locked_until = CASE WHEN a.failures < fhir.attempts_allowed('address') THEN a.locked_until END,
        locks = CASE WHEN a.failures < fhir.attempts_allowed('address') THEN a.locks ELSE greatest(a.locks - 1, 0) END
    WHERE a.key = fhir.attempt_key('address', address);
  DELETE FROM fhir.sign_in_attempt a WHERE a.key = fhir.attempt_key('account', email);
$$;
COMMENT ON FUNCTION fhir.forget_attempt(text, text) IS 'An attempt that was begun has succeeded.';

CREATE FUNCTION fhir.sign_in_succeeded(address text, who uuid, seen_hash text, better_hash text, token_hash bytea, agent text, life interval)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known public.users;
  made timestamptz := clock_timestamp();
BEGIN
  SELECT * INTO known FROM public.users u WHERE u.id = who FOR NO KEY UPDATE;
  IF NOT FOUND OR NOT known.is_active OR known.password_hash <> seen_hash THEN
    RETURN false;
  END IF;
  IF better_hash IS NOT NULL THEN
    UPDATE public.users u SET password_hash = better_hash WHERE u.id = who;
  END IF;
  PERFORM fhir.forget_attempt(address, known.email);
  INSERT INTO public.sessions (user_id, token_hash, user_agent, created_at, last_seen_at, expires_at)
    VALUES (who, token_hash, agent, made, made, made + least(life, interval '12 hours'));
  INSERT INTO public.audit_logs (actor_user_id, action, target_table, target_id, metadata)
    VALUES (who, 'sign-in', 'users', who, jsonb_build_object('address', address));
  RETURN true;
END
$$;
COMMENT ON FUNCTION fhir.sign_in_succeeded(text, uuid, text, text, bytea, text, interval) IS
  'Opens a session for who knows the hash that sign_in_begin gave, and keeps a better hash of the same password. False: the login has changed meanwhile.';

CREATE FUNCTION fhir.session_of(wanted_hash bytea, idle interval)
RETURNS TABLE (session_id uuid, user_id uuid, email text, role text, person_key uuid, person_id text, person_name text, duties text, signed_in_at bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
  found_session public.sessions;
  moment timestamptz := clock_timestamp();
BEGIN
  SELECT * INTO found_session FROM public.sessions s
    WHERE s.token_hash = wanted_hash AND s.revoked_at IS NULL AND s.expires_at > moment
      AND s.created_at > moment - interval '12 hours' AND coalesce(s.last_seen_at, s.created_at) > moment - idle;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  -- Once a minute is exact enough, and spares most requests a write.
  IF coalesce(found_session.last_seen_at, found_session.created_at) < moment - interval '1 minute' THEN
    UPDATE public.sessions s SET last_seen_at = moment WHERE s.id = found_session.id;
  END IF;
  RETURN QUERY
    SELECT found_session.id, u.id, u.email, u.role::text, coalesce(p.id, d.id), coalesce(p.fhir_id, p.id::text, d.fhir_id, d.id::text),
           coalesce(p.full_name, d.full_name),
           (SELECT string_agg(a.duty, ' ' ORDER BY a.duty) FROM public.admin_duties a WHERE a.user_id = u.id),
           floor(extract(epoch FROM found_session.created_at))::bigint
      FROM public.users u
      LEFT JOIN public.patient_profile p ON u.role = 'patient' AND p.user_id = u.id AND NOT p.is_deleted
      LEFT JOIN public.doctor_profile d ON u.role = 'doctor' AND d.user_id = u.id AND NOT d.is_deleted
      WHERE u.id = found_session.user_id AND u.is_active;
END
$$;
COMMENT ON FUNCTION fhir.session_of(bytea, interval) IS 'Who is signed in by this token, and marks the session as used; no row when nobody is.';

CREATE FUNCTION fhir.end_session(wanted_hash bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH ended AS (
    UPDATE public.sessions s SET revoked_at = clock_timestamp() WHERE s.token_hash = wanted_hash AND s.revoked_at IS NULL RETURNING s.user_id
  )
  INSERT INTO public.audit_logs (actor_user_id, action, target_table, target_id) SELECT e.user_id, 'sign-out', 'users', e.user_id FROM ended e
$$;
COMMENT ON FUNCTION fhir.end_session(bytea) IS 'Signs out.';

CREATE FUNCTION fhir.change_password(address text, wanted_hash bytea, seen_hash text, new_hash text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known public.users;
BEGIN
  SELECT u.* INTO known FROM public.users u JOIN public.sessions s ON s.user_id = u.id
    WHERE s.token_hash = wanted_hash AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp() FOR NO KEY UPDATE OF u;
  IF NOT FOUND OR NOT known.is_active OR known.password_hash <> seen_hash THEN
    RETURN false;
  END IF;
  UPDATE public.users u SET password_hash = new_hash WHERE u.id = known.id;
  UPDATE public.sessions s SET revoked_at = clock_timestamp()
    WHERE s.user_id = known.id AND s.revoked_at IS NULL AND s.token_hash <> wanted_hash;
  UPDATE fhir.password_reset r SET used_at = clock_timestamp() WHERE r.user_id = known.id AND r.used_at IS NULL;
  PERFORM fhir.forget_attempt(address, known.email);
  INSERT INTO public.audit_logs (actor_user_id, action, target_table, target_id, metadata)
    VALUES (known.id, 'password changed', 'users', known.id, jsonb_build_object('address', address));
  RETURN true;
END
$$;
COMMENT ON FUNCTION fhir.change_password(text, bytea, text, text) IS
  'A new password for who is signed in and knows the hash that sign_in_begin gave; ends the person''s other sessions.';

CREATE FUNCTION fhir.password_reset_email(wanted_hash bytea) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT u.email FROM fhir.password_reset r JOIN public.users u ON u.id = r.user_id
    WHERE r.token_hash = wanted_hash AND r.used_at IS NULL AND r.expires_at > clock_timestamp() AND u.is_active
$$;
COMMENT ON FUNCTION fhir.password_reset_email(bytea) IS 'Whose password this link would set; null when it works no more.';

CREATE FUNCTION fhir.reset_password(address text, wanted_hash bytea, new_hash text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  known public.users;
BEGIN
  -- The login first, as everywhere: the link is looked at once more when the row is ours.
  SELECT u.* INTO known FROM public.users u
    WHERE u.id = (SELECT r.user_id FROM fhir.password_reset r WHERE r.token_hash = wanted_hash) FOR NO KEY UPDATE;
  IF NOT FOUND OR NOT known.is_active THEN
    RETURN false;
  END IF;
  UPDATE fhir.password_reset r SET used_at = clock_timestamp()
    WHERE r.token_hash = wanted_hash AND r.used_at IS NULL AND r.expires_at > clock_timestamp();
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE public.users u SET password_hash = new_hash WHERE u.id = known.id;
  UPDATE public.sessions s SET revoked_at = clock_timestamp() WHERE s.user_id = known.id AND s.revoked_at IS NULL;
  UPDATE fhir.password_reset r SET used_at = clock_timestamp() WHERE r.user_id = known.id AND r.used_at IS NULL;
  DELETE FROM fhir.sign_in_attempt a WHERE a.key = fhir.attempt_key('account', known.email);
  INSERT INTO public.audit_logs (actor_user_id, action, target_table, target_id, metadata)
    VALUES (known.id, 'password set by link', 'users', known.id, jsonb_build_object('address', address));
  RETURN true;
END
$$;
COMMENT ON FUNCTION fhir.reset_password(text, bytea, text) IS 'Sets the password by a link, once; ends every session and lifts the account''s lock.';

REVOKE ALL ON FUNCTION fhir.end_sign_ins(), fhir.attempt_key(text, text), fhir.attempts_allowed(text), fhir.count_attempt(text, text),
  fhir.forget_attempt(text, text), fhir.sign_in_begin(text, text), fhir.sign_in_failed(text, uuid, text),
  fhir.sign_in_succeeded(text, uuid, text, text, bytea, text, interval), fhir.session_of(bytea, interval), fhir.end_session(bytea),
  fhir.change_password(text, bytea, text, text), fhir.password_reset_email(bytea), fhir.reset_password(text, bytea, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fhir.sign_in_begin(text, text), fhir.sign_in_failed(text, uuid, text),
  fhir.sign_in_succeeded(text, uuid, text, text, bytea, text, interval), fhir.session_of(bytea, interval), fhir.end_session(bytea),
  fhir.change_password(text, bytea, text, text), fhir.password_reset_email(bytea), fhir.reset_password(text, bytea, text) TO hv_server_access;
