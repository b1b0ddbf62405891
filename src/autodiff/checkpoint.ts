import * as tf from '@tensorflow/tfjs-core';
import { isRecording, recordNode, withoutRecording } from './tape.js';
import { byPosition } from './tensor-lists.js';
import { grads } from './vjp.js';

/** Something random whose state can be taken and given back, such as RandomStreams: same state, same numbers. */
export interface RandomState<State> {
  state: State;
}

/**
 * Gradient checkpointing (Chen et al. 2016, section 3): runs `f` keeping nothing of it but its inputs and its value,
 * and runs it once more, with the same random numbers, when a gradient is asked for. Less memory for more time; the
 * numbers are the same. May be nested; where nothing is recorded it is `f(...inputs)`.
 *
 * @param f must compute the same from the same inputs, parameters and random numbers
 * @param inputs the tensors that `f` is called with
 * @param parameters the variables that `f` uses beside them and that gradients may be asked for
 * @param random what `f` draws random numbers from, if it does
 */
export function checkpoint<Inputs extends readonly tf.Tensor[], Output extends tf.Tensor, State>(
  f: (...inputs: Inputs) => Output,
  inputs: Inputs,
  parameters: readonly tf.Tensor[],
  random?: RandomState<State>,
): Output {
  if (!isRecording()) return f(...inputs);
  const state = random?.state;
  const output = withoutRecording(() => tf.tidy(() => f(...inputs)));
  // Recorded clones, so that a gradient of the gradient finds its way back to the inputs.
  const saved = inputs.map((input) => tf.keep(tf.clone(input)));
  const again = () => withState(random, state, () => f(...(saved as readonly tf.Tensor[] as Inputs)));
  const xs = byPosition([...saved, ...parameters]);
  recordNode({
    kernelName: 'Checkpoint',
    inputs: byPosition([...inputs, ...parameters]),
    outputs: [output],
    saved,
    gradient: ([dy], wanted = Object.keys(xs)) => {
      const gradients = grads(
        again,
        wanted.map((name) => xs[name] as tf.Tensor),
        [dy as tf.Tensor],
      );
      return Object.fromEntries(wanted.map((name, i) => [name, () => gradients[i] as tf.Tensor]));
    },
  });
  return output;
}

/** Runs `f` with the random numbers that follow `state`, and goes on with those that were due. */
function withState<State, T>(random: RandomState<State> | undefined, state: State | undefined, f: () => T): T {
  if (!random || state === undefined) return f();
  const due = random.state;
  random.state = state;
  try {
    return f();
  } finally {
    random.state = due;
  }
}
