// Who attacks. Their tokens are put into the database as the authorization server would: what it gives to whom is tested elsewhere.
import { createHash, randomBytes } from 'node:crypto';

import { admins, doctors, patients, userOf } from './world.mjs';

// What everybody may see: open types, and the directory.
export const open = (person) => person === 'open';
const directory = (person, kind) => open(person) || (doctors.includes(person) && kind === 'private');
export const only = (who, kinds, base) => (person, kind) => base(person, kind) || (who === person && (!kinds || kinds.includes(kind)));
export const nobodys = () => false;

// target: whose data he is after, 'victim' unless said.
// against: what the principal is kept from. person: another person's data; scope: what the own scopes do not name; token: everything,
// since the token is none. shows(PERSON, KIND): whether the secret may be in an answer. ended: what opened the victim's record before.
export const wide = 'user/*.cruds';
export const principals = [
  { name: 'another patient', user: 'bela', scopes: wide, against: 'person', shows: only('bela', null, open), own: 'bela' },
  { name: 'another patient, by an app', user: 'bela', scopes: 'patient/*.cruds', patient: 'bela', against: 'person', shows: only('bela', null, open), own: 'bela' },
  { name: 'another patient, the victim in context', user: 'bela', scopes: 'patient/*.cruds user/Patient.r', patient: 'victim', against: 'person', shows: only('bela', null, open), own: 'bela' },
  { name: 'a relative whose grant ended', user: 'xeni', scopes: wide, against: 'person', ended: 'grant', shows: only('xeni', null, open), own: 'xeni' },
  { name: 'an unrelated doctor', user: 'docu', scopes: wide, against: 'person', shows: directory },
  { name: 'a doctor whose relationship ended', user: 'doce', scopes: wide, against: 'person', ended: 'assigned', shows: directory },
  { name: 'a doctor whose break-glass is over', user: 'docg', scopes: wide, against: 'person', ended: 'break-glass', shows: directory },
  { name: 'a doctor of a Consent that was withdrawn', user: 'docw', scopes: wide, against: 'person', ended: 'withdrawn', shows: directory },
  { name: 'a doctor of a Consent that was deleted', user: 'docx', scopes: wide, against: 'person', ended: 'deleted', shows: directory },
  { name: 'a doctor of a Consent whose period is over', user: 'docp', scopes: wide, against: 'person', ended: 'period', shows: directory },
  ...admins.map((admin) => ({ name: admin === 'adam' ? 'an admin' : `an admin for ${admin}`, user: admin, scopes: wide, against: 'person', shows: directory })),
  { name: 'a patient, of what is withheld', user: 'sara', target: 'sara', scopes: wide, against: 'person', shows: only('sara', ['patient', 'cond', 'vital', 'lab', 'rest'], open), own: 'sara' },
  { name: 'a doctor in care, of what is withheld', user: 'docd', target: 'sara', scopes: wide, against: 'person', shows: only('sara', ['patient', 'cond', 'vital', 'lab', 'rest'], directory), own: 'sara' },
  { name: 'an app for conditions only', user: 'sona', target: 'sona', scopes: 'patient/Condition.rs', patient: 'sona', against: 'scope', shows: only('sona', ['cond'], nobodys), own: 'sona' },
  { name: 'an app for vital signs only', user: 'sita', target: 'sita', scopes: 'patient/Observation.rs?category=vital-signs', patient: 'sita', against: 'scope', shows: only('sita', ['vital'], nobodys), own: 'sita' },
  { name: "a doctor's app for vital signs only", user: 'docs', target: 'sita', scopes: 'user/Observation.rs?category=vital-signs', against: 'scope', shows: only('sita', ['vital'], nobodys), own: 'sita' },
  { name: 'an app without a patient in context', user: 'bela', scopes: 'patient/*.cruds', against: 'scope', shows: open, own: 'bela' },
  { name: 'a client system for organizations', scopes: 'system/Organization.cruds', against: 'scope', shows: open },
  { name: "a client system for one patient's observations", scopes: 'system/Observation.rs?patient=Patient/wanda', against: 'scope', shows: only('wanda', ['vital', 'lab', 'rest'], nobodys) },
  { name: 'a token that is revoked', user: 'victim', scopes: wide, against: 'token', spoil: 'revoked' },
  { name: 'a token that has expired', user: 'victim', scopes: wide, against: 'token', spoil: 'expired' },
  { name: 'a token that was altered', user: 'victim', scopes: wide, against: 'token', spoil: 'altered' },
  { name: "another server's token", user: 'victim', scopes: wide, against: 'token', spoil: 'foreign' },
  { name: 'a user who is deactivated', user: 'dock', scopes: wide, against: 'token', spoil: 'deactivated' },
  { name: 'an app whose consent was withdrawn', user: 'victim', scopes: 'patient/*.cruds', patient: 'victim', against: 'token', spoil: 'withdrawn' },
  { name: 'a client that is revoked', scopes: 'system/*.cruds', against: 'token', spoil: 'client' },
  { name: 'a token whose scope is not understood', user: 'victim', scopes: wide, against: 'token', spoil: 'scope' },
  { name: 'a token that is made up (alg none)', against: 'token', spoil: 'made up' },
  { name: 'nobody', against: 'token', spoil: 'none' },
].map((each) => ({ ...each, target: each.target ?? 'victim', shows: each.shows ?? nobodys, token: token() }));

// Who may see, and does: a server that shows nobody anything keeps no promise.
export const owners = [
  { name: 'the patient', user: 'victim', scopes: wide, sees: ['Patient', 'Condition', 'Observation', 'Consent', 'DocumentReference', 'List'] },
  { name: "the patient's app", user: 'victim', scopes: 'patient/*.rs', patient: 'victim', sees: ['Patient', 'Condition', 'Observation'] },
  { name: 'the doctor in care', user: 'docc', scopes: wide, sees: ['Patient', 'Condition', 'Observation', 'MedicationRequest'] },
  { name: 'a relative with a grant', user: 'gita', scopes: wide, sees: ['Patient', 'Condition', 'Observation'] },
  { name: 'a client system', scopes: 'system/*.rs', sees: ['Patient', 'Condition', 'Observation', 'Basic', 'Binary'] },
].map((each) => ({ ...each, token: token() }));

// Fills the world and knows all of it.
export const omniscient = { name: 'all-seeing', scopes: 'system/*.cruds', token: token() };

function token() {
  return randomBytes(32).toString('base64url');
}
const hashOf = (text) => `'\\x${createHash('sha256').update(text).digest('hex')}'`;
const quoted = (text) => (text === undefined ? 'NULL' : `'${text.replaceAll("'", "''")}'`);

export function usersSql() {
  const role = (person) => (doctors.includes(person) ? 'doctor' : admins.includes(person) ? 'admin' : 'patient');
  return [...doctors, ...patients, ...admins]
    .map((person) => `INSERT INTO users (id, email, password_hash, role) VALUES ('${userOf(person)}', '${person}@example.org', 'x', '${role(person)}');`)
    .concat(admins.slice(1).map((admin) => `INSERT INTO admin_duties (user_id, duty) VALUES ('${userOf(admin)}', '${admin}');`))
    .join('\n');
}

// One client and one approval for each, so that ending one ends no other.
export function tokenSql({ name, user, scopes, patient, token: text }) {
  const client = `c-${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
  const made = user
    ? `INSERT INTO smart.client (client_id, name, kind, redirect_uris, scopes, grant_types) VALUES ('${client}', 'app', 'public', '{https://app.example/cb}', ${quoted(scopes)}, '{authorization_code}');`
    : `INSERT INTO smart.client (client_id, name, kind, jwks, scopes, grant_types) VALUES ('${client}', 'system', 'confidential_key', '{"keys":[]}', ${quoted(scopes)}, '{client_credentials}');`;
  return `${made}
    WITH approval AS (INSERT INTO smart.approval (client_id, user_id, scopes, patient) VALUES ('${client}', ${user ? quoted(userOf(user)) : 'NULL'}, ${quoted(scopes)}, ${quoted(patient)}) RETURNING id)
    INSERT INTO smart.access_token (token_hash, approval_id, scopes, expires_at) SELECT ${hashOf(text)}, id, ${quoted(scopes)}, now() + interval '1 day' FROM approval;`;
}

// After the world is there: whose profile is whose login, who is in care, who was granted what.
export function relationsSql() {
  // Each at a time of its own: what is changed in one millisecond comes in any order.
  const link = (table, people) =>
    people.map((person) => `UPDATE ${table} SET user_id = '${userOf(person)}' WHERE fhir_id = '${person}'; SELECT pg_sleep(0.003);`).join('\n');
  const care = (patient, doctor, ends) =>
    `INSERT INTO care_relationships (patient_id, doctor_id, source, starts_at, ends_at) SELECT p.id, d.id, 'assigned', now() - interval '9 days', ${ends} FROM patient_profile p, doctor_profile d WHERE p.fhir_id = '${patient}' AND d.fhir_id = '${doctor}';`;
  const grant = (holder, patient, ends) =>
    `INSERT INTO patient_grants (holder, patient_id, starts_at, ends_at) SELECT h.id, p.id, now() - interval '9 days', ${ends} FROM patient_profile h, patient_profile p WHERE h.fhir_id = '${holder}' AND p.fhir_id = '${patient}';`;
  return [
    link('patient_profile', patients),
    link('doctor_profile', doctors),
    care('victim', 'docc', 'NULL'),
    care('victim', 'dock', 'NULL'),
    ...['victim', 'wanda'].map((patient) => care(patient, 'doce', 'NULL')),
    care('sara', 'docd', 'NULL'),
    care('sita', 'docs', 'NULL'),
    grant('gita', 'victim', 'NULL'),
    ...['victim', 'wanda'].map((patient) => grant('xeni', patient, 'NULL')),
    "UPDATE ehr_observations SET visibility = 'author' WHERE fhir_id LIKE '%-withheld';",
    // It was so from the beginning.
    "SET session_replication_role = replica;",
    "UPDATE history.ehr_observations SET visibility = 'author' WHERE fhir_id LIKE '%-withheld';",
  ].join('\n');
}

// What ends the tokens that are to be refused, and what opened the record; before it each of them is good, which is checked. What ends by
// itself is moved back, as if its time had gone by. attack.mjs ends the others over FHIR.
export function spoilSql() {
  const of = (kind) => hashOf(principals.find(({ spoil }) => spoil === kind).token);
  const approval = (kind) => `(SELECT approval_id FROM smart.access_token WHERE token_hash = ${of(kind)})`;
  return `
    UPDATE smart.access_token SET revoked_at = now() WHERE token_hash = ${of('revoked')};
    UPDATE smart.access_token SET expires_at = issued_at WHERE token_hash = ${of('expired')};
    UPDATE smart.access_token SET scopes = 'user/*.rs user/Observation.sr' WHERE token_hash = ${of('scope')};
    UPDATE users SET is_active = false WHERE id = '${userOf('dock')}';
    UPDATE smart.approval SET revoked_at = now() WHERE id = ${approval('withdrawn')};
    UPDATE smart.client SET revoked_at = now() WHERE client_id = (SELECT client_id FROM smart.approval WHERE id = ${approval('client')});
    UPDATE care_relationships SET ends_at = now() - interval '1 day' FROM doctor_profile d WHERE d.id = doctor_id AND d.fhir_id = 'doce';
    UPDATE patient_grants SET ends_at = now() - interval '1 day' FROM patient_profile h WHERE h.id = holder AND h.fhir_id = 'xeni';
    UPDATE care_relationships SET starts_at = starts_at - interval '2 hours', ends_at = ends_at - interval '2 hours'
      FROM doctor_profile d WHERE d.id = doctor_id AND d.fhir_id IN ('docg', 'docp');`;
}

// What the principal presents: 'altered' has another last letter, 'foreign' was given out by the other server.
export function presented({ spoil, token: text }) {
  if (spoil === 'none') return undefined;
  if (spoil === 'made up') return madeUp;
  if (spoil === 'altered') return text.slice(0, -2) + (text.at(-2) === 'A' ? 'B' : 'A') + text.at(-1);
  return text;
}
const part = (claims) => Buffer.from(JSON.stringify(claims)).toString('base64url');
const madeUp = `${part({ alg: 'none', typ: 'at+jwt', kid: '1' })}.${part({ sub: userOf('victim'), scope: wide, patient: 'victim', exp: 4e9 })}.`;

// Into which of the two servers its token is put.
export const isGivenBy = ({ spoil, isOutside }, first) => !isOutside && !['none', 'made up'].includes(spoil) && (spoil !== 'foreign' || !first);
