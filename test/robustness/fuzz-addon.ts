/**
 * Calls every function of the addon with wrong, extreme and random arguments, `fuzz-addon.ts SEED CALLS [NAME …]`. A
 * process of its own: a call that ends it is what is looked for. The last line of the journal, LDM_FUZZ_JOURNAL, then is
 * that call; anything thrown that is not the addon's own error is printed.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { ADDON_ERROR_CODE, loadAddon } from '../../src/engine/addon/index.js';
import { choicesFrom } from '../support/random.js';

const [seed = '1', calls = '100', ...names] = process.argv.slice(2);
const addon = loadAddon();
const functions = addon as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>;

const { random, below, pick } = choicesFrom(Number(seed));

const INTEGERS = [0, 0, 1, 1, 1, 2, 2, 3, 4, 5, 8, -1, -2, 7, 16, 100, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 50];
const EXTREMES = [-(2 ** 31), -(2 ** 53) + 1, 2 ** 53 - 1, 2 ** 61, 2 ** 62];
const NUMBERS = [0, -0, 1, 0.5, -1, 2, 1e-45, 1e300, -1e300, NaN, Infinity, -Infinity, 0.999, 2 ** 31];
const TEXTS = [
  'float32',
  'int32',
  'bool',
  'linear',
  'relu',
  'silu',
  'elu',
  'prelu',
  'gelu',
  'cpu',
  'cuda:7',
  '',
  'x\0y',
];
const WRONG = [
  undefined,
  null,
  NaN,
  Infinity,
  -1,
  1.5,
  1e300,
  'x',
  '',
  {},
  [],
  [[]],
  [null],
  () => 1,
  10n,
  Symbol('s'),
];
const SHAPES: readonly number[][] = [
  ...[[], [0], [1], [4], [8], [2, 3], [3, 2], [4, 4], [0, 4], [5, 1], [2, 4, 4], [3, 0, 2], [2 ** 40, 0], [4, 8]],
  ...[
    [2, 5, 6, 4],
    [1, 1, 1, 1],
    [1, 4, 4, 4],
    [3, 3, 4, 8],
    [1, 1, 4, 4],
    [3, 3, 4, 1],
    [2, 3, 4, 8],
    [0, 4, 4, 4],
  ],
  ...[
    [1, 1, 1, 1, 1],
    [2, 1, 2, 1, 2],
    [16, 64],
    [1, 2 ** 45, 1, 0],
    [2, 2],
  ],
];
const DTYPES = ['float32', 'float32', 'float32', 'int32', 'bool'] as const;

/** What a function's arguments are, found by asking: its errors say how many it takes and what each must be. */
function signature(name: string): string[] {
  const message = (args: readonly unknown[]): string => {
    try {
      functions[name]?.(...args);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  const arity = Number(/expected (\d+) arguments/.exec(message(Array.from({ length: 40 }, () => ({}))))?.[1] ?? 0);
  const kinds = Array.from({ length: arity }, () => 'anything');
  const x = addon.fill([2, 2], 1, 'float32');
  const fitting: Record<string, unknown> = {
    ...{ 'the number of a tensor': x, 'an array of tensor numbers': [x], 'an array of integers': [1, 1] },
    'an array of byte arrays': [new Uint8Array(4)],
    ...{ 'a number': 1, 'an integer': 1, 'a boolean': true, 'a string': 'float32' },
  };
  const args: unknown[] = kinds.map(() => ({}));
  for (let i = 0; i < arity; i++) {
    const [, position, kind = ''] = /argument (\d+) must be (.+?), found/.exec(message(args)) ?? [];
    if (position === undefined || !(kind in fitting)) break;
    kinds[Number(position) - 1] = kind;
    args[Number(position) - 1] = fitting[kind];
  }
  addon.dispose(x);
  return kinds;
}

let pool: { id: number; shape: readonly number[] }[] = [];

function refill(): void {
  restore();
  for (const { id } of pool) {
    try {
      addon.dispose(id);
    } catch {
      continue;
    }
  }
  pool = SHAPES.flatMap((shape) =>
    [pick(DTYPES), 'float32' as const].map((dtype) => ({ id: addon.fill(shape, below(5) - 1, dtype), shape })),
  );
  // Indices beyond every axis, and the integer that has no opposite.
  for (const values of [
    [-(2 ** 31), 2 ** 31 - 1, -1, 99],
    [0, 1, 2, 3],
  ]) {
    const id = addon.write(Int32Array.from(values), [1, 4], 'int32');
    pool.push({ id, shape: [1, 4] }, { id: addon.view(id, [4]), shape: [4] });
  }
}

/** Settings that a call may have changed. */
function restore(): void {
  addon.setThreads(2);
  addon.setMemoryLimit(MEMORY);
  addon.setTf32(false);
  addon.setLoops(random() < 0.8);
}

function argument(kind: string): unknown {
  if (random() < 0.04) return pick(WRONG);
  const integer = (): number => pick(random() < 0.9 ? INTEGERS.slice(0, 14) : [...INTEGERS, ...EXTREMES]);
  const tensor = (): number => (random() < 0.02 ? 2 ** 40 : pick(pool).id);
  switch (kind) {
    case 'the number of a tensor':
      return tensor();
    case 'an array of tensor numbers': {
      const same = tensor();
      const varied = random() < 0.5;
      return Array.from({ length: below(7) }, () => (varied ? tensor() : same));
    }
    case 'an array of byte arrays':
      return Array.from({ length: below(4) }, () =>
        random() < 0.05 ? pick(WRONG) : new Uint8Array(pick([0, 1, 4, 8])),
      );
    case 'an array of integers': {
      if (random() < 0.3) return pick(pool).shape;
      const length = random() < 0.5 ? 2 : below(9);
      return random() < 0.01 ? new Array(2 ** 32 - 1) : Array.from({ length }, integer);
    }
    case 'a number':
      return pick(NUMBERS);
    case 'an integer':
      return integer();
    case 'a boolean':
      return random() < 0.5;
    case 'a string':
      return pick(TEXTS);
    default:
      return pick([
        ...WRONG,
        ...TEXTS,
        new Float32Array(4),
        new Int32Array(4),
        new Uint8Array(4),
        [2, 2],
        [4],
        integer(),
      ]);
  }
}

const shown = (args: readonly unknown[]): string =>
  args
    .map((value) => {
      const tensor = pool.find(({ id }) => id === value);
      if (tensor) return `#[${tensor.shape.join()}]`;
      if (Array.isArray(value)) return `[${value.length > 40 ? '…' : shown(value)}]`;
      return inspect(value, { depth: 0, maxArrayLength: 4 });
    })
    .join(', ');

const MEMORY = 2 ** 26;
const journal = openSync(process.env.LDM_FUZZ_JOURNAL ?? '/dev/null', 'w');
let unexpected = 0;
let returned = 0;
for (const name of names.length > 0 ? names : Object.keys(functions)) {
  refill();
  const kinds = signature(name);
  // Changing settings is slow, and there is little to get wrong.
  const count = name.startsWith('set') ? Math.min(Number(calls), 12) : Number(calls);
  for (let call = 0; call < count; call++) {
    if (call % 40 === 0) refill();
    const extra = random() < 0.03 ? below(3) - 1 : 0;
    const args = [...kinds, ...(extra > 0 ? ['anything'] : [])].map(argument).slice(0, extra < 0 ? -1 : undefined);
    writeSync(journal, `${name}(${shown(args)})\n`);
    try {
      const result = functions[name]?.(...args);
      returned++;
      // Tensors made here would fill memory; a view keeps its tensor's.
      for (const id of Array.isArray(result) ? result : [result]) {
        if (typeof id === 'number' && Number.isInteger(id) && name !== 'threads') dropIfTensor(id);
      }
    } catch (error) {
      if (error instanceof Error && (error as NodeJS.ErrnoException).code === ADDON_ERROR_CODE) continue;
      unexpected++;
      console.log(`${name}(${shown(args)}) threw ${String(error)}`);
    }
    if (name.startsWith('set')) restore();
  }
}
closeSync(journal);

function dropIfTensor(id: number): void {
  if (pool.some((tensor) => tensor.id === id)) return;
  try {
    addon.dispose(id);
  } catch {
    return;
  }
}

restore();
const check = addon.read(addon.add(addon.fill([3], 1, 'float32'), addon.fill([3], 2, 'float32')));
console.log(`${returned} calls returned, ${unexpected} threw something else; 1 + 2 = ${check.join(' ')}`);
