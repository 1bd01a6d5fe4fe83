// What _summary and _elements leave of a resource: https://hl7.org/fhir/R4/search.html#summary.

export class Shapes {
  constructor(definitions) {
    this.definitions = definitions;
    this.types = new Map();
  }

  // Map of top-level element -> {summary, mandatory, modifier, choice}.
  elements(type) {
    if (!this.types.has(type)) {
      const top = this.definitions.snapshot(type).filter(({ path }) => path.split('.').length === 2);
      this.types.set(
        type,
        new Map(
          top.map(({ path, isSummary, isModifier, min }) => {
            const name = path.split('.')[1];
            return [
              name.replace('[x]', ''),
              { summary: isSummary === true, mandatory: min > 0, modifier: isModifier === true, choice: name.endsWith('[x]') },
            ];
          }),
        ),
      );
    }
    return this.types.get(type);
  }

  names(type) {
    return [...this.elements(type).keys()];
  }
  isChoice(type, name) {
    return this.elements(type).get(name)?.choice ?? false;
  }

  definition(type, key) {
    const elements = this.elements(type);
    const name = key.replace(/^_/, '');
    return (
      elements.get(name) ??
      [...elements].find(
        ([base]) => this.elements(type).get(base).choice && name.startsWith(base) && /^[A-Z]/.test(name.slice(base.length)),
      )?.[1]
    );
  }

  // undefined when the answered resource is the raw one with just what may and must be there, else what is wrong.
  fault(raw, answered, keeps) {
    const always = new Set(['resourceType', 'id', 'meta']);
    for (const key of Object.keys(answered)) {
      if (always.has(key)) continue;
      const definition = this.definition(raw.resourceType, key);
      // Without what modifies it, the rest would say something else: it may stay.
      if (!keeps(key, definition) && !definition?.mandatory && !definition?.modifier) return `${key} is there`;
    }
    for (const key of Object.keys(raw)) {
      if (!always.has(key) && keeps(key, this.definition(raw.resourceType, key)) && !(key in answered))
        return `${key} is not there`;
    }
    const tagged = answered.meta?.tag?.some(({ code }) => code === 'SUBSETTED') ?? false;
    return tagged ? undefined : 'it is not tagged SUBSETTED';
  }
}

export const kept = {
  true: (_, definition) => definition?.summary ?? false,
  text: (key, definition) => key === 'text' || (definition?.mandatory ?? false),
  data: (key) => key !== 'text',
  elements: (names, isChoice) => (key) =>
    names.some((name) => key === name || key === `_${name}` || (isChoice(name) && key.startsWith(name))),
};
