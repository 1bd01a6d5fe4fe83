// node terminology.mjs PACKAGE_FOLDER OUTPUT: writes R4's CodeSystems and ValueSets as fhir/terminology/README.md tells.
import fs from 'node:fs';

import { Package } from './package.mjs';

const identity = ['url', 'version', 'name', 'title', 'status', 'experimental'];
const kept = {
  CodeSystem: [...identity, 'language', 'caseSensitive', 'valueSet', 'hierarchyMeaning', 'compositional', 'versionNeeded',
    'content', 'property', 'concept'],
  ValueSet: [...identity, 'language', 'immutable', 'compose', 'expansion'],
};

// Extensions, comments and element ids say nothing that a look-up answers; where nothing else is in it, the element goes.
function stripped(value) {
  if (Array.isArray(value)) return value.map(stripped);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value)
    .filter(([name]) => name !== 'extension' && name !== 'id' && !name.startsWith('_'))
    .map(([name, item]) => [name, stripped(item)]);
  return Object.fromEntries(entries);
}

// Those that only show what such a resource looks like, and those that say that nothing of them is there.
const isExample = (resource) => /^example(-|$)/.test(resource.id);
const isAbsent = (resource) => resource.content === 'not-present';

// HL7 writes the versions of some tables into their url: 'url|2.1'.
function versioned(resource, key) {
  const [url, version] = resource[key].split('|');
  return version === undefined ? resource : { ...resource, [key]: url, version };
}

function corrected(resource, overlay, used) {
  const correction = overlay.valueSets[resource.url];
  const include = (rule) => {
    if (correction && rule.system === correction.system && rule.version === correction.was) {
      used.add(resource.url);
      return { ...rule, version: correction.version };
    }
    return rule.system ? versioned(rule, 'system') : rule;
  };
  const compose = resource.compose && { ...resource.compose, include: resource.compose.include.map(include) };
  return compose ? { ...resource, compose } : resource;
}

function terminologyLines(source, overlay) {
  const lines = [];
  const used = new Set();
  for (const type of Object.keys(kept)) {
    const resources = source.ofType(type).filter((resource) => !isExample(resource) && !isAbsent(resource));
    for (const resource of resources.sort((a, b) => (a.url < b.url ? -1 : 1))) {
      const { url, ...rest } = corrected(versioned(stripped(resource), 'url'), overlay, used);
      const fields = kept[type].filter((name) => rest[name] !== undefined).map((name) => [name, rest[name]]);
      lines.push(JSON.stringify(Object.fromEntries([['resourceType', type], ['url', url], ...fields])));
    }
  }
  for (const url of Object.keys(overlay.valueSets)) if (!used.has(url)) throw new Error(`overlay: ${url} corrects nothing`);
  return lines;
}

// What the lines repeat thousands of times. Each stands in the text as one control character, which JSON cannot have.
const usage = '"use":{"system":"http://terminology.hl7.org/CodeSystem/designation-usage","code":"display"},"value":"';
const deprecated = '"property":[{"code":"status","valueCode":"deprecated"}';
const fragments = [
  '{"resourceType":"CodeSystem","url":"',
  '{"resourceType":"ValueSet","url":"',
  `"}],${deprecated},{"code":"deprecationDate","valueDateTime":"`,
  `",${deprecated},{"code":"deprecationDate","valueDateTime":"`,
  `",${usage}`,
  '","designation":[{"language":"',
  '"}]},{"code":"',
  '"},{"code":"',
  '"},{"language":"',
  '","display":"',
  '","definition":"',
  '","status":"active","experimental":false,"language":"en","immutable":true,"compose":{"include":[{"system":"',
  '","status":"draft","experimental":false,"immutable":true,"compose":{"include":[{"system":"',
  '","status":"active","experimental":false,"language":"en","content":"complete","concept":[{"code":"',
  '","status":"active","experimental":false,"',
  '","status":"draft","experimental":false,"',
  '","version":"4.0.1","name":"',
  '","property":[{"code":"notSelectable","valueBoolean":true}',
  '","content":"complete","concept":[{"code":"',
  '","title":"',
  '","concept":[{"code":"',
  '{"code":"child","valueCode":"',
  'http://terminology.hl7.org/CodeSystem/',
  'http://terminology.hl7.org/ValueSet/',
  'http://hl7.org/fhir/ValueSet/',
];
const characters = [1, 2, 3, 4, 5, 6, 7, 8, ...Array.from({ length: 18 }, (_, i) => i + 14)].map((code) => String.fromCharCode(code));

function shortened(line) {
  let text = line;
  fragments.forEach((fragment, i) => {
    text = text.replaceAll(fragment, characters[i]);
  });
  return text;
}

const [folder, output] = process.argv.slice(2);
const overlay = JSON.parse(fs.readFileSync(new URL('./overlay.json', import.meta.url), 'utf8'));
const lines = terminologyLines(new Package(folder), overlay).map(shortened);
const text = [fragments.join('\t'), ...lines].join('\n');
if (text.includes(')facts"')) throw new Error('the text holds the delimiter of the raw string');
fs.writeFileSync(output, `R"facts(${text}\n)facts"\n`);
console.log(`${lines.length} code systems and value sets, ${(text.length / 1024).toFixed(0)} KiB`);
