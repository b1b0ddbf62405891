import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { probeEngines } from '../../src/engine/index.js';
import { ldmHere, repository, tinyConfig, tinyScheduler } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { writeAll } from '../support/write-images.js';

const test = suite('commands and links of the documentation');

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(repository, 'docs')).map((name) => join('docs', name)),
]
  .filter((page) => page.endsWith('.md'))
  .map((page) => ({ page, text: readFileSync(join(repository, page), 'utf8') }));

/** The lines of a page's shell blocks: what a reader types. */
function commandsOf(text: string): string[] {
  return [...text.matchAll(/^```sh\n([^]*?)^```/gm)].flatMap(([, block = '']) => block.trim().split('\n'));
}

/** The files that a page shows whole, by the paths in their first lines. */
function filesOf(text: string): [path: string, contents: string][] {
  return [...text.matchAll(/^```\w+\n(?:\/\/|#) ([\w/]+\.\w+)\n([^]*?)^```/gm)].map(([, path = '', contents = '']) => [
    path,
    contents,
  ]);
}

/** A folder with the files that a page shows; the repository where it shows none. */
function folderOf(text: string): string {
  const files = filesOf(text);
  if (files.length === 0) return repository;
  const folder = temporaryFolder();
  for (const [path, contents] of files) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), contents);
  }
  return folder;
}

/** As a shell splits them; the documentation quotes with single quotes only. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

/** What makes a command of the documentation quick without changing what it means. */
const QUICK_RUN = [
  ...['--max_steps', '1', 'data.params.batch_size=2', 'lightning.trainer.limit_val_batches=1'],
  'lightning.callbacks.image_logger.params.max_images=0',
];

/** What a first stage does not have. */
const QUICK_DIFFUSION = 'model.params.timesteps=20';

const logdir = temporaryFolder();
/** Where the files of the page on weights lie, which its commands make one from the other. */
const converted = temporaryFolder();
/** Where the page on data has its reader's images. */
const photos = temporaryFolder();
let run = '';

test.before(async () => {
  await writeAll(photos, { 'a.png': 0, 'b.png': 100, 'c.png': 200 });
  const { code, stderr } = await ldmHere(['run', tinyConfig, '-l', logdir, '--max_steps', '2']);
  assert.is(code, 0, stderr);
  run = join(logdir, readdirSync(logdir)[0] ?? '');
});

function quickly(words: readonly string[]): string[] {
  const [program, ...rest] = words
    .map((word) =>
      word.replace('runs/<run>', run).replace('latest:mnist', `latest:${run}`).replace('=photos', `=${photos}`),
    )
    .map(converting(words));
  const args = program === 'run' ? ['run', ...rest] : rest;
  switch (args[0]) {
    case 'run':
      if (args.includes('--resume') && !args.includes('auto'))
        return [...args.filter((word) => word !== '--max_steps' && !/^\d+$/.test(word))];
      return [
        ...args.filter((word, i) => word !== '--max_steps' && args[i - 1] !== '--max_steps'),
        ...QUICK_RUN,
        ...(args.some((word) => word.startsWith('configs/autoencoder/')) ? [] : [QUICK_DIFFUSION]),
        '-l',
        logdir,
      ];
    case 'sample':
      return [
        ...withoutFlags(args, ['--steps', '-n', '-o']).map(schedulerOfRun),
        '--steps',
        '2',
        '-n',
        '2',
        '-o',
        join(logdir, 'out'),
      ];
    case 'schema':
      return args.map((word, i) => (args[i - 1] === '-o' ? join(logdir, word) : word));
    case 'copy':
      return args.map((word) => (word.startsWith('experiments/') ? join(logdir, word) : word));
    case 'bench':
      return [...args, '--rounds', '1', '--threads', '1'];
    default:
      return args;
  }
}

/** The run has fewer timesteps than the one that the page speaks of. */
function schedulerOfRun(word: string): string {
  return word.endsWith('ddim-scheduler.yaml') ? tinyScheduler : word;
}

/** The files that are converted lie in a folder of their own, and a run can begin only with weights of its own network. */
function converting(words: readonly string[]): (word: string) => string {
  const beginsWithFile = words.some((word) => word.includes('ckpt_path='));
  return (word) => {
    if (beginsWithFile && word.startsWith('configs/')) return tinyConfig;
    return word.replace(
      /^(.*ckpt_path=)?(\w+\.(?:ckpt|pt|safetensors))$/,
      (_, key: string | undefined, file: string) => (key ?? '') + join(converted, file),
    );
  };
}

function withoutFlags(args: readonly string[], flags: readonly string[]): string[] {
  return args.filter((word, i) => !flags.includes(word) && !flags.includes(args[i - 1] ?? ''));
}

const skip = (title: string): void => {
  test.skip(title);
};

/** Some processors have no bfloat16, and say so: see precision.test.ts. */
const hasBfloat16 = (await probeEngines()).some(({ bfloat16 = 'none' }) => bfloat16 !== 'none');

for (const { page, text } of pages) {
  const cwd = folderOf(text);
  for (const command of commandsOf(text)) {
    const isSkipped = command.includes('bf16-mixed') && !hasBfloat16;
    (isSkipped ? skip : test)(`${page}: ${command}`, async () => {
      const [program, ...words] = wordsOf(command);
      if (program === 'npm') {
        const script = words[0] === 'run' ? words[1] : words[0];
        const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
          scripts: Record<string, string>;
        };
        assert.ok(scripts[script ?? ''], `package.json has the script ${String(script)}`);
        return;
      }
      assert.is(program, 'npx');
      const { code, stderr } = await ldmHere(quickly(words), { cwd });
      // Of ldm diff, 1 says that there is a difference.
      assert.ok(code === 0 || (code === 1 && words[1] === 'diff'), stderr);
    });
  }

  test(`${page}: every link and picture is there`, () => {
    for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      if (!/^https?:/.test(target)) assert.ok(existsSync(join(repository, dirname(page), target)), target);
    }
  });
}

/** These are linted, type-checked and tested. */
const examples = 'test/fixtures/user-components';

// The other pages with files have tests of their own, of what comes out.
for (const { page, text } of pages.filter(({ page }) => page === 'docs/components.md')) {
  for (const [path, contents] of filesOf(text)) {
    test(`${page}: ${path} is the one in ${examples}`, () => {
      assert.is(contents, readFileSync(join(repository, examples, path), 'utf8'));
    });
  }
}

test.run();
