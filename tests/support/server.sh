# For bash tests to source: a server with a throwaway database on the PostgreSQL of HV_TEST_DATABASE_URL. Expects `top`.
source "$top/tools/common.sh"

database=
server=

# start_server PROGRAM LOG [COMMAND]: sets owner_url, server_url and base (http://localhost:PORT/fhir). COMMAND is run when the
# schema is there and nothing is served yet. Without access control, unless `access` says smart. The caller stops it, also when this
# returns 1.
start_server() {
  local program=$1 log=$2 before=${3:-true} try
  database=hv_served_$$
  psql -Xq -v ON_ERROR_STOP=1 -d "$HV_TEST_DATABASE_URL" -c "CREATE DATABASE $database" || return 1
  owner_url=$(url_with "$HV_TEST_DATABASE_URL" "dbname=$database")
  server_url=$(url_with "$owner_url" "user=${database}_server")
  "$program" migrate up --database-url "$owner_url" --server-role "${database}_server" >/dev/null || return 1
  "$before" || return 1
  : >"$log" # the loop below may read before the server's shell opens it
  HVFHIR_DATABASE_URL=$server_url "$program" serve --access "${access:-off}" --mappings "$top/mappings" --profiles "$top/schemas/fhir" --texts "$top/texts" --port 0 --log-level info >"$log" 2>&1 &
  server=$!
  for ((try = 0; try < 100; ++try)); do
    base=$(sed -n 's/.*"message":"serving".*"base":"\([^"]*\)".*/\1/p' "$log")
    [[ -z $base ]] || return 0
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  cat "$log" >&2
  echo "the server did not start" >&2
  return 1
}

stop_server() {
  if [[ -n $server ]]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  [[ -z $database ]] || PGOPTIONS='-c client_min_messages=warning' psql -Xqd "$HV_TEST_DATABASE_URL" \
    -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" -c "DROP ROLE IF EXISTS ${database}_server"
}
