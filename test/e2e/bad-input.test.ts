import { readdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ldm, ldmHere, tinyConfig } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const test = suite('bad input');

const unet = 'model.params.unet_config.params';

/** What a user types, and what the message must say. */
const mistakes: [title: string, args: string[], message: RegExp[]][] = [
  [
    'a mistyped section',
    ['run', tinyConfig, 'model.parms={}'],
    [/model\.parms/, /did you mean: params/, /override model\.parms=\{\}/],
  ],
  [
    'a mistyped parameter',
    ['run', tinyConfig, `${unet}.model_chanels=64`],
    [/UNetModel has no parameter "model_chanels"/, /did you mean: model_channels/],
  ],
  [
    'text for a list',
    ['run', tinyConfig, `${unet}.channel_mult='1,2'`],
    [/channel_mult: wrong type/, /found: +"1,2" \(text\)/, /to fix: +write \[1, 2\]/],
  ],
  ['a missing file', ['run', 'configs/ddpm/mnits.yaml'], [/mnits\.yaml: no such file/, /did you mean: .*mnist\.yaml/]],
  [
    'an engine that is not installed',
    ['run', tinyConfig, '--engine', 'tensorflow'],
    [/tensorflow/, /npm install @tensorflow\/tfjs-node/],
  ],
  ['an engine that does not exist', ['run', tinyConfig, '--engine', 'toch'], [/--engine/, /did you mean: torch/]],
  [
    'a device that does not exist',
    ['run', tinyConfig, '--device', 'gpu'],
    [/--device: unknown device/, /expected: +auto, cpu, cuda or cuda:N/],
  ],
  [
    'a GPU for an engine that has none',
    ['run', tinyConfig, '--engine', 'wasm', '--device', 'cuda'],
    [/--device cuda: the engine wasm computes on the CPU only/, /--device cpu/],
  ],
  [
    'float16',
    ['run', tinyConfig, '--precision', '16'],
    [/trainer\.precision: float16 is not supported: a CPU has no fast arithmetic in it/, /to fix: +bf16-mixed/],
  ],
  [
    'a mistyped precision',
    ['run', tinyConfig, '--precision', 'bf16mixed', '--max_epochs', 'many'],
    [/expected: +32 or bf16-mixed\n +did you mean: bf16-mixed/, /max_epochs: wrong type/],
  ],
  [
    'a precision of the wrong type',
    ['run', tinyConfig, 'lightning.trainer.precision=true'],
    [/trainer\.precision: unknown choice/, /expected: +one of 32, 32-true, bf16-mixed, bf16\n/],
  ],
  [
    'a precision without its value',
    ['run', tinyConfig, '--precision'],
    [/--precision: its value is missing\n +expected: +one of 32/],
  ],
  [
    'bfloat16 on an engine that has none',
    ['run', tinyConfig, '--engine', 'wasm', '--precision', 'bf16-mixed'],
    [/precision bf16-mixed: the engine wasm computes in float32 only/, /--precision 32/],
  ],
  ['sampling in float16', ['sample', 'nothing', '--precision', '16-mixed'], [/--precision: float16 is not supported/]],
  ['neither true nor false', ['run', tinyConfig, '--tf32', 'perhaps'], [/--tf32/, /expected: +true or false/]],
  ['a mistyped trainer option', ['run', tinyConfig, '--max_step', '3'], [/--max_step/, /did you mean: --max_steps/]],
  ['a mistyped flag', ['run', tinyConfig, '--scale_rl', 'False'], [/--scale_rl/, /did you mean: --scale_lr/]],
  ['a flag given twice', ['run', tinyConfig, '-s', '1', '--seed', '2'], [/--seed: given more than once/]],
  [
    'two GPUs',
    ['run', '--base', tinyConfig, '-t', '--gpus', '0,1'],
    [/trainer\.gpus: training on several devices is not built/, /write "0,"/],
  ],
  [
    'a part of Lightning that is not built',
    ['run', tinyConfig, '--profiler', 'simple'],
    [/trainer\.profiler: profiler is known, but not built/, /leave it out/],
  ],
  ['a trainer option of the wrong type', ['run', tinyConfig, '--max_steps', 'many'], [/max_steps/, /"many" \(text\)/]],
  ['no config', ['run'], [/no config to run/, /ldm run configs\/ddpm\/mnist\.yaml/]],
  ['a run that is not there', ['run', '--resume', 'runs/nowhere'], [/runs\/nowhere: there is no such file or folder/]],
  ['a mistyped verb', ['smaple'], [/there is no such verb/, /did you mean: sample/]],
  [
    'an unknown network',
    ['run', tinyConfig, 'model.params.unet_config.target=ldm.modules.diffusionmodules.openaimodel.UnetModel'],
    [/unknown target/, /did you mean: UNetModel/],
  ],
  [
    'a data set where a network belongs',
    ['run', tinyConfig, 'model.params.unet_config={target: MNIST}'],
    [/MNIST/, /network/],
  ],
  [
    'channels that the norm cannot group',
    ['run', tinyConfig, `${unet}.model_channels=10`],
    [/10 channels in 4 groups/, /a multiple of 4/],
  ],
  [
    'conditioning without classes',
    ['run', tinyConfig, `${unet}.num_classes=null`],
    [/the network and the conditioning do not go together/],
  ],
  [
    'a first stage to train',
    ['run', tinyConfig, 'model.target=IdentityFirstStage'],
    [/model\.target: this first stage cannot be trained/, /expected: +AutoencoderKL or VQModel/],
  ],
  ['a missing data folder', ['run', tinyConfig, 'data.params.train.params.root=/nowhere'], [/\/nowhere/]],
  ['sampling from nothing', ['sample', 'nothing'], [/nothing: there is no such file or folder/]],
  ['a mistyped option', ['sample', 'x', '--stesp', '3'], [/unknown option --stesp/, /did you mean: --steps/]],
  ['a missing word', ['sample'], [/missing required args/, /ldm sample --help/]],
  ['a component that is not there', ['show', 'UnetModle'], [/unknown component/, /did you mean: UNetModel/]],
  ['a kind that is not there', ['list', '--kind', 'netwrok'], [/did you mean: network/]],
  ['forward without inputs', ['forward', tinyConfig], [/--inputs: is required/]],
];

for (const [title, args, messages] of mistakes) {
  test(title, async () => {
    const logdir = temporaryFolder();
    const { code, stderr, stdout } = await ldmHere(args[0] === 'run' ? [...args, '-l', logdir] : args);
    assert.is(code, 2, stderr);
    for (const message of messages) assert.match(stderr, message);
    assert.not.match(stderr, /\n +at /, 'no stack trace');
    assert.is(stdout, '');
    assert.equal(readdirSync(logdir), [], 'nothing half-written');
  });
}

if (process.platform === 'linux') {
  test('a file system that takes no folders', async () => {
    const { code, stderr } = await ldm(['run', tinyConfig, '-l', '/proc/nope'], {
      // The fault was an endless loop.
      whileRunning: (child) => {
        setTimeout(() => child.kill('SIGKILL'), 60_000).unref();
        return Promise.resolve();
      },
    });
    assert.is(code, 2, stderr);
    assert.match(stderr, /cannot create the run folder[^]*to fix: +choose a folder that can be written: --logdir DIR/);
  });
}

test('--help shows examples and exits with 0', async () => {
  const { code, stdout } = await ldm(['run', '--help']);
  assert.is(code, 0);
  assert.match(stdout, /ldm run configs\/ddpm\/mnist\.yaml/);
  assert.match(stdout, /--max_steps/);
});

test.run();
