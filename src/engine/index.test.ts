import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../errors.js';
import { engineNames, probeEngines, selectEngine } from './index.js';
import { isTorchBuilt } from './testing.js';

const test = suite('engine choice');

/** Runs a program in a process of its own, where no engine is loaded yet; what it prints, streams together. */
function program(source: string, env: Record<string, string> = {}): string {
  const index = new URL('./index.js', import.meta.url).href;
  const code = `
    import * as tf from '@tensorflow/tfjs-core';
    import { selectEngine, probeEngines } from ${JSON.stringify(index)};
    ${source}`;
  return execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}

for (const name of ['cpu', 'wasm'] as const) {
  test(`${name} is always there and has gradients`, async () => {
    const info = await selectEngine(name);
    assert.is(info.name, name);
    assert.is(info.backend, tf.getBackend());
    assert.is(info.threads, 1);
    assert.match(info.version, /^4\./);
    assert.equal(
      Array.from(
        tf
          .grad((x) => tf.square(x))(tf.tensor1d([1, 3]))
          .dataSync(),
      ),
      [2, 6],
    );
  });
}

test('choosing an engine twice, or after another, works', async () => {
  await selectEngine('cpu');
  await selectEngine('wasm');
  await selectEngine('cpu');
  assert.is(tf.getBackend(), 'cpu');
});

const torchTest = (title: string, run: () => void | Promise<void>): void => {
  if (isTorchBuilt()) test(title, run);
  else test.skip(title, run);
};

torchTest('torch takes the number of threads it is given', async () => {
  const info = await selectEngine('torch', { threads: 1 });
  const expected = { name: 'torch', backend: 'torch', device: 'cpu', threads: 1, precision: '32', version: '' };
  assert.equal({ ...info, version: '' }, expected);
  assert.match(info.version, /^\d+\.\d+/);
  assert.is((await selectEngine('auto')).name, 'torch');
});

test('an engine that is absent is an error that names the fix', async () => {
  const probe = (await probeEngines()).find(({ name }) => name === 'tensorflow');
  if (probe?.available) return;
  try {
    await selectEngine('tensorflow');
    assert.unreachable();
  } catch (error) {
    assert.instance(error, UserError);
    assert.match((error as Error).message, /npm install @tensorflow\/tfjs-node/);
    assert.match((error as Error).message, /Node\.js 23/);
  }
});

test('an unknown engine and a bad number of threads are errors', async () => {
  const attempts: [() => Promise<unknown>, RegExp][] = [
    [() => selectEngine('gpu' as 'cpu'), /unknown engine[^]*gpu[^]*auto, torch, tensorflow, wasm, cpu/],
    [() => selectEngine('cpu', { threads: 0 }), /threads: must be a positive integer[^]*0/],
  ];
  for (const [attempt, message] of attempts) {
    const error: unknown = await attempt().catch((caught: unknown) => caught);
    assert.instance(error, UserError);
    assert.match((error as Error).message, message);
  }
});

test('without the native build, torch says how to get it and auto goes on with a note', () => {
  const missing = { LDM_TORCH_ADDON: '/nonexistent/ldm_torch.node' };
  const output = program(
    `const info = await selectEngine('auto');
     const error = await selectEngine('torch').catch((e) => e);
     const probes = await probeEngines();
     console.log(JSON.stringify({ info, error: error.message, name: error.name, torch: probes[0] }));`,
    missing,
  );
  const { info, error, name, torch } = JSON.parse(output) as {
    info: { name: string; note: string };
    error: string;
    name: string;
    torch: { available: boolean; detail: string };
  };
  assert.ok(['wasm', 'tensorflow'].includes(info.name));
  assert.match(info.note, /torch would be faster/);
  for (const text of [info.note, error, torch.detail]) {
    assert.match(text, /\/nonexistent\/ldm_torch\.node/);
    assert.match(text, /npm run setup/);
  }
  assert.is(name, 'UserError');
  assert.not(torch.available);
});

test('without the native build, auto does not put float32 in the place of bfloat16', () => {
  const output = program(
    `const error = await selectEngine('auto', { precision: 'bf16-mixed' }).catch((e) => e);
     console.log(error.name, error.message);`,
    { LDM_TORCH_ADDON: '/nonexistent/ldm_torch.node' },
  );
  assert.match(output, /^UserError[^]*the native engine is not built[^]*npm run setup/);
  assert.match(output, /precision bf16-mixed: no engine but torch computes in bfloat16[^]*--precision 32/);
});

for (const name of ['cpu', 'wasm', 'torch'] as const) {
  const onEngine = name === 'torch' ? torchTest : test;
  onEngine(`${name} prints nothing of its own`, () => {
    const output = program(
      `await selectEngine('${name}');
       tf.add(tf.ones([2]), 1).dataSync();
       console.log('done');`,
    );
    assert.is(output, 'done');
  });
}

test('the engines are probed without being started', async () => {
  const probes = await probeEngines();
  assert.equal(
    probes.map(({ name }) => name),
    [...engineNames],
  );
  for (const { available, version, detail } of probes) assert.ok(available ? version : detail);
});

test.run();
