import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../errors.js';
import { trainerParams } from '../train/trainer.params.js';
import { loadAddon } from './addon/index.js';
import { selectEngine } from './index.js';
import { precisionNamed, precisionProblem, torchPrecisionNote, type Precision } from './precision.js';
import { runSuites, torchSuite } from './testing.js';

const names = suite('precisions');

const read: [written: string | number, precision: Precision][] = [
  [32, '32'],
  ['32', '32'],
  ['32-true', '32'],
  ['bf16-mixed', 'bf16-mixed'],
  ['bf16', 'bf16-mixed'],
];
for (const [written, precision] of read) {
  names(`${JSON.stringify(written)} is ${precision}`, () => {
    assert.is(precisionNamed(written), precision);
    assert.is(precisionProblem(written), undefined);
  });
}

names('the trainer takes what is read here, and nothing else', () => {
  assert.equal(
    trainerParams.properties.precision.enum,
    read.map(([written]) => written),
  );
});

for (const [written, message] of [
  [16, /float16 is not supported: a CPU has no fast arithmetic[^]*underflow[^]*found: +16\n[^]*to fix: +bf16-mixed/],
  ['16-mixed', /float16 is not supported/],
  ['fp16', /float16 is not supported/],
  ['bf16-true', /bfloat16 alone is not supported[^]*float32[^]*expected: +32 or bf16-mixed/],
  [64, /float64 is not supported[^]*expected: +32 or bf16-mixed/],
  ['64-true', /float64 is not supported/],
  ['bf16mixed', /--precision: unknown precision[^]*expected: +32 or bf16-mixed[^]*did you mean: bf16-mixed/],
  ['constructor', /--precision: unknown precision/],
  ['', /--precision: unknown precision/],
] as [string | number, RegExp][]) {
  names(`${JSON.stringify(written)} is refused with the reason`, () => {
    assert.throws(
      () => precisionNamed(written),
      (error: unknown) => error instanceof UserError && message.test(error.message),
    );
  });
}

names('on a processor without bfloat16: slow with a note, or refused; on a GPU neither', () => {
  assert.is(torchPrecisionNote('bf16-mixed', 'cpu', 'native'), undefined);
  assert.match(torchPrecisionNote('bf16-mixed', 'cpu', 'emulated') ?? '', /saves memory, but is not faster than 32/);
  assert.throws(() => torchPrecisionNote('bf16-mixed', 'cpu', 'none'), /AVX-512[^]*to fix: +--precision 32/);
  assert.is(torchPrecisionNote('bf16-mixed', 'cuda:0', 'none'), undefined);
  for (const support of ['native', 'emulated', 'none'] as const) {
    assert.is(torchPrecisionNote('32', 'cpu', support), undefined);
  }
});

names('the other engines compute in float32 only', async () => {
  for (const engine of ['cpu', 'wasm', 'tensorflow'] as const) {
    const error: unknown = await selectEngine(engine, { precision: 'bf16-mixed' }).catch((caught: unknown) => caught);
    assert.instance(error, UserError);
    const { message } = error as UserError;
    assert.match(message, new RegExp(`precision bf16-mixed: the engine ${engine} computes in float32 only`));
    assert.match(message, /--engine torch, or --precision 32/);
  }
});

names.run();

const test = await torchSuite('precision of the torch engine');
const isFast = loadsBfloat16();

function loadsBfloat16(): boolean {
  try {
    return loadAddon().bfloat16() !== 'none';
  } catch {
    return false;
  }
}

test('is what the engine was started with, and float32 where nothing is said', async () => {
  if (!isFast) return;
  // 1 + 2^-10 is 1 in bfloat16.
  const product = (): number =>
    tf.tidy(() => tf.matMul(tf.tensor2d([[1 + 2 ** -10]]), tf.tensor2d([[1]])).dataSync()[0] ?? NaN);
  for (const engine of ['torch', 'auto'] as const) {
    const mixed = await selectEngine(engine, { precision: 'bf16-mixed' });
    assert.is(mixed.name, 'torch');
    assert.is(mixed.precision, 'bf16-mixed');
    assert.is(product(), 1);
    const exact = await selectEngine(engine);
    assert.is(exact.precision, '32');
    assert.is(product(), 1 + 2 ** -10);
  }
});

test('a refused device leaves the precision as it was', async () => {
  if (!isFast || loadAddon().cuda().devices > 0) return;
  await selectEngine('torch', { precision: 'bf16-mixed', device: 'cuda' }).catch(() => undefined);
  const y = tf.matMul(tf.tensor2d([[1 + 2 ** -10]]), tf.tensor2d([[1]]));
  assert.is(y.dataSync()[0], 1 + 2 ** -10);
  y.dispose();
});

runSuites();
