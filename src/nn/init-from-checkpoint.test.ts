import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { selectEngine } from '../engine/index.js';
import { UserError } from '../errors.js';
import type { HostTensor } from '../io/host-tensor.js';
import { writePyTorch } from '../io/pytorch/write-pytorch.js';
import { RandomStreams } from '../random/index.js';
import { describeInit, initFromCheckpoint, initFromCheckpoints, Linear, Module, type InitialWeights } from './index.js';

const test = suite('weights to begin with');
const folder = temporaryFolder();
const path = join(folder, 'model.ckpt');

test.before(async () => {
  await selectEngine('cpu');
});

class Inner extends Module {
  readonly linear = this.child('linear', new Linear(2, 1));
}

class Outer extends Module {
  readonly model = this.child('model', new Inner());
  readonly scale = this.parameter('scale', { shape: [], init: () => tf.scalar(4), trainable: false });

  constructor(readonly weights?: (outer: Outer) => InitialWeights) {
    super();
  }

  override initialWeights(): InitialWeights | undefined {
    return this.weights?.(this);
  }
}

const floats = (shape: readonly number[], ...values: number[]): HostTensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from(values),
});
const state = new Map([
  ['model.linear.weight', floats([1, 2], 1, 2)],
  ['model.linear.bias', floats([1], 3)],
  ['scale', floats([], 9)],
  ['first_stage.conv', floats([1], 5)],
]);
writePyTorch(path, state, { global_step: 1, epoch: 0 });

const valuesOf = (module: Module) =>
  Object.fromEntries([...module.namedParameters()].map(([name, { value }]) => [name, [...value.dataSync()]]));

test('what agrees by name is loaded, the rest is reported: counts, then names', () => {
  const outer = new Outer();
  const report = initFromCheckpoint(outer, { path, ignoreKeys: ['model.linear.b'] });
  assert.equal(report, {
    path,
    loaded: 2,
    ignored: 1,
    missing: ['model.linear.bias'],
    unexpected: ['first_stage.conv'],
  });
  assert.is(
    describeInit(report),
    `${path}: 2 weights loaded (1 ignored)\n  1 missing: model.linear.bias\n  1 unexpected: first_stage.conv`,
  );
  outer.initialize(new RandomStreams(1));
  const { 'model.linear.weight': weight, scale } = valuesOf(outer);
  assert.equal([weight, scale], [[1, 2], [9]]);
  outer.dispose();
});

test('an ignored key drops all names that begin with it; buffers that are computed keep their value', () => {
  const outer = new Outer(() => ({ path, ignoreKeys: ['first_stage'], computed: ['scale'] }));
  const [report] = initFromCheckpoints(outer);
  assert.equal(report, { path, loaded: 2, ignored: 1, missing: [], unexpected: [] });
  outer.initialize(new RandomStreams(1));
  assert.equal(valuesOf(outer).scale, [4]);
  outer.dispose();
});

test('a part alone: from a file of the whole by its prefix, from a file of its own as it is', () => {
  const own = join(folder, 'part.pt');
  writePyTorch(own, new Map([['linear.weight', floats([1, 2], 7, 8)]]));
  for (const [file, weight, missing] of [
    [path, [1, 2], []],
    [own, [7, 8], ['linear.bias']],
  ] as const) {
    const outer = new Outer(({ model }) => ({ path: file, into: model, prefix: 'model.' }));
    const [report] = initFromCheckpoints(outer);
    assert.equal([report?.missing, report?.unexpected], [missing, []]);
    assert.equal([...outer.model.linear.weight.value.dataSync()], weight);
    outer.dispose();
  }
});

test('shapes that differ are an error with both, and nothing is loaded', () => {
  const before = tf.memory().numTensors;
  const wrong = join(folder, 'wrong.ckpt');
  writePyTorch(wrong, new Map([...state, ['model.linear.weight', floats([2, 2], 1, 2, 3, 4)]]));
  assert.throws(
    () => initFromCheckpoint(new Outer(), { path: wrong }),
    (error: unknown) =>
      error instanceof UserError &&
      error.message ===
        `${wrong}: model.linear.weight has the wrong shape\n  found:        [2, 2]\n  expected:     [1, 2]`,
  );
  assert.is(tf.memory().numTensors, before);
});

test('a file that has not one name in common, and one that is not there', () => {
  const other = join(folder, 'other.pt');
  writePyTorch(other, new Map([['conv.weight', floats([1], 1)]]));
  assert.throws(
    () => initFromCheckpoint(new Outer(), { path: other }),
    /other\.pt: has no weight that goes by a name of this model\n {2}found: +conv\.weight\n {2}expected: +scale, model\.l/,
  );
  assert.throws(
    () => initFromCheckpoint(new Outer(), { path: join(folder, 'modle.ckpt') }),
    /there is no such file or folder\n {2}did you mean: .*model\.ckpt/,
  );
});

test('loading leaves no tensor but the weights', () => {
  const before = tf.memory().numTensors;
  const outer = new Outer();
  initFromCheckpoint(outer, { path });
  assert.is(tf.memory().numTensors, before + 3);
  outer.dispose();
  assert.is(tf.memory().numTensors, before);
});

test.run();
