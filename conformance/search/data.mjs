// The raw resources that the judge answers from, and what each gives a search parameter (evaluated once).
import { dateRange, rangeOf } from './dates.mjs';
import { numberOf } from './quantities.mjs';
import { referenceOf } from './references.mjs';
import { stringsOf } from './strings.mjs';
import { tokensOf } from './tokens.mjs';

// A name in words only may be found by `family` and `given` too, each of its words being either: docs/search.md.
const words = (resource) =>
  [resource.name ?? []]
    .flat()
    .filter((name) => name.text && !name.family && !name.given)
    .flatMap(({ text }) => text.split(/\s+/u));
const wordsOfPlainNames = { family: words, given: words };

const present = (value) => value !== undefined;

export class Data {
  constructor(definitions, base) {
    this.definitions = definitions;
    this.base = base;
    this.byType = new Map();
    this.byKey = new Map();
    this.cache = new Map();
  }

  add(resource) {
    const key = `${resource.resourceType}/${resource.id}`;
    if (this.byKey.has(key)) throw new Error(`${key} is there twice`);
    if (!this.byType.has(resource.resourceType)) this.byType.set(resource.resourceType, []);
    const ofType = this.byType.get(resource.resourceType);
    this.byKey.set(key, { resource, index: ofType.length });
    ofType.push(resource);
  }

  // {resource, index}: the index is its place among those of its type; undefined when it is not there.
  find(type, id) {
    return this.byKey.get(`${type}/${id}`);
  }

  resources(type) {
    return this.byType.get(type) ?? [];
  }
  get types() {
    return [...this.byType.keys()];
  }

  // Of each resource of the type, in their order: {nodes, values}, the values in the form that the parameter's type compares.
  values(type, parameter) {
    const key = `${type} ${parameter.url}`;
    if (!this.cache.has(key)) {
      const evaluator = this.definitions.evaluator(type, parameter);
      const perhaps = wordsOfPlainNames[parameter.code] ?? (() => undefined);
      this.cache.set(
        key,
        this.resources(type).map((resource) => ({
          ...this.valuesOf(evaluator.nodes(resource), parameter.type),
          perhaps: perhaps(resource),
        })),
      );
    }
    return this.cache.get(key);
  }

  valuesOf(nodes, parameterType) {
    const convert = this.conversion(parameterType);
    return { nodes, values: nodes.flatMap(convert).filter(present) };
  }

  conversion(parameterType) {
    switch (parameterType) {
      case 'token':
        return tokensOf;
      case 'string':
        return stringsOf;
      case 'date':
        return rangeOf;
      case 'number':
      case 'quantity':
        return numberOf;
      case 'reference':
        return (node) => referenceOf(node, this.base);
      default:
        return (node) => node;
    }
  }

  // [{components: [values of each]}] for each resource: one for each node of the composite's expression.
  composites(type, parameter) {
    const key = `${type} ${parameter.url}`;
    if (!this.cache.has(key)) {
      const bases = this.definitions.components(type, parameter);
      this.cache.set(
        key,
        this.resources(type).map((resource) =>
          bases.flatMap(({ focus, components }) =>
            focus(resource, { resource }).map((node) =>
              components.map(({ type: of, evaluator }) => ({
                type: of,
                values: this.valuesOf(evaluator.nodes(node, resource), of).values,
              })),
            ),
          ),
        ),
      );
    }
    return this.cache.get(key);
  }

  lastUpdated(resource) {
    return dateRange(resource.meta.lastUpdated);
  }
}
