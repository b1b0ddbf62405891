import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { cutToWidth, formatDuration, formatRate, formatValue } from './format.js';

test('durations', () => {
  assert.equal([0, 0.4, 5, 59.6, 275, 3599, 3723, 86399, 86400 * 2 + 3 * 3600 + 4 * 60 + 5, -1].map(formatDuration), [
    '0:00',
    '0:00',
    '0:05',
    '1:00',
    '4:35',
    '59:59',
    '1:02:03',
    '23:59:59',
    '2d 03:04:05',
    '0:00',
  ]);
});

test('rates', () => {
  assert.equal(
    [8.3, 1, 99.94, 99.96, 1234.5, 0.25, 0.005].map((rate) => formatRate(rate)),
    ['8.3 it/s', '1.0 it/s', '99.9 it/s', '100 it/s', '1235 it/s', '4.0 s/it', '200 s/it'],
  );
  assert.is(formatRate(12, 'img'), '12.0 img/s');
});

test('values', () => {
  assert.equal([0.0456, 0.5, 12.345, 123.4, 1234.5, 0, 7, -0.25, 2e-6, 1.5e7, NaN, Infinity, 0.001].map(formatValue), [
    '0.0456',
    '0.500',
    '12.3',
    '123',
    '1235',
    '0',
    '7',
    '-0.250',
    '2.00e-6',
    '15000000',
    'NaN',
    'Infinity',
    '0.00100',
  ]);
});

test('cuts to a width, counting characters', () => {
  assert.equal(
    [20, 6, 5, 1, 0].map((columns) => cutToWidth('héllo!', columns)),
    ['héllo!', 'héllo!', 'héll…', '…', ''],
  );
});

test.run();
