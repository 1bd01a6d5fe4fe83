// Judges the search of the server at HV_BASE_URL. See README.md; started by run.
//
//   HV_EXAMPLES_DIR  HL7's package (tools/definitions/fetch)
//   HV_SYNTHEA_DIR   Synthea's Bundles, which the server has imported already; absent: only generated data
//   HV_OWNER_URL     the database, for writing as the platform does; absent: only HTTP
//   HV_ONLY          only the types whose name matches, to look closer
// Exit codes: 0 all right and all that is declared was tested, 1 not.
import { ContainedCases } from './contained.mjs';
import { Data } from './data.mjs';
import { Definitions } from './definitions.mjs';
import { Engine } from './engine.mjs';
import { generate, generatedTypes, listOf } from './generated/all.mjs';
import { bundles, Filler } from './generated/filled.mjs';
import { holders } from './generated/held.mjs';
import { markKnown } from './known.mjs';
import { formerVersions, readBack, syntheaResources, write, writeAndDelete, writePlainSql } from './load.mjs';
import { Plan } from './plan.mjs';
import { printParameters, printRefused, printTally, printWrong, Tally } from './report.mjs';
import { Results } from './results.mjs';
import { inParallel, Server } from './server.mjs';
import { Terminology } from './terminology.mjs';
import { judge } from './verdict.mjs';

// Features of which a case may well find nothing.
const mayFindNothing = new Set(['_lastUpdated', 'codes that share a column value', 'compartment']);
const started = Date.now();
const say = (words) => console.log(`[${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s] ${words}`);

const server = new Server(process.env.HV_BASE_URL);
const definitions = new Definitions(process.env.HV_EXAMPLES_DIR);
const only = new RegExp(process.env.HV_ONLY ?? '');

const metadata = (await server.get('metadata')).body;
const declared = new Map(metadata.rest[0].resource.map(({ type, searchParam = [] }) => [type, searchParam]));
const variants = 4; // of a filled resource; the longest choice of references that a parameter tells apart has more
const filledTypes = [...declared.keys()].filter((type) => !generatedTypes.includes(type));

function generated() {
  const filler = new Filler(definitions);
  const filled = filledTypes.flatMap((type) =>
    Array.from({ length: type === 'AppointmentResponse' ? 8 : variants }, (_, n) => filler.resource(type, n)),
  );
  const written = generate(server.base);
  return [...written, ...filled, ...bundles, ...holders(written), listOf([...declared.keys()])];
}

async function load() {
  const resources = generated();
  const former = await write(server, formerVersions(resources));
  const deleted = await writeAndDelete(server, resources);
  const { stored, refused } = await write(server, resources);
  const changedBySql = process.env.HV_OWNER_URL ? writePlainSql(process.env.HV_OWNER_URL) : new Set();
  const unwritten = [...former.refused, ...deleted.refused, ...refused];
  say(`${stored.length} generated resources written, ${unwritten.length} refused`);
  for (const { resource, answer } of unwritten.slice(0, 10))
    console.log(`  ${resource.resourceType}/${resource.id}: ${answer.status} ${answer.text.slice(0, 500)}`);
  const synthea = process.env.HV_SYNTHEA_DIR ? syntheaResources(process.env.HV_SYNTHEA_DIR) : [];
  if (!synthea.length) console.log("SKIPPED: Synthea's Bundles are not there; only generated data is searched");
  const all = [...stored, ...synthea];
  const { faults, rows } = await readBack(server, all, changedBySql);
  for (const [fault, keys] of Object.entries(faults))
    if (keys.length) console.log(`  ${keys.length} ${fault}: ${keys.slice(0, 8).join(' ')}`);
  say(`${all.length} resources read back, and ${rows.length} of the platform's own rows`);
  const data = new Data(definitions, server.base);
  const missing = new Set(faults.missing);
  for (const resource of [...all, ...rows]) if (!missing.has(`${resource.resourceType}/${resource.id}`)) data.add(resource);
  return { data, right: !unwritten.length && !deleted.failed.length && !Object.values(faults).flat().length };
}

// Asks all cases: their verdicts.
async function askAll(server, engine, tests) {
  const verdicts = [];
  await inParallel(tests, 4, async (test) => {
    try {
      verdicts.push(test.run ? { ...test, ...(await test.run()) } : await judge(server, engine, test));
    } catch (error) {
      verdicts.push({ ...test, url: `${test.type} ${JSON.stringify(test.pairs)}`, outcome: 'wrong', words: error.stack });
    }
  });
  return verdicts;
}

// Map of type -> {declared, tested, right, untested}: of the parameters, those that a case found by value, and those without a wrong one.
function countParameters(verdicts) {
  const key = (type, code) => `${type}.${code}`;
  const faulty = new Set(
    verdicts.filter(({ outcome }) => outcome === 'wrong' || outcome === 'known').map(({ type, code }) => key(type, code)),
  );
  const matched = new Set(
    verdicts
      .filter(({ outcome, expected, feature }) => expected && outcome !== 'refused' && feature !== ':missing')
      .map(({ type, code }) => key(type, code)),
  );
  const rows = [...declared]
    .filter(([type]) => only.test(type))
    .map(([type, parameters]) => {
      const keys = parameters.map(({ name }) => key(type, name));
      const tested = keys.filter((one) => matched.has(one));
      const right = tested.filter((one) => !faulty.has(one));
      return [
        type,
        { declared: keys.length, tested: tested.length, right: right.length, untested: keys.filter((one) => !matched.has(one)) },
      ];
    });
  return new Map(rows);
}

function print(verdicts, rows, settled) {
  const features = new Tally();
  for (const { kind, feature, outcome, pairs } of verdicts) {
    features.add(`${kind} ${feature}`, outcome);
    if (pairs.some(([, value]) => value.includes('\\'))) features.add('more escapes', outcome);
  }
  printTally('features', features);
  printParameters(rows, generatedTypes);
  printRefused(verdicts);
  printWrong(verdicts);
  const empty = verdicts.filter(({ kind, feature, expected }) => kind === 'more' && !expected && !mayFindNothing.has(feature));
  if (empty.length) console.log(`\nCases that find nothing: ${empty.map(({ url }) => url).join(' ')}`);
  const untested = [...rows.values()].flatMap((row) => row.untested);
  if (untested.length) console.log(`\nDeclared and never tested with a match: ${untested.join(' ')}`);
  for (const { why } of settled) console.log(`\nknown.json says "${why}", but all is right: take it out`);
}

const { data, right: loaded } = await load();
const engine = new Engine(data, { terminology: new Terminology(data, definitions) });
const tests = [
  ...new Plan(engine, new Results(server, engine), declared).cases(only),
  ...new ContainedCases(server, engine).cases(declared, only),
];
say(`${tests.length} cases made`);
const verdicts = await askAll(server, engine, tests);
say(`${server.requests} requests answered`);

const whole = process.env.HV_SYNTHEA_DIR && !process.env.HV_ONLY; // only then must what is known to be wrong show
const settled = markKnown(verdicts).filter(() => whole);
const rows = countParameters(verdicts);
print(verdicts, rows, settled);
const failed =
  verdicts.some(({ outcome }) => outcome === 'wrong') ||
  [...rows.values()].some(({ untested }) => untested.length) ||
  settled.length;
process.exit(loaded && !failed ? 0 : 1);
