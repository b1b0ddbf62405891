import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bytesOf, type HostTensor } from '../../src/io/host-tensor.js';
import { writeSafetensors } from '../../src/io/safetensors.js';
import { readWeights } from '../../src/io/weights-file.js';
import { ldm, tinyConfig } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const test = suite('ldm convert, and weights to begin with');
const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const lightning = fileURLToPath(new URL('../fixtures/pytorch/lightning.ckpt', import.meta.url));

const hex = (tensors: ReadonlyMap<string, HostTensor>): Record<string, string> =>
  Object.fromEntries([...tensors].map(([name, tensor]) => [name, Buffer.from(bytesOf(tensor)).toString('hex')]));

test('PyTorch to safetensors to a checkpoint to a state dict: the same bits', async () => {
  const files = [lightning, at('a.safetensors'), at('b.ckpt'), at('c.pt'), at('d.pth')];
  for (const [i, to] of files.slice(1).entries()) {
    const { code, stdout, stderr } = await ldm(['convert', files[i]!, to]);
    assert.is(code, 0, stderr);
    assert.match(stdout, /weights +4, 60 bytes/);
    if (i === 0) assert.match(stdout, /left out +epoch, global_step, .*callbacks, optimizer_states/);
    assert.equal(hex(readWeights(to)), hex(readWeights(lightning)));
  }
});

test('--prefix takes a part by its own names, --dtype converts, --json says what was done', async () => {
  const args = ['convert', lightning, at('part.pt'), '--prefix', '0', '--dtype', 'float16', '--json'];
  const { code, stdout, stderr } = await ldm(args);
  assert.is(code, 0, stderr);
  const { tensors, bytes, left_out: leftOut } = JSON.parse(stdout) as Record<string, unknown>;
  assert.equal([tensors, bytes], [2, 18]);
  assert.ok((leftOut as string[]).includes('2 weights that are not below 0.'));
  const part = readWeights(at('part.pt'));
  assert.equal([...part.keys()], ['weight', 'bias']);
  assert.is(part.get('weight')?.dtype, 'F16');
});

test('mistakes: exit code 2, what to do, and nothing written', async () => {
  writeFileSync(at('text.ckpt'), 'no weights');
  const cases: [args: string[], message: RegExp][] = [
    [[lightning, at('out.savetensors')], /does not say its format[^]*did you mean: \.safetensors/],
    [[at('none.ckpt'), at('out.pt')], /none\.ckpt: there is no such file or folder/],
    [[at('text.ckpt'), at('out.pt')], /text\.ckpt: is no file of weights[^]*begins with "no weights"/],
    [[lightning, at('out.pt'), '--prefix', 'modle'], /has no weights below modle\.[^]*0\.weight/],
    [[lightning, at('out.pt'), '--dtype', 'half'], /--dtype: cannot be this/],
    [[lightning, at('none/out.pt')], /cannot write: there is no such file or folder/],
    [[lightning, lightning], /is the file to convert itself/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await ldm(['convert', ...args]);
    assert.is(code, 2, stderr);
    assert.match(stderr, message);
  }
  assert.not(existsSync(at('out.pt')));
});

test('a run goes to PyTorch without its optimizer, and a run can begin with what PyTorch has', async () => {
  const first = await ldm(['run', tinyConfig, '-l', at('runs'), '--max_steps', '1']);
  assert.is(first.code, 0, first.stderr);
  const run = join(at('runs'), readdirSync(at('runs'))[0]!);
  const converted = await ldm(['convert', run, at('model.ckpt')]);
  assert.is(converted.code, 0, converted.stderr);
  assert.match(converted.stdout, /left out +optimizer_states, progress, config/);
  const weights = readWeights(at('model.ckpt'));
  assert.ok([...weights.keys()].every((name) => !name.startsWith('optimizer_states')));

  const begin = (...args: string[]) =>
    ldm([
      'run',
      tinyConfig,
      '-l',
      at('next'),
      '--max_steps',
      '1',
      '+model.params.ckpt_path=' + at('model.ckpt'),
      ...args,
    ]);
  const second = await begin('+model.params.ignore_keys=[model_ema]');
  assert.is(second.code, 0, second.stderr);
  const names = [...weights.keys()].filter((name) => name.startsWith('model_ema'));
  assert.match(
    second.stdout + second.stderr,
    new RegExp(`weights loaded \\(${names.length} ignored\\)\\s+${names.length} missing: model_ema\\.`),
  );

  const wrong = new Map([
    ...weights,
    ['model.diffusion_model.out.2.bias', { dtype: 'F32', shape: [9], data: new Float32Array(9) }],
  ]);
  writeSafetensors(at('wrong.safetensors'), wrong);
  const third = await begin('model.params.ckpt_path=' + at('wrong.safetensors'));
  assert.is(third.code, 2, third.stderr);
  assert.match(
    third.stderr,
    /model\.diffusion_model\.out\.2\.bias has the wrong shape\n +found: +\[9\]\n +expected: +\[1\]/,
  );
  const fourth = await begin('model.params.ckpt_path=' + at('modle.ckpt'));
  assert.is(fourth.code, 2, fourth.stderr);
  assert.match(fourth.stderr, /modle\.ckpt is not there[^]*did you mean: .*model\.ckpt/);
  assert.is(readdirSync(at('next')).length, 1, 'a run that cannot begin leaves no folder');
});

test.run();
