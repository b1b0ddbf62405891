import type { PredictionType } from '../samplers/index.js';

/** What a network predicts, by the values of `parameterization`, in the words of diffusers. */
export const predictionTypes = {
  eps: 'epsilon',
  x0: 'sample',
  v: 'v_prediction',
} as const satisfies Readonly<Record<string, PredictionType>>;
