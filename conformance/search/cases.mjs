// The table of cases of one parameter: what is asked, in the form of the parameter's type, and which feature that shows.
import { escape } from './escapes.mjs';
import { numberOf } from './quantities.mjs';
import { referenceOf } from './references.mjs';
import { samplesOf } from './samples.mjs';
import { fold, stringsOf } from './strings.mjs';
import { tokensOf } from './tokens.mjs';

const mostOfFeature = 3; // cases of one feature for one parameter
const prefixes = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'];

const tokenText = ({ system, code }) => (system ? `${escape(system)}|${escape(code ?? '')}` : escape(code));

function tokenCases(samples) {
  const tokens = samples.flatMap(({ node }) => tokensOf(node));
  const coded = tokens.filter(({ code }) => code !== undefined && code !== '');
  const scoped = coded.filter(({ kind, system }) => system && kind !== 'plain' && kind !== 'contact');
  const cases = [];
  for (const token of coded) cases.push(['value', '', escape(token.code)]);
  for (const token of scoped) {
    cases.push(['system|code', '', tokenText(token)], ['system|', '', `${escape(token.system)}|`]);
    cases.push(['system|code', '', `http://nowhere.example|${escape(token.code)}`]);
  }
  for (const { system, code, kind } of coded)
    if (!system && (kind === 'coding' || kind === 'identifier')) cases.push(['|code', '', `|${escape(code)}`]);
  for (const token of scoped.slice(0, 1)) cases.push(['|code', '', `|${escape(token.code)}`]);
  if (coded.length > 1)
    cases.push(
      ['or', '', `${tokenText(coded[0])},${tokenText(coded.at(-1))}`],
      [':not', ':not', `${tokenText(coded[0])},${tokenText(coded.at(-1))}`],
    );
  for (const token of coded.slice(0, 2)) cases.push([':not', ':not', tokenText(token)]);
  const texts = tokens.flatMap((token) => token.texts ?? []);
  for (const text of texts.slice(0, 3))
    cases.push([':text', ':text', escape(text.slice(0, Math.max(3, text.length / 2)).toUpperCase())]);
  for (const { types, code } of tokens
    .filter((token) => token.kind === 'identifier' && token.types.length && token.code)
    .slice(0, 2))
    cases.push([':of-type', ':of-type', `${escape(types[0].system)}|${escape(types[0].code)}|${escape(code)}`]);
  return cases;
}

function stringCases(samples) {
  const cases = [];
  for (const text of samples.flatMap(({ node }) => stringsOf(node)).filter((text) => text.trim().length > 1)) {
    const middle = text.slice(Math.floor(text.length / 3), Math.ceil((2 * text.length) / 3)).trim() || text;
    cases.push(
      ['value', '', escape(text)],
      [
        'value',
        '',
        escape(
          fold(text)
            .slice(0, Math.ceil(text.length / 2))
            .trim()
            .toUpperCase(),
        ),
      ],
    );
    cases.push(
      [':exact', ':exact', escape(text)],
      [':exact', ':exact', escape(text.toUpperCase())],
      [':exact', ':exact', escape(text.slice(0, -1).trim())],
    );
    cases.push([':contains', ':contains', escape(middle)], [':contains', ':contains', escape(fold(text).slice(-3).trim())]);
  }
  if (cases.length > 8) cases.push(['or', '', `${cases[0][2]},${cases.at(-7)[2]}`]);
  return cases;
}

const datesOf = (node) => {
  if (typeof node === 'string') return [node];
  return [node?.start, node?.end, ...(node?.event ?? []), node?.repeat?.boundsPeriod?.start].filter(Boolean);
};
function dateCases(samples) {
  const texts = [...new Set(samples.flatMap(({ node }) => datesOf(node)))];
  const cases = texts.map((text) => ['value', '', text]);
  // Each prefix with the value as it stands, and with one coarser: the day, the month or the year.
  texts.slice(0, 2).forEach((text, i) => {
    for (const asked of new Set([text, text.slice(0, [10, 7, 4][(samples.length + i) % 3])]))
      for (const prefix of prefixes) cases.push([prefix, '', prefix + asked]);
  });
  if (texts.length > 1) cases.push(['or', '', `${texts[0]},ge${texts[1].slice(0, 4)}`]);
  return cases;
}

const valueText = ({ low, high }, node) => String(node?.value ?? node?.low?.value ?? node?.high?.value ?? node ?? low ?? high);
function numberCases(samples) {
  const texts = samples.map(({ node }) => valueText(numberOf(node) ?? {}, node)).filter((text) => /^-?\d/.test(text));
  const cases = texts.map((text) => ['value', '', text]);
  for (const text of texts) for (const prefix of prefixes) cases.push([prefix, '', prefix + text]);
  cases.push(['value', '', '1e2'], ['value', '', '100'], ['value', '', '100.0'], ['value', '', '5.4']);
  return cases;
}

function quantityCases(samples) {
  const cases = [];
  for (const { node } of samples) {
    const number = numberOf(node);
    if (!number || number.sampled) continue;
    const text = valueText(number, node);
    const units = [
      '',
      ...(number.code ? [`|${escape(number.system ?? '')}|${escape(number.code)}`, `||${escape(number.code)}`] : []),
      ...(number.unit ? [`||${escape(number.unit)}`] : []),
    ];
    for (const unit of units) cases.push(['value', '', text + unit]);
    const unit = units[cases.length % units.length];
    for (const prefix of prefixes) cases.push([prefix, '', prefix + text + unit]);
  }
  return cases;
}

function referenceCases(samples, base, targets) {
  const cases = [];
  for (const { node } of samples) {
    const { type, id, url, version, identifier, canonical, inside } = referenceOf(node, base);
    if (inside) {
      if (targets.includes(type)) cases.push(['Type/id', '', `${type}/${id}`]);
      continue;
    }
    if (id && !canonical)
      cases.push(
        ['Type/id', '', `${type}/${id}`],
        ['value', '', id],
        ['absolute', '', `${base}/${type}/${id}`],
        [':[type]', `:${type}`, id],
      );
    if (url) cases.push(['value', '', escape(url) + (canonical && version ? `|${version}` : '')]);
    if (url && version) cases.push(['value', '', escape(url)]);
    if (identifier?.value)
      cases.push(
        [':identifier', ':identifier', tokenText({ system: identifier.system, code: identifier.value })],
        [':identifier', ':identifier', escape(identifier.value)],
      );
  }
  const ids = cases.filter(([feature]) => feature === 'Type/id');
  if (ids.length > 1) cases.push(['or', '', `${ids[0][2]},${ids.at(-1)[2]}`]);
  return cases;
}

function uriCases(samples) {
  const cases = [];
  for (const uri of samples.map(({ node }) => node)) {
    cases.push(['value', '', escape(uri)]);
    if (!uri.startsWith('urn:')) cases.push([':above', ':above', escape(`${uri}/further/on`)], [':below', ':below', escape(uri)]); // a urn has no path
    if (/^https?:\/\/[^/]+\/./.test(uri)) cases.push([':below', ':below', escape(uri.slice(0, uri.lastIndexOf('/') + 1))]);
  }
  return cases;
}

// One value of each component, of one focus; then one that another focus has, which must not be found together.
function compositeCases(samples, texts) {
  const cases = [];
  const written = samples
    .map(({ node }) => node.map(({ type, values }) => values.map((value) => texts[type](value)).find(Boolean)))
    .filter((parts) => parts.every(Boolean));
  for (const parts of written) cases.push(['value', '', parts.join('$')]);
  if (written.length > 1)
    cases.push(
      ['value', '', [written[0][0], ...written.at(-1).slice(1)].join('$')],
      ['or', '', `${written[0].join('$')},${written.at(-1).join('$')}`],
    );
  return cases;
}

const isoOf = (time) => new Date(time).toISOString().slice(0, 19) + 'Z';
const componentText = (toDecimal) => ({
  token: (token) => (token.code ? tokenText(token) : undefined),
  string: (text) => escape(text),
  uri: (uri) => escape(uri),
  number: ({ low, high }) =>
    low === undefined && high === undefined ? undefined : `${low === high ? '' : 'ge'}${toDecimal(low ?? high)}`,
  reference: ({ type, id }) => (id ? `${type}/${id}` : undefined),
  date: ({ low, high }) => (Number.isFinite(low) ? `ge${isoOf(low).slice(0, 10)}` : `le${isoOf(high).slice(0, 10)}`),
  quantity: ({ low, high, system, code }) => {
    const value = low ?? high;
    return value === undefined
      ? undefined
      : `${low === high ? '' : 'ge'}${toDecimal(value)}${code ? `|${escape(system)}|${escape(code)}` : ''}`;
  },
});

const byType = {
  token: tokenCases,
  string: stringCases,
  date: dateCases,
  number: numberCases,
  quantity: quantityCases,
  reference: referenceCases,
  uri: uriCases,
};

// [{feature, name, value}] of a parameter, with how many of its values are in the data.
export function casesOf(data, type, code, parameter, toDecimal) {
  const samples = samplesOf(data, type, parameter, parameter.type === 'quantity' ? 5 : 3);
  const made =
    parameter.type === 'composite'
      ? compositeCases(samples, componentText(toDecimal))
      : (byType[parameter.type]?.(samples, data.base, parameter.target) ?? []);
  const seen = new Set();
  const counts = new Map();
  const unique = made.filter(([feature, modifier, value]) => {
    if (value === '' || seen.has(modifier + value)) return false;
    seen.add(modifier + value);
    counts.set(feature, (counts.get(feature) ?? 0) + 1);
    return counts.get(feature) <= mostOfFeature;
  });
  const missing = ['true', 'false'].map((value) => [':missing', ':missing', value]); // for all but combinations
  return [...unique, ...(parameter.type === 'composite' ? [] : missing)].map(([feature, modifier, value]) => ({
    feature,
    type,
    pairs: [[code + modifier, value]],
  }));
}

// Only that values are found by it: for the types that are not looked into closely.
export function valueCasesOf(data, type, code, parameter, toDecimal, finds) {
  const found = [];
  for (const test of casesOf(data, type, code, parameter, toDecimal)) {
    if (test.feature === ':missing' || test.feature === ':not' || test.feature === 'ne' || !finds(test)) continue;
    if (found.push(test) === 2) break;
  }
  return found;
}

// Words of a resource that has some, joined in each way; the second is of another resource, where one has another.
function wordCases(all) {
  const sets = all.filter((words) => words.size > 1);
  if (!sets.length) return [];
  const [one] = [...sets].sort((a, b) => b.size - a.size);
  const words = [...one].filter((word) => !['and', 'or', 'not'].includes(word)).sort((a, b) => b.length - a.length);
  const [first, second = first] = [words[0], words.at(-1)];
  const elsewhere = sets.flatMap((set) => [...set]).find((word) => !one.has(word) && !['and', 'or', 'not'].includes(word)) ?? 'nowhere';
  return [
    first,
    first.toUpperCase(),
    `${first.slice(0, Math.ceil([...first].length / 2))}*`,
    `${first} ${second}`,
    `${first} AND ${elsewhere}`,
    `${first} or ${elsewhere}`,
    `${first},${elsewhere}`,
    `not ${first}`,
    `${second} not ${elsewhere}`,
    `(${first} OR ${elsewhere}) and not (${second} ${elsewhere})`,
    `${first}-${second}`,
  ];
}

// Parameters without an expression: what they look at is no element.
export function specialCasesOf(data, texts, type, code) {
  const id = `gen-${type.toLowerCase()}-1`;
  const resources = data.resources(type).slice(0, 60);
  const values = {
    _filter: [`_id eq ${id}`, `not (_id eq ${id})`],
    _list: ['gen-list-members'],
    _text: ['sorrowful', 'History', ...wordCases(resources.map((resource) => texts.ofNarrative(resource)))],
    _content: ['sorrowful', ...wordCases(resources.map((resource) => texts.ofContent(resource)))],
    near: ['48.8566|2.3522|10|km', '48.8566|2.3522|700'],
  };
  const missing = code === '_text' || code === '_content' ? ['true', 'false'].map((value) => [`${code}:missing`, value]) : [];
  const pairs = [...(values[code] ?? []).map((value) => [code, value]), ...missing];
  return pairs.map((pair) => ({ feature: pair[0].includes(':') ? ':missing' : code, type, pairs: [pair] }));
}
