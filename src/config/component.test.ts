import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defineComponent, Registry, type Build } from './component.js';

class UNet {
  constructor(
    readonly channels: number,
    readonly inner: unknown,
  ) {}
}

const unet = defineComponent({
  target: 'UNetModel',
  aliases: ['ldm.modules.diffusionmodules.openaimodel.UNetModel'],
  kind: 'network',
  summary: 'a U-Net',
  source: 'test',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['model_channels'],
    properties: {
      model_channels: { type: 'integer', minimum: 1 },
      channel_mult: { type: 'array', items: { type: 'integer' }, default: [1, 2] },
      inner: { component: 'network', description: 'nested' },
    },
  },
  check: (params) => {
    const channels: number = params.model_channels;
    return channels % 32 === 0 ? [] : [{ path: ['model_channels'], problem: 'not a multiple of 32' }];
  },
  load: async () => {
    await Promise.resolve();
    return (params, build) => {
      const mult: number[] = params.channel_mult;
      // @ts-expect-error: the schema declares no such parameter
      assert.is(params.nothing, undefined);
      return new UNet(params.model_channels * mult.length, params.inner && build<UNet>(params.inner));
    };
  },
});

const identity = defineComponent({
  target: 'Identity',
  aliases: ['torch.nn.Identity'],
  kind: 'loss',
  summary: 'passes its input through',
  source: 'test',
  params: { type: 'object', additionalProperties: false, properties: {} },
  load: () => Promise.resolve(() => (x: unknown) => x),
});

test('resolves the canonical name and every alias', () => {
  const registry = new Registry([unet, identity]);
  assert.is(registry.resolve('UNetModel'), unet);
  assert.is(registry.resolve('ldm.modules.diffusionmodules.openaimodel.UNetModel'), unet);
  assert.is(registry.resolve('unetmodel'), undefined);
  assert.is(registry.resolve('__proto__'), undefined);
  assert.equal(registry.names(), ['UNetModel', 'Identity']);
  assert.equal(
    registry.components('loss').map(({ target }) => target),
    ['Identity'],
  );
});

test('a name claimed twice throws', () => {
  assert.throws(
    () => new Registry([unet, defineComponent({ ...identity, aliases: ['UNetModel'] })]),
    (error: Error) => error.message === 'Registry: "UNetModel" names both UNetModel and Identity',
  );
});

test('a planned component is known, and cannot be there as well', () => {
  const planned = { target: 'OpenImagesBBox', aliases: ['ldm.data.BBox'], kind: 'dataset', summary: 'boxes' };
  const registry = new Registry([unet], [planned]).with([identity]);
  assert.is(registry.planned('ldm.data.BBox'), planned);
  assert.is(registry.resolve('ldm.data.BBox'), undefined);
  assert.is(registry.resolve('Identity'), identity);
  assert.throws(
    () => new Registry([unet], [{ ...planned, aliases: ['UNetModel'] }]),
    /"UNetModel" is planned and there/,
  );
});

test('the nearest names are found by the last dotted segment', () => {
  const registry = new Registry([unet, identity]);
  assert.equal(registry.nearest('ldm.modules.diffusionmodules.openaimodel.UnetModel'), ['UNetModel']);
  assert.equal(registry.nearest('openaimodel.UNetModel'), ['UNetModel']);
  assert.equal(registry.nearest('torch.nn.Identiti', 'loss'), ['Identity']);
  assert.equal(registry.nearest('torch.nn.Identiti', 'network'), []);
});

test('the factory sees the parameters of the schema', async () => {
  const build = await unet.load();
  const buildNothing: Build = () => {
    throw new Error('nothing is nested here');
  };
  const made: UNet = build({ model_channels: 32, channel_mult: [1, 2] }, buildNothing);
  assert.is(made.channels, 64);
});

test.run();
