import type { Problem } from '../errors.js';
import { shortenStart } from './found.js';
import { InterpolationSyntaxError, isInterpolated, parseInterpolated } from './interpolation.js';
import { describeOrigin, formatPath, type ConfigNode, type Path } from './tree.js';

/** Every text in a value whose interpolation cannot be parsed, also where a later file or override replaces it. */
export function malformedInterpolations(node: ConfigNode, path: Path = []): Problem[] {
  if (node.kind === 'list') return node.items.flatMap((item, i) => malformedInterpolations(item, [...path, i]));
  if (node.kind === 'map') {
    return [...node.entries].flatMap(([key, { value }]) => malformedInterpolations(value, [...path, key]));
  }
  if (typeof node.value !== 'string' || !isInterpolated(node.value)) return [];
  try {
    parseInterpolated(node.value);
    return [];
  } catch (error) {
    const where = node.origin && describeOrigin(node.origin);
    return [{ where, path: formatPath(path), ...describeSyntaxError(error) }];
  }
}

/** Words what the parser of interpolations found; anything else that was thrown is thrown again. */
export function describeSyntaxError(error: unknown): Omit<Problem, 'where' | 'path'> {
  if (!(error instanceof InterpolationSyntaxError)) throw error;
  const { before, next, expected } = error;
  return {
    problem: 'malformed interpolation',
    found: `${next ? JSON.stringify(next) : 'the end'} after ${shortenStart(before)}`,
    expected,
    remedy: 'write \\${ where the text itself is to hold "${"',
  };
}
