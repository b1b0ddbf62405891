import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { messageOf, text } from './fixtures.js';
import { mergeMaps } from './merge.js';
import { parseYaml } from './parse.js';
import { nodeAt, toPlain, type MapNode } from './tree.js';

const parse = (source: string, yaml: string): MapNode =>
  parseYaml(yaml, (line, column) => ({ source, line, column })) as MapNode;
const merge = (base: string, over: string): MapNode => mergeMaps(parse('a.yaml', base), parse('b.yaml', over));

const cases: readonly (readonly [string, string, string, unknown])[] = [
  ['maps merge to any depth', 'a: {b: {c: 1, d: 2}}', 'a: {b: {d: 3, e: 4}}', { a: { b: { c: 1, d: 3, e: 4 } } }],
  ['lists are replaced', 'a: [1, 2, 3]', 'a: [4]', { a: [4] }],
  ['lists of maps are replaced', 'a: [{x: 1}]', 'a: [{y: 1}]', { a: [{ y: 1 }] }],
  ['scalars are replaced', 'a: 1', 'a: text', { a: 'text' }],
  ['null replaces a map', 'a: {b: 1}', 'a:', { a: null }],
  ['a map replaces a scalar', 'a: 1', 'a: {b: 1}', { a: { b: 1 } }],
  ['??? replaces nothing', 'a: 1\nb: {c: 2}', "a: ???\nb: {c: '???', d: '???'}", { a: 1, b: { c: 2, d: '???' } }],
  ['??? is replaced by anything', 'a: ???', 'a: {b: 1}', { a: { b: 1 } }],
  ['a list replaces the null that replaced a map', 'a: null', 'a: [1]', { a: [1] }],
  [
    'a map merges into a copy of the map that text refers to',
    'a: ${b}\nb: {c: 1}',
    'a: {d: 2}',
    { a: { c: 1, d: 2 }, b: { c: 1 } },
  ],
  ['a map replaces text that refers to no map', 'a: ${b}\nb: 3', 'a: {d: 2}', { a: { d: 2 }, b: 3 }],
  ['an empty map changes nothing', 'a: {b: 1}', 'a: {}', { a: { b: 1 } }],
];

for (const [name, base, over, expected] of cases) {
  test(name, () => {
    assert.equal(toPlain(merge(base, over)), expected);
  });
}

test('keys keep their order, values the place of the one that won', () => {
  const merged = merge('x: 1\ny: {z: 1}\n', 'y:\n  z: 2\nw: 3\nx: 4\n');
  assert.equal(Object.keys(toPlain(merged) as object), ['x', 'y', 'w']);
  assert.equal(nodeAt(merged, ['y', 'z'])?.origin, { source: 'b.yaml', line: 2, column: 6 });
});

test('every list that meets a map is a mistake', () => {
  assert.is(
    messageOf(() => merge('a: {b: 1}\nc:\n  d: [1]\n', 'a: [1]\nc: {d: {e: 1}}\n')),
    text(`
      b.yaml:1:4: a: a list cannot be merged into a map
        expected:     a map, as at a.yaml:1:4
        to fix:       to replace all of it, set it to null before

      b.yaml:2:8: c.d: a map cannot be merged into a list
        expected:     a list, as at a.yaml:3:6
        to fix:       to replace all of it, set it to null before`),
  );
});

test('copies of what is referred to are limited', () => {
  const lines = (count: number, line: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => line(i)).join('');
  const base = `m:\n${lines(3000, (i) => `  k${i}: 1\n`)}${lines(100, (i) => `a${i}: \${m}\n`)}`;
  assert.is(
    messageOf(() =>
      merge(
        base,
        lines(100, (i) => `a${i}: {x: 1}\n`),
      ),
    ),
    'b.yaml:67:6: a66: merging makes more than 200,000 copies of values',
  );
});

test.run();
