// What an attacker asks search for: of each parameter a value that finds the victim's record, found out by somebody who sees it.
const secret = /kxs-/;

// The leaves of a resource that may be guessed, by what parameters take.
function leavesOf(resource) {
  const out = { token: new Set(), string: new Set(), reference: new Set(), uri: new Set() };
  const walk = (node, name) => {
    if (typeof node === 'boolean') return void out.token.add(String(node));
    if (typeof node === 'string') {
      if (secret.test(node) || name === 'div' || name === 'data') return;
      if (name === 'reference') return void out.reference.add(node);
      if (/^(https?|urn):/.test(node)) out.uri.add(node);
      else if (/^[\w.+@/-]+$/.test(node)) out.token.add(node);
      if (!/^\d{4}-/.test(node)) out.string.add(node);
      return;
    }
    if (node === null || typeof node !== 'object') return;
    if (!Array.isArray(node) && typeof node.value === 'string' && node.system) out.token.add(`${node.system}|${node.value}`);
    for (const [key, value] of Object.entries(node)) walk(value, Array.isArray(node) ? name : key);
  };
  walk(resource, '');
  return out;
}

const named = (parameter, person) => {
  switch (parameter) {
    case '_id':
      return [];
    case '_text':
    case '_content':
      return [`kxgword${person}`];
    case '_filter':
    case 'near':
      return null;
    default:
      return undefined;
  }
};

// In the order in which they are tried.
function candidatesFor(parameter, resource, person) {
  const special = named(parameter.name, person);
  if (special === null) return [];
  if (parameter.name === '_id') return [resource.id];
  if (special !== undefined) return special;
  const leaves = leavesOf(resource);
  const own = (values) => [...values].sort((a, b) => b.includes(person) - a.includes(person));
  switch (parameter.type) {
    case 'token':
      return own(leaves.token);
    case 'string':
      return own(leaves.string).flatMap((text) => [text, ...text.split(' ').slice(1)]);
    case 'reference':
      return own(leaves.reference);
    case 'uri':
      return own(leaves.uri);
    case 'date':
      return ['ge1900-01-01'];
    case 'number':
    case 'quantity':
      return ['ge0'];
    case 'composite':
      return [...leaves.token].flatMap((code) => [`${code}$ge0`, `${code}$ge1900-01-01`, ...[...leaves.string].slice(0, 4).map((text) => `${code}$${text}`), ...[...leaves.reference].slice(0, 4).map((to) => `${code}$${to}`)]).slice(0, 60);
    default:
      return [];
  }
}

// For each of the victim's types and each parameter: {name, type, value}; `value` undefined when none of his records has one.
export async function valuesOf(server, token, type, records, person) {
  const escaped = (value) => value.replace(/([\\,])/g, '\\$1');
  const finds = async (name, value) => {
    const ids = records.map(({ resource }) => resource.id).join(',');
    const path = `/${type.type}?_id=${ids}&_summary=count&${name}=${encodeURIComponent(escaped(value))}`;
    const answer = await server.ask(token, { method: 'GET', path });
    return answer.status === 200 && JSON.parse(answer.body).total > 0;
  };
  return Promise.all(
    (type.searchParam ?? []).map(async ({ name, type: kind }) => {
      for (const { resource } of records)
        for (const value of candidatesFor({ name, type: kind }, resource, person)) {
          const asked = kind === 'composite' ? value : escaped(value);
          if (await finds(name, value)) return { name, type: kind, value: asked };
        }
      return { name, type: kind, value: undefined };
    }),
  );
}
