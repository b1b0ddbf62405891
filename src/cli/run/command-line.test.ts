import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../errors.js';
import { readCommandLine } from './command-line.js';
import { runRequest } from './request.js';

/** A command line as a shell splits it. */
const read = (line: string) => readCommandLine(line.split(' ').filter(Boolean));
const request = (line: string) => runRequest(line.split(' ').filter(Boolean));

function messageOf(line: string): string {
  try {
    request(line);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error(`no error: ${line}`);
}

test("CompVis's own example", () => {
  const { configs, overrides, scaleLr, seed, logdir } = request('--base a.yaml -t --gpus 0, --scale_lr False');
  assert.equal(configs, ['a.yaml']);
  assert.equal(overrides, ['lightning.trainer.gpus=0,']);
  assert.is(scaleLr, false);
  assert.is(seed, 23);
  assert.is(logdir, 'runs');
});

const configLines: [line: string, configs: string[]][] = [
  ['a.yaml', ['a.yaml']],
  ['--base a.yaml b.yaml -t', ['a.yaml', 'b.yaml']],
  ['-b a.yaml -b b.yaml', ['a.yaml', 'b.yaml']],
  ['a.yaml --base b.yaml c.yaml', ['a.yaml', 'b.yaml', 'c.yaml']],
  ['--base=a.yaml', ['a.yaml']],
  ['-ba.yaml', ['a.yaml']],
  ['-t a.yaml', ['a.yaml']],
  ['-t True a.yaml', ['a.yaml']],
  ['-t 1 a.yaml', ['a.yaml']],
  ['--train=true a.yaml', ['a.yaml']],
  ['-d a.yaml', ['a.yaml']],
  ['-d True a.yaml', ['a.yaml']],
  ['--no-test a.yaml', ['a.yaml']],
  ['--no-test True --scale_lr a.yaml', ['a.yaml']],
  ['--fast_dev_run a.yaml', ['a.yaml']],
  ['--fast_dev_run 3 a.yaml', ['a.yaml']],
  ['-- a.yaml', ['a.yaml']],
];
for (const [line, configs] of configLines) {
  test(`configs of: ${line}`, () => {
    assert.equal(request(line).configs, configs);
  });
}

const overrideLines: [line: string, overrides: string[]][] = [
  ['--gpus 0,1', ['lightning.trainer.gpus=0,1']],
  ['--gpus=-1', ['lightning.trainer.gpus=-1']],
  ['--gpus -1', ['lightning.trainer.gpus=-1']],
  ['--gpus 1', ['lightning.trainer.gpus=1']],
  ['--gpus [0]', ['lightning.trainer.gpus=[0]']],
  ['--accelerator ddp', ['lightning.trainer.accelerator="ddp"']],
  ['--strategy None', ['lightning.trainer.strategy=null']],
  ['--max_epochs 10', ['lightning.trainer.max_epochs=10']],
  ['--max-epochs 10', ['lightning.trainer.max_epochs=10']],
  ['--max_steps -1', ['lightning.trainer.max_steps=-1']],
  ['--max_time 00:12:00:00', ['lightning.trainer.max_time=00:12:00:00']],
  ['--precision 16', ['lightning.trainer.precision=16']],
  ['--limit_train_batches 0.1', ['lightning.trainer.limit_train_batches=0.1']],
  ['--limit_val_batches 1.0', ['lightning.trainer.limit_val_batches=1.0']],
  ['--fast_dev_run', ['lightning.trainer.fast_dev_run=true']],
  ['--fast_dev_run 1', ['lightning.trainer.fast_dev_run=1']],
  ['--benchmark yes', ['lightning.trainer.benchmark=true']],
  ['--benchmark 0', ['lightning.trainer.benchmark=false']],
  ['--default_root_dir a:b', ['lightning.trainer.default_root_dir="a:b"']],
  ['model.base_learning_rate=1e-5', ['model.base_learning_rate=1e-5']],
  ['--data.params.batch_size=4', ['data.params.batch_size=4']],
  ['--data.params.batch_size 4', ['data.params.batch_size=4']],
  ['--model.base_learning_rate -1', ['model.base_learning_rate=-1']],
  ['~data.params.wrap +a.b=1', ['~data.params.wrap', '+a.b=1']],
];
for (const [line, overrides] of overrideLines) {
  test(`overrides of: ${line}`, () => {
    assert.equal(request(`a.yaml ${line}`).overrides, overrides);
    assert.equal(request(`a.yaml ${line}`).configs, ['a.yaml']);
  });
}

test('text stays the text that was typed', () => {
  assert.is(request('a.yaml -n 001').name, '001');
  assert.is(request('a.yaml -n 1e3').name, '1e3');
  assert.is(request('a.yaml -n001').name, '001');
  assert.is(request('a.yaml -f -x --seed=0'.replace('-f -x', '-f=_x')).postfix, '_x');
  assert.is(request('a.yaml --seed 0').seed, 0);
  assert.is(request('a.yaml -s42').seed, 42);
  assert.is(request('a.yaml -l 7').logdir, '7');
});

test('flags that mean nothing here say so', () => {
  assert.equal(request('a.yaml -p thesis').notes, [
    '--project has no effect: --name and --logdir say where a run lies',
  ]);
  assert.is(request('a.yaml --no-test').noTest, true);
  assert.equal([request('a.yaml').train, request('a.yaml -t false').train], [true, false]);
  assert.is(request('a.yaml').noTest, false);
});

test('a word after -- is no flag', () => {
  assert.equal(read('a.yaml -- -b').words, ['a.yaml', '-b']);
});

const help = '  to fix:       ldm run --help lists the options; a value of the config is set by model.params.…=value';
const mistakes: [line: string, message: string][] = [
  ['a.yaml --scale_rl False', `--scale_rl: unknown option\n  did you mean: --scale_lr\n${help}`],
  ['a.yaml --max_step 3', `--max_step: unknown option\n  did you mean: --max_steps, --min_steps\n${help}`],
  ['a.yaml --gpu 0,', `--gpu: unknown option\n  did you mean: --gpus\n${help}`],
  ['a.yaml -name x', `-name: unknown option\n  did you mean: --name\n${help}`],
  ['a.yaml -x', `-x: unknown option\n${help}`],
  ['a.yaml --max_steps', '--max_steps: its value is missing\n  expected:     integer >= -1 or null'],
  ['a.yaml --max_steps --gpus 0,', '--max_steps: its value is missing\n  expected:     integer >= -1 or null'],
  ['--base', '--base: its value is missing\n  expected:     a config'],
  ['a.yaml -r', '-r: its value is missing\n  expected:     a run folder, a checkpoint file, latest:NAME or auto'],
  ['a.yaml -s 1 --seed 2', '--seed: given more than once\n  found:        1 and 2\n  to fix:       leave one'],
  [
    'a.yaml --max_steps 1 --max_steps=2',
    '--max_steps: given more than once\n  found:        1 and 2\n  to fix:       leave one',
  ],
  ['a.yaml -t -t', '--train: given more than once\n  found:        true and true\n  to fix:       leave one'],
  ['a.yaml --seed 1.5', '--seed: cannot be this\n  found:        1.5\n  expected:     a whole number from 0 on'],
  ['a.yaml --seed 007x', '--seed: cannot be this\n  found:        007x\n  expected:     a whole number from 0 on'],
  ['a.yaml -t maybe', '--train: cannot be this\n  found:        maybe\n  expected:     true or false'],
  ['a.yaml --scale_lr=maybe', '--scale_lr: cannot be this\n  found:        maybe\n  expected:     true or false'],
  [
    'a.yaml --data.params.batch_size',
    '--data.params.batch_size: its value is missing\n  expected:     data.params.batch_size=value\n' +
      '  to fix:       write data.params.batch_size=…',
  ],
  [
    'a.yaml --train False --no-test',
    '--train: neither a training nor a test is nothing to do\n' +
      '  to fix:       leave out one of --train false and --no-test, or draw from a run: ldm sample RUN',
  ],
  [
    '-r a --resume_from_checkpoint b',
    '--resume_from_checkpoint: --resume says already where to go on from\n' +
      '  to fix:       give one: --resume goes on in the same run folder, --resume_from_checkpoint in a new one',
  ],
  [
    '-t --gpus 0,',
    'no config to run\n  expected:     ldm run CONFIG… or ldm run --resume RUN\n  to fix:       ldm run configs/ddpm/mnist.yaml',
  ],
];
for (const [line, message] of mistakes) {
  test(`mistake: ${line}`, () => {
    assert.is(messageOf(line), message);
  });
}

test('all mistakes at once', () => {
  assert.is(messageOf('a.yaml --max_step 3 --seed').split('\n\n').length, 2);
});

test.run();
