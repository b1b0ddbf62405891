import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { PixelValues } from './kernels/index.js';
import { hasNativeKernel } from './native.js';
import { pixelValues } from './pixel-values.js';

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const bits = (values: Float32Array): number[] => [...new Uint32Array(values.buffer, values.byteOffset, values.length)];

onEveryEngine(
  'pixelValues',
  (test, engine) => {
    test('every byte, to the bit', () => {
      assert.is(hasNativeKernel(PixelValues), engine === 'torch');
      const tensor = pixelValues([EVERY_BYTE], [1, 16, 16, 1]);
      const values = tensor.dataSync<'float32'>();
      assert.equal([tensor.shape, tensor.dtype], [[1, 16, 16, 1], 'float32']);
      assert.equal(bits(values), bits(Float32Array.from(EVERY_BYTE, (byte) => byte / 127.5 - 1)));
      assert.equal([values[0], values[51], values[255]], [-1, Math.fround(-0.6), 1]);
      tensor.dispose();
    });

    test('parts of any length at any place, which are not kept', () => {
      const before = tf.memory().numTensors;
      const memory = Uint8Array.from(EVERY_BYTE);
      const parts = [memory.subarray(3, 40), memory.subarray(0, 0), memory.subarray(255), memory.subarray(100, 101)];
      const tensor = pixelValues(parts, [39]);
      memory.fill(0);
      const expected = [...EVERY_BYTE.subarray(3, 40), 255, 100].map((byte) => Math.fround(byte / 127.5 - 1));
      assert.equal([...tensor.dataSync()], expected);
      assert.is(tf.memory().numTensors, before + 1);
      tensor.dispose();
      const empty = pixelValues([], [0, 4, 4, 3]);
      assert.equal([empty.shape, [...empty.dataSync()]], [[0, 4, 4, 3], []]);
      empty.dispose();
      assert.is(tf.memory().numTensors, before);
    });

    test('refuses another number of bytes than the shape has', () => {
      assert.throws(() => pixelValues([EVERY_BYTE], [255]), 'pixelValues: 256 bytes for the shape [255]');
      assert.throws(() => pixelValues([], [1]), 'pixelValues: 0 bytes for the shape [1]');
    });
  },
  ['torch', 'wasm', 'cpu'],
);
