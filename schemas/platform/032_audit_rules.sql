-- What the rules over the audit trail found: told once for all servers, and to whom. docs/audit.md, "Anomalies".

CREATE TABLE fhir.audit_alarm (
  rule text NOT NULL CHECK (rule <> ''),
  kind text NOT NULL CHECK (kind IN ('person', 'client', 'address')),
  who text NOT NULL CHECK (who <> ''),
  happened_at timestamptz NOT NULL,
  raised_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (rule, kind, who)
);
CREATE INDEX audit_alarm_raised ON fhir.audit_alarm (raised_at, rule);
COMMENT ON TABLE fhir.audit_alarm IS 'Of whom a rule over the audit trail has told last; forgotten after 30 days.';
COMMENT ON COLUMN fhir.audit_alarm.rule IS 'Its name in the file of audit-rules.';
COMMENT ON COLUMN fhir.audit_alarm.who IS 'Key of patient_profile or doctor_profile, client_id, or network address.';
COMMENT ON COLUMN fhir.audit_alarm.happened_at IS 'When what was told of happened: the time of the last row that was counted.';

CREATE TABLE fhir.trail_watch (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  place timestamptz NOT NULL
);
COMMENT ON TABLE fhir.trail_watch IS 'Up to when the rules have seen the audit trail, at least; a server that begins to watch goes on from there.';

-- As 023 closes its tables.
DO $$
DECLARE
  closed regclass;
BEGIN
  FOREACH closed IN ARRAY ARRAY['fhir.audit_alarm', 'fhir.trail_watch']::regclass[] LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', closed);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', closed);
    EXECUTE format('CREATE POLICY everything ON %s TO hv_server_access, hv_platform, %I USING (true) WITH CHECK (true)', closed, current_user);
  END LOOP;
END
$$;

CREATE FUNCTION fhir.url_text(said text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(string_agg(CASE WHEN c.letter ~ '^[A-Za-z0-9._~-]$' THEN c.letter
                                  ELSE regexp_replace(upper(encode(convert_to(c.letter, 'UTF8'), 'hex')), '(..)', '%\1', 'g') END, '' ORDER BY c.n), '')
    FROM regexp_split_to_table(regexp_replace(said, '([\\,$|])', '\\\1', 'g'), '') WITH ORDINALITY AS c (letter, n)
$$;
COMMENT ON FUNCTION fhir.url_text(text) IS 'As the value of a search parameter in a URL.';

-- `happened` and not the clock decides what is told again: who reads the trail a second time finds what was told already.
CREATE FUNCTION fhir.raise_audit_alarm(rule text, kind text, who text, type text, said text, began timestamptz, happened timestamptz, span interval)
RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  since CONSTANT text := to_char(began AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  until CONSTANT text := to_char(happened AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  most CONSTANT integer := 100;  -- of a rule in an hour
  others integer;
  named text := who;
  asked text;
BEGIN
  INSERT INTO fhir.audit_alarm AS a (rule, kind, who, happened_at) VALUES (rule, kind, who, happened)
    ON CONFLICT ON CONSTRAINT audit_alarm_pkey DO UPDATE SET happened_at = excluded.happened_at, raised_at = clock_timestamp()
      WHERE excluded.happened_at >= a.happened_at + span;
  IF NOT FOUND THEN
    RETURN (SELECT a.happened_at FROM fhir.audit_alarm a WHERE a.rule = rule AND a.kind = kind AND a.who = who);
  END IF;
  DELETE FROM fhir.audit_alarm a WHERE a.raised_at < clock_timestamp() - interval '30 days';
  SELECT count(*) - 1 INTO others FROM fhir.audit_alarm a WHERE a.rule = rule AND a.raised_at > clock_timestamp() - interval '1 hour';
  IF others >= most THEN
    RETURN NULL;
  END IF;
  IF kind = 'person' AND type IN ('Practitioner', 'Patient') THEN
    named := type || '/' || CASE type WHEN 'Practitioner' THEN coalesce((SELECT d.fhir_id FROM public.doctor_profile d WHERE d.id = who::uuid), who)
                                      ELSE (fhir.audit_patient_ids(ARRAY[who::uuid]))[1] END;
    asked := 'agent=' || named || '&';
  ELSIF kind = 'client' THEN
    SELECT c.name || ' (' || c.client_id || ')', 'agent-name:exact=' || fhir.url_text(c.name) || '&' INTO named, asked
      FROM smart.client c WHERE c.client_id = who;
    named := coalesce(named, who);
  ELSIF kind = 'address' THEN
    asked := 'address=' || fhir.url_text(who) || '&';
  END IF;
  INSERT INTO public.notifications (user_id, kind, body)
    SELECT d.user_id, 'audit_alarm', format('Audit rule %s: %s %s, %s, from %s to %s. See AuditEvent?%sdate=ge%s&date=le%s%s',
                                            rule, kind, named, said, since, until, asked, since, until,
                                            CASE WHEN others = most - 1 THEN ' These are a hundred of this rule within an hour: what follows is in the log alone.' END)
      FROM public.admin_duties d JOIN public.users u ON u.id = d.user_id
      WHERE d.duty = 'audit' AND u.is_active AND u.role::text = 'admin' ORDER BY d.user_id;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION fhir.raise_audit_alarm(text, text, text, text, text, timestamptz, timestamptz, interval) IS
  'Tells the administrators with the duty audit what a rule found (a hundred times an hour for each rule), and gives null; or, when the same was told less than `span` before, when that had happened.';

REVOKE ALL ON FUNCTION fhir.url_text(text), fhir.raise_audit_alarm(text, text, text, text, text, timestamptz, timestamptz, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fhir.raise_audit_alarm(text, text, text, text, text, timestamptz, timestamptz, interval) TO hv_server_access;
GRANT SELECT, INSERT, UPDATE ON fhir.trail_watch TO hv_server_access;
