import type * as tf from '@tensorflow/tfjs-core';
import { flagOf, inputsOf, type Methods } from '../nn/index.js';
import type { Generator } from '../random/index.js';
import { namedCondition } from './condition.js';
import type { ConditioningKey } from './conditioning-key.js';
import type { LatentDiffusion } from './latent-diffusion.js';
import { processMethods } from './process-methods.js';

/** The conditions of each key under their published names, of which class labels have none but `c_crossattn`. */
const conditions = {
  concat: ['c_concat'],
  crossattn: ['c_crossattn'],
  hybrid: ['c_concat', 'c_crossattn'],
  adm: ['c_crossattn'],
} as const;

/** What can be called of a LatentDiffusion, by the published names of methods and arguments. */
export function latentMethods(
  model: LatentDiffusion,
  { conditioningKey, generator }: { conditioningKey: ConditioningKey; generator: () => Generator },
): Methods {
  const { diffusion, reverse } = model;
  return {
    ...processMethods({
      ...{ diffusion, reverse, generator },
      conditions: conditioningKey === null ? [] : conditions[conditioningKey],
      conditionOf: (named) => namedCondition(conditioningKey, named),
      logEveryT: model.params.log_every_t,
      // Latent images are not clipped.
      correct: undefined,
    }),
    q_sample: (inputs) => {
      const { x_start, t, noise } = inputsOf(inputs, ['x_start', 't', 'noise']);
      return diffusion.qSample(x_start as tf.Tensor4D, t as tf.Tensor1D, noise as tf.Tensor4D);
    },
    encode_first_stage: (inputs) => model.encodeFirstStage(inputsOf(inputs, ['x']).x as tf.Tensor4D),
    decode_first_stage: (inputs) => {
      const { z, ...flags } = inputsOf(inputs, ['z'], ['predict_cids', 'force_not_quantize']);
      return model.decodeFirstStage(z, {
        predictCids: flagOf(flags.predict_cids, false),
        forceNotQuantize: flagOf(flags.force_not_quantize, false),
      });
    },
    apply_model: (inputs) => {
      const { x_noisy, t, ...c } = inputsOf(inputs, ['x_noisy', 't'], ['c_concat', 'c_crossattn']);
      return model.applyModel(x_noisy as tf.Tensor4D, t as tf.Tensor1D, namedCondition(conditioningKey, c));
    },
    p_losses: (inputs) => {
      const { x_start, t, noise, ...c } = inputsOf(inputs, ['x_start', 't', 'noise'], ['c_concat', 'c_crossattn']);
      const condition = namedCondition(conditioningKey, c);
      const losses = model.pLosses(x_start as tf.Tensor4D, t as tf.Tensor1D, noise as tf.Tensor4D, condition);
      return { loss: losses.loss, loss_simple: losses.lossSimple, loss_vlb: losses.lossVlb };
    },
  };
}
