import { appendFileSync } from 'node:fs';
import { fileProblem } from '../io/file-problems.js';
import { cutToWidth } from './format.js';

/** Where a person reads: `process.stdout`, `process.stderr`, or a test's own. */
export interface Output {
  write(text: string): unknown;
  /** Whether it is a terminal, on which a line can be drawn again in place. */
  readonly isTTY?: boolean;
  /** Width of the terminal in characters; 0 where it does not say. */
  readonly columns?: number;
}

export interface ReporterOptions {
  readonly output?: Output;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/** Back to the first column, erase the line. */
const ERASE_LINE = '\r\u001b[2K';
const DEFAULT_COLUMNS = 80;

/**
 * What a person sees of a run, and the same in its `log.txt`. On a terminal, one live line may stand below what was
 * said; everything said pushes it down.
 */
export class Reporter {
  readonly #output: Output;
  readonly #clock: () => number;
  #live: string | undefined;
  /** What was said before there was a log file. */
  #unlogged: string[] = [];
  #logFile: string | undefined;
  #logFailed = false;

  constructor({ output = process.stderr, clock = Date.now }: ReporterOptions = {}) {
    this.#output = output;
    this.#clock = clock;
  }

  /** Whether a live line can be drawn. */
  get isLive(): boolean {
    return this.#output.isTTY ?? false;
  }

  /** From now on, and for what was said so far, keeps a copy in this file; lines there begin with the time. */
  logTo(path: string): void {
    this.#logFile = path;
    const lines = this.#unlogged;
    this.#unlogged = [];
    this.#append(lines);
  }

  /** @param text one line or several. */
  info(text: string): void {
    this.#say(text);
    this.note(text);
  }

  warn(text: string): void {
    this.info(`warning: ${text}`);
  }

  /** Into the log file alone. */
  note(text: string): void {
    const time = new Date(this.#clock()).toISOString().slice(0, 19);
    this.#append(text.split('\n').map((line) => `${time}Z  ${line}`.trimEnd()));
  }

  /** Draws the live line, or draws it again; on anything but a terminal it is not shown. */
  showLive(line: string): void {
    if (!this.isLive) return;
    this.#live = line;
    this.#output.write(`${ERASE_LINE}${this.#cut(line)}`);
  }

  /** Takes the live line away. */
  clearLive(): void {
    if (this.#live === undefined) return;
    this.#live = undefined;
    this.#output.write(ERASE_LINE);
  }

  #say(text: string): void {
    const [erase, again] = this.#live === undefined ? ['', ''] : [ERASE_LINE, this.#cut(this.#live)];
    this.#output.write(`${erase}${text}\n${again}`);
  }

  /** One column stays free: a line that fills the last one makes some terminals begin another. */
  #cut(line: string): string {
    const columns = this.#output.columns ?? 0;
    return cutToWidth(line, (columns > 0 ? columns : DEFAULT_COLUMNS) - 1);
  }

  /** A log file that cannot be written is said once and does not end the run. */
  #append(lines: readonly string[]): void {
    if (this.#logFile === undefined) {
      this.#unlogged.push(...lines);
      return;
    }
    if (this.#logFailed || lines.length === 0) return;
    try {
      appendFileSync(this.#logFile, lines.map((line) => `${line}\n`).join(''));
    } catch (cause) {
      const { message } = fileProblem(this.#logFile, 'write the log', cause);
      this.#logFailed = true;
      this.#say(`warning: ${message}`);
    }
  }
}
