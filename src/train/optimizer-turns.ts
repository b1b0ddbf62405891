import type { OptimizerConfig } from './lightning-module.js';

type Turn = Pick<OptimizerConfig, 'startStep' | 'frequency'>;

/**
 * Which of several optimizers take part in a step, by their indices in order: those that have started, and where they
 * have frequencies, the one whose turn it is (PyTorch Lightning's `frequency`, counted in steps rather than batches, so
 * that no step sums up gradients of two turns). A pure function of the step, so that a resumed run goes on exactly.
 *
 * @throws RangeError for a start or a frequency that is no number of steps, or a frequency that only some have
 */
export function optimizerTurns(optimizers: readonly Turn[]): (step: number) => readonly number[] {
  for (const [i, { startStep = 0, frequency = 1 }] of optimizers.entries()) {
    if (!Number.isInteger(startStep) || startStep < 0) {
      throw new RangeError(`optimizer ${i}: expected a startStep of 0 or more, found ${startStep}`);
    }
    if (!Number.isInteger(frequency) || frequency < 1) {
      throw new RangeError(`optimizer ${i}: expected a frequency of 1 or more steps, found ${frequency}`);
    }
  }
  const given = optimizers.filter(({ frequency }) => frequency !== undefined).length;
  if (given > 0 && given < optimizers.length) {
    throw new RangeError(`a frequency for ${given} of ${optimizers.length} optimizers: give it to all or to none`);
  }
  const all = [...optimizers.keys()];
  const order = optimizers.flatMap(({ frequency }, i) => new Array<number>(frequency ?? 0).fill(i));
  return (step) => {
    const taking = order.length === 0 ? all : [order[step % order.length] as number];
    return taking.filter((i) => step >= (optimizers[i]?.startStep ?? 0));
  };
}
