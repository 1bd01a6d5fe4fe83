// The platform's own profiles, extensions and codes, as they are committed.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const top = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const folder = path.join(top, 'schemas/fhir');

export const own = () => fs.readdirSync(folder).filter((file) => file.endsWith('.json')).sort()
  .map((file) => ({ file, resource: JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) }));

export const ownDefinitions = () => own().filter(({ resource }) => resource.resourceType === 'StructureDefinition');
export const ownValueSet = (url) => own().map(({ resource }) => resource)
  .find((resource) => resource.resourceType === 'ValueSet' && resource.url === url);
export const ownCodeSystem = (url) => own().map(({ resource }) => resource)
  .find((resource) => resource.resourceType === 'CodeSystem' && resource.url === url);

// What every row of a type's table keeps to: of the profiles of a type the one that no other of them is derived from.
export function profileOf(type) {
  const ofType = ownDefinitions().map(({ resource }) => resource).filter((resource) => resource.type === type);
  return ofType.find((resource) => resource.baseDefinition === `http://hl7.org/fhir/StructureDefinition/${type}`);
}
