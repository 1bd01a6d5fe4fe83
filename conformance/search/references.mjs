// References: https://hl7.org/fhir/R4/search.html#reference.
import { split, unescape } from './escapes.mjs';
import { memo } from './memo.mjs';
import { matchToken } from './tokens.mjs';
import { maybe, no, truth, yes } from './truth.mjs';

const relative = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;
const isAbsolute = (text) => /^[a-z][a-z0-9+.-]*:/i.test(text);

// {type, id} of what stands on this server, {url, version} of a canonical or another server's.
export const targetOf = memo((text, base) => {
  const local = text.startsWith(`${base}/`) ? text.slice(base.length + 1) : text;
  const [, type, id] = relative.exec(local) ?? [];
  if (type) return { type, id };
  if (isAbsolute(text)) {
    const [url, version] = text.split('|');
    return { url, version };
  }
  return {};
});

// What a node gives: a Reference, a canonical or a uri; of a resource within a Bundle itself.
export function referenceOf(node, base) {
  if (typeof node === 'string') return { canonical: true, ...targetOf(node, base) };
  if (node === null || typeof node !== 'object') return {};
  if (node.resourceType) return { type: node.resourceType, id: node.id, inside: true };
  const contained = node.reference?.startsWith('#') ?? false;
  return {
    ...(node.reference && !contained ? targetOf(node.reference, base) : {}),
    contained,
    identifier: node.identifier,
    node,
  };
}

export const isSearchable = (reference) => Boolean(reference.id || reference.url || reference.identifier);

// `typeModifier`: the type of `subject:Patient`.
export function matchReference(reference, raw, base, typeModifier) {
  const text = unescape(raw);
  const asked = targetOf(text, base);
  if (asked.url !== undefined) {
    if (reference.url !== asked.url) return no;
    if (!reference.canonical) return truth(reference.version === asked.version);
    return truth(asked.version === undefined || asked.version === reference.version);
  }
  if (reference.id === undefined || (reference.inside && reference.id === text)) return reference.inside ? maybe : no;
  if (asked.type !== undefined) return truth(reference.type === asked.type && reference.id === asked.id);
  return truth(reference.id === text && (typeModifier === undefined || reference.type === typeModifier));
}

export const matchIdentifier = (reference, raw) =>
  reference.identifier
    ? matchToken({ kind: 'identifier', system: reference.identifier.system, code: reference.identifier.value }, raw)
    : no;

// :below takes the uris that begin with the path, :above those that it begins with; of urns none but itself.
export function matchUri(uri, raw, modifier) {
  const asked = unescape(raw);
  if (uri === asked) return yes;
  if (modifier === 'below') return isUnder(uri, asked);
  if (modifier === 'above') return isUnder(asked, uri);
  return uri.includes('|') && uri.split('|')[0] === asked ? maybe : no;
}

function isUnder(inner, outer) {
  if (!inner.startsWith(outer) || outer.startsWith('urn:')) return no;
  const whole = outer.endsWith('/') || inner[outer.length] === '/';
  return whole ? yes : maybe;
}
