import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { hashFill, readGolden, sampleGradient } from './golden.js';

const close = (actual: Float32Array, expected: readonly number[]): void => {
  assert.is(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs((actual[i] ?? NaN) - value) < 1e-6, `${i}: ${actual[i]} for ${value}`);
  });
};

test('hashFill: literal values for each of its three rules', () => {
  close(hashFill('a.weight', [2, 1, 2]), [-0.0807214, 0.2345466, 0.2981302, 0.8780191]);
  close(hashFill('norm.weight', [3]), [1.0218227, 1.05004, 0.9456835]);
  close(hashFill('norm.bias', [2]), [0.0557553, 0.0308187]);
  close(hashFill('weight', [2]), [0.0389265, 0.0051737]);
});

test('hashFill gives the weights that the golden files were made with', () => {
  // The first EMA update weighs with decay 2/11: the shadow moves 9/11 of the way to weights that grew by 0.1.
  const golden = readGolden('lit_ema');
  for (const [name, shape] of [
    ['weight', [3, 4]],
    ['bias', [3]],
  ] as const) {
    const expected = Array.from(hashFill(name, shape), (value) => value + (0.1 * 9) / 11);
    close(golden.floats(`out.step1.${name}`), expected);
  }
});

test('sampleGradient keeps up to 256 elements and takes 256 at equal distances of more', () => {
  const ramp = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => i);
  assert.equal(sampleGradient(ramp(256)), ramp(256));
  assert.equal(sampleGradient(ramp(511)), ramp(256));
  assert.equal([...sampleGradient(ramp(800))].slice(0, 3), [0, 3, 6]);
  assert.is(sampleGradient(ramp(800)).length, 256);
});

test('reads a case with its target, parameters and tensors', () => {
  const golden = readGolden('unet_adm');
  assert.is(golden.target, 'ldm.modules.diffusionmodules.openaimodel.UNetModel');
  assert.is(golden.params.num_classes, 10);
  assert.equal(golden.get('in.x').shape, [2, 3, 16, 16]);
  assert.is(golden.ints('in.timesteps').length, 2);
  assert.throws(() => golden.get('in.z'), /unet_adm has no tensor 'in.z'; it has in.x/);
});

test.run();
