import { Buffer } from 'node:buffer';
import { base, type Mistake } from './mistake.js';

/** Files that are not there, or are something else. */
export const files: readonly Mistake[] = [
  {
    title: 'another encoding',
    files: { 'a.yaml': Buffer.from('name: Mus\xe9e\n', 'latin1') },
    message: `
      a.yaml:1:10: not a text file in UTF-8
        to fix:       save it as UTF-8, or give the YAML file if this is another one`,
  },
  {
    title: 'a file of 100 MB',
    files: { 'a.yaml': Buffer.alloc(100 * 2 ** 20) },
    message: `
      a.yaml: too large for a config
        found:        100 MiB
        expected:     at most 256 KiB
        to fix:       give the YAML file of the experiment, not a checkpoint or data`,
  },
  {
    title: 'a missing file',
    files: { 'configs/mnist.yaml': base },
    configs: ['configs/mnits.yaml'],
    message: `
      configs/mnits.yaml: no such file
        did you mean: configs/mnist.yaml`,
  },
  {
    title: 'a folder',
    files: { 'configs/mnist.yaml': base, 'configs/faces.yaml': base },
    configs: ['configs'],
    message: `
      configs: this is a folder
        found:        in it: configs/faces.yaml, configs/mnist.yaml
        expected:     a YAML file`,
  },
  {
    title: 'the ending left out',
    files: { 'mnist.yaml': base },
    configs: ['mnist'],
    message: `
      mnist: no such file
        did you mean: mnist.yaml`,
  },
  {
    title: 'a missing folder',
    files: {},
    configs: ['confgs/mnist.yaml'],
    message: `
      confgs/mnist.yaml: no such file
        found:        the folder confgs does not exist either`,
  },
  {
    title: 'two files, both with mistakes',
    files: {
      'a.yaml': base.replace('timesteps: 20', 'timestep: 20'),
      'b.yaml': 'model:\n  params:\n    channels: none\n',
    },
    configs: ['a.yaml', 'b.yaml'],
    message: `
      a.yaml:5:5: model.params.timestep: DDPM has no parameter "timestep"
        found:        timestep: 20
        did you mean: timesteps
        to fix:       rename it; "ldm show DDPM" lists the parameters

      b.yaml:3:15: model.params.channels: wrong type
        found:        "none" (text)
        expected:     integer >= 1`,
  },
  {
    title: 'a second file that is a list',
    files: { 'a.yaml': base, 'b.yaml': '- timesteps: 5\n' },
    configs: ['a.yaml', 'b.yaml'],
    message: `
      b.yaml:1:1: not a config
        found:        [{timesteps: 5}] (list)
        expected:     a map: lines of the form "key: value"`,
  },
  {
    title: 'a missing base',
    files: { 'a.yaml': '_base_: bases/mnits.yaml\n', 'bases/mnist.yaml': base },
    configs: ['a.yaml'],
    message: `
      a.yaml:1:9: _base_: bases/mnits.yaml: no such file
        did you mean: bases/mnist.yaml`,
  },
  {
    title: 'bases that go round',
    files: { 'a.yaml': '_base_: b.yaml\n', 'b.yaml': '_base_: c.yaml\n', 'c.yaml': '_base_: a.yaml\n' },
    configs: ['a.yaml'],
    message: `
      c.yaml:1:9: _base_: the file builds on itself
        found:        a.yaml → b.yaml → c.yaml → a.yaml
        to fix:       remove one of these`,
  },
  {
    title: 'a base of the wrong type',
    files: { 'a.yaml': '_base_: 5\n' },
    configs: ['a.yaml'],
    message: `
      a.yaml:1:9: _base_: not the name of a file
        found:        5 (integer)
        expected:     a YAML file, relative to the folder of this one, or a list of such files`,
  },
  {
    title: 'a mistake in a base',
    files: {
      'a.yaml': '_base_: b.yaml\ndata:\n  params:\n    batch_size: 8\n',
      'b.yaml': base.replace('num_heads', 'num_head'),
    },
    configs: ['a.yaml'],
    message: `
      b.yaml:19:9: model.params.unet_config.params.num_head: UNetModel has no parameter "num_head"
        found:        num_head: 2
        did you mean: num_heads
        to fix:       rename it; "ldm show UNetModel" lists the parameters`,
  },
  {
    title: 'a user component that is not there',
    files: { 'a.yaml': base.replace('target: UNetModel', 'target: ./my/unet.ts#MyUNet') },
    configs: ['a.yaml'],
    message: `
      a.yaml:10:15: model.params.unet_config.target: no such file
        found:        my/unet.ts
        expected:     a file in my, which is no folder`,
  },
];
