import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const help = `conformance/bench/library/run measures the library (fhir/) beside others, in turn, in one run on one machine.

fhirpath    HL7's suite of expressions beside fhirpath.js (npm, pinned): expressions compiled once, inputs parsed once
json        an Observation: parse, validate and write, beside RapidJSON's parse and write of the same text
validation  a Synthea Bundle beside HAPI's instance validator; only with --hapi, for it comes from Maven Central

Of each case the least of all rounds counts: what the machine does besides only adds to a round.

  --program FILE       (build/release/conformance/bench/library/hv_bench_library)
  --only NAME          one of fhirpath, json, validation
  --rounds NUMBER      (15; of validation twice as many)
  --milliseconds N     of each measurement, at least (0.5)
  --hapi               build HAPI's judge with Maven and measure beside it
  --bundles NUMBER     Bundles for validation: the one of middle size, and its neighbours (1)
  --shared FOLDER      suite and Synthea's data (../shared/data beside the project)
  --examples FOLDER    HL7's own package (fetched through npm into build/r4)
  --help               this text

Exit codes: 0 every goal reached, 1 something failed, 2 wrong usage, 4 a goal was missed, 77 nothing could be measured.`;

const goals = { fhirpath: 30, json: 3, validation: 15 };
const here = dirname(fileURLToPath(import.meta.url));
const top = resolve(here, "../../..");
const judge = join(top, "conformance/judges/hapi");

function usage(message) {
  console.error(`bench: ${message}; see --help`);
  process.exit(2);
}

let options;
try {
  options = parseArgs({
    options: {
      program: { type: "string", default: join(top, "build/release/conformance/bench/library/hv_bench_library") },
      only: { type: "string" }, rounds: { type: "string", default: "15" }, milliseconds: { type: "string", default: "0.5" },
      hapi: { type: "boolean", default: false }, bundles: { type: "string", default: "1" },
      shared: { type: "string", default: resolve(top, "../shared/data") }, examples: { type: "string" },
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
for (const name of ["rounds", "milliseconds", "bundles"]) {
  options[name] = Number(options[name]);
  if (!(options[name] > 0)) usage(`--${name} takes a number`);
}
if (options.only && !(options.only in goals)) usage(`--only ${options.only} is not known`);

class Failed extends Error {}
class Skipped extends Error {}

function run(program, args, settings = {}) {
  const result = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28, ...settings });
  if (result.error || result.status !== 0) {
    throw new Failed(`${program} ended with ${result.status ?? result.error.message}\n${(result.stderr ?? "").slice(-2000)}`);
  }
  return result.stdout;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const sum = (values) => values.reduce((a, b) => a + b, 0);

let missed = 0, measured = 0;
function verdict(reached) {
  ++measured;
  if (!reached) ++missed;
  return reached ? "reached" : "MISSED";
}

// --- the measuring programs (worker.h) ---

class Worker {
  static async start(program, args, input) {
    if (!existsSync(program) && program.includes("/")) throw new Failed(`${program} is not there; build it first`);
    const worker = new Worker();
    worker.process = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    worker.lines = createInterface({ input: worker.process.stdout })[Symbol.asyncIterator]();
    if (input) worker.process.stdin.write(input + "\n");
    worker.firstLine = await worker.#line();
    worker.description = JSON.parse(worker.firstLine);
    return worker;
  }
  async #line() {
    const { value, done } = await this.lines.next();
    if (done) throw new Failed(`${this.process.spawnfile} ended too early`);
    return value;
  }
  // Nanoseconds that one repetition of the case takes.
  async measure(number, milliseconds = options.milliseconds) {
    this.process.stdin.write(`${number} ${milliseconds}\n`);
    return Number(await this.#line());
  }
  stop() {
    this.process.stdin.end();
  }
}

// Measures [worker, case] pairs in turn, round after round: a list of each pair's times.
async function inTurn(pairs, rounds = options.rounds) {
  const times = pairs.map(() => []);
  for (let round = 0; round < rounds; ++round) {
    for (const [i, [worker, number]] of pairs.entries()) times[i].push(await worker.measure(number));
  }
  return times;
}

const least = (times) => times.map((each) => Math.min(...each));

// --- FHIRPath ---

function installed() {
  const work = join(dirname(resolve(options.program)), "npm");
  mkdirSync(work, { recursive: true });
  for (const file of ["package.json", "package-lock.json", ".npmrc", "fhirpath_js.mjs"]) copyFileSync(join(here, file), join(work, file));
  const lock = readFileSync(join(work, "package-lock.json"), "utf8"), mark = join(work, "node_modules/.installed");
  if (!existsSync(mark) || readFileSync(mark, "utf8") !== lock) {
    const result = spawnSync("npm", ["ci", "--ignore-scripts", "--silent", "--fetch-retries=1"], { cwd: work, stdio: "inherit" });
    if (result.status !== 0) throw new Skipped("fhirpath.js cannot be installed through npm");
    writeFileSync(mark, lock);
  }
  return join(work, "fhirpath_js.mjs");
}

async function measureFhirPath() {
  const folder = join(options.shared, "fhirpath");
  if (!existsSync(join(folder, "tests-fhir-r4.xml"))) throw new Skipped(`${folder} has no suite of HL7's`);
  const script = installed();
  const ours = await Worker.start(options.program, ["fhirpath", folder]);
  const theirs = await Worker.start(process.execPath, [script], ours.firstLine);
  try {
    const { cases, all } = ours.description;
    const both = [...cases.keys()].filter((number) => theirs.description.works[number]);
    // fhirpath.js is warm once all its code has run often.
    for (const number of both) await theirs.measure(number);
    const times = least(await inTurn(both.flatMap((number) => [[ours, number], [theirs, number]])));
    const rows = both.map((number, i) => ({ ...cases[number], ours: times[2 * i], theirs: times[2 * i + 1], ratio: times[2 * i + 1] / times[2 * i] }));
    const total = sum(rows.map(({ theirs }) => theirs)) / sum(rows.map(({ ours }) => ours));
    console.log(`FHIRPath: ${both.length} of the suite's ${all} cases, which both evaluate without an error`
      + `\n  all of them once: fhirpath.js ${(sum(rows.map(({ theirs }) => theirs)) / 1e6).toFixed(2)} ms, the library ${(sum(rows.map(({ ours }) => ours)) / 1e6).toFixed(3)} ms: ${total.toFixed(1)} times`
      + `\n  median of the cases' own ratios: ${median(rows.map(({ ratio }) => ratio)).toFixed(1)} times`
      + `\n  goal ${goals.fhirpath} times in all: ${verdict(total >= goals.fhirpath)}\n  the ten worst:`);
    for (const { name, expression, ours, theirs, ratio } of rows.sort((a, b) => a.ratio - b.ratio).slice(0, 10)) {
      console.log(`  ${ratio.toFixed(1).padStart(7)} ${theirs.toFixed(0).padStart(9)} ns ${ours.toFixed(0).padStart(8)} ns  ${name}: ${expression.replace(/\s+/g, " ").slice(0, 100)}`);
    }
  } finally {
    ours.stop();
    theirs.stop();
  }
}

// --- JSON ---

const bundlesBySize = () => {
  const folder = join(options.shared, "synthea/bundles");
  if (!existsSync(folder)) throw new Skipped(`${folder} is not there`);
  const files = readdirSync(folder).filter((name) => name.endsWith(".json.bz2") && !name.startsWith("0-"));
  return files.map((name) => join(folder, name)).sort((a, b) => statSync(a).size - statSync(b).size);
};
const unpacked = (file) => run("bzip2", ["-dc", file]);
const middle = (list, count) => list.slice((list.length - count) >> 1).slice(0, count);

// Two vital signs of HL7's, and the largest Observation of Synthea's middle Bundle.
function observations(folder) {
  const package_ = options.examples ?? run(join(top, "tools/definitions/fetch"), [join(top, "build/r4")]).trim();
  const files = ["heart-rate", "blood-pressure"].map((name) => join(package_, `Observation-${name}.json`));
  const missing = files.find((file) => !existsSync(file));
  if (missing) throw new Skipped(`${missing} is not there`);
  const [bundle] = middle(bundlesBySize(), 1);
  const all = JSON.parse(unpacked(bundle)).entry.map(({ resource }) => resource).filter(({ resourceType }) => resourceType === "Observation");
  const largest = all.map((each) => JSON.stringify(each)).reduce((a, b) => (b.length > a.length ? b : a));
  files.push(join(folder, "Observation-synthea.json"));
  writeFileSync(files.at(-1), largest);
  return files;
}

async function measureJson(folder) {
  const worker = await Worker.start(options.program, ["json", ...observations(folder)]);
  try {
    const { cases } = worker.description;
    const rounds = await inTurn([...cases.keys()].map((number) => [worker, number]), 5 * options.rounds);
    console.log("JSON: of RapidJSON's parse and write of the same text, the least of all rounds (median)");
    for (const [i, { file, step, bytes }] of cases.entries()) {
      if (step === "bare") {
        console.log(`  ${basename(file)}, ${bytes} bytes: bare ${Math.min(...rounds[i]).toFixed(0)} ns`);
        continue;
      }
      const bare = cases.findIndex((each) => each.file === file);
      const ratio = Math.min(...rounds[i]) / Math.min(...rounds[bare]);
      const what = { "parse and write": "parse, write", "with errors": "parse, validate for errors, write", "with all": "parse, validate, write" }[step];
      const goal = step === "with all" ? `  goal at most ${goals.json}: ${verdict(ratio <= goals.json)}` : "";
      console.log(`    ${what.padEnd(36)} ${Math.min(...rounds[i]).toFixed(0).padStart(6)} ns  ${ratio.toFixed(2)} (${(median(rounds[i]) / median(rounds[bare])).toFixed(2)})${goal}`);
    }
  } finally {
    worker.stop();
  }
}

// --- validation ---

function hapi(files) {
  if (!options.hapi) throw new Skipped("validation beside HAPI is measured with --hapi, for it comes from Maven Central");
  const built = spawnSync(join(judge, "build"), [join(top, "build/judges/hapi")], { encoding: "utf8" });
  if (built.status === 77) throw new Skipped(built.stderr.replace("SKIPPED: ", "").trim());
  if (built.error || built.status !== 0) throw new Failed(`HAPI's judge cannot be built: ${built.stderr ?? built.error.message}`);
  return Worker.start("java", ["-Xmx3g", "-cp", built.stdout.trim(), "hvfhir.ValidationBench", ...files]);
}

// Rounds until HAPI's compiler and caches have settled: the last six are no better than those before.
async function warm(worker, numbers) {
  for (const number of numbers) {
    let best = Infinity, since = 0;
    while (since < 6) {
      const took = await worker.measure(number);
      since = took < best * 0.97 ? 0 : since + 1;
      best = Math.min(best, took);
    }
  }
}

async function measureValidation(folder) {
  const files = middle(bundlesBySize(), options.bundles).map((file) => {
    const name = join(folder, basename(file, ".bz2"));
    writeFileSync(name, unpacked(file));
    return name;
  });
  const theirs = await hapi(files);
  const ours = await Worker.start(options.program, ["validation", ...files]);
  try {
    const numbers = files.flatMap((_, i) => [2 * i, 2 * i + 1]);
    await warm(theirs, numbers);
    const rounds = 2 * options.rounds;  // HAPI goes on getting faster for a minute
    const times = least(await inTurn(numbers.flatMap((number) => [[ours, number], [theirs, number]]), rounds));
    console.log("Validation: HAPI's instance validator and the library's, of the same Bundle");
    for (const [i, file] of files.entries()) {
      const entries = JSON.parse(readFileSync(file, "utf8")).entry.length;
      console.log(`  ${basename(file)}: ${statSync(file).size} bytes, ${entries} entries; issues told: HAPI ${theirs.description.issues[i]}, the library ${ours.description.issues[i]}`);
      for (const [j, what] of ["of the parsed Bundle", "of its text"].entries()) {
        const [mine, other] = times.slice(2 * (2 * i + j));
        const goal = j === 0 ? `  goal ${goals.validation} times: ${verdict(other / mine >= goals.validation)}` : "";
        console.log(`    ${what.padEnd(22)} HAPI ${(other / 1e6).toFixed(1)} ms, the library ${(mine / 1e6).toFixed(2)} ms: ${(other / mine).toFixed(1)} times${goal}`);
      }
    }
  } finally {
    ours.stop();
    theirs.stop();
  }
}

const work = mkdtempSync(join(tmpdir(), "hvfhir-bench-library-"));
let failed = false;
for (const [name, measure] of Object.entries({ fhirpath: measureFhirPath, json: measureJson, validation: measureValidation })) {
  if (options.only && options.only !== name) continue;
  try {
    await measure(work);
  } catch (error) {
    if (error instanceof Skipped) {
      console.log(`SKIPPED: ${name}: ${error.message}`);
    } else {
      failed = true;
      console.error(error instanceof Failed ? `bench: ${error.message}` : error);
    }
  }
}
rmSync(work, { recursive: true, force: true });
process.exitCode = failed ? 1 : missed > 0 ? 4 : measured > 0 ? 0 : 77;
