import * as tf from '@tensorflow/tfjs-core';
import { freeRematerializable } from './rematerialize.js';
import { releaseUnread } from './saved-tensors.js';

/** The gradients of a node's inputs, by input name, computed when asked for. */
export type InputGradients = Readonly<Record<string, () => tf.Tensor>>;

/** One recorded operation: what tfjs-core's tape keeps of it. */
export interface TapeNode {
  readonly id: number;
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  /**
   * Absent when the operation has no gradient.
   * @param wanted the inputs whose gradients will be asked for; all of them where it is not given
   */
  readonly gradient?: (dys: (tf.Tensor | null)[], wanted?: readonly string[]) => InputGradients;
  /** Kept copies of what the gradient needs; ours to dispose. */
  readonly saved: readonly tf.Tensor[];
}

/** The part of tfjs-core's engine state that records operations; its declarations name no type for it. */
interface TapeState {
  activeTape: TapeNode[] | null;
  gradientDepth: number;
  /** Above zero inside kernels and custom gradients, where nothing is recorded. */
  readonly kernelDepth: number;
  nextTapeNodeId: number;
}

function tapeState(): TapeState {
  return tf.engine().state as unknown as TapeState;
}

/** Whether an operation run now would be recorded. */
export function isRecording(): boolean {
  const { gradientDepth, kernelDepth } = tapeState();
  return gradientDepth > 0 && kernelDepth === 0;
}

/** What a function computed, with the operations that depend on the tensors asked about. */
export interface Recording<T> {
  readonly value: T;
  readonly tape: readonly TapeNode[];
  /** The ids of these tensors and of all that was computed from them. */
  readonly fromXs: ReadonlySet<number>;
}

/**
 * Runs `f` and returns its value with the operations it recorded, in order. The value and the saved tensors outlive
 * `f`; all else that `f` made is disposed. What does not depend on `xs` is not recorded, and of what an operation saves
 * only what the gradients with respect to `xs` read is kept.
 * Inside another recording everything is recorded, there too: that one may ask about other tensors.
 * When `f` throws, everything it saved is disposed.
 *
 * @throws Error inside the forward function of a `tf.customGrad`, where tfjs-core records nothing
 */
export function record<T extends tf.TensorContainer>(f: () => T, xs: readonly tf.Tensor[]): Recording<T> {
  const state = tapeState();
  if (state.kernelDepth > 0) throw new Error('gradients cannot be taken inside the forward function of tf.customGrad');
  const { activeTape } = state;
  const isNested = isRecording();
  const fromXs = new Set(xs.map((x) => x.id));
  const tape = dependentTape(fromXs, isNested ? undefined : 1);
  state.activeTape = tape;
  state.gradientDepth++;
  try {
    const value = tf.tidy(f);
    if (isNested) activeTape?.push(...tape);
    return { value, tape, fromXs };
  } catch (error) {
    releaseAll(tape);
    throw error;
  } finally {
    state.gradientDepth--;
    state.activeTape = activeTape;
  }
}

/**
 * A tape that adds to `fromXs` what is computed from it.
 * @param prunedDepth the depth of recording at which what `fromXs` has no part in is left out and released: deeper,
 *   where the function recorded takes gradients itself, it may be asked for
 */
function dependentTape(fromXs: Set<number>, prunedDepth: number | undefined): TapeNode[] {
  const tape: TapeNode[] = [];
  const producers = new Map<number, TapeNode>();
  // tfjs-core pushes every node as it records it.
  tape.push = (...nodes) => {
    const pruned = tapeState().gradientDepth === prunedDepth;
    for (const node of nodes.flatMap((recorded) => [recorded, ...takeCopies(tape, recorded)])) {
      const dependent = inputsFrom(node, fromXs);
      if (dependent.length > 0) for (const { id } of node.outputs.filter(isContinuous)) fromXs.add(id);
      if (pruned && dependent.length === 0) {
        release(node);
        continue;
      }
      if (pruned) {
        releaseUnread(node, dependent);
        freeRematerializable(
          node,
          dependent.map((name) => node.inputs[name] as tf.Tensor),
          producers,
        );
        for (const { id } of node.outputs) producers.set(id, node);
      }
      tape[tape.length] = node;
    }
    return tape.length;
  };
  return tape;
}

/**
 * Takes from the end of the tape the copies of the node's outputs that it saves: tfjs-core (4.22.0) records them before
 * the node itself, so that no gradient of its gradient would find the way from them to its inputs.
 */
function takeCopies(tape: TapeNode[], { outputs }: TapeNode): TapeNode[] {
  const ids = new Set(outputs.map(({ id }) => id));
  const isCopy = (node: TapeNode | undefined) => node !== undefined && inputsFrom(node, ids).length > 0;
  let count = 0;
  while (isCopy(tape.at(-1 - count))) count += 1;
  return tape.splice(tape.length - count, count);
}

/** Comparisons and rounded numbers are constant almost everywhere: no gradient comes through them. */
function isContinuous({ dtype }: tf.Tensor): boolean {
  return dtype === 'float32' || dtype === 'complex64';
}

/** The names of the node's inputs that are among `tensors`, by id. */
export function inputsFrom({ inputs }: TapeNode, tensors: ReadonlySet<number>): string[] {
  // tfjs-core records the absent inputs of fused operations too.
  const given = Object.entries<tf.Tensor | undefined>(inputs);
  return given.filter(([, input]) => input && tensors.has(input.id)).map(([name]) => name);
}

/** Runs `f` as if nothing were being recorded; inside, gradients can be taken as anywhere. */
export function withoutRecording<T>(f: () => T): T {
  const state = tapeState();
  const { activeTape, gradientDepth } = state;
  state.activeTape = null;
  state.gradientDepth = 0;
  try {
    return f();
  } finally {
    state.activeTape = activeTape;
    state.gradientDepth = gradientDepth;
  }
}

/** Puts an operation of our own on the tape; call while recording. */
export function recordNode(node: Omit<TapeNode, 'id'>): void {
  const state = tapeState();
  state.activeTape?.push({ id: state.nextTapeNodeId++, ...node });
}

/** Disposes what a node saved for its gradient. */
export function release(node: TapeNode): void {
  for (const tensor of node.saved) tensor.dispose();
}

export function releaseAll(tape: readonly TapeNode[]): void {
  tape.forEach(release);
}

/** The nodes on a path from what the recording asks about to any of `ys`, in recorded order, and the rest. */
export function partition(
  { tape, fromXs }: Recording<unknown>,
  ys: readonly tf.Tensor[],
): { onPath: TapeNode[]; offPath: TapeNode[] } {
  const towardsYs = new Set(ys.map((y) => y.id));
  const onPath: TapeNode[] = [];
  const offPath: TapeNode[] = [];
  for (const node of [...tape].reverse()) {
    const dependent = inputsFrom(node, fromXs);
    if (dependent.length > 0 && node.outputs.some((output) => towardsYs.has(output.id))) {
      onPath.push(node);
      for (const name of dependent) towardsYs.add((node.inputs[name] as tf.Tensor).id);
    } else {
      offPath.push(node);
    }
  }
  return { onPath: onPath.reverse(), offPath };
}
