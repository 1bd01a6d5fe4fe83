// What access control costs: the same requests to a server with it and to one without it, in turn, on the same database. Both write down
// what is read, as every server does that has access control. And what all of it costs, access control, audit and encryption: to a server
// with them and to one with none, each on its own copy of the database.
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Server, here, median, settings, settled, wrk } from "./harness.mjs";

const callers = 1000;
const doctor = "40000000-0000-4000-8000-000000000001";
const goals = {
  "access control": { read: 0.8, search: 0.8, create: 0.85 },
  "access control, audit and encryption": { read: 0.7, search: 0.7, create: 0.75 },
};
const measured = [
  { what: "read", whose: "doctor" }, { what: "read", whose: "patients" }, { what: "search", whose: "doctor" },
  { what: "search", whose: "patients" }, { what: "create", whose: "doctor" },
];

// A doctor who cares for all, and users of the first patients, each with a token; the tokens, the doctor's first.
function makeCallers(cluster, database) {
  const tokens = Array.from({ length: callers + 1 }, (_, n) => createHash("sha256").update(`bench ${n}`).digest("base64url"));
  const hashes = tokens.map((token) => `'\\x${createHash("sha256").update(token).digest("hex")}'`).join(",");
  cluster.sql(database, `SET session_replication_role = replica;
    CREATE TEMP TABLE caller AS SELECT ordinal - 1 AS n, hash, gen_random_uuid() AS user_id, gen_random_uuid() AS approval FROM unnest(ARRAY[${hashes}]::bytea[]) WITH ORDINALITY AS t (hash, ordinal);
    INSERT INTO users (id, email, password_hash, role) SELECT user_id, 'caller' || n || '@example.org', 'x', CASE WHEN n = 0 THEN 'doctor' ELSE 'patient' END::user_role FROM caller;
    INSERT INTO doctor_profile (id, user_id, full_name) SELECT '${doctor}', user_id, 'Caller' FROM caller WHERE n = 0;
    UPDATE patient_profile p SET user_id = c.user_id FROM caller c WHERE n > 0 AND p.id = ('10000000-0000-4000-8000-1' || lpad(n::text, 11, '0'))::uuid;
    INSERT INTO care_relationships (patient_id, doctor_id, source) SELECT id, '${doctor}', 'assigned' FROM patient_profile;
    INSERT INTO fhir.reach (key, resource_type, audience, practitioner) VALUES ('${doctor}', 'Practitioner', 3, '${doctor}');
    INSERT INTO smart.client (client_id, name, kind, redirect_uris, scopes, grant_types) VALUES ('bench', 'Bench', 'public', '{https://app.example.org/}', 'user/*.cruds', '{authorization_code}');
    INSERT INTO smart.approval (id, client_id, user_id, scopes) SELECT approval, 'bench', user_id, 'user/*.cruds' FROM caller;
    INSERT INTO smart.access_token (token_hash, approval_id, scopes, expires_at) SELECT hash, approval, 'user/*.cruds', now() + interval '12 hours' FROM caller;
    ANALYZE`);
  return tokens;
}

// What the callers' requests take: their tokens, and the body of a create.
function requestsOf(cluster, database) {
  const tokens = join(cluster.state, "tokens");
  writeFileSync(tokens, makeCallers(cluster, database).join("\n") + "\n");
  const body = join(cluster.state, "observation.json");
  const observation = JSON.parse(readFileSync(join(here, "observation.json"), "utf8"));
  writeFileSync(body, JSON.stringify({ ...observation, performer: [{ reference: `Practitioner/${doctor}` }] }));
  return { tokens, body };
}

// { "read doctor": { off, on, ratio }, ... }
function compare(open, guarded, { tokens, body }, what, verdict) {
  const results = {};
  const ask = (server, each, whose, seconds) =>
    wrk(server, { name: "as_caller", arguments: [each.what, whose, tokens, ...(each.what === "create" ? [body] : [])] }, seconds).rate;
  for (const each of measured) ask(guarded, each, each.whose, 1);
  const rates = measured.map(() => ({ off: [], on: [] }));
  for (let round = 0; round < settings.rounds; ++round) {
    measured.forEach((each, i) => {
      rates[i].off.push(ask(open, each, "nobody", settings.seconds));
      rates[i].on.push(ask(guarded, each, each.whose, settings.seconds));
    });
  }
  measured.forEach((each, i) => {
    const { off, on } = rates[i];
    const goal = goals[what][each.what];
    const result = results[`${each.what} ${each.whose}`] = { off: median(off), on: median(on), ratio: median(on.map((rate, round) => rate / off[round])) };
    console.log(`with ${what}, ${each.what} as ${each.whose}: ${result.on.toFixed(0)}/s of ${result.off.toFixed(0)}/s, ratio ${result.ratio.toFixed(2)}`
      + ` (${on.map((rate, round) => (rate / off[round]).toFixed(2)).join(" ")})\n  goal ${goal.toFixed(2)}: ${verdict(result.ratio >= goal)}`);
  });
  return results;
}

export async function measureAccess(cluster, database, verdict) {
  const requests = requestsOf(cluster, database);
  const servers = [];
  try {
    for (const access of ["off", "smart"]) servers.push(await Server.start(cluster, database, { access, audited: true }));
    return compare(...servers, requests, "access control", verdict);
  } finally {
    for (const server of servers) await server.stop();
  }
}

export async function measureProtected(cluster, database, verdict) {
  const requests = requestsOf(cluster, database);
  const copy = `${database}_encrypted`;
  cluster.sql("postgres", `CREATE DATABASE ${copy} TEMPLATE ${database} OWNER hv_owner`);
  const key = join(cluster.state, "key");
  writeFileSync(key, `bench ${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
  const servers = [];
  try {
    servers.push(await Server.start(cluster, database));
    servers.push(await Server.start(cluster, copy, { access: "smart", audited: true, key }));
    while (cluster.sql(copy, "SELECT count(*) FROM fhir.encryption_job WHERE ended_at IS NOT NULL") !== "1") await settled(1000);
    for (const each of [database, copy]) cluster.sql(each, "VACUUM ANALYZE");
    return compare(...servers, requests, "access control, audit and encryption", verdict);
  } finally {
    for (const server of servers) await server.stop();
  }
}
