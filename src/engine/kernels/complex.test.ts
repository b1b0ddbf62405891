import * as tf from '@tensorflow/tfjs-core';
import { assertNativeSameAsCpu, numbers, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('complex numbers');

const signal = (...shape: number[]): tf.Tensor => tf.complex(numbers(shape), numbers(shape, 2));
const parts = (z: tf.Tensor): tf.Tensor[] => [tf.real(z), tf.imag(z)];

const programs: Record<string, () => tf.Tensor | tf.Tensor[]> = {
  fft: () => parts(tf.fft(signal(8))),
  'fft of rows, a length that is no power of two': () => parts(tf.fft(signal(3, 2, 6))),
  'fft of one value': () => parts(tf.fft(signal(2, 1))),
  ifft: () => parts(tf.ifft(signal(2, 8))),
  'ifft of a length that is no power of two': () => parts(tf.ifft(signal(2, 5))),
  rfft: () => parts(tf.spectral.rfft(numbers([2, 8]))),
  irfft: () => tf.spectral.irfft(signal(2, 5)),
  ComplexAbs: () => tf.abs(signal(2, 3)),
  'cast of complex64 to float32': () => tf.cast(signal(2, 3), 'float32'),
  'cast of complex64 to int32': () => tf.cast(signal(2, 3), 'int32'),
  'cast of complex64 to bool': () => tf.cast(tf.complex([0, 1.5], [1, 1]), 'bool'),
  'cast of float32 to complex64': () => parts(tf.cast(numbers([2, 3]), 'complex64')),
  'cast of int32 and bool to complex64': () => [
    ...parts(tf.cast(tf.tensor1d([1, -2], 'int32'), 'complex64')),
    ...parts(tf.cast(tf.tensor1d([true, false], 'bool'), 'complex64')),
  ],
  'cast of complex64 to itself': () => parts(tf.cast(signal(2), 'complex64')),
};

for (const [name, program] of Object.entries(programs)) {
  test(name, () => assertNativeSameAsCpu(program, { tolerance: 1e-4 }));
}

runSuites();
