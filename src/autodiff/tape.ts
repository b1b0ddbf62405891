import * as tf from '@tensorflow/tfjs-core';

/** The gradients of a node's inputs, by input name, computed when asked for. */
type InputGradients = Record<string, () => tf.Tensor>;

/** One recorded operation: what tfjs-core's tape keeps of it. */
export interface TapeNode {
  readonly kernelName: string;
  readonly inputs: Record<string, tf.Tensor>;
  readonly outputs: readonly tf.Tensor[];
  /** Absent when the operation has no gradient. */
  readonly gradient?: (dys: (tf.Tensor | null)[]) => InputGradients;
  /** Kept copies of what the gradient needs; ours to dispose. */
  readonly saved?: readonly tf.Tensor[];
}

/** The part of tfjs-core's engine state that records operations; its declarations name no type for it. */
interface TapeState {
  activeTape: TapeNode[] | null;
  gradientDepth: number;
}

function tapeState(): TapeState {
  return tf.engine().state as unknown as TapeState;
}

/** Whether an operation run now would be recorded. */
export function isRecording(): boolean {
  return tapeState().gradientDepth > 0;
}

/**
 * Runs `f` and returns its value with the operations it recorded, in order. The value and the saved tensors outlive
 * `f`; all else that `f` made is disposed. Inside another recording the operations are recorded there too.
 * When `f` throws, everything it saved is disposed.
 */
export function record<T extends tf.TensorContainer>(f: () => T): { value: T; tape: readonly TapeNode[] } {
  const state = tapeState();
  const outer = state.activeTape;
  const tape: TapeNode[] = [];
  state.activeTape = tape;
  state.gradientDepth++;
  try {
    const value = tf.tidy(f);
    return { value, tape };
  } catch (error) {
    releaseAll(tape);
    throw error;
  } finally {
    state.gradientDepth--;
    state.activeTape = outer;
    if (isRecording()) outer?.push(...tape);
  }
}

/** Disposes what a node saved for its gradient. */
export function release(node: TapeNode): void {
  for (const tensor of node.saved ?? []) tensor.dispose();
}

export function releaseAll(tape: readonly TapeNode[]): void {
  tape.forEach(release);
}

/** The nodes on a path from any of `xs` to any of `ys`, in recorded order, and the rest. */
export function partition(
  tape: readonly TapeNode[],
  xs: readonly tf.Tensor[],
  ys: readonly tf.Tensor[],
): { onPath: TapeNode[]; offPath: TapeNode[]; fromXs: ReadonlySet<number> } {
  const fromXs = new Set(xs.map((x) => x.id));
  const reached = new Set<TapeNode>();
  for (const node of tape) {
    if (Object.values(node.inputs).some((input) => fromXs.has(input.id))) {
      reached.add(node);
      for (const output of node.outputs) fromXs.add(output.id);
    }
  }
  const towardsYs = new Set(ys.map((y) => y.id));
  const onPath: TapeNode[] = [];
  const offPath: TapeNode[] = [];
  for (const node of [...tape].reverse()) {
    if (reached.has(node) && node.outputs.some((output) => towardsYs.has(output.id))) {
      onPath.push(node);
      for (const input of Object.values(node.inputs)) towardsYs.add(input.id);
    } else {
      offPath.push(node);
    }
  }
  return { onPath: onPath.reverse(), offPath, fromXs };
}
