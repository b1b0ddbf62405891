import * as tf from '@tensorflow/tfjs-core';
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadAddon } from './addon/index.js';
import { fallbackCalls } from './cpu-fallback.js';
import { selectEngine } from './index.js';

/** What the tests of this folder share: running the same program on the torch engine and on tfjs's CPU backend. */

export function isTorchBuilt(): boolean {
  try {
    loadAddon();
    return true;
  } catch {
    return false;
  }
}

/** A suite whose tests need the torch engine: without the addon each of them is reported as skipped. */
export async function torchSuite(name: string): Promise<(title: string, run: () => void | Promise<void>) => void> {
  const test: Test = suite(isTorchBuilt() ? name : `${name} (SKIPPED: the native engine is not built, npm run setup)`);
  const ready = isTorchBuilt();
  if (ready) await selectEngine('torch');
  pending.push(() => {
    test.run();
  });
  return ready
    ? (title, run) => {
        test(title, async () => {
          await tf.setBackend('torch');
          await run();
        });
      }
    : (title, run) => {
        test.skip(title, run);
      };
}

const pending: (() => void)[] = [];

/** Runs the suites made since the last call. */
export function runSuites(): void {
  for (const run of pending.splice(0)) run();
}

/** Repeatable numbers between -2 and 2, none of them round. */
export function values(size: number, seed = 1): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => 2 * Math.sin((i + 1) * 12.9898 * seed + seed));
}

/** A float32 tensor of repeatable numbers. */
export function numbers(shape: number[], seed = 1): tf.Tensor {
  return tf.tensor(values(tf.util.sizeFromShape(shape), seed), shape, 'float32');
}

interface Outcome {
  readonly shape: number[];
  readonly dtype: tf.DataType;
  readonly values: readonly (number | string)[];
}

type Program = () => tf.Tensor | tf.Tensor[];

async function outcomes(backend: string, program: Program): Promise<Outcome[]> {
  await tf.setBackend(backend);
  return tf.tidy(() => {
    const result = program();
    return (Array.isArray(result) ? result : [result]).map((tensor) => ({
      shape: tensor.shape,
      dtype: tensor.dtype,
      values: Array.from(tensor.dataSync<tf.DataType>() as ArrayLike<number | string>),
    }));
  });
}

export interface Tolerance {
  /** Of each value, relative to it and to 1, whichever is larger. */
  readonly tolerance?: number;
}

function assertClose(found: Outcome, expected: Outcome, tolerance: number): void {
  assert.equal(found.shape, expected.shape, 'shape');
  assert.is(found.dtype, expected.dtype, 'dtype');
  assert.is(found.values.length, expected.values.length, 'number of values');
  expected.values.forEach((want, i) => {
    const got = found.values[i];
    if (typeof want === 'string' || typeof got !== 'number') {
      assert.is(got, want);
    } else if (!(
      Object.is(got, want) ||
      got === want ||
      Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want))
    )) {
      assert.unreachable(`value ${i} of ${expected.values.length}: found ${got}, expected ${want}`);
    }
  });
}

/** Asserts that an engine gives what tfjs's CPU backend gives: shapes, dtypes, values; and that it leaks nothing. */
export async function assertSameAsCpu(
  program: Program,
  { tolerance = 1e-5, engine = 'torch' }: Tolerance & { engine?: string } = {},
): Promise<void> {
  const expected = await outcomes('cpu', program);
  await tf.setBackend(engine);
  const before = { tensors: tf.memory().numTensors, native: isTorchBuilt() ? loadAddon().memory().tensors : 0 };
  const found = await outcomes(engine, program);
  const after = { tensors: tf.memory().numTensors, native: isTorchBuilt() ? loadAddon().memory().tensors : 0 };
  assert.is(found.length, expected.length, 'number of outputs');
  found.forEach((outcome, i) => {
    assertClose(outcome, expected[i] as Outcome, tolerance);
  });
  assert.equal(after, before, 'tensors leaked');
}

/** As assertSameAsCpu, and that no kernel fell back on the CPU backend. */
export async function assertNativeSameAsCpu(program: Program, options: Tolerance = {}): Promise<void> {
  const before = new Map(fallbackCalls());
  await assertSameAsCpu(program, options);
  const fell = [...fallbackCalls()].filter(([name, count]) => before.get(name) !== count).map(([name]) => name);
  assert.equal(fell, [], 'kernels that fell back');
}
