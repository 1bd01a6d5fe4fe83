// HL7's SearchParameters as this judge uses them: by URL, with the operands that concern one type.
//
// The expressions are HL7's own, from the package that tools/definitions/fetch brings. Each operand of a union is evaluated by
// itself; a `where(resolve() is T)` at its end is answered from the reference's own words, since nothing is fetched here.
import fs from 'node:fs';
import path from 'node:path';

import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4/index.js';

// Faults of the official files, each mended as the parameter's own description has it.
const corrections = {
  // Its expressions are exchanged: the first component is what a document relates to, the second how.
  'http://hl7.org/fhir/SearchParameter/DocumentReference-relationship': {
    expressions: ['target', 'code'],
  },
  // FHIR's type is dateTime; DateTime is FHIRPath's own, which no element has.
  'http://hl7.org/fhir/SearchParameter/Observation-code-value-date': {
    expressions: ['code', 'value.as(dateTime) | value.as(Period)'],
  },
};

// Splits at `|` outside parentheses and quotes.
export function operandsOf(expression) {
  const operands = [];
  let depth = 0;
  let quoted = false;
  let operand = '';
  for (const c of expression) {
    if (c === "'") quoted = !quoted;
    if (!quoted && c === '(') ++depth;
    if (!quoted && c === ')') --depth;
    if (c === '|' && depth === 0 && !quoted) {
      operands.push(operand.trim());
      operand = '';
    } else operand += c;
  }
  return [...operands, operand.trim()];
}

const resolveFilter = /^(.*)\.where\(\s*resolve\(\) is (\w+)\s*\)$/s;
// What may follow the first element and still yields nothing where that element is absent.
const plainPath = /^\(*(?:[A-Z]\w*)\.(\w+)(?:[.\w()' ]|(?<=where)\(system='\w+'\))*$/;
const yieldsFromNothing = /\b(exists|empty|not|count|and|or|implies|iif|all|any)\b/;

// `as` refuses more than one item, and a union of several values is what these expressions mean.
const asOfType = (text) => text.replace(/\.as\((\w+)\)/g, '.ofType($1)').replace(/(\([\w.]+) as (\w+)\)/g, '$1.ofType($2))');

function compileOperand(text, base) {
  const filtered = resolveFilter.exec(text);
  const expression = asOfType(filtered ? filtered[1] : text);
  const first = !base && !yieldsFromNothing.test(expression) && plainPath.exec(expression)?.[1];
  return {
    first: first && first !== 'id' && first !== 'meta' ? first : undefined,
    target: filtered?.[2],
    evaluate: fhirpath.compile(base ? { base, expression } : expression, r4),
  };
}

// The resource has the element, or a choice of it, or an extension of it.
function hasElement(resource, name) {
  if (name in resource) return true;
  for (const key in resource) if (key.startsWith(name) || key.startsWith(`_${name}`)) return true;
  return false;
}

const referenceType = (value) =>
  /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9.-]{1,64}(?:\/_history\/.*)?$/.exec(value?.reference ?? '')?.[1] ?? value?.type;

export class Evaluator {
  constructor(operands) {
    this.operands = operands;
  }

  // The nodes of all operands, as JSON. `resource` is the one that the root is a part of.
  nodes(root, resource = root) {
    const found = [];
    for (const operand of this.operands) {
      if (operand.first && !hasElement(root, operand.first)) continue;
      for (const node of operand.evaluate(root, { resource }))
        if (!operand.target || referenceType(node) === operand.target) found.push(node);
    }
    return found;
  }
}

export class Definitions {
  constructor(folder) {
    this.folder = folder;
    this.byUrl = new Map();
    this.byCode = new Map();
    this.snapshots = new Map();
    for (const file of fs.readdirSync(folder)) {
      if (!file.startsWith('SearchParameter-') || !file.endsWith('.json')) continue;
      const parameter = JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'));
      if (parameter.url?.startsWith('http://hl7.org/fhir/SearchParameter/')) this.add(parameter);
    }
    this.compiled = new Map();
    this.compartments = new Map();
  }

  add(parameter) {
    this.byUrl.set(parameter.url, parameter);
    this.byCode.set(parameter.code, [...(this.byCode.get(parameter.code) ?? []), parameter]);
  }

  // The elements of a type's snapshot.
  snapshot(type) {
    if (!this.snapshots.has(type)) this.snapshots.set(type, this.read(`StructureDefinition-${type}.json`).snapshot.element);
    return this.snapshots.get(type);
  }

  read(file) {
    return JSON.parse(fs.readFileSync(path.join(this.folder, file), 'utf8'));
  }

  // The code's parameter of the type: HL7's, whatever the server declares.
  find(type, code) {
    const known = this.byCode.get(code) ?? [];
    const fits = ({ base = [] }) => base.includes(type) || base.includes('Resource') || base.includes('DomainResource');
    // Some extensions' parameters share a code with the type's own; the type's own have its name, or a group's, in their id.
    return known.filter(fits).sort((a, b) => rank(a, type) - rank(b, type))[0];
  }

  // All of HL7's parameters of the type itself.
  ofType(type) {
    return [...this.byUrl.values()].filter(({ base = [] }) => base.includes(type));
  }

  evaluator(type, parameter) {
    const key = `${type} ${parameter.url}`;
    if (!this.compiled.has(key)) this.compiled.set(key, new Evaluator(this.operands(type, parameter)));
    return this.compiled.get(key);
  }

  operands(type, parameter) {
    const all = operandsOf(parameter.expression ?? '');
    const typeOf = (operand) => /^\(*([A-Z]\w*)/.exec(operand)?.[1];
    const mine = all.filter((operand) => [type, 'Resource', 'DomainResource'].includes(typeOf(operand)));
    return (mine.length ? mine : all.filter((operand) => operand && !typeOf(operand))).map((operand) => compileOperand(operand));
  }

  // A composite's components: the type of each value, and what evaluates it on one node of the composite's expression.
  components(type, parameter) {
    const key = `${type} ${parameter.url} components`;
    if (!this.compiled.has(key)) {
      const corrected = corrections[parameter.url];
      const bases = operandsOf(parameter.expression).filter((operand) => operand.startsWith(type));
      this.compiled.set(
        key,
        bases.map((base) => ({
          focus: fhirpath.compile(base, r4),
          components: parameter.component.map((component, i) => ({
            type: this.byUrl.get(component.definition).type,
            evaluator: new Evaluator(
              operandsOf(corrected?.expressions?.[i] ?? component.expression).map((operand) => compileOperand(operand, base)),
            ),
          })),
        })),
      );
    }
    return this.compiled.get(key);
  }

  // {resource type: parameter codes} of a compartment; `{def}` is the resource itself.
  compartment(name) {
    if (!this.compartments.has(name)) {
      const definition = this.read(`CompartmentDefinition-${name[0].toLowerCase()}${name.slice(1)}.json`);
      this.compartments.set(name, new Map(definition.resource.map((entry) => [entry.code, entry.param ?? []])));
    }
    return this.compartments.get(name);
  }
}

function rank(parameter, type) {
  const id = parameter.url.slice(parameter.url.lastIndexOf('/') + 1);
  if (id === `${type}-${parameter.code}`) return 0;
  if (
    id.startsWith('clinical-') ||
    id.startsWith('individual-') ||
    id.startsWith('conformance-') ||
    id.startsWith('medications-')
  )
    return 1;
  return id.startsWith('Resource-') || id.startsWith('DomainResource-') ? 2 : 3;
}
