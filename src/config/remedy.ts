import { ConfigError } from '../errors.js';
import { writeFlow } from './found.js';
import { parseYaml } from './parse.js';
import { accepts, type Schema } from './schema.js';
import { toPlain, type ConfigNode } from './tree.js';

/** The value that was probably meant, where another way of writing it is what the schema takes. */
export function suggestValue(node: ConfigNode, schema: Schema): string | undefined {
  const meant = candidates(node).find((candidate) => accepts(schema, toPlain(candidate)));
  return meant && `write ${writeFlow(meant)}`;
}

function candidates(node: ConfigNode): ConfigNode[] {
  if (node.kind !== 'scalar' || node.value === null) return [];
  const inList: ConfigNode = { kind: 'list', items: [node] };
  if (typeof node.value !== 'string') {
    return [inList, { kind: 'scalar', value: node.text ?? String(node.value) }];
  }
  // Read again without the quotes; as a list; and as the Python tuple "(1, 2)".
  const text = node.value.trim();
  const readings = [text, `[${text}]`, `[${text.replace(/^\(|\)$/g, '')}]`];
  return [...readings.flatMap(readUnquoted), inList];
}

function readUnquoted(text: string): ConfigNode[] {
  try {
    return [parseYaml(text, () => ({ source: '' }))];
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}
