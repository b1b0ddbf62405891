import type { ScalarNode } from './tree.js';

/**
 * A value inside text, as OmegaConf writes it there: `True`, `None`, `1.0`, `1e-05`. Whether a number that is whole is
 * a float shows only in how it was written.
 */
export function pythonText({ value, text }: ScalarNode): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value === null) return 'None';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const isFloat = Number.isInteger(value) ? /^[-+]?[\d_.]*[.e]/i.test(text ?? '') : true;
  return isFloat ? floatText(value) : BigInt(value).toString();
}

/** As Python's `repr`: an exponent below 1e-4 and from 1e16 on, of two digits at least. */
function floatText(value: number): string {
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-4 || size >= 1e16)) return value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
  const text = Object.is(value, -0) ? '-0' : String(value);
  return Number.isInteger(value) ? `${text}.0` : text;
}
