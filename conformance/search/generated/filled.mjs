// One resource of any type with every element filled in, from the type's StructureDefinition: for the types that have no generated
// resources of their own, so that no declared parameter goes without a value. They keep R4's structure, not its every rule.
import { acme, coding, concept, narrative, quantity } from './random.mjs';

const left = new Set(['id', 'meta', 'implicitRules', 'language', 'text', 'contained', 'extension', 'modifierExtension']);
const withoutNarrative = new Set(['Binary', 'Bundle', 'Parameters']);
const deepest = 5;

const primitives = {
  boolean: (n) => n % 2 === 0,
  integer: (n) => 10 + n,
  positiveInt: (n) => 10 + n,
  unsignedInt: (n) => 10 + n,
  decimal: (n) => 1.5 + n,
  string: (n, path) => `${path.split('.').pop()} words ${n}`,
  markdown: (n, path) => `${path.split('.').pop()} marked ${n}`,
  code: (n) => `code-${n}`,
  id: (n) => `id-${n}`,
  base64Binary: () => 'Tm90ZQ==',
  uri: (n, path) => `http://acme.example/${path}/${n}`,
  url: (n, path) => `http://acme.example/${path}/${n}`,
  canonical: (n, path) => `http://acme.example/${path}/${n}`,
  oid: (n) => `urn:oid:1.2.3.${n}`,
  uuid: (n) => `urn:uuid:5b0c1d2e-2222-4000-8000-00000000000${n}`,
  date: (n) => `202${n}-03-09`,
  dateTime: (n) => `202${n}-03-09T10:11:12+02:00`,
  instant: (n) => `202${n}-03-09T10:11:12.5Z`,
  time: () => '10:11:12',
  xhtml: () => '<div xmlns="http://www.w3.org/1999/xhtml">words</div>',
};
const complex = {
  Coding: (n, path) => coding(acme, `${path}-${n}`, `Display of ${path} ${n}`),
  CodeableConcept: (n, path) => concept([coding(acme, `${path}-${n}`)], `Text of ${path} ${n}`),
  Identifier: (n, path) => ({ system: 'http://acme.example/ids', value: `${path}-${n}` }),
  HumanName: (n) => ({ family: `Family${n}`, given: [`Given${n}`] }),
  Address: (n) => ({
    use: 'work',
    line: [`${n} Main St`],
    city: `City ${n}`,
    state: 'Loiret',
    postalCode: `4500${n}`,
    country: 'FR',
  }),
  ContactPoint: (n) => ({ system: ['phone', 'email', 'phone'][n % 3], value: n % 2 ? `n${n}@example.org` : `555-010${n}` }),
  Period: (n) => ({ start: `202${n}-03-09`, end: `202${n}-04-01T12:00:00Z` }),
  Quantity: (n) => quantity(5.5 + n, 'mg'),
  Age: (n) => quantity(40 + n, 'a'),
  Duration: (n) => quantity(4 + n, 'h'),
  Count: (n) => quantity(4 + n, '1'),
  Distance: (n) => quantity(4 + n, 'm'),
  Money: (n) => ({ value: 12.5 + n, currency: 'EUR' }),
  Range: (n) => ({ low: quantity(1 + n, 'mg'), high: quantity(2 + n, 'mg') }),
  Ratio: (n) => ({ numerator: quantity(1 + n, 'mg'), denominator: quantity(2, 'mL') }),
  Timing: (n) => ({ event: [`202${n}-03-09T10:00:00Z`] }),
  Attachment: (n, path) => ({ contentType: 'text/plain', url: `http://acme.example/${path}/${n}`, title: `Title ${n}` }),
  Annotation: (n) => ({ text: `Note ${n}` }),
  Narrative: () => undefined,
  Meta: () => undefined,
  Extension: () => undefined,
  SampledData: () => undefined,
  Resource: () => undefined,
  Signature: (n, path) => ({
    type: [coding(acme, `${path}-${n}`)],
    when: `202${n}-03-09T10:11:12Z`,
    who: { display: 'Somebody' },
  }),
  ElementDefinition: (n) => ({
    id: `Thing${n}`,
    path: `Thing${n}`,
    base: { path: `Base${n}`, min: 0, max: '*' },
    min: 0,
    max: '*',
    binding: { strength: 'example', valueSet: `http://acme.example/fhir/ValueSet/${n}` },
  }),
};
const artifactTypes = ['depends-on', 'composed-of', 'derived-from', 'predecessor', 'successor'];

export class Filler {
  constructor(definitions) {
    this.definitions = definitions;
    this.expansions = new Map();
    for (const { resource } of definitions.read('Bundle-valueset-expansions.json').entry)
      if (resource.expansion?.contains)
        this.expansions.set(resource.url, resource.expansion.contains.map(({ code }) => code).filter(Boolean));
  }

  // The elements right below a path of the type's snapshot.
  children(type, path) {
    return this.definitions
      .snapshot(type)
      .filter((element) => element.path.startsWith(`${path}.`) && !element.path.slice(path.length + 1).includes('.'));
  }

  // The n-th variant: of a choice each takes another type.
  resource(type, n) {
    const id = `gen-${type.toLowerCase()}-${n}`;
    const meta = {
      tag: [coding(acme, `tag-${n}`)],
      security: [coding(acme, `label-${n}`)],
      source: `http://acme.example/sources/${n}`,
      profile: [`http://acme.example/profiles/${n}`],
    };
    const text = n === 1 && !withoutNarrative.has(type) ? { text: narrative } : {};
    return { resourceType: type, id, meta, ...text, ...this.elements(type, type, n, 0) };
  }

  elements(type, path, n, depth) {
    const filled = {};
    if (depth > deepest) return filled;
    for (const element of this.children(type, path)) {
      const name = element.path.slice(path.length + 1);
      if (
        (depth === 0 && left.has(name)) ||
        name === 'extension' ||
        name === 'modifierExtension' ||
        (depth > 0 && name === 'id') ||
        element.max === '0'
      )
        continue;
      const chosen = element.type?.[n % element.type.length] ?? { code: 'BackboneElement' };
      const value = this.value(type, element, chosen, n, depth);
      if (value === undefined || (typeof value === 'object' && !Object.keys(value).length)) continue;
      const key = name.endsWith('[x]') ? name.slice(0, -3) + chosen.code[0].toUpperCase() + chosen.code.slice(1) : name;
      filled[key] = element.max === '1' ? value : [value].flat();
    }
    return filled;
  }

  value(type, element, chosen, n, depth) {
    const { path, binding } = element;
    if (element.contentReference) return this.elements(type, element.contentReference.slice(1), n, depth + 1);
    if (chosen.code === 'RelatedArtifact' && element.max === '*')
      return artifactTypes.map((kind) => ({ type: kind, resource: `http://acme.example/${path}/${kind}/${n}` }));
    if (chosen.code === 'BackboneElement' || chosen.code === 'Element') return this.elements(type, path, n, depth + 1);
    if (path === 'Binary.securityContext') return { display: `Words ${n}` }; // the only ones that a Binary has
    if (chosen.code === 'Reference') return { reference: `${this.target(chosen, n)}/gen-target-${n}` };
    if (chosen.code === 'code' && binding?.strength === 'required') {
      const codes = this.expansions.get(binding.valueSet.split('|')[0]);
      return codes?.length ? codes[n % codes.length] : ['application/fhir+json', 'text/plain'][n % 2];
    }
    const make = primitives[chosen.code] ?? complex[chosen.code];
    if (make) return make(n, path);
    return chosen.code.startsWith('http://') ? `text-${n}` : this.elements(chosen.code, chosen.code, n, depth + 1);
  }

  target({ targetProfile = [] }, n) {
    const type = (targetProfile[n % Math.max(targetProfile.length, 1)] ?? 'Patient').split('/').pop();
    return type === 'Resource' ? 'Patient' : type;
  }
}

// Of types whose values no structure tells: a Bundle's entries are of its own kind.
export const bundles = ['composition', 'message'].map((kind, n) => ({
  resourceType: 'Bundle',
  id: `gen-bundle-${kind}`,
  type: n ? 'message' : 'document',
  identifier: { system: acme, value: kind },
  timestamp: `202${n}-03-09T10:11:12Z`,
  entry: [
    {
      fullUrl: `http://acme.example/${kind}/1`,
      resource: n
        ? {
            resourceType: 'MessageHeader',
            id: 'inside-message',
            eventUri: 'http://acme.example/event',
            source: { endpoint: 'http://acme.example' },
          }
        : {
            resourceType: 'Composition',
            id: 'inside-composition',
            status: 'final',
            type: concept([coding(acme, 'note')]),
            date: '2020',
            author: [{ display: 'Somebody' }],
            title: 'Note',
          },
    },
  ],
}));
