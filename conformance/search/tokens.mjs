// Tokens: https://hl7.org/fhir/R4/search.html#token. What a node gives, and how system|code is matched.
import { split, unescape } from './escapes.mjs';
import { memo } from './memo.mjs';
import { fold } from './strings.mjs';
import { any, maybe, no, truth, yes } from './truth.mjs';

const partsOf = memo((raw) => split(raw, '|').map(unescape));
const contactSystems = new Set(['phone', 'fax', 'email', 'pager', 'url', 'sms', 'other']);

// {kind, system, code, texts, types}: kind is coding, identifier, contact, plain (an element without a system of its own).
export function tokensOf(node) {
  if (typeof node === 'boolean' || typeof node === 'number') return [{ kind: 'plain', code: String(node) }];
  if (typeof node === 'string') return [{ kind: 'plain', code: node }];
  if (node === null || typeof node !== 'object' || typeof node.value === 'number') return [];
  if ('value' in node || node.type || node.assigner || node.period || node.use) {
    if (contactSystems.has(node.system)) return 'value' in node ? [{ kind: 'contact', code: node.value }] : [];
    const texts = [node.type?.text].filter(Boolean);
    return [{ kind: 'identifier', system: node.system, code: node.value, texts, types: node.type?.coding ?? [] }];
  }
  if (node.coding || node.text !== undefined) {
    const codings = (node.coding ?? []).map((coding) => codingToken(coding));
    return node.text === undefined ? codings : [...codings, { kind: 'coding', texts: [node.text] }];
  }
  return 'code' in node || 'system' in node || 'display' in node ? [codingToken(node)] : [];
}

const codingToken = ({ system, code, display }) => ({ kind: 'coding', system, code, texts: [display].filter(Boolean) });

// R4 leaves the case of codes to the server.
function sameCode(token, code) {
  if (token.code === undefined) return no;
  if (token.code === code) return yes;
  if (token.code.length !== code.length) return no;
  return token.code.toLowerCase() === code.toLowerCase() ? maybe : no;
}

function sameSystem(token, system) {
  // The system that a code's binding implies may be asked for; of a ContactPoint no system is to be.
  if (token.kind === 'plain' || token.kind === 'contact') return maybe;
  return truth((token.system ?? '') === system);
}

// `raw`: code, system|code, |code or system|, with its escapes.
export function matchToken(token, raw) {
  const parts = partsOf(raw);
  if (parts.length === 1) return sameCode(token, parts[0]);
  const [system, code] = [parts[0], parts.slice(1).join('|')];
  if (code === '') return sameSystem(token, system);
  return Math.min(sameSystem(token, system), sameCode(token, code));
}

// "Processed as a string that searches text": its beginning surely, a part of it perhaps.
export function matchText(token, raw) {
  const wanted = fold(unescape(raw));
  return any(token.texts ?? [], (text) => {
    const folded = fold(text);
    return folded.startsWith(wanted) ? yes : folded.includes(wanted) ? maybe : no;
  });
}

// system|code|value of an Identifier's type and value.
export function matchOfType(token, raw) {
  const [system, code, value] = partsOf(raw);
  if (token.kind !== 'identifier' || token.code === undefined) return no;
  const typed = token.types.some((type) => (type.system ?? '') === system && type.code === code);
  return Math.min(truth(typed), sameCode(token, value));
}
