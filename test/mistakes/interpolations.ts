import { type Mistake } from './mistake.js';

/** References, and values that have to be given. */
export const interpolations: readonly Mistake[] = [
  {
    title: 'a key that there is not',
    edit: ['image_size: 32\n        in', 'image_size: ${model.params.image_sze}\n        in'],
    message: `
      a.yaml:12:21: model.params.unet_config.params.image_size: \${model.params.image_sze} refers to nothing
        found:        model.params has no "image_sze"
        did you mean: model.params.image_size`,
  },
  {
    title: 'a relative key that there is not',
    edit: ['image_size: 32\n        in', 'image_size: ${.model_chanels}\n        in'],
    message: `
      a.yaml:12:21: model.params.unet_config.params.image_size: \${.model_chanels} refers to nothing
        found:        model.params.unet_config.params has no "model_chanels"
        did you mean: model.params.unet_config.params.model_channels, model.params.unet_config.params.out_channels`,
  },
  {
    title: 'two that need each other',
    edit: ['    image_size: 32\n    channels: 1\n', '    image_size: ${.channels}\n    channels: ${.image_size}\n'],
    message: `
      a.yaml:7:15: model.params.channels: the interpolation leads back to itself
        found:        model.params.image_size → model.params.channels → model.params.image_size`,
  },
  {
    title: 'one that needs itself',
    edit: ['    image_size: 32\n', '    image_size: ${model.params.image_size}\n'],
    message: `
      a.yaml:6:17: model.params.image_size: the interpolation leads back to itself
        found:        model.params.image_size → model.params.image_size`,
  },
  {
    title: 'not closed',
    edit: ['    image_size: 32\n', '    image_size: ${model.params.channels\n'],
    message: `
      a.yaml:6:17: model.params.image_size: malformed interpolation
        found:        the end after \${model.params.channels
        expected:     "}", "." or ":"
        to fix:       write \\\${ where the text itself is to hold "\${"`,
  },
  {
    title: 'empty',
    edit: ['    image_size: 32\n', '    image_size: ${}\n'],
    message: `
      a.yaml:6:17: model.params.image_size: malformed interpolation
        found:        "}" after \${
        expected:     a key
        to fix:       write \\\${ where the text itself is to hold "\${"`,
  },
  {
    title: 'an environment variable that is not set',
    edit: ['batch_size: 4', 'batch_size: ${oc.env:LDM_TEST_NOT_SET}'],
    message: `
      a.yaml:24:17: data.params.batch_size: the environment variable LDM_TEST_NOT_SET is not set
        found:        \${oc.env:LDM_TEST_NOT_SET}
        to fix:       set it, or give a default: \${oc.env:LDM_TEST_NOT_SET,default}`,
  },
  {
    title: 'a resolver that there is not',
    edit: ['batch_size: 4', 'batch_size: ${oc.evn:HOME}'],
    message: `
      a.yaml:24:17: data.params.batch_size: there is no resolver "oc.evn"
        found:        \${oc.evn:HOME}
        expected:     one of oc.env, oc.select, oc.decode, oc.create, oc.dict.keys, oc.dict.values, oc.deprecated, run
        did you mean: oc.env`,
  },
  {
    title: 'a value of the wrong type',
    edit: ['batch_size: 4', 'batch_size: ${model.target}'],
    message: `
      a.yaml:24:17: data.params.batch_size: wrong type
        found:        "DDPM" (text)
        expected:     integer >= 1`,
  },
  {
    title: 'a value that has to be given',
    edit: ['timesteps: 20', 'timesteps: ???'],
    message: `
      a.yaml:5:16: model.params.timesteps: a value must be given
        found:        ???
        to fix:       give it: model.params.timesteps=…`,
  },
  {
    title: 'a reference to a value that has to be given',
    edit: ['    timesteps: 20\n    image_size: 32\n', '    timesteps: ???\n    image_size: ${.timesteps}\n'],
    message: `
      a.yaml:5:16: model.params.timesteps: a value must be given
        found:        ???
        to fix:       give it: model.params.timesteps=…`,
  },
  {
    title: 'text around a map',
    edit: ['timesteps: 20', 'timesteps: x${model.params.unet_config}'],
    message: `
      a.yaml:5:16: model.params.timesteps: a map cannot stand inside text
        found:        \${model.params.unet_config} is {target: "UNetModel", params: {image_size: 32, in_channels:… (map)
        expected:     text, a number, true, false or null`,
  },
];
