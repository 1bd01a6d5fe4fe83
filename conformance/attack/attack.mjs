// attack.mjs BASE1 OWNER1 BASE2 OWNER2 KEYS [--whole] [--only-persons] [--open]: the table of attacks. Exit codes: 0 no leak, 1 a leak or a
// control that fails. With --open, where nothing is refused: 0 when leaks are found for each principal.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { outsiders } from './outside.mjs';
import { bundled, reads, writes } from './probes.mjs';
import { isGivenBy, omniscient, owners, presented, principals as insiders, relationsSql, spoilSql, tokenSql, usersSql } from './principals.mjs';
import { Server } from './server.mjs';
import { Table } from './table.mjs';
import { valuesOf } from './values.mjs';
import { openings, secretOf, secretsIn, worldOf } from './world.mjs';

const [base1, owner1, base2, owner2, keys, ...options] = process.argv.slice(2);
const isWhole = options.includes('--whole');
const isOpen = options.includes('--open');
const onlyPersons = options.includes('--only-persons');
const first = new Server(base1, owner1); // has what is hidden
const second = new Server(base2, owner2); // has not
const world = worldOf();
const { HVFHIR_IDENTITY_ISSUERS: issuer, HVFHIR_IDENTITY_AUDIENCE: audience } = process.env;
const principals = [...insiders, ...outsiders({ issuer, audience, keys: JSON.parse(readFileSync(keys, 'utf8')) })];
const table = new Table();
const faults = [];
const fail = (text) => faults.push(text);

async function inTurn(items, width, work) {
  let next = 0;
  const run = async () => {
    while (next < items.length) await work(items[next], next++);
  };
  await Promise.all(Array.from({ length: width }, run));
}

async function fill(server, isFirst) {
  server.sql(usersSql());
  const all = [omniscient, ...owners, ...principals.filter((each) => isGivenBy(each, isFirst))];
  server.sql(all.map(tokenSql).join('\n'));
  for (const { resource } of [...world.common, ...(isFirst ? world.hidden : [])]) {
    const path = `/${resource.resourceType}/${resource.id}`;
    const answer = await server.ask(omniscient.token, { method: 'PUT', path, body: resource });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.body}`);
  }
  server.sql(relationsSql());
}

// What the CapabilityStatement declares.
async function readStatement(server) {
  const [rest] = JSON.parse((await server.ask(undefined, { method: 'GET', path: '/metadata' })).body).rest;
  return {
    types: new Map(rest.resource.map((each) => [each.type, each])),
    operations: rest.operation ?? [],
    compartments: ['Patient', 'Practitioner', 'Encounter', 'Device', 'RelatedPerson'].filter((each) => (rest.compartment ?? []).some((url) => url.toLowerCase().endsWith(`/${each.toLowerCase()}`))),
  };
}

// Of each type that the person has hidden records of: the records, and of each parameter a value that finds one.
async function targetsOf(statement, person) {
  const last = new Map(world.hidden.filter((each) => each.person === person).map((each) => [`${each.resource.resourceType}/${each.resource.id}`, each]));
  const byType = Map.groupBy ? Map.groupBy([...last.values()], ({ resource }) => resource.resourceType) : groupBy([...last.values()]);
  const out = [];
  await inTurn([...byType], 4, async ([name, records]) => {
    const type = statement.types.get(name);
    if (!type) throw new Error(`the CapabilityStatement has no ${name}`);
    out.push({ type, records, values: await valuesOf(first, omniscient.token, type, records, person) });
  });
  return out.sort((a, b) => (a.type.type < b.type.type ? -1 : 1));
}
function groupBy(records) {
  const out = new Map();
  for (const each of records) out.set(each.resource.resourceType, [...(out.get(each.resource.resourceType) ?? []), each]);
  return out;
}

// A short run takes turns; of tokens that are none there is less to tell apart.
const turn = (probe, at, index, times = 1) => isWhole || (at + index * 7) % (probe.every * times) === 0;

const shownTo = (principal, answer) => {
  const text = JSON.stringify(answer.headers) + answer.body + (answer.body.match(/"data":"[A-Za-z0-9+/=]+"/g) ?? []).map((data) => Buffer.from(data.slice(8, -1), 'base64').toString('utf8')).join(' ');
  return secretsIn(text).find((secret) => {
    const [, person, kind] = secret.split('-');
    return !principal.shows(person, kind);
  });
};

// The same of both servers; a leak is a secret, or a difference. Of a token that is none: another status than 401.
async function attack(principal, probe) {
  const token = presented(principal);
  const one = await first.ask(token, probe);
  const leak = (what, detail) => table.leak(principal, probe, what, detail);
  table.tried(principal, probe);
  const secret = shownTo(principal, one);
  if (secret) return leak('secret', `${secret} in ${one.status} ${excerpt(one.body, secret)}`);
  if (principal.against === 'token') {
    if (one.status !== 401 && !isPublic(probe, one)) leak('not refused', `${one.status}`);
    return undefined;
  }
  const other = await second.ask(token, probe);
  const [left, right] = [first.comparable(one), second.comparable(other)];
  if (left === right) return undefined;
  const at = [...left].findIndex((letter, i) => letter !== right[i]);
  return leak('differs', `${one.status}/${other.status} ...${left.slice(Math.max(0, at - 60), at + 140)} <> ...${right.slice(Math.max(0, at - 60), at + 140)}`);
}
const excerpt = (text, part) => text.slice(Math.max(0, text.indexOf(part) - 80), text.indexOf(part) + 80);
// What has no such URL, or no such method, says so to everybody.
const isPublic = (probe, { status }) => probe.path.startsWith('^') || [404, 405, 501].includes(status);

// A probe that shows nothing to somebody who may see everything shows nothing here either.
async function tell(probe) {
  const [one, other] = await Promise.all([first.ask(omniscient.token, probe), second.ask(omniscient.token, probe)]);
  return { status: one.status, tells: first.comparable(one) !== second.comparable(other) };
}

async function checkOwners() {
  for (const owner of owners)
    for (const type of owner.sees) {
      const { resource } = world.hidden.find((each) => each.person === 'victim' && each.resource.resourceType === type);
      const read = await first.ask(owner.token, { method: 'GET', path: `/${type}/${resource.id}` });
      const search = await first.ask(owner.token, { method: 'GET', path: `/${type}?_id=${resource.id}&_total=accurate` });
      const has = (answer) => answer.status === 200 && answer.body.includes(type === 'Binary' ? '"data"' : 'kxs-victim-');
      if (!has(read) || !has(search)) fail(`${owner.name} does not see ${type}/${resource.id}: ${read.status}, ${search.status}`);
    }
}

// What is to be refused, or has ended, is good before.
async function checkGood() {
  const isGood = async (principal, path, holds) => {
    const answer = await first.ask(principal.good ?? principal.token, { method: 'GET', path });
    if (answer.status !== 200 || !holds(answer)) fail(`${principal.name}: refused before it was spoilt or ended, ${answer.status} ${answer.body.slice(0, 200)}`);
  };
  for (const principal of principals)
    if (principal.ended) await isGood(principal, '/Condition/victim-condition', ({ body }) => body.includes(secretOf('victim', 'cond')));
    else if (principal.good || (principal.spoil && !['none', 'made up', 'foreign'].includes(principal.spoil)))
      await isGood(principal, '/Observation?_summary=count', ({ body }) => JSON.parse(body).total > 0);
}

const done = async (server, token, probe) => {
  const answer = await server.ask(token, probe);
  if (answer.status >= 300) throw new Error(`${probe.method} ${probe.path}: ${answer.status} ${answer.body}`);
  return answer.body ? JSON.parse(answer.body) : undefined;
};

// A doctor opens the victim's record. Of that an AuditEvent is left, in the victim's record and, as what he did himself, in the doctor's own
// compartment: so the second server has it too.
async function breakGlass() {
  if (isOpen) return; // nothing is closed there
  const { token } = principals.find(({ ended }) => ended === 'break-glass');
  const body = { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'Unconscious after an accident' }] };
  const { parameter } = await done(first, token, { method: 'POST', path: '/Patient/victim/$break-glass', body });
  const path = `/${parameter.find(({ name }) => name === 'event').valueUri}`;
  await done(second, omniscient.token, { method: 'PUT', path, body: await done(first, omniscient.token, { method: 'GET', path }) });
}

// The patient withdraws one Consent, and a client system deletes another.
async function endConsents() {
  const [{ resource: withdrawn }, { resource: deleted }] = openings;
  await done(first, owners[0].token, { method: 'PUT', path: `/Consent/${withdrawn.id}`, body: { ...withdrawn, status: 'inactive' } });
  await done(first, omniscient.token, { method: 'DELETE', path: `/Consent/${deleted.id}` });
}

// Every row that says a secret of a person who writes nothing, and how many rows there are of each patient.
function rowsOf(server) {
  const tables = server.sql("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('public', 'fhir', 'history') ORDER BY 1");
  const secrets = 'kxs-(victim|wanda|sona|sita)-|kxs-sara-withheld';
  const said = tables.map(([name]) => `SELECT '${name}', md5(t::text), left(t::text, 200) FROM ${name} t WHERE t::text ~ '${secrets}'`).join(' UNION ALL ');
  const withPatient = server.sql("SELECT format('%I.%I', table_schema, table_name) FROM information_schema.columns JOIN pg_tables ON schemaname = table_schema AND tablename = table_name WHERE column_name = 'patient_id' AND table_schema = 'public'");
  const keys = "(SELECT id FROM patient_profile WHERE fhir_id IN ('victim', 'wanda', 'sona', 'sita'))";
  const counted = withPatient.map(([name]) => `SELECT '${name}', count(*)::text, '' FROM ${name} WHERE patient_id IN ${keys}`);
  counted.push(`SELECT 'fhir.resource', count(*)::text, '' FROM fhir.resource WHERE patient_keys && ARRAY${keys} AND NOT is_deleted`);
  return server.sql(`${said} UNION ALL ${counted.join(' UNION ALL ')} ORDER BY 1, 2`).map((row) => row.join('|'));
}

// The second pages of what somebody may see.
async function secondPages(who, way) {
  const out = [];
  for (const { token } of who)
    for (const path of ['/Observation?_count=1', '/Condition?_count=1&_sort=_lastUpdated', '/_history?_count=1', '/Patient/victim/_history?_count=1', '/Patient/victim/$everything?_count=2', '/?_type=Observation,Condition&_count=1', '/Patient/victim/*?_count=1']) {
      const answer = await first.ask(token, { method: 'GET', path });
      const next = answer.status === 200 && JSON.parse(answer.body).link?.find(({ relation }) => relation === 'next');
      if (next) out.push({ token, way, method: 'GET', path: next.url.slice(base1.length) });
    }
  return out;
}

// Reads of the same resources by who may and who may not at the same time: the server answers several together, and its connections
// to the database change callers. Each gets what he gets alone.
async function crowd() {
  const paths = world.hidden.filter(({ person }) => person === 'victim').map(({ resource }) => `/${resource.resourceType}/${resource.id}`);
  const people = chosen.filter(({ against }) => against === 'person');
  const alone = new Map();
  const all = [];
  for (const path of new Set(paths)) {
    const probe = { way: 'read: in a crowd', method: 'GET', path };
    for (const principal of people) {
      const answer = await first.ask(presented(principal), probe);
      if (answer.status < 400) continue; // has told already
      alone.set(`${principal.name} ${path}`, first.comparable(answer));
      all.push(async () => {
        const again = await first.ask(presented(principal), probe);
        table.tried(principal, probe);
        const secret = shownTo(principal, again);
        if (secret) table.leak(principal, probe, 'secret', again.body.slice(0, 300));
        else if (first.comparable(again) !== alone.get(`${principal.name} ${path}`)) table.leak(principal, probe, 'differs', `${again.status} ${again.body.slice(0, 300)}`);
      });
    }
    for (const owner of [omniscient, owners[0], owners[2]]) {
      const { status } = await first.ask(owner.token, probe);
      all.push(async () => {
        const again = await first.ask(owner.token, probe);
        if (again.status !== status) fail(`in a crowd ${owner.name} gets ${again.status} for ${path}, and alone ${status}`);
      });
    }
  }
  first.agent.maxSockets = 48;
  const mixed = all.map((work, at) => [(at * 7919) % all.length, work]).sort(([a], [b]) => a - b);
  await inTurn([...mixed, ...mixed], 48, ([, work]) => work());
  first.agent.maxSockets = 8;
}

// Events of the audit trail of what was done with the victim's data, by their ids: rows, and lines of rows.
async function eventsOfOthers() {
  const [[key]] = first.sql("SELECT id FROM patient_profile WHERE fhir_id = 'victim'");
  const ids = first.sql(`SELECT id FROM audit_logs WHERE patients = ARRAY['${key}'::uuid] AND entries IS NULL AND person_key IS NULL AND interaction <> 'break-glass' LIMIT 5`)
    .concat(first.sql(`SELECT l.id || '.' || t.n FROM audit_logs l, string_to_table(l.entries, E'\\n') WITH ORDINALITY t (line, n)
      WHERE l.patients @> ARRAY['${key}'::uuid] AND t.line::jsonb -> 'patients' = '["${key}"]' AND NOT t.line::jsonb ? 'person' LIMIT 5`)).map(([id]) => id);
  if (ids.length < 6) fail(`the trail has ${ids.length} events of the victim`);
  for (const principal of chosen.filter(({ against, user, target }) => against !== 'token' && user !== 'audit' && target === 'victim'))
    for (const id of ids) {
      for (const path of [`/AuditEvent/${id}`, `/AuditEvent/${id}/_history`, `/AuditEvent?_id=${id}`]) {
        const probe = { way: 'event of the trail', method: 'GET', path };
        const answer = await first.ask(presented(principal), probe);
        table.tried(principal, probe);
        if (answer.status === 200 && answer.body.includes(`"id":"${id}"`)) table.leak(principal, probe, 'secret', answer.body.slice(0, 300));
      }
    }
  const audit = principals.find(({ user, against }) => user === 'audit' && against === 'person');
  for (const owner of [owners[0], omniscient, audit])
    for (const id of ids) {
      const { status } = await first.ask(owner.token, { method: 'GET', path: `/AuditEvent/${id}` });
      if (status !== 200) fail(`${owner.name} does not see AuditEvent/${id}: ${status}`);
    }
}

// Asking the authorization server about, and ending, what is somebody else's.
async function tokensOfOthers() {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  for (const principal of chosen.filter(({ user, against }) => user && against !== 'token'))
    for (const owner of owners)
      for (const path of ['^/auth/introspect', '^/auth/revoke']) {
        const probe = { way: `token of another: ${path.slice(7)}`, method: 'POST', path, body: `token=${owner.token}`, headers: form };
        const answer = await first.ask(presented(principal), probe);
        table.tried(principal, probe);
        if (/"active":true/.test(answer.body)) table.leak(principal, probe, 'secret', answer.body);
      }
}

await Promise.all([fill(first, true), fill(second, false)]);
const statement = await readStatement(first);
await breakGlass();
await checkOwners();
await checkGood();
const ofBefore = await secondPages(principals.filter(({ ended }) => ended), 'cursor of before');
if (new Set(ofBefore.map(({ token }) => token)).size < principals.filter(({ ended }) => ended).length) fail('somebody whose access ends had no second page before');
await endConsents();
first.sql(spoilSql());
second.sql(spoilSql());
await new Promise((done) => setTimeout(done, 1100));
const before = rowsOf(first);

const chosen = principals.filter(({ against }) => !onlyPersons || against === 'person');
const persons = [...new Set(chosen.map(({ target }) => target))];
const probesOf = new Map();
const targets = new Map();
for (const person of persons) {
  targets.set(person, await targetsOf(statement, person));
  probesOf.set(person, reads(statement, targets.get(person), person));
}

// By whether it tells: to one who may see all.
let telling = 0;
const victims = probesOf.get('victim').filter((probe, at) => turn(probe, at, 0));
await inTurn(victims, 8, async (probe) => {
  const { status, tells } = await tell(probe);
  if (tells) ++telling;
  table.told(probe, status, tells);
});

for (const [index, principal] of chosen.entries()) {
  const all = probesOf.get(principal.target).filter((probe, at) => turn(probe, at, index, principal.against === 'token' ? 4 : 1));
  await inTurn([...all, ...bundled(all)], 8, (probe) => attack(principal, probe));
}
const pages = await secondPages([...owners, omniscient], 'cursor of another');
for (const principal of chosen)
  for (const probe of pages) {
    const answer = await first.ask(presented(principal), probe);
    table.tried(principal, probe);
    const secret = shownTo(principal, answer);
    if (secret || answer.status < 400) table.leak(principal, probe, secret ? 'secret' : 'not refused', `${answer.status} ${answer.body.slice(0, 300)}`);
  }
// Each page is judged anew.
for (const principal of chosen)
  for (const probe of ofBefore.filter(({ token }) => token === principal.token)) {
    const answer = await first.ask(principal.token, probe);
    table.tried(principal, probe);
    const secret = shownTo(principal, answer);
    if (secret) table.leak(principal, probe, 'secret', answer.body.slice(0, 300));
  }
await tokensOfOthers();
if (!isOpen) await eventsOfOthers();
await crowd();

const file = join(mkdtempSync(join(tmpdir(), 'attack-')), 'secret');
writeFileSync(file, secretOf('file', 'all'));
for (const [index, principal] of chosen.entries()) {
  const some = targets.get(principal.target).filter((_, at) => isWhole || principal.target === 'sara' || (at + index) % 3 === 0);
  for (const probe of writes(some, principal.target, principal.own, file)) await attack(principal, { ...probe, writes: true });
}

rmSync(dirname(file), { recursive: true });

const after = rowsOf(first);
const gone = before.filter((row) => !after.includes(row));
const come = after.filter((row) => !before.includes(row));
if (gone.length + come.length > 0)
  fail(`${gone.length} rows of people who wrote nothing have changed and ${come.length} are new:\n${[...gone.map((row) => `- ${row}`), ...come.map((row) => `+ ${row}`)].slice(0, 12).join('\n')}`);
await checkOwners();

const result = table.print({ onlyPersons });
console.log(`of ${victims.length} ways to read, ${telling} tell one who may see everything that the victim is there`);
for (const way of result.dumb) fail(`no probe of '${way}' tells even one who may see everything`);
for (const fault of faults) console.log(`FAULT ${fault}`);
console.log(`probes tried: ${result.tried}, leaks found: ${result.leaks + (gone.length + come.length > 0 ? 1 : 0)}`);
first.close();
second.close();
if (isOpen) {
  for (const name of result.unharmed) console.log(`${name} finds nothing, though nothing is refused`);
  process.exit(result.unharmed.length > 0 ? 1 : 0);
}
process.exit(result.leaks > 0 || faults.length > 0 ? 1 : 0);
