import { type Mistake } from './mistake.js';

/** Overrides on the command line. */
export const overrides: readonly Mistake[] = [
  {
    title: 'no value',
    overrides: ['model.params.timesteps'],
    message: `
      override model.params.timesteps: there is no "="
        expected:     path=value, +path=value or ~path, e.g. data.params.batch_size=4`,
  },
  {
    title: 'no path',
    overrides: ['=3'],
    message: `
      override =3: "" is not a path
        expected:     path=value, +path=value or ~path, e.g. data.params.batch_size=4`,
  },
  {
    title: 'an empty step',
    overrides: ['model..params=3'],
    message: `
      override model..params=3: "model..params" is not a path
        expected:     path=value, +path=value or ~path, e.g. data.params.batch_size=4`,
  },
  {
    title: 'a space',
    overrides: ['model.params.timesteps =3'],
    message: `
      override model.params.timesteps =3: "model.params.timesteps " is not a path
        expected:     path=value, +path=value or ~path, e.g. data.params.batch_size=4`,
  },
  {
    title: 'a removal with a value',
    overrides: ['~model.params.timesteps=3'],
    message: `
      override ~model.params.timesteps=3: a removal takes no value
        expected:     ~path
        to fix:       write ~model.params.timesteps`,
  },
  {
    title: 'a removal of nothing',
    overrides: ['~model.params.timestep'],
    message: `
      override ~model.params.timestep: model.params.timestep: there is nothing to remove
        did you mean: timesteps`,
  },
  {
    title: 'an addition of what is there',
    overrides: ['+model.params.timesteps=30'],
    message: `
      override +model.params.timesteps=30: model.params.timesteps: there is a value already
        to fix:       leave out the "+" to replace it: model.params.timesteps=30`,
  },
  {
    title: 'an index beyond the list',
    overrides: ['model.params.unet_config.params.channel_mult.2=4'],
    message: `
      override model.params.unet_config.params.channel_mult.2=4: model.params.unet_config.params.channel_mult.2: the list has 2 items
        found:        2
        expected:     an index from 0 to 1
        to fix:       append with +model.params.unet_config.params.channel_mult.2=…`,
  },
  {
    title: 'a key of a list',
    overrides: ['model.params.unet_config.params.channel_mult.first=4'],
    message: `
      override model.params.unet_config.params.channel_mult.first=4: model.params.unet_config.params.channel_mult.first: the list has 2 items
        found:        first
        expected:     an index from 0 to 1
        to fix:       append with +model.params.unet_config.params.channel_mult.2=…`,
  },
  {
    title: 'a list that is not closed',
    overrides: ['model.params.unet_config.params.channel_mult=[1,2'],
    message: `
      override model.params.unet_config.params.channel_mult=[1,2: a quote or bracket is not closed
        found:        [1,2
        to fix:       close it, or put quotes around text that holds such a character`,
  },
  {
    title: 'a list without brackets',
    overrides: ['model.params.unet_config.params.channel_mult=1,2'],
    message: `
      override model.params.unet_config.params.channel_mult=1,2: model.params.unet_config.params.channel_mult: wrong type
        found:        "1,2" (text)
        expected:     non-empty list of integers >= 1
        to fix:       write [1, 2]`,
  },
  {
    title: 'a mistyped path',
    overrides: ['model.params.unet_confg.params.num_heads=4'],
    message: `
      override model.params.unet_confg.params.num_heads=4: model.params.unet_confg: DDPM has no parameter "unet_confg"
        found:        unet_confg: {params: {num_heads: 4}}
        did you mean: unet_config
        to fix:       rename it; "ldm show DDPM" lists the parameters`,
  },
  {
    title: 'a path of the trainer',
    overrides: ['trainer.max_steps=5'],
    message: `
      override trainer.max_steps=5: trainer: unknown key "trainer"
        found:        trainer: {max_steps: 5}
        expected:     one of model, data, lightning
        to fix:       move it under lightning`,
  },
  {
    title: 'a wrong type',
    overrides: ['lightning.trainer.max_steps=soon'],
    message: `
      override lightning.trainer.max_steps=soon: lightning.trainer.max_steps: wrong type
        found:        "soon" (text)
        expected:     integer >= -1 or null`,
  },
  {
    title: 'a forbidden key',
    overrides: ['model.__proto__.x=1'],
    message: `
      override model.__proto__.x=1: "__proto__" cannot be a key`,
  },
];
