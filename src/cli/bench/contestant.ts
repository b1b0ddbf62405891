import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Order, Ready, Sample } from './protocol.js';

/** For sums over a million float32 results. */
const TOLERANCE = 1e-3;

export interface ContestantCommand {
  /** `torch`, `torch bf16-mixed`, `wasm`, `pytorch`. */
  readonly name: string;
  /** How far its results may be from the first contestant's, relative to them; 1e-3 unless given. */
  readonly tolerance?: number;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * One engine in a process of its own: tfjs backends and OpenMP pools do not get in each other's way there, and its peak
 * memory is its own.
 */
export class Contestant {
  readonly name: string;
  readonly tolerance: number;
  ready: Ready = { title: '', threads: 0, checks: {}, lacks: {} };
  peakBytes = 0;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  private constructor({ name, command, args, env, tolerance = TOLERANCE }: ContestantCommand) {
    this.name = name;
    this.tolerance = tolerance;
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
    this.#child.stderr.on('data', (chunk: Buffer) => (this.#errors = (this.#errors + chunk.toString()).slice(-4000)));
    // A child that could not be started ends its output, which is told where the output is awaited.
    this.#child.on('error', (error) => (this.#errors += error.message));
    this.#child.stdin.on('error', () => undefined);
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** Starts the process; resolves when it has built the workload. */
  static async start(command: ContestantCommand): Promise<Contestant> {
    const contestant = new Contestant(command);
    contestant.ready = (await contestant.#nextMessage()) as Ready;
    return contestant;
  }

  async run(order: Order): Promise<Sample> {
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
    const sample = (await this.#nextMessage()) as Sample;
    this.peakBytes = Math.max(this.peakBytes, sample.peakBytes);
    return sample;
  }

  stop(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }

  async #nextMessage(): Promise<unknown> {
    for (;;) {
      const line = await this.#lines.next();
      if (line.done === true) throw new Error(`the ${this.name} contestant ended early:\n${this.#errors.trim()}`);
      // Libraries may print; what is said to us is an object.
      if (line.value.startsWith('{')) return JSON.parse(line.value);
    }
  }
}
