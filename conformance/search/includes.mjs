// Which resources an answer includes beside its matches: https://hl7.org/fhir/R4/search.html#revinclude.

// Type:parameter[:target], or *.
function readRule(name, value) {
  const [kind, iterate] = name.slice(1).split(':');
  const [source, code, target] = value.split(':');
  return { reverse: kind === 'revinclude', iterate: iterate !== undefined, source, code: code ?? '*', target };
}

export class Includes {
  constructor(data) {
    this.data = data;
    this.cache = new Map();
  }

  // The parameters of a rule for one type; `*` is every reference of it.
  parameters(type, code) {
    const { definitions } = this.data;
    if (code !== '*') return [definitions.find(type, code)].filter(Boolean);
    return definitions.ofType(type).filter((parameter) => parameter.type === 'reference' && parameter.expression);
  }

  // The keys of what a resource refers to by the rule's parameters.
  referred(type, index, code) {
    return this.parameters(type, code)
      .flatMap((parameter) => this.data.values(type, parameter)[index].values)
      .filter((reference) => reference.id && !reference.canonical && !reference.inside)
      .map((reference) => `${reference.type}/${reference.id}`);
  }

  // Of all resources of a type, by what they refer to: key -> keys of those that refer to it.
  referring(type, code) {
    const cached = this.cache.get(`${type} ${code}`);
    if (cached) return cached;
    const found = new Map();
    this.cache.set(`${type} ${code}`, found);
    this.data.resources(type).forEach((resource, index) => {
      for (const key of this.referred(type, index, code)) found.set(key, [...(found.get(key) ?? []), `${type}/${resource.id}`]);
    });
    return found;
  }

  step(keys, rules) {
    const found = new Set();
    for (const { reverse, source, code, target } of rules) {
      if (reverse) {
        for (const type of source === '*' ? this.data.types : [source]) {
          const referring = this.referring(type, code);
          for (const key of keys)
            if (!target || key.startsWith(`${target}/`)) for (const from of referring.get(key) ?? []) found.add(from);
        }
        continue;
      }
      for (const key of keys) {
        const [type, id] = key.split('/');
        if (source !== '*' && source !== type) continue;
        for (const to of this.referred(type, this.data.find(type, id).index, code))
          if ((!target || to.startsWith(`${target}/`)) && this.data.byKey.has(to)) found.add(to);
      }
    }
    return found;
  }

  // Keys of what is included for these matches. `pairs` are the query's.
  of(matches, pairs) {
    const rules = pairs.filter(([name]) => /^_(rev)?include/.test(name)).map(([name, value]) => readRule(name, value));
    const included = new Set();
    let fresh = this.step(matches, rules);
    const again = rules.filter((rule) => rule.iterate);
    while (fresh.size) {
      const next = [...fresh].filter((key) => !included.has(key) && !matches.includes(key));
      next.forEach((key) => included.add(key));
      fresh = next.length ? this.step(next, again) : new Set();
    }
    return included;
  }
}
