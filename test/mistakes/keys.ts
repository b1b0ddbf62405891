import { latent, type Mistake } from './mistake.js';

/** Keys that nothing knows, or that are missing. */
export const keys: readonly Mistake[] = [
  {
    title: 'model',
    edit: ['model:\n', 'modle:\n'],
    message: `
      a.yaml:1:1: modle: unknown key "modle"
        found:        modle: {base_learning_rate: 1.0e-4, target: "DDPM", params:…
        expected:     one of model, data, lightning
        did you mean: model
        to fix:       rename it`,
  },
  {
    title: 'lightning',
    edit: ['lightning:\n', 'lightening:\n'],
    message: `
      a.yaml:27:1: lightening: unknown key "lightening"
        found:        lightening: {trainer: {max_steps: 12}, callbacks: {image_lo…
        expected:     one of model, data, lightning
        did you mean: lightning
        to fix:       rename it`,
  },
  {
    title: 'data left out',
    edit: [
      'data:\n  target: DataModuleFromConfig\n  params:\n    batch_size: 4\n    train:\n      target: MNIST\n',
      '',
    ],
    message: `
      a.yaml:1:1: data: the key "data" is missing
        expected:     a data-module ({target, params})
        to fix:       add data: …`,
  },
  {
    title: 'model left empty',
    edit: ['model:\n  base', 'model:\nmode:\n  base'],
    message: `
      a.yaml:1:7: model: wrong type
        found:        null
        expected:     a model or first-stage ({target, params})

      a.yaml:2:1: mode: unknown key "mode"
        found:        mode: {base_learning_rate: 1.0e-4, target: "DDPM", params: …
        expected:     one of model, data, lightning
        did you mean: model
        to fix:       rename it`,
  },
  {
    title: 'target',
    edit: ['  target: DDPM', '  traget: DDPM'],
    message: `
      a.yaml:3:3: model.traget: unknown key "traget"
        found:        traget: "DDPM"
        expected:     one of base_learning_rate, target, params
        did you mean: target
        to fix:       rename it`,
  },
  {
    title: 'params',
    edit: ['  params:\n    timesteps', '  parms:\n    timesteps'],
    message: `
      a.yaml:4:3: model.parms: unknown key "parms"
        found:        parms: {timesteps: 20, image_size: 32, channels: 1, conditi…
        expected:     one of base_learning_rate, target, params
        did you mean: params
        to fix:       rename it`,
  },
  {
    title: 'params left out',
    edit: [
      '      params:\n        image_size: 32\n        in_channels: 1\n        out_channels: 1\n        model_channels: 32\n        num_res_blocks: 1\n        channel_mult: [1, 2]\n        attention_resolutions: [2]\n        num_heads: 2\n        num_classes: 10\n',
      '',
    ],
    message: `
      a.yaml:10:7: model.params.unet_config.params.image_size: UNetModel needs the parameter "image_size"
        expected:     integer >= 1 or list of integers >= 1
        to fix:       add image_size: …

      a.yaml:10:7: model.params.unet_config.params.in_channels: UNetModel needs the parameter "in_channels"
        expected:     integer >= 1
        to fix:       add in_channels: …

      a.yaml:10:7: model.params.unet_config.params.out_channels: UNetModel needs the parameter "out_channels"
        expected:     integer >= 1
        to fix:       add out_channels: …

      a.yaml:10:7: model.params.unet_config.params.model_channels: UNetModel needs the parameter "model_channels"
        expected:     integer >= 1
        to fix:       add model_channels: …

      a.yaml:10:7: model.params.unet_config.params.num_res_blocks: UNetModel needs the parameter "num_res_blocks"
        expected:     integer >= 1
        to fix:       add num_res_blocks: …

      a.yaml:10:7: model.params.unet_config.params.attention_resolutions: UNetModel needs the parameter "attention_resolutions"
        expected:     list of integers >= 1
        to fix:       add attention_resolutions: …`,
  },
  {
    title: 'a parameter of the model',
    edit: ['    timesteps: 20', '    timestep: 20'],
    message: `
      a.yaml:5:5: model.params.timestep: DDPM has no parameter "timestep"
        found:        timestep: 20
        did you mean: timesteps
        to fix:       rename it; "ldm show DDPM" lists the parameters`,
  },
  {
    title: 'a parameter of the network',
    edit: ['        model_channels: 32', '        model_chanels: 32'],
    message: `
      a.yaml:15:9: model.params.unet_config.params.model_chanels: UNetModel has no parameter "model_chanels"
        found:        model_chanels: 32
        did you mean: model_channels, out_channels
        to fix:       rename it; "ldm show UNetModel" lists the parameters`,
  },
  {
    title: 'a parameter that nothing is like',
    edit: ['    timesteps: 20', '    timesteps: 20\n    flux_capacitor: 1'],
    message: `
      a.yaml:6:5: model.params.flux_capacitor: DDPM has no parameter "flux_capacitor"
        found:        flux_capacitor: 1
        to fix:       remove it; "ldm show DDPM" lists the parameters`,
  },
  {
    title: 'a parameter that the network needs',
    edit: ['        in_channels: 1\n', ''],
    message: `
      a.yaml:11:7: model.params.unet_config.params.in_channels: UNetModel needs the parameter "in_channels"
        expected:     integer >= 1
        to fix:       add in_channels: …`,
  },
  {
    title: 'a parameter of the component around it',
    edit: ['      target: UNetModel\n', '      target: UNetModel\n      model_channels: 64\n'],
    message: `
      a.yaml:11:7: model.params.unet_config.model_channels: unknown key "model_channels"
        found:        model_channels: 64
        expected:     one of target, params
        to fix:       move it under params`,
  },
  {
    title: 'base_learning_rate inside params',
    edit: [
      '  base_learning_rate: 1.0e-4\n  target: DDPM\n  params:\n',
      '  target: DDPM\n  params:\n    base_learning_rate: 1.0e-4\n',
    ],
    message: `
      a.yaml:1:1: model.base_learning_rate: the key "base_learning_rate" is missing
        expected:     number >= 0
        to fix:       add base_learning_rate: …

      a.yaml:4:5: model.params.base_learning_rate: DDPM has no parameter "base_learning_rate"
        found:        base_learning_rate: 1.0e-4
        to fix:       move it beside params; "ldm show DDPM" lists the parameters`,
  },
  {
    title: 'a data set',
    edit: ['    train:\n', '    trian:\n'],
    message: `
      a.yaml:25:5: data.params.trian: DataModuleFromConfig has no parameter "trian"
        found:        trian: {target: "MNIST"}
        expected:     one of batch_size, num_workers, wrap, use_worker_init_fn, shuffle_val_dataloader, shuffle_test_loader, train, validation, test, predict
        did you mean: train
        to fix:       rename it; "ldm show DataModuleFromConfig" lists the parameters`,
  },
  {
    title: 'an option of the trainer',
    edit: ['    max_steps: 12', '    max_step: 12'],
    message: `
      a.yaml:29:5: lightning.trainer.max_step: unknown key "max_step"
        found:        max_step: 12
        did you mean: max_steps, min_steps
        to fix:       rename it`,
  },
  {
    title: 'an option of a callback',
    edit: ['        batch_frequency: 6', '        batch_freq: 6'],
    message: `
      a.yaml:34:9: lightning.callbacks.image_logger.params.batch_freq: ImageLogger has no parameter "batch_freq"
        found:        batch_freq: 6
        expected:     one of batch_frequency, max_images, clamp, increase_log_steps, rescale, disabled, log_on_batch_idx, log_first_step, log_images_kwargs, log_last
        did you mean: batch_frequency
        to fix:       rename it; "ldm show ImageLogger" lists the parameters`,
  },
  {
    title: 'trainer beside lightning',
    edit: ['lightning:\n  trainer:\n    max_steps: 12\n', 'trainer:\n  max_steps: 12\nlightning:\n'],
    message: `
      a.yaml:27:1: trainer: unknown key "trainer"
        found:        trainer: {max_steps: 12}
        expected:     one of model, data, lightning
        to fix:       move it under lightning`,
  },
  {
    title: 'callbacks',
    edit: ['  callbacks:\n', '  callback:\n'],
    message: `
      a.yaml:30:3: lightning.callback: unknown key "callback"
        found:        callback: {image_logger: {target: "ImageLogger", params: {b…
        expected:     one of trainer, callbacks, modelcheckpoint, logger, find_unused_parameters, strategy
        did you mean: callbacks
        to fix:       rename it`,
  },
  {
    title: 'a part of the autoencoder',
    base: latent,
    edit: ['          z_channels: 3\n', '          z_chanels: 3\n'],
    message: `
      a.yaml:32:11: model.params.first_stage_config.params.ddconfig.z_chanels: unknown key "z_chanels"
        found:        z_chanels: 3
        did you mean: z_channels, in_channels
        to fix:       rename it`,
  },
];
