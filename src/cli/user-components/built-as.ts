import { UserError } from '../../errors.js';
import { Module } from '../../nn/index.js';
import { LightningModule } from '../../train/lightning-module.js';

/** What slots count on of the kinds that have a contract of their own. */
const contracts: Readonly<Record<string, { readonly holds: (built: unknown) => boolean; readonly expected: string }>> =
  {
    network: {
      holds: (built) => built instanceof Module && 'forward' in built && 'numClasses' in built,
      expected: 'a Module with `forward` and `numClasses`, 0 where it takes no labels',
    },
    model: { holds: (built) => built instanceof LightningModule, expected: 'a LightningModule' },
    dataset: {
      holds: (built) => isObject(built) && 'length' in built && 'batch' in built,
      expected: 'a Dataset, with `length` and `batch`',
    },
    optimizer: {
      holds: (built) => typeof built === 'function',
      expected: 'a function that makes an Optimizer of the named parameters',
    },
    'lr-schedule': { holds: (built) => typeof built === 'function', expected: 'a function of the global step' },
  };

/**
 * That a component of the user's own made what its kind promises.
 * @throws UserError naming the component where it did not
 */
export function requireKind(kind: string, built: unknown, where: string): void {
  const { holds = isMade, expected = 'an object or a function' } = contracts[kind] ?? {};
  if (holds(built)) return;
  throw new UserError({
    where,
    problem: `"create" made no ${kind}`,
    found: describeBuilt(built),
    expected: `${expected}, made at once`,
  });
}

function isObject(built: unknown): built is object {
  return typeof built === 'object' && built !== null;
}

function isMade(built: unknown): boolean {
  return typeof built === 'function' || (isObject(built) && !(built instanceof Promise));
}

function describeBuilt(built: unknown): string {
  if (built === undefined || built === null) return 'nothing';
  return isObject(built) ? `an instance of ${built.constructor.name}` : typeof built;
}
