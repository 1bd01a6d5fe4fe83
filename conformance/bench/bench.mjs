import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { StatementLog, pgbenchScript } from "./capture.mjs";

const help = `conformance/bench/run measures the server beside PostgreSQL itself, on a cluster that is thrown away.

wrk sends reads, creates and a search to \`hvfhir serve\`; pgbench -M prepared sends the statements that the server sends for
them (taken from PostgreSQL's log at each run) to the same database, in turn, in every round. Printed: the median of each, and
their ratio. Then the server's resident memory, and the rate of \`hvfhir import\`. fsync and synchronous_commit are on.

  --hvfhir FILE      the server's program (build/release/bin/hvfhir)
  --scale NUMBER     1 is 100,000 patients and 500,000 observations (1)
  --rounds NUMBER    (3)
  --seconds NUMBER   of each measurement (5)
  --connections N    of wrk (64)
  --clients N        of pgbench, and workers of the server: each has one connection to the database (16)
  --only NAME        one of read_patient, read_observation, create_patient, create_observation, search_observation, import
  --synthea FOLDER   what the import is measured with (../shared/data/synthea beside the project)
  --keep FOLDER      leave the captured pgbench scripts there
  --help             this text

Exit codes: 0 every goal reached, 1 something failed, 2 wrong usage, 4 a goal was missed.`;

const goals = { read: 0.4, create: 0.35, import: 5000, memory: 100 };
const here = dirname(fileURLToPath(import.meta.url));
const top = resolve(here, "../..");

function usage(message) {
  console.error(`bench: ${message}; see --help`);
  process.exit(2);
}

let options;
try {
  options = parseArgs({
    options: {
      hvfhir: { type: "string", default: join(top, "build/release/bin/hvfhir") },
      scale: { type: "string", default: "1" }, rounds: { type: "string", default: "3" }, seconds: { type: "string", default: "5" },
      connections: { type: "string", default: "64" }, clients: { type: "string", default: "16" }, only: { type: "string" },
      synthea: { type: "string", default: resolve(top, "../shared/data/synthea") }, keep: { type: "string" },
      help: { type: "boolean", default: false },
    },
  }).values;
} catch (error) {
  usage(error.message);
}
if (options.help) {
  console.log(help);
  process.exit(0);
}
for (const name of ["scale", "rounds", "seconds", "connections", "clients"]) {
  options[name] = Number(options[name]);
  if (!(options[name] > 0)) usage(`--${name} takes a number`);
}
const patients = Math.round(100_000 * options.scale), observations = Math.round(500_000 * options.scale);

const aPatient = "10000000-0000-4000-8000-100000000001";
const randomPatient = `\\set patient random(100000000001, ${100_000_000_000 + patients})`;
const patientExpression = "'10000000-0000-4000-8000-' || :patient::text";
const newKey = ["\\set key_a random(10000000, 99999999)", "\\set key_b random(100000000000, 999999999999)"];
const newKeyExpression = ":key_a::text || '-0000-4000-8000-' || :key_b::text";

// What is measured: the request, whose statements are captured, and what differs in them at each transaction.
const kinds = [
  { name: "read_patient", goal: goals.read, path: `Patient/${aPatient}`, head: [randomPatient],
    changing: () => [{ value: aPatient, expression: patientExpression }] },
  { name: "read_observation", goal: goals.read, path: "Observation/20000000-0000-4000-8000-100000000001",
    head: [`\\set observation random(100000000001, ${100_000_000_000 + observations})`],
    changing: () => [{ value: "20000000-0000-4000-8000-100000000001", expression: "'20000000-0000-4000-8000-' || :observation::text" }] },
  { name: "create_patient", goal: goals.create, path: "Patient", body: "patient.json", head: newKey,
    changing: (id) => [{ value: id, expression: newKeyExpression }] },
  { name: "create_observation", goal: goals.create, path: "Observation", body: "observation.json", head: [...newKey, randomPatient],
    changing: (id) => [{ value: id, expression: newKeyExpression }, { value: aPatient, expression: patientExpression }] },
  { name: "search_observation", path: `Observation?patient=${aPatient}&_count=20`, head: [randomPatient],
    changing: () => [{ value: aPatient, expression: patientExpression }] },
];
if (options.only && options.only !== "import" && !kinds.some(({ name }) => name === options.only)) usage(`--only ${options.only} is not known`);

class Failed extends Error {}

function run(program, args, { env = {}, input } = {}) {
  const result = spawnSync(program, args, { encoding: "utf8", env: { ...process.env, ...env }, input, maxBuffer: 1 << 28 });
  if (result.error || result.status !== 0) {
    throw new Failed(`${program} ended with ${result.status ?? result.error.message}\n${(result.stderr ?? "").slice(-2000)}${(result.stdout ?? "").slice(-2000)}`);
  }
  return result.stdout;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

// --- the cluster ---

class Cluster {
  state = mkdtempSync(join(tmpdir(), "hvfhir-bench-"));
  constructor() {
    run("chmod", ["755", this.state]);
    [this.data, this.socket] = run(join(top, "tools/postgres/cluster"), ["start", this.state]).split("\n");
    for (const setting of ["log_destination = 'jsonlog'", "logging_collector = on", "log_filename = 'statements'", "log_directory = 'log'"]) {
      this.sql("postgres", `ALTER SYSTEM SET ${setting}`);
    }
    this.#control("restart", "-m", "fast", "-l", "/dev/null");
    this.sql("postgres", "CREATE ROLE hv_owner LOGIN CREATEROLE");
  }
  #control(...args) {
    const program = ["/usr/lib/postgresql/15/bin/pg_ctl", ...args, "-s", "-w", "-D", this.data];
    if (process.getuid() === 0) run("runuser", ["-u", "postgres", "--", ...program]);
    else run(program[0], program.slice(1));
  }
  url(user, database) { return `host=${this.socket} user=${user} dbname=${database}`; }
  sql(database, text) { return run("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", this.url("postgres", database), "-c", text]).trim(); }
  file(database, path, variables) {
    const set = Object.entries(variables).flatMap(([name, value]) => ["-v", `${name}=${value}`]);
    return run("psql", ["-Xq", "-v", "ON_ERROR_STOP=1", ...set, this.url("postgres", database), "-f", path]);
  }
  // An empty database of the server's schema.
  database(name) {
    this.sql("postgres", `CREATE DATABASE ${name} OWNER hv_owner`);
    run(options.hvfhir, ["migrate", "up", "--server-role", "hv_server"], { env: { HVFHIR_DATABASE_URL: this.url("hv_owner", name) } });
  }
  logStatements(database, on) {
    this.sql(database, `ALTER SYSTEM SET log_statement = '${on ? "all" : "none"}'`);
    this.sql(database, "SELECT pg_reload_conf()");
  }
  get log() { return new StatementLog(join(this.data, "log/statements.json")); }
  remove() {
    run(join(top, "tools/postgres/cluster"), ["stop", this.state, "--throwaway"]);
    rmSync(this.state, { recursive: true, force: true });
  }
}

// --- the server ---

class Server {
  static async start(cluster, database) {
    const server = new Server();
    // A file: while wrk runs, nobody here would empty a pipe.
    const log = openSync(join(cluster.state, "server.log"), "a");
    server.process = spawn(options.hvfhir, ["serve", "--port", "0", "--workers", String(options.clients), "--mappings", join(top, "mappings")],
      { env: { ...process.env, HVFHIR_DATABASE_URL: cluster.url("hv_server", database) }, stdio: ["ignore", "pipe", log] });
    const [line] = await Promise.race([once(server.process.stdout, "data"),
      once(server.process, "exit").then(([code]) => { throw new Failed(`hvfhir serve ended with ${code}\n${readFileSync(join(cluster.state, "server.log"), "utf8").slice(-2000)}`); })]);
    server.base = /http:\S+/.exec(line.toString())[0];
    server.process.stdout.resume();
    return server;
  }
  async send({ path, body }) {
    const answer = await fetch(`${this.base}/${path}`, body
      ? { method: "POST", body: readFileSync(join(here, body)), headers: { "Content-Type": "application/fhir+json" } } : {});
    const content = await answer.json();
    if (!answer.ok) throw new Failed(`${path}: ${answer.status} ${JSON.stringify(content)}`);
    return content;
  }
  // MiB, now and at most.
  get memory() {
    const status = readFileSync(`/proc/${this.process.pid}/status`, "utf8");
    return ["VmRSS", "VmHWM"].map((name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024);
  }
  async stop() {
    if (this.process.exitCode !== null) return;
    this.process.kill("SIGTERM");
    await once(this.process, "exit");
  }
}

// --- measuring ---

async function capture(cluster, server, database, kind) {
  cluster.logStatements(database, true);
  try {
    await new Promise((done) => setTimeout(done, 500));
    const start = cluster.log.end();
    const { id } = await server.send(kind);
    await new Promise((done) => setTimeout(done, 500));
    return { statements: cluster.log.statements(start), id };
  } finally {
    cluster.logStatements(database, false);
  }
}

// The connection settings of the server, so that triggers and plans are the same.
const serverSettings = "-c hv.server=on -c TimeZone=UTC -c client_min_messages=warning -c statement_timeout=15000";

function pgbench(cluster, database, kind, seconds) {
  const out = run("pgbench", ["-n", "-M", "prepared", "-c", String(options.clients), "-j", "2", "-T", String(seconds), "-f", kind.file,
    ...kind.definitions, cluster.url("hv_server", database)], { env: { PGOPTIONS: serverSettings } });
  if (!/number of failed transactions: 0 /.test(out)) throw new Failed(`pgbench ${kind.name}: transactions failed\n${out}`);
  return Number(/tps = ([\d.]+)/.exec(out)[1]);
}

function wrk(server, kind, seconds) {
  const result = spawnSync("wrk", ["-t", "1", "-c", String(options.connections), "-d", `${seconds}s`, "--latency", "-s", `${kind.name}.lua`,
    server.base, "--", String(patients), String(observations), ...(kind.body ? [join(here, kind.body)] : [])],
    { encoding: "utf8", cwd: join(here, "lua") });
  const found = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(result.stdout ?? "");
  if (!found) throw new Failed(`wrk ${kind.name}: ${result.error?.message ?? result.stderr + result.stdout}`);
  const [answers, refused, broken, microseconds, p50, p99] = found.slice(1).map(Number);
  if (answers === 0 || refused + broken > 0) throw new Failed(`wrk ${kind.name}: ${answers} answers, ${refused} of them no success; ${broken} connections broke`);
  return { rate: answers / microseconds * 1e6, p50: p50 / 1000, p99: p99 / 1000 };
}

let missed = 0;
function verdict(reached) {
  if (!reached) ++missed;
  return reached ? "reached" : "MISSED";
}

async function measureRequests(cluster) {
  const scripts = options.keep ? (mkdirSync(options.keep, { recursive: true }), resolve(options.keep)) : mkdtempSync(join(tmpdir(), "hvfhir-bench-sql-"));
  cluster.database("bench");
  let server = await Server.start(cluster, "bench");
  try {
    console.log(`Generating ${patients} patients and ${observations} observations`);
    const started = Date.now();
    const patient = await server.send({ path: "Patient", body: "patient.json" });
    cluster.sql("bench", `SET session_replication_role = replica; INSERT INTO patient_profile SELECT c.* FROM patient_profile p,`
      + ` LATERAL jsonb_populate_record(p, '{"id": "${aPatient}"}') c WHERE p.id = '${patient.id}'`);
    const observation = await server.send({ path: "Observation", body: "observation.json" });
    cluster.sql("bench", `SET session_replication_role = replica; DELETE FROM patient_profile WHERE id = '${aPatient}'`);
    cluster.file("bench", join(here, "data.sql"), { patients, observations, patient: patient.id, observation: observation.id });
    console.log(`  ${cluster.sql("bench", "SELECT pg_size_pretty(pg_database_size('bench'))")} in ${Math.round((Date.now() - started) / 1000)} s`);
    await server.stop();
    server = await Server.start(cluster, "bench");

    const chosen = kinds.filter(({ name }) => !options.only || name === options.only);
    for (const kind of chosen) {
      wrk(server, kind, 1);  // every worker has connected and prepared
      const { statements, id } = await capture(cluster, server, "bench", kind);
      const { script, options: definitions } = pgbenchScript(kind.head, statements, kind.changing(id));
      Object.assign(kind, { definitions, file: join(scripts, `${kind.name}.sql`), statements: statements.length, pgbench: [], wrk: [] });
      writeFileSync(kind.file, script);
    }
    for (let round = 0; round < options.rounds; ++round) {
      for (const kind of chosen) {
        kind.pgbench.push(pgbench(cluster, "bench", kind, options.seconds));
        kind.wrk.push(wrk(server, kind, options.seconds));
      }
    }
    const width = [20, 11, 11, 11, 7, 9, 9];
    const line = (...cells) => console.log(cells.map((cell, i) => i === 0 ? String(cell).padEnd(width[0]) : String(cell).padStart(width[i])).join(" "));
    line("", "statements", "pgbench/s", "server/s", "ratio", "p50 ms", "p99 ms");
    for (const kind of chosen) {
      const ratio = median(kind.wrk.map(({ rate }, i) => rate / kind.pgbench[i]));
      line(kind.name, kind.statements, median(kind.pgbench).toFixed(0), median(kind.wrk.map(({ rate }) => rate)).toFixed(0), ratio.toFixed(2),
        median(kind.wrk.map(({ p50 }) => p50)).toFixed(1), median(kind.wrk.map(({ p99 }) => p99)).toFixed(1));
      if (kind.goal) console.log(`  goal ${kind.goal.toFixed(2)}: ${verdict(ratio >= kind.goal)}`);
    }
    const [now, most] = server.memory;
    console.log(`resident memory at ${options.connections} connections: ${now.toFixed(1)} MiB, at most ${most.toFixed(1)} MiB`
      + `\n  goal below ${goals.memory} MiB: ${verdict(most < goals.memory)}`);
  } finally {
    await server.stop();
    if (!options.keep) rmSync(scripts, { recursive: true, force: true });
  }
}

function measureImport(cluster) {
  for (const part of ["ndjson", "bundles"]) {
    const folder = join(options.synthea, part);
    if (!existsSync(folder)) {
      console.log(`import of ${part}: SKIPPED, ${folder} is not there`);
      continue;
    }
    cluster.database(`import_${part}`);
    // Unpacked first: bzip2 takes longer than the import's own work.
    const unpacked = join(cluster.state, part);
    cpSync(folder, unpacked, { recursive: true });
    run("chmod", ["-R", "u+w", unpacked]);
    run("find", [unpacked, "-name", "*.bz2", "-exec", "bunzip2", "{}", "+"]);
    const started = process.hrtime.bigint();
    run(options.hvfhir, ["import", "--quiet", "--mappings", join(top, "mappings"), unpacked],
      { env: { HVFHIR_DATABASE_URL: cluster.url("hv_server", `import_${part}`) } });
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    const resources = Number(cluster.sql(`import_${part}`, "SELECT (SELECT count(*) FROM fhir.resource) + (SELECT count(*) FROM patient_profile)"
      + " + (SELECT count(*) FROM doctor_profile) + (SELECT count(*) FROM doctor_roles) + (SELECT count(*) FROM appointments)"
      + " + (SELECT count(*) FROM ehr_observations) + (SELECT count(*) FROM prescription_medications)"
      + " + (SELECT count(*) FROM electronic_health_records WHERE record_type IN ('note', 'imaging'))"));
    const rate = resources / seconds;
    console.log(`import of ${part}: ${resources} resources in ${seconds.toFixed(1)} s, ${rate.toFixed(0)}/s`
      + `\n  goal ${goals.import}/s: ${verdict(rate >= goals.import)}`);
  }
}

if (!existsSync(options.hvfhir)) usage(`${options.hvfhir} is not there: build it, or name it with --hvfhir`);
for (const program of ["wrk", "pgbench", "psql"]) {
  if (spawnSync("which", [program]).status !== 0) usage(`${program} is needed and not installed`);
}
let cluster;
try {
  console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`);
  cluster = new Cluster();
  console.log(cluster.sql("postgres", "SELECT version()").split(",")[0]);
  if (options.only !== "import") await measureRequests(cluster);
  if (!options.only || options.only === "import") measureImport(cluster);
  process.exitCode = missed === 0 ? 0 : 4;
} catch (error) {
  if (!(error instanceof Failed)) console.error(error);
  else console.error(`bench: ${error.message}`);
  process.exitCode = 1;
} finally {
  cluster?.remove();
}
