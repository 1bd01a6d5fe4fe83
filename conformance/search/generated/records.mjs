// What is found out and written down: observations, reports, documents, medications; and what has numbers, uris and groups.
import {
  acme,
  clean,
  coding,
  concept,
  conceptOf,
  dateTimeOf,
  identifiersOf,
  instantOf,
  other,
  periodOf,
  quantity,
} from './random.mjs';

const maybe = (random, make, share = 0.6) => (random.chance(share) ? make() : undefined);
const absent = concept([coding('http://terminology.hl7.org/CodeSystem/data-absent-reason', 'unknown')]);
const loinc = 'http://loinc.org';

// UCUM units that convert into each other, a unit in words only, a comparator, exponents and trailing zeros.
const weights = [
  quantity(70.5, 'kg'),
  quantity(70500, 'g'),
  quantity(155.4, '[lb_av]', 'lbs'),
  { value: 70.5, unit: 'kg' },
  { value: 70.5 },
  quantity(71, 'kg'),
  { ...quantity(200, 'kg'), comparator: '>' },
  quantity(5.4, 'mg'),
  quantity(5.44, 'mg'),
  quantity(5.46, 'mg'),
  quantity(-2.5, 'mg'),
  quantity(0, 'mg'),
  quantity(100, 'mm[Hg]'),
  quantity(99.5, 'mm[Hg]'),
  quantity(100.5, 'mm[Hg]'),
  quantity(90, 'mm[Hg]'),
  quantity(110, 'mm[Hg]'),
];

function valueOf(random, i) {
  const values = [
    () => ({ valueQuantity: weights[(i / 5) % weights.length] }),
    () => ({ valueQuantity: weights[((i - 1) / 5 + 1) % weights.length] }),
    () => ({ valueCodeableConcept: conceptOf(random, 'finding') }),
    () => ({ valueString: random.pick(['Sehr gut', 'sehr  GUT gemacht', 'Ångström']) }),
    () => ({ valueDateTime: dateTimeOf(random) }),
    () => ({ valuePeriod: periodOf(random) }),
    () => ({ dataAbsentReason: absent }),
    () => ({ valueRange: { low: quantity(1, 'mg'), high: quantity(2, 'mg') } }),
    () => ({ valueBoolean: true }),
    () => ({}),
  ];
  return values[i % values.length]();
}

export function observation(random, i, ref) {
  const codes = [
    ['29463-7', 'Body weight'],
    ['8480-6', 'Systolic'],
    ['8867-4', 'Heart rate'],
  ];
  const [code, display] = codes[Math.floor(i / 10) % 3]; // with each kind of value
  const subject = i % 8 === 7 ? ref('Location', random) : ref('Patient', random);
  const component = (n) => ({
    code: concept([coding(loinc, codes[n % 3][0]), coding(acme, `comp-${n}`)]),
    ...[
      { valueQuantity: random.pick(weights) },
      { valueQuantity: weights[n % weights.length] },
      { valueCodeableConcept: conceptOf(random, 'finding') },
      { dataAbsentReason: absent },
      { valueString: 'x' },
    ][n % 5],
  });
  return clean({
    identifier: identifiersOf(random, 'ob'),
    basedOn: maybe(random, () => [ref('ServiceRequest', random)], 0.4),
    partOf: maybe(random, () => [ref('Procedure', random)], 0.4),
    status: random.pick(['final', 'preliminary', 'amended', 'registered']),
    category: maybe(
      random,
      () => [
        concept([
          coding(
            'http://terminology.hl7.org/CodeSystem/observation-category',
            random.pick(['vital-signs', 'laboratory', 'survey']),
          ),
        ]),
      ],
      0.9,
    ),
    code:
      i % 4 === 3
        ? conceptOf(random, 'observed')
        : random.pick([
            concept([coding(loinc, code, display)]),
            concept([coding(loinc, code, display), coding(acme, 'own')], 'Own words'),
          ]),
    subject: i % 19 === 18 ? undefined : subject,
    focus: maybe(random, () => [ref('Practitioner', random)], 0.3),
    encounter: maybe(random, () => ref('Encounter', random)),
    ...random.pick([
      { effectiveDateTime: dateTimeOf(random) },
      { effectiveDateTime: i % 2 ? '2018-04-01T12:00:00+02:00' : dateTimeOf(random) },
      { effectivePeriod: periodOf(random) },
      { effectiveInstant: instantOf(random) },
      { effectiveTiming: { event: ['2018-04-01T10:00:00Z', '2018-06-01'] } },
      {},
    ]),
    performer: maybe(random, () => [ref('Practitioner', random), ref('Organization', random)]),
    ...valueOf(random, i),
    method: maybe(random, () => conceptOf(random, 'method'), 0.4),
    specimen: maybe(random, () => ref('Specimen', random), 0.4),
    device: maybe(random, () => ref('Device', random), 0.4),
    hasMember: i > 0 ? maybe(random, () => [ref('Observation', random, i)], 0.3) : undefined,
    derivedFrom: maybe(random, () => [ref('DocumentReference', random)], 0.3),
    component: i % 3 ? undefined : [component(i), component(i + 1)],
  });
}

export function diagnosticReport(random, i, ref) {
  return clean({
    identifier: identifiersOf(random, 'dr'),
    basedOn: maybe(random, () => [ref('ServiceRequest', random)]),
    status: random.pick(['final', 'partial', 'preliminary']),
    category: maybe(random, () => [
      random.pick([
        concept([coding('http://terminology.hl7.org/CodeSystem/v2-0074', 'RAD')]),
        conceptOf(random, 'reportcategory'),
      ]),
    ]),
    code: conceptOf(random, 'report'),
    subject: maybe(random, () => (i % 7 === 6 ? ref('Group', random) : ref('Patient', random)), 0.9),
    encounter: maybe(random, () => ref('Encounter', random)),
    ...random.pick([{ effectiveDateTime: dateTimeOf(random) }, { effectivePeriod: periodOf(random) }, {}]),
    issued: maybe(random, () => instantOf(random)),
    performer: maybe(random, () => [ref('Practitioner', random)]),
    resultsInterpreter: maybe(random, () => [ref('PractitionerRole', random)]),
    specimen: maybe(random, () => [ref('Specimen', random)]),
    result: maybe(random, () => [ref('Observation', random)]),
    media: maybe(random, () => [{ link: ref('Media', random) }]),
    conclusion: maybe(random, () => 'Nothing new'),
    conclusionCode: maybe(random, () => [conceptOf(random, 'conclusion')]),
    extension: maybe(
      random,
      () => [
        {
          url: 'http://hl7.org/fhir/StructureDefinition/DiagnosticReport-geneticsAssessedCondition',
          valueReference: ref('Condition', random),
        },
      ],
      0.3,
    ),
  });
}

export function documentReference(random, i, ref) {
  const attachment = random.pick([
    { contentType: 'text/plain', data: 'Tm90ZQ==', language: 'en' },
    { contentType: 'application/pdf', url: `http://acme.example/docs/${i % 4}` },
    { contentType: 'text/plain; charset=utf-8', data: 'Tm90ZQ==', language: 'fr-CA' },
    { contentType: 'image/png', url: `urn:uuid:5b0c1d2e-0000-4000-8000-00000000000${i % 4}` },
  ]);
  return clean({
    masterIdentifier: maybe(random, () => ({ system: 'urn:ietf:rfc:3986', value: `urn:oid:1.2.3.${i % 5}` })),
    identifier: identifiersOf(random, 'doc'),
    status: random.pick(['current', 'superseded', 'entered-in-error']),
    type: maybe(random, () => conceptOf(random, 'doctype')),
    category: maybe(random, () => [conceptOf(random, 'doccategory')]),
    subject: maybe(random, () => ref('Patient', random), 0.9),
    date: maybe(random, () => instantOf(random)),
    author: maybe(random, () => [ref('Practitioner', random)]),
    authenticator: maybe(random, () => ref('Practitioner', random)),
    custodian: maybe(random, () => ref('Organization', random)),
    relatesTo:
      i > 0
        ? maybe(random, () => [{ code: random.pick(['replaces', 'appends']), target: ref('DocumentReference', random, i) }])
        : undefined,
    description: maybe(random, () => random.pick(['Physical', 'physical exam', 'Öffentlich'])),
    securityLabel: maybe(random, () => [conceptOf(random, 'label')]),
    content: [{ attachment, format: maybe(random, () => coding(acme, `format-${i % 3}`)) }],
    context: maybe(
      random,
      () => ({
        encounter: [ref('Encounter', random)],
        event: [conceptOf(random, 'event')],
        period: periodOf(random),
        facilityType: conceptOf(random, 'facility'),
        practiceSetting: conceptOf(random, 'setting'),
        related: [ref('Observation', random)],
      }),
      0.7,
    ),
  });
}

export function medicationRequest(random, i, ref) {
  return clean({
    identifier: identifiersOf(random, 'mr'),
    status: random.pick(['active', 'completed', 'stopped', 'draft']),
    intent: random.pick(['order', 'plan', 'proposal']),
    category: maybe(random, () => [conceptOf(random, 'mrcategory')]),
    priority: random.pick(['routine', 'stat', undefined]),
    ...(i % 3 === 2
      ? { medicationReference: ref('Medication', random) }
      : { medicationCodeableConcept: conceptOf(random, 'drug') }),
    subject: ref('Patient', random),
    encounter: maybe(random, () => ref('Encounter', random)),
    authoredOn: maybe(random, () => dateTimeOf(random)),
    requester: maybe(random, () => ref('Practitioner', random), 0.8),
    performer: maybe(random, () => ref('Practitioner', random)),
    performerType: maybe(random, () => conceptOf(random, 'performertype')),
    dosageInstruction: maybe(random, () => [
      { text: 'one a day', timing: { event: [dateTimeOf(random), '2021-05-05T05:05:05Z'] } },
    ]),
    dispenseRequest: maybe(random, () => ({ performer: ref('Organization', random) })),
  });
}

export function medication(random, i, ref) {
  const item = (n) =>
    n % 2 ? { itemReference: ref('Substance', random) } : { itemCodeableConcept: conceptOf(random, 'ingredient') };
  return clean({
    identifier: identifiersOf(random, 'm'),
    code: maybe(random, () => conceptOf(random, 'drug')),
    status: random.pick(['active', 'inactive', undefined]),
    manufacturer: maybe(random, () => ref('Organization', random)),
    form: maybe(random, () => conceptOf(random, 'form')),
    ingredient: maybe(random, () => [item(i), item(i + 1)], 0.8),
    batch: maybe(random, () => ({ lotNumber: `LOT-${i % 4}`, expirationDate: dateTimeOf(random) })),
  });
}

export function riskAssessment(random, i, ref) {
  const probabilities = [0.1, 0.15, 0.2, 1, 5.4, 5.44, 5.46, 99.5, 100];
  const probability =
    i % 6 === 5
      ? { probabilityRange: { low: quantity(10, '%'), high: quantity(20, '%') } }
      : { probabilityDecimal: probabilities[i % probabilities.length] };
  return clean({
    identifier: identifiersOf(random, 'ra'),
    status: 'final',
    method: maybe(random, () => conceptOf(random, 'ramethod')),
    subject: ref('Patient', random),
    encounter: maybe(random, () => ref('Encounter', random)),
    ...random.pick([{ occurrenceDateTime: dateTimeOf(random) }, { occurrencePeriod: periodOf(random) }]),
    condition: maybe(random, () => ref('Condition', random)),
    performer: maybe(random, () => ref('Practitioner', random)),
    prediction: [{ ...probability, qualitativeRisk: maybe(random, () => conceptOf(random, 'risk')) }],
  });
}

export function substance(random, i, ref) {
  const amount = random.pick([quantity(10, 'mL'), quantity(0.01, 'L'), quantity(250, 'g'), { value: 3, unit: 'bags' }]);
  return clean({
    identifier: identifiersOf(random, 's'),
    status: random.pick(['active', 'inactive', undefined]),
    category: maybe(random, () => [conceptOf(random, 'subcategory')]),
    code: conceptOf(random, 'substance'),
    instance: maybe(
      random,
      () => [{ identifier: { system: acme, value: `container-${i % 4}` }, expiry: dateTimeOf(random), quantity: amount }],
      0.8,
    ),
    ingredient:
      i > 0
        ? maybe(
            random,
            () => [
              i % 2
                ? { substanceReference: ref('Substance', random, i) }
                : { substanceCodeableConcept: conceptOf(random, 'substance') },
            ],
            0.8,
          )
        : undefined,
  });
}

export function group(random, i, ref) {
  const value = [
    { valueCodeableConcept: conceptOf(random, 'trait') },
    { valueBoolean: i % 2 === 0 },
    { valueRange: { low: quantity(1, 'a'), high: quantity(9, 'a') } },
    { valueQuantity: quantity(3, 'kg') },
  ][i % 4];
  return clean({
    identifier: identifiersOf(random, 'g'),
    type: 'person',
    actual: true,
    code: maybe(random, () => conceptOf(random, 'groupcode')),
    managingEntity: maybe(random, () => ref('Organization', random)),
    characteristic: [
      { code: conceptOf(random, 'feature'), ...value, exclude: random.chance(0.5) },
      { code: conceptOf(random, 'feature'), valueCodeableConcept: conceptOf(random, 'trait'), exclude: false },
    ],
    member: maybe(random, () => [{ entity: ref('Patient', random) }, { entity: ref('Patient', random) }], 0.8),
  });
}

// Two of them are asked for by :in; `topic` says of which codes.
export function valueSet(random, i) {
  const context = [
    { valueCodeableConcept: conceptOf(random, 'usecontext') },
    { valueQuantity: quantity(18, 'a') },
    { valueRange: { low: quantity(5, 'a'), high: quantity(12, 'a') } },
  ][i % 3];
  return clean({
    url: `http://acme.example/fhir/ValueSet/${['a', 'a/b', 'ab', 'c'][i % 4]}${i < 4 ? '' : `-${i}`}`,
    identifier: identifiersOf(random, 'v'),
    version: `${1 + (i % 3)}.0`,
    name: `Values${i}`,
    title: random.pick(['Séries', 'Series of values', undefined]),
    status: random.pick(['draft', 'active', 'retired']),
    date: dateTimeOf(random),
    publisher: random.pick(['ACME Inc.', 'Ácme', undefined]),
    description: random.pick(['All about drugs', 'Tout', undefined]),
    useContext: maybe(
      random,
      () => [
        { code: coding('http://terminology.hl7.org/CodeSystem/usage-context-type', random.pick(['age', 'focus'])), ...context },
      ],
      0.8,
    ),
    jurisdiction: maybe(random, () => [conceptOf(random, 'place')]),
    compose: {
      include: [
        { system: i % 2 ? acme : other, concept: [{ code: 'drug-1' }, { code: 'drug-2' }, { code: `diagnosis-${i % 6}` }] },
      ],
    },
    expansion:
      i % 5 === 4
        ? {
            identifier: `urn:uuid:5b0c1d2e-1111-4000-8000-00000000000${i % 10}`,
            timestamp: '2020-01-01T00:00:00Z',
            contains: [{ system: acme, code: 'drug-9' }],
          }
        : undefined,
  });
}
