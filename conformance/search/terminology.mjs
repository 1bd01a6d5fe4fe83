// Codes in value sets and below one another, from the resources alone: those that are stored, and R4's own expansions.
import { split, unescape } from './escapes.mjs';
import { any, maybe, no, truth, yes } from './truth.mjs';
import { matchToken } from './tokens.mjs';

export class Terminology {
  constructor(data, definitions) {
    this.data = data;
    this.definitions = definitions;
    this.sets = new Map();
  }

  // Map of code -> its parents' codes, of a stored code system.
  hierarchy(system) {
    const stored = this.data.resources('CodeSystem').find((resource) => resource.url === system);
    const parents = new Map();
    const walk = (concepts, parent) => {
      for (const { code, concept = [] } of concepts) {
        parents.set(code, parent);
        walk(concept, code);
      }
    };
    walk(stored?.concept ?? [], undefined);
    return parents;
  }

  isBelow(system, code, ancestor) {
    const parents = this.hierarchy(system);
    for (let at = code; at !== undefined; at = parents.get(at)) if (at === ancestor) return true;
    return false;
  }

  // token:below=system|code: the code itself and what it subsumes.
  subsumes(token, raw, modifier) {
    if (matchToken(token, raw) === yes) return yes;
    const parts = split(raw, '|').map(unescape);
    if (parts.length < 2 || token.system !== parts[0] || token.code === undefined) return no;
    return truth(
      modifier === 'below' ? this.isBelow(parts[0], token.code, parts[1]) : this.isBelow(parts[0], parts[1], token.code),
    );
  }

  // Whether the value set of this URL has the token; of a code without system only the code can be looked at.
  contains(url, token) {
    if (token.code === undefined) return no;
    const members = this.members(url);
    if (token.kind === 'coding' && token.system) return truth(members.has(`${token.system}|${token.code}`));
    const known = any([...members], (member) => truth(member.slice(member.indexOf('|') + 1) === token.code));
    return token.kind === 'plain' ? known : Math.min(known, maybe);
  }

  members(url) {
    if (!this.sets.has(url)) this.sets.set(url, this.expand(url));
    return this.sets.get(url);
  }

  expand(url) {
    const stored = this.data.resources('ValueSet').find((resource) => resource.url === url);
    if (stored) return new Set(stored.compose.include.flatMap((include) => this.included(include)));
    this.official ??= new Map(
      this.definitions.read('Bundle-valueset-expansions.json').entry.map(({ resource }) => [resource.url, resource]),
    );
    const flat = (contains) => contains.flatMap((item) => [`${item.system}|${item.code}`, ...flat(item.contains ?? [])]);
    return new Set(flat(this.official.get(url)?.expansion?.contains ?? []));
  }

  included({ system, concept, filter }) {
    if (concept) return concept.map(({ code }) => `${system}|${code}`);
    const codes = [...this.hierarchy(system).keys()];
    return codes
      .filter((code) => (filter ?? []).every(({ value }) => this.isBelow(system, code, value)))
      .map((code) => `${system}|${code}`);
  }
}
