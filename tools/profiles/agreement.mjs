// Whether the profiles say what the mappings and the tables say:
//   - an element with a column is mustSupport, and so is the extension that a column stands in;
//   - what a mapping requires and its column may not lack has min 1 or more;
//   - a reference that is required has its column's one target;
//   - translated codes are the codes of a ValueSet that the element is bound to or that a rule of the profile names.
// Prints each disagreement. Exit code 1 when there is one.
import fs from 'node:fs';
import path from 'node:path';
import { ownCodeSystem, ownDefinitions, ownValueSet, profileOf, top } from './own.mjs';

const uncommented = (text) => text.replace(/"(?:[^"\\]|\\.)*"|\/\/.*|\/\*[^]*?\*\//g, (part) => (part[0] === '"' ? part : ''));
const mappings = fs.readdirSync(path.join(top, 'mappings')).filter((file) => file.endsWith('.json')).sort()
  .map((file) => JSON.parse(uncommented(fs.readFileSync(path.join(top, 'mappings', file), 'utf8'))));

// "table.column" of each column that is never null.
function neverNull() {
  const found = new Set();
  for (const file of fs.readdirSync(path.join(top, 'schemas/platform')).filter((name) => name.endsWith('.sql'))) {
    const text = fs.readFileSync(path.join(top, 'schemas/platform', file), 'utf8');
    for (const [, table, body] of text.matchAll(/^CREATE TABLE (\w+) \(\n([^]*?)\n\);/gm)) {
      for (const [, column] of body.matchAll(/^ {2}(\w+) .*NOT NULL/gm)) found.add(`${table}.${column}`);
    }
  }
  return found;
}

const faults = [];
const held = neverNull();

// The ids of a path's elements in a profile, the longest first: "telecom[system=phone].value" is Patient.telecom.value.
function elementsOf(profile, mapping, written) {
  const steps = written.replace(/\[[^\]]*\]/g, '').split('.');
  const ids = steps.map((_, i) => `${profile.type}.${steps.slice(0, steps.length - i).join('.')}`);
  return ids.map((id) => profile.snapshot.element.find((element) =>
    element.id === id || (element.id.endsWith('[x]') && id.startsWith(element.id.slice(0, -3)) && !id.slice(element.id.length - 3).includes('.'))))
    .filter(Boolean);
}

function extensionOf(profile, written) {
  const url = /^extension\[url=([^\]]+)\]/.exec(written)?.[1];
  return url && profile.snapshot.element.find((element) => element.type?.[0].profile?.[0] === url);
}

function checkCodes(profile, mapping, element, codes) {
  const rules = profile.snapshot.element.flatMap((each) => each.constraint ?? []).map((rule) => rule.expression).join('\n');
  const extension = element.type?.[0].profile?.[0];
  const definition = extension && ownDefinitions().find(({ resource }) => resource.url === extension).resource;
  const bound = [element, ...(definition?.snapshot.element ?? [])].map((each) => each.binding?.valueSet).filter(Boolean);
  const named = [...rules.matchAll(/memberOf\('([^']+)'\)/g)].map((match) => match[1]);
  const sets = [...bound, ...named].map(ownValueSet).filter(Boolean);
  const codesOf = (set) => set.compose.include.flatMap((include) => (include.concept ?? ownCodeSystem(include.system).concept).map(({ code }) => code));
  const wanted = Object.keys(codes).sort().join(' ');
  if (!sets.some((set) => codesOf(set).sort().join(' ') === wanted))
    faults.push(`${profile.id}: no ValueSet of ${element.id} has exactly the codes that the mapping translates`);
}

for (const mapping of mappings) {
  const profile = profileOf(mapping.resource);
  for (const { path: written, column, required, codes, target, derived, constant } of mapping.elements) {
    const element = extensionOf(profile, written) ?? elementsOf(profile, mapping, written)[0];
    const chain = extensionOf(profile, written) ? [element] : elementsOf(profile, mapping, written);
    if (!element) { faults.push(`${profile.id}: there is no element for ${written}`); continue; }
    if (constant === undefined && !derived && !chain.some((each) => each.mustSupport)) faults.push(`${profile.id}: ${written} has a column and is not mustSupport`);
    if (required && held.has(`${mapping.table}.${column}`) && !written.includes('[actor=') && !chain.some((each) => each.min > 0 && each.path.split('.').length === 2))
      faults.push(`${profile.id}: ${written} is required by its column`);
    if (required && target && !written.includes('[actor=')) {
      const targets = chain.flatMap((each) => each.type ?? []).flatMap((type) => type.targetProfile ?? []);
      if (targets.length !== 1 || !targets[0].endsWith(`/${target}`)) faults.push(`${profile.id}: ${written} must refer to ${target} alone`);
    }
    if (codes && !derived) checkCodes(profile, mapping, element, codes);
  }
}
for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);
