// Exact decimals: a value is BigInt units of 10^-60, so that bounds of implied ranges are never rounded.
import { memo } from './memo.mjs';

const scale = 60;

// undefined for what is no decimal.
export function decimal(text) {
  const parts = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(String(text).trim());
  if (!parts) return undefined;
  const fraction = parts[3] ?? '';
  const zeros = scale - fraction.length + Number(parts[4] ?? 0);
  if (zeros < 0 || zeros > 200) return undefined;
  const units = BigInt(parts[2] + fraction) * 10n ** BigInt(zeros);
  return parts[1] === '-' ? -units : units;
}

export const fromNumber = (number) => decimal(Number(number).toPrecision(15));

// Half a unit of the last digit to both sides: https://hl7.org/fhir/R4/search.html#number. "1e2" counts two digits: 95 to 105.
export const impliedRange = memo((text) => {
  const value = decimal(text);
  if (value === undefined) return undefined;
  const [, mantissa, exponent] = /^[+-]?([\d.]+)(?:[eE]([+-]?\d+))?$/.exec(text.trim());
  const places = (mantissa.split('.')[1] ?? '').length + (exponent !== undefined && mantissa.length === 1 ? 1 : 0);
  const half = 5n * 10n ** BigInt(scale - 1 - places + Number(exponent ?? 0));
  return { value, low: value - half, high: value + half };
});

export const toText = (units) => {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`.replace(/\.?0+$/, '');
};
