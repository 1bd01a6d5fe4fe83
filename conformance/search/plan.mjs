// All cases of a run: the table's for each declared parameter, pairs of criteria, results, and what no table makes.
import { casesOf, specialCasesOf, valueCasesOf } from './cases.mjs';
import { toText } from './decimal.mjs';
import { generatedTypes } from './generated/all.mjs';
import { queries } from './queries.mjs';
import { otherResultCases, resultCases } from './results.mjs';
import { yes } from './truth.mjs';

const mostPairs = 12; // of one type
const paired = new Set(['value', 'system|code', 'Type/id', 'ge', ':not', ':contains']);

export class Plan {
  // `declared`: Map of type -> searchParam of the CapabilityStatement.
  constructor(engine, results, declared) {
    this.engine = engine;
    this.results = results;
    this.declared = declared;
    this.definitions = engine.data.definitions;
  }

  // Whether the judge's own answer to a case has a resource that is surely in it.
  finds({ type, pairs }) {
    return [...this.engine.search(type, pairs).values()].includes(yes);
  }

  generatedOf(type) {
    return this.engine.data.resources(type).filter(({ id }) => id.startsWith('gen-'));
  }

  // The types whose name matches: [{type, code, feature, kind, pairs} or, with a run of its own, {..., run}].
  cases(only) {
    const types = [...this.declared.keys()].filter((type) => only.test(type));
    const chosen = ({ type }) => only.test(type);
    return [
      ...types.flatMap((type) => this.ofType(type)),
      ...queries
        .filter(chosen)
        .map((test) => ({ ...test, ...this.withinSome(test), code: (test.pairs[0]?.[0] ?? '').split(/[:.]/)[0] })),
      ...otherResultCases(this.results).filter(chosen),
    ];
  }

  ofType(type) {
    const parameters = this.declared.get(type);
    const tests = parameters.flatMap(({ name, definition }) =>
      this.ofParameter(type, name, this.definitions.byUrl.get(definition)),
    );
    if (!generatedTypes.includes(type)) return tests;
    const evaluated = parameters.filter(({ definition }) => this.definitions.byUrl.get(definition)?.expression);
    const few = this.generatedOf(type).slice(0, 4);
    return [
      ...tests,
      ...this.pairsOf(tests),
      ...resultCases(this.results, type, evaluated, [['_id', few.map(({ id }) => id).join(',')]]),
    ];
  }

  ofParameter(type, name, parameter) {
    const { data } = this.engine;
    if (!parameter?.expression || parameter.type === 'special')
      return specialCasesOf(data, this.engine.texts, type, name).map((test) => ({ ...test, code: name, kind: 'special' }));
    const make = generatedTypes.includes(type) ? casesOf : valueCasesOf;
    const made = make(data, type, name, parameter, toText, (test) => this.finds(test));
    return made.map((test) => ({ ...test, code: name, kind: parameter.type }));
  }

  // Two criteria at once, of two parameters, that find something together.
  pairsOf(tests) {
    const single = tests.filter(({ feature, code }) => paired.has(feature) && code !== '_id');
    const made = [];
    for (let i = 0; i < single.length && made.length < mostPairs; i += 3) {
      const [one, two] = [single[i], single[(i * 7 + 5) % single.length]];
      const test = { feature: 'and', type: one.type, kind: 'more', code: one.code, pairs: [...one.pairs, ...two.pairs] };
      if (one.code !== two.code && this.finds(test)) made.push(test);
    }
    return made;
  }

  // The compartment of a case: of a name without id the first generated one that has members.
  withinSome({ type, pairs, within }) {
    if (!within || within.id) return {};
    const itself = within.name === type ? 1 : 0;
    const hasMembers = ({ id }) => this.engine.search(type, pairs, { name: within.name, id }).size > itself;
    return { within: { name: within.name, id: this.generatedOf(within.name).find(hasMembers)?.id ?? 'none' } };
  }
}
