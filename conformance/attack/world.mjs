// The people of the attack, and their records. Each record has a secret, kxs-PERSON-KIND, that no request ever says, and values that
// begin with kxg or are listed as they are, which an attacker may guess and does ask for.
//
// Two servers have the same world, but for what `hidden` holds: that is in the first alone. Whom it is hidden from gets the same answers
// from both, whatever he asks.
export const secretOf = (person, kind) => `kxs-${person}-${kind}`;
export const secretsIn = (text) => text.match(/kxs-[a-z0-9]+-[a-z]+/g) ?? [];

const narrative = (text) => ({ status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>` });
const loinc = 'http://loinc.org';
const categories = 'http://terminology.hl7.org/CodeSystem/observation-category';
const sct = 'http://snomed.info/sct';

export const doctors = ['docc', 'docu', 'doce', 'dock', 'docd', 'docs', 'docg', 'docw', 'docx', 'docp'];
export const patients = ['victim', 'bela', 'wanda', 'sona', 'sita', 'sara', 'gita', 'xeni'];
// Each with the duty of this name; adam with none.
export const admins = ['adam', 'users', 'audit', 'support'];
export const userOf = (person) =>
  `00000000-0000-4000-8000-0000000000${String([...doctors, ...patients, ...admins].indexOf(person)).padStart(2, '0')}`;

function stamped(person, kind, type, body, suffix = '') {
  const id = `${person}-${type.toLowerCase()}${suffix}`;
  return {
    person,
    kind,
    resource: {
      resourceType: type,
      id,
      meta: { tag: [{ system: 'http://tags.example', code: `kxgtag-${person}` }], source: `http://kxg.example/${id}` },
      text: narrative(`${secretOf(person, kind)} kxgword${person}`),
      ...(noIdentifier.has(type) ? {} : { identifier: [{ system: 'http://ids.example', value: `kxg${id}` }] }),
      ...body,
    },
  };
}
const noIdentifier = new Set(['Provenance', 'AuditEvent', 'Binary', 'QuestionnaireResponse', 'Consent', 'Composition', 'Bundle', 'Linkage']);

function patientRecord(person) {
  return stamped(person, 'patient', 'Patient', {
    id: person,
    active: true,
    name: [{ use: 'official', family: `Kxgfamily${person}`, given: [`Kxggiven${person}`], text: `Kxggiven${person} Kxgfamily${person}` }],
    telecom: [{ system: 'phone', value: `+91555${person}` }, { system: 'email', value: `kxg${person}@example.org` }],
    gender: 'female',
    birthDate: '1931-03-07',
    address: [{ line: ['kxgline 1'], city: `Kxgcity${person}`, state: 'Kxgstate', postalCode: '917431', country: 'Kxgland' }],
    contact: [{ name: { text: secretOf(person, 'patient') } }],
    communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'hi' }] } }],
    generalPractitioner: [{ reference: 'Practitioner/docc' }],
    managingOrganization: { reference: 'Organization/clinic' },
    link: [{ other: { reference: `RelatedPerson/${person}-relatedperson` }, type: 'seealso' }],
  });
}

// What stands in the compartment of a patient.
export function recordsOf(person) {
  const subject = { reference: `Patient/${person}` };
  const doctor = { reference: 'Practitioner/docc' };
  const at = '1977-05-04T10:00:00Z';
  const mine = (type, suffix = '') => ({ reference: `${type}/${person}-${type.toLowerCase()}${suffix}` });
  const word = (code) => ({ coding: [{ system: 'http://codes.example', code: `kxg${code}${person}`, display: `Kxgdisplay${person}` }], text: `Kxgtext${person}` });
  const rest = (type, body, suffix) => stamped(person, 'rest', type, body, suffix);
  const observation = (kind, category, code, suffix) =>
    stamped(person, kind, 'Observation', {
      status: 'final',
      category: [{ coding: [{ system: categories, code: category }] }],
      code: { coding: [{ system: loinc, code }], text: `Kxgtext${person}` },
      subject,
      encounter: mine('Encounter'),
      performer: [doctor],
      effectiveDateTime: at,
      valueQuantity: { value: 7431.25, unit: 'g/dL', system: 'http://unitsofmeasure.org', code: 'g/dL' },
      interpretation: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code: 'HH' }] }],
      note: [{ text: secretOf(person, kind) }],
      derivedFrom: [mine('DocumentReference')],
      specimen: mine('Specimen'),
      device: mine('Device'),
    }, suffix);
  return [
    patientRecord(person),
    stamped(person, 'cond', 'Condition', {
      clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }] },
      verificationStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'confirmed' }] },
      category: [word('category')],
      severity: word('severity'),
      code: word('illness'),
      bodySite: [word('site')],
      subject,
      encounter: mine('Encounter'),
      onsetDateTime: at,
      abatementString: `kxgabated${person}`,
      recordedDate: at,
      asserter: doctor,
      evidence: [{ code: [word('evidence')], detail: [mine('Observation', '-lab')] }],
      stage: [{ summary: word('stage') }],
      note: [{ text: secretOf(person, 'cond') }],
    }),
    observation('vital', 'vital-signs', '8867-4', '-vital'),
    observation('lab', 'laboratory', '718-7', '-lab'),
    rest('Encounter', {
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      type: [word('type')],
      subject,
      participant: [{ individual: doctor, type: [word('participant')] }],
      period: { start: at, end: at },
      length: { value: 7431, system: 'http://unitsofmeasure.org', code: 'min' },
      reasonCode: [word('reason')],
      location: [{ location: { reference: 'Location/ward' } }],
      serviceProvider: { reference: 'Organization/clinic' },
      hospitalization: { specialArrangement: [word('arrangement')] },
    }),
    rest('Appointment', {
      status: 'booked',
      serviceType: [word('service')],
      reasonCode: [word('reason')],
      start: '2126-03-02T09:00:00Z',
      end: '2126-03-02T09:30:00Z',
      comment: secretOf(person, 'rest'),
      participant: [
        { actor: subject, status: 'accepted' },
        { actor: doctor, status: 'accepted' },
      ],
    }),
    rest('MedicationRequest', {
      status: 'active',
      intent: 'order',
      medicationCodeableConcept: word('drug'),
      subject,
      encounter: mine('Encounter'),
      requester: doctor,
      authoredOn: at,
      dosageInstruction: [{ text: secretOf(person, 'rest'), timing: { event: [at] } }],
    }),
    rest('DocumentReference', {
      status: 'current',
      type: word('type'),
      category: [word('category')],
      subject,
      author: [doctor],
      custodian: { reference: 'Organization/clinic' },
      date: at,
      description: secretOf(person, 'rest'),
      content: [{ attachment: { contentType: 'text/plain', language: 'hi', url: `http://kxg.example/${person}`, title: secretOf(person, 'rest') } }],
    }),
    rest('DiagnosticReport', {
      status: 'final',
      category: [word('category')],
      code: word('report'),
      subject,
      performer: [doctor],
      issued: at,
      effectiveDateTime: at,
      result: [mine('Observation', '-lab')],
      conclusion: secretOf(person, 'rest'),
      conclusionCode: [word('conclusion')],
    }),
    rest('AllergyIntolerance', {
      clinicalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }] },
      type: 'allergy',
      category: ['food'],
      criticality: 'high',
      code: word('allergy'),
      patient: subject,
      recorder: doctor,
      onsetDateTime: at,
      recordedDate: at,
      lastOccurrence: at,
      reaction: [{ substance: word('substance'), manifestation: [word('rash')], onset: at, severity: 'severe', exposureRoute: word('route') }],
    }),
    rest('Procedure', { status: 'completed', category: word('category'), code: word('procedure'), subject, encounter: mine('Encounter'), performedDateTime: at, performer: [{ actor: doctor }], location: { reference: 'Location/ward' } }),
    rest('Immunization', { status: 'completed', vaccineCode: word('vaccine'), patient: subject, occurrenceDateTime: at, lotNumber: `kxglot${person}`, performer: [{ actor: doctor }], location: { reference: 'Location/ward' }, manufacturer: { reference: 'Organization/clinic' } }),
    rest('ServiceRequest', { status: 'active', intent: 'order', code: word('service'), category: [word('category')], subject, requester: doctor, authoredOn: at, occurrenceDateTime: at, requisition: { value: `kxgrequisition${person}` } }),
    rest('CarePlan', { status: 'active', intent: 'plan', category: [word('category')], subject, period: { start: at }, author: doctor, addresses: [mine('Condition')] }),
    rest('Coverage', { status: 'active', type: word('type'), beneficiary: subject, subscriberId: `kxgsubscriber${person}`, payor: [{ reference: 'Organization/clinic' }], class: [{ type: word('class'), value: `kxgclass${person}` }] }),
    rest('Claim', { status: 'active', use: 'claim', type: word('type'), patient: subject, created: at, provider: { reference: 'Organization/clinic' }, priority: word('priority'), insurance: [{ sequence: 1, focal: true, coverage: mine('Coverage') }] }),
    rest('Communication', { status: 'completed', subject, sent: at, received: at, sender: doctor, recipient: [subject], category: [word('category')], medium: [word('medium')], payload: [{ contentString: secretOf(person, 'rest') }] }),
    rest('Consent', { status: 'active', scope: word('scope'), category: [word('category')], patient: subject, dateTime: at, performer: [subject], organization: [{ reference: 'Organization/clinic' }], policyRule: word('policy') }),
    rest('QuestionnaireResponse', { status: 'completed', questionnaire: 'http://kxg.example/Questionnaire/q', subject, source: subject, authored: at, author: subject, item: [{ linkId: '1', answer: [{ valueString: secretOf(person, 'rest') }] }] }),
    rest('RelatedPerson', { patient: subject, active: true, name: [{ text: `Kxgrelative${person}` }], telecom: [{ system: 'phone', value: `+91777${person}` }], gender: 'male', birthDate: '1931-03-07', address: [{ city: `Kxgtown${person}` }], relationship: [word('relation')] }),
    rest('Person', { active: true, name: [{ text: `Kxgperson${person}` }], telecom: [{ system: 'phone', value: `+91888${person}` }], gender: 'female', birthDate: '1931-03-07', address: [{ city: `Kxgtown${person}` }], managingOrganization: { reference: 'Organization/clinic' }, link: [{ target: subject }] }),
    rest('Specimen', { status: 'available', accessionIdentifier: { value: `kxgaccession${person}` }, type: word('type'), subject, collection: { collector: doctor, collectedDateTime: at, bodySite: word('site') } }),
    rest('Device', { status: 'active', type: word('type'), deviceName: [{ name: `Kxgdevice${person}`, type: 'user-friendly-name' }], manufacturer: `Kxgmaker${person}`, modelNumber: `kxgmodel${person}`, patient: subject, owner: { reference: 'Organization/clinic' }, udiCarrier: [{ deviceIdentifier: `kxgudi${person}`, carrierHRF: `kxgcarrier${person}` }] }),
    rest('Task', { status: 'requested', intent: 'order', code: word('task'), for: subject, focus: mine('ServiceRequest'), requester: doctor, authoredOn: at, lastModified: at, description: secretOf(person, 'rest') }),
    rest('List', { status: 'current', mode: 'working', title: `Kxgtitle${person}`, code: word('list'), subject, date: at, source: doctor, entry: [{ item: mine('Condition') }, { item: mine('Observation', '-lab') }] }),
    rest('Composition', { status: 'final', type: word('type'), subject, date: at, author: [doctor], title: `Kxgcomposition${person}`, section: [{ text: narrative(secretOf(person, 'rest')), entry: [mine('Condition')] }] }),
    rest('Provenance', { target: [mine('Condition'), mine('Observation', '-lab'), subject], recorded: at, occurredDateTime: at, agent: [{ who: doctor }], entity: [{ role: 'source', what: mine('DocumentReference') }], signature: [{ type: [{ system: 'urn:iso', code: `kxgsigned${person}` }], when: at, who: doctor, data: 'aGk=' }] }),
    rest('AuditEvent', { type: { system: 'http://codes.example', code: `kxgaudit${person}` }, action: 'R', outcome: '0', recorded: at, agent: [{ who: doctor, requestor: true, name: `Kxgagent${person}`, altId: `kxgalt${person}` }], source: { observer: doctor, site: `kxgsite${person}` }, entity: [{ what: subject, name: `Kxgentity${person}` }] }),
    rest('Group', { active: true, type: 'person', actual: true, code: word('group'), name: `Kxggroup${person}`, member: [{ entity: subject }], managingEntity: { reference: 'Organization/clinic' }, characteristic: [{ code: word('characteristic'), valueCodeableConcept: word('value'), exclude: false }] }),
    rest('Basic', { code: word('basic'), subject, author: doctor, created: '1977-05-04' }),
    rest('Media', { status: 'completed', type: word('type'), subject, createdDateTime: at, operator: doctor, content: { contentType: 'text/plain', title: secretOf(person, 'rest') } }),
    rest('Binary', { contentType: 'text/plain', securityContext: subject, data: Buffer.from(secretOf(person, 'rest')).toString('base64'), meta: undefined, text: undefined }),
    rest('Flag', { status: 'active', code: word('flag'), subject, period: { start: at }, author: doctor }),
    rest('Goal', { lifecycleStatus: 'active', description: word('goal'), subject, startDate: '1977-05-04', category: [word('category')], target: [{ dueDate: '1977-05-04' }] }),
    // What an Observation is about besides its subject is no reason to see it: R4's compartment has subject and performer.
    rest('Observation', {
      status: 'final', category: [{ coding: [{ system: categories, code: 'exam' }] }], code: word('exam'), subject, effectiveDateTime: at,
      focus: [{ reference: 'Patient/bela' }], valueString: `Kxgvalue${person}`,
    }, '-focus'),
    // Of nobody, and so nobody's but a client system's.
    rest('Basic', { code: word('orphan'), author: doctor, created: '1977-05-04', extension: [{ url: 'http://kxg.example/e', valueString: secretOf(person, 'rest') }] }, '-orphan'),
    // What another resource contains.
    rest('Observation', {
      status: 'final', category: [{ coding: [{ system: categories, code: 'survey' }] }], code: word('survey'), subject, effectiveDateTime: at,
      contained: [{ resourceType: 'Practitioner', id: 'inside', name: [{ family: `Kxginside${person}` }] }, { resourceType: 'Specimen', id: 'tube', accessionIdentifier: { value: `kxgtube${person}` } }],
      performer: [{ reference: '#inside' }], specimen: { reference: '#tube' }, valueString: `Kxgvalue${person}`,
    }, '-contained'),
  ];
}

// The person's word that opens the whole record to a doctor (docs/access.md).
function opening(person, doctor, provision = {}) {
  return stamped(person, 'rest', 'Consent', {
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: loinc, code: '59284-0' }] }],
    patient: { reference: `Patient/${person}` },
    dateTime: '1977-05-04T10:00:00Z',
    policyRule: { text: `Kxgpolicy${person}` },
    provision: {
      type: 'permit',
      actor: [{ role: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'PRCP' }] }, reference: { reference: `Practitioner/${doctor}` } }],
      ...provision,
    },
  }, `-${doctor}`);
}
const inAnHour = new Date(Date.now() + 3600_000).toISOString();
export const openings = ['docw', 'docx'].map((doctor) => opening('victim', doctor)).concat(opening('victim', 'docp', { period: { start: '1977-05-04', end: inAnHour } }));

// A record that its author keeps to himself (electronic_health_records.visibility).
const withheldOf = (person) => [
  stamped(person, 'withheld', 'Observation', {
    status: 'final',
    category: [{ coding: [{ system: categories, code: 'laboratory' }] }],
    code: { coding: [{ system: loinc, code: '2345-7' }], text: `Kxgwithheld${person}` },
    subject: { reference: `Patient/${person}` },
    performer: [{ reference: 'Practitioner/docc' }],
    effectiveDateTime: '1977-05-04T10:00:00Z',
    valueQuantity: { value: 4137.5, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' },
  }, '-withheld'),
];

const openWorld = () => [
  stamped('open', 'all', 'Organization', { id: 'clinic', name: 'Clinic', active: true }),
  stamped('open', 'all', 'Location', { id: 'ward', name: 'Ward', status: 'active', managingOrganization: { reference: 'Organization/clinic' } }),
  ...doctors.map((doctor) => ({
    person: doctor,
    kind: 'private',
    resource: {
      resourceType: 'Practitioner', id: doctor, active: true, name: [{ text: `Doctor ${doctor}`, family: doctor }],
      telecom: [{ system: 'phone', value: secretOf(doctor, 'private') }], address: [{ line: [secretOf(doctor, 'private')] }],
    },
  })),
  { person: 'open', kind: 'all', resource: { resourceType: 'PractitionerRole', id: 'role', active: true, practitioner: { reference: 'Practitioner/docc' }, organization: { reference: 'Organization/clinic' }, specialty: [{ coding: [{ system: sct, code: '394579002' }] }] } },
];

// What somebody who may write puts there to look through: his own list and provenance that point to all of the others.
function bridgesOf(person, targets) {
  const subject = { reference: `Patient/${person}` };
  const all = targets.map(({ resource }) => ({ reference: `${resource.resourceType}/${resource.id}` }));
  return [
    stamped(person, 'bridge', 'List', { status: 'current', mode: 'working', subject, source: { reference: 'Practitioner/docc' }, entry: all.map((item) => ({ item })) }, '-bridge'),
    stamped(person, 'bridge', 'Provenance', { target: [subject, ...all], recorded: '1977-05-04T10:00:00Z', agent: [{ who: { reference: 'Practitioner/docc' } }] }, '-bridge'),
  ];
}

// {common, hidden}: arrays of {person, kind, resource}, in the order in which they are written; one of the same id again is a version.
export function worldOf() {
  const byKind = (person, kinds) => recordsOf(person).filter(({ kind }) => kinds.includes(kind));
  const butKind = (person, kinds) => recordsOf(person).filter(({ kind }) => !kinds.includes(kind));
  const victim = [...recordsOf('victim'), ...openings];
  const moved = (from, to) =>
    [from, to].map((person) =>
      stamped(person, 'cond', 'Condition', { id: `moved-${from}-${to}`, identifier: [{ system: 'http://ids.example', value: `kxgmoved${from}` }], code: { text: secretOf(person, 'cond') }, subject: { reference: `Patient/${person}` } }));
  const again = (each) => ({ ...each, resource: { ...each.resource, language: 'en' } });
  return {
    common: [
      ...openWorld(),
      ...['gita', 'xeni'].map(patientRecord),
      ...recordsOf('bela'),
      ...recordsOf('wanda'),
      ...byKind('sona', ['patient', 'cond']),
      ...byKind('sita', ['patient', 'vital']),
      ...recordsOf('sara'),
      ...moved('wanda', 'bela'),
      ...moved('bela', 'wanda'),
      ...bridgesOf('bela', victim),
      ...recordsOf('wanda').slice(0, 8).map(again),
    ],
    hidden: [
      ...victim,
      ...butKind('sona', ['patient', 'cond']),
      ...butKind('sita', ['patient', 'vital']),
      ...withheldOf('sara'),
      ...victim.map(again),
    ],
  };
}
