// StructureDefinitions -> the lines T (type) and E (element) of the facts file.
import { lastSegment, oneLine, withoutVersion } from './package.mjs';

const fhirType = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';
const regex = 'http://hl7.org/fhir/StructureDefinition/regex';
const kinds = { 'primitive-type': 'p', 'complex-type': 'c', resource: 'r' };
const jsonKinds = { boolean: 'b', decimal: 'n', integer: 'n', positiveInt: 'n', unsignedInt: 'n' };
const strengths = { example: 'e', preferred: 'p', extensible: 'x', required: 'r' };

const extensionValue = (type, url) => {
  const found = (type.extension ?? []).find((extension) => extension.url === url);
  return found && (found.valueUrl ?? found.valueString);
};

export class Types {
  constructor(structures, overlay, invariants, valueSets) {
    this.overlay = overlay;
    this.invariants = invariants;
    this.valueSets = valueSets;
    this.used = new Set();
    this.elementsOf = new Map(); // type name -> Map(element name -> line)
    this.structures = structures.filter(
      (structure) => structure.kind !== 'logical' && structure.derivation !== 'constraint');
    this.byName = new Map(this.structures.map((structure) => [structure.type, structure]));
    this.lines = [];
  }

  // All types, each after its base.
  run() {
    const done = new Set();
    const visit = (structure) => {
      if (done.has(structure.type)) return;
      done.add(structure.type);
      if (structure.baseDefinition) visit(this.byName.get(lastSegment(structure.baseDefinition)));
      this.structure(structure);
    };
    for (const name of ['Element', 'BackboneElement', ...[...this.byName.keys()].sort()]) visit(this.byName.get(name));
    for (const part of ['invariants', 'elements'])
      for (const key of Object.keys(this.overlay[part]))
        if (!this.used.has(key)) throw new Error(`overlay: ${key} corrects nothing`);
    return this.lines;
  }

  structure(structure) {
    const elements = structure.snapshot.element;
    const primitive = structure.kind === 'primitive-type';
    const root = elements[0];
    this.constraintsOf = new Map();
    for (const element of elements) this.constraintsOf.set(element.path, element.constraint ?? []);
    const value = primitive && elements.find((element) => element.path === `${structure.type}.value`);
    const base = structure.baseDefinition ? lastSegment(structure.baseDefinition) : '';
    const leaf = structure.type === 'xhtml'; // its id belongs to the <div> in its text
    this.type(structure.type, kinds[structure.kind], jsonKinds[structure.type] ?? 's',
      structure.abstract ? 'a' : leaf ? 'l' : '', base,
      root.constraint ?? [], value ? extensionValue(value.type[0], regex) ?? '' : '');
    if (!leaf) this.children(structure.type, base, elements.filter((element) => element !== value));
  }

  type(name, kind, jsonKind, flag, base, constraints, pattern) {
    this.lines.push(['T', name, kind, jsonKind, flag, base,
      constraints.map((constraint) => this.invariant(constraint)).join(','), pattern].join('\t'));
  }

  // The direct children of `path`, without those that say the same as the base's; then the backbone types below.
  children(path, base, elements) {
    const inherited = this.elementsOf.get(base) ?? new Map();
    const own = new Map(inherited);
    const direct = elements.filter((element) =>
      element.path.startsWith(`${path}.`) && !element.path.slice(path.length + 1).includes('.'));
    const backbones = [];
    for (const element of direct) {
      const inline = elements.some((other) => other.path.startsWith(`${element.path}.`));
      if (inline) backbones.push(element);
      const name = element.path.slice(path.length + 1);
      const line = this.element(element, inline, path);
      if (inherited.get(name) !== line) this.lines.push(`E\t${line}`);
      own.set(name, line);
    }
    this.elementsOf.set(path, own);
    for (const element of backbones) {
      const type = element.type[0].code;
      this.type(element.path, 'b', 's', '', type, element.constraint ?? [], '');
      this.children(element.path, type, elements);
    }
  }

  element(element, inline, owner) {
    const max = element.max === '*' ? '*' : Number(element.max);
    const attribute = (element.representation ?? []).includes('xmlAttr');
    const flags = (element.isModifier ? 'm' : '') + (element.isSummary ? 's' : '') + (attribute ? 'a' : '');
    const binding = element.binding?.valueSet
      ? strengths[element.binding.strength] + this.valueSets.number(withoutVersion(element.binding.valueSet)) : '';
    return [element.path.slice(owner.length + 1), `${element.min}..${max}`, flags, this.typesOf(element, inline),
      binding, inline ? '' : this.ownInvariants(element)].join('\t');
  }

  typesOf(element, inline) {
    if (element.contentReference) return element.contentReference.slice(1);
    if (inline) return element.path;
    const types = new Map(); // name -> targets
    for (const type of element.type) {
      const name = this.typeName(element, type);
      const targets = (type.targetProfile ?? []).map(lastSegment).filter((target) => target !== 'Resource');
      types.set(name, targets);
    }
    return [...types].map(([name, targets]) => (targets.length ? `${name}(${targets.join('|')})` : name)).join(',');
  }

  typeName(element, type) {
    if (!type.code.startsWith('http://hl7.org/fhirpath/')) return type.code;
    const correction = this.overlay.elements[element.base.path];
    const name = extensionValue(type, fhirType) ?? 'string';
    if (!correction) return name;
    if (correction.was !== name) throw new Error(`overlay: ${element.base.path} is ${name}`);
    this.used.add(element.base.path);
    return correction.type;
  }

  // The rules of the element itself: those of its types stand with the types.
  ownInvariants(element) {
    const ofTypes = new Set(['ele-1']);
    for (const type of element.type ?? [])
      for (const constraint of this.byName.get(type.code)?.snapshot.element[0].constraint ?? [])
        ofTypes.add(constraint.key);
    if (element.contentReference)
      for (const constraint of this.constraintsOf.get(element.contentReference.slice(1)) ?? [])
        ofTypes.add(constraint.key);
    return (element.constraint ?? []).filter((constraint) => !ofTypes.has(constraint.key))
      .map((constraint) => this.invariant(constraint)).join(',');
  }

  invariant(constraint) {
    let expression = oneLine(constraint.expression);
    // A key may stand for rules of several types (inv-1), and one fault in rules of many keys (names).
    for (const key of [constraint.key, constraint.key.replace(/^.*-/, '*-')]) {
      const correction = this.overlay.invariants[key];
      if (correction?.was !== expression) continue;
      this.used.add(key);
      expression = correction.expression;
    }
    return this.invariants.number(
      [constraint.key, constraint.severity === 'error' ? 'e' : 'w', oneLine(constraint.human), expression].join('\t'));
  }
}
