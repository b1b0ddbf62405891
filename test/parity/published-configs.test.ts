import { readdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
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

test.run();
