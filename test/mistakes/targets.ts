import { latent, type Mistake } from './mistake.js';

/** Names of components. */
export const targets: readonly Mistake[] = [
  {
    title: 'a network in the wrong case',
    edit: ['target: UNetModel', 'target: ldm.modules.diffusionmodules.openaimodel.UnetModel'],
    message: `
      a.yaml:10:15: model.params.unet_config.target: unknown target
        found:        ldm.modules.diffusionmodules.openaimodel.UnetModel
        expected:     the name of a network
        did you mean: UNetModel, UNet2DModel
        to fix:       "ldm list --kind network" lists the names`,
  },
  {
    title: 'a network of a made-up module',
    edit: ['target: UNetModel', 'target: ldm.modules.UNetModell'],
    message: `
      a.yaml:10:15: model.params.unet_config.target: unknown target
        found:        ldm.modules.UNetModell
        expected:     the name of a network
        did you mean: UNetModel, UNet2DModel
        to fix:       "ldm list --kind network" lists the names`,
  },
  {
    title: 'a data set where a network belongs',
    edit: ['target: UNetModel\n', 'target: MNIST\n'],
    message: `
      a.yaml:10:15: model.params.unet_config.target: MNIST cannot be used here
        found:        MNIST, a dataset
        expected:     a network
        to fix:       "ldm list --kind network" lists the names`,
  },
  {
    title: 'a network where a data set belongs',
    edit: ['target: MNIST', 'target: UNetModel'],
    message: `
      a.yaml:26:15: data.params.train.target: UNetModel cannot be used here
        found:        UNetModel, a network
        expected:     a dataset
        to fix:       "ldm list --kind dataset" lists the names`,
  },
  {
    title: 'a network as the model',
    edit: ['target: DDPM', 'target: UNetModel'],
    message: `
      a.yaml:3:11: model.target: UNetModel cannot be used here
        found:        UNetModel, a network
        expected:     a model or first-stage
        to fix:       "ldm list" lists the names`,
  },
  {
    title: 'a callback as the data',
    edit: ['target: DataModuleFromConfig', 'target: ImageLogger'],
    message: `
      a.yaml:22:11: data.target: ImageLogger cannot be used here
        found:        ImageLogger, a callback
        expected:     a data-module
        to fix:       "ldm list --kind data-module" lists the names`,
  },
  {
    title: 'a model as a callback',
    edit: ['target: ImageLogger', 'target: DDPM'],
    message: `
      a.yaml:32:15: lightning.callbacks.image_logger.target: DDPM cannot be used here
        found:        DDPM, a model
        expected:     a callback
        to fix:       "ldm list --kind callback" lists the names`,
  },
  {
    title: 'a class that there is not',
    edit: ['target: DDPM', 'target: my.models.FlowMatching'],
    message: `
      a.yaml:3:11: model.target: unknown target
        found:        my.models.FlowMatching
        expected:     the name of a model or first-stage
        to fix:       "ldm list" lists the names; one of your own is written ./my/models.ts#FlowMatching`,
  },
  {
    title: 'a callback that there is not',
    edit: ['target: ImageLogger', 'target: main.ImagLogger'],
    message: `
      a.yaml:32:15: lightning.callbacks.image_logger.target: unknown target
        found:        main.ImagLogger
        expected:     the name of a callback
        did you mean: ImageLogger
        to fix:       "ldm list --kind callback" lists the names`,
  },
  {
    title: 'a logger of Lightning that is not built yet',
    edit: ['lightning:\n', 'lightning:\n  logger:\n    target: pytorch_lightning.loggers.CSVLogger\n'],
    message: `
      a.yaml:29:13: lightning.logger.target: CSVLogger is known, but not built yet
        found:        pytorch_lightning.loggers.CSVLogger
        expected:     A table of values. Meanwhile: TensorBoardLogger; metrics.jsonl in the run folder has all values too
        to fix:       "ldm list --kind logger" lists the names`,
  },
  {
    title: 'no target',
    edit: ['  target: DDPM\n', ''],
    message: `
      a.yaml:1:1: model.target: the key "target" is missing
        expected:     the name of a model or first-stage
        to fix:       add target: …; "ldm list" lists the names`,
  },
  {
    title: 'a sentinel mistyped',
    base: latent,
    edit: [
      '    cond_stage_config:\n      target: ldm.modules.encoders.modules.ClassEmbedder\n      params:\n        embed_dim: 128\n        n_classes: 10\n        key: class_label\n',
      '    cond_stage_config: __is_unconditionnal__\n',
    ],
    message: `
      a.yaml:43:24: model.params.cond_stage_config: unknown target
        found:        __is_unconditionnal__
        expected:     the name of a conditioner, first-stage or identity
        did you mean: __is_unconditional__, Unconditional
        to fix:       "ldm list" lists the names`,
  },
];
