-- The vocabulary of the tests. Each raises an error that says what does not hold.

CREATE SCHEMA test;
GRANT USAGE ON SCHEMA test TO PUBLIC;

CREATE FUNCTION test.holds(claim boolean, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF claim IS NOT TRUE THEN
    RAISE EXCEPTION 'does not hold: %', what;
  END IF;
END
$$;

CREATE FUNCTION test.same(got text, wanted text, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF got IS DISTINCT FROM wanted THEN
    RAISE EXCEPTION '%: got %, wanted %', what, got, wanted;
  END IF;
END
$$;

-- The statement fails with this SQLSTATE and leaves nothing.
CREATE FUNCTION test.refused(statement text, state text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  got text := 'no error';
BEGIN
  SET CONSTRAINTS ALL IMMEDIATE;
  BEGIN
    EXECUTE statement;
  EXCEPTION WHEN OTHERS THEN
    got := SQLSTATE;
  END;
  PERFORM test.same(got, state, statement);
  SET CONSTRAINTS ALL DEFERRED;
END
$$;

-- A small clinic: fixed keys p1, p2 (patients), d1, d2 (doctors), a1 (appointment of p1 and d1).
CREATE FUNCTION test.key(name text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(name)::uuid $$;

CREATE FUNCTION test.clinic() RETURNS void LANGUAGE sql AS $$
  INSERT INTO users (id, email, password_hash, role) VALUES
    (test.key('u1'), 'asha@example.org', 'x', 'patient'), (test.key('u2'), 'meera@example.org', 'x', 'doctor');
  INSERT INTO patient_profile (id, user_id, full_name, dob, gender) VALUES
    (test.key('p1'), test.key('u1'), 'Asha Devi', '1980-02-29', 'female'), (test.key('p2'), NULL, 'Ravi Kumar', '1975-01-01', 'male');
  INSERT INTO doctor_profile (id, user_id, full_name) VALUES
    (test.key('d1'), test.key('u2'), 'Dr Meera Iyer'), (test.key('d2'), NULL, 'Dr Arun Rao');
  INSERT INTO appointments (id, patient_id, doctor_id, scheduled_start, scheduled_end) VALUES
    (test.key('a1'), test.key('p1'), test.key('d1'), '2026-11-23 09:00+00', '2026-11-23 09:20+00');
$$;
