import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ParamsSchema } from '../params.js';
import { ConfigError } from '../errors.js';
import { defineComponent, Registry } from './component.js';

/** A small registry of made-up components, and the means to try configs as files: shared by this folder's tests. */
export class UNet {
  constructor(
    readonly channels: number,
    readonly mult: readonly number[],
  ) {}
}

export class Diffusion {
  constructor(
    readonly timesteps: number,
    readonly unet: UNet,
    readonly condition: unknown,
  ) {}
}

/** The targets whose code was loaded, in order. */
export const loads: string[] = [];

/** Stands for `await import('…')`. */
async function imported(target: string): Promise<void> {
  loads.push(target);
  await Promise.resolve();
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
    required: ['image_size', 'model_channels'],
    properties: {
      image_size: { type: 'integer', minimum: 1 },
      model_channels: { type: 'integer', minimum: 1 },
      channel_mult: { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 1, default: [1, 2, 4, 8] },
      num_heads: { type: 'integer', default: 1 },
      dropout: { type: 'number', minimum: 0, exclusiveMaximum: 1, default: 0 },
      use_checkpoint: { type: 'boolean', default: false },
      context_dim: { anyOf: [{ type: 'integer' }, { type: 'array', items: { type: 'integer' } }, { type: 'null' }] },
    },
  },
  check: ({ model_channels, num_heads }) =>
    model_channels % num_heads === 0
      ? []
      : [
          {
            path: ['num_heads'],
            problem: 'the channels cannot be divided among the heads',
            found: `${model_channels} channels, ${num_heads} heads`,
            expected: 'num_heads that divides model_channels',
          },
        ],
  load: async () => {
    await imported('UNetModel');
    return (params) => new UNet(params.model_channels, params.channel_mult);
  },
});

const diffusion = defineComponent({
  target: 'LatentDiffusion',
  aliases: ['ldm.models.diffusion.ddpm.LatentDiffusion'],
  kind: 'model',
  summary: 'a latent diffusion model',
  source: 'test',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['unet_config'],
    properties: {
      timesteps: { type: 'integer', minimum: 1, default: 1000 },
      beta_schedule: { enum: ['linear', 'cosine', 'sqrt_linear'], default: 'linear' },
      first_stage_key: { type: 'string', default: 'image' },
      ckpt_path: { type: ['string', 'null'], default: null },
      unet_config: { component: 'network', description: 'the network' },
      cond_stage_config: {
        component: ['network', 'sentinel'],
        description: 'the conditioning',
        default: '__is_unconditional__',
      },
      scheduler_config: { component: 'scheduler', description: 'the learning rate', default: null },
      ddconfig: {
        type: 'object',
        additionalProperties: false,
        required: ['ch'],
        properties: {
          ch: { type: 'integer' },
          ch_mult: { type: 'array', items: { type: 'integer' }, default: [1, 2] },
        },
      },
      losses: { type: 'array', items: { component: 'loss', description: 'one of the losses' }, default: [] },
    },
  },
  load: async () => {
    await imported('LatentDiffusion');
    return (params, build) =>
      new Diffusion(params.timesteps, build<UNet>(params.unet_config), build(params.cond_stage_config));
  },
});

const empty = { type: 'object', additionalProperties: false, properties: {} } as const satisfies ParamsSchema;

const dataModule = defineComponent({
  target: 'DataModuleFromConfig',
  aliases: ['main.DataModuleFromConfig'],
  kind: 'data-module',
  summary: 'data sets as loaders',
  source: 'test',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['batch_size'],
    properties: {
      batch_size: { type: 'integer', minimum: 1 },
      train: { anyOf: [{ component: 'dataset', description: 'for training' }, { type: 'null' }], default: null },
    },
  },
  load: async () => {
    await imported('DataModuleFromConfig');
    return (params) => params;
  },
});

function simple(target: string, kind: string, alias: string, value: unknown) {
  const aliases = [alias];
  const load = async () => {
    await imported(target);
    return () => value;
  };
  return defineComponent({ target, aliases, kind, summary: target, source: 'test', params: empty, load });
}

export const registry = new Registry([
  unet,
  diffusion,
  dataModule,
  simple('MNIST', 'dataset', 'data.MNIST', 'mnist'),
  simple('Identity', 'loss', 'torch.nn.Identity', 'identity'),
  simple('Unconditional', 'sentinel', '__is_unconditional__', 'unconditional'),
  defineComponent({
    target: 'ImageLogger',
    aliases: ['main.ImageLogger'],
    kind: 'callback',
    summary: 'writes images',
    source: 'test',
    params: {
      type: 'object',
      additionalProperties: false,
      properties: { batch_frequency: { type: 'integer', minimum: 1, default: 2000 } },
    },
    load: async () => {
      await imported('ImageLogger');
      return (params) => params;
    },
  }),
]);

export const trainer = {
  type: 'object',
  additionalProperties: false,
  properties: {
    max_steps: { type: 'integer', minimum: -1, default: -1 },
    max_epochs: { type: 'integer', minimum: -1, default: 1000 },
    benchmark: { type: 'boolean', default: false },
  },
} as const satisfies ParamsSchema;

/** Runs `body` in a new folder that holds these files, so that messages show short, relative names. */
export function inFolder<T>(files: Readonly<Record<string, string | Uint8Array>>, body: () => T): T {
  const before = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'config-'));
  const leave = () => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  };
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    process.chdir(folder);
    const result = body();
    if (result instanceof Promise) return result.finally(leave) as T;
    leave();
    return result;
  } catch (error) {
    leave();
    throw error;
  }
}

/** The message of the ConfigError that `body` throws. */
export function messageOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Cuts the common indentation and the first line break, so that YAML and messages can stand indented in a test. */
export function text(literal: string): string {
  const lines = literal.replace(/^\n/, '').replace(/\n *$/, '').split('\n');
  const indents = lines.filter((line) => line.trim()).map((line) => line.search(/\S/));
  const indent = Math.min(...indents);
  return lines.map((line) => line.slice(indent)).join('\n');
}
