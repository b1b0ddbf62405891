import { writeNumber } from './scalars.js';
import type { ConfigNode } from './tree.js';

const maxLength = 60;

/** A value as a message shows it: as the user wrote it, with its type, e.g. `"1,2" (text)` or `1e-6 (number)`. */
export function describeFound(node: ConfigNode): string {
  if (node.kind === 'scalar' && node.value === null) return 'null';
  return `${shorten(writeFlow(node))} (${typeName(node)})`;
}

/** The type of a value in the words messages use for types. */
export function typeName(node: ConfigNode): string {
  if (node.kind !== 'scalar') return node.kind;
  switch (typeof node.value) {
    case 'string':
      return 'text';
    case 'number':
      return Number.isInteger(node.value) ? 'integer' : 'number';
    case 'boolean':
      return 'boolean';
    default:
      return 'null';
  }
}

/** A value on one line, in YAML's flow style. */
export function writeFlow(node: ConfigNode): string {
  if (node.kind === 'list') return `[${node.items.map(writeFlow).join(', ')}]`;
  if (node.kind === 'map') {
    return `{${[...node.entries].map(([key, { value }]) => `${key}: ${writeFlow(value)}`).join(', ')}}`;
  }
  if (typeof node.value === 'string') return JSON.stringify(node.value);
  return node.text ?? (typeof node.value === 'number' ? writeNumber(node.value) : String(node.value));
}

export function shorten(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

/** A long text without its beginning. */
export function shortenStart(text: string): string {
  return text.length > maxLength ? `…${text.slice(1 - maxLength)}` : text;
}
