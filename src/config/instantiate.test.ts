import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError } from '../errors.js';
import { defineComponent, Registry } from './component.js';
import { Diffusion, inFolder, loads, registry, text, trainer, UNet } from './fixtures.js';
import { instantiateFromConfig, loadExperimentTree, validateExperiment } from './index.js';

const unet = { target: 'UNetModel', params: { image_size: 32, model_channels: 64 } };
const model = { target: 'LatentDiffusion', params: { unet_config: unet, losses: ['Identity'] } };

test('builds a component and what it is made of, with defaults', async () => {
  const built = await instantiateFromConfig<Diffusion>(model, registry);
  assert.instance(built, Diffusion);
  assert.is(built.timesteps, 1000);
  assert.instance(built.unet, UNet);
  assert.equal(built.unet.mult, [1, 2, 4, 8]);
  assert.is(built.condition, 'unconditional');
});

test('leaves the given config as it was', async () => {
  const given = structuredClone(model);
  await instantiateFromConfig(given, registry);
  assert.equal(given, model);
});

test('loads the components that the config names, once each, and no others', async () => {
  loads.length = 0;
  await instantiateFromConfig(model, registry);
  assert.equal(loads.toSorted(), ['Identity', 'LatentDiffusion', 'UNetModel', 'Unconditional']);
});

test('builds the parts of a validated experiment', async () => {
  const yaml = `
    model: {base_learning_rate: 1.0, target: LatentDiffusion, params: {unet_config: ${JSON.stringify(unet)}}}
    data: {target: DataModuleFromConfig, params: {batch_size: 4}}`;
  const experiment = inFolder({ 'a.yaml': yaml }, () =>
    validateExperiment(loadExperimentTree(['a.yaml']), registry, { trainer }),
  );
  const built = await instantiateFromConfig<Diffusion>(experiment.model, registry);
  assert.is(built.unet.channels, 64);
});

test('a bare name is built', async () => {
  assert.is(await instantiateFromConfig('torch.nn.Identity', registry), 'identity');
});

async function rejection(config: unknown): Promise<Error> {
  try {
    await instantiateFromConfig(config as typeof model, registry);
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

test('a config from a program is validated, and its mistakes are reported without places', async () => {
  const error = await rejection({ target: 'UNetModel', params: { image_size: '32', modelChannels: 64 } });
  assert.instance(error, ConfigError);
  assert.is(
    error.message,
    text(`
      params.modelChannels: UNetModel has no parameter "modelChannels"
        found:        modelChannels: 64
        expected:     one of image_size, model_channels, channel_mult, num_heads, dropout, use_checkpoint, context_dim
        did you mean: model_channels
        to fix:       rename it; "ldm show UNetModel" lists the parameters

      params.image_size: wrong type
        found:        "32" (text)
        expected:     integer >= 1
        to fix:       write 32`),
  );
});

test('a config from a program can hold neither cycles nor instances', async () => {
  const cycle: Record<string, unknown> = { target: 'UNetModel' };
  cycle.params = cycle;
  assert.match((await rejection(cycle)).message, 'nested more than 64 levels deep');
  const dated = { target: 'UNetModel', params: { image_size: new Date(0) } };
  assert.is(
    (await rejection(dated)).message,
    text(`
      params.image_size: not a value that a config can hold
        found:        an instance of Date
        expected:     a map, list, number, text, true, false or null`),
  );
});

test('a component that builds what its config does not hold is a bug and throws', async () => {
  const greedy = defineComponent({
    target: 'Greedy',
    kind: 'network',
    summary: 'builds a part of its own',
    source: 'test',
    params: { type: 'object', additionalProperties: false, properties: {} },
    load: async () => {
      await Promise.resolve();
      return (_params, build) => build({ target: 'UNetModel', params: {} });
    },
  });
  try {
    await instantiateFromConfig(
      { target: 'Greedy', params: {} },
      new Registry([greedy, ...registry.components('network')]),
    );
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, 'build: "UNetModel" is not a part of the config that is being built');
  }
});

test.run();
