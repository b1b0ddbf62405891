import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { annotate, annotatedValues, annotatedYaml } from './annotate.js';
import { validateExperiment } from './experiment.js';
import { inFolder, registry, text, trainer } from './fixtures.js';
import { loadExperimentTree } from './load.js';
import { parseYaml } from './parse.js';
import { formatPath, toPlain, type ConfigTree } from './tree.js';

const nameOf = (target: string): string => registry.resolve(target)?.target ?? target;

/** A validated config with the defaults that make up the rest of it. */
function annotated(tree: ConfigTree) {
  const {
    model,
    data,
    trainer: trainerValues,
    callbacks,
    modelcheckpoint,
  } = validateExperiment(tree, registry, {
    trainer,
    defaultTargets: { callbacks: { image_logger: 'ImageLogger' } },
  });
  const values = { model, data, lightning: { trainer: trainerValues, callbacks, modelcheckpoint } };
  return { values, annotation: annotate(tree.root, { values, nameOf }) };
}

const files = {
  'base.yaml': text(`
    model:
      base_learning_rate: 2.0e-06
      target: ldm.models.diffusion.ddpm.LatentDiffusion
      params:
        unet_config:
          target: UNetModel
          params: {image_size: 64, model_channels: 128, channel_mult: [1, 2, 4]}
        cond_stage_config: __is_unconditional__
        losses: [{target: Identity}]
        ddconfig: {ch: 1}
    data:
      target: DataModuleFromConfig
      params: {batch_size: 48}
    `),
  'small.yaml': text(`
    model:
      params:
        unet_config: {params: {model_channels: 0x20}}
    lightning:
      callbacks: {image_logger: {params: {}}}
      trainer:
    `),
};

const overrides = ['data.params.batch_size=4', 'model.params.unet_config.params.channel_mult.1=3'];

test('each value says where it was written, or whose default it is', () => {
  const yaml = inFolder(files, () =>
    annotatedYaml(annotated(loadExperimentTree(['base.yaml', 'small.yaml'], overrides)).annotation),
  );
  assert.is(
    yaml,
    text(`
      model:
        base_learning_rate: 2.0e-06                       # base.yaml:2:23
        target: ldm.models.diffusion.ddpm.LatentDiffusion # base.yaml:3:11
        params:
          unet_config:
            target: UNetModel                             # base.yaml:6:15
            params:
              image_size: 64                              # base.yaml:7:28
              model_channels: 0x20                        # small.yaml:3:44
              channel_mult: [1, 3, 4]                     # base.yaml:7:67; item 1: override model.params.unet_config.params.channel_mult.1=3
              num_heads: 1                                # default of UNetModel
              dropout: 0                                  # default of UNetModel
              use_checkpoint: false                       # default of UNetModel
          cond_stage_config: __is_unconditional__         # base.yaml:8:24
          losses:
            - target: Identity                            # base.yaml:9:23
              params: {}                                  # default of Identity
          ddconfig:
            ch: 1                                         # base.yaml:10:20
            ch_mult: [1, 2]                               # default of LatentDiffusion
          timesteps: 1000                                 # default of LatentDiffusion
          beta_schedule: linear                           # default of LatentDiffusion
          first_stage_key: image                          # default of LatentDiffusion
          ckpt_path: null                                 # default of LatentDiffusion
          scheduler_config: null                          # default of LatentDiffusion
      data:
        target: DataModuleFromConfig                      # base.yaml:12:11
        params:
          batch_size: 4                                   # override data.params.batch_size=4
          train: null                                     # default of DataModuleFromConfig
      lightning:
        trainer:
          max_steps: -1                                   # default of lightning.trainer
          max_epochs: 1000                                # default of lightning.trainer
          benchmark: false                                # default of lightning.trainer
        callbacks:
          image_logger:
            params:
              batch_frequency: 2000                       # default of ImageLogger
            target: ImageLogger                           # default of lightning.callbacks.image_logger
      `) + '\n',
  );
});

test('the text reads back as the same config, and as the same text', () => {
  inFolder(files, () => {
    const first = annotated(loadExperimentTree(['base.yaml', 'small.yaml'], overrides));
    const again = annotated(loadExperimentTree([{ name: 'again.yaml', text: annotatedYaml(first.annotation) }]));
    assert.equal(again.values, first.values);
    const withoutComments = (yaml: string) => yaml.replaceAll(/ +#.*/g, '');
    assert.is(withoutComments(annotatedYaml(again.annotation)), withoutComments(annotatedYaml(first.annotation)));
  });
});

test('without values the config is shown as it was merged', () => {
  const { root } = loadExperimentTree([{ name: 'a.yaml', text: 'a: {b: [], c: {}}\nd: [[1, 2], [yes, null]]' }]);
  assert.is(
    annotatedYaml(annotate(root)),
    text(`
      a:
        b: []                  # a.yaml:1:8
        c: {}                  # a.yaml:1:15
      d: [[1, 2], [yes, null]] # a.yaml:2:4
      `) + '\n',
  );
});

test('values that YAML could take for something else are quoted; comments stay on their line', () => {
  const values = ['yes', '1e-6', 'a: b', '# c', 'x, y', '[1]', 'two\nlines', '', ' padded ', '{a}', "it's", 'é ☃'];
  const odd = { 'a: b': { '1': values, 'two\nlines': [{ x: values[6] }, 'plain', ['nested', { y: 1e-7 }]] } };
  const { root } = loadExperimentTree([], ['keep="two\nlines"']);
  const yaml = annotatedYaml(annotate(root, { values: { ...odd, keep: 'two\nlines' } }));
  assert.equal(toPlain(parseYaml(yaml, () => ({ source: 'a.yaml' }))), { ...odd, keep: 'two\nlines' });
  assert.match(yaml, /\nkeep: "two\\nlines" +# override keep="two lines"\n/);
});

test('what was resolved is shown with what was written, and stays resolved', () => {
  const config = ['size: 64', 'copy: ${size}', 'mult: ${list}', "list: [1, '\\${x}']", 'text: \\${x}'].join('\n');
  const yaml = annotatedYaml(annotate(loadExperimentTree([{ name: 'a.yaml', text: config }]).root));
  assert.equal(yaml.trimEnd().split('\n'), [
    'size: 64            # a.yaml:1:7',
    'copy: 64            # a.yaml:2:7; from ${size}',
    'mult: [1, "\\\\${x}"] # a.yaml:3:7; from ${list}',
    'list: [1, "\\\\${x}"] # a.yaml:4:7',
    'text: \\${x}         # a.yaml:5:7',
  ]);
  const again = loadExperimentTree([{ name: 'again.yaml', text: yaml }], ['size=1']);
  assert.equal(toPlain(again.root), { size: 1, copy: 64, mult: [1, '${x}'], list: [1, '${x}'], text: '${x}' });
});

test('values for programs: dotted paths, in order', () => {
  const { root } = loadExperimentTree([], ['a.b=[1, 2]', 'a.c={}', 'd=[{e: 1}]']);
  assert.equal(
    annotatedValues(annotate(root)).map(({ path, node, origin }) => [formatPath(path), toPlain(node), origin]),
    [
      ['a.b', [1, 2], 'override a.b=[1, 2]'],
      ['a.c', {}, 'override a.c={}'],
      ['d.0.e', 1, 'override d=[{e: 1}]'],
    ],
  );
});

test.run();
