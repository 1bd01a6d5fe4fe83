// Puts the data into the server, and the same data, as raw resources, into the judge.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { inParallel, matchesOf } from './server.mjs';

// The entries of Synthea's Bundles, their references as an import resolves them: urn:uuid and conditional ones to Type/id.
export function syntheaResources(folder) {
  const bundles = fs
    .readdirSync(folder)
    .sort()
    .map((file) => JSON.parse(execFileSync('bzip2', ['-dc', path.join(folder, file)], { maxBuffer: 1 << 29 })));
  const entries = bundles.flatMap((bundle) => bundle.entry);
  const byUrn = new Map(entries.map(({ fullUrl, resource }) => [fullUrl, `${resource.resourceType}/${resource.id}`]));
  const byIdentifier = new Map();
  for (const { resource } of entries)
    for (const { system, value } of [resource.identifier ?? []].flat())
      byIdentifier.set(`${resource.resourceType}?identifier=${system}|${value}`, `${resource.resourceType}/${resource.id}`);
  const resolve = (node) => {
    if (node === null || typeof node !== 'object') return;
    if (typeof node.reference === 'string')
      node.reference = byUrn.get(node.reference) ?? byIdentifier.get(node.reference) ?? node.reference;
    Object.values(node).forEach(resolve);
  };
  const resources = entries.map(({ resource }) => resource);
  resources.forEach(resolve);
  return resources;
}

// Writes the resources over HTTP. Returns those that were stored, and the answers to those that were not.
export async function write(server, resources) {
  const refused = [];
  await inParallel(resources, 4, async (resource) => {
    const answer = await server.put(resource);
    if (answer.status !== 201 && answer.status !== 200) refused.push({ resource, answer });
  });
  const left = new Set(refused.map(({ resource }) => resource));
  return { stored: resources.filter((resource) => !left.has(resource)), refused };
}

// With the members of objects in order.
export const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
};
function contentOf({ meta, ...rest }) {
  const { versionId, lastUpdated, ...kept } = meta ?? {};
  return JSON.stringify(sorted({ ...rest, ...(Object.keys(kept).length ? { meta: kept } : {}) }));
}

// The same resources under other contents, and some more: what is written over, and what is deleted, must not be found any more.
export function formerVersions(resources) {
  const generated = resources.filter(({ id, resourceType }) => /-\d+$/.test(id) && resourceType !== 'CodeSystem');
  return generated.flatMap((resource, i) => {
    const other = generated[i + 1];
    return i % 3 === 0 && other?.resourceType === resource.resourceType ? [{ ...other, id: resource.id }] : [];
  });
}
export async function writeAndDelete(server, resources) {
  const gone = resources.filter((_, i) => i % 10 === 0).map((resource) => ({ ...resource, id: `${resource.id}-gone` }));
  const { refused } = await write(server, gone);
  const answers = [];
  await inParallel(gone, 4, async ({ resourceType, id }) => answers.push(await server.delete(`${resourceType}/${id}`)));
  return { refused, failed: answers.filter(({ status }) => status !== 204 && status !== 200) };
}

// The platform's own applications write the tables too. The ids of what they changed, as "Type/id".
export function writePlainSql(ownerUrl) {
  const patients = ['gen-patient-40', 'gen-patient-41', 'gen-patient-42'];
  const appointments = ['gen-appointment-3', 'gen-appointment-9'];
  const quoted = (ids) => ids.map((id) => `'${id}'`).join(', ');
  const statements = [
    `UPDATE patient_profile SET full_name = 'Plain Sqlsson', dob = '1971-02-03', gender = 'other', contact_number = '+91 555' WHERE fhir_id IN (${quoted(patients)})`,
    `UPDATE appointments SET status = 'completed', scheduled_start = '2031-01-02T03:04:05Z', scheduled_end = '2031-01-02T04:04:05Z' WHERE fhir_id IN (${quoted(appointments)})`,
  ];
  execFileSync('psql', ['-Xq', '-v', 'ON_ERROR_STOP=1', '-d', ownerUrl, ...statements.flatMap((statement) => ['-c', statement])]);
  return new Set([...patients.map((id) => `Patient/${id}`), ...appointments.map((id) => `Appointment/${id}`)]);
}

// Reads every resource of the types back, page by page, and gives each raw resource its meta.lastUpdated. What nobody sent is a row of
// the platform's own, unless its id says that it was generated; it is taken as it is read, and so is what plain SQL has changed.
// Returns {missing, unknown, changed, rows}: "Type/id" of what the server does not have, what should not be there, what came back
// otherwise; and the platform's rows as resources.
export async function readBack(server, resources, changedBySql) {
  const byKey = new Map(resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]));
  const faults = { missing: [], unknown: [], changed: [] };
  const rows = [];
  const found = new Set();
  for (const type of new Set(resources.map((resource) => resource.resourceType))) {
    const { status, pages } = await server.pages(`${type}?_count=1000`);
    if (status !== 200) throw new Error(`${type} cannot be read back: ${status}`);
    for (const answered of pages.flatMap(matchesOf)) {
      const key = `${type}/${answered.id}`;
      const sent = byKey.get(key);
      if (found.has(key) || (!sent && answered.id.startsWith('gen-'))) faults.unknown.push(key);
      else if (!sent) rows.push(answered);
      else if (changedBySql.has(key)) Object.assign(clear(sent), answered);
      else {
        if (contentOf(sent) !== contentOf(answered)) faults.changed.push(key);
        sent.meta = { ...sent.meta, versionId: answered.meta.versionId, lastUpdated: answered.meta.lastUpdated };
      }
      found.add(key);
    }
  }
  faults.missing = [...byKey.keys()].filter((key) => !found.has(key));
  return { faults, rows };
}

function clear(object) {
  for (const key of Object.keys(object)) delete object[key];
  return object;
}
