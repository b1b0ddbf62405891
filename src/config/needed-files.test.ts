import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { describeProblem } from '../errors.js';
import { defineComponent, Registry } from './component.js';
import { inFolder, text } from './fixtures.js';
import { loadExperimentTree, validateConfig, type ConfigExtensions, type MissingFile } from './index.js';

const images = defineComponent({
  target: 'Images',
  kind: 'dataset',
  summary: 'a folder of images',
  source: 'test',
  params: {
    type: 'object',
    additionalProperties: false,
    properties: {
      root: { type: 'string', default: 'data/images' },
      weights: { type: ['string', 'null'], default: null },
      inner: { component: 'dataset', default: null, description: 'another' },
    },
  },
  needs: ({ root, weights }) => [
    { path: ['root'], file: root, what: 'a folder of images', remedy: 'put images there' },
    ...(weights === null ? [] : [{ path: ['weights'], file: weights, what: 'weights', initial: true }]),
  ],
  load: () => Promise.resolve(() => undefined),
});

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: { data: { component: 'dataset' } },
} as const;

function missing(yaml: string, files: Readonly<Record<string, string>> = {}): readonly MissingFile[] {
  return inFolder({ 'a.yaml': yaml, ...files }, () => {
    const tree = loadExperimentTree(['a.yaml']);
    return validateConfig(tree, schema, new Registry([images])).missing;
  });
}

test('what a component reads is looked for, however deep it stands', () => {
  const found = missing('data: {target: Images, params: {inner: {target: Images, params: {root: here}}}}', {
    'here/a.png': '',
  });
  assert.is(
    found.map(describeProblem).join('\n'),
    text(`
      a.yaml:1:24: data.params.root: data/images is not there
        expected:     a folder of images
        to fix:       put images there`),
  );
});

test('the value that names it is shown; weights to begin with are told apart', () => {
  const found = missing('data:\n  target: Images\n  params:\n    root: a.yaml\n    weights: vq.ckpt\n');
  assert.is(
    found.map(describeProblem).join('\n'),
    'a.yaml:5:14: data.params.weights: vq.ckpt is not there\n  expected:     weights',
  );
  assert.is(found[0]?.frame, '  4 |     root: a.yaml\n> 5 |     weights: vq.ckpt\n    |              ^^^^^^^');
  assert.is(found[0]?.initial, true);
});

test('what lies beside it under a similar name is named', () => {
  const found = missing('data: {target: Images, params: {root: data/imges}}', { 'data/images/a.png': '' });
  assert.equal(found[0]?.nearest, ['data/images']);
});

test('what several values name is missing once; for a beginning alone only where all of them say so', () => {
  const inner = 'inner: {target: Images, params: {root: here, weights: data/images}}';
  const found = missing(`data: {target: Images, params: {${inner}}}`, { 'here/a.png': '' });
  assert.equal(
    found.map(({ problem, initial }) => [problem, initial]),
    [['data/images is not there, and data.params.root needs it, too', false]],
  );
});

test('what a resolver did not find is missing with its own words, also where no component reads it', () => {
  const extensions: ConfigExtensions = {
    resolvers: new Map([
      [
        'run',
        {
          usage: '${run:NAME}',
          count: [1, 1],
          resolve: ({ text }) => ({
            kind: 'scalar',
            value: 'a.yaml',
            missing: { problem: `nothing for ${text}`, remedy: 'train it first' },
          }),
        },
      ],
    ]),
  };
  const yaml =
    'x: ${run:kl}\ny: ${run:other}\nz: ${y}\ndata: {target: Images, params: {root: a.yaml, weights: "${x}"}}\n';
  const found = inFolder({ 'a.yaml': yaml }, () => {
    const tree = loadExperimentTree(['a.yaml'], [], extensions);
    const open = { ...schema, properties: { ...schema.properties, x: {}, y: {}, z: {} } };
    return validateConfig(tree, open, new Registry([images])).missing;
  });
  assert.equal(
    found.map((problem) => [describeProblem(problem), problem.initial]),
    [
      ['a.yaml:2:4: y: nothing for ${run:other}\n  to fix:       train it first', false],
      ['a.yaml:4:56: data.params.weights: nothing for ${run:kl}\n  to fix:       train it first', false],
    ],
  );
});

test('all files there: nothing missing', () => {
  assert.equal(missing('data: Images', { 'data/images/a.png': '' }), []);
});

test.run();
