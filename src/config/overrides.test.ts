import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { messageOf, text } from './fixtures.js';
import { applyOverride, parseOverride } from './overrides.js';
import { parseYaml } from './parse.js';
import { nodeAt, toPlain, type MapNode } from './tree.js';

const yaml = 'lr: 1\nmodel: {params: {mult: [1, 2], steps: 10}}\nlist: [{a: 1}]\ncond: __is_first_stage__\nnone:\n';
const base = parseYaml(yaml, (line, column) => ({ source: 'a.yaml', line, column })) as MapNode;
const apply = (...overrides: string[]): Record<string, unknown> =>
  toPlain(overrides.reduce((root, one) => applyOverride(root, parseOverride(one)), base)) as Record<string, unknown>;
const before = toPlain(base) as Record<string, unknown>;

const values: readonly (readonly [string, unknown])[] = [
  ['lr=1e-4', 0.0001],
  ['lr=true', true],
  ['lr=False', false],
  ['lr=null', null],
  ['lr=', null],
  ['lr=[1,2]', [1, 2]],
  ['lr={a: 1}', { a: 1 }],
  ["lr='1,2'", '1,2'],
  ['lr=1,2', '1,2'],
  ['lr=a=b', 'a=b'],
  ['lr="a: b # c"', 'a: b # c'],
  ['lr=models/vq-f4/model.ckpt', 'models/vq-f4/model.ckpt'],
];

for (const [override, expected] of values) {
  test(`sets a typed value: ${override}`, () => {
    assert.equal(apply(override), { ...before, lr: expected });
  });
}

test('sets a value deep inside, by key and by index', () => {
  assert.equal(apply('model.params.steps=5', 'model.params.mult.1=4'), {
    ...before,
    model: { params: { mult: [1, 4], steps: 5 } },
  });
  assert.equal(apply('list[0].a=2').list, [{ a: 2 }]);
  assert.equal(apply('list.0.b=2').list, [{ a: 1, b: 2 }]);
  assert.equal(apply('model.params.mult.-1=4', 'list[-1].a=2'), {
    ...before,
    model: { params: { mult: [1, 4], steps: 10 } },
    list: [{ a: 2 }],
  });
});

test('a map is merged into the map that is there', () => {
  assert.equal(apply('model={params: {steps: 5}, name: x}').model, {
    params: { mult: [1, 2], steps: 5 },
    name: 'x',
  });
});

test('a path through null or a scalar replaces it by a map, as in OmegaConf', () => {
  assert.equal(apply('cond.target=ClassEmbedder', 'none.target=x'), {
    ...before,
    cond: { target: 'ClassEmbedder' },
    none: { target: 'x' },
  });
});

test('??? takes a value away; inside a map it does not', () => {
  assert.equal(apply('lr=???'), { ...before, lr: '???' });
  assert.equal(apply('model={params: {steps: "???"}}').model, before.model);
});

test('a map is merged into a copy of what text refers to there', () => {
  assert.equal(apply('model={copy: "${list.0}"}', 'model={copy: {b: 2}}').model, {
    params: { mult: [1, 2], steps: 10 },
    copy: { a: 1, b: 2 },
  });
});

test('adds a key or appends to a list', () => {
  assert.equal(apply('+data.batch_size=4').data, { batch_size: 4 });
  assert.equal(apply('+model.params.mult.2=4').model, { params: { mult: [1, 2, 4], steps: 10 } });
});

test('a key that holds a dot stands in brackets', () => {
  assert.equal(apply('model[a.b]=1').model, { params: { mult: [1, 2], steps: 10 }, 'a.b': 1 });
});

test('removes a key or an item', () => {
  assert.equal(apply('~model.params.steps', '~model.params.mult.0').model, { params: { mult: [2] } });
});

test('the value carries the override as its place', () => {
  const root = applyOverride(base, parseOverride('model.params.steps=5'));
  assert.equal(nodeAt(root, ['model', 'params', 'steps'])?.origin, { source: 'override model.params.steps=5' });
});

const mistakes: readonly (readonly [string, string])[] = [
  [
    'model.params.steps',
    `
      override model.params.steps: there is no "="
        expected:     path=value, +path=value or ~path, e.g. data.params.batch_size=4`,
  ],
  [
    '=3',
    `
      override =3: "" is not a path
        expected:     path=value, +path=value or ~path, e.g. data.params.batch_size=4`,
  ],
  [
    'model..steps=3',
    `
      override model..steps=3: "model..steps" is not a path
        expected:     path=value, +path=value or ~path, e.g. data.params.batch_size=4`,
  ],
  [
    'model.params.steps =3',
    `
      override model.params.steps =3: "model.params.steps " is not a path
        expected:     path=value, +path=value or ~path, e.g. data.params.batch_size=4`,
  ],
  [
    '~model.params.steps=3',
    `
      override ~model.params.steps=3: a removal takes no value
        expected:     ~path
        to fix:       write ~model.params.steps`,
  ],
  [
    'lr=[1,2',
    `
      override lr=[1,2: a quote or bracket is not closed
        found:        [1,2
        to fix:       close it, or put quotes around text that holds such a character`,
  ],
  [
    'a.__proto__.b=1',
    `
      override a.__proto__.b=1: "__proto__" cannot be a key`,
  ],
  [
    '+lr=2',
    `
      override +lr=2: lr: there is a value already
        to fix:       leave out the "+" to replace it: lr=2`,
  ],
  [
    '~model.params.stepz',
    `
      override ~model.params.stepz: model.params.stepz: there is nothing to remove
        did you mean: steps`,
  ],
  [
    'model.params.mult.2=4',
    `
      override model.params.mult.2=4: model.params.mult.2: the list has 2 items
        found:        2
        expected:     an index from 0 to 1
        to fix:       append with +model.params.mult.2=…`,
  ],
  [
    'model.params.mult.-3=4',
    `
      override model.params.mult.-3=4: model.params.mult.-3: the list has 2 items
        found:        -3
        expected:     an index from 0 to 1
        to fix:       append with +model.params.mult.2=…`,
  ],
  [
    'model.params=[1]',
    `
      override model.params=[1]: model.params: a list cannot be merged into a map
        expected:     a map, as at a.yaml:2:17
        to fix:       to replace all of it, remove it before: ~model.params`,
  ],
  [
    'model={params: {mult: {a: 1}}}',
    `
      override model={params: {mult: {a: 1}}}: model.params.mult: a map cannot be merged into a list
        expected:     a list, as at a.yaml:2:24
        to fix:       to replace all of it, set it to null before`,
  ],
  [
    'list.first.a=4',
    `
      override list.first.a=4: list.first: the list has 1 item
        found:        first
        expected:     0
        to fix:       append with +list.1=…`,
  ],
];

for (const [override, message] of mistakes) {
  test(`says what is wrong with ${override}`, () => {
    assert.is(
      messageOf(() => apply(override)),
      text(message),
    );
  });
}

test.run();
