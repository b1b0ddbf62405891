import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { registry } from '../../registry/index.js';
import { instantiateFromConfig, type ComponentConfig } from '../../src/config/index.js';
import type { Module } from '../../src/nn/index.js';

interface Published {
  readonly model: { readonly params: { readonly cond_stage_config?: ComponentConfig | string } };
}

const ROOT = 'test/fixtures/compvis-configs';

test('every encoder of the published configurations is built as it is written, with this many weights', async () => {
  const found: Record<string, number> = {};
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' });
  for (const path of files.filter((file) => file.endsWith('.yaml')).sort()) {
    const { cond_stage_config: config } = (parse(readFileSync(`${ROOT}/${path}`, 'utf8')) as Published).model.params;
    if (typeof config !== 'object' || !config.target.startsWith('ldm.modules.encoders.')) continue;
    const encoder = await instantiateFromConfig<Module>(config, registry);
    found[path] = [...encoder.namedParameters()].reduce((sum, [, { size }]) => sum + size, 0);
  }
  assert.equal(found, {
    'configs/latent-diffusion/cin-ldm-vq-f8.yaml': 512_000,
    'configs/latent-diffusion/cin256-v2.yaml': 512_512,
    'configs/latent-diffusion/txt2img-1p4B-eval.yaml': 581_994_042,
    'models/ldm/cin256/config.yaml': 512_000,
    'models/ldm/layout2img-openimages256/config.yaml': 58_858_496,
    'models/ldm/semantic_synthesis256/config.yaml': 546,
    'models/ldm/semantic_synthesis512/config.yaml': 546,
    'models/ldm/text2img256/config.yaml': 186_154_682,
  });
});

test.run();
