import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { pgbenchScript } from "./capture.mjs";
import { measureAccess, measureProtected } from "./access.mjs";
import { drawCurves } from "./curves.mjs";
import { Cluster, Failed, Server, capture, here, median, pgbench, run, settings, settled, top, wrk } from "./harness.mjs";
import { measurePaging } from "./paging.mjs";

const help = `conformance/bench/run measures the server beside PostgreSQL itself, on a cluster that is thrown away.

wrk sends reads, creates and a search to \`hvfhir serve\`; pgbench -M prepared sends the statements that the server sends for
them (taken from PostgreSQL's log at each run) to the same database, in turn, in every round. Printed: the median of each, and
their ratio. Then what access control costs (a doctor, a thousand patients), the server's resident memory, and the rate of \`hvfhir import\`. fsync and synchronous_commit are on.

  --hvfhir FILE      the server's program (build/release/bin/hvfhir)
  --scale NUMBER     1 is 100,000 patients and 500,000 observations (1)
  --rounds NUMBER    (3)
  --seconds NUMBER   of each measurement (5)
  --connections N    of wrk (64)
  --clients N        of pgbench, and workers of the server: each has one connection to the database (16)
  --only NAME        one of read_patient, read_observation, create_patient, create_observation, search_observation, search_family,
                     transaction, paging, access, protected (access control, audit and encryption together), import
  --curves           only what is searched, paging and transactions, with 10,000 and 100,000 observations: the figures are written to
                     docs/performance/search.json and drawn from there as SVG
  --large            --curves with 1,000,000 observations too
  --results FOLDER   where --curves writes (docs/performance)
  --synthea FOLDER   what the import is measured with (../shared/data/synthea beside the project)
  --keep FOLDER      leave the captured pgbench scripts there
  --help             this text

Exit codes: 0 every goal reached, 1 something failed, 2 wrong usage, 4 a goal was missed.`;

const goals = { read: 0.4, create: 0.35, search: 0.35, transaction: 6000, paging: 1.2, import: 5000, memory: 100 };

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
      curves: { type: "boolean", default: false }, large: { type: "boolean", default: false },
      results: { type: "string", default: join(top, "docs/performance") },
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
Object.assign(settings, options, { patients: Math.round(100_000 * options.scale), observations: Math.round(500_000 * options.scale) });

const aPatient = "10000000-0000-4000-8000-100000000001";
const randomPatient = () => `\\set patient random(100000000001, ${100_000_000_000 + settings.patients})`;
const patientExpression = "'10000000-0000-4000-8000-' || :patient::text";
const newKey = ["\\set key_a random(10000000, 99999999)", "\\set key_b random(100000000000, 999999999999)"];
const newKeyExpression = ":key_a::text || '-0000-4000-8000-' || :key_b::text";

// What is measured: the request, whose statements are captured, and what differs in them at each transaction.
const kinds = [
  { name: "read_patient", goal: goals.read, path: `Patient/${aPatient}`, head: () => [randomPatient()],
    changing: () => [{ value: aPatient, expression: patientExpression }] },
  { name: "read_observation", goal: goals.read, path: "Observation/20000000-0000-4000-8000-100000000001",
    head: () => [`\\set observation random(100000000001, ${100_000_000_000 + settings.observations})`],
    changing: () => [{ value: "20000000-0000-4000-8000-100000000001", expression: "'20000000-0000-4000-8000-' || :observation::text" }] },
  { name: "create_patient", goal: goals.create, path: "Patient", body: "patient.json", head: () => newKey,
    changing: (id) => [{ value: id, expression: newKeyExpression }] },
  { name: "create_observation", goal: goals.create, path: "Observation", body: "observation.json", head: () => [...newKey, randomPatient()],
    changing: (id) => [{ value: id, expression: newKeyExpression }, { value: aPatient, expression: patientExpression }] },
  { name: "search_observation", goal: goals.search, path: `Observation?patient=${aPatient}&_count=20`, head: () => [randomPatient()],
    changing: () => [{ value: aPatient, expression: patientExpression }] },
  { name: "search_family", goal: goals.search, path: "Patient?family=Namuna1000&_count=20", head: () => ["\\set family random(1000, 9999)"],
    changing: () => [{ value: "namuna1000", expression: "'namuna' || :family::text" }] },
];
const others = ["transaction", "paging", "access", "protected", "import"];
if (options.only && !others.includes(options.only) && !kinds.some(({ name }) => name === options.only)) usage(`--only ${options.only} is not known`);

const machine = () => `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;

let missed = 0;
function verdict(reached) {
  if (!reached) ++missed;
  return reached ? "reached" : "MISSED";
}

// A database of settings.patients and settings.observations.
async function fillDatabase(cluster, database) {
  cluster.database(database);
  const server = await Server.start(cluster, database);
  try {
    console.log(`Generating ${settings.patients} patients and ${settings.observations} observations`);
    const started = Date.now();
    const patient = await server.send({ path: "Patient", body: "patient.json" });
    cluster.sql(database, `SET session_replication_role = replica; INSERT INTO patient_profile SELECT c.* FROM patient_profile p,`
      + ` LATERAL jsonb_populate_record(p, '{"id": "${aPatient}"}') c WHERE p.id = '${patient.id}'`);
    const observation = await server.send({ path: "Observation", body: "observation.json" });
    cluster.sql(database, `SET session_replication_role = replica; DELETE FROM patient_profile WHERE id = '${aPatient}'`);
    cluster.file(database, join(here, "data.sql"),
      { patients: settings.patients, observations: settings.observations, patient: patient.id, observation: observation.id });
    console.log(`  ${cluster.sql(database, `SELECT pg_size_pretty(pg_database_size('${database}'))`)} in ${Math.round((Date.now() - started) / 1000)} s`);
  } finally {
    await server.stop();
  }
}

// wrk and pgbench in turn, for each kind; returns { name: { statements, pgbench, server, ratio, p50, p99 } }.
async function measureKinds(cluster, server, database, chosen) {
  const scripts = options.keep ? (mkdirSync(options.keep, { recursive: true }), resolve(options.keep)) : mkdtempSync(join(tmpdir(), "hvfhir-bench-sql-"));
  try {
    for (const kind of chosen) {
      wrk(server, kind, 1);
      const { statements, id } = await capture(cluster, server, database, kind);
      const { script, options: definitions } = pgbenchScript(kind.head(), statements, kind.changing(id));
      Object.assign(kind, { definitions, file: join(scripts, `${kind.name}.sql`), statements: statements.length, pgbench: [], wrk: [] });
      writeFileSync(kind.file, script);
    }
    for (let round = 0; round < options.rounds; ++round) {
      for (const kind of chosen) {
        kind.pgbench.push(pgbench(cluster, database, kind, options.seconds));
        kind.wrk.push(wrk(server, kind, options.seconds));
      }
    }
  } finally {
    if (!options.keep) rmSync(scripts, { recursive: true, force: true });
  }
  const width = [20, 11, 11, 11, 7, 9, 9];
  const line = (...cells) => console.log(cells.map((cell, i) => i === 0 ? String(cell).padEnd(width[0]) : String(cell).padStart(width[i])).join(" "));
  line("", "statements", "pgbench/s", "server/s", "ratio", "p50 ms", "p99 ms");
  const results = {};
  for (const kind of chosen) {
    const of = (measure) => median(kind.wrk.map(measure));
    const result = { statements: kind.statements, pgbench: median(kind.pgbench), server: of(({ rate }) => rate),
      ratio: of(({ rate }, i) => rate / kind.pgbench[i]), p50: of(({ p50 }) => p50), p99: of(({ p99 }) => p99) };
    line(kind.name, result.statements, result.pgbench.toFixed(0), result.server.toFixed(0), result.ratio.toFixed(2), result.p50.toFixed(1), result.p99.toFixed(1));
    if (kind.goal) console.log(`  goal ${kind.goal.toFixed(2)}: ${verdict(result.ratio >= kind.goal)}`);
    results[kind.name] = result;
  }
  return results;
}

// Observations of random patients, 100 in a transaction: resources each second.
function measureTransactions(server) {
  const kind = { name: "transaction", body: "observation.json", connections: options.clients };
  wrk(server, kind, 1);
  const rates = [];
  for (let round = 0; round < options.rounds; ++round) rates.push(wrk(server, kind, options.seconds).rate * 100);
  const rate = median(rates);
  console.log(`transaction of 100 entries: ${rate.toFixed(0)} resources/s\n  goal ${goals.transaction}/s: ${verdict(rate >= goals.transaction)}`);
  return { rate };
}

async function measurePages(server) {
  const results = {};
  await settled();  // wrk kept this program waiting: connections that the server closed meanwhile are seen as closed
  for (const query of ["Observation?_count=5", "Observation?_sort=-date&_count=5"]) {
    const { first, deep, page, ratio } = results[query] = await measurePaging(server, query);
    console.log(`${query}: page 1 ${first.toFixed(2)} ms, page ${page} ${deep.toFixed(2)} ms, ratio ${ratio.toFixed(2)}`
      + `\n  goal at most ${goals.paging}: ${verdict(ratio <= goals.paging)}`);
  }
  return results;
}

async function measureRequests(cluster) {
  await fillDatabase(cluster, "bench");
  const server = await Server.start(cluster, "bench");
  try {
    const wanted = (name) => !options.only || name === options.only;
    const chosen = kinds.filter(({ name }) => wanted(name));
    if (chosen.length > 0) await measureKinds(cluster, server, "bench", chosen);
    if (wanted("paging")) await measurePages(server);
    if (wanted("transaction")) measureTransactions(server);
    const [now, most] = server.memory;
    console.log(`resident memory at ${options.connections} connections: ${now.toFixed(1)} MiB, at most ${most.toFixed(1)} MiB`
      + `\n  goal below ${goals.memory} MiB: ${verdict(most < goals.memory)}`);
  } finally {
    await server.stop();
  }
  if (!options.only || options.only === "access") await measureAccess(cluster, "bench", verdict);
  if (options.only === "protected") await measureProtected(cluster, "bench", verdict);
}

async function measureCurves(cluster) {
  const sizes = [];
  for (const observations of options.large ? [10_000, 100_000, 1_000_000] : [10_000, 100_000]) {
    Object.assign(settings, { observations, patients: observations / 5 });
    const database = `bench_${observations}`;
    await fillDatabase(cluster, database);
    const server = await Server.start(cluster, database);
    try {
      const kindsResults = await measureKinds(cluster, server, database, kinds.filter(({ name }) => name.startsWith("search_")));
      sizes.push({ observations, ...kindsResults, paging: await measurePages(server), transaction: measureTransactions(server) });
    } finally {
      await server.stop();
    }
  }
  mkdirSync(options.results, { recursive: true });
  const file = join(options.results, "search.json");
  writeFileSync(file, JSON.stringify({ machine: machine(), postgresql: cluster.sql("postgres", "SHOW server_version"), rounds: options.rounds,
    seconds: options.seconds, goals: { search: goals.search, paging: goals.paging, transaction: goals.transaction }, sizes }, null, 2) + "\n");
  console.log(`${file}\n${drawCurves(file).join("\n")}`);
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
    run(options.hvfhir, ["import", "--quiet", "--mappings", join(top, "mappings"), "--profiles", join(top, "schemas/fhir"), unpacked],
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
  console.log(machine());
  cluster = new Cluster();
  console.log(cluster.sql("postgres", "SELECT version()").split(",")[0]);
  if (options.curves || options.large) {
    await measureCurves(cluster);
  } else {
    if (options.only !== "import") await measureRequests(cluster);
    if (!options.only || options.only === "import") measureImport(cluster);
  }
  process.exitCode = missed === 0 ? 0 : 4;
} catch (error) {
  if (!(error instanceof Failed)) console.error(error);
  else console.error(`bench: ${error.message}`);
  process.exitCode = 1;
} finally {
  cluster?.remove();
}
