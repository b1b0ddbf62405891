import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
export const tinyConfig = fileURLToPath(new URL('../fixtures/configs/tiny.yaml', import.meta.url));

/** A scheduler of diffusers for the model of {@link tinyConfig}. */
export const tinyScheduler = fileURLToPath(new URL('../fixtures/configs/ddim-scheduler.json', import.meta.url));

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
  return command([process.execPath, `${repository}/bin/ldm.mjs`, ...args], options);
}

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
