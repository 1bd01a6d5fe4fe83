# What fhir.audit_events asks of years of partitions is a walk along an index that a LIMIT ends, or a look into one; each caller's role sees
# its own, whatever is asked.

sql -d "$target" >/dev/null <<'END'
SELECT fhir.make_audit_partition((date '2024-01-01' + make_interval(months => m))::date) FROM generate_series(0, 22) AS m;
CREATE FUNCTION pg_temp.key(i integer) RETURNS uuid LANGUAGE sql AS $$ SELECT md5(i::text)::uuid $$;
-- The trail's clock is the database's own: times of other years come round its triggers.
SET session_replication_role = replica;
INSERT INTO audit_logs (id, action, target_table, target_id, "timestamp", patients, resource_type, resource_id, interaction, person_key, person_type, outcome,
                        chain, position, previous, hash)
  SELECT pg_temp.key(i), 'update', 'ehr_observations', pg_temp.key(i), timestamptz '2024-01-01Z' + make_interval(mins => i * 20), ARRAY[pg_temp.key(-(i % 500))],
         'Observation', pg_temp.key(i)::text, 'update', pg_temp.key(-1000 - i % 50), 'Practitioner', 'success', 1, i, '', ''
    FROM generate_series(1, 50000) AS i;
INSERT INTO audit_logs (action, "timestamp", targets, patients, persons, entries, chain, position, previous, hash)
  SELECT 'access', timestamptz '2024-01-01Z' + make_interval(hours => i), array_agg(pg_temp.key(1000000 + i * 10 + n)),
         array_agg(pg_temp.key(-((i + n) % 500))), array_agg(pg_temp.key(-1000 - n) ORDER BY pg_temp.key(-1000 - n)),
         string_agg(format('{"id":"%s","time":"%s","person":"%s","personType":"Practitioner","interaction":"read","type":"Observation","resource":"x","patients":["%s"],"outcome":"success","status":200}',
           pg_temp.key(1000000 + i * 10 + n), '2024-01-01T00:00:00.000001Z', pg_temp.key(-1000 - n), pg_temp.key(-((i + n) % 500))), E'\n'),
         2, i, '', ''
    FROM generate_series(1, 15000) AS i, generate_series(0, 7) AS n GROUP BY i;
RESET session_replication_role;
ANALYZE;
END

# explain WHAT STATEMENT: its plans, those of the functions that it calls, too.
explain() {
  sql -d "$target" -At 2>&1 >/dev/null <<END
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0;
SET auto_explain.log_nested_statements = on;
SET auto_explain.log_analyze = on;
SET client_min_messages = log;
$1
END
}
events() { printf "SELECT count(*) FROM fhir.audit_events(%s, %s, %s, %s, %s, %s, %s, %s, 200);" "$@"; }

key() { sql -d "$target" -At -c "SELECT md5('$1')::uuid"; }
failed=0
check() {
  local name=$1 plan bad
  plan=$(explain "$2")
  # Partitions without rows may be walked. A walk along an index ends with its LIMIT.
  bad=$(awk '/Seq Scan on audit_logs_202[45]/ { print }
             / audit_logs_20/ && match($0, /rows=[0-9]+ loops=[0-9]+\)$/) { split(substr($0, RSTART), part, /[= )]/); if (part[2] > 3000) print }' <<<"$plan")
  if ! grep -q 'audit_logs_20' <<<"$plan"; then
    printf 'not explained: %s\n%s\n' "$name" "$plan"
    failed=1
  elif [[ -n "$bad" ]]; then
    printf 'reads too much: %s\n%s\n' "$name" "$bad"
    failed=1
  else
    printf 'ok: %s\n' "$name"
  fi
}
patient="ARRAY['$(key -7)'::uuid]"
doctor="'$(key -1003)'"

check 'the newest' "$(events NULL NULL NULL NULL NULL NULL NULL true)"
check 'the oldest' "$(events NULL NULL NULL NULL NULL NULL NULL false)"
check 'from a place on' "$(events NULL NULL NULL NULL "'2025-02-01Z'" "'2025-01-15Z'" "'$(key 5)'" true)"
check 'a month' "$(events NULL NULL NULL "'2024-05-01Z'" "'2024-06-01Z'" NULL NULL true)"
check 'a patient' "$(events NULL "$patient" NULL NULL NULL NULL NULL true)"
check 'a doctor' "$(events NULL NULL "$doctor" NULL NULL NULL NULL true)"
check 'a row by id' "$(events "ARRAY['$(key 77)']" NULL NULL NULL NULL NULL NULL true)"
row=$(sql -d "$target" -At -c "SELECT id FROM audit_logs WHERE action = 'access' AND patients @> $patient ORDER BY \"timestamp\" LIMIT 1")
check 'a line by id' "$(events "ARRAY['$row.3']" NULL NULL NULL NULL NULL NULL true)"

# same WHAT GIVEN WANTED
same() {
  [[ "$2" == "$3" ]] || {
    printf '%s: %s, not %s\n' "$1" "$2" "$3"
    failed=1
  }
}
ask_as() {
  local role=$1 person=$2
  sql -d "$target" -At -c "SET ROLE $role" -c "SELECT set_config('hv.person', '$person', false)" -c "$3" 2>&1 | tail -n 1
}
count='SELECT count(*) FILTER (WHERE id IS NOT NULL) || $$ $$ || count(DISTINCT k) || $$ $$ || coalesce(string_agg(DISTINCT person_id, $$,$$), $$$$)
  FROM fhir.audit_events(NULL, NULL, NULL, NULL, NULL, NULL, NULL, true, 300) e LEFT JOIN LATERAL unnest(e.patient_keys) AS k ON true'
# Of a row with eight patients each sees the own line.
one=$(key -7)
[[ $(ask_as hv_patient "$one" "$count") =~ ^[1-9][0-9]*\ 1\  ]] || same 'a patient' "$(ask_as hv_patient "$one" "$count")" 'events of one patient'
same 'a patient asks for another' "$(ask_as hv_patient "$one" "SELECT count(*) FROM fhir.audit_events(NULL, ARRAY['$(key -8)'::uuid], NULL, NULL, NULL, NULL, NULL, true, 300)")" 0
same 'another patient by id' "$(ask_as hv_patient "$one" "SELECT count(id) FROM fhir.audit_events(ARRAY['$(key 77)'], NULL, NULL, NULL, NULL, NULL, NULL, true, 300)")" 0
lines="SELECT count(id) FROM fhir.audit_events(ARRAY(SELECT '$row.' || n FROM generate_series(0, 9) AS n), NULL, NULL, NULL, NULL, NULL, NULL, true, 300)"
same 'the neighbours of a line' "$(ask_as hv_patient "$one" "$lines")" 1
same 'the neighbours of a line of a doctor' "$(ask_as hv_doctor "$(key -1003)" "$lines")" 1
same 'all lines of a row' "$(sql -d "$target" -At -c "$lines")" 8
same 'nobody' "$(ask_as hv_patient '' "SELECT count(*) FROM fhir.audit_events(NULL, NULL, NULL, NULL, NULL, NULL, NULL, true, 300)")" 0
[[ $(ask_as hv_doctor "$(key -1003)" "$count") == *" $(key -1003)" ]] || same 'a doctor' "$(ask_as hv_doctor "$(key -1003)" "$count")" 'events of the doctor'
same 'an administrator' "$(ask_as hv_admin '' "SELECT count(*) FROM fhir.audit_events(NULL, NULL, NULL, NULL, NULL, NULL, NULL, true, 300)")" 0
admin=$(sql -d "$target" -At -c "INSERT INTO users (email, password_hash, role) VALUES ('a@example.org', 'x', 'admin') RETURNING id")
duty() { sql -d "$target" -At -c "$1"; }
duty "INSERT INTO admin_duties (user_id, duty) VALUES ('$admin', 'support')"
same 'another duty' "$(ask_as hv_admin "$admin" "SELECT count(*) FROM fhir.audit_events(NULL, NULL, NULL, NULL, NULL, NULL, NULL, true, 300)")" 0
duty "INSERT INTO admin_duties (user_id, duty) VALUES ('$admin', 'audit')"
[[ $(ask_as hv_admin "$admin" "$count") =~ ^[1-9][0-9][0-9] ]] || same 'the duty' "$(ask_as hv_admin "$admin" "$count")" 'all'
duty "UPDATE users SET is_active = false WHERE id = '$admin'"
same 'a closed login' "$(ask_as hv_admin "$admin" "SELECT count(*) FROM fhir.audit_events(NULL, NULL, NULL, NULL, NULL, NULL, NULL, true, 300)")" 0
for role in hv_patient hv_doctor hv_admin hv_client; do
  [[ $(ask_as "$role" "$one" 'SELECT count(*) FROM audit_logs') == *"permission denied"* ]] || same "$role" 'reads audit_logs' 'refused'
done
exit "$failed"
