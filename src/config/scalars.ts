import type { ScalarTag } from 'yaml';

/**
 * How plain (unquoted) scalars are read: YAML 1.2, widened by what users of PyYAML and OmegaConf mean.
 *
 * - Booleans as in YAML 1.1: `true`, `yes`, `on` and their opposites, in lower, Title or UPPER case.
 * - Floats as OmegaConf's loader has them: `1e-6`, `1.e-6`, `.5` and `1_000.5` are numbers (to PyYAML alone, `1e-6`
 *   is text).
 * - Integers may be hexadecimal, octal (`0o17`), binary, and grouped by `_`. Unlike YAML 1.1, `010` is ten, not eight,
 *   and `1:30` is text, not ninety.
 * - Dates stay text, as in OmegaConf.
 */
const nullTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:null',
  default: true,
  test: /^(?:~|null|Null|NULL)?$/,
  resolve: () => null,
  identify: (value) => value === null,
  stringify: () => 'null',
};

const booleanTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:true|True|TRUE|yes|Yes|YES|on|On|ON|false|False|FALSE|no|No|NO|off|Off|OFF)$/,
  resolve: (text) => /^(?:t|y|on)/i.test(text),
  identify: (value) => typeof value === 'boolean',
  stringify: ({ value }) => String(value),
};

const integerTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?(?:[0-9][0-9_]*|0x[0-9a-fA-F][0-9a-fA-F_]*|0o[0-7][0-7_]*|0b[01][01_]*)$/,
  resolve(text) {
    const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
    return text.startsWith('-') ? -Number(digits) : Number(digits);
  },
  identify: Number.isInteger,
  stringify: ({ value }) => writeNumber(Number(value)),
};

const floatTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?)$/,
  resolve: (text) => Number(text.replaceAll('_', '')),
  identify: Number.isFinite,
  stringify: ({ value }) => writeNumber(Number(value)),
};

const notFinite: Readonly<Record<string, number>> = { '.inf': Infinity, '+.inf': Infinity, '-.inf': -Infinity };

const notFiniteTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  resolve: (text) => notFinite[text.toLowerCase()] ?? NaN,
  identify: (value) => typeof value === 'number',
  stringify: ({ value }) => writeNumber(Number(value)),
};

/** The tags that replace YAML 1.2's own; tested in this order. */
export const scalarTags: readonly ScalarTag[] = [nullTag, booleanTag, integerTag, floatTag, notFiniteTag];

/** The value that this text, written without quotes, is read as. */
export function readPlain(text: string): unknown {
  const tag = scalarTags.find(({ test }) => test?.test(text));
  return tag?.resolve ? tag.resolve(text, () => undefined, {}) : text;
}

/** Whether this text, written without quotes, would be read as something other than text. */
export function readsAsOtherThanText(text: string): boolean {
  return scalarTags.some(({ test }) => test?.test(text));
}

/** A number as YAML, as PyYAML writes it: `1.0e-06`; without the point it would read text. */
export function writeNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf';
  if (Object.is(value, -0)) return '-0.0';
  const text = Math.abs(value) < 1e-4 && value !== 0 ? value.toExponential() : String(value);
  return text.replace(/^(-?\d+)e/, '$1.0e').replace(/e([-+])(\d)$/, 'e$10$2');
}
