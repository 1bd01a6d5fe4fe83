// SearchParameters and CompartmentDefinitions -> the lines P, K, B and M of the facts file.
import { oneLine } from './package.mjs';

// Splits at the `|` that stand outside parentheses and quotes.
export function splitUnion(expression) {
  const parts = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let i = 0; i < expression.length; ++i) {
    const c = expression[i];
    if (c === "'") quoted = !quoted;
    if (quoted) continue;
    if (c === '(') ++depth;
    if (c === ')') --depth;
    if (c === '|' && depth === 0) {
      parts.push(expression.slice(start, i).trim());
      start = i + 1;
    }
  }
  parts.push(expression.slice(start).trim());
  return parts;
}

// The parts of a union that concern `base`; all of them where none names a type.
function narrow(expression, base) {
  const parts = splitUnion(oneLine(expression));
  const typeOf = (part) => /^\(*([A-Z]\w*)/.exec(part)?.[1];
  const concerning = parts.filter((part) => [base, 'Resource', 'DomainResource'].includes(typeOf(part)));
  if (concerning.length) return concerning.join(' | ');
  if (parts.every((part) => typeOf(part) === undefined)) return parts.join(' | ');
  throw new Error(`${expression} has nothing for ${base}`);
}

// A component's expression, corrected where the overlay says so.
function expressionOf(parameter, component, corrections, used) {
  const expression = oneLine(component.expression);
  const correction = corrections[`${parameter.id} ${component.definition.split('/').pop()}`];
  if (!correction) return expression;
  if (correction.was !== expression) throw new Error(`overlay: ${parameter.id} has ${expression}`);
  used.add(correction);
  return correction.expression;
}

export function searchLines(parameters, corrections) {
  const lines = [];
  const used = new Set();
  for (const parameter of [...parameters].sort((a, b) => (a.url < b.url ? -1 : 1))) {
    lines.push(['P', parameter.url, parameter.code, parameter.type, (parameter.target ?? []).join(',')].join('\t'));
    for (const component of parameter.component ?? [])
      lines.push(['K', component.definition, expressionOf(parameter, component, corrections, used)].join('\t'));
    for (const base of parameter.base)
      lines.push(['B', base, parameter.expression ? narrow(parameter.expression, base) : ''].join('\t'));
  }
  for (const [key, correction] of Object.entries(corrections))
    if (!used.has(correction)) throw new Error(`overlay: ${key} corrects nothing`);
  return lines;
}

// `{def}` (the resource is the compartment itself) is no parameter and is left out.
export function compartmentLines(compartments) {
  const lines = [];
  for (const compartment of [...compartments].sort((a, b) => (a.code < b.code ? -1 : 1)))
    for (const resource of compartment.resource) {
      const parameters = (resource.param ?? []).filter((parameter) => parameter !== '{def}');
      if (parameters.length) lines.push(['M', compartment.code, resource.code, ...parameters].join('\t'));
    }
  return lines;
}
