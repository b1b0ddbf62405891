import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { durationSeconds, durationText } from './duration.js';

test('text and maps', () => {
  assert.is(durationSeconds('00:00:00:00'), 0);
  assert.is(durationSeconds('01:02:03:04'), 93_784);
  assert.is(durationSeconds(' 100:00:90:00 '), 8_645_400);
  assert.is(durationSeconds({}), 0);
  assert.is(durationSeconds({ weeks: 1, days: 1, hours: 0.5 }), 693_000);
});

test('text of another form', () => {
  for (const text of ['12:00:00', '1d', '-1:00:00:00', '00:1:00:00']) {
    assert.throws(() => durationSeconds(text), `found "${text}"`);
  }
});

test('times as text', () => {
  assert.equal([0.9, 61, 93_784.5, 8_640_000].map(durationText), [
    '00:00:00:00',
    '00:00:01:01',
    '01:02:03:04',
    '100:00:00:00',
  ]);
});

test.run();
