// Writes the snapshots of schemas/fhir/StructureDefinition-*.json, or compares them (--check).
//   node generate.mjs FOLDER_OF_HL7S_PACKAGE [--check]
import fs from 'node:fs';
import path from 'node:path';
import { Package } from '../definitions/package.mjs';
import { folder, ownDefinitions } from './own.mjs';
import { Snapshots } from './snapshot.mjs';

const [packageFolder, check] = process.argv.slice(2);
const hl7 = new Package(packageFolder);
const own = ownDefinitions();
const snapshots = new Snapshots((url) => {
  const ours = own.find(({ resource }) => resource.url === url);
  if (ours) return ours.resource;
  const file = `StructureDefinition-${url.slice(url.lastIndexOf('/') + 1)}.json`;
  return hl7.files.includes(file) ? hl7.read(file) : undefined;
});

// The differential as people read it, the snapshot one element a line.
function text({ snapshot, differential, ...rest }, elements) {
  const head = JSON.stringify({ ...rest, differential }, null, 2);
  const lines = elements.map((element) => `      ${JSON.stringify(element)}`).join(',\n');
  return `${head.slice(0, -2)},\n  "snapshot": {\n    "element": [\n${lines}\n    ]\n  }\n}\n`;
}

let stale = 0;
for (const { file, resource } of own) {
  const wanted = text(resource, snapshots.elements(resource.url));
  const place = path.join(folder, file);
  if (fs.readFileSync(place, 'utf8') === wanted) continue;
  if (check === '--check') {
    stale += 1;
    console.error(`schemas/fhir/${file} is out of date: run tools/profiles/generate`);
  } else {
    fs.writeFileSync(place, wanted);
  }
}
process.exit(stale > 0 ? 1 : 0);
