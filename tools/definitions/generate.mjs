// node generate.mjs PACKAGE_FOLDER OUTPUT: writes the facts of R4 that the C++ library embeds.
// The format is described in fhir/definitions/README.md.
import fs from 'node:fs';

import { codeLines } from './codes.mjs';
import { Package, Pool } from './package.mjs';
import { compartmentLines, searchLines } from './search.mjs';
import { Types } from './types.mjs';

const [folder, output] = process.argv.slice(2);
const source = new Package(folder);
const overlay = JSON.parse(fs.readFileSync(new URL('./overlay.json', import.meta.url), 'utf8'));

const invariants = new Pool();
const valueSets = new Pool();
const types = new Types(source.ofType('StructureDefinition'), overlay, invariants, valueSets).run();

const bound = new Set(); // by bindings of all strengths but `example`
for (const line of types) {
  const binding = line.startsWith('E') && line.split('\t')[5];
  if (binding && binding[0] !== 'e') bound.add(valueSets.texts()[Number(binding.slice(1))]);
}
const codes = codeLines(source.bundle('Bundle-valueset-expansions.json'), bound, valueSets);
const search = searchLines(source.bundle('Bundle-searchParams.json'), overlay.searchComponents);
const compartments = compartmentLines(
  source.ofType('CompartmentDefinition').filter((compartment) => compartment.id !== 'example'));

const lines = [
  ...invariants.texts().map((text) => `I\t${text}`),
  ...valueSets.texts().map((text) => `V\t${text}`),
  ...types, ...codes.lines, ...search, ...compartments,
];
const text = lines.join('\n');
if (text.includes(')facts"')) throw new Error('the text holds the delimiter of the raw string');
fs.writeFileSync(output, `R"facts(${text}\n)facts"\n`);

console.log(`${lines.length} lines, ${(text.length / 1024).toFixed(0)} KiB: ${invariants.texts().length} invariants, ` +
  `${types.filter((line) => line.startsWith('T')).length} types, ${search.filter((line) => line.startsWith('P')).length} ` +
  `search parameters, code lists without codes: ${codes.missing.join(' ')}`);
