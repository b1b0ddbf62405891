import { type Mistake } from './mistake.js';

/** Values of the wrong type, range or form. */
export const values: readonly Mistake[] = [
  {
    title: 'text for a number',
    edit: ['timesteps: 20', 'timesteps: many'],
    message: `
      a.yaml:5:16: model.params.timesteps: wrong type
        found:        "many" (text)
        expected:     integer >= 1`,
  },
  {
    title: 'a number in quotes',
    edit: ['timesteps: 20', 'timesteps: "20"'],
    message: `
      a.yaml:5:16: model.params.timesteps: wrong type
        found:        "20" (text)
        expected:     integer >= 1
        to fix:       write 20`,
  },
  {
    title: 'a fraction for a whole number',
    edit: ['timesteps: 20', 'timesteps: 20.5'],
    message: `
      a.yaml:5:16: model.params.timesteps: wrong type
        found:        20.5 (number)
        expected:     integer >= 1`,
  },
  {
    title: 'a number that is too small',
    edit: ['timesteps: 20', 'timesteps: 0'],
    message: `
      a.yaml:5:16: model.params.timesteps: out of range
        found:        0 (integer)
        expected:     integer >= 1`,
  },
  {
    title: 'a number that is too large',
    edit: ['    timesteps: 20', '    timesteps: 20\n    linear_end: 2'],
    message: `
      a.yaml:6:17: model.params.linear_end: out of range
        found:        2 (integer)
        expected:     number > 0 and <= 1`,
  },
  {
    title: 'text for a list',
    edit: ['channel_mult: [1, 2]', 'channel_mult: 1,2'],
    message: `
      a.yaml:17:23: model.params.unet_config.params.channel_mult: wrong type
        found:        "1,2" (text)
        expected:     non-empty list of integers >= 1
        to fix:       write [1, 2]`,
  },
  {
    title: 'a tuple of Python',
    edit: ['channel_mult: [1, 2]', 'channel_mult: (1, 2)'],
    message: `
      a.yaml:17:23: model.params.unet_config.params.channel_mult: wrong type
        found:        "(1, 2)" (text)
        expected:     non-empty list of integers >= 1
        to fix:       write [1, 2]`,
  },
  {
    title: 'a number for a list',
    edit: ['channel_mult: [1, 2]', 'channel_mult: 2'],
    message: `
      a.yaml:17:23: model.params.unet_config.params.channel_mult: wrong type
        found:        2 (integer)
        expected:     non-empty list of integers >= 1
        to fix:       write [2]`,
  },
  {
    title: 'an empty list',
    edit: ['channel_mult: [1, 2]', 'channel_mult: []'],
    message: `
      a.yaml:17:23: model.params.unet_config.params.channel_mult: wrong length
        found:        [] (list)
        expected:     non-empty list of integers >= 1`,
  },
  {
    title: 'text in a list',
    edit: ['channel_mult: [1, 2]', 'channel_mult: [1, two]'],
    message: `
      a.yaml:17:27: model.params.unet_config.params.channel_mult.1: wrong type
        found:        "two" (text)
        expected:     integer >= 1`,
  },
  {
    title: 'a list for a number',
    edit: ['num_heads: 2', 'num_heads: [2]'],
    message: `
      a.yaml:19:20: model.params.unet_config.params.num_heads: wrong type
        found:        [2] (list)
        expected:     integer >= -1`,
  },
  {
    title: 'a map for a number',
    edit: ['num_heads: 2', 'num_heads: {a: 2}'],
    message: `
      a.yaml:19:20: model.params.unet_config.params.num_heads: wrong type
        found:        {a: 2} (map)
        expected:     integer >= -1`,
  },
  {
    title: 'nothing for a number',
    edit: ['timesteps: 20', 'timesteps:'],
    message: `
      a.yaml:5:15: model.params.timesteps: wrong type
        found:        null
        expected:     integer >= 1`,
  },
  {
    title: 'a truth value for a number',
    edit: ['timesteps: 20', 'timesteps: yes'],
    message: `
      a.yaml:5:16: model.params.timesteps: wrong type
        found:        yes (boolean)
        expected:     integer >= 1`,
  },
  {
    title: 'text for a truth value',
    edit: ['    timesteps: 20', '    timesteps: 20\n    use_ema: maybe'],
    message: `
      a.yaml:6:14: model.params.use_ema: wrong type
        found:        "maybe" (text)
        expected:     true or false`,
  },
  {
    title: 'a number for a truth value',
    edit: ['    timesteps: 20', '    timesteps: 20\n    use_ema: 1'],
    message: `
      a.yaml:6:14: model.params.use_ema: wrong type
        found:        1 (integer)
        expected:     true or false`,
  },
  {
    title: 'a mistyped choice',
    edit: ['    timesteps: 20', '    timesteps: 20\n    beta_schedule: liner'],
    message: `
      a.yaml:6:20: model.params.beta_schedule: unknown choice
        found:        "liner" (text)
        expected:     one of linear, cosine, sqrt_linear, sqrt, quadratic, sigmoid
        did you mean: linear`,
  },
  {
    title: 'a choice of nothing alike',
    edit: ['conditioning_key: adm', 'conditioning_key: film'],
    message: `
      a.yaml:8:23: model.params.conditioning_key: unknown choice
        found:        "film" (text)
        expected:     one of adm, null`,
  },
  {
    title: 'params as a list',
    edit: ['  params:\n    batch_size: 4\n    train:\n      target: MNIST\n', '  params: [4]\n'],
    message: `
      a.yaml:23:11: data.params: wrong type
        found:        [4] (list)
        expected:     map or null`,
  },
  {
    title: 'text for a component',
    edit: ['    unet_config:\n      target: UNetModel\n      params:\n', '    unet_config: 3\n    x:\n      y:\n'],
    message: `
      a.yaml:9:18: model.params.unet_config: wrong type
        found:        3 (integer)
        expected:     a network ({target, params})

      a.yaml:10:5: model.params.x: DDPM has no parameter "x"
        found:        x: {y: {image_size: 32, in_channels: 1, out_channels: 1, mo…
        to fix:       remove it; "ldm show DDPM" lists the parameters`,
  },
  {
    title: 'callbacks as a list',
    edit: [
      '    image_logger:\n      target: ImageLogger\n      params:\n        batch_frequency: 6\n',
      '    - image_logger\n',
    ],
    message: `
      a.yaml:31:5: lightning.callbacks: wrong type
        found:        ["image_logger"] (list)
        expected:     map`,
  },
  {
    title: 'a target that is no text',
    edit: ['target: MNIST', 'target: 5'],
    message: `
      a.yaml:26:15: data.params.train.target: wrong type
        found:        5 (integer)
        expected:     text
        to fix:       write "5"`,
  },
  {
    title: 'a negative learning rate',
    edit: ['1.0e-4', '-1.0e-4'],
    message: `
      a.yaml:2:23: model.base_learning_rate: out of range
        found:        -1.0e-4 (number)
        expected:     number >= 0`,
  },
  {
    title: 'a learning rate as text',
    edit: ['1.0e-4', '1.0e--4'],
    message: `
      a.yaml:2:23: model.base_learning_rate: wrong type
        found:        "1.0e--4" (text)
        expected:     number >= 0`,
  },
  {
    title: 'a time in words',
    edit: ['max_steps: 12', 'max_time: 12h'],
    message: `
      a.yaml:29:15: lightning.trainer.max_time: wrong form
        found:        "12h" (text)
        expected:     text such as "00:12:00:00" (days:hours:minutes:seconds) or map or null`,
  },
  {
    title: 'a time without days',
    edit: ['max_steps: 12', 'max_time: "12:00:00"'],
    message: `
      a.yaml:29:15: lightning.trainer.max_time: wrong form
        found:        "12:00:00" (text)
        expected:     text such as "00:12:00:00" (days:hours:minutes:seconds) or map or null`,
  },
  {
    title: 'a negative time',
    edit: ['max_steps: 12', 'max_time: -01:00:00:00'],
    message: `
      a.yaml:29:15: lightning.trainer.max_time: wrong form
        found:        "-01:00:00:00" (text)
        expected:     text such as "00:12:00:00" (days:hours:minutes:seconds) or map or null`,
  },
  {
    title: 'a negative part of a time, and a mistyped one',
    edit: ['max_steps: 12', 'max_time: {hour: 1, minutes: -5}'],
    message: `
      a.yaml:29:16: lightning.trainer.max_time.hour: unknown key "hour"
        found:        hour: 1
        expected:     one of weeks, days, hours, minutes, seconds
        did you mean: hours
        to fix:       rename it

      a.yaml:29:34: lightning.trainer.max_time.minutes: out of range
        found:        -5 (integer)
        expected:     number >= 0`,
  },
  {
    title: 'the time of a Timer',
    edit: [
      'target: ImageLogger\n      params:\n        batch_frequency: 6',
      'target: Timer\n      params:\n        duration: 90\n        interval: batch',
    ],
    message: `
      a.yaml:34:19: lightning.callbacks.image_logger.params.duration: wrong type
        found:        90 (integer)
        expected:     text such as "00:12:00:00" (days:hours:minutes:seconds) or map or null

      a.yaml:35:19: lightning.callbacks.image_logger.params.interval: unknown choice
        found:        "batch" (text)
        expected:     one of step, epoch`,
  },
];
