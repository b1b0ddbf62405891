import type { ComponentConfig, Experiment, ParamProblem } from '../config/index.js';
import { predictionTypes } from '../diffusion/prediction-types.js';

/**
 * What speaks against drawing the pictures of a training by the scheduler that a callback's `log_images_kwargs` names: the
 * first picture would say it, hundreds of steps later.
 */
export function checkLogSchedulers({ model, callbacks }: Pick<Experiment, 'model' | 'callbacks'>): ParamProblem[] {
  const { timesteps, parameterization } = model.params as { timesteps?: number; parameterization?: string };
  const predicted = predictionTypes[parameterization as keyof typeof predictionTypes] as string | undefined;
  return Object.entries(callbacks).flatMap(([name, { params = {} }]) => {
    const { scheduler } = (params.log_images_kwargs ?? {}) as { readonly scheduler?: ComponentConfig };
    if (!scheduler) return [];
    const path = ['lightning', 'callbacks', name, 'params', 'log_images_kwargs', 'scheduler', 'params'];
    const differs = (key: string, expected: string | undefined, what: string): ParamProblem[] => {
      const { [key]: found } = scheduler.params;
      if (expected === undefined || String(found) === expected) return [];
      const problem = 'is not as the model is trained';
      return [{ path: [...path, key], problem, found: String(found), expected: `${expected}, ${what}` }];
    };
    return [
      ...differs('num_train_timesteps', timesteps?.toString(), 'model.params.timesteps'),
      ...differs('prediction_type', predicted, `as model.params.parameterization is ${String(parameterization)}`),
    ];
  });
}
