import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { valueAndGrads } from '../../src/autodiff/index.js';
import type { Module } from '../../src/nn/index.js';
import {
  assertClose,
  assertParameterGradients,
  GRADIENT_TOLERANCE,
  OUTPUT_TOLERANCE,
  published,
  toTensor,
} from './compare.js';
import { readGolden, type Golden } from './golden.js';

/** A file of test/fixtures/encoders, which its make.py makes. */
export function readEncoderFixture(name: string): Golden {
  return readGolden(`../encoders/${name}`);
}

/** Holds a fixture's output, and its gradients of the sum of `output * in.dy`, against what a module gives. */
export function assertEncodes(
  golden: Golden,
  module: Module,
  forward: () => tf.Tensor,
  { x, publishedName }: { x?: tf.Tensor; publishedName?: (name: string) => string } = {},
): void {
  const before = tf.memory().numTensors;
  const dy = toTensor(golden.get('in.dy'));
  const output = forward();
  assertClose(published(output), golden.floats('out.y'), OUTPUT_TOLERANCE, 'out.y');
  const parameters = module.trainableParameters().map(([, parameter]) => parameter.value);
  const weigh = () => tf.sum<tf.Scalar>(tf.mul(forward(), dy));
  const { value, grads } = valueAndGrads(weigh, [...parameters, ...(x ? [x] : [])]);
  assertParameterGradients(golden, module, grads, publishedName);
  if (x) assertClose(published(grads.at(-1)!), golden.floats('grad.in.x'), GRADIENT_TOLERANCE, 'grad.in.x');
  tf.dispose([dy, output, value, ...grads]);
  assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
}
