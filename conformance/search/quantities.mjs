// Numbers and quantities: https://hl7.org/fhir/R4/search.html#number and #quantity.
import { UcumLhcUtils } from '@lhncbc/ucum-lhc';

import { decimal, fromNumber, impliedRange } from './decimal.mjs';
import { split, unescape } from './escapes.mjs';
import { memo } from './memo.mjs';
import { maybe, no, truth, yes } from './truth.mjs';

export const ucum = 'http://unitsofmeasure.org';
const prefixed = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/s;
// Whether docs/search.md promises it, or R4's "may" stands.
const canonicalUnits = true;
const utils = UcumLhcUtils.getInstance();

export const readPrefix = memo((text) => {
  const [, prefix, rest] = prefixed.exec(text);
  return { prefix: prefix ?? 'eq', rest };
});
const partsOf = memo((text) => split(text, '|').map(unescape));

// {low, high}: bounds that are reached, undefined where open; `open` when a comparator made it so.
export function numberOf(node) {
  if (typeof node === 'number') return { low: fromNumber(node), high: fromNumber(node) };
  if (node === null || typeof node !== 'object') return undefined;
  if (node.low || node.high) {
    const side = (quantity) => (quantity?.value === undefined ? undefined : decimal(String(quantity.value)));
    return { low: side(node.low), high: side(node.high), ...unitOf(node.low ?? node.high) };
  }
  if (node.origin) return { sampled: true, ...unitOf(node.origin) };
  if (node.value === undefined) return undefined;
  const value = decimal(String(node.value));
  const unit = node.currency ? { system: 'urn:iso:std:iso:4217', code: node.currency } : unitOf(node);
  if (node.comparator?.startsWith('<')) return { high: value, open: true, ...unit };
  if (node.comparator?.startsWith('>')) return { low: value, open: true, ...unit };
  return { low: value, high: value, ...unit };
}

const unitOf = (quantity) => ({ system: quantity?.system, code: quantity?.code, unit: quantity?.unit });

// What a comparison says about all of the target, about none of it, or about a part: R4's table of prefixes decides parts.
function compareRange(prefix, s, t) {
  const below = (a, b) => a === undefined || (b !== undefined && a < b);
  const above = (a, b) => a === undefined || (b !== undefined && a > b);
  const inside = t.low !== undefined && t.high !== undefined && t.low >= s.low && t.high <= s.high;
  switch (prefix) {
    case 'eq':
      return truth(inside);
    case 'ne':
      return truth(!inside);
    case 'gt':
      return truth(above(t.high, s.value));
    case 'lt':
      return truth(below(t.low, s.value));
    case 'ge':
      return truth(above(t.high, s.value) || t.high === s.value);
    case 'le':
      return truth(below(t.low, s.value) || t.low === s.value);
    case 'sa':
      return t.low === s.value ? maybe : truth(t.low !== undefined && t.low > s.value);
    case 'eb':
      return t.high === s.value ? maybe : truth(t.high !== undefined && t.high < s.value);
    default: {
      const slack = (s.value < 0n ? -s.value : s.value) / 10n;
      if (t.high === s.value - slack || t.low === s.value + slack) return maybe;
      return truth((t.high === undefined || t.high > s.value - slack) && (t.low === undefined || t.low < s.value + slack));
    }
  }
}

function comparePoint(prefix, s, v) {
  const slack = (s.value < 0n ? -s.value : s.value) / 10n;
  switch (prefix) {
    case 'eq':
      return truth(v >= s.low && v < s.high);
    case 'ne':
      return truth(v < s.low || v >= s.high);
    case 'gt':
    case 'sa':
      return truth(v > s.value);
    case 'lt':
    case 'eb':
      return truth(v < s.value);
    case 'ge':
      return truth(v >= s.value);
    case 'le':
      return truth(v <= s.value);
    default: {
      if (v === s.value - slack || v === s.value + slack) return maybe;
      return truth(v > s.value - slack && v < s.value + slack);
    }
  }
}

function compareNumber(prefix, s, t) {
  if (t.sampled) return maybe;
  if (t.low !== undefined && t.low === t.high) return comparePoint(prefix, s, t.low);
  const found = compareRange(prefix, s, t);
  // At the end of a Range or of what a comparator opens, R4 does not say whether the bound itself counts.
  const atBound = [s.low, s.value, s.high].some((bound) => bound === t.low || bound === t.high);
  return atBound ? maybe : found;
}

export function matchNumber(number, raw) {
  const { prefix, rest } = readPrefix(raw);
  return compareNumber(prefix, impliedRange(rest), number);
}

// [prefix]number, number|system|code or number||code.
export function matchQuantity(number, raw) {
  const { prefix, rest } = readPrefix(raw);
  const [value, system, code] = partsOf(rest);
  const asked = impliedRange(value);
  if (!system && !code) return compareNumber(prefix, asked, number);
  if (!system) return number.code === code || number.unit === code ? compareNumber(prefix, asked, number) : no;
  if (number.system !== system) return number.system === undefined && number.unit === code ? maybe : no;
  if (!code || number.code === code) return compareNumber(prefix, asked, number);
  return system === ucum ? converted(prefix, asked, number, code) : no;
}

const conversion = memo((from, to) => utils.convertUnitTo(from, 1, to));

// "A value where the units can be converted" counts by what it is, not how it is written.
function converted(prefix, asked, number, code) {
  if (number.code === undefined) return no;
  const factor = conversion(code, number.code);
  if (factor.status !== 'succeeded') return no;
  const scaled = (units) => fromScaled(units, factor.toVal);
  const near = [asked.low, asked.value, asked.high].map(scaled);
  const found = compareNumber(prefix, { low: near[0], value: near[1], high: near[2] }, number);
  const [before, after] = [999999999n, 1000000001n].map((k) =>
    compareNumber(
      prefix,
      { low: (near[0] * k) / 1000000000n, value: (near[1] * k) / 1000000000n, high: (near[2] * k) / 1000000000n },
      number,
    ),
  );
  // Converting is what a server may do; and some are too near a bound for a factor in floating point.
  return canonicalUnits && before === found && after === found
    ? found
    : found === no && before === no && after === no
      ? no
      : maybe;
}

const fromScaled = (units, factor) => (units * fromNumber(factor)) / fromNumber(1);
