import type { LightningModule } from '../../src/train/lightning-module.js';

/**
 * Stands in for the trainer of a module: what it logs, last values, in order of names.
 * @param reported is given what it reports
 */
export function logOf(
  module: LightningModule,
  { globalStep = 0, reported }: { globalStep?: number; reported?: string[] } = {},
): Record<string, number> {
  const logged: Record<string, number> = {};
  module.attach({
    globalStep,
    currentEpoch: 0,
    log: (name, value) => {
      logged[name] = typeof value === 'number' ? value : (value.dataSync()[0] ?? NaN);
    },
    ...(reported && { report: (text: string) => reported.push(text) }),
  });
  return logged;
}
