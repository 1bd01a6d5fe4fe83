// Whether an answer is in the order that _sort asks for: https://hl7.org/fhir/R4/search.html#sort.
//
// Of several values the one that comes first in the order counts. How text is collated, and where what has no value stands, is
// the server's; two neighbours are out of order only where every reading says so, and what has no value must stand together.
import { fold } from './strings.mjs';

// The readings of a value as something to compare.
const readings = {
  date: ({ low, high }) => [low, high],
  number: ({ low, high }) => (low === high ? [low] : undefined), // R4 does not say where a range stands
  quantity: ({ low, high }) => (low === high ? [low] : undefined),
  string: (text) => [fold(text), text],
  token: ({ system, code, texts }) =>
    code === undefined ? undefined : [code, `${system ?? ''}|${code}`, fold(texts?.[0] ?? code)],
  reference: ({ id, url }) => (id || url ? ['somewhere'] : undefined), // nor what comes first of two references
  uri: (uri) => [uri, fold(uri)],
};

const unclear = Symbol('it may count as having a value or not');

function keysOf(data, type, parameter, descending) {
  const read = readings[parameter.type];
  const better = (best, value) => ((descending ? value > best : value < best) ? value : best);
  return data.values(type, parameter).map(({ nodes, values, perhaps = [] }) => {
    const all = values.map(read).filter(Boolean);
    if (!all.length) return nodes.length || perhaps.length ? unclear : undefined;
    return all[0].map((_, way) => all.map((reading) => reading[way]).reduce(better));
  });
}

// How one key of two neighbours compares: -1 in order, 0 equal, 1 out of order; undefined when it is not clear.
function compare(before, after, descending) {
  if (before === unclear || after === unclear) return undefined;
  if (before === undefined || after === undefined) return before === after ? 0 : undefined;
  const ways = after.map((value, way) =>
    value === before[way] ? 0 : (descending ? value > before[way] : value < before[way]) ? 1 : -1,
  );
  return ways.every((way) => way === ways[0]) ? ways[0] : undefined;
}

// undefined when the ids are in order, else what is wrong. `keys`: [{parameter, descending}], the most significant first.
export function outOfOrder(data, type, ids, keys) {
  const columns = keys.map(({ parameter, descending }) => ({ descending, values: keysOf(data, type, parameter, descending) }));
  const rows = ids.map((id) => columns.map(({ values }) => values[data.find(type, id).index]));
  const clear = rows.map(([first]) => first).filter((key) => key !== unclear);
  const blocks = clear.filter((key, i) => i === 0 || (key === undefined) !== (clear[i - 1] === undefined)).length;
  if (blocks > 2) return 'what has no value does not stand together';
  for (let i = 1; i < rows.length; ++i) {
    const compared = columns.map(({ descending }, column) => compare(rows[i - 1][column], rows[i][column], descending));
    if (compared.find((order) => order !== 0) === 1) return `${ids[i]} stands behind ${ids[i - 1]}`;
  }
  return undefined;
}
