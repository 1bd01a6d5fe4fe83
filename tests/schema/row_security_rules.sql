\echo every table is under forced row security, or says why not
SELECT test.same(string_agg(n.nspname || '.' || c.relname, ', ' ORDER BY 1), NULL, 'tables open to whoever is granted them')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname IN ('public', 'history', 'fhir') AND c.relkind IN ('r', 'p', 'm', 'v', 'f') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
    AND NOT (c.relkind = 'v' AND c.relname LIKE 'ids\_of\_%')  -- ids of rows, for references in rows that are seen: only these two columns
    AND (n.nspname, c.relname) NOT IN (VALUES
      ('public'::name, 'schema_migration'::name),  -- which migrations ran
      ('fhir', 'parameter'),        -- names of search parameters
      ('fhir', 'own_parameter'),    -- definitions of search parameters
      ('fhir', 'index_build'),      -- how far an index is built; a key of some resource, readable without it
      ('fhir', 'search_epoch'),     -- a counter
      ('fhir', 'open_type'),        -- names of types
      ('fhir', 'server_secret'),    -- granted to nobody
      ('fhir', 'data_key'),         -- wrapped keys, granted to the server alone
      ('fhir', 'encryption_job'),   -- how far the encryption is; a key of some row, granted to the server alone
      ('fhir', 'import_progress')); -- names of files, granted to the server alone

SELECT test.same(string_agg(DISTINCT a.attname, ', '), 'fhir_id, id', 'what the views of ids tell')
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relnamespace = 'fhir'::regnamespace AND c.relkind = 'v';

\echo a table of persons or of what is said of them is in no list of exceptions
SELECT test.same(string_agg(DISTINCT c.oid::regclass::text, ', '), NULL, 'has personal columns and no forced row security')
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
  WHERE c.relnamespace IN ('public'::regnamespace, 'history'::regnamespace, 'fhir'::regnamespace) AND c.relkind = 'r' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
    AND a.attname IN ('patient_id', 'patient', 'patient_keys', 'holder', 'user_id', 'actor_user_id', 'owner_id', 'doctor_id', 'author_id', 'full_name', 'email', 'dob', 'address',
                      'contact_number', 'fhir_residual', 'key', 'source_key', 'target_key', 'target_id', 'fhir_id', 'container_key', 'value_text', 'token_hash', 'username');

\echo the owner, the server and the platform see all rows; a policy is for a role that is known
SELECT test.same(string_agg(c.oid::regclass::text, ', '), NULL, 'without a policy for the owner, the server and the platform')
  FROM pg_class c
  WHERE c.relrowsecurity AND c.relkind = 'r' AND c.relnamespace IN ('public'::regnamespace, 'history'::regnamespace, 'fhir'::regnamespace)
    AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*' AND pg_get_expr(p.polqual, p.polrelid) = 'true'
                      AND p.polroles @> ARRAY[c.relowner, 'hv_server_access'::regrole, 'hv_platform'::regrole]::oid[]);
SELECT test.same(string_agg(p.polname || ' on ' || p.polrelid::regclass, ', '), NULL, 'for somebody else')
  FROM pg_policy p CROSS JOIN LATERAL unnest(p.polroles) AS r (oid)
  WHERE NOT p.polpermissive OR (p.polname = 'everything') <> (r.oid NOT IN ('hv_patient'::regrole, 'hv_doctor'::regrole, 'hv_admin'::regrole, 'hv_client'::regrole));

\echo nobody can be one of the callers by himself, and none of them can go round row security
SELECT test.holds(count(*) = 5 AND NOT bool_or(rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication), 'roles')
  FROM pg_roles WHERE rolname IN ('hv_patient', 'hv_doctor', 'hv_admin', 'hv_client', 'hv_platform');
SELECT test.same(string_agg(m.roleid::regrole || ' has ' || m.member::regrole, ', '), NULL, 'members of others')
  FROM pg_auth_members m WHERE m.member IN ('hv_patient'::regrole, 'hv_doctor'::regrole, 'hv_admin'::regrole, 'hv_client'::regrole, 'hv_platform'::regrole);

\echo the login role of the server has nothing of what its callers have before it becomes one, and then nothing of its own
SELECT format('hv_test_login_%s', pg_backend_pid()) AS login \gset
CREATE ROLE :login LOGIN;
GRANT hv_server_access TO :login;
BEGIN;
SELECT test.holds(pg_has_role(:'login', r, 'MEMBER') AND NOT pg_has_role(:'login', r, 'USAGE'), r) FROM unnest(ARRAY['hv_patient', 'hv_doctor', 'hv_admin', 'hv_client']) AS r;
SELECT test.holds(NOT pg_has_role(:'login', 'hv_platform', 'MEMBER'), 'nor of the platform');
SELECT test.clinic();
UPDATE patient_profile SET full_name = 'x';
SET LOCAL SESSION AUTHORIZATION :login;
SELECT test.holds(count(*) = 2, 'the server') FROM patient_profile;
SET LOCAL ROLE hv_patient;
SELECT test.holds(count(*) = 0, 'a patient whom nobody named') FROM patient_profile;
SELECT set_config('hv.person', test.key('p1')::text, true);
SELECT test.holds(count(*) = 1, 'a patient') FROM patient_profile;
SELECT test.refused('SELECT FROM users', '42501');
-- The same prepared statement, for another person and another role.
PREPARE names AS SELECT string_agg(full_name, ',' ORDER BY id) FROM patient_profile;
EXECUTE names;
SELECT set_config('hv.person', test.key('p2')::text, true);
CREATE TEMP TABLE kept ON COMMIT DROP AS EXECUTE names;
SELECT test.holds(string_agg = 'x' , 'one') FROM kept;
SET LOCAL ROLE hv_doctor;
CREATE TEMP TABLE kept_by_doctor ON COMMIT DROP AS EXECUTE names;
SELECT test.holds(string_agg IS NULL, 'none') FROM kept_by_doctor;
SET LOCAL ROLE NONE;
CREATE TEMP TABLE kept_by_server ON COMMIT DROP AS EXECUTE names;
SELECT test.holds(string_agg = 'x,x', 'both') FROM kept_by_server;
ROLLBACK;
BEGIN;
SET LOCAL SESSION AUTHORIZATION :login;
SELECT test.refused('SET ROLE hv_platform', '42501'), test.refused('SET ROLE ' || (SELECT relowner::regrole::text FROM pg_class WHERE oid = 'patient_profile'::regclass), '42501');
ROLLBACK;

\echo the person ends with the transaction that named it
BEGIN;
SELECT test.clinic();
SET LOCAL ROLE hv_patient;
SAVEPOINT named;
SELECT set_config('hv.person', test.key('p1')::text, true);
SELECT test.holds(count(*) = 1, 'named') FROM patient_profile;
ROLLBACK TO named;
SELECT test.holds(count(*) = 0, 'nobody again') FROM patient_profile;
ROLLBACK;
SELECT test.holds(coalesce(current_setting('hv.person', true), '') = '', 'nobody');

\echo a caller has no right that the server has not, but on functions that only read the caller
SELECT test.same(string_agg(DISTINCT format('%s %s on %s', a.grantee::regrole, a.privilege_type, c.oid::regclass), ', '), NULL, 'more than the server')
  FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) AS a
  WHERE c.relnamespace IN ('public'::regnamespace, 'history'::regnamespace, 'fhir'::regnamespace)
    AND a.grantee IN ('hv_patient'::regrole, 'hv_doctor'::regrole, 'hv_admin'::regrole, 'hv_client'::regrole)
    AND NOT has_table_privilege('hv_server_access', c.oid, a.privilege_type);
SELECT test.same(string_agg(DISTINCT format('%s %s on %s.%s', a.grantee::regrole, a.privilege_type, t.attrelid::regclass, t.attname), ', '), NULL, 'more than the server')
  FROM pg_attribute t CROSS JOIN LATERAL aclexplode(t.attacl) AS a
  WHERE a.grantee IN ('hv_patient'::regrole, 'hv_doctor'::regrole, 'hv_admin'::regrole, 'hv_client'::regrole)
    AND NOT has_column_privilege('hv_server_access', t.attrelid, t.attnum, a.privilege_type);
SELECT test.holds(NOT has_column_privilege(r, 'users', c, 'SELECT'), r || ' ' || c)
  FROM unnest(ARRAY['hv_patient', 'hv_doctor', 'hv_admin', 'hv_client', 'hv_server_access', 'hv_platform']) AS r, unnest(ARRAY['password_hash']) AS c;

\echo a function that runs as the owner is called by nobody but the server, and attached to a table by nobody; one judges its callers itself
SELECT test.same(string_agg(format('%s by %s', p.oid::regprocedure, r.name), ', '), NULL, 'callable')
  FROM pg_proc p, unnest(ARRAY['public', 'hv_patient', 'hv_doctor', 'hv_admin', 'hv_client', 'hv_platform']) AS r (name)
  WHERE p.pronamespace IN ('public'::regnamespace, 'history'::regnamespace, 'fhir'::regnamespace) AND (p.prosecdef OR p.prorettype = 'trigger'::regtype)
    AND has_function_privilege(r.name, p.oid, 'EXECUTE') AND NOT (p.proname = 'audit_events' AND r.name IN ('hv_patient', 'hv_doctor', 'hv_admin', 'hv_client'));
SELECT test.same(string_agg(p.proname, ' ' ORDER BY p.proname COLLATE "C"),
    'add_data_key analyze_grown audit_events change_password end_session has_duty intern_parameters make_audit_partitions password_reset_email raise_audit_alarm reseal reseal_prescription reseal_record reset_password rewrap_data_key server_secret session_of sign_in_begin sign_in_failed sign_in_succeeded use_data_keys', 'the server''s own')
  FROM pg_proc p WHERE p.pronamespace IN ('public'::regnamespace, 'history'::regnamespace, 'fhir'::regnamespace) AND p.prosecdef AND has_function_privilege('hv_server_access', p.oid, 'EXECUTE');
BEGIN;
SET LOCAL ROLE hv_patient;
CREATE TEMP TABLE mine (id uuid, fhir_id text);
SELECT test.refused(format('CREATE TRIGGER t AFTER INSERT ON mine REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %s', f), '42501')
  FROM unnest(ARRAY['fhir.queue_reindex(''Patient'')', 'fhir.reach_of_patient_profile()', 'fhir.new_appointments_to_care()', 'history.keep_patient_profile()']) AS f;
ROLLBACK;

\echo a role of the platform sees what it is granted; one that is not sees no row
SELECT format('hv_test_portal_%s', pg_backend_pid()) AS portal \gset
CREATE ROLE :portal;
GRANT SELECT ON patient_profile TO :portal;
BEGIN;
SELECT test.clinic();
SET LOCAL ROLE :portal;
SELECT test.holds(count(*) = 0, 'not the platform''s') FROM patient_profile;
RESET ROLE;
GRANT hv_platform TO :portal;
SET LOCAL ROLE :portal;
SELECT test.holds(count(*) = 2, 'the platform''s') FROM patient_profile;
SELECT test.refused('SELECT FROM appointments', '42501');
ROLLBACK;
DROP OWNED BY :portal;
DROP ROLE :portal, :login;
