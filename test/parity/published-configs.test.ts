import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { registry } from '../../registry/index.js';
import { chosenComponent } from '../../src/cli/component-config.js';
import { inspectComponent, withParts } from '../../src/cli/inspect/components.js';
import { loadConfig } from '../../src/cli/load-config.js';
import { instantiateFromConfig } from '../../src/config/index.js';
import { startMeta } from '../../src/engine/meta/index.js';
import type { Module } from '../../src/nn/index.js';
import { RandomStreams } from '../../src/random/index.js';

const ROOT = 'test/fixtures/compvis-configs';
const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));
const meta = await startMeta();

const test = suite('every published model is what ldm inspect takes it for');

test('there are as many as were published', () => {
  assert.is(files.length, 32);
});

for (const file of files.sort()) {
  test(file, async () => {
    const { config, path } = chosenComponent(await loadConfig([`${ROOT}/${file}`]), undefined);
    const built = new Map<object, unknown>();
    const module = await instantiateFromConfig<Module>(config, registry, (part, made) => built.set(part, made));
    module.initialize(new RandomStreams(0));
    const root = inspectComponent(config, { built, meta, path });
    for (const { path: place, problem } of withParts(root)) assert.is(problem, undefined, place);
    // At least an autoencoder of 256x256 pixels, once there and back.
    assert.ok((root.multiplyAdds ?? 0) > 1.9e11, `${String(root.multiplyAdds)} multiply-adds`);
    module.dispose();
  });
}

/** The shipped configs by the published ones that they are. */
const shipped: Readonly<Record<string, string>> = {
  'latent-diffusion/celebahq': 'configs/latent-diffusion/celebahq-ldm-vq-4',
  'latent-diffusion/ffhq': 'configs/latent-diffusion/ffhq-ldm-vq-4',
  'latent-diffusion/lsun_bedrooms': 'configs/latent-diffusion/lsun_bedrooms-ldm-vq-4',
  'latent-diffusion/lsun_churches': 'configs/latent-diffusion/lsun_churches-ldm-kl-8',
  'latent-diffusion/cin': 'configs/latent-diffusion/cin-ldm-vq-f8',
  'latent-diffusion/cin256-v2': 'configs/latent-diffusion/cin256-v2',
  'latent-diffusion/txt2img-1p4B-eval': 'configs/latent-diffusion/txt2img-1p4B-eval',
  'latent-diffusion/layout2img': 'models/ldm/layout2img-openimages256/config',
  'autoencoder/autoencoder_kl_64x64x3': 'configs/autoencoder/autoencoder_kl_64x64x3',
  'autoencoder/autoencoder_kl_32x32x4': 'configs/autoencoder/autoencoder_kl_32x32x4',
  'autoencoder/autoencoder_kl_16x16x16': 'configs/autoencoder/autoencoder_kl_16x16x16',
  'autoencoder/autoencoder_kl_8x8x64': 'configs/autoencoder/autoencoder_kl_8x8x64',
  'autoencoder/vq-f4': 'models/first_stage_models/vq-f4/config',
  'autoencoder/vq-f8': 'models/first_stage_models/vq-f8/config',
  'autoencoder/vq-f16': 'models/first_stage_models/vq-f16/config',
};

for (const [name, published] of Object.entries(shipped)) {
  test(`configs/${name}.yaml says what was published, but for first stages whose weights were named wrongly`, () => {
    const path = `configs/${name}.yaml`;
    const original = readFileSync(`${ROOT}/${published}.yaml`, 'utf8');
    const mended = original.replace(/configs\/(first_stage_models\/vq-f\d)\/model\.yaml/, 'models/$1/model.ckpt');
    const text = readFileSync(path, 'utf8');
    assert.equal(parse(text), parse(mended));
    assert.ok(text.startsWith('# yaml-language-server: $schema=../schema.json\n'));
    assert.match(text, new RegExp(`\\n# {3}npx (run|ldm inspect) ${path}`));
  });
}

test.run();
