// Dates as ranges of time: https://hl7.org/fhir/R4/search.html#date. Units: milliseconds since 1970; `high` is exclusive.
// What says no time zone is taken as UTC, as docs/search.md has it.
import { memo } from './memo.mjs';

const pattern = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

// undefined for what is no date.
export const dateRange = memo((text) => {
  const [matched, year, month, day, hour, minute, second, fraction, zone] = pattern.exec(text) ?? [];
  if (matched === undefined) return undefined;
  const at = (y, mo = 1, d = 1, h = 0, mi = 0, s = 0) => {
    const date = new Date(0);
    date.setUTCFullYear(y, mo - 1, d);
    return date.setUTCHours(h, mi, s, 0);
  };
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map((part) =>
    part === undefined ? undefined : Number(part),
  );
  if (mo === undefined) return { low: at(y), high: at(y + 1) };
  if (d === undefined) return { low: at(y, mo), high: at(y, mo + 1) };
  if (h === undefined) return { low: at(y, mo, d), high: at(y, mo, d + 1) };
  const offset =
    !zone || zone === 'Z' ? 0 : (zone[0] === '-' ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4))) * 60000;
  const low = at(y, mo, d, h, mi, s ?? 0) - offset + (fraction ? Math.floor(Number(fraction) * 1e6) / 1e3 : 0);
  const unit = s === undefined ? 60000 : fraction ? 1000 / 10 ** Math.min(fraction.length - 1, 6) : 1000;
  return { low, high: low + unit };
});

// A Period without start begins before any time, one without end is not over yet.
export const periodRange = ({ start, end }) =>
  start === undefined && end === undefined
    ? undefined
    : { low: start === undefined ? -Infinity : dateRange(start).low, high: end === undefined ? Infinity : dateRange(end).high };

// "Only the outer limits matter": the first and last of its events, and its bounds.
export function timingRange(timing) {
  const events = (timing.event ?? []).map(dateRange);
  const bounds = timing.repeat?.boundsPeriod && periodRange(timing.repeat.boundsPeriod);
  const all = bounds ? [...events, bounds] : events;
  if (!all.length) return undefined;
  return { low: Math.min(...all.map((range) => range.low)), high: Math.max(...all.map((range) => range.high)) };
}

export const rangeOf = (node) => {
  if (typeof node === 'string') return dateRange(node);
  if (node === null || typeof node !== 'object') return undefined;
  return node.event || node.repeat || node.code ? timingRange(node) : periodRange(node);
};

const contains = (outer, inner) => outer.low <= inner.low && inner.high <= outer.high;

// The prefixes, each as the table "Prefixes" words it: s is the search value's range, t the target's.
export const compare = {
  eq: (s, t) => contains(s, t),
  ne: (s, t) => !contains(s, t),
  gt: (s, t) => t.high > s.high,
  lt: (s, t) => t.low < s.low,
  ge: (s, t) => t.high > s.high || contains(s, t),
  le: (s, t) => t.low < s.low || contains(s, t),
  sa: (s, t) => t.low >= s.high,
  eb: (s, t) => t.high <= s.low,
};
