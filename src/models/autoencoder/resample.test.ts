import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose } from '../../../test/support/compare.js';
import { onEveryEngine } from '../../../test/support/engines.js';
import { valueAndGrads } from '../../autodiff/index.js';
import { RandomStreams } from '../../random/index.js';
import { Downsample, Upsample } from './resample.js';

/** With weights of 1 and a bias of 0, a convolution is the sum of what is below its filter. */
function summing<M extends Downsample | Upsample>(module: M): M {
  module.initialize(new RandomStreams(1));
  for (const [name, parameter] of module.trainableParameters()) {
    parameter.assign(name.endsWith('weight') ? tf.ones([...parameter.shape]) : tf.zeros([...parameter.shape]));
  }
  return module;
}

/** 1, 2, 3 … row by row. */
const counted = (height: number, width: number) =>
  tf.tensor4d(
    Float32Array.from({ length: height * width }, (_, i) => i + 1),
    [1, height, width, 1],
  );

onEveryEngine(
  'Downsample and Upsample of the autoencoders',
  (test) => {
    test('a convolution down sees zeros below and on the right only', () => {
      const module = summing(new Downsample(1, true));
      const x = counted(4, 4);
      const { value, grads } = valueAndGrads(() => tf.sum<tf.Scalar>(module.forward(x)), [x]);
      const y = module.forward(x);
      assert.equal(y.shape, [1, 2, 2, 1]);
      assertClose(y.dataSync(), [54, 45, 72, 54], 1e-6, 'y');
      // The third row and column are below two filters each, none is below three.
      assertClose(grads[0]!.dataSync(), [1, 1, 2, 1, 1, 1, 2, 1, 2, 2, 4, 2, 1, 1, 2, 1], 1e-6, 'gradient');
      tf.dispose([x, y, value, ...grads]);
      module.dispose();
    });

    test('an odd height and width: the last row and column are below a filter, and none of the zeros', () => {
      tf.tidy(() => {
        const y = summing(new Downsample(1, true)).forward(counted(5, 3));
        assert.equal(y.shape, [1, 2, 1, 1]);
        assertClose(y.dataSync(), [45, 99], 1e-6, 'y');
      });
    });

    test('without a convolution: the average down, nearest neighbour up', () => {
      tf.tidy(() => {
        assert.equal([...new Downsample(1, false).forward(counted(3, 4)).dataSync()], [3.5, 5.5]);
        assert.equal([...new Upsample(1, false).forward(counted(1, 2)).dataSync()], [1, 1, 2, 2, 1, 1, 2, 2]);
      });
    });

    test('a convolution up comes after the enlarging', () => {
      tf.tidy(() => {
        const y = summing(new Upsample(1, true)).forward(counted(1, 2));
        assert.equal(y.shape, [1, 2, 4, 1]);
        assertClose(y.dataSync(), [4, 8, 10, 8, 4, 8, 10, 8], 1e-6, 'y');
      });
    });
  },
  ['torch', 'wasm', 'cpu'],
);
