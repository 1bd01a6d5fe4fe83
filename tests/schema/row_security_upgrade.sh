# A database that was in use before row security: what it holds is reached as what is written now, and whoever was granted
# something goes on seeing it.
source "$here/former.sh"

# The same rows, before and after; every key is fixed, but those that triggers choose.
rows() {
  cat <<'END'
SELECT test.clinic();
INSERT INTO appointments (id, patient_id, doctor_id, scheduled_start, scheduled_end, status, created_at) VALUES
  (test.key('a2'), test.key('p2'), test.key('d2'), '2015-01-01', '2015-01-02', 'completed', '2014-12-01'),
  (test.key('a3'), test.key('p2'), test.key('d2'), '2026-12-01', '2026-12-02', 'cancelled', '2026-01-01'),
  (test.key('a4'), test.key('p2'), test.key('d2'), '2026-12-01', '2026-12-02', 'completed', '2026-01-01');
INSERT INTO doctor_roles (id, doctor_id, location) VALUES (test.key('w1'), test.key('d1'), 'x');
INSERT INTO electronic_health_records (id, patient_id, author_id, record_type, visibility, content) VALUES
  (test.key('e1'), test.key('p1'), test.key('d1'), 'note', 'patient', 'x'), (test.key('e2'), test.key('p1'), NULL, 'imaging', 'care_team', 'x'),
  (test.key('e3'), test.key('p1'), test.key('d1'), 'vital', 'author', format('[{"id": "%s", "code": "a"}]', test.key('o1')));
INSERT INTO prescriptions (id, patient_id, doctor_id, medications) VALUES
  (test.key('r1'), test.key('p1'), test.key('d1'), format('[{"id": "%s", "drug_name": "a"}]', test.key('m1'))::jsonb);
INSERT INTO fhir.resource (resource_type, id, fhir_residual, patient_keys) VALUES ('Condition', test.key('c1'), '{}', ARRAY[test.key('p1'), test.key('p2')]),
  ('Condition', test.key('c2'), '{}', '{}'), ('Organization', test.key('g1'), '{}', '{}');
END
}

say "a database of before has the same reach and the same care as a new one"
apply 1 19
sql -d "$before" -f "$here/assertions.sql" >/dev/null
rows | sql -d "$before" >/dev/null
sql -d "$before" -c "GRANT SELECT (id, full_name) ON patient_profile TO $portal; GRANT USAGE ON SCHEMA fhir TO $portal; GRANT SELECT ON fhir.resource TO $portal"
apply 20 999
rows | sql -d "$target" >/dev/null
for table in "fhir.reach" "(SELECT patient_id, doctor_id, source, source_id, ends_at, CASE source_id WHEN test.key('a4') THEN starts_at END FROM care_relationships)"; do
  one="$(sql -d "$before" -At -c "SELECT string_agg(t::text, E'\n' ORDER BY t::text) FROM $table t")"
  other="$(sql -d "$target" -At -c "SELECT string_agg(t::text, E'\n' ORDER BY t::text) FROM $table t")"
  [[ -n "$one" && "$one" == "$other" ]] || { diff <(echo "$one") <(echo "$other"); exit 1; }
done

say "a role that was granted tables before goes on seeing their rows"
[[ "$(sql -d "$before" -At -c "SET ROLE $portal; SELECT count(full_name) FROM patient_profile; SELECT count(*) FROM fhir.resource")" == $'2\n3' ]]
sql -d "$before" -c "DROP OWNED BY $portal"
