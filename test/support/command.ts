import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
export const tinyConfig = fileURLToPath(new URL('../fixtures/configs/tiny.yaml', import.meta.url));

/** A scheduler of diffusers for the model of {@link tinyConfig}. */
export const tinyScheduler = fileURLToPath(new URL('../fixtures/configs/ddim-scheduler.json', import.meta.url));

const program = `${repository}/bin/ldm.mjs`;

export interface CommandResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly whileRunning?: (child: ChildProcess) => Promise<void>;
}

/** Runs `ldm` as a user does, from the compiled files. `whileRunning` may watch it, or end it. */
export function ldm(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return command([process.execPath, program, ...args], options);
}

/**
 * Runs `ldm`, from the compiled files, in this process: for tests of what a command comes to, when many are run. All but the
 * first take a fraction of what a process of their own needs to start. Not for signals and crashes, nor two at a time.
 */
export async function ldmHere(
  args: readonly string[],
  { cwd = repository }: Pick<CommandOptions, 'cwd'> = {},
): Promise<CommandResult> {
  const { main } = (await import(entry)) as { main: (argv: readonly string[]) => Promise<number> };
  const streams = { stdout: process.stdout, stderr: process.stderr };
  const said = { stdout: '', stderr: '' };
  const [folder, words] = [process.cwd(), process.argv];
  const restore = (['stdout', 'stderr'] as const).map((name) => {
    const write = streams[name].write.bind(streams[name]);
    streams[name].write = (text: string | Uint8Array) => {
      said[name] += typeof text === 'string' ? text : Buffer.from(text).toString();
      return true;
    };
    return () => {
      streams[name].write = write;
    };
  });
  process.chdir(cwd);
  process.argv = [process.execPath, program, ...args];
  try {
    const code = await main(args);
    return { code, signal: null, ...said };
  } finally {
    process.chdir(folder);
    process.argv = words;
    for (const undo of restore) undo();
  }
}

const entry = new URL('../../dist/src/cli/main.js', import.meta.url).href;

/** Runs any program; its input is empty. */
export function command(
  [program = '', ...args]: readonly string[],
  { cwd = repository, whileRunning }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr });
    });
    whileRunning?.(child).catch((error: unknown) => {
      child.kill('SIGKILL');
      reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
}
