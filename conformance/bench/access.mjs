// What access control costs: the same requests to a server with it and to one without it, in turn, on the same database. Both write down
// what is read, as every server does that has access control.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Server, here, median, settings, wrk } from "./harness.mjs";

const callers = 1000;
const doctor = "40000000-0000-4000-8000-000000000001";
const goals = { read: 0.8, search: 0.8, create: 0.85 };
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

// { "read doctor": { off, on, ratio }, ... }
export async function measureAccess(cluster, database, verdict) {
  const tokens = join(cluster.state, "tokens");
  writeFileSync(tokens, makeCallers(cluster, database).join("\n") + "\n");
  const body = join(cluster.state, "observation.json");
  const observation = JSON.parse(readFileSync(join(here, "observation.json"), "utf8"));
  writeFileSync(body, JSON.stringify({ ...observation, performer: [{ reference: `Practitioner/${doctor}` }] }));
  const servers = [];
  const results = {};
  try {
    for (const access of ["off", "smart"]) servers.push(await Server.start(cluster, database, { access, audited: true }));
    const [open, guarded] = servers;
    const ask = (server, { what }, whose, seconds) =>
      wrk(server, { name: "as_caller", arguments: [what, whose, tokens, ...(what === "create" ? [body] : [])] }, seconds).rate;
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
      const result = results[`${each.what} ${each.whose}`] = { off: median(off), on: median(on), ratio: median(on.map((rate, round) => rate / off[round])) };
      console.log(`with access control, ${each.what} as ${each.whose}: ${result.on.toFixed(0)}/s of ${result.off.toFixed(0)}/s, ratio ${result.ratio.toFixed(2)}`
        + ` (${on.map((rate, round) => (rate / off[round]).toFixed(2)).join(" ")})\n  goal ${goals[each.what].toFixed(2)}: ${verdict(result.ratio >= goals[each.what])}`);
    });
  } finally {
    for (const server of servers) await server.stop();
  }
  return results;
}
