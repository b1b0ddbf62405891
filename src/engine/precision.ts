import { nearestNames, UserError, type Problem } from '../errors.js';

/**
 * What an engine computes in. `bf16-mixed`: convolutions and matrix products, and the activations between them, in
 * bfloat16; weights, statistics, softmax, losses and the optimizer's state in float32, as with `32`.
 */
export type Precision = '32' | 'bf16-mixed';

/** What the processor, or oneDNN in its place, makes of bfloat16; as the addon's `bfloat16()` tells. */
export type Bfloat16 = 'native' | 'emulated' | 'none';

/** PyTorch Lightning's spellings; its 1.x called the mixed precision `bf16`. */
const spellings: Readonly<Record<string, Precision>> = {
  '32': '32',
  '32-true': '32',
  'bf16-mixed': 'bf16-mixed',
  bf16: 'bf16-mixed',
};

const expected = '32 or bf16-mixed';

const float16: Problem = {
  problem:
    'float16 is not supported: a CPU has no fast arithmetic in it, and on any device its gradients underflow unless the ' +
    'loss is scaled, which is not implemented',
  expected,
  remedy: 'bf16-mixed, which has the range of float32 and needs no scaling',
};
const pureBfloat16: Problem = {
  problem: 'bfloat16 alone is not supported: weights, statistics and losses stay in float32',
  expected,
  remedy: 'bf16-mixed',
};
const float64: Problem = {
  problem: 'float64 is not supported: no engine computes in it',
  expected,
  remedy: '32',
};

/** Precisions that Lightning and PyTorch have and users may ask for. */
const refused: Readonly<Record<string, Problem>> = {
  ...Object.fromEntries(['16', '16-mixed', '16-true', 'fp16', 'float16', 'half'].map((name) => [name, float16])),
  ...Object.fromEntries(['bf16-true', 'bfloat16'].map((name) => [name, pureBfloat16])),
  ...Object.fromEntries(['64', '64-true', 'fp64', 'float64', 'double'].map((name) => [name, float64])),
};

/** What is wrong with a precision as a user writes it; undefined where nothing is. */
export function precisionProblem(value: string | number): Problem | undefined {
  const name = String(value);
  return spelled(name) === undefined ? whyNot(name) : undefined;
}

/** Reads a precision as a user writes it, in any of Lightning's spellings. @throws UserError on anything else */
export function precisionNamed(value: string | number, where = '--precision'): Precision {
  const name = String(value);
  const precision = spelled(name);
  if (precision === undefined) throw new UserError({ where, ...whyNot(name) });
  return precision;
}

function spelled(name: string): Precision | undefined {
  return Object.hasOwn(spellings, name) ? spellings[name] : undefined;
}

function whyNot(name: string): Problem {
  const reason = Object.hasOwn(refused, name) ? refused[name] : undefined;
  if (reason) return { ...reason, found: name };
  return { problem: 'unknown precision', found: name, expected, nearest: nearestNames(name, Object.keys(spellings)) };
}

/** @throws UserError for bfloat16 asked of an engine that has none */
export function requireFloat32(engine: string, precision: Precision): void {
  if (precision === '32') return;
  throw new UserError({
    where: `precision ${precision}`,
    problem: `the engine ${engine} computes in float32 only`,
    remedy: '--engine torch, or --precision 32',
  });
}

/**
 * What the user should know of a precision on LibTorch's device, if anything.
 * @throws UserError where oneDNN has no bfloat16: what LibTorch has besides it is for the odd value, not for training
 */
export function torchPrecisionNote(precision: Precision, device: string, bfloat16: Bfloat16): string | undefined {
  // What the processor can do says nothing about a GPU.
  if (precision === '32' || device !== 'cpu' || bfloat16 === 'native') return undefined;
  if (bfloat16 === 'emulated') {
    return `this processor has no bfloat16 arithmetic (AVX512-BF16): ${precision} saves memory, but is not faster than 32`;
  }
  throw new UserError({
    where: `precision ${precision}`,
    problem: 'oneDNN, which computes in bfloat16 for LibTorch, cannot do so here',
    expected: 'an x86 processor with AVX-512 (bw, dq, vl), and a LibTorch with oneDNN',
    remedy: '--precision 32',
  });
}
