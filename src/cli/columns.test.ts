import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { alignColumns, alignFacts } from './columns.js';

test('columns are as wide as their widest cell: names to the left, numbers to the right', () => {
  const rows = [
    ['part', 'ms'],
    ['forward', '5.6'],
    ['x', '1234.5'],
  ];
  assert.is(alignColumns(rows), 'part         ms\nforward     5.6\nx        1234.5');
});

test('no row ends in spaces', () => {
  assert.is(
    alignColumns(
      [
        ['a', ''],
        ['b', 'c'],
      ],
      2,
    ),
    'a\nb  c',
  );
});

test('facts of several lines keep their column', () => {
  const facts = [
    ['Node', 'v20'],
    ['LibTorch', 'absent\nto fix: x'],
  ] as const;
  assert.is(alignFacts(facts), 'Node      v20\nLibTorch  absent\n          to fix: x');
});

test.run();
