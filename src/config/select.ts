import { nearestNames, type Problem } from '../errors.js';
import { describeFound, shorten } from './found.js';
import type { Location } from './location.js';
import { isMandatory } from './mandatory.js';
import { formatPath } from './tree.js';

/** A path that leads to no value. */
export interface Lost {
  /** The step that leads on no further. */
  readonly step: string;
  /** Where it was looked for; undefined where that is above the top. */
  readonly container?: Location;
  /** The same step beside the value that refers to it, where that would have been found. */
  readonly sibling?: string;
  /** Whether a value is there that must still be given, which is reported where it stands. */
  readonly isMandatory?: boolean;
  /** Whether it is wrong whatever the config holds, so that no default can stand in for it. */
  readonly isMistake?: boolean;
}

/**
 * Follows a path from the top of the config, or with leading dots from the map or list around `from`, one dot for that
 * and one for each further level up. `target` follows what is itself a reference.
 */
export function select(path: string, from: Location, target: (location: Location) => Location): Location | Lost {
  const [, dots = '', rest = ''] = /^(\.*)([^]*)$/.exec(path) ?? [];
  let at: Location | undefined = dots ? from.parent : from.root;
  for (let level = 1; level < dots.length; level++) at = at?.parent;
  if (!at) return { step: dots, isMistake: true };
  for (const step of splitSteps(rest)) {
    const container = target(at);
    const child = container.child(step);
    if (!child) {
      const isMistake = container.node.kind === 'list' && !/^-?\d+$/.test(step);
      const sibling = !dots && at === from.root && from.parent?.child(step) ? `.${step}` : undefined;
      return { step, container, sibling, isMistake };
    }
    if (isMandatory(child.node) && !child.isFinal) return { step, container, isMandatory: true };
    at = child;
  }
  return target(at);
}

/** Words where a reference led to nothing. */
export function describeLost(
  text: string,
  { step, container, sibling }: Lost,
  withNearest: boolean,
): Omit<Problem, 'where' | 'path'> {
  const problem = `${text} refers to nothing`;
  if (!container) return { problem, found: `${step.length} dots, which is above the top of the config` };
  const { node } = container;
  const name = formatPath(container.path) || 'the config';
  if (node.kind === 'scalar') {
    return { problem, found: `${name} is ${describeFound(node)}`, expected: `a map or list with "${shorten(step)}"` };
  }
  if (node.kind === 'list') {
    const { length } = node.items;
    return {
      problem,
      found: `${name} is a list of ${length} ${length === 1 ? 'item' : 'items'}`,
      expected: length === 0 ? 'no index' : length === 1 ? '0' : `an index from 0 to ${length - 1}`,
    };
  }
  const names = withNearest ? nearestNames(step, node.entries.keys()) : [];
  const nearest = names.map((key) => formatPath([...container.path, key]));
  return {
    problem,
    found: `${name} has no "${shorten(step)}"`,
    nearest: sibling === undefined ? nearest : [sibling, ...nearest].slice(0, 3),
  };
}

/** `a.b`, `a[b]` and `[a].b` alike. */
function splitSteps(path: string): string[] {
  return [...path.matchAll(/(?:^|\.)([^.[]+)|\[([^\]]*)\]/g)].map(([, plain, bracketed]) => plain ?? bracketed ?? '');
}
