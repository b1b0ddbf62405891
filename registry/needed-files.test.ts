import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { validateComponent, type ComponentConfig, type NeededFile } from '../src/config/index.js';
import { registry } from './index.js';

const test = suite('files that components read');

/** What a component alone reads, its defaults filled in. */
function needed(target: string, params: Readonly<Record<string, unknown>>): readonly NeededFile[] {
  const config = validateComponent({ target, params }, registry);
  assert.not.type(config, 'string');
  return registry.resolve(target)?.needs?.((config as ComponentConfig).params as never) ?? [];
}

const files = (needs: readonly NeededFile[]) =>
  needs.map(({ path, file, initial = false }) => `${path.join('.')}: ${file}${initial ? ' at first' : ''}`);

const ddconfig = {
  ...{ double_z: false, z_channels: 3, resolution: 256, in_channels: 3, out_ch: 3, ch: 128, ch_mult: [1, 2, 4] },
  ...{ num_res_blocks: 2, attn_resolutions: [] },
};
const vqF4 = { ddconfig, embed_dim: 3, n_embed: 8192, lossconfig: { target: 'torch.nn.Identity' } };

test('weights to begin with, and where published ones come from', () => {
  assert.equal(needed('VQModelInterface', vqF4), []);
  const ckpt_path = 'configs/first_stage_models/vq-f4/model.yaml';
  const [weights] = needed('VQModelInterface', { ...vqF4, ckpt_path });
  assert.equal(weights, {
    path: ['ckpt_path'],
    file: ckpt_path,
    what: 'a file of weights (.ckpt, .pt, .safetensors)',
    remedy:
      'unzip https://ommer-lab.com/files/latent-diffusion/vq-f4.zip into models/first_stage_models/vq-f4 and set ' +
      'ckpt_path: models/first_stage_models/vq-f4/model.ckpt;\n' +
      "or train it first, ldm run configs/autoencoder/vq-f4.yaml, and set ckpt_path to that run's folder;\n" +
      'or remove ckpt_path, to try it without',
    initial: true,
  });
  const noattn = { ...vqF4, ckpt_path, ddconfig: { ...ddconfig, attn_type: 'none' } };
  assert.match(needed('VQModel', noattn)[0]?.remedy ?? '', /vq-f4-noattn\.zip(?![^]*train it first)/);
  const kl = { ...vqF4, n_embed: undefined, ckpt_path, embed_dim: 4 };
  const deep = { ...ddconfig, double_z: true, ch_mult: [1, 2, 4, 4] };
  assert.match(
    needed('AutoencoderKL', { ...kl, ddconfig: deep })[0]?.remedy ?? '',
    /kl-f8\.zip[^]*autoencoder_kl_32x32x4\.yaml/,
  );
  const own = needed('AutoencoderKL', { ...kl, ddconfig: { ...deep, ch_mult: [1, 2] } });
  assert.is(own[0]?.remedy, 'set it to the file of a trained model or to a run folder, or remove it');
  const ddpm = { unet_config: { target: 'BasicUNet' }, image_size: 28, channels: 1, ckpt_path: 'a.ckpt' };
  assert.equal(files(needed('DDPM', ddpm)), ['ckpt_path: a.ckpt at first']);
});

test('the codes in use', () => {
  assert.equal(files(needed('VQModel', { ...vqF4, remap: 'used.npy' })), ['remap: used.npy']);
});

test('LPIPS, where it counts', () => {
  for (const target of ['LPIPSWithDiscriminator', 'VQLPIPSWithDiscriminator']) {
    assert.equal(files(needed(target, { disc_start: 0 })), [
      'lpips_weights: models/lpips/vgg16-397923af.pth at first',
      'lpips_weights: models/lpips/vgg.pth at first',
    ]);
    assert.equal(needed(target, { disc_start: 0, perceptual_weight: 0 }), []);
  }
});

test('CLIP and the tokenizers', () => {
  assert.equal(files(needed('FrozenCLIPTextEmbedder', {})), [
    'version: models/clip/ViT-L-14.safetensors',
    'tokenizer: models/clip',
  ]);
  assert.equal(files(needed('FrozenClipImageEmbedder', { model: 'ViT-B/32', path: 'b32.pt' })), ['path: b32.pt']);
  assert.equal(files(needed('FrozenClipImageEmbedder', { model: 'my/clip.pt' })), ['model: my/clip.pt']);
  const bert = { n_embed: 8, n_layer: 1 };
  assert.equal(files(needed('BERTEmbedder', bert)), ['tokenizer: models/bert-base-uncased']);
  assert.equal(needed('BERTEmbedder', { ...bert, use_tokenizer: false }), []);
});

test.run();
