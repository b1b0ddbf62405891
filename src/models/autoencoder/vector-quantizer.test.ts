import '@tensorflow/tfjs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose } from '../../../test/support/compare.js';
import { onEveryEngine } from '../../../test/support/engines.js';
import { npy } from '../../../test/support/npy.js';
import { temporaryFolder } from '../../../test/support/temporary-folder.js';
import { valueAndGrads } from '../../autodiff/index.js';
import { RandomStreams } from '../../random/index.js';
import type { VectorQuantizerParamsInput } from './vector-quantizer.params.js';
import { VectorQuantizer } from './vector-quantizer.js';

/** Four codes on a line, and four positions, nearest to codes 1, 3, 0 and 2. */
const codebook = [0, 1, 2, 3];
const positions = [1.25, 4, -0.5, 1.75];
const folder = temporaryFolder();

function quantizer(options: Partial<VectorQuantizerParamsInput> = {}): VectorQuantizer {
  const module = new VectorQuantizer({ n_e: 4, e_dim: 1, ...options }).initialize(new RandomStreams(1));
  const weight = { dtype: 'F32', shape: [4, 1], data: Float32Array.from(codebook) } as const;
  module.loadStateDict(new Map([['embedding.weight', weight]]), { strict: false });
  return module;
}

function usedFile(name: string, values: readonly number[], shape: readonly number[] = [values.length]): string {
  const path = join(folder, name);
  writeFileSync(path, npy(values, shape));
  return path;
}

const images = () => tf.tensor4d(positions, [2, 1, 2, 1]);
const integers = (tensor: tf.Tensor) => [...tensor.dataSync()];

onEveryEngine('VectorQuantizer', (test) => {
  test('takes the nearest code of each position, and leaves no tensor but its three outputs', () => {
    const module = quantizer();
    const z = images();
    const before = tf.memory().numTensors;
    const { quant, codebookLoss, indices } = module.forward(z);
    assert.is(tf.memory().numTensors, before + 3);
    assert.equal([...quant.dataSync()], [1, 3, 0, 2]);
    assert.equal(quant.shape, z.shape);
    assert.equal(integers(indices), [1, 3, 0, 2]);
    assert.equal([indices.shape, indices.dtype], [[4], 'int32']);
    // Squared distances 1/16, 1, 1/4 and 1/16: a mean of 11/32, once and a quarter.
    assertClose(codebookLoss.dataSync(), [(1.25 * 11) / 32], 1e-6, 'loss');
    tf.dispose([z, quant, codebookLoss, indices]);
    module.dispose();
  });

  test('the gradient of the codes goes to the input as it is, none to the codebook', () => {
    const module = quantizer();
    const [z, dy] = [images(), tf.tensor4d([1, -2, 3, 5], [2, 1, 2, 1])];
    const weight = module.trainableParameters()[0]![1].value;
    const { value, grads } = valueAndGrads(() => tf.sum<tf.Scalar>(tf.mul(module.forward(z).quant, dy)), [z, weight]);
    assert.equal([...grads[0]!.dataSync()], [1, -2, 3, 5]);
    assert.equal([...grads[1]!.dataSync()], [0, 0, 0, 0]);
    tf.dispose([z, dy, value, ...grads]);
    module.dispose();
  });

  for (const [legacy, toInput, toCodebook] of [
    [true, 1, 0.25],
    [false, 0.25, 1],
  ] as const) {
    test(`the loss moves the input by ${toInput} and the codebook by ${toCodebook} with legacy ${legacy}`, () => {
      const module = quantizer({ legacy });
      const z = images();
      const weight = module.trainableParameters()[0]![1].value;
      const { value, grads } = valueAndGrads(() => module.forward(z).codebookLoss, [z, weight]);
      // Twice the distance over four positions.
      const expected = [0.125, 0.5, -0.25, -0.125];
      const found = grads.map((gradient) => gradient.dataSync());
      assertClose(
        found[0]!,
        expected.map((slope) => toInput * slope),
        1e-6,
        'input',
      );
      const byCode = [expected[2]!, expected[0]!, expected[3]!, expected[1]!];
      assertClose(
        found[1]!,
        byCode.map((slope) => -toCodebook * slope),
        1e-6,
        'codebook',
      );
      tf.dispose([z, value, ...grads]);
      module.dispose();
    });
  }

  test('beta weighs the second half of the loss', () => {
    tf.tidy(() => {
      assertClose(quantizer({ beta: 3 }).forward(images()).codebookLoss.dataSync(), [(4 * 11) / 32], 1e-6, 'loss');
    });
  });

  test('sane_index_shape keeps the shape of the images', () => {
    tf.tidy(() => {
      const { indices } = quantizer({ sane_index_shape: true }).forward(images());
      assert.equal(indices.shape, [2, 1, 2]);
      assert.equal(integers(indices), [1, 3, 0, 2]);
    });
  });

  test('remap: the places in the file, unknown codes as told, and back', () => {
    tf.tidy(() => {
      const remap = usedFile('used.npy', [3, 1, 3]);
      const indicesOf = (options: Partial<VectorQuantizerParamsInput>) =>
        quantizer({ remap, ...options }).forward(images()).indices;
      assert.equal(integers(indicesOf({ unknown_index: 'extra' })), [1, 0, 3, 3]);
      assert.equal(integers(indicesOf({ unknown_index: 2 })), [1, 0, 2, 2]);
      assert.equal(indicesOf({ unknown_index: 2 }).shape, [4, 1]);
      assert.equal(indicesOf({ sane_index_shape: true }).shape, [2, 1, 2]);
      const module = quantizer({ remap, unknown_index: 'extra' });
      const entries = module.getCodebookEntry(tf.tensor1d([1, 0, 3, 2], 'int32'), [2, 1, 2, 1]);
      assert.equal(entries.shape, [2, 1, 2, 1]);
      assert.equal([...entries.dataSync()], [1, 3, 3, 3]);
    });
  });

  test('remap: an unknown code becomes a random one in use, the same for the same seed', () => {
    tf.tidy(() => {
      const remap = usedFile('one.npy', [1]);
      const two = usedFile('two.npy', [1, 2]);
      const z = tf.fill<tf.Rank.R4>([1, 16, 16, 1], 9);
      const draw = (file: string) => integers(quantizer({ remap: file }).forward(z).indices);
      assert.equal(new Set(draw(remap)), new Set([0]));
      assert.equal(new Set(draw(two)), new Set([0, 1]));
      assert.equal(draw(two), draw(two));
    });
  });

  test('the codes in use are a buffer of the state dict, which the file only begins', () => {
    tf.tidy(() => {
      const module = quantizer({ remap: usedFile('begin.npy', [0, 1]), unknown_index: 'extra' });
      assert.equal([...module.namedParameters()].map(([name]) => name).sort(), ['embedding.weight', 'used']);
      const used = { dtype: 'I64', shape: [2], data: BigInt64Array.from([2n, 3n]) } as const;
      module.loadStateDict(new Map([['used', used]]), { strict: false });
      assert.equal(integers(module.forward(images()).indices), [2, 1, 2, 0]);
    });
  });

  test('getCodebookEntry of indices of any shape', () => {
    tf.tidy(() => {
      const entries = quantizer().getCodebookEntry(tf.tensor2d([[3, 0]], [1, 2], 'int32'));
      assert.equal(entries.shape, [1, 2, 1]);
      assert.equal([...entries.dataSync()], [3, 0]);
    });
  });

  test('begins within 1 / n_e', () => {
    const module = new VectorQuantizer({ n_e: 50, e_dim: 8 }).initialize(new RandomStreams(1));
    const values = [...module.trainableParameters()[0]![1].value.dataSync()];
    assert.ok(values.every((value) => Math.abs(value) <= 1 / 50));
    assert.ok(values.some((value) => value > 0.8 / 50) && values.some((value) => value < -0.8 / 50));
    module.dispose();
  });

  test('what is no list of codes, and vectors of another length, are refused', () => {
    const build = (remap: string) => () => new VectorQuantizer({ n_e: 4, e_dim: 1, remap });
    assert.throws(build(join(folder, 'absent.npy')), /absent\.npy: cannot read: there is no such file/);
    assert.throws(build(usedFile('wide.npy', [0, 1], [1, 2])), /not a list of the codes in use\n.*\[1, 2\]/);
    assert.throws(build(usedFile('empty.npy', [])), /not a list of the codes in use/);
    assert.throws(build(usedFile('large.npy', [0, 4])), /a code that the codebook has not\n.*4\n.*0 to 3/);
    const z = tf.zeros<tf.Rank.R4>([1, 1, 1, 2]);
    assert.throws(() => quantizer().forward(z), /expected \[N, H, W, 1\], found \[1, 1, 1, 2\]/);
    z.dispose();
  });
});
