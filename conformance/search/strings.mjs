// Strings without case, accents and needless white space: https://hl7.org/fhir/R4/search.html#string.
import { memo } from './memo.mjs';

// Marks that spell a word (vowel signs of Indic scripts, for one) are no accents and stay.
const accents = /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}]\p{M}*)\p{M}/gu;
const strokes = { ø: 'o', đ: 'd', ħ: 'h', ı: 'i', ł: 'l', ŧ: 't' };

export const fold = memo((text) =>
  text
    .normalize('NFKD')
    .replace(accents, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[øđħıłŧ]/g, (letter) => strokes[letter])
    .replace(/\s+/gu, ' ')
    .trim(),
);

// The strings that a node gives: of a HumanName or Address any part, of a concept its text or display.
export function stringsOf(node) {
  if (typeof node === 'string') return [node];
  if (node === null || typeof node !== 'object') return [];
  const parts = [
    'text',
    'family',
    'given',
    'prefix',
    'suffix',
    'line',
    'city',
    'district',
    'state',
    'postalCode',
    'country',
    'display',
  ];
  const own = parts.flatMap((part) => node[part] ?? []).filter((part) => typeof part === 'string');
  return [...own, ...(node.coding ?? []).flatMap((coding) => coding.display ?? [])];
}
