import { UserError } from '../../errors.js';
import type { Sampleable } from '../../samplers/index.js';
import type { Settings } from './settings.js';

const DEFAULT_COUNT = 16;
/** With classes: so many of each, one class per row. */
const DEFAULT_PER_CLASS = 8;
/** Of each file of a condition. */
const DEFAULT_PER_CONDITION = 4;

/** What the images are to show. */
export interface Subjects {
  readonly count: number;
  /** The class of each, empty where the model has none. */
  readonly labels: readonly number[];
  /** The text of each, empty where the model takes none. */
  readonly texts: readonly string[];
  /** The number of the condition of each, empty where none are given. */
  readonly conditions: readonly number[];
  /** Images in a row of the grid; a square grid where absent. */
  readonly columns?: number;
}

/**
 * The classes or texts of the images: one if asked for, else as many of each class; or the conditions that are given, each
 * for a row. An interpolation has a row for each.
 *
 * @param conditions how many are given; undefined where none are
 * @throws UserError where the model has no such class, takes no texts, or takes nothing else
 */
export function subjectsOf(settings: Settings, model: Sampleable, conditions: number | undefined): Subjects {
  const { count, label, prompt, interpolate } = settings;
  const { numClasses, takesTexts = false } = model;
  if (conditions !== undefined) return underConditions(settings, conditions);
  if (label !== undefined && label >= numClasses) {
    const expected = numClasses > 0 ? `0 to ${numClasses - 1}` : 'no class: the model has none';
    throw new UserError({ where: '--class', problem: 'there is no such class', found: String(label), expected });
  }
  if (prompt !== undefined && !takesTexts) {
    throw new UserError({ where: '--prompt', problem: 'the model takes no texts', remedy: 'leave it out' });
  }
  if (takesTexts && prompt === undefined) {
    throw new UserError({ where: '--prompt', problem: 'the model draws what a text says', expected: '--prompt TEXT' });
  }
  const perRow = interpolate ?? 1;
  const rows = count ?? defaultCount(settings, numClasses);
  const repeated = <T>(of: (row: number) => T): T[] =>
    Array.from({ length: rows * perRow }, (_, i) => of(Math.floor(i / perRow)));
  const perClass = interpolate === undefined ? DEFAULT_PER_CLASS : 1;
  const classOf = (row: number): number => label ?? Math.floor(row / perClass) % numClasses;
  const inClassRows = numClasses > 0 && label === undefined;
  const columns = interpolate ?? (inClassRows ? DEFAULT_PER_CLASS : undefined);
  return {
    count: rows * perRow,
    labels: numClasses > 0 ? repeated(classOf) : [],
    texts: prompt === undefined ? [] : repeated(() => prompt),
    conditions: [],
    ...(columns !== undefined && { columns }),
  };
}

/** Of each file so many as are asked for; of each example of a data set one, for `-n` has said how many examples. */
function underConditions({ count, conditionFrom, interpolate }: Settings, conditions: number): Subjects {
  const rows = conditionFrom === undefined ? (count ?? (interpolate === undefined ? DEFAULT_PER_CONDITION : 1)) : 1;
  const each = rows * (interpolate ?? 1);
  return {
    ...{ count: conditions * each, labels: [], texts: [] },
    conditions: Array.from({ length: conditions * each }, (_, i) => Math.floor(i / each)),
    ...(each > 1 && { columns: interpolate ?? each }),
  };
}

function defaultCount({ interpolate, label }: Settings, numClasses: number): number {
  const isByClass = numClasses > 0 && label === undefined;
  if (interpolate !== undefined) return isByClass ? numClasses : 4;
  return isByClass ? numClasses * DEFAULT_PER_CLASS : DEFAULT_COUNT;
}
