import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ldm, repository } from '../support/command.js';
import { writePhotographs } from '../support/photographs.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const test = suite('configs/latent-diffusion/celebahq.yaml as a user runs it');

const config = join(repository, 'configs/latent-diffusion/celebahq.yaml');

test('without its files: one message that says what to put where, and nothing is made', async () => {
  const cwd = temporaryFolder();
  const { code, stdout, stderr } = await ldm(['run', config], { cwd });
  assert.equal({ code, stdout }, { code: 2, stdout: '' });
  assert.is(
    stderr.replace(/^ +(>|\d+ \|| +\|).*\n/gm, '').replaceAll(/celebahq\.yaml:\d+:\d+/g, 'celebahq.yaml:L:C'),
    `${config}:L:C: model.params.first_stage_config.params.ckpt_path: models/first_stage_models/vq-f4/model.ckpt is not there
  expected:     a file of weights (.ckpt, .pt, .safetensors)
  to fix:       unzip https://ommer-lab.com/files/latent-diffusion/vq-f4.zip into models/first_stage_models/vq-f4 and set ckpt_path: models/first_stage_models/vq-f4/model.ckpt;
                or train it first, ldm run configs/autoencoder/vq-f4.yaml, and set ckpt_path to that run's folder;
                or remove ckpt_path, to try it without

${config}:L:C: data.params.train.params.root: data/celebahq is not there, and data.params.validation.params.root needs it, too
  expected:     a folder of images
  to fix:       put images of faces there (.jpg, .png, .webp … or .npy; CelebA-HQ has 30,000), or let root name the folder that has them;
                celebahqtrain.txt and celebahqvalidation.txt beside it may list what is for what, else every 20th is for validation
`,
  );
  assert.equal(readdirSync(cwd), []);
});

test('on a folder of pictures of any size and format, with networks that are small: trained, drawn and saved', async () => {
  const cwd = temporaryFolder();
  await writePhotographs(join(cwd, 'data/celebahq'), 22);
  const sizes = [
    'data.params.train.params.size=32',
    'data.params.validation.params.size=32',
    'model.params.image_size=8',
  ];
  const unet = [
    'image_size=8',
    'model_channels=32',
    'channel_mult=[1,2]',
    'num_res_blocks=1',
    'attention_resolutions=[2]',
  ];
  const drawn = '{ddim_steps: 2, plot_progressive_rows: false, inpaint: false, quantize_denoised: false}';
  const { code, stderr } = await ldm(
    [
      ...['run', config, 'data.params.batch_size=4', '--max_steps', '2', '--limit_val_batches', '1', ...sizes],
      ...unet.map((set) => `model.params.unet_config.params.${set}`),
      ...['~model.params.first_stage_config.params.ckpt_path', 'model.params.first_stage_config.params.ddconfig.ch=32'],
      `+lightning.callbacks.image_logger.params.log_images_kwargs=${drawn}`,
    ],
    { cwd },
  );
  assert.is(code, 0, stderr);
  assert.match(stderr, /\ndata +20 train, 2 validation; batches of 4\n/);
  assert.match(
    stderr,
    /\nsplit +every 20th image of data\/celebahq, by name, is for validation: there is neither data\/celebahqtrain\.txt nor data\/celebahqvalidation\.txt\n/,
  );
  const run = join(cwd, 'runs', readdirSync(join(cwd, 'runs'))[0] ?? '');
  assert.ok(readdirSync(join(run, 'checkpoints')).includes('last.ckpt'));
  assert.ok(readdirSync(join(run, 'images/train')).some((name) => name.startsWith('samples_gs-000002')));
});

test.run();
