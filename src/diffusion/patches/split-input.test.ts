import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import {
  assertClose,
  GRADIENT_TOLERANCE,
  OUTPUT_TOLERANCE,
  published,
  toTensor,
} from '../../../test/support/compare.js';
import { onEveryEngine } from '../../../test/support/engines.js';
import { hashFill, readGolden } from '../../../test/support/golden.js';
import { valueAndGrads } from '../../autodiff/index.js';
import { deltaBorder, getWeighting, meshgrid } from './border-weights.js';
import { getFoldUnfold } from './fold-unfold.js';
import { SplitInput } from './split-input.js';
import type { SplitInputParamsInput } from './split-input.params.js';

const reference = readGolden('split_input', 'patches');
const params = reference.params as SplitInputParamsInput;

interface Case {
  readonly name: 'same' | 'plain' | 'enlarged' | 'reduced';
  readonly given: SplitInputParamsInput;
  readonly factors: { uf?: number; df?: number };
  readonly width: number;
}

/** Made by PyTorch: a convolution of each patch, as it is, enlarged or reduced. */
const cases: readonly Case[] = [
  { name: 'same', given: {}, factors: {}, width: 15 },
  { name: 'plain', given: { tie_braker: false }, factors: {}, width: 15 },
  { name: 'enlarged', given: {}, factors: { uf: 2 }, width: 15 },
  { name: 'reduced', given: { stride: [4, 2] }, factors: { df: 2 }, width: 14 },
];

onEveryEngine('patches', (test, engine) => {
  test('positions, and their distance to the border', () => {
    assert.equal(meshgrid(2, 2), [[0, 0], [0, 1], [1, 0], [1, 1]]); // prettier-ignore
    assert.equal(deltaBorder(3, 5), [0, 0, 0, 0, 0, 0, 0.25, 0.5, 0.25, 0, 0, 0, 0, 0, 0]);
    assert.equal(deltaBorder(1, 3), [0, 0, 0], 'a side of one pixel is a border');
    const weights = { clip_min_weight: 0.1, clip_max_weight: 0.4, clip_min_tie_weight: 0.2, clip_max_tie_weight: 0.3 };
    const weighting = (isTied: boolean) => getWeighting([3, 3], [1, 2], { ...weights, tie_braker: isTied });
    const pixels = [0.1, 0.1, 0.1, 0.1, 0.4, 0.1, 0.1, 0.1, 0.1];
    assert.equal(weighting(false), { pixels, ties: [1, 1] });
    assert.equal(weighting(true), { pixels, ties: [0.2, 0.2] });
  });

  for (const { name, given, factors, width } of cases) {
    test(`cut, weighed and put together as PyTorch does: ${name}`, () => {
      const splitInput = new SplitInput({ ...params, ...given });
      const kernel = toTensor(reference.get('in.kernel'));
      const filter = tf.transpose(kernel, [1, 2, 3, 0]) as tf.Tensor4D;
      const x = toTensor(reference.get('in.x')) as tf.Tensor4D;
      const before = tf.memory().numTensors;
      const weights = hashFill(`weights.${name}`, reference.get(`${name}.y`).shape);
      const f = (patch: tf.Tensor4D): tf.Tensor4D => {
        const made = tf.conv2d(patch, filter, 1, 'same');
        if (name === 'enlarged') return doubled(made);
        return name === 'reduced' ? tf.avgPool(made, 2, 2, 'valid') : made;
      };
      let y: Float32Array | undefined;
      const { value, grads } = valueAndGrads(() => {
        const made = splitInput.apply(tf.slice(x, [0, 0, 0, 0], [-1, -1, width, -1]), f, factors);
        y = published(made);
        const against = toTensor({ dtype: 'F32', shape: reference.get(`${name}.y`).shape, data: weights });
        return tf.sum(tf.mul(made, against));
      }, [x]);
      assertClose(y!, reference.floats(`${name}.y`), OUTPUT_TOLERANCE, 'y');
      assertClose(published(grads[0]!), reference.floats(`${name}.grad.x`), GRADIENT_TOLERANCE, 'grad.x');
      const { ks, stride, ...rest } = splitInput.params;
      const cut = { ks: ks as [number, number], stride: stride as [number, number], ...factors };
      const { weighting } = getFoldUnfold([16, width], cut, rest);
      assertClose(weighting.flat(), reference.floats(`${name}.weighting`), 1e-6, 'weighting');
      tf.dispose([value, ...grads]);
      assert.is(tf.memory().numTensors, before);
      tf.dispose([kernel, filter, x]);
    });
  }

  if (engine !== 'torch') return;

  test('a patch and a stride are no larger than the image; a condition is cut with it', () => {
    const splitInput = new SplitInput({ ks: [4, 8], stride: [2, 8] });
    const x = tf.ones<tf.Rank.R4>([1, 6, 4, 1]);
    const beside = tf.reshape<tf.Rank.R4>(tf.range(0, 24), [1, 6, 4, 1]);
    const shapes: number[][] = [];
    const y = splitInput.apply(
      x,
      (patch, also) => {
        shapes.push(patch.shape, also?.shape ?? []);
        return also ?? patch;
      },
      { beside },
    );
    assert.equal(
      shapes,
      Array.from({ length: 4 }, () => [1, 4, 4, 1]),
    );
    assertClose(y.dataSync(), beside.dataSync(), 1e-6, 'put together as it was');
  });

  test('what goes wrong', () => {
    const x = tf.ones<tf.Rank.R4>([1, 16, 16, 1]);
    const apply =
      (given: SplitInputParamsInput, factors = {}) =>
      () =>
        new SplitInput(given).apply(x, (patch) => patch, factors);
    assert.throws(
      apply({ ks: [8, 8], stride: [3, 3] }),
      /patches do not reach all of the image\n +found: +patches of 8 pixels, one every 3, on an image of 16/,
    );
    assert.throws(apply({ ks: [4, 4], stride: [6, 6] }), /patches do not reach all of the image/);
    assert.throws(apply({ ks: [6, 6], stride: [5, 5] }, { df: 2 }), /vqf: does not divide[^]*made 2 times smaller/);
    assert.throws(
      apply({ ks: [8, 8], stride: [4, 4] }, { uf: 2 }),
      /vqf: what a patch becomes has another size\n +found: +\[1, 8, 8, 1\]\n +expected: +\[N, 16, 16, C\]/,
    );
  });
});

/** Each pixel four times: the gradient of tfjs's own enlargement is not right on every engine. */
function doubled(x: tf.Tensor4D): tf.Tensor4D {
  const [n, h, w, c] = x.shape;
  const down = tf.tile(tf.reshape(x, [n, h, 1, w * c]), [1, 1, 2, 1]);
  return tf.reshape(tf.tile(tf.reshape(down, [n, 2 * h * w, 1, c]), [1, 1, 2, 1]), [n, 2 * h, 2 * w, c]);
}
