import { symlinkSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inFolder, messageOf, text } from './fixtures.js';
import { loadExperimentTree } from './load.js';
import { nodeAt, toPlain, type ConfigTree } from './tree.js';

const load = (files: Record<string, string>, configs = ['main.yaml'], overrides: string[] = []): ConfigTree =>
  inFolder(files, () => loadExperimentTree(configs, overrides));

test('a file is merged over its base, which lies relative to it', () => {
  const { root, sources, texts } = load(
    { 'sub/main.yaml': '_base_: ../base.yaml\na: {x: 2}\n', 'base.yaml': 'a: {x: 1, y: 1}\nb: 1\n' },
    ['sub/main.yaml'],
    ['b=3'],
  );
  assert.equal(toPlain(root), { a: { x: 2, y: 1 }, b: 3 });
  assert.equal(sources, ['base.yaml', 'sub/main.yaml', 'override b=3']);
  assert.equal([...texts.keys()], ['base.yaml', 'sub/main.yaml']);
  assert.equal(nodeAt(root, ['a', 'y'])?.origin, { source: 'base.yaml', line: 1, column: 14 });
});

test('several bases from left to right, bases of bases, and one that is reached twice', () => {
  const { root, sources } = load({
    'main.yaml': '_base_: [left.yaml, right.yaml]\nz: main\n',
    'left.yaml': '_base_: common.yaml\nx: left\ny: left\n',
    'right.yaml': '_base_: [common.yaml]\ny: right\n',
    'common.yaml': 'x: common\nw: common\n',
  });
  assert.equal(toPlain(root), { x: 'common', w: 'common', y: 'right', z: 'main' });
  assert.equal(sources, ['common.yaml', 'left.yaml', 'right.yaml', 'main.yaml']);
});

test('a file with its bases is one config beside the others', () => {
  const files = { 'a.yaml': 'm: {a: 1}\n', 'b.yaml': '_base_: c.yaml\nm: {b: 1}\n', 'c.yaml': 'm: null\n' };
  assert.equal(toPlain(load(files, ['a.yaml', 'b.yaml']).root), { m: { a: 1, b: 1 } });
});

test('references reach values of other files, ??? of a base is given by the file', () => {
  const { root } = load({ 'main.yaml': '_base_: base.yaml\nsize: 64\n', 'base.yaml': 'size: ???\nhalf: ${size}\n' });
  assert.equal(toPlain(root), { size: 64, half: 64 });
});

test('below the top of a file, _base_ is a key like others', () => {
  assert.equal(toPlain(load({ 'main.yaml': 'a: {_base_: nothing.yaml}\n' }).root), { a: { _base_: 'nothing.yaml' } });
});

const mistakes: readonly (readonly [string, Record<string, string>, string])[] = [
  [
    'a missing base, where it is named, with the nearest names',
    { 'configs/main.yaml': 'a: 1\n_base_: [parts/dat.yaml]\n', 'configs/parts/data.yaml': 'b: 1\n' },
    `
      configs/main.yaml:2:10: _base_.0: configs/parts/dat.yaml: no such file
        did you mean: parts/data.yaml`,
  ],
  [
    'a cycle, with its chain',
    { 'configs/main.yaml': '_base_: a.yaml\n', 'configs/a.yaml': 'x: 1\n_base_: ./main.yaml\n' },
    `
      configs/a.yaml:2:9: _base_: the file builds on itself
        found:        configs/main.yaml → configs/a.yaml → configs/main.yaml
        to fix:       remove one of these`,
  ],
  [
    'a base that is no name, an interpolation, nothing',
    { 'configs/main.yaml': '_base_: [3, "${x}.yaml", null, {a: 1}]\n' },
    `
      configs/main.yaml:1:10: _base_.0: not the name of a file
        found:        3 (integer)
        expected:     a YAML file, relative to the folder of this one, or a list of such files

      configs/main.yaml:1:13: _base_.1: not the name of a file
        found:        "\${x}.yaml" (text)
        expected:     a YAML file, relative to the folder of this one, or a list of such files

      configs/main.yaml:1:26: _base_.2: not the name of a file
        found:        null
        expected:     a YAML file, relative to the folder of this one, or a list of such files

      configs/main.yaml:1:32: _base_.3: not the name of a file
        found:        {a: 1} (map)
        expected:     a YAML file, relative to the folder of this one, or a list of such files`,
  ],
  [
    'what is wrong in the file and in its bases, together',
    { 'configs/main.yaml': '_base_: a.yaml\nx: 1\ny: ${\n', 'configs/a.yaml': 'z: 1\nz: 2\n' },
    `
      configs/main.yaml:3:4: y: malformed interpolation
        found:        the end after \${
        expected:     a key
        to fix:       write \\\${ where the text itself is to hold "\${"

      configs/a.yaml:2:1: z: the key "z" stands here twice
        found:        the first one at configs/a.yaml:1:1
        to fix:       remove one of the two`,
  ],
  [
    'a folder',
    { 'configs/main.yaml': '_base_: parts\n', 'configs/parts/a.yaml': 'b: 1\n' },
    `
      configs/main.yaml:1:9: _base_: configs/parts: this is a folder
        found:        in it: configs/parts/a.yaml
        expected:     a YAML file`,
  ],
  [
    'a list over the map of a base',
    { 'configs/main.yaml': '_base_: a.yaml\nx: [1]\n', 'configs/a.yaml': 'x: {y: 1}\n' },
    `
      configs/main.yaml:2:4: x: a list cannot be merged into a map
        expected:     a map, as at configs/a.yaml:1:4
        to fix:       to replace all of it, set it to null before`,
  ],
];

for (const [name, files, message] of mistakes) {
  test(`says what is wrong with ${name}`, () => {
    assert.is(
      messageOf(() => load(files, ['configs/main.yaml'])),
      text(message),
    );
  });
}

test('a cycle through a link is found', () => {
  inFolder({ 'main.yaml': '_base_: other.yaml\n' }, () => {
    symlinkSync('main.yaml', 'other.yaml');
    assert.match(
      messageOf(() => loadExperimentTree(['main.yaml'])),
      /^main\.yaml:1:9: _base_: the file builds on itself/,
    );
  });
});

test('files that build on one another without end, and more bases than anyone needs', () => {
  const chain = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}.yaml`, `_base_: ${i + 1}.yaml\n`]));
  assert.is(
    messageOf(() => load(chain, ['0.yaml'])),
    '15.yaml:1:9: _base_: more than 16 files build on one another',
  );
  assert.is(
    messageOf(() => load({ 'main.yaml': `_base_: [${'a.yaml, '.repeat(33)}]\n` })),
    'main.yaml:1:9: _base_: names more than 32 files',
  );
});

test('a config that is no file, and an override, name no bases', () => {
  assert.is(
    messageOf(() => loadExperimentTree([{ name: 'x.ckpt', text: '_base_: a.yaml\n' }])),
    text(`
      x.ckpt:1:9: _base_: a config that is no file cannot build on files
        found:        "a.yaml" (text)
        to fix:       give that file before it on the command line`),
  );
  assert.is(
    messageOf(() => loadExperimentTree([], ['_base_=a.yaml'])),
    text(`
      override _base_=a.yaml: only a file can have "_base_"
        to fix:       give the file before the others on the command line`),
  );
});

test.run();
