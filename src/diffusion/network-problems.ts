import type { Problem } from '../errors.js';
import type { ConditioningKey } from './conditioning-key.js';

/** A mistake in one of a model's own parameters. */
export interface ModelProblem extends Omit<Problem, 'path'> {
  readonly path: 'conditioning_key' | 'timesteps';
}

/** Why a network cannot be trained by a model with these parameters, whatever else is true of both. */
export function networkProblems(
  { numClasses, numTimesteps = Infinity }: { readonly numClasses: number; readonly numTimesteps?: number | undefined },
  { conditioningKey, timesteps }: { readonly conditioningKey: ConditioningKey; readonly timesteps: number },
): ModelProblem[] {
  const problems: ModelProblem[] = [];
  if ((conditioningKey === 'adm') !== numClasses > 0) {
    problems.push({
      path: 'conditioning_key',
      problem: 'the network and the conditioning do not go together',
      found: `conditioning_key ${String(conditioningKey)} with ${numClasses || 'no'} classes in the network`,
      expected: 'conditioning_key: adm exactly where unet_config.params has classes (num_classes, num_class_embeds)',
    });
  }
  if (timesteps > numTimesteps) {
    problems.push({
      path: 'timesteps',
      problem: 'the network has no embeddings of so many timesteps',
      found: `${timesteps} timesteps, a network for ${numTimesteps}`,
      expected: `at most ${numTimesteps}, or more in unet_config.params (max_time_step, num_train_timesteps)`,
    });
  }
  return problems;
}
