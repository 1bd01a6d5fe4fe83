// One criterion of a search: parameter, modifier and values, against what the resources give.
import { compare, dateRange } from './dates.mjs';
import { split, unescape } from './escapes.mjs';
import { matchNumber, matchQuantity, readPrefix } from './quantities.mjs';
import { isSearchable, matchIdentifier, matchReference, matchUri } from './references.mjs';
import { fold } from './strings.mjs';
import { matchOfType, matchText, matchToken } from './tokens.mjs';
import { all, any, maybe, no, not, truth, yes } from './truth.mjs';

function matchString(value, raw, modifier) {
  const asked = unescape(raw);
  if (modifier === 'exact') return truth(value === asked);
  if (modifier === 'contains') return truth(fold(value).includes(fold(asked)));
  return truth(fold(value).startsWith(fold(asked)));
}

// How far `ap` reaches is the server's: the overlap surely, a tenth of the way to now (which R4 recommends) at most.
function matchDate(range, raw) {
  const { prefix, rest } = readPrefix(raw);
  const asked = dateRange(unescape(rest));
  if (asked === undefined) throw new Error(`${raw} is no date`);
  if (prefix !== 'ap') return truth(compare[prefix](asked, range));
  if (range.low < asked.high && range.high > asked.low) return yes;
  const slack = Math.max(Math.abs(Date.now() - asked.low), asked.high - asked.low) / 10;
  return range.low < asked.high + slack && range.high > asked.low - slack ? maybe : no;
}

// How one value of a resource meets one value of the criterion.
function matcher(parameterType, modifier, context) {
  switch (parameterType) {
    case 'string':
      return (value, raw) => matchString(value, raw, modifier);
    case 'date':
      return matchDate;
    case 'number':
      return matchNumber;
    case 'quantity':
      return matchQuantity;
    case 'uri':
      return (value, raw) => matchUri(value, raw, modifier);
    case 'reference':
      return referenceMatcher(modifier, context);
    case 'token':
      return tokenMatcher(modifier, context);
    default:
      throw new Error(`${parameterType} is not matched by value`);
  }
}

function referenceMatcher(modifier, { base, hierarchy }) {
  if (modifier === 'identifier') return matchIdentifier;
  if (modifier === 'above' || modifier === 'below') return (value, raw) => hierarchy.reference(value, raw, modifier);
  return (value, raw) => matchReference(value, raw, base, modifier);
}

function tokenMatcher(modifier, { terminology }) {
  switch (modifier) {
    case 'text':
      return matchText;
    case 'of-type':
      return matchOfType;
    case 'in':
    case 'not-in':
      return (value, raw) => terminology.contains(unescape(raw), value);
    case 'above':
    case 'below':
      return (value, raw) => terminology.subsumes(value, raw, modifier);
    default:
      return matchToken;
  }
}

const reversed = new Set(['not', 'not-in']);

// The truth for each resource of the type, in their order.
export function evaluateCriterion(data, type, parameter, modifier, text, context) {
  if (modifier === 'missing') return missing(data, type, parameter, text === 'true');
  const alternatives = split(text, ',');
  if (parameter.type === 'composite') return composite(data, type, parameter, alternatives, context);
  const match = matcher(parameter.type, modifier, context);
  return data.values(type, parameter).map(({ values, perhaps = [] }) => {
    const found = any(alternatives, (raw) => any(values, (value) => match(value, raw)));
    if (found !== yes && any(alternatives, (raw) => any(perhaps, (value) => match(value, raw)))) return maybe;
    return reversed.has(modifier) ? not(found) : found;
  });
}

// An element that is there, yet without anything to be found by, may count as either.
function missing(data, type, parameter, asked) {
  if (parameter.type === 'composite')
    return data.composites(type, parameter).map((foci) => {
      const there = foci.some((components) => components.every(({ values }) => values.length));
      return truth(there !== asked);
    });
  return data.values(type, parameter).map(({ nodes, values, perhaps = [] }) => {
    const found = parameter.type === 'reference' ? values.some(isSearchable) : values.length > 0;
    if (!found && (nodes.length || perhaps.length)) return maybe;
    return truth(found !== asked);
  });
}

// All components hold on one and the same node.
function composite(data, type, parameter, alternatives, context) {
  const asked = alternatives.map((raw) => split(raw, '$'));
  return data.composites(type, parameter).map((foci) =>
    any(asked, (parts) =>
      any(foci, (components) =>
        all(
          components.map((component, i) => [component, parts[i]]),
          ([{ type: of, values }, raw]) => {
            const match = matcher(of, undefined, context);
            return any(values, (value) => match(value, raw));
          },
        ),
      ),
    ),
  );
}
