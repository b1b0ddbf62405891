import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { valueAndGrads } from '../../src/autodiff/index.js';
import { LPIPS } from '../../src/losses/lpips.js';
import {
  assertClose,
  fillByHash,
  GRADIENT_TOLERANCE,
  OUTPUT_TOLERANCE,
  published,
  toTensor,
} from '../support/compare.js';
import { onEveryEngine } from '../support/engines.js';
import { readGolden } from '../support/golden.js';

onEveryEngine(
  'LPIPS against the published one',
  (test) => {
    test('the distance and its gradient', () => {
      const golden = readGolden('lpips');
      const lpips = new LPIPS().eval();
      const weights = [...lpips.namedParameters()].filter(([, { isBuffer }]) => !isBuffer).map(([name]) => name);
      assert.equal(weights, JSON.parse(golden.metadata.param_names ?? ''));
      fillByHash(lpips);
      const before = tf.memory().numTensors;
      const input = toTensor(golden.get('in.input')) as tf.Tensor4D;
      const target = toTensor(golden.get('in.target')) as tf.Tensor4D;

      const distance = lpips.forward(input, target);
      assert.equal(distance.shape, [2, 1, 1, 1]);
      assertClose(distance.dataSync(), golden.floats('out.distance'), OUTPUT_TOLERANCE, 'out.distance');

      const { value, grads } = valueAndGrads(() => tf.sum<tf.Scalar>(lpips.forward(input, target)), [target]);
      const [gradient] = grads as [tf.Tensor];
      assertClose(published(gradient), golden.floats('grad.in.target'), GRADIENT_TOLERANCE, 'grad.in.target');

      tf.dispose([input, target, distance, value, gradient]);
      assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
      lpips.dispose();
    });
  },
  ['torch', 'wasm'],
);
