# Two sessions at once. Each writer holds its transaction open for a moment, so that the other one meets it.
sql -d "$target" -c 'SELECT test.clinic()' >/dev/null

both() { # STATEMENT STATEMENT: both in their own transaction, the second starts while the first is open
  sql -d "$target" -c "BEGIN; $1; SELECT pg_sleep(0.4); COMMIT" >/dev/null &
  local first=$!
  sleep 0.15
  sql -d "$target" -c "BEGIN; $2; COMMIT" >/dev/null
  wait "$first"
}
claim() { echo "$1"; sql -d "$target" -c "SELECT test.holds(($2), '$1')" >/dev/null; }
observation() { echo "INSERT INTO ehr_observations (patient_id, appointment_id, record_type, code) VALUES (test.key('p1'), test.key('a1'), 'vital', '$1')"; }
medication() { echo "INSERT INTO prescription_medications (patient_id, doctor_id, drug_name, group_identifier_value) VALUES (test.key('p1'), test.key('d1'), '$1', 'g')"; }

both "$(observation a)" "$(observation b)"
claim 'two writers that make the same new record make one, and it says both' \
  "SELECT count(*) = 1 AND min(jsonb_array_length(content::jsonb -> 'observations')) = 2 FROM electronic_health_records"

both "$(observation c)" "$(observation d)"
claim 'two writers that join a record both stand in it' \
  "SELECT count(*) = 1 AND min(jsonb_array_length(content::jsonb -> 'observations')) = 4 FROM electronic_health_records"

both "$(medication a)" "$(medication b)"
claim 'two writers of one group make one prescription, and it says both' \
  "SELECT count(*) = 1 AND min(jsonb_array_length(medications)) = 2 FROM prescriptions"

both "UPDATE patient_profile SET full_name = 'x' WHERE id = test.key('p1')" "UPDATE patient_profile SET address = 'y' WHERE id = test.key('p1')"
claim 'two updates of a row are two versions' \
  "SELECT p.version_id = 3 AND (SELECT count(*) FROM history.patient_profile h WHERE h.id = p.id) = 2 FROM patient_profile p WHERE p.id = test.key('p1')"

sql -d "$target" -c "DELETE FROM fhir.reindex_queue; INSERT INTO fhir.reindex_queue VALUES ('Patient', test.key('p1'))" >/dev/null
sql -d "$target" -c "CREATE TABLE test.seen (name text)" >/dev/null
both "UPDATE patient_profile SET full_name = 'new' WHERE id = test.key('p1')" \
  "DELETE FROM fhir.reindex_queue; INSERT INTO test.seen SELECT full_name FROM patient_profile WHERE id = test.key('p1')"
claim 'whoever takes an entry of the queue sees what was written, or the entry stays' \
  "SELECT (SELECT name FROM test.seen) = 'new' OR EXISTS (SELECT FROM fhir.reindex_queue)"

both "INSERT INTO doctor_roles (doctor_id, location) VALUES (test.key('d1'), 'one')" "INSERT INTO doctor_roles (doctor_id, location) VALUES (test.key('d1'), 'two')"
claim 'of two roles that come at once, one is the first' \
  "SELECT array_agg(ordinal ORDER BY ordinal) = '{1,2}' FROM doctor_roles WHERE doctor_id = test.key('d1')"
