// Cases of _contained and _containedType: https://hl7.org/fhir/R4/search.html#contained.
//
// What is contained is searched as resources of its own, in data of its own; its id there is its address, "List/42#a".
import { casesOf, valueCasesOf } from './cases.mjs';
import { Data } from './data.mjs';
import { toText } from './decimal.mjs';
import { Engine } from './engine.mjs';
import { sorted } from './load.mjs';
import { encode } from './server.mjs';
import { yes } from './truth.mjs';
import { refusal } from './verdict.mjs';

const ways = [
  [['_contained', 'true']],
  [
    ['_contained', 'both'],
    ['_containedType', 'contained'],
  ],
  [['_contained', 'both']],
  [
    ['_contained', 'true'],
    ['_containedType', 'contained'],
  ],
];
const most = 400; // matches of a case: answers have whole containers
const tagged = [['_tag', 'http://acme.example/codes|tag-1,http://acme.example/codes|tag-2']];
const ofRow = new Set(['_id', '_lastUpdated']); // a contained resource has no time, and here another id

// Of several with one id the first is meant by it.
function addressed(resource) {
  const ids = new Set();
  return (resource.contained ?? []).filter(({ id }) => id && !ids.has(id) && ids.add(id));
}

export class ContainedCases {
  constructor(server, engine) {
    this.server = server;
    this.outer = engine;
    const { data } = engine;
    const inside = new Data(data.definitions, data.base);
    this.texts = new Map();
    for (const type of data.types)
      for (const resource of data.resources(type))
        for (const each of addressed(resource)) {
          const address = `${type}/${resource.id}#${each.id}`;
          this.texts.set(address, JSON.stringify(sorted(each)));
          inside.add({ ...each, id: address });
        }
    this.inner = new Engine(inside, engine.context);
  }

  // Map of address -> yes or maybe.
  expected(type, pairs, [[, contained], [, containedType] = []]) {
    const found = new Map();
    const add = (key, truth) => found.set(key, Math.max(truth, found.get(key) ?? truth));
    for (const [address, truth] of this.inner.search(type, pairs))
      add(containedType === 'contained' ? address : address.split('#')[0], truth);
    if (contained === 'both') for (const [id, truth] of this.outer.search(type, pairs)) add(`${type}/${id}`, truth);
    return found;
  }

  // `count`: of a page; the order and the total change nothing of what is found.
  test(type, pairs, way, count = 500, more = []) {
    const url = `${type}?${encode([...pairs, ...way, ['_count', String(count)], ['_total', 'accurate'], ...more])}`;
    return { feature: way.map(([, value]) => value).join(' '), type, code: '_contained', kind: 'contained', pairs: [], run: () => this.ask(url, type, pairs, way) };
  }

  async ask(url, type, pairs, way) {
    const expected = this.expected(type, pairs, way);
    const { status, outcome, pages } = await this.server.pages(url);
    if (status !== 200) return { url, ...refusal(status, outcome) };
    const entries = pages.flatMap(({ entry }) => entry ?? []).filter(({ search }) => search.mode === 'match');
    const answered = entries.map(({ fullUrl }) => fullUrl.slice(this.server.base.length + 1));
    const found = new Set(answered);
    const surely = [...expected].filter(([, truth]) => truth === yes).map(([key]) => key);
    const words = [];
    if (found.size < answered.length) words.push(`${answered.length - found.size} are there twice`);
    if (pages[0].total !== answered.length) words.push(`total is ${pages[0].total} of ${answered.length}`);
    for (const [i, { resource }] of entries.entries())
      if (answered[i].includes('#') && JSON.stringify(sorted(resource)) !== this.texts.get(answered[i])) words.push(`${answered[i]} is another`);
    const missing = surely.filter((key) => !found.has(key));
    const extra = answered.filter((key) => !expected.has(key));
    const wrong = missing.length || extra.length || words.length;
    return { url, expected: surely.length, missing, extra, words: words.slice(0, 3).join('; '), outcome: wrong ? 'wrong' : 'right' };
  }

  // Each parameter in one of the ways; all of a type in each way, page by page and in orders.
  ofType(type, parameters) {
    const isFew = (pairs, way) => this.expected(type, pairs, way).size <= most;
    const finds = ({ pairs }) => isFew(pairs, ways[1]) && [...this.inner.search(type, pairs).values()].includes(yes);
    const { data } = this.inner;
    const asked = parameters.flatMap(({ name, definition }) => {
      const parameter = data.definitions.byUrl.get(definition);
      if (!parameter?.expression || parameter.type === 'special' || ofRow.has(name)) return [];
      const values = valueCasesOf(data, type, name, parameter, toText, finds);
      const others = casesOf(data, type, name, parameter, toText).filter(({ feature }) => [':missing', ':not', 'ne'].includes(feature));
      return [...values, ...others.slice(0, 1)].filter(finds);
    });
    const sortable = parameters.find(({ type: of, name }) => of === 'date' && !ofRow.has(name))?.name ?? '_id';
    return [
      ...asked.map(({ pairs }, i) => this.test(type, pairs, ways[i % ways.length])),
      ...ways.flatMap((way) => {
        const pairs = [[], tagged].find((some) => isFew(some, way));
        if (!pairs) return [];
        return [this.test(type, pairs, way, 7), this.test(type, pairs, way, 9, [['_sort', `-${sortable}`]])];
      }),
    ];
  }

  cases(declared, only) {
    return this.inner.data.types.filter((type) => only.test(type)).flatMap((type) => this.ofType(type, declared.get(type) ?? []));
  }
}
