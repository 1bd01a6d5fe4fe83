// The cluster that is thrown away, the server on it, and the two that measure: pgbench and wrk.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { StatementLog } from "./capture.mjs";

export const here = dirname(fileURLToPath(import.meta.url));
export const top = resolve(here, "../..");

// hvfhir, clients, connections, and how many patients and observations the database has: set before anything is measured.
export const settings = {};

export class Failed extends Error {}

export function run(program, args, { env = {}, input } = {}) {
  const result = spawnSync(program, args, { encoding: "utf8", env: { ...process.env, ...env }, input, maxBuffer: 1 << 28 });
  if (result.error || result.status !== 0) {
    throw new Failed(`${program} ended with ${result.status ?? result.error.message}\n${(result.stderr ?? "").slice(-2000)}${(result.stdout ?? "").slice(-2000)}`);
  }
  return result.stdout;
}

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

// --- the cluster ---

export class Cluster {
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
    this.file(name, join(top, "tools/postgres/leakproof.sql"), {});
    run(settings.hvfhir, ["migrate", "up", "--server-role", "hv_server"], { env: { HVFHIR_DATABASE_URL: this.url("hv_owner", name) } });
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

export class Server {
  // `audited`: whether reads and searches are written down, which is another statement than those compared with.
  // `key`: the key file of a server that encrypts.
  static async start(cluster, database, { access = "off", audited = false, key } = {}) {
    const server = new Server();
    // A file: while wrk runs, nobody here would empty a pipe.
    const log = openSync(join(cluster.state, "server.log"), "a");
    server.process = spawn(settings.hvfhir, ["serve", "--access", access, "--audit-reads", audited ? "yes" : "no", "--port", "0", "--workers", String(settings.clients), "--mappings", join(top, "mappings"), "--profiles", join(top, "schemas/fhir"), ...(key ? ["--encryption-key", `file:${key}`, "--encryption-rate", "0"] : [])],
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

export const settled = (milliseconds = 500) => new Promise((done) => setTimeout(done, milliseconds));

const connecting = "SET extra_float_digits";  // what SOCI sends on a new connection

// What one request sends: what two in turn sent alike. A worker that connects, and the server's own look at what has
// changed each second, send more; in a second there are more than two.
export async function capture(cluster, server, database, kind) {
  cluster.logStatements(database, true);
  try {
    await settled();
    for (let attempt = 0, before; attempt < 10 * settings.clients; ++attempt) {
      const start = cluster.log.end();
      const { id } = await server.send(kind);
      await settled(300);
      const statements = cluster.log.statements(start);
      const text = statements.map(({ sql }) => sql).join(";");
      if (text === before && !text.includes(connecting)) return { statements, id };
      before = text;
    }
    throw new Failed(`${kind.name}: no two requests send the same statements`);
  } finally {
    cluster.logStatements(database, false);
  }
}

// The connection settings of the server, so that triggers and plans are the same.
const serverSettings = "-c hv.server=on -c TimeZone=UTC -c client_min_messages=warning -c enable_mergejoin=off -c jit=off -c statement_timeout=15000";

export function pgbench(cluster, database, kind, seconds) {
  const out = run("pgbench", ["-n", "-M", "prepared", "-c", String(settings.clients), "-j", "2", "-T", String(seconds), "-f", kind.file,
    ...kind.definitions, cluster.url("hv_server", database)], { env: { PGOPTIONS: serverSettings } });
  if (!/number of failed transactions: 0 /.test(out)) throw new Failed(`pgbench ${kind.name}: transactions failed\n${out}`);
  return Number(/tps = ([\d.]+)/.exec(out)[1]);
}

export function wrk(server, kind, seconds) {
  const result = spawnSync("wrk", ["-t", "1", "-c", String(kind.connections ?? settings.connections), "-d", `${seconds}s`, "--latency", "-s", `${kind.name}.lua`,
    server.base, "--", String(settings.patients), String(settings.observations), ...(kind.arguments ?? (kind.body ? [join(here, kind.body)] : []))],
    { encoding: "utf8", cwd: join(here, "lua") });
  const found = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(result.stdout ?? "");
  if (!found) throw new Failed(`wrk ${kind.name}: ${result.error?.message ?? result.stderr + result.stdout}`);
  const [answers, refused, broken, microseconds, p50, p99] = found.slice(1).map(Number);
  if (answers === 0 || refused + broken > 0) throw new Failed(`wrk ${kind.name}: ${answers} answers, ${refused} of them no success; ${broken} connections broke`);
  return { rate: answers / microseconds * 1e6, p50: p50 / 1000, p99: p99 / 1000 };
}
