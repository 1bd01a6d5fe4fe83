// Patients, practitioners and their roles.
import { clean, coding, concept, conceptOf, identifiersOf, periodOf } from './random.mjs';

const names = [
  { family: 'Müller', given: ['Jürgen', 'Karl-Heinz'] },
  { family: 'Muller', given: ['JURGEN'] },
  { family: 'MÜLLER-Lüdenscheidt', given: ['Änne'], prefix: ['Dr.'] },
  { family: "O'Neill", given: ['Siobhán'] },
  { family: 'de la Cruz', given: ['José  María'], suffix: ['Jr.'] },
  { family: 'Łukasiewicz', given: ['Wojciech'] },
  { family: 'Straße', given: ['Øyvind'] },
  { family: 'Παπαδόπουλος', given: ['Γιώργος'] },
  { family: 'शर्मा', given: ['आशा'] },
  { family: 'Smith, the elder', given: ['A|B', 'C$D'] },
  { family: 'Sm', given: ['Zoë'] },
  { text: 'Asha Devi' },
  { family: 'Smithson', given: ['Zoe'], text: 'Zoe Smithson of the Hill' },
  { use: 'maiden', family: 'Nakamura', given: ['Ai'] },
];
const addresses = [
  { use: 'home', line: ['12 Rue de l’Église', 'Étage 3'], city: 'Orléans', state: 'Loiret', postalCode: '45000', country: 'FR' },
  { use: 'work', line: ['1 Main St'], city: 'Springfield', state: 'IL', postalCode: '62701', country: 'US' },
  { use: 'old', text: 'House 4, Rampur village', city: 'Rampur', district: 'Kangra', country: 'IN' },
  { line: ['PO Box 7'], city: 'springfield', state: 'MA', postalCode: '01101-0007' },
  { use: 'temp', text: 'Springfield Gardens' },
];
const telecoms = [
  { system: 'phone', value: '+91 98765 43210', use: 'mobile' },
  { system: 'phone', value: '555-0100', use: 'home' },
  { system: 'email', value: 'asha@example.org' },
  { system: 'email', value: 'Zoe.Smith+x@example.org', use: 'work' },
  { system: 'fax', value: '555-0100' },
  { system: 'url', value: 'http://example.org/~zoe' },
];
const languages = ['en', 'fr-CA', 'hi', 'de'];

const some = (random, items) => {
  const chosen = items.filter(() => random.chance(0.35));
  return chosen.length ? chosen : undefined;
};
const person = (random, i) => ({
  name: i % 11 === 10 ? undefined : [names[i % names.length], ...(random.chance(0.3) ? [random.pick(names)] : [])],
  telecom: some(random, telecoms),
  address: some(random, addresses),
  active: random.pick([true, false, undefined]),
  gender: random.pick(['male', 'female', 'other', 'unknown', undefined]),
});

export function patient(random, i, ref) {
  return clean({
    ...person(random, i),
    identifier: identifiersOf(random, 'p'),
    birthDate: random.pick(['1980-05-01', '1980-05', '1980', '1979-12-31', '2001-02-28', `19${40 + i}-07-04`, undefined]),
    ...random.pick([
      {},
      { deceasedBoolean: false },
      { deceasedBoolean: true },
      { deceasedDateTime: '2020-03-25T17:39:15+01:00' },
      { deceasedDateTime: '2020' },
    ]),
    communication: some(random, languages)?.map((code) => ({ language: concept([coding('urn:ietf:bcp:47', code)], code) })),
    generalPractitioner: random.chance(0.7) ? [ref('Practitioner', random)] : undefined,
    managingOrganization: random.chance(0.7) ? ref('Organization', random) : undefined,
    link: i > 20 && random.chance(0.5) ? [{ other: ref('Patient', random), type: 'seealso' }] : undefined,
    extension: random.chance(0.3)
      ? [
          {
            url: 'http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName',
            valueString: random.pick(['Nováková', 'Brown']),
          },
        ]
      : undefined,
  });
}

export function practitioner(random, i) {
  return clean({
    ...person(random, i + 3),
    identifier: identifiersOf(random, 'd'),
    communication: some(random, languages)?.map((code) => concept([coding('urn:ietf:bcp:47', code)])),
    qualification: random.chance(0.5) ? [{ code: concept([], random.pick(['MBBS', 'MD'])) }] : undefined,
  });
}

export function practitionerRole(random, i, ref) {
  return clean({
    active: random.pick([true, false, undefined]),
    identifier: identifiersOf(random, 'r'),
    period: random.chance(0.7) ? periodOf(random) : undefined,
    practitioner: i % 9 === 8 ? undefined : ref('Practitioner', random),
    organization: random.chance(0.7) ? ref('Organization', random) : undefined,
    code: random.chance(0.7) ? [conceptOf(random, 'role')] : undefined,
    specialty: random.chance(0.7) ? [conceptOf(random, 'specialty'), conceptOf(random, 'specialty')] : undefined,
    location: random.chance(0.7) ? [ref('Location', random)] : undefined,
    healthcareService: random.chance(0.5) ? [ref('HealthcareService', random)] : undefined,
    endpoint: random.chance(0.5) ? [ref('Endpoint', random)] : undefined,
    telecom: some(random, telecoms),
  });
}

export function organization(random, i, ref) {
  return clean({
    active: random.pick([true, false, undefined]),
    identifier: identifiersOf(random, 'o'),
    name: ['Hôpital Général', 'Hopital du Nord', 'Clinic, the first', 'General Hospital', 'general  hospital annex'][i % 5],
    alias: random.chance(0.5) ? [random.pick(['HG', 'The old clinic'])] : undefined,
    type: random.chance(0.7) ? [conceptOf(random, 'orgtype')] : undefined,
    address: some(random, addresses)?.map((address) => ({ ...address, use: address.use === 'home' ? 'work' : address.use })),
    partOf: i > 0 && random.chance(0.6) ? ref('Organization', random, i) : undefined,
    endpoint: random.chance(0.5) ? [ref('Endpoint', random)] : undefined,
  });
}

export function location(random, i, ref) {
  const places = [
    [48.8566, 2.3522],
    [48.8584, 2.2945],
    [43.2965, 5.3698],
    [-33.8688, 151.2093],
    [28.6139, 77.209],
  ];
  const [latitude, longitude] = places[i % places.length];
  return clean({
    identifier: identifiersOf(random, 'l'),
    status: random.pick(['active', 'suspended', 'inactive', undefined]),
    operationalStatus: random.chance(0.6)
      ? coding('http://terminology.hl7.org/CodeSystem/v2-0116', random.pick(['C', 'H', 'O']))
      : undefined,
    name: ['Ward 1', 'WARD 12', 'Crèche', 'creche annex', 'Room $5'][i % 5],
    alias: random.chance(0.5) ? ['Old wing'] : undefined,
    type: random.chance(0.7) ? [conceptOf(random, 'loctype')] : undefined,
    address: random.chance(0.7) ? random.pick(addresses) : undefined,
    position: random.chance(0.8) ? { latitude: latitude + i / 1000, longitude } : undefined,
    managingOrganization: random.chance(0.7) ? ref('Organization', random) : undefined,
    partOf: i > 0 ? ref('Location', random, i) : undefined,
    endpoint: random.chance(0.5) ? [ref('Endpoint', random)] : undefined,
  });
}
