import { test } from 'uvu';
import * as assert from 'uvu/assert';
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

test.run();
