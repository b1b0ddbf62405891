import { cac, type CAC, type Command } from 'cac';
import { describeProblemInPlace, ExplainedError, nearestNames, UserError } from '../errors.js';
import { ownVersion } from './doctor/packages.js';
import type { Flags } from './flags.js';
import { engineFlags, usage, usefulFlags } from './run/run-flags.js';

const FAILED = 1;
const BAD_INPUT = 2;

/**
 * The command line: one verb, its words and flags.
 *
 * @param argv what follows the program's name
 * @returns the exit code: 0, 1 when something failed, 2 for bad input, 130 when interrupted
 */
export async function main(argv: readonly string[]): Promise<number> {
  const debug = argv.some(
    (word, i) => /^(?:--debug|-d)$/.test(word) && !/^(?:no|false|f|n|0)$/i.test(argv[i + 1] ?? ''),
  );
  try {
    return await runVerb(commandLine(), argv);
  } catch (error) {
    return await report(error, debug);
  }
}

async function runVerb(cli: CAC, argv: readonly string[]): Promise<number> {
  // Asked by the shells' completion, not by people, and of words that need not be a command line yet: no verb of its own.
  if (argv[0] === 'complete') return (await import('./complete.js')).complete(cli, argv.slice(argv.indexOf('--') + 1));
  const [verb, ...rest] = wordsFromVerb(argv);
  // Read as CompVis's main.py reads its words: cac would take `-n 001` for a number and `0` for the value of `-t`.
  if (verb === 'run' && !rest.some((word) => word === '--help' || word === '-h')) {
    return (await import('./run.js')).run(rest);
  }
  cli.parse(['node', 'ldm', ...argv], { run: false });
  if (cli.options.help === true || cli.options.version === true) return 0;
  if (!cli.matchedCommand) {
    const verbs = cli.commands.map(({ name }) => name);
    if (verb === undefined) {
      cli.outputHelp();
      return BAD_INPUT;
    }
    throw new UserError({
      where: `ldm ${verb}`,
      problem: 'there is no such verb',
      expected: `one of ${verbs.join(', ')}`,
      nearest: nearestNames(verb, verbs),
      remedy: 'ldm --help',
    });
  }
  try {
    return (await cli.runMatchedCommand()) as number;
  } catch (error) {
    throw isUsageError(error) ? badUsage(error, cli.matchedCommand) : error;
  }
}

/** The verb, then all other words: `--debug` may come before it. */
function wordsFromVerb(argv: readonly string[]): readonly string[] {
  const at = argv.findIndex((word) => !word.startsWith('-'));
  return at > 0 ? [argv[at] ?? '', ...argv.slice(0, at), ...argv.slice(at + 1)] : argv;
}

/** cac's own errors, an unknown option, a missing value or word, as this program words them. */
function badUsage(error: Error, command: Command): UserError {
  const [, option] = /^Unknown option `(-+[^`]+)`/.exec(error.message) ?? [];
  const known = command.options.flatMap(({ names }) => names).filter((name) => name.length > 1);
  return new UserError({
    where: `ldm ${command.name}`,
    problem: option === undefined ? error.message.replaceAll('`', '') : `unknown option ${option}`,
    ...(option !== undefined && {
      nearest: nearestNames(
        option,
        known.map((name) => `--${name}`),
      ),
    }),
    remedy: `ldm ${command.name} --help`,
  });
}

/** The flags that engine-flags.ts reads. */
function withEngineOptions(command: Command): Command {
  for (const flag of engineFlags) command.option(usage(flag), flag.description);
  return command;
}

/** All verbs with their options. */
export function commandLine(): CAC {
  const cli = cac('ldm');
  // For its help alone: see runVerb.
  const run = cli.command('run [...words]', 'Train what configs describe: CONFIG… [path=value …]');
  for (const flag of usefulFlags) run.option(usage(flag), flag.description);
  run
    .example('ldm run configs/ddpm/mnist.yaml')
    .example('ldm run configs/ddpm/mnist.yaml model.params.unet_config.params.model_channels=16 --max_steps 20')
    .example('ldm run --base configs/ddpm/mnist.yaml -t --gpus 0, --scale_lr False')
    .example('ldm run --resume runs/2026-11-21T08-30-00_mnist')
    .example('ldm run configs/ddpm/mnist.yaml +model.params.ckpt_path=latest:mnist');

  const sample = cli
    .command('sample <run> [mask]', 'Draw images from a run folder, a checkpoint or a file of weights')
    .option('-n, --count <n>', 'Number of images (default: 16; with classes 8 of each), or of rows of an interpolation')
    .option(
      '--sampler <name|file>',
      'ddim, ddpm, plms, dpm-solver++, euler or heun (default: ddim), or a file that describes a scheduler of diffusers',
    )
    .option('--steps <n>', 'Steps of the sampler (default: 200)')
    .option('--eta <x>', "DDIM's noise, from 0, none, to 1, that of DDPM (default: 1, of a scheduler 0)")
    .option('--discretize <name>', 'How the steps are spread: uniform, or quad (default: uniform)')
    .option('--temperature <x>', 'Factor of the noise of each step (default: 1)')
    .option('--cfg_scale <x>', 'Guidance: how much the condition counts in the place of none (default: 1, as it is)')
    .option('--class <n>', 'Draw this class only')
    .option('--prompt <text>', 'What the images show, of models that take texts')
    .option(
      '--condition <path>',
      'The image, or map of classes, that models are conditioned on; of a folder each in a row',
    )
    .option(
      '--condition_from <set>',
      'train, validation or test: the conditions of the first -n examples of these data',
    )
    .option(
      '--config <file>',
      'What model weights are of that are no checkpoint of a run (default: config.yaml beside them)',
    )
    .option('--init <image>', 'Begin with this image rather than with noise alone')
    .option('--strength <x>', 'How much of it is drawn anew, from 0 to 1 (default: 0.75)')
    .option('--inpaint <image>', 'Paint anew what is white in the mask: --inpaint IMAGE MASK')
    .option('--interpolate <n>', 'Rows of n images on the way from one noise to another, without other noise')
    .option('--seed <n>', 'Seed of the noise (default: 23)')
    .option('--batch_size <n>', 'Images drawn at a time (default: 80)')
    .option('-o, --out <folder>', 'Where to write (default: samples/ in the run folder)');
  withEngineOptions(sample)
    .option('--precision <value>', '32 or bf16-mixed (engine torch only), whatever it was trained in (default: 32)')
    .option('-d, --debug', 'Show stack traces of errors')
    .example('ldm sample runs/2026-11-21T08-30-00_mnist --class 7 -n 16 --steps 50')
    .example('ldm sample latest:mnist -n 4')
    .example('ldm sample models/ldm/celeba256/model.ckpt -n 4 --steps 50')
    .example('ldm sample runs/2026-11-21T08-30-00_mnist --cfg_scale 3 --sampler dpm-solver++ --steps 20')
    .example('ldm sample runs/2026-11-21T08-30-00_mnist --sampler configs/classic/ddim-scheduler.yaml --steps 50')
    .example('ldm sample runs/2026-11-21T08-30-00_mnist --inpaint photo.png mask.png')
    .example('ldm sample runs/2026-11-21T08-30-00_superres --condition small.png -n 4')
    .action(async (path: string, mask: string | undefined, flags: Flags) =>
      (await import('./sample.js')).sample(path, mask, flags),
    );

  const test = cli
    .command('test <run> [...overrides]', 'Measure a trained model: a run folder or a checkpoint, [path=value …]')
    .option('--set <name>', 'test or validation (default: test where the data have such a set)')
    .option('--seed <n>', "Seed of the noise (default: the run's)")
    .option('--json', 'Print the metrics as JSON');
  withEngineOptions(test)
    .option('--precision <value>', '32 or bf16-mixed (engine torch only; default: as it was trained)')
    .option('-d, --debug', 'Show stack traces of errors')
    .example('ldm test runs/2026-11-21T08-30-00_mnist')
    .example('ldm test runs/2026-11-21T08-30-00_mnist --set validation data.params.batch_size=16 --json')
    .action(async (path: string, overrides: string[], flags: Flags) =>
      (await import('./test.js')).test(path, overrides, flags),
    );

  cli
    .command('check [...words]', 'Find all mistakes in configs, without building anything: CONFIG… [path=value …]')
    .option('--json', 'Print what was found as JSON')
    .option('-d, --debug', 'Show stack traces of errors')
    .example('ldm check configs/ddpm/mnist.yaml')
    .example('ldm check configs/ddpm/mnist.yaml data.params.batch_size=64')
    .action(async (words: string[], flags: Flags) => (await import('./check.js')).check(words, flags));

  cli
    .command('inspect [...words]', 'What a config describes, its size and its cost, without computing: CONFIG…')
    .option('--component <path>', 'Dotted path of the component in the config (default: model)')
    .option('--depth <n>', 'Words of the names that parts are told apart by, 0 for components only (default: 1)')
    .option(
      '--scale_lr [bool]',
      'As in ldm run: multiply the base learning rate by batch size and devices (default: true)',
    )
    .option('--resolved', 'Print the merged config instead, each value with the place that it comes from')
    .option('--raw', 'With --resolved: as it was merged, without defaults and whatever its mistakes')
    .option('--json', 'Print parameters, components and the names and shapes of the weights as JSON')
    .option('-d, --debug', 'Show stack traces of errors')
    .example('ldm inspect configs/ddpm/mnist.yaml')
    .example('ldm inspect configs/ddpm/mnist.yaml model.params.unet_config.params.model_channels=64 --depth 2')
    .example('ldm inspect configs/ddpm/mnist.yaml --component model.params.unet_config --json')
    .example('ldm inspect configs/ddpm/mnist.yaml data.params.batch_size=4 --resolved')
    .action(async (words: string[], flags: Flags) => (await import('./inspect.js')).inspect(words, flags));

  cli
    .command('diff <a> <b>', 'What differs between two configs, runs or checkpoints; exits with 1 where something does')
    .option('-v, --origins', 'Show where each value comes from')
    .option('--raw', 'Compare what is written, without the defaults of components')
    .option('--json', 'Print the differences as JSON')
    .option('-d, --debug', 'Show stack traces of errors')
    .example('ldm diff configs/ddpm/mnist.yaml configs/classic/unet2d-mnist.yaml')
    .example('ldm diff configs/ddpm/mnist.yaml runs/2026-11-21T08-30-00_mnist --origins')
    .action(async (a: string, b: string, flags: Flags) => (await import('./diff.js')).diff(a, b, flags));

  cli
    .command('copy [config] [dest]', 'Start a config of your own from a shipped one; without arguments: list them')
    .option('--list', 'List the shipped configs')
    .option('--force', 'Overwrite a file that is there')
    .option('--json', 'Print the list as JSON')
    .option('-d, --debug', 'Show stack traces of errors')
    .example('ldm copy ddpm/mnist my.yaml')
    .example('ldm copy ddpm/mnist experiments/')
    .action(async (config: string | undefined, dest: string | undefined, flags: Flags) =>
      (await import('./copy.js')).copy(config, dest, flags),
    );

  const forward = cli
    .command('forward <config>', "Call a component with a file's tensors, for porting and debugging")
    .option('--component <path>', 'Dotted path of the component in the config (default: model)')
    .option('--weights <file>', 'Weights under their published names (safetensors, PyTorch, or a checkpoint of ours)')
    .option('--inputs <file>', 'Named arguments, in PyTorch layout (safetensors)')
    .option('--output <file>', 'Where to write the outputs: `y`, or several by their names (safetensors)')
    .option('--method <name>', 'What to call (default: forward)')
    .option(
      '--loss <name>',
      'Also write gradients, of the mse to the input `target`, the mean or the sum of `y`; of several outputs, of `loss` or else the first',
    )
    .option('--seed <n>', 'Seed of weights that no file gives (default: 23)');
  withEngineOptions(forward)
    .option('--precision <value>', '32 or bf16-mixed (engine torch only; default: 32)')
    .option('-d, --debug', 'Show stack traces of errors')
    .example(
      'ldm forward unet.yaml --component model.params.unet_config --inputs in.safetensors --output out.safetensors',
    )
    .example(
      'ldm forward net.yaml --weights net.safetensors --inputs in.safetensors --output out.safetensors --loss mse',
    )
    .action(async (config: string, flags: Flags) => (await import('./forward.js')).forward(config, flags));

  cli
    .command('convert <in> <out>', 'Write the weights of a file, or of a run, in another format')
    .option('--dtype <name>', 'float32, float16 or bfloat16: the type of the weights (default: as they are)')
    .option('--prefix <name>', 'Take only the weights below this name, and name them by what follows it')
    .option('--json', 'Print what was done as JSON')
    .option('-d, --debug', 'Show stack traces of errors')
    .example('ldm convert model.ckpt model.safetensors')
    .example('ldm convert runs/2026-11-21T08-30-00_mnist model.ckpt')
    .example('ldm convert model.ckpt unet.pt --prefix model.diffusion_model --dtype float16')
    .action(async (from: string, to: string, flags: Flags) => (await import('./convert.js')).convert(from, to, flags));

  cli
    .command('list', 'The components that a config may name')
    .option('--kind <kind>', 'Only those of a kind, such as network or dataset')
    .option('--json', 'Print them as JSON')
    .option('-d, --debug', 'Show stack traces of errors')
    .example('ldm list --kind network')
    .action(async (flags: Flags) => (await import('./components.js')).list(flags));

  cli
    .command('show <target>', 'One component: its parameters, their defaults and where it comes from')
    .option('--json', 'Print it as JSON, with the schema of its parameters')
    .option('-d, --debug', 'Show stack traces of errors')
    .example('ldm show UNetModel')
    .action(async (target: string, flags: Flags) => (await import('./components.js')).show(target, flags));

  cli
    .command('schema', 'The JSON Schema of configs, for completion and explanations in editors')
    .option('-o, --out <file>', 'Where to write it (default: to the terminal)')
    .option('-d, --debug', 'Show stack traces of errors')
    .example('ldm schema')
    .example('ldm schema -o configs/schema.json')
    .action(async (flags: Flags) => (await import('./schema.js')).schema(flags));

  cli
    .command('doctor', 'Say which engines, libraries, devices and threads were found, and how to get what is missing')
    .option('--json', 'Print the findings as JSON')
    .option('--kernels', 'Also list which tfjs kernels the engine has itself')
    .option('-d, --debug', 'Show stack traces of errors')
    .example('ldm doctor')
    .action(async (flags: Flags) => (await import('./doctor.js')).doctor(flags));

  cli
    .command('bench [name]', 'Time the standard workloads on every engine, and in PyTorch where it is there')
    .option('--json', 'Print the figures as JSON')
    .option('--threads <n>', 'Threads of every contestant (default: all logical cores)')
    .option('--rounds <n>', 'Rounds in which they take turns (default: 9, fewer where one takes long)')
    .option('-d, --debug', 'Show stack traces of errors')
    .example('ldm bench conv3x3')
    .example('ldm bench unet_train_b8_32px --rounds 12')
    .action(async (name: string | undefined, flags: Flags) => (await import('./bench.js')).bench(name, flags));

  cli
    .command(
      'completion <shell>',
      'A script that makes bash, zsh or fish complete verbs, options, configs and overrides',
    )
    .option('-d, --debug', 'Show stack traces of errors')
    .example('source <(ldm completion bash)')
    .example('ldm completion fish > ~/.config/fish/completions/ldm.fish')
    .action(async (shell: string) => (await import('./completion.js')).completion(shell));

  cli.help();
  cli.version(ownVersion());
  return cli;
}

async function report(error: unknown, debug: boolean): Promise<number> {
  const isExplained = error instanceof ExplainedError;
  if (isExplained) console.error(error.problems.map(describeProblemInPlace).join('\n\n'));
  else console.error(`failed: ${error instanceof Error ? error.message : String(error)}`);
  const { placeInUserCode } = await import('./user-components/user-code.js');
  const place = isExplained ? undefined : placeInUserCode(error);
  if (place !== undefined) console.error(`  in your code: ${place}`);
  if (debug && error instanceof Error) console.error(error.stack);
  else if (!isExplained) console.error('  to see where: add --debug');
  return error instanceof UserError ? BAD_INPUT : FAILED;
}

/** What cac throws for an unknown option or a missing word; it exports no class to ask for. */
function isUsageError(error: unknown): error is Error {
  return error instanceof Error && error.constructor.name === 'CACError';
}
