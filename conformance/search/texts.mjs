// Words of texts, for _text and _content: which a resource has, and what a query asks of them.
//
// https://hl7.org/fhir/R4/search.html#content, and docs/search.md where R4 leaves it open. The types of elements are told by
// the StructureDefinitions' snapshots.
import { fold } from './strings.mjs';

const unseen = new Set(['a', 'abbr', 'acronym', 'b', 'bdo', 'big', 'cite', 'code', 'del', 'dfn', 'em', 'i', 'ins', 'kbd', 'q', 's', 'samp', 'small', 'span', 'strike', 'strong', 'sub', 'sup', 'tt', 'u', 'var']); // prettier-ignore
const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const shownBy = (xhtml) =>
  xhtml
    .replace(/<!--.*?-->/gs, '')
    .replace(/<\/?\s*([\w:]+)[^>]*>/g, (_, name) => (unseen.has(name) ? '' : ' '))
    .replace(/&#x([\da-f]+);/gi, (_, digits) => String.fromCodePoint(parseInt(digits, 16)))
    .replace(/&#(\d+);/g, (_, digits) => String.fromCodePoint(Number(digits)))
    .replace(/&(\w+);/g, (whole, name) => entities[name] ?? whole);

export const wordsOf = (text) => fold(text).match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

const systemString = 'http://hl7.org/fhirpath/System.String';

export class Texts {
  constructor(definitions) {
    this.definitions = definitions;
    this.elements = new Map();
    this.known = new Map();
  }

  ofNarrative(resource) {
    return new Set(wordsOf(shownBy(resource.text?.div ?? '')));
  }

  ofContent(resource) {
    if (!this.known.has(resource)) this.known.set(resource, new Set(this.textsOf(resource.resourceType, resource).flatMap(wordsOf)));
    return this.known.get(resource);
  }

  // Name in JSON -> [type, path of the elements below it], of the elements right below a path of a type's snapshot.
  children(type, path) {
    const key = `${type} ${path}`;
    if (!this.elements.has(key)) {
      const found = new Map();
      for (const element of this.definitions.snapshot(type)) {
        const name = element.path.slice(path.length + 1);
        if (!element.path.startsWith(`${path}.`) || name.includes('.')) continue;
        const inline = element.contentReference?.slice(1) ?? element.path;
        for (const { code } of element.type ?? [{ code: 'BackboneElement' }]) {
          const called = name.endsWith('[x]') ? name.slice(0, -3) + code[0].toUpperCase() + code.slice(1) : name;
          found.set(called, { code, inline });
        }
      }
      this.elements.set(key, found);
    }
    return this.elements.get(key);
  }

  // Of an object at a path of a type's snapshot.
  textsOf(type, node, path = type) {
    const children = this.children(type, path);
    return Object.entries(node).flatMap(([name, value]) => {
      const { code, inline } = children.get(name.startsWith('_') ? name.slice(1) : name) ?? {};
      return [value].flat().flatMap((item) => this.textsOfItem(type, code, inline, item));
    });
  }

  textsOfItem(type, code, inline, item) {
    if (item === null || code === undefined || code === systemString) return [];
    if (typeof item === 'object') {
      if (item.resourceType) return this.textsOf(item.resourceType, item);
      if (code === 'BackboneElement' || code === 'Element') return this.textsOf(type, item, inline);
      return this.textsOf(/^[a-z]/.test(code) ? 'Element' : code, item); // a primitive's extensions
    }
    if (typeof item !== 'string' || inline === 'Reference.reference') return [];
    if (code === 'xhtml') return [shownBy(item)];
    return code === 'string' || code === 'markdown' ? [item] : [];
  }
}

// (bone or liver) and not metast*: what says of a Set of words whether it is asked for. Of a word whose beginning is asked
// for, any of the set will do.
export function readText(value) {
  const tokens = value.split(/(?<!\\),/).map((part) => fold(part.replace(/\\(.)/g, '$1')).match(/[()]|[^\s()]+/g) ?? []);
  const parts = tokens.map((part) => {
    const at = { part, i: 0 };
    return either(at);
  });
  return (words) => parts.some((part) => part(words));
}

function either(at) {
  const sides = [both(at)];
  while (at.part[at.i] === 'or') {
    ++at.i;
    sides.push(both(at));
  }
  return (words) => sides.some((side) => side(words));
}

function both(at) {
  const sides = [factor(at)];
  while (at.i < at.part.length && at.part[at.i] !== 'or' && at.part[at.i] !== ')') {
    if (at.part[at.i] === 'and') ++at.i;
    sides.push(factor(at));
  }
  return (words) => sides.every((side) => side(words));
}

function factor(at) {
  const token = at.part[at.i++];
  if (token === 'not') {
    const side = factor(at);
    return (words) => !side(words);
  }
  if (token === '(') {
    const side = either(at);
    ++at.i;
    return side;
  }
  const asked = wordsOf(token);
  const begins = token.endsWith('*') ? asked.pop() : undefined;
  return (words) =>
    asked.every((word) => words.has(word)) && (begins === undefined || [...words].some((word) => word.startsWith(begins)));
}
