import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inFolder, messageOf, registry, text, trainer } from './fixtures.js';
import { validateExperiment, type Experiment, type ExperimentOptions } from './experiment.js';
import { loadExperimentTree } from './load.js';

const base = text(`
  model:
    base_learning_rate: 1.0e-06
    target: ldm.models.diffusion.ddpm.LatentDiffusion
    params:
      timesteps: 100
      unet_config:
        target: ldm.modules.diffusionmodules.openaimodel.UNetModel
        params:
          image_size: 32
          model_channels: 64
          channel_mult: [1, 2]
  data:
    target: main.DataModuleFromConfig
    params:
      batch_size: 4
      train:
        target: MNIST
  lightning:
    callbacks:
      image_logger:
        target: main.ImageLogger
        params:
          batch_frequency: 5
    trainer:
      benchmark: True
  `);

interface Given {
  readonly files?: Readonly<Record<string, string>>;
  readonly overrides?: readonly string[];
  readonly options?: Partial<ExperimentOptions>;
}

function validate(yaml: string, { files = {}, overrides = [], options = {} }: Given = {}): Experiment {
  return inFolder({ 'a.yaml': yaml, ...files }, () => {
    const tree = loadExperimentTree(['a.yaml', ...Object.keys(files)], overrides);
    return validateExperiment(tree, registry, { trainer, ...options });
  });
}

const replaced = (from: string, to: string): string => {
  assert.ok(base.includes(from), `the base config holds ${from}`);
  return base.replace(from, to);
};

test('gives plain values with every default filled in', () => {
  const { tree, missing, ...experiment } = validate(base);
  assert.equal(missing, []);
  assert.equal(experiment, {
    model: {
      base_learning_rate: 0.000001,
      target: 'ldm.models.diffusion.ddpm.LatentDiffusion',
      params: {
        timesteps: 100,
        unet_config: {
          target: 'ldm.modules.diffusionmodules.openaimodel.UNetModel',
          params: {
            image_size: 32,
            model_channels: 64,
            channel_mult: [1, 2],
            num_heads: 1,
            dropout: 0,
            use_checkpoint: false,
          },
        },
        beta_schedule: 'linear',
        first_stage_key: 'image',
        ckpt_path: null,
        cond_stage_config: '__is_unconditional__',
        scheduler_config: null,
        losses: [],
      },
    },
    data: {
      target: 'main.DataModuleFromConfig',
      params: { batch_size: 4, train: { target: 'MNIST', params: {} } },
    },
    callbacks: { image_logger: { target: 'main.ImageLogger', params: { batch_frequency: 5 } } },
    trainer: { benchmark: true, max_steps: -1, max_epochs: 1000 },
  });
  assert.is(tree.root.entries.size, 3);
});

test('without a lightning section, or with an empty one, the trainer has its defaults', () => {
  for (const lightning of ['', 'lightning:\n', 'lightning:\n  trainer:\n  callbacks:\n']) {
    const experiment = validate(base.replace(/lightning:[^]*/, lightning));
    assert.equal(experiment.trainer, { max_steps: -1, max_epochs: 1000, benchmark: false });
    assert.equal(experiment.callbacks, {});
  }
});

test('a callback without a target takes the one of its name', () => {
  const yaml = replaced('      target: main.ImageLogger\n', '');
  const options = { defaultTargets: { callbacks: { image_logger: 'ImageLogger' } } };
  assert.is(validate(yaml, { options }).callbacks.image_logger?.target, 'ImageLogger');
  assert.is(
    messageOf(() => validate(yaml)),
    text(`
      a.yaml:20:5: lightning.callbacks.image_logger.target: the key "target" is missing
        expected:     the name of a callback
        to fix:       add target: …; "ldm list --kind callback" lists the names`),
  );
});

test('data and the learning rate may be absent where the caller does not need them', () => {
  const yaml = base.replace(/data:[^]*/, '').replace(/ *base_learning_rate.*\n/, '');
  assert.is(validate(yaml, { options: { optional: ['data', 'base_learning_rate'] } }).data, undefined);
  assert.is(
    messageOf(() => validate(yaml)),
    text(`
      a.yaml:1:1: data: the key "data" is missing
        expected:     a data-module ({target, params})
        to fix:       add data: …

      a.yaml:1:1: model.base_learning_rate: the key "base_learning_rate" is missing
        expected:     number >= 0
        to fix:       add base_learning_rate: …`),
  );
});

test('params that are left out, or empty, are the defaults; a bare name stands for { target }', () => {
  const experiment = validate(base, {
    overrides: ['model.params.losses=[{target: Identity, params: null}, Identity]'],
  });
  assert.equal(experiment.model.params.losses, [{ target: 'Identity', params: {} }, 'Identity']);
  const callbacks = { overrides: ['+lightning.callbacks.other=ImageLogger'] };
  assert.equal(validate(base, callbacks).callbacks.other, {
    target: 'ImageLogger',
    params: { batch_frequency: 2000 },
  });
});

const mistakes: readonly (readonly [string, string, Given, string])[] = [
  [
    'a mistyped section',
    replaced('model:', 'modle:'),
    {},
    `
      a.yaml:1:1: modle: unknown key "modle"
        found:        modle: {base_learning_rate: 1.0e-06, target: "ldm.models.di…
        expected:     one of model, data, lightning
        did you mean: model
        to fix:       rename it`,
  ],
  [
    'parms for params, without the consequences',
    replaced('  params:\n    timesteps', '  parms:\n    timesteps'),
    {},
    `
      a.yaml:4:3: model.parms: unknown key "parms"
        found:        parms: {timesteps: 100, unet_config: {target: "ldm.modules.…
        expected:     one of base_learning_rate, target, params
        did you mean: params
        to fix:       rename it`,
  ],
  [
    'a mistyped required parameter, reported once',
    replaced('model_channels: 64', 'model_chanels: 64'),
    {},
    `
      a.yaml:10:9: model.params.unet_config.params.model_chanels: UNetModel has no parameter "model_chanels"
        found:        model_chanels: 64
        expected:     one of image_size, model_channels, channel_mult, num_heads, dropout, use_checkpoint, context_dim
        did you mean: model_channels
        to fix:       rename it; "ldm show UNetModel" lists the parameters`,
  ],
  [
    'text for a list',
    replaced('[1, 2]', '"1,2"'),
    {},
    `
      a.yaml:11:23: model.params.unet_config.params.channel_mult: wrong type
        found:        "1,2" (text)
        expected:     non-empty list of integers >= 1
        to fix:       write [1, 2]`,
  ],
  [
    'a Python tuple for a list',
    replaced('[1, 2]', '(1, 2)'),
    {},
    `
      a.yaml:11:23: model.params.unet_config.params.channel_mult: wrong type
        found:        "(1, 2)" (text)
        expected:     non-empty list of integers >= 1
        to fix:       write [1, 2]`,
  ],
  [
    'one number for a list',
    replaced('[1, 2]', '4'),
    {},
    `
      a.yaml:11:23: model.params.unet_config.params.channel_mult: wrong type
        found:        4 (integer)
        expected:     non-empty list of integers >= 1
        to fix:       write [4]`,
  ],
  [
    'an item of the wrong type',
    replaced('[1, 2]', '[1, 2.5]'),
    {},
    `
      a.yaml:11:27: model.params.unet_config.params.channel_mult.1: wrong type
        found:        2.5 (number)
        expected:     integer >= 1`,
  ],
  [
    'an unknown target: the nearest name by its last part',
    replaced('openaimodel.UNetModel', 'openaimodel.UnetModel'),
    {},
    `
      a.yaml:7:15: model.params.unet_config.target: unknown target
        found:        ldm.modules.diffusionmodules.openaimodel.UnetModel
        expected:     the name of a network
        did you mean: UNetModel
        to fix:       "ldm list --kind network" lists the names`,
  ],
  [
    'a component of the wrong kind',
    replaced('ldm.modules.diffusionmodules.openaimodel.UNetModel', 'data.MNIST'),
    {},
    `
      a.yaml:7:15: model.params.unet_config.target: MNIST cannot be used here
        found:        data.MNIST, a dataset
        expected:     a network
        to fix:       "ldm list --kind network" lists the names`,
  ],
  [
    'a missing required parameter',
    replaced('        image_size: 32\n', ''),
    {},
    `
      a.yaml:8:7: model.params.unet_config.params.image_size: UNetModel needs the parameter "image_size"
        expected:     integer >= 1
        to fix:       add image_size: …`,
  ],
  [
    'a missing component',
    replaced('timesteps: 100', 'first_stage_key: x').replace(/ {4}unet_config:[^]*?(?=data:)/, ''),
    {},
    `
      a.yaml:4:3: model.params.unet_config: LatentDiffusion needs the parameter "unet_config"
        expected:     a network ({target, params})
        to fix:       add unet_config: …`,
  ],
  [
    'a list where a component belongs',
    replaced('target: MNIST', '- target: MNIST'),
    {},
    `
      a.yaml:17:7: data.params.train: wrong value
        found:        [{target: "MNIST"}] (list)
        expected:     a dataset ({target, params}) or null`,
  ],
  [
    'a mistyped trainer option',
    replaced('benchmark: True', 'max_step: 100'),
    {},
    `
      a.yaml:25:5: lightning.trainer.max_step: unknown key "max_step"
        found:        max_step: 100
        expected:     one of max_steps, max_epochs, benchmark
        did you mean: max_steps
        to fix:       rename it`,
  ],
  [
    'a quoted number',
    replaced('batch_size: 4', 'batch_size: "4"'),
    {},
    `
      a.yaml:15:17: data.params.batch_size: wrong type
        found:        "4" (text)
        expected:     integer >= 1
        to fix:       write 4`,
  ],
  [
    'a quoted boolean',
    replaced('benchmark: True', "benchmark: 'yes'"),
    {},
    `
      a.yaml:25:16: lightning.trainer.benchmark: wrong type
        found:        "yes" (text)
        expected:     true or false
        to fix:       write yes`,
  ],
  [
    'a choice that does not exist',
    replaced('timesteps: 100', 'beta_schedule: Linear'),
    {},
    `
      a.yaml:5:20: model.params.beta_schedule: unknown choice
        found:        "Linear" (text)
        expected:     one of linear, cosine, sqrt_linear
        did you mean: linear`,
  ],
  [
    'a value that is no number',
    replaced('1.0e-06', '.nan'),
    {},
    `
      a.yaml:2:23: model.base_learning_rate: wrong type
        found:        .nan (number)
        expected:     number >= 0`,
  ],
  [
    'a rule of the component, with defaults filled in',
    replaced('[1, 2]', '[1, 2]\n        num_heads: 7'),
    {},
    `
      a.yaml:12:20: model.params.unet_config.params.num_heads: the channels cannot be divided among the heads
        found:        64 channels, 7 heads
        expected:     num_heads that divides model_channels`,
  ],
  [
    'a mistake in the second file',
    base,
    { files: { 'b.yaml': 'model:\n  params:\n    timesteps: many\n    unet_config: {params: {dropuot: 0.1}}\n' } },
    `
      b.yaml:3:16: model.params.timesteps: wrong type
        found:        "many" (text)
        expected:     integer >= 1

      b.yaml:4:28: model.params.unet_config.params.dropuot: UNetModel has no parameter "dropuot"
        found:        dropuot: 0.1
        expected:     one of image_size, model_channels, channel_mult, num_heads, dropout, use_checkpoint, context_dim
        did you mean: dropout
        to fix:       rename it; "ldm show UNetModel" lists the parameters`,
  ],
  [
    'a mistake in an override',
    base,
    { overrides: ['model.params.timesteps=0', 'model.params.unet_config.params.channel_mult=1,2'] },
    `
      override model.params.timesteps=0: model.params.timesteps: out of range
        found:        0 (integer)
        expected:     integer >= 1

      override model.params.unet_config.params.channel_mult=1,2: model.params.unet_config.params.channel_mult: wrong type
        found:        "1,2" (text)
        expected:     non-empty list of integers >= 1
        to fix:       write [1, 2]`,
  ],
  [
    'an override of a path that nothing knows',
    base,
    { overrides: ['trainer.max_steps=5'] },
    `
      override trainer.max_steps=5: trainer: unknown key "trainer"
        found:        trainer: {max_steps: 5}
        expected:     one of model, data, lightning
        to fix:       move it under lightning`,
  ],
  [
    'several mistakes, in the order of the files and lines, overrides last',
    replaced('timesteps: 100', 'timestep: 100').replace('batch_size: 4', 'batch_size: 0').replace('benchmark', 'bench'),
    { files: { '0.yaml': 'extra: 1\n' }, overrides: ['model.params.ddconfig={chn: 3}'] },
    `
      a.yaml:5:5: model.params.timestep: LatentDiffusion has no parameter "timestep"
        found:        timestep: 100
        expected:     one of timesteps, beta_schedule, first_stage_key, ckpt_path, unet_config, cond_stage_config, scheduler_config, ddconfig, losses
        did you mean: timesteps
        to fix:       rename it; "ldm show LatentDiffusion" lists the parameters

      a.yaml:15:17: data.params.batch_size: out of range
        found:        0 (integer)
        expected:     integer >= 1

      a.yaml:25:5: lightning.trainer.bench: unknown key "bench"
        found:        bench: True
        expected:     one of max_steps, max_epochs, benchmark
        to fix:       remove it

      0.yaml:1:1: extra: unknown key "extra"
        found:        extra: 1
        expected:     one of model, data, lightning
        to fix:       remove it

      override model.params.ddconfig={chn: 3}: model.params.ddconfig.chn: unknown key "chn"
        found:        chn: 3
        expected:     one of ch, ch_mult
        did you mean: ch
        to fix:       rename it`,
  ],
];

for (const [name, yaml, given, message] of mistakes) {
  test(`says what is wrong with ${name}`, () => {
    assert.is(
      messageOf(() => validate(yaml, given)),
      text(message),
    );
  });
}

test('of a value that the check of the trainer speaks of, the schema says no more', () => {
  const checkTrainer = ({ max_steps: found }: Readonly<Record<string, unknown>>) =>
    found === -2 ? [{ path: ['max_steps'], problem: 'not below -1', found: '-2' }] : [];
  const overrides = ['lightning.trainer.max_steps=-2', 'lightning.trainer.max_epochs=-2'];
  assert.is(
    messageOf(() => validate(base, { overrides, options: { checkTrainer } })),
    text(`
      override lightning.trainer.max_steps=-2: lightning.trainer.max_steps: not below -1
        found:        -2

      override lightning.trainer.max_epochs=-2: lightning.trainer.max_epochs: out of range
        found:        -2 (integer)
        expected:     integer >= -1`),
  );
  assert.not.throws(() => validate(base, { options: { checkTrainer } }));
});

test('keys named like the members of objects are unknown keys, not their values', () => {
  const message = messageOf(() => validate(base, { overrides: ['model.params.constructor=1', 'toString=1'] }));
  assert.match(message, 'LatentDiffusion has no parameter "constructor"');
  assert.match(message, 'unknown key "toString"');
});

test.run();
