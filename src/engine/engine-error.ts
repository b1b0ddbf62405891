import type { TensorInfo } from '@tensorflow/tfjs-core';
import { EngineError, OutOfMemoryError } from '../errors.js';
import { ADDON_ERROR_CODE, type Addon, type AddonError } from './addon/index.js';

/** What was going on when the addon threw. */
export interface FailedCall {
  /** tfjs's name of the kernel, or what the backend was doing. */
  readonly operation: string;
  /** By name, or in order. */
  readonly inputs?: Readonly<Record<string, Described>> | readonly Described[];
  readonly attrs?: unknown;
}

type Described = Pick<TensorInfo, 'shape' | 'dtype'> | null | undefined;

/** Enough for tfjs's own frames, ten and more between a kernel and who called its operation. */
const STACK_FRAMES = 64;
const MOST_INPUTS = 16;
const LONGEST_ATTRS = 400;
const outOfMemoryRemedy =
  'lower the batch size (data.params.batch_size) or the size of the images (data.params.…),\n' +
  "or set use_checkpoint: true in the UNet's params, which computes activations anew instead of keeping them";

/**
 * An error of the addon as one of ours: the operation, its inputs and attributes, the addon's message and the error itself
 * as the cause; the stack starts at the tfjs operation that was called. Any other error comes back as it is.
 */
export function engineError(error: unknown, call: FailedCall, addon: Pick<Addon, 'memory'>): unknown {
  if (!isAddonError(error)) return error;
  const { operation, inputs = [], attrs } = call;
  // A wrong value is told in tfjs's words: the tensors' shapes and dtypes do not explain it.
  if (error instanceof RangeError) return new EngineError(`${operation}: ${error.reason}`, { cause: error });
  const lines: [string, string][] = [
    ['inputs', describeInputs(inputs)],
    ['attributes', describeAttrs(attrs)],
  ];
  const headline = `${operation}: ${error.message}`;
  const ours =
    error.requestedBytes === undefined
      ? new EngineError(withFacts(headline, lines), { cause: error })
      : new OutOfMemoryError(withFacts(headline, [...lines, ...memoryFacts(error.requestedBytes, addon)]), {
          cause: error,
        });
  ours.stack = `${ours.name}: ${ours.message}\n${framesOfCaller().join('\n')}`;
  return ours;
}

function isAddonError(error: unknown): error is AddonError {
  return error instanceof Error && 'code' in error && error.code === ADDON_ERROR_CODE;
}

function memoryFacts(requested: number, addon: Pick<Addon, 'memory'>): [string, string][] {
  const { tensors, bytes, pooled, limit } = addon.memory();
  return [
    ['asked for', requested > 0 ? binarySize(requested) : ''],
    ['in use', `${binarySize(bytes)} by ${tensors} tensors, ${binarySize(pooled)} kept for later`],
    ['limit', limit < 2 ** 50 ? binarySize(limit) : ''],
    ['to fix', outOfMemoryRemedy],
  ];
}

function withFacts(headline: string, facts: readonly [string, string][]): string {
  const lines = facts.flatMap(([label, text]) =>
    text === '' ? [] : [`  ${`${label}:`.padEnd(14)}${text.replaceAll('\n', `\n${' '.repeat(16)}`)}`],
  );
  return [headline, ...lines].join('\n');
}

/** `x float32[1,4,4,3], filter float32[3,3,8,16]`. */
function describeInputs(inputs: NonNullable<FailedCall['inputs']>): string {
  const all = Object.entries(inputs).flatMap(([name, x]: [string, Described]) =>
    x ? [`${Array.isArray(inputs) ? '' : `${name} `}${x.dtype}[${x.shape.join()}]`] : [],
  );
  const more = all.length > MOST_INPUTS ? [`and ${all.length - MOST_INPUTS} more`] : [];
  return [...all.slice(0, MOST_INPUTS), ...more].join(', ');
}

/** `strides [1,1], pad "same"`. */
function describeAttrs(attrs: unknown): string {
  if (typeof attrs !== 'object' || attrs === null) return '';
  const text = Object.entries(attrs)
    .flatMap(([name, value]) => {
      const json = JSON.stringify(value) as string | undefined;
      return json === undefined ? [] : [`${name} ${json}`];
    })
    .join(', ');
  return text.length > LONGEST_ATTRS ? `${text.slice(0, LONGEST_ATTRS)}…` : text;
}

/** The stack from tfjs's operation on, without the frames inside tfjs and this folder that lead from it to here. */
function framesOfCaller(): string[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_FRAMES;
  const frames = (new Error().stack ?? '').split('\n').filter((line) => /^ +at /.test(line));
  Error.stackTraceLimit = limit;
  const first = frames.findIndex((line) => !isInternal(line));
  return frames.slice(Math.max(0, first));
}

function isInternal(frame: string): boolean {
  return /[\\/]tfjs-core[\\/]|[\\/]src[\\/]engine[\\/](?!.*\.test\.)|<anonymous>\)?$/.test(frame);
}

/** `1.5 GiB`. */
function binarySize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power] ?? ''}`;
}
