# A database of before a migration, for tests of upgrades: sourced by them, in `run`'s shell.
former="${database}_former"
portal="hv_test_portal_$$"
before="$(url_with "$HV_TEST_DATABASE_URL" "dbname=$former")"
clean_up_former() {
  on_database "DROP DATABASE IF EXISTS \"$former\" WITH (FORCE)"
  on_database "DROP ROLE IF EXISTS $portal"
  clean_up
}
trap clean_up_former EXIT
on_database "CREATE DATABASE \"$former\""
on_database "CREATE ROLE $portal"
[[ -z "$owner" ]] || on_database "ALTER DATABASE \"$former\" OWNER TO \"$owner\""

apply() { # FROM TO: the migrations with these numbers
  local migration number
  for migration in "$migrations"/[0-9][0-9][0-9]_*.sql; do
    number="$(basename "$migration")"
    number="$((10#${number%%_*}))"
    [[ $number -lt $1 || $number -gt $2 ]] || sql -d "$before" -1 ${owner:+-c "SET ROLE \"$owner\""} -f "$migration" >/dev/null
  done
}
