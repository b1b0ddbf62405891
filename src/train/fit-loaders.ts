import { DataLoader } from '../data/data-loader.js';
import type { DataModule } from '../data/data-module.js';
import type { TrainerParams } from './trainer.params.js';

/**
 * The batches to train and to validate on; overfitting takes both from the training set, in its own order.
 * @throws Error where there is nothing to train on
 */
export function fitLoaders(
  data: DataModule,
  { overfit_batches: overfits }: TrainerParams,
  seed: number,
): { trainLoader: DataLoader; valLoader: DataLoader | undefined } {
  const trainLoader = data.trainLoader(seed);
  if (!trainLoader || !data.train) throw new Error('the data module has no training data');
  if (!overfits) return { trainLoader, valLoader: data.valLoader(seed) };
  const inOrder = new DataLoader(data.train, { batchSize: data.batchSize });
  return { trainLoader: inOrder, valLoader: inOrder };
}
