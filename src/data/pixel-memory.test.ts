import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PixelMemory } from './pixel-memory.js';

test('what is given back is used again, for images of the same size alone', () => {
  const memory = new PixelMemory();
  const first = memory.take(12);
  assert.is(first.byteLength, 12);
  const second = memory.take(12);
  assert.is.not(second, first);
  memory.giveBack(first);
  assert.is.not(memory.take(13), first);
  assert.is(memory.take(12), first);
  assert.is.not(memory.take(12), first);
});

test('nothing is lent twice: what came back before, or is not from here, is left alone', () => {
  const memory = new PixelMemory();
  const first = memory.take(4);
  memory.giveBack(first);
  memory.giveBack(first);
  memory.giveBack(new Uint8Array(4));
  assert.is(memory.take(4), first);
  assert.is.not(memory.take(4), first);
});

test('keeps no more than some', () => {
  const memory = new PixelMemory();
  const large = [memory.take(20 * 2 ** 20), memory.take(20 * 2 ** 20)];
  for (const one of large) memory.giveBack(one);
  assert.is(memory.take(20 * 2 ** 20), large[0]);
  assert.is.not(memory.take(20 * 2 ** 20), large[1]);
});

test.run();
