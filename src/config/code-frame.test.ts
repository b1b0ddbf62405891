import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeFrame } from './code-frame.js';

const yaml = 'model:\n  target: "a: b" # a name\n  params: {a: 1, b: [1, 2]}\n\nlist:\n  - a b c # three\n';

const cases: readonly (readonly [string, number, number, string])[] = [
  ['a key', 1, 1, '> 1 | model:\n    | ^^^^^\n  2 |   target: "a: b" # a name'],
  [
    'quoted text',
    2,
    11,
    '  1 | model:\n> 2 |   target: "a: b" # a name\n    |           ^^^^^^\n  3 |   params: {a: 1, b: [1, 2]}',
  ],
  [
    'a value in a map',
    3,
    15,
    '  2 |   target: "a: b" # a name\n> 3 |   params: {a: 1, b: [1, 2]}\n    |               ^',
  ],
  [
    'a list, to the end of its line',
    3,
    21,
    '  2 |   target: "a: b" # a name\n> 3 |   params: {a: 1, b: [1, 2]}\n    |                     ^^^^^^^',
  ],
  ['text without its comment', 6, 5, '  5 | list:\n> 6 |   - a b c # three\n    |     ^^^^^'],
  ['the end of a line', 5, 6, '> 5 | list:\n    |      ^\n  6 |   - a b c # three'],
  ['the end of the text', 7, 1, '  6 |   - a b c # three\n> 7 |\n    | ^'],
];

for (const [name, line, column, expected] of cases) {
  test(`marks ${name}`, () => {
    assert.is(codeFrame(yaml, line, column), expected);
  });
}

test('numbers are aligned', () => {
  const text = Array.from({ length: 12 }, (_, i) => `k${i}: 1`).join('\n');
  assert.is(codeFrame(text, 10, 1), '   9 | k8: 1\n> 10 | k9: 1\n     | ^^\n  11 | k10: 1');
  assert.is(codeFrame(text, 9, 1), '   8 | k7: 1\n>  9 | k8: 1\n     | ^^\n  10 | k9: 1');
});

test('a long line is cut around the place', () => {
  const frame = codeFrame(`a: ${'x'.repeat(300)} ${'y'.repeat(300)}`, 1, 305);
  assert.is(frame.split('\n')[0], `> 1 | ${'x'.repeat(49)} ${'y'.repeat(50)}`);
  assert.is(frame.split('\n')[1], `    | ${' '.repeat(50)}${'^'.repeat(50)}`);
});

test('nothing reaches the terminal that it would obey', () => {
  assert.is(codeFrame('\ta: \u001B[31mred\u202E', 1, 2), '> 1 |  a: ·[31mred·\n    |  ^');
});

test.run();
