// load.mjs BASE FOLDER: sends each Bundle of FOLDER (*.json.bz2) as it is and checks what came of it.
//
//   every entry is 201; the count of each type is that of the Bundles; 200 sampled resources come back as they were
//   sent, with the references among them rewritten. What a reference must have become is computed here: a fullUrl from the
//   answers' locations, a conditional reference from the identifiers of all resources that were sent.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

const [base, folder] = process.argv.slice(2);
const samples = 200;
let failures = 0;
const fail = (words) => { failures += 1; if (failures <= 20) console.error(`FAILS ${words}`); };

const isFirst = (name) => name.startsWith('0-'); // what the others refer to
const names = readdirSync(folder).filter((name) => name.endsWith('.json.bz2'))
  .sort((a, b) => isFirst(b) - isFirst(a) || a.localeCompare(b));
const patients = names.filter((name) => !isFirst(name)).length;
if (patients !== 40) fail(`there are 40 patients' Bundles, not ${patients}`);

const sent = []; // {place, resource, places}: where it is, what was sent, and its Bundle's fullUrls
const counts = new Map();
const byIdentifier = new Map(); // "Practitioner?identifier=system|value" -> places
const started = performance.now();
let seconds = 0;

for (const name of names) {
  const text = execFileSync('bzcat', [`${folder}/${name}`], { maxBuffer: 1 << 30 });
  const bundle = JSON.parse(text);
  const begun = performance.now();
  const answer = await fetch(base, { method: 'POST', body: text, headers: { 'Content-Type': 'application/fhir+json' } });
  const body = await answer.json();
  seconds += (performance.now() - begun) / 1000;
  if (answer.status !== 200 || body.entry?.length !== bundle.entry.length) {
    fail(`${name}: ${answer.status} ${JSON.stringify(body).slice(0, 400)}`);
    continue;
  }
  if (body.type !== `${bundle.type}-response`) fail(`${name}: the answer is a ${body.type}`);
  const places = new Map();
  bundle.entry.forEach((entry, i) => {
    const { status, location } = body.entry[i].response;
    if (!status.startsWith('201') || !location?.startsWith(`${base}/`)) {
      fail(`${name}: entry ${i} is ${JSON.stringify(body.entry[i].response)}`);
      return;
    }
    const place = location.slice(base.length + 1).replace(/\/_history\/1$/, '');
    const type = entry.resource.resourceType;
    if (entry.fullUrl) places.set(entry.fullUrl, place);
    sent.push({ place, resource: entry.resource, places: bundle.type === 'transaction' ? places : new Map() });
    counts.set(type, (counts.get(type) ?? 0) + 1);
    for (const { system, value } of [entry.resource.identifier ?? []].flat()) {
      const key = `${type}?identifier=${system}|${value}`;
      byIdentifier.set(key, [...(byIdentifier.get(key) ?? []), place]);
    }
  });
}

for (const [type, count] of [...counts].sort()) {
  const page = await (await fetch(`${base}/${type}?_summary=count`)).json();
  if (page.total !== count) fail(`${type}: ${page.total} are there, ${count} were sent`);
}

// What a resource must have become, without what the server gives it.
function expected(value, places, key = '') {
  if (Array.isArray(value)) return value.map((each) => expected(each, places, key));
  if (value && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, expected(each, places, name)]));
  if (typeof value !== 'string') return value;
  if (places.has(value)) return key === 'value' ? value : places.get(value); // Identifier.value is no link
  if (key !== 'reference' || places.size === 0 || !/^[A-Za-z]+\?/.test(value)) return value;
  const found = byIdentifier.get(value) ?? [];
  if (found.length !== 1) fail(`${value} names ${found.length} resources that were sent`);
  return found[0];
}

function bare({ id, meta, ...rest }) {
  const { versionId, lastUpdated, ...kept } = meta ?? {};
  return Object.keys(kept).length > 0 ? { ...rest, meta: kept } : rest;
}

const step = Math.max(1, Math.floor(sent.length / samples));
let right = 0;
for (let i = 0; i < samples && i * step < sent.length; i += 1) {
  const { place, resource, places } = sent[i * step];
  const answer = await fetch(`${base}/${place}`);
  const found = await answer.json();
  if (isDeepStrictEqual(bare(found), bare(expected(resource, places)))) right += 1;
  else fail(`${place} is not what was sent`);
}
if (right !== samples) fail(`${right} of ${samples} sampled resources are right`);

console.log(`${patients} patients and ${names.length - patients} batches before them, ${sent.length} entries of ${counts.size} types, ${right} of ${samples} samples right; ` +
  `${Math.round(sent.length / seconds)} resources/s, ${((performance.now() - started) / 1000).toFixed(1)} s in all`);
for (const [type, count] of [...counts].sort()) console.log(`  ${type} ${count}`);
process.exit(failures === 0 ? 0 : 1);
