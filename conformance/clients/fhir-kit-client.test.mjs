import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test from 'node:test';

import { Client } from 'fhir-kit-client';

import { baseUrl, patient, uniqueFamily } from './patients.mjs';

const client = new Client({ baseUrl });

// The error's HTTP status and OperationOutcome.
async function refusal(promise) {
  const error = await promise.then(
    () => assert.fail('was not refused'),
    (reason) => reason,
  );
  assert.equal(error.response.data.resourceType, 'OperationOutcome');
  return error.response.status;
}

test('the capability statement names R4 and Patient', async () => {
  const statement = await client.capabilityStatement();
  assert.equal(statement.fhirVersion, '4.0.1');
  assert.ok(statement.rest[0].resource.some((resource) => resource.type === 'Patient'));
});

test('create, read and vread give the same resource', async () => {
  const family = uniqueFamily();
  const created = await client.create({ resourceType: 'Patient', body: patient(family) });
  assert.ok(created.id);
  assert.equal(created.meta.versionId, '1');
  const read = await client.read({ resourceType: 'Patient', id: created.id });
  assert.deepEqual(read, created);
  const version = await client.vread({ resourceType: 'Patient', id: created.id, version: '1' });
  assert.deepEqual(version, created);
});

test('update makes a version, and a stale If-Match is refused with 412', async () => {
  const created = await client.create({ resourceType: 'Patient', body: patient(uniqueFamily()) });
  const changed = await client.update({
    resourceType: 'Patient',
    id: created.id,
    body: { ...created, gender: 'other' },
    options: { headers: { 'If-Match': 'W/"1"' } },
  });
  assert.equal(changed.meta.versionId, '2');
  assert.equal(changed.gender, 'other');
  const stale = client.update({
    resourceType: 'Patient',
    id: created.id,
    body: { ...created, gender: 'male' },
    options: { headers: { 'If-Match': 'W/"1"' } },
  });
  assert.equal(await refusal(stale), 412);
});

test('update creates under the id of the client', async () => {
  const id = 'kit-' + randomUUID();
  const written = await client.update({ resourceType: 'Patient', id, body: patient(uniqueFamily(), { id }) });
  assert.equal(written.id, id);
});

test('delete answers 204, then read 410, and the history has both versions', async () => {
  const created = await client.create({ resourceType: 'Patient', body: patient(uniqueFamily()) });
  await client.delete({ resourceType: 'Patient', id: created.id });
  assert.equal(await refusal(client.read({ resourceType: 'Patient', id: created.id })), 410);
  const history = await client.resourceHistory({ resourceType: 'Patient', id: created.id });
  assert.equal(history.type, 'history');
  assert.deepEqual(history.entry.map((entry) => entry.request.method), ['DELETE', 'POST']);
});

test('search finds by name, and its pages give each match once', async () => {
  const family = uniqueFamily();
  const ids = new Set();
  for (let i = 0; i < 5; ++i) {
    ids.add((await client.create({ resourceType: 'Patient', body: patient(family) })).id);
  }
  const found = [];
  let page = await client.search({ resourceType: 'Patient', searchParams: { family, _count: 2 } });
  while (page) {
    found.push(...(page.entry ?? []).map((entry) => entry.resource.id));
    page = await client.nextPage({ bundle: page });
  }
  assert.equal(found.length, 5);
  assert.deepEqual(new Set(found), ids);
});

test('search by POST finds the same', async () => {
  const family = uniqueFamily();
  await client.create({ resourceType: 'Patient', body: patient(family) });
  const page = await client.search({
    resourceType: 'Patient',
    searchParams: { family },
    options: { postSearch: true },
  });
  assert.equal(page.entry.length, 1);
});

test('an observation of a patient is found by its subject', async () => {
  const subject = await client.create({ resourceType: 'Patient', body: patient(uniqueFamily()) });
  const created = await client.create({
    resourceType: 'Observation',
    body: {
      resourceType: 'Observation',
      status: 'final',
      category: [
        { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
      ],
      code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
      subject: { reference: `Patient/${subject.id}` },
      effectiveDateTime: '2026-01-31T09:30:00Z',
      valueQuantity: { value: 72, unit: 'beats/minute', system: 'http://unitsofmeasure.org', code: '/min' },
    },
  });
  const found = await client.search({ resourceType: 'Observation', searchParams: { patient: subject.id } });
  assert.deepEqual(found.entry.map((entry) => entry.resource.id), [created.id]);
  assert.equal(found.entry[0].resource.valueQuantity.value, 72);
});

test('what does not exist, or is malformed, is refused with an OperationOutcome', async () => {
  assert.equal(await refusal(client.read({ resourceType: 'Patient', id: 'nobody-' + randomUUID() })), 404);
  assert.equal(
    await refusal(client.search({ resourceType: 'Patient', searchParams: { 'no-such-parameter': 'x' } })),
    400,
  );
  assert.equal(
    await refusal(client.create({ resourceType: 'Patient', body: { resourceType: 'Patient', nonsense: 1 } })),
    400,
  );
});
