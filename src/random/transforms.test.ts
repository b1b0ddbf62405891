import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { boxMuller, logUniform, uniform } from './transforms.js';

const WORDS = [
  0, 1, 2, 0xff, 0x1fff_ffff, 0x2000_0000, 0x7fff_ffff, 0x8000_0000, 0xb504_f333, 0xffff_fffe, 0xffff_ffff,
];

test('logUniform is the logarithm to the last bits', () => {
  for (const word of WORDS) {
    const expected = Math.log((word + 1) / 2 ** 32);
    const found = logUniform(word);
    assert.ok(Math.abs(found - expected) <= 4e-16 * Math.max(1, Math.abs(expected)), `${word}: ${found}, ${expected}`);
  }
});

test('boxMuller is the polar form of its two words', () => {
  const pair = new Float64Array(2);
  for (const radiusWord of WORDS) {
    for (const angleWord of WORDS) {
      boxMuller(radiusWord, angleWord, pair, 0);
      const radius = Math.sqrt(-2 * Math.log((radiusWord + 1) / 2 ** 32));
      const angle = (2 * Math.PI * angleWord) / 2 ** 32;
      assert.ok(Math.abs((pair[0] ?? NaN) - radius * Math.cos(angle)) < 1e-14, `cos of ${angleWord}`);
      assert.ok(Math.abs((pair[1] ?? NaN) - radius * Math.sin(angle)) < 1e-14, `sin of ${angleWord}`);
    }
  }
});

test('uniform draws lie in [0, 1) and are exact in float32', () => {
  for (const word of WORDS) {
    const value = uniform(word);
    assert.ok(value >= 0 && value < 1);
    assert.is(Math.fround(value), value);
  }
});

test.run();
