import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { advance, philox4x32, type PhiloxCounter, type PhiloxKey } from './philox.js';

/** The known answers for philox4x32-10 that come with Random123 (Salmon et al. 2011). */
const KNOWN_ANSWERS: [PhiloxCounter, PhiloxKey, number[]][] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

for (const [counter, key, expected] of KNOWN_ANSWERS) {
  test(`known answer for counter ${counter.map((word) => word.toString(16)).join(' ')}`, () => {
    const block = new Uint32Array(4);
    philox4x32(key, counter, block);
    assert.equal([...block], expected);
  });
}

test('advance carries from word to word and wraps at 2^128', () => {
  assert.equal(advance([0, 0, 0, 0], 5), [5, 0, 0, 0]);
  assert.equal(advance([0xffffffff, 0, 0, 0], 1), [0, 1, 0, 0]);
  assert.equal(advance([0xffffffff, 0xffffffff, 7, 0], 2), [1, 0, 8, 0]);
  assert.equal(advance([1, 0, 0, 0], 2 ** 33), [1, 2, 0, 0]);
  assert.equal(advance([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], 1), [0, 0, 0, 0]);
});

test.run();
