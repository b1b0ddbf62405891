import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../nn/index.js';
import type { ConditioningKey } from './conditioning-key.js';

/** What a network is conditioned on. A type, not an interface, which tf.tidy refuses. */
export type Condition = {
  /** Joined to the channels of the noisy image, `[N, H, W, C]` of its height and width. */
  readonly cConcat?: tf.Tensor4D | undefined;
  /** Attended to, `[N, S, C]`. */
  readonly cCrossattn?: tf.Tensor3D | undefined;
  /** Class labels, int32 `[N]`. */
  readonly cAdm?: tf.Tensor1D | undefined;
};

/** What a conditioner makes: one tensor, whose meaning the conditioning key says, or both that `hybrid` takes. */
export type Conditioning = tf.Tensor | { readonly c_concat: tf.Tensor; readonly c_crossattn: tf.Tensor };

/** A conditioner's output as what the key says it is; undefined where `hybrid` got one tensor, or another key got two. */
export function conditionOf(key: ConditioningKey, conditioning: Conditioning): Condition | undefined {
  if (!(conditioning instanceof tf.Tensor)) {
    if (key !== 'hybrid') return undefined;
    return {
      cConcat: conditioning.c_concat as tf.Tensor4D,
      cCrossattn: conditioning.c_crossattn as tf.Tensor3D,
    };
  }
  switch (key) {
    case null:
      return {};
    case 'concat':
      return { cConcat: conditioning as tf.Tensor4D };
    case 'crossattn':
      return { cCrossattn: conditioning as tf.Tensor3D };
    case 'adm':
      return { cAdm: conditioning as tf.Tensor1D };
    case 'hybrid':
      return undefined;
  }
}

/** Conditions under the published names of a method's inputs, of which class labels have none but `c_crossattn`. */
export function namedCondition(key: ConditioningKey, { c_concat: cConcat, c_crossattn: c }: NamedTensors): Condition {
  if (key === 'adm') return { cAdm: c as tf.Tensor1D | undefined };
  return { cConcat: cConcat as tf.Tensor4D | undefined, cCrossattn: c as tf.Tensor3D | undefined };
}

/** The conditions of two batches as those of one, the first batch first. */
export function joinedConditions(first: Condition, second: Condition): Condition {
  const joint = <T extends tf.Tensor>(a: T | undefined, b: T | undefined) => a && b && tf.concat<T>([a, b]);
  return {
    cConcat: joint(first.cConcat, second.cConcat),
    cCrossattn: joint(first.cCrossattn, second.cCrossattn),
    cAdm: joint(first.cAdm, second.cAdm),
  };
}
