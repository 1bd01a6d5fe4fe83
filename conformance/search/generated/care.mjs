// What happens to patients: appointments, encounters, conditions, procedures, plans and claims.
import { clean, coding, concept, conceptOf, dateTimeOf, identifiersOf, periodOf, quantity } from './random.mjs';

const maybe = (random, make, share = 0.6) => (random.chance(share) ? make() : undefined);

export function appointment(random, i, ref) {
  const start = `20${16 + (i % 6)}-0${1 + (i % 9)}-1${i % 10}T${String(8 + (i % 10)).padStart(2, '0')}:30:00${random.pick(['Z', '+05:30', '-08:00'])}`;
  const status = random.pick([
    'proposed',
    'pending',
    'booked',
    'arrived',
    'fulfilled',
    'cancelled',
    'noshow',
    'waitlist',
    'checked-in',
  ]);
  return clean({
    identifier: identifiersOf(random, 'a'),
    status,
    serviceCategory: maybe(random, () => [conceptOf(random, 'servicecategory')]),
    serviceType: maybe(random, () => [conceptOf(random, 'servicetype')]),
    specialty: maybe(random, () => [conceptOf(random, 'apptspecialty')]),
    appointmentType: maybe(random, () => conceptOf(random, 'appttype')),
    reasonCode: maybe(random, () => [conceptOf(random, 'apptreason')]),
    reasonReference: maybe(random, () => [ref('Condition', random)]),
    supportingInformation: maybe(random, () => [ref('DocumentReference', random)]),
    start: ['proposed', 'cancelled', 'waitlist'].includes(status) && i % 2 ? undefined : start,
    end: ['proposed', 'cancelled', 'waitlist'].includes(status) && i % 2 ? undefined : start.replace(':30:00', ':50:00'),
    slot: maybe(random, () => [ref('Slot', random)]),
    basedOn: maybe(random, () => [ref('ServiceRequest', random)]),
    comment: maybe(random, () => 'Please ring twice'),
    participant: [
      { actor: ref('Patient', random), status: random.pick(['accepted', 'tentative']) },
      { actor: ref('Practitioner', random), status: random.pick(['accepted', 'declined', 'needs-action']) },
      ...(random.chance(0.5) ? [{ actor: ref('Location', random), status: 'accepted' }] : []),
      ...(random.chance(0.3) ? [{ type: [conceptOf(random, 'participation')], status: 'tentative' }] : []),
    ],
  });
}

export function encounter(random, i, ref) {
  return clean({
    identifier: identifiersOf(random, 'e'),
    status: random.pick(['planned', 'in-progress', 'finished', 'cancelled']),
    class: coding('http://terminology.hl7.org/CodeSystem/v3-ActCode', random.pick(['AMB', 'IMP', 'EMER'])),
    type: maybe(random, () => [conceptOf(random, 'enctype')]),
    subject: maybe(random, () => ref('Patient', random), 0.9),
    episodeOfCare: maybe(random, () => [ref('EpisodeOfCare', random)]),
    basedOn: maybe(random, () => [ref('ServiceRequest', random)]),
    participant: [
      { type: [conceptOf(random, 'participant')], individual: ref('Practitioner', random) },
      ...(random.chance(0.4) ? [{ individual: ref('PractitionerRole', random) }] : []),
    ],
    appointment: maybe(random, () => [ref('Appointment', random)]),
    period: maybe(random, () => periodOf(random), 0.8),
    length: maybe(random, () =>
      random.pick([quantity(30, 'min'), quantity(0.5, 'h'), quantity(90, 'min'), quantity(2, 'd', 'days')]),
    ),
    reasonCode: maybe(random, () => [conceptOf(random, 'encreason')]),
    reasonReference: maybe(random, () => [ref('Condition', random)]),
    diagnosis: maybe(random, () => [{ condition: ref('Condition', random) }]),
    account: maybe(random, () => [ref('Account', random)]),
    hospitalization: maybe(random, () => ({ specialArrangement: [conceptOf(random, 'arrangement')] })),
    location: maybe(random, () => [
      { location: ref('Location', random), period: random.chance(0.7) ? periodOf(random) : undefined },
    ]),
    serviceProvider: maybe(random, () => ref('Organization', random)),
    partOf: i > 0 ? maybe(random, () => ref('Encounter', random, i)) : undefined,
  });
}

const age = (value, code) => quantity(value, code, { a: 'years', mo: 'months' }[code]);

export function condition(random, i, ref) {
  const clinical = random.pick(['active', 'recurrence', 'inactive', 'resolved']);
  const ended = ['inactive', 'resolved'].includes(clinical);
  const onset = [
    { onsetDateTime: dateTimeOf(random) },
    { onsetAge: age(random.pick([12, 12.5, 40]), 'a') },
    { onsetAge: age(150, 'mo') },
    { onsetPeriod: periodOf(random) },
    { onsetRange: { low: age(10, 'a'), high: age(20, 'a') } },
    { onsetString: random.pick(['in early childhood', 'In Früher Jugend']) },
    {},
  ][i % 7];
  const abatement = [
    { abatementDateTime: dateTimeOf(random) },
    { abatementAge: age(random.pick([50, 51]), 'a') },
    { abatementPeriod: periodOf(random) },
    { abatementString: random.pick(['after school', 'unbekannt']) },
    { abatementRange: { low: age(60, 'a'), high: age(65, 'a') } },
  ][i % 5];
  return clean({
    identifier: identifiersOf(random, 'c'),
    clinicalStatus: concept([coding('http://terminology.hl7.org/CodeSystem/condition-clinical', clinical)]),
    verificationStatus: maybe(random, () =>
      concept([coding('http://terminology.hl7.org/CodeSystem/condition-ver-status', random.pick(['confirmed', 'provisional']))]),
    ),
    category: maybe(random, () => [conceptOf(random, 'concategory')]),
    severity: maybe(random, () => conceptOf(random, 'severity')),
    code: maybe(random, () => conceptOf(random, 'diagnosis'), 0.9),
    bodySite: maybe(random, () => [conceptOf(random, 'site')]),
    subject: ref('Patient', random),
    encounter: maybe(random, () => ref('Encounter', random)),
    ...onset,
    ...(ended ? abatement : {}),
    recordedDate: maybe(random, () => dateTimeOf(random)),
    asserter: maybe(random, () => ref('Practitioner', random)),
    stage: maybe(random, () => [{ summary: conceptOf(random, 'stage') }]),
    evidence: maybe(random, () => [{ code: [conceptOf(random, 'evidence')], detail: [ref('Observation', random)] }]),
  });
}

export function procedure(random, i, ref) {
  const performed = [
    { performedDateTime: dateTimeOf(random) },
    { performedPeriod: periodOf(random) },
    { performedString: 'long ago' },
    { performedAge: age(3, 'a') },
    { performedDateTime: dateTimeOf(random) },
  ][i % 5];
  return clean({
    identifier: identifiersOf(random, 'x'),
    instantiatesCanonical: maybe(random, () => [`http://acme.example/PlanDefinition/${i % 3}${i % 2 ? '|1.0' : ''}`]),
    instantiatesUri: maybe(random, () => [`http://acme.example/protocols/${i % 3}`, 'urn:oid:1.2.3'].slice(0, 1 + (i % 2))),
    basedOn: maybe(random, () => [ref('ServiceRequest', random)]),
    partOf: i > 0 ? maybe(random, () => [ref('Procedure', random, i)]) : undefined,
    status: random.pick(['completed', 'in-progress', 'not-done']),
    category: maybe(random, () => conceptOf(random, 'proccategory')),
    code: maybe(random, () => conceptOf(random, 'procedure'), 0.9),
    subject: ref('Patient', random),
    encounter: maybe(random, () => ref('Encounter', random)),
    ...performed,
    performer: maybe(random, () => [{ actor: ref('Practitioner', random) }]),
    location: maybe(random, () => ref('Location', random)),
    reasonCode: maybe(random, () => [conceptOf(random, 'procreason')]),
    reasonReference: maybe(random, () => [ref('Condition', random)]),
  });
}

export function carePlan(random, i, ref) {
  const scheduled = [
    { scheduledPeriod: periodOf(random) },
    { scheduledTiming: { event: ['2019-01-31', '2019-03-24'] } },
    { scheduledString: 'daily' },
  ][i % 3];
  return clean({
    identifier: identifiersOf(random, 'cp'),
    instantiatesCanonical: maybe(random, () => [`http://acme.example/PlanDefinition/${i % 3}${i % 2 ? '|2.0' : ''}`]),
    instantiatesUri: maybe(random, () => [`http://acme.example/protocols/${i % 3}/steps`]),
    basedOn: i > 0 ? maybe(random, () => [ref('CarePlan', random, i)]) : undefined,
    replaces: i > 0 ? maybe(random, () => [ref('CarePlan', random, i)]) : undefined,
    partOf: i > 0 ? maybe(random, () => [ref('CarePlan', random, i)]) : undefined,
    status: random.pick(['active', 'completed', 'revoked']),
    intent: random.pick(['plan', 'order', 'proposal']),
    category: maybe(random, () => [conceptOf(random, 'plancategory')]),
    subject: ref('Patient', random),
    encounter: maybe(random, () => ref('Encounter', random)),
    period: maybe(random, () => periodOf(random)),
    careTeam: maybe(random, () => [ref('CareTeam', random)]),
    addresses: maybe(random, () => [ref('Condition', random)]),
    goal: maybe(random, () => [ref('Goal', random)]),
    activity: [
      {
        detail: {
          status: 'scheduled',
          code: conceptOf(random, 'activity'),
          ...scheduled,
          performer: [ref('Practitioner', random)],
        },
      },
      ...(random.chance(0.6) ? [{ reference: ref('Appointment', random) }] : []),
    ],
  });
}

export function claim(random, i, ref) {
  const detail = {
    sequence: 1,
    productOrService: conceptOf(random, 'product'),
    udi: maybe(random, () => [ref('Device', random)]),
    subDetail: maybe(random, () => [
      { sequence: 1, productOrService: conceptOf(random, 'product'), udi: [ref('Device', random)] },
    ]),
  };
  return clean({
    identifier: identifiersOf(random, 'k'),
    status: random.pick(['active', 'cancelled', 'draft']),
    type: concept([coding('http://terminology.hl7.org/CodeSystem/claim-type', 'professional')]),
    use: random.pick(['claim', 'preauthorization', 'predetermination']),
    patient: ref('Patient', random),
    created: dateTimeOf(random),
    enterer: maybe(random, () => ref('Practitioner', random)),
    insurer: maybe(random, () => ref('Organization', random)),
    provider: ref('Practitioner', random),
    priority: concept([coding('http://terminology.hl7.org/CodeSystem/processpriority', random.pick(['normal', 'stat']))]),
    payee: maybe(random, () => ({
      type: concept([coding('http://terminology.hl7.org/CodeSystem/payeetype', 'provider')]),
      party: ref('Organization', random),
    })),
    facility: maybe(random, () => ref('Location', random)),
    careTeam: [{ sequence: 1, provider: ref('Practitioner', random) }],
    procedure: maybe(random, () => [{ sequence: 1, procedureReference: ref('Procedure', random), udi: [ref('Device', random)] }]),
    insurance: [{ sequence: 1, focal: true, coverage: { display: 'Insurance of the village' } }],
    item: [
      {
        sequence: 1,
        productOrService: conceptOf(random, 'product'),
        udi: maybe(random, () => [ref('Device', random)]),
        encounter: maybe(random, () => [ref('Encounter', random)]),
        detail: maybe(random, () => [detail]),
      },
    ],
    total: i % 2 ? { value: 12.5, currency: 'EUR' } : undefined,
  });
}

export function immunization(random, i, ref) {
  const status = random.pick(['completed', 'not-done', 'entered-in-error']);
  return clean({
    identifier: identifiersOf(random, 'i'),
    status,
    statusReason: maybe(random, () => conceptOf(random, 'statusreason')),
    vaccineCode: conceptOf(random, 'vaccine'),
    patient: ref('Patient', random),
    ...(i % 4 === 3 ? { occurrenceString: 'as a child' } : { occurrenceDateTime: dateTimeOf(random) }),
    location: maybe(random, () => ref('Location', random)),
    manufacturer: maybe(random, () => ref('Organization', random)),
    lotNumber: maybe(random, () => random.pick(['AAJN11K', 'aajn-12', 'Ä-77'])),
    performer: maybe(random, () => [{ actor: ref('Practitioner', random) }]),
    reasonCode: maybe(random, () => [conceptOf(random, 'immreason')]),
    reasonReference: maybe(random, () => [ref('Condition', random)]),
    reaction: maybe(random, () => [{ date: dateTimeOf(random), detail: ref('Observation', random) }]),
    protocolApplied: maybe(random, () => [
      {
        series: random.pick(['2-dose', '3-Dose série']),
        targetDisease: [conceptOf(random, 'disease')],
        doseNumberPositiveInt: 1,
      },
    ]),
  });
}

export function allergyIntolerance(random, i, ref) {
  return clean({
    identifier: identifiersOf(random, 'al'),
    clinicalStatus: concept([
      coding(
        'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical',
        random.pick(['active', 'inactive', 'resolved']),
      ),
    ]),
    verificationStatus: concept([
      coding('http://terminology.hl7.org/CodeSystem/allergyintolerance-verification', random.pick(['confirmed', 'unconfirmed'])),
    ]),
    type: random.pick(['allergy', 'intolerance', undefined]),
    category: maybe(random, () => [random.pick(['food', 'medication']), 'environment']),
    criticality: random.pick(['low', 'high', 'unable-to-assess', undefined]),
    code: maybe(random, () => conceptOf(random, 'allergy')),
    patient: ref('Patient', random),
    recordedDate: maybe(random, () => dateTimeOf(random)),
    recorder: maybe(random, () => ref('Practitioner', random)),
    asserter: maybe(random, () => ref('Patient', random)),
    lastOccurrence: maybe(random, () => dateTimeOf(random)),
    reaction: maybe(
      random,
      () => [
        {
          substance: conceptOf(random, 'allergy'),
          manifestation: [conceptOf(random, 'manifestation')],
          onset: dateTimeOf(random),
          severity: random.pick(['mild', 'moderate', 'severe']),
          exposureRoute: conceptOf(random, 'route'),
        },
      ],
      0.8,
    ),
  });
}
