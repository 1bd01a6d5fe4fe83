# A database whose audit log was in use before it was chained: its rows stay, with their times, as one chain; who may write to it still may.
source "$here/former.sh"

say "rows of before are carried over with their times, chained, each month in its partition"
apply 1 24
sql -d "$before" -f "$here/assertions.sql" -c "SELECT test.clinic()" >/dev/null
sql -d "$before" -c "GRANT INSERT, UPDATE ON audit_logs TO $portal; GRANT SELECT (id, action) ON audit_logs TO $portal; GRANT hv_platform TO $portal;
  INSERT INTO audit_logs (action, actor_user_id, \"timestamp\", metadata) SELECT 'read', test.key('u1'), t, '{\"a\": \"ä\"}'
    FROM unnest(ARRAY['2026-01-31 23:59:59.999999Z', '2026-02-01Z', '1999-01-01Z', '2026-03-05 12:00Z', 'infinity']::timestamptz[]) AS t"
apply 25 29
doctor=11111111-1111-4111-8111-111111111111
sql -d "$before" -c "INSERT INTO audit_logs (action, targets, entries) VALUES ('access', '{}', E'{\"person\":\"$doctor\",\"status\":200}\n{\"status\":404}\n{\"person\":\"$doctor\",\"status\":200}')"
apply 30 999
[[ "$(sql -d "$before" -At -c "SELECT string_agg(tableoid::regclass || ' ' || position, ',' ORDER BY position) FROM audit_logs WHERE action = 'read'")" == \
  audit_logs_default\ 1,audit_logs_2026_01\ 2,audit_logs_2026_02\ 3,audit_logs_2026_03\ 4,audit_logs_default\ 5 ]]
[[ "$(sql -d "$before" -At -c "SELECT bool_and(hash = fhir.audit_hash(l)) AND bool_and(\"timestamp\" < now() OR position = 5) FROM audit_logs l")" == t ]]

say "rows of accesses of before have their persons, and are found by them"
[[ "$(sql -d "$before" -At -c "SELECT persons FROM audit_logs WHERE action = 'access'")" == "{$doctor}" ]]
[[ "$(sql -d "$before" -At -c "SELECT count(id) FROM fhir.audit_events(NULL, NULL, '$doctor', NULL, NULL, NULL, NULL, true, 200)")" == 2 ]]
[[ "$(sql -d "$before" -At -c "SELECT count(id) FROM fhir.audit_events(NULL, NULL, '$doctor', NULL, NULL, NULL, NULL, false, 200)")" == 2 ]]
[[ "$(sql -d "$before" -At -c "SELECT bool_and(hash = fhir.audit_hash(l)) FROM audit_logs l")" == t ]]

say "the platform's role still adds rows, which go on with a chain, and changes none"
sql -d "$before" -c "SET ROLE $portal; INSERT INTO audit_logs (action) VALUES ('sign')"
[[ "$(sql -d "$before" -At -c "SELECT position FROM audit_logs WHERE action = 'sign'")" == 7 ]]
[[ "$(sql -d "$before" -At -c "SET ROLE $portal; SELECT count(action) FROM audit_logs")" == 7 ]]
if sql -d "$before" -c "SET ROLE $portal; UPDATE audit_logs SET action = 'x'" 2>/dev/null; then exit 1; fi
sql -d "$before" -c "DROP OWNED BY $portal"
