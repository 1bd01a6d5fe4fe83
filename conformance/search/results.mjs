// Cases of what an answer looks like: paging, order, totals, views, includes, POST, searches over types, refusals.
// Each is {feature, type, code, kind, run}; run gives the verdict.
import { Includes } from './includes.mjs';
import { outOfOrder } from './orders.mjs';
import { encode, includesOf, matchesOf } from './server.mjs';
import { kept, Shapes } from './shapes.mjs';
import { yes } from './truth.mjs';
import { refusal } from './verdict.mjs';

const kind = 'result';
const sorted = (ids) => [...ids].sort().join(' ');

// What an answer to `url` says about `words`, a list of what is wrong.
const verdictOf = (url, words, more = {}) => ({
  url,
  outcome: words.length ? 'wrong' : 'right',
  words: words.join('; '),
  ...more,
});

export class Results {
  constructor(server, engine) {
    this.server = server;
    this.engine = engine;
    this.data = engine.data;
    this.includes = new Includes(this.data);
    this.shapes = new Shapes(this.data.definitions);
  }

  test(feature, type, run) {
    return { feature, type, code: feature, kind, pairs: [], run };
  }

  expected(type, pairs) {
    return [...this.engine.search(type, pairs)].filter(([, truth]) => truth === yes).map(([id]) => id);
  }

  // All pages of a search: {fault, url, ids, pages}.
  async all(url) {
    const { status, outcome, pages } = await this.server.pages(url);
    if (status !== 200) return { fault: { url, ...refusal(status, outcome) } };
    return { pages, matches: pages.flatMap(matchesOf), ids: pages.flatMap(matchesOf).map(({ id }) => id) };
  }

  // `_count`: no page is larger, all together are all, each once; `self`, `first` and `previous` lead where they say.
  paging(type, pairs, count) {
    const url = `${type}?${encode([...pairs, ['_count', String(count)]])}`;
    return this.test('_count', type, async () => {
      const { fault, pages, ids } = await this.all(url);
      if (fault) return fault;
      const words = [];
      const expected = this.expected(type, pairs);
      if (sorted(ids) !== sorted(expected)) words.push(`${ids.length} in all pages, expected ${expected.length}`);
      if (pages.some((page) => matchesOf(page).length > count)) words.push('a page is larger than _count');
      if (pages.slice(0, -1).some((page) => matchesOf(page).length < count))
        words.push('a page that is not the last is not full');
      const second = pages[1];
      const link = (relation) => second?.link?.find((one) => one.relation === relation)?.url;
      const self = decodeURIComponent(pages[0].link?.find((one) => one.relation === 'self')?.url ?? '');
      for (const [name] of pairs) if (!self.includes(`${name}=`)) words.push(`self does not state ${name}`);
      for (const relation of ['previous', 'first', 'self']) {
        if (!second || !link(relation)) continue;
        const answer = await this.server.get(link(relation));
        const wanted = relation === 'self' ? second : pages[0];
        if (sorted(matchesOf(answer.body ?? {}).map(({ id }) => id)) !== sorted(matchesOf(wanted).map(({ id }) => id)))
          words.push(`${relation} of the second page leads elsewhere`);
      }
      return verdictOf(url, words);
    });
  }

  sort(type, keys, pairs = []) {
    const url = `${type}?${encode([['_sort', keys.join(',')], ['_count', keys.length > 1 ? '7' : '500'], ['_elements', 'id'], ...pairs])}`;
    return this.test(keys.length > 1 ? '_sort by several' : '_sort', type, async () => {
      const { fault, ids } = await this.all(url);
      if (fault) return fault;
      const order = keys.map((key) => ({
        parameter: this.engine.parameter(type, key.replace(/^-/, '')),
        descending: key.startsWith('-'),
      }));
      const words = [];
      const expected = this.expected(type, pairs);
      if (sorted(ids) !== sorted(expected)) words.push(`${ids.length} answered, expected ${expected.length}`);
      else words.push(outOfOrder(this.data, type, ids, order));
      return verdictOf(url, words.filter(Boolean));
    });
  }

  total(type, pairs, mode) {
    const url = `${type}?${encode([...pairs, ['_total', mode], ['_count', '1']])}`;
    return this.test(`_total=${mode}`, type, async () => {
      const { status, body } = await this.server.get(url);
      if (status !== 200) return { url, ...refusal(status, body) };
      const expected = this.expected(type, pairs).length;
      const wrong = {
        none: body.total !== undefined && body.total !== expected,
        accurate: body.total !== expected,
        estimate: typeof body.total !== 'number',
      }[mode];
      return verdictOf(url, wrong ? [`total is ${body.total}, expected ${expected}`] : []);
    });
  }

  view(type, pairs, name, value, keeps) {
    const url = `${type}?${encode([...pairs, [name, value]])}`;
    return this.test(name === '_summary' ? `_summary=${value}` : name, type, async () => {
      const { fault, matches } = await this.all(url);
      if (fault) return fault;
      const words = matches
        .map((answered) => [answered.id, this.shapes.fault(this.data.find(type, answered.id).resource, answered, keeps)])
        .filter(([, wrong]) => wrong)
        .map(([id, wrong]) => `${id}: ${wrong}`);
      if (!matches.length) words.push('nothing was answered');
      return verdictOf(url, words.slice(0, 3));
    });
  }

  count(type, pairs) {
    const url = `${type}?${encode([...pairs, ['_summary', 'count']])}`;
    return this.test('_summary=count', type, async () => {
      const { status, body } = await this.server.get(url);
      if (status !== 200) return { url, ...refusal(status, body) };
      const expected = this.expected(type, pairs).length;
      const words = [];
      if (body.total !== expected) words.push(`total is ${body.total}, expected ${expected}`);
      if (body.entry?.length) words.push('it has entries');
      return verdictOf(url, words);
    });
  }

  // Matches and what is included, over all pages.
  include(feature, type, query) {
    const pairs = [...new URLSearchParams(query)];
    const url = `${type}?${encode(pairs)}`;
    return this.test(feature, type, async () => {
      const { fault, pages, ids } = await this.all(url);
      if (fault) return fault;
      const matches = this.expected(type, pairs);
      const words = sorted(ids) === sorted(matches) ? [] : [`${ids.length} matches, expected ${matches.length}`];
      const included = new Set(pages.flatMap(includesOf).map((resource) => `${resource.resourceType}/${resource.id}`));
      const wanted = new Set();
      for (const page of pages)
        for (const key of this.includes.of(
          matchesOf(page).map(({ id }) => `${type}/${id}`),
          pairs,
        ))
          wanted.add(key);
      const missing = [...wanted].filter((key) => !included.has(key));
      const extra = [...included].filter((key) => !wanted.has(key));
      if (!wanted.size) words.push('the case includes nothing');
      return verdictOf(url, words, {
        expected: wanted.size,
        missing,
        extra,
        ...(missing.length || extra.length ? { outcome: 'wrong' } : {}),
      });
    });
  }

  post(type, pairs) {
    const url = `${type}/_search`;
    return this.test('POST _search', type, async () => {
      const { status, body } = await this.server.post(url, encode([...pairs, ['_count', '1000'], ['_elements', 'id']]));
      if (status !== 200) return { url, ...refusal(status, body) };
      const ids = matchesOf(body).map(({ id }) => id);
      const expected = this.expected(type, pairs);
      return verdictOf(
        `POST ${url} ${encode(pairs)}`,
        sorted(ids) === sorted(expected) ? [] : [`${ids.length} answered, expected ${expected.length}`],
      );
    });
  }

  // Of several types at once: by Type/id.
  across(types, pairs) {
    const url = `?${encode([['_type', types.join(',')], ...pairs, ['_count', '500']])}`;
    return this.test('_type', types[0], async () => {
      const { fault, matches } = await this.all(url);
      if (fault) return fault;
      const answered = matches.map((resource) => `${resource.resourceType}/${resource.id}`);
      const expected = types.flatMap((type) => this.expected(type, pairs).map((id) => `${type}/${id}`));
      const found = new Set(answered);
      const missing = expected.filter((key) => !found.has(key));
      const extra = answered.filter((key) => !expected.includes(key));
      return verdictOf(
        url,
        missing.length || extra.length || !expected.length ? [`${answered.length} answered, expected ${expected.length}`] : [],
        { expected: expected.length, missing, extra },
      );
    });
  }

  // What is not right is refused by name; with handling=lenient only what is unknown is left out, and said so.
  refused(type, query, names) {
    const url = `${type}?${query}`;
    return this.test('refused with 400', type, async () => {
      const { status, body } = await this.server.get(url);
      const words = [];
      if (status !== 400) words.push(`answered with ${status}`);
      else if (!JSON.stringify(body).includes(names)) words.push(`the answer does not name ${names}`);
      return verdictOf(url, words);
    });
  }
  lenient(type, query, applied) {
    const url = `${type}?${query}`;
    return this.test('handling=lenient', type, async () => {
      const { status, body } = await this.server.get(url, { prefer: 'handling=lenient' });
      if (status !== 200) return { url, ...refusal(status, body) };
      const words = [];
      if (!body.entry?.some((entry) => entry.search?.mode === 'outcome'))
        words.push('no OperationOutcome says what was left out');
      const ids = matchesOf(body).map(({ id }) => id);
      const expected = new Set(this.expected(type, applied));
      if (ids.some((id) => !expected.has(id)) || !ids.length) words.push('the rest was not applied');
      const self = body.link?.find(({ relation }) => relation === 'self')?.url ?? '';
      if (self.includes('no-such')) words.push('self states what was not applied');
      return verdictOf(url, words);
    });
  }
}

const nameOfElements = { Patient: ['name', 'birthDate'], Observation: ['code', 'value'] };

// All result cases of a type that has generated resources; `sample`: pairs of a search that finds a few.
export function resultCases(results, type, parameters, sample) {
  const tagged = [['_tag', 'http://acme.example/codes|tag-1,http://acme.example/codes|tag-2']];
  const few = results.expected(type, tagged).length ? tagged : sample;
  const sortable = parameters
    .filter(({ type: of }) => ['date', 'number', 'quantity', 'string', 'token', 'reference', 'uri'].includes(of))
    .map(({ name }) => name);
  const generated = [
    [
      '_id',
      results.data
        .resources(type)
        .filter(({ id }) => id.startsWith('gen-'))
        .slice(0, 40)
        .map(({ id }) => id)
        .join(','),
    ],
  ];
  const coarse = parameters.filter(({ type: of, name }) => of === 'token' && !name.startsWith('_')).map(({ name }) => name);
  const fine = parameters
    .filter(({ type: of, name }) => (of === 'date' || of === 'string') && !name.startsWith('_'))
    .map(({ name }) => name);
  const several = [
    [coarse[0], `-${fine[0] ?? coarse[2]}`],
    [`-${coarse[1]}`, coarse[2] ?? coarse[0], fine.at(-1) ?? coarse[0]],
    ['-_lastUpdated', coarse[0]],
  ];
  const elements =
    nameOfElements[type] ??
    results.shapes
      .names(type)
      .filter((name) => ['identifier', 'status', 'code', 'type', 'url', 'name'].includes(name))
      .slice(0, 2);
  return [
    results.paging(type, generated, 7),
    results.paging(type, few, 1),
    ...sortable.flatMap((name, i) => [results.sort(type, [i % 2 ? `-${name}` : name], generated)]),
    ...several.map((keys) => results.sort(type, keys, generated)),
    results.total(type, generated, 'accurate'),
    results.total(type, few, 'none'),
    results.total(type, few, 'estimate'),
    results.count(type, generated),
    results.view(type, few, '_summary', 'true', kept.true),
    results.view(type, few, '_summary', 'text', kept.text),
    results.view(type, few, '_summary', 'data', kept.data),
    results.view(
      type,
      few,
      '_elements',
      elements.join(','),
      kept.elements(elements, (name) => results.shapes.isChoice(type, name)),
    ),
    results.post(type, generated),
    results.post(type, few),
    results.refused(type, 'no-such-parameter=1', 'no-such-parameter'),
    results.refused(type, '_lastUpdated=yesterday', '_lastUpdated'),
    results.refused(type, '_id:no-such-modifier=1', 'no-such-modifier'),
    results.lenient(type, `${encode(few)}&no-such-parameter=1`, few),
  ];
}

export function otherResultCases(results) {
  const include = (type, query) => results.include('_include', type, query);
  const reverse = (type, query) => results.include('_revinclude', type, query);
  const iterate = (type, query) => results.include(':iterate', type, query);
  const ids = (type, from, to) =>
    `_id=${Array.from({ length: to - from }, (_, i) => `gen-${type.toLowerCase()}-${from + i}`).join(',')}`;
  return [
    include('Observation', `${ids('Observation', 0, 20)}&_include=Observation:subject`),
    include('Observation', `${ids('Observation', 0, 30)}&_include=Observation:subject:Patient`),
    include(
      'Observation',
      `${ids('Observation', 0, 30)}&_include=Observation:performer:Organization&_include=Observation:encounter`,
    ),
    include('Observation', `${ids('Observation', 0, 30)}&_include=Observation:*`),
    include('Observation', `${ids('Observation', 0, 20)}&_include=*`),
    include('Observation', `${ids('Observation', 0, 40)}&_include=Observation:has-member&_count=5`),
    include(
      'MedicationRequest',
      `${ids('MedicationRequest', 0, 20)}&_include=MedicationRequest:medication&_include=MedicationRequest:requester`,
    ),
    include('Appointment', `${ids('Appointment', 0, 20)}&_include=Appointment:actor&_include=Appointment:reason-reference`),
    include('Patient', `${ids('Patient', 0, 30)}&_include=Patient:general-practitioner&_include=Patient:organization`),
    include('Claim', `${ids('Claim', 0, 20)}&_include=Claim:provider&_include=Claim:encounter`),
    reverse('Patient', `${ids('Patient', 0, 5)}&_revinclude=Observation:subject`),
    reverse(
      'Patient',
      `${ids('Patient', 0, 5)}&_revinclude=Observation:patient&_revinclude=Condition:patient&_revinclude=Group:member`,
    ),
    reverse('Patient', `${ids('Patient', 0, 10)}&_revinclude=Appointment:actor&_count=3`),
    reverse(
      'Practitioner',
      `${ids('Practitioner', 0, 6)}&_revinclude=PractitionerRole:practitioner&_revinclude=MedicationRequest:requester`,
    ),
    reverse('Location', `${ids('Location', 0, 4)}&_revinclude=Location:partof`),
    reverse('Encounter', `${ids('Encounter', 0, 6)}&_revinclude=Observation:*&_revinclude=Condition:*`),
    iterate(
      'MedicationRequest',
      `${ids('MedicationRequest', 0, 20)}&_include=MedicationRequest:medication&_include:iterate=Medication:ingredient&_include:iterate=Substance:substance-reference`,
    ),
    iterate('Location', `${ids('Location', 15, 20)}&_include:iterate=Location:partof`),
    iterate('Location', `${ids('Location', 0, 2)}&_revinclude:iterate=Location:partof`),
    iterate(
      'Observation',
      `${ids('Observation', 0, 20)}&_include=Observation:encounter&_include:iterate=Encounter:service-provider&_include:iterate=Organization:partof`,
    ),
    iterate('Patient', `${ids('Patient', 0, 4)}&_revinclude=Encounter:subject&_revinclude:iterate=Observation:encounter`),
    results.across(['Patient', 'Practitioner'], [['name', 'z']]),
    results.across(['Condition', 'Procedure', 'Observation'], [['patient', 'gen-patient-3']]),
    results.across(['Organization', 'Location'], [['_tag', 'http://acme.example/codes|tag-1']]),
  ];
}
