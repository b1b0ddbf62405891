import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { valueAndGrads } from '../autodiff/index.js';
import { runSuites, torchSuite } from '../engine/testing.js';
import { Linear } from '../nn/index.js';
import { AdamW } from '../optim/index.js';
import { RandomStreams } from '../random/index.js';
import { clipGradients } from './clip-gradients.js';
import { LightningModule, type ImageGrid, type OptimizerConfig, type TensorBatch } from './lightning-module.js';
import { Optimization, type OptimizationOptions } from './optimization.js';

const test = await torchSuite('gradients of several batches');

class Regression extends LightningModule {
  readonly #line = this.child('line', new Linear(3, 2));

  override trainingStep({ x }: TensorBatch): tf.Scalar {
    return tf.mean<tf.Scalar>(tf.square(tf.tanh(this.#line.forward(x as tf.Tensor))));
  }

  override validationStep(): void {
    return;
  }

  override configureOptimizers(): readonly OptimizerConfig[] {
    return [{ optimizer: new AdamW(this.trainableParameters()), learningRate: () => 0.1 }];
  }

  override logImages(): Promise<Record<string, ImageGrid>> {
    return Promise.resolve({});
  }
}

/** Weights after the batches; the last of each group takes a step. */
function train(batches: readonly tf.Tensor[], options: OptimizationOptions): Float32Array[] {
  const module = new Regression();
  module.initialize(new RandomStreams(5));
  const optimization = new Optimization(module, options);
  batches.forEach((x, i) => {
    const isLast = (i + 1) % options.accumulate === 0 || i === batches.length - 1;
    optimization.take({ x }, i, { step: Math.floor(i / options.accumulate), isLast });
  });
  const weights = [...module.stateDict().values()].map(({ data }) => Float32Array.from(data as Float32Array));
  optimization.dispose();
  module.dispose();
  return weights;
}

function closeTo(actual: readonly Float32Array[], expected: readonly Float32Array[]): void {
  actual.forEach((values, i) => {
    values.forEach((value, j) => {
      const wanted = expected[i]?.[j] ?? NaN;
      assert.ok(Math.abs(value - wanted) < 1e-6 * Math.max(1, Math.abs(wanted)), `${value} for ${wanted}`);
    });
  });
}

/** The names of the kernels that run, in order. */
function kernelsOf(action: () => void): string[] {
  const engine = tf.engine();
  const runKernel = engine.runKernel.bind(engine);
  const names: string[] = [];
  engine.runKernel = (name, ...call) => {
    names.push(name);
    return runKernel(name, ...call);
  };
  try {
    action();
  } finally {
    engine.runKernel = runKernel;
  }
  return names;
}

const rows = (count: number): tf.Tensor2D =>
  tf.tensor2d(
    Float32Array.from({ length: count * 3 }, (_, i) => Math.sin(i)),
    [count, 3],
  );

test('four batches of two are one of eight', () => {
  const whole = rows(8);
  const parts = tf.split(whole, 4);
  const before = tf.memory().numTensors;
  const accumulated = train(parts, { accumulate: 4, checksFinite: false });
  assert.is(tf.memory().numTensors, before);
  closeTo(accumulated, train([whole], { accumulate: 1, checksFinite: false }));
  tf.dispose([whole, ...parts]);
});

test('a batch costs one forward, one backward and the step: no operation more', () => {
  const module = new Regression();
  module.initialize(new RandomStreams(5));
  const optimization = new Optimization(module, { accumulate: 1, checksFinite: false });
  const x = rows(2);
  const optimizer = new AdamW(module.trainableParameters());
  const weights = optimizer.parameters.map(([, parameter]) => parameter.value);
  const apart = kernelsOf(() => {
    const { value, grads } = valueAndGrads(() => module.trainingStep({ x }), weights);
    optimizer.step(grads, 0.1);
    tf.dispose([value, ...grads]);
  });
  const together = kernelsOf(() => {
    optimization.take({ x }, 0, { step: 0, isLast: true });
  });
  assert.ok(apart.includes('AdamInPlace'));
  assert.equal(together, apart);
  optimizer.dispose();
  optimization.dispose();
  module.dispose();
  x.dispose();
});

test('memory does not grow with the batches of a step', () => {
  const module = new Regression();
  module.initialize(new RandomStreams(5));
  const optimization = new Optimization(module, { accumulate: 100, checksFinite: false });
  const x = rows(2);
  const counts = Array.from({ length: 99 }, (_, i) => {
    optimization.take({ x }, i, { step: 0, isLast: false });
    return tf.memory().numTensors;
  });
  assert.equal([...new Set(counts)], [counts[0]]);
  optimization.dispose();
  module.dispose();
  x.dispose();
});

test('clipping by norm is that of clip_grad_norm_: PyTorch 1.13 gives these values', () => {
  const gradients = [tf.tensor1d([3, 4]), tf.tensor2d([[12, -84]])];
  const values = (bound: number, algorithm: 'norm' | 'value') => {
    const clipped = clipGradients(gradients, { value: bound, algorithm });
    const found = clipped.map((tensor) => [...tensor.dataSync()]);
    tf.dispose(clipped);
    return found;
  };
  const near = (found: number[][], expected: number[][]) => {
    closeTo(
      found.map((one) => Float32Array.from(one)),
      expected.map((one) => Float32Array.from(one)),
    );
  };
  const before = tf.memory().numTensors;
  near(values(17, 'norm'), [
    [0.6, 0.8],
    [2.4, -16.8],
  ]);
  near(values(100, 'norm'), [
    [3, 4],
    [12, -84],
  ]);
  near(values(3.5, 'value'), [
    [3, 3.5],
    [3.5, -3.5],
  ]);
  assert.is(tf.memory().numTensors, before);
  tf.dispose(gradients);
});

test('the sum is clipped, not each of its parts', () => {
  const parts = [rows(2), rows(2)];
  const clip = { value: 1e-3, algorithm: 'norm' } as const;
  const [part] = parts;
  closeTo(
    train(parts, { accumulate: 2, clip, checksFinite: false }),
    train([part!], { accumulate: 1, clip, checksFinite: false }),
  );
  tf.dispose(parts);
});

test('detect_anomaly names what is not finite, and leaves nothing behind', () => {
  const module = new Regression();
  module.initialize(new RandomStreams(5));
  const optimization = new Optimization(module, { accumulate: 1, checksFinite: true });
  const x = tf.tensor2d([[NaN, 0, 0]]);
  const before = tf.memory().numTensors;
  assert.throws(() => {
    optimization.take({ x }, 0, { step: 6, isLast: true });
  }, 'step 7: the loss is not finite (NaN in 1 values): detect_anomaly stops here');
  optimization.dispose();
  assert.is(tf.memory().numTensors, before - 4, 'the moments of two parameters');
  module.dispose();
  x.dispose();
});

runSuites();
