// The judge's own search: a query in, and for each resource whether it is to be found. Nothing of the server is in it.
//
// https://hl7.org/fhir/R4/search.html. It is slow and plain; it knows no index.
import { evaluateCriterion } from './conditions.mjs';
import { readFilter } from './filter.mjs';
import { unescape } from './escapes.mjs';
import { targetOf } from './references.mjs';
import { readText, Texts } from './texts.mjs';
import { all, any, maybe, no, not, truth, yes } from './truth.mjs';

const ofResult = new Set([
  '_sort',
  '_count',
  '_total',
  '_summary',
  '_elements',
  '_include',
  '_revinclude',
  '_format',
  '_pretty',
  '_include:iterate',
  '_revinclude:iterate',
  '_contained',
  '_containedType',
  '_cursor',
  '_type',
]);

export const isResultParameter = (name) => ofResult.has(name);

function kilometres(latitude, longitude, otherLatitude, otherLongitude) {
  const [a, b, c, d] = [latitude, longitude, otherLatitude, otherLongitude].map((degrees) => (degrees * Math.PI) / 180);
  const h = Math.sin((c - a) / 2) ** 2 + Math.cos(a) * Math.cos(c) * Math.sin((d - b) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(h));
}

const largestKept = 200; // resources of an answer

export class Engine {
  constructor(data, context) {
    this.data = data;
    this.answers = new Map();
    this.texts = new Texts(data.definitions);
    this.context = { base: data.base, ...context, hierarchy: { reference: (...asked) => this.inHierarchy(...asked) } };
  }

  // Map of id -> yes or maybe; what is not in it is not to be found. `pairs`: decoded names and values.
  // `within`: {name, id} of a compartment.
  search(type, pairs, within) {
    const key = JSON.stringify([type, pairs.filter(([name]) => !ofResult.has(name)), within]);
    const known = this.answers.get(key);
    if (known) return known;
    const found = this.answer(type, pairs, within);
    if (found.size <= largestKept) this.answers.set(key, found);
    return found;
  }

  answer(type, pairs, within) {
    let truths = this.truths(type, pairs);
    if (within) {
      const members = this.compartment(within.name, within.id, type);
      truths = truths.map((found, i) => Math.min(found, members[i]));
    }
    const found = new Map();
    this.data.resources(type).forEach((resource, i) => {
      if (truths[i] !== no) found.set(resource.id, truths[i]);
    });
    return found;
  }

  truths(type, pairs) {
    const criteria = pairs.filter(([name]) => !ofResult.has(name)).map(([name, value]) => this.criterion(type, name, value));
    return this.data.resources(type).map((_, i) => all(criteria, (criterion) => criterion[i]));
  }

  criterion(type, name, value) {
    if (name.startsWith('_has:')) return this.has(type, name, value);
    if (name === '_filter') return this.filter(type, readFilter(value));
    if (name === '_list') return this.inList(type, value);
    if (name === 'near') return this.near(type, value);
    if (name === '_text' || name === '_content') return this.words(type, name, value);
    if (name === '_text:missing' || name === '_content:missing') return this.withoutWords(type, name, value);
    const [first, ...rest] = name.split('.');
    const [code, modifier] = first.split(':');
    const parameter = this.parameter(type, code);
    if (rest.length) return this.chain(type, parameter, modifier, rest.join('.'), value);
    return evaluateCriterion(this.data, type, parameter, modifier, value, this.context);
  }

  parameter(type, code) {
    const found = this.data.definitions.find(type, code);
    if (!found) throw new Error(`R4 has no parameter ${code} for ${type}`);
    return found;
  }

  // subject:Patient.name=x: the resources that refer to one of the chain's targets that is found by the rest.
  chain(type, parameter, targetType, rest, value) {
    const targets = new Map();
    const code = rest.split('.')[0].split(':')[0];
    for (const target of targetType ? [targetType] : (parameter.target ?? [])) {
      if (!this.data.resources(target).length) continue;
      if (!code.startsWith('_has') && !this.data.definitions.find(target, code)) continue;
      for (const [id, found] of this.search(target, [[rest, value]])) targets.set(`${target}/${id}`, found);
    }
    return this.data
      .values(type, parameter)
      .map(({ values }) =>
        any(values, (reference) => (reference.inside ? no : (targets.get(`${reference.type}/${reference.id}`) ?? no))),
      );
  }

  // _has:Observation:patient:code=x: the resources that such an Observation refers to by `patient`.
  has(type, name, value) {
    const [, from, link, ...rest] = name.split(':');
    const parameter = this.parameter(from, link);
    const truths = this.truths(from, [[rest.join(':'), value]]);
    const targets = new Map();
    this.data.values(from, parameter).forEach(({ values }, i) => {
      for (const reference of values) {
        if (reference.type !== type || reference.inside) continue;
        targets.set(reference.id, Math.max(targets.get(reference.id) ?? no, truths[i]));
      }
    });
    return this.data.resources(type).map((resource) => targets.get(resource.id) ?? no);
  }

  // https://hl7.org/fhir/R4/search.html#list
  inList(type, ids) {
    const members = new Set();
    for (const id of ids.split(',').map((text) => text.replace(/^List\//, '')))
      for (const { item } of this.data.find('List', id)?.resource.entry ?? []) {
        const target = targetOf(item.reference ?? '', this.data.base);
        if (target.type === type) members.add(target.id);
      }
    return this.data.resources(type).map((resource) => truth(members.has(resource.id)));
  }

  // latitude|longitude|distance|units: https://hl7.org/fhir/R4/location.html#positional. Near the rim either is right.
  near(type, value) {
    const [latitude, longitude, distance = '50', unit = 'km'] = value.split('|');
    const limit = Number(distance) * { km: 1, '[mi_i]': 1.609344, m: 0.001 }[unit];
    return this.data.resources(type).map(({ position }) => {
      if (!position) return no;
      const away = kilometres(Number(latitude), Number(longitude), position.latitude, position.longitude);
      return Math.abs(away - limit) < limit * 0.01 ? maybe : truth(away < limit);
    });
  }

  // Words of the narrative, or of all of the resource: docs/search.md says which elements have words.
  words(type, name, value) {
    const asked = readText(value);
    const wordsOf = name === '_text' ? (resource) => this.texts.ofNarrative(resource) : (resource) => this.texts.ofContent(resource);
    return this.data.resources(type).map((resource) => truth(asked(wordsOf(resource))));
  }

  withoutWords(type, name, value) {
    const wordsOf = name.startsWith('_text') ? (resource) => this.texts.ofNarrative(resource) : (resource) => this.texts.ofContent(resource);
    return this.data.resources(type).map((resource) => truth((wordsOf(resource).size === 0) === (value === 'true')));
  }

  // The members of a compartment: `Patient/1/Observation`. `{def}` is the resource itself.
  compartment(name, id, type) {
    const codes = this.data.definitions.compartment(name).get(type) ?? [];
    const links = codes.filter((code) => code !== '{def}').map((code) => this.parameter(type, code));
    const self = codes.includes('{def}') || name === type;
    return this.data.resources(type).map((resource, i) => {
      if (self && resource.id === id) return yes;
      return any(links, (parameter) =>
        any(this.data.values(type, parameter)[i].values, (reference) => truth(reference.type === name && reference.id === id)),
      );
    });
  }

  filter(type, node) {
    const length = this.data.resources(type).length;
    switch (node.kind) {
      case 'and':
      case 'or': {
        const sides = node.sides.map((side) => this.filter(type, side));
        const combine = node.kind === 'and' ? all : any;
        return Array.from({ length }, (_, i) => combine(sides, (side) => side[i]));
      }
      case 'not':
        return this.filter(type, node.side).map(not);
      default:
        return this.filterTest(type, node);
    }
  }

  // https://hl7.org/fhir/R4/search_filter.html
  filterTest(type, { path, operator, value }) {
    const [code, ...rest] = path.split('.');
    const parameter = this.parameter(type, code.split(':')[0]);
    if (rest.length) {
      const targets = new Map();
      for (const target of parameter.target ?? []) {
        if (!this.data.definitions.find(target, rest[0])) continue;
        const truths = this.filterTest(target, { path: rest.join('.'), operator, value });
        this.data.resources(target).forEach((resource, i) => targets.set(`${target}/${resource.id}`, truths[i]));
      }
      return this.data
        .values(type, parameter)
        .map(({ values }) => any(values, (ref) => targets.get(`${ref.type}/${ref.id}`) ?? no));
    }
    const ask = (modifier, text) => evaluateCriterion(this.data, type, parameter, modifier, text, this.context);
    const isString = parameter.type === 'string';
    switch (operator) {
      case 'eq':
        return ask(isString ? 'exact' : undefined, value);
      case 'ne':
        return ask(isString ? 'exact' : undefined, value).map(not);
      case 'co':
        return ask('contains', value);
      case 'sw':
        return ask(undefined, value);
      case 'pr':
        return ask('missing', value === 'true' ? 'false' : 'true');
      case 'in':
        return ask('in', value);
      case 'ni':
        return ask('not-in', value);
      case 'ss':
        return ask('below', value);
      case 'sb':
        return ask('above', value);
      case 're':
        return ask(undefined, value);
      default:
        return ask(undefined, `${operator}${value}`);
    }
  }

  // A location within another is `below` it, by the parameter that leads from a type to itself.
  inHierarchy(reference, raw, modifier) {
    const asked = targetOf(unescape(raw), this.data.base);
    const wanted = asked.id ?? unescape(raw);
    if (reference.id === undefined) return no;
    const [from, to] = modifier === 'below' ? [reference.id, wanted] : [wanted, reference.id];
    const type = reference.type;
    const parent = ['partof', 'part-of'].map((code) => this.data.definitions.find(type, code)).find(Boolean);
    const seen = new Set();
    for (let at = [from]; at.length; ) {
      const id = at.pop();
      if (id === to) return yes;
      if (seen.has(id) || !parent) continue;
      seen.add(id);
      const found = this.data.find(type, id);
      if (found)
        at.push(
          ...this.data
            .values(type, parent)
            [found.index].values.map((value) => value.id)
            .filter(Boolean),
        );
    }
    return no;
  }
}
