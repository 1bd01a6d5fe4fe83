import assert from 'node:assert/strict';
import test from 'node:test';

import fhirclient from 'fhirclient';

import { baseUrl, patient, uniqueFamily } from './patients.mjs';

// Outside a browser the library makes its client from a request and an answer that only it looks at.
const client = fhirclient({ headers: {}, url: '/' }, {}).client({ serverUrl: baseUrl });

test('it sees an R4 server', async () => {
  assert.equal(await client.getFhirVersion(), '4.0.1');
  assert.equal(await client.getFhirRelease(), 4);
});

test('create, request, update and delete', async () => {
  const created = await client.create(patient(uniqueFamily()));
  assert.ok(created.id);
  const read = await client.request(`Patient/${created.id}`);
  assert.deepEqual(read, created);
  const changed = await client.update({ ...read, gender: 'other' });
  assert.equal(changed.gender, 'other');
  assert.equal(changed.meta.versionId, '2');
  await client.delete(`Patient/${created.id}`);
  await assert.rejects(client.request(`Patient/${created.id}`), (error) => error.status === 410);
});

test('request follows all pages and gives their resources', async () => {
  const family = uniqueFamily();
  const ids = new Set();
  for (let i = 0; i < 5; ++i) ids.add((await client.create(patient(family))).id);
  const found = await client.request(`Patient?family=${family}&_count=2`, { pageLimit: 0, flat: true });
  assert.equal(found.length, 5);
  assert.deepEqual(new Set(found.map((resource) => resource.id)), ids);
});

test('request resolves references', async () => {
  const subject = await client.create(patient(uniqueFamily()));
  const condition = await client.create({
    resourceType: 'Condition',
    code: { text: 'Fever' },
    subject: { reference: `Patient/${subject.id}` },
  });
  const resolved = await client.request(`Condition/${condition.id}`, { resolveReferences: 'subject' });
  assert.equal(resolved.subject.id, subject.id);
});

test('an error carries the text of the OperationOutcome', async () => {
  await assert.rejects(client.request('Patient?no-such-parameter=x'), (error) => {
    assert.equal(error.status, 400);
    assert.match(error.message, /no-such-parameter/);
    return true;
  });
});
