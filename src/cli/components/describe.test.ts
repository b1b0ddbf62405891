import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { registry } from '../../../registry/index.js';
import { loadExperimentTree, Registry, toPlain, type Component } from '../../config/index.js';
import { shippedConfigs } from '../copy/shipped.js';
import { describeComponent, describeList } from './describe.js';
import { exampleOf } from './example.js';

const test = suite('components as ldm list and ldm show have them');

const component = (target: string, kind: string, params: Partial<Component['params']> = {}): Component => ({
  target,
  kind,
  summary: `This is ${target}, of which there is only one.`,
  source: 'a paper',
  params: { type: 'object', additionalProperties: false, properties: {}, ...params },
  load: () => Promise.reject(new Error('is not loaded')),
});

const coder = component('Coder', 'first-stage', {
  required: ['config', 'loss'],
  properties: {
    config: {
      type: 'object',
      required: ['ch'],
      properties: {
        ch: { type: 'integer', minimum: 1, unit: 'channels', description: 'Of the first level.' },
        mult: { type: 'array', items: { type: 'integer' }, default: [1, 2] },
      },
      description: 'Of both halves.',
    },
    loss: { component: ['loss', 'none'], description: 'What it is trained by.' },
    more: { type: 'array', items: { component: 'loss' }, description: 'More of them.' },
    key: { type: ['string', 'null'], default: null },
  },
});
const components = new Registry([coder, component('Sum', 'loss'), component('Nothing', 'none')]);

test('the list is grouped by kind, its lines broken to the width of the terminal', () => {
  assert.is(
    describeList(components.components(), 40),
    `first-stage
  Coder    This is Coder, of which there
           is only one.

loss
  Sum      This is Sum, of which there
           is only one.

none
  Nothing  This is Nothing, of which
           there is only one.`,
  );
});

test('a page says what each parameter takes, those of maps in it and what fits a slot too', () => {
  const page = describeComponent(
    { ...coder, aliases: ['some.module.Coder'], shapes: 'x [N, C, H, W] -> the same' },
    { registry: components, example: exampleOf(coder, []), width: 60 },
  );
  assert.is(
    page,
    `Coder   first-stage: This is Coder, of which there is only
        one.
also    some.module.Coder
shapes  x [N, C, H, W] -> the same
source  a paper

parameters
  config  map, required
          Of both halves.
          ch    integer >= 1, in channels, required
                Of the first level.
          mult  list of integers, default [1, 2]
  loss    a loss or none ({target, params}), required
          What it is trained by.
          fits: Sum, Nothing
  more    list of components ({target, params}), may be left
          out
          More of them.
          fits: Sum
  key     text or null, default null

to fill in
  target: Coder
  params:
    config:
      ch: ???     # integer >= 1
    loss:
      target: ??? # a loss or none ({target, params})`,
  );
});

test('a shipped config is the example where one has the component, by whatever name', () => {
  const unet2d = registry.resolve('UNet2DModel');
  assert.ok(unet2d);
  const { yaml, source } = exampleOf(unet2d);
  assert.is(source, 'configs/classic/unet2d-mnist.yaml');
  assert.match(yaml, /^target: diffusers\.UNet2DModel\nparams:\n {2}sample_size: 28\n[^]* {2}num_class_embeds: 10\n$/);
  assert.not.match(yaml, /#/);
});

for (const { target } of registry.components()) {
  test(`the example of ${target} can be read and names it`, () => {
    const known = registry.resolve(target);
    assert.ok(known);
    const tree = loadExperimentTree([{ name: 'example.yaml', text: exampleOf(known, []).yaml.replaceAll('???', '1') }]);
    const { target: named, params = {} } = toPlain(tree.root) as { target: string; params?: object };
    assert.is(named, target);
    assert.equal(Object.keys(params), [...(known.params.required ?? [])]);
  });
}

test('what is called with tensors says their shapes', () => {
  const kinds = ['network', 'classifier', 'first-stage', 'autoencoder-part', 'discriminator', 'conditioner', 'model'];
  assert.equal(
    registry
      .components(kinds)
      .filter(({ shapes, aliases = [] }) => shapes === undefined && !aliases.some((alias) => alias.startsWith('__')))
      .map(({ target }) => target),
    [],
  );
});

test('shipped configs are found by name, with the first line of their header', () => {
  const mnist = shippedConfigs().find(({ name }) => name === 'ddpm/mnist');
  assert.is(mnist?.summary, 'A class-conditional DDPM on the 70,000 handwritten digits of MNIST.');
});

test.run();
