// The generated resources: every search parameter of the tested types has values, and every one has resources without.
import * as care from './care.mjs';
import * as people from './people.mjs';
import * as records from './records.mjs';
import { acme, narrative, other, Random } from './random.mjs';

const seed = 20_240_229;
const makers = {
  Organization: [people.organization, 15],
  Practitioner: [people.practitioner, 20],
  Patient: [people.patient, 45],
  Location: [people.location, 20],
  PractitionerRole: [people.practitionerRole, 25],
  Substance: [records.substance, 20],
  Medication: [records.medication, 20],
  Encounter: [care.encounter, 30],
  Condition: [care.condition, 42],
  Appointment: [care.appointment, 36],
  Procedure: [care.procedure, 25],
  Observation: [records.observation, 90],
  DocumentReference: [records.documentReference, 30],
  DiagnosticReport: [records.diagnosticReport, 25],
  MedicationRequest: [records.medicationRequest, 36],
  Immunization: [care.immunization, 25],
  AllergyIntolerance: [care.allergyIntolerance, 25],
  CarePlan: [care.carePlan, 20],
  Claim: [care.claim, 25],
  RiskAssessment: [records.riskAssessment, 27],
  Group: [records.group, 16],
  ValueSet: [records.valueSet, 16],
};
const countOf = (type) => makers[type]?.[1] ?? 4;

// A code system with a hierarchy, for :above, :below and :in; all of its codes are used above.
export const codeSystem = {
  resourceType: 'CodeSystem',
  id: 'gen-codesystem',
  url: acme,
  status: 'active',
  content: 'complete',
  caseSensitive: true,
  hierarchyMeaning: 'is-a',
  concept: ['drug', 'diagnosis', 'finding', 'procedure', 'observed'].map((topic) => ({
    code: `${topic}-parent`,
    concept: [1, 2, 3].map((n) => ({ code: `${topic}-${n}`, ...(n === 1 ? { concept: [{ code: `${topic}-4` }] } : {}) })),
  })),
};
const valueSets = [
  {
    id: 'gen-vs-below',
    compose: { include: [{ system: acme, filter: [{ property: 'concept', op: 'is-a', value: 'drug-parent' }] }] },
  },
  {
    id: 'gen-vs-mixed',
    compose: {
      include: [
        {
          system: acme,
          concept: [
            'diagnosis-3',
            'diagnosis-5',
            'finding-2',
            'procedure-2',
            'procedure-3',
            'observed-1',
            'observed-5',
            'observed-0',
          ].map((code) => ({ code })),
        },
        { system: other, concept: [{ code: 'diagnosis-3' }] },
      ],
    },
  },
].map((set) => ({ resourceType: 'ValueSet', url: `http://acme.example/fhir/ValueSet/${set.id}`, status: 'active', ...set }));

// A reference of each kind: mostly to what is there; absolute to this server or another; by identifier, by words, to nothing.
function referenceMaker(base) {
  return (type, random, limit = countOf(type)) => {
    const id = `gen-${type.toLowerCase()}-${random.below(limit)}`;
    switch (random.below(24)) {
      case 0:
        return { reference: `${base}/${type}/${id}` };
      case 1:
        return { reference: `http://elsewhere.example/fhir/${type}/${id}` };
      case 2:
        return { identifier: { system: 'http://acme.example/ids', value: `by-${random.below(5)}` }, type };
      case 3:
        return { display: 'Somebody' };
      case 4:
        return { reference: `${type}/${id}`, identifier: { value: `by-${random.below(5)}` }, display: 'Both' };
      case 5:
        return { reference: `${type}/${id}/_history/1` };
      case 6:
        return { reference: `${type}/gen-nobody` };
      default:
        return { reference: `${type}/${id}` };
    }
  };
}

function metaOf(random) {
  const meta = {};
  if (random.chance(0.3))
    meta.tag = [
      { system: acme, code: `tag-${random.below(4)}`, display: 'Tagged' },
      ...(random.chance(0.3) ? [{ code: 'plain-tag' }] : []),
    ];
  if (random.chance(0.3))
    meta.security = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: random.pick(['N', 'R', 'V']) }];
  if (random.chance(0.3)) meta.profile = [`http://acme.example/fhir/StructureDefinition/${random.pick(['a', 'a/b', 'ab'])}`];
  if (random.chance(0.3)) meta.source = `http://acme.example/sources/${random.below(3)}`;
  return Object.keys(meta).length ? meta : undefined;
}

// In an order in which most references have their target already. `base` is the server's own.
export function generate(base) {
  const ref = referenceMaker(base);
  const resources = [codeSystem, ...valueSets];
  for (const [type, [make, count]] of Object.entries(makers)) {
    const random = new Random(seed + [...type].reduce((sum, letter) => sum * 31 + letter.codePointAt(0), 0)); // each type by itself
    for (let i = 0; i < count; ++i) {
      const meta = metaOf(random);
      resources.push({
        resourceType: type,
        id: `gen-${type.toLowerCase()}-${i}`,
        ...(meta ? { meta } : {}),
        ...(i === 1 ? { text: narrative } : {}),
        ...make(random, i, ref),
      });
    }
  }
  return resources;
}
export const generatedTypes = Object.keys(makers);

// What _list asks for: two resources of each type.
export const listOf = (types) => ({
  resourceType: 'List',
  id: 'gen-list-members',
  status: 'current',
  mode: 'working',
  entry: types.flatMap((type) => [0, 1].map((n) => ({ item: { reference: `${type}/gen-${type.toLowerCase()}-${n}` } }))),
});
