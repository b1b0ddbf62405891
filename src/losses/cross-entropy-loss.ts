import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { inputsOf, Module, type Methods, type Parameter } from '../nn/index.js';
import { softmaxCrossEntropy } from '../ops/index.js';
import { withDefaults } from '../params.js';
import {
  crossEntropyLossParams,
  type CrossEntropyLossParams,
  type CrossEntropyLossParamsInput,
} from './cross-entropy-loss.params.js';

/**
 * Cross-entropy of class logits, `torch.nn.CrossEntropyLoss`: with the weight w of a label's class and a share s of
 * smoothing, `(1 - s) w (-log p(label)) + s / C sum_c w_c (-log p(c))`.
 */
export class CrossEntropyLoss extends Module {
  readonly params: CrossEntropyLossParams;
  readonly #weight: Parameter | undefined;

  constructor(given: CrossEntropyLossParamsInput = {}) {
    super();
    this.params = withDefaults(crossEntropyLossParams, given);
    const { weight } = this.params;
    if (weight) {
      const init = () => tf.tensor1d(weight);
      this.#weight = this.parameter('weight', { shape: [weight.length], init, trainable: false });
    }
  }

  /**
   * @param input logits `[N, C]`, or of each pixel `[N, H, W, C]`
   * @param target int32 classes `[N]` or `[N, H, W]`, or `ignore_index`
   * @returns a scalar, NaN where nothing counts in a mean; with `reduction: none` the shape of `target`
   * @throws ShapeError when the shapes do not go together; RangeError or EngineError for a label that is no class
   */
  forward(input: tf.Tensor, target: tf.Tensor): tf.Tensor {
    const classes = input.shape[input.rank - 1] ?? 0;
    const { ignore_index: ignored, reduction, label_smoothing: smoothing } = this.params;
    if (this.#weight && this.#weight.size !== classes) {
      throw new ShapeError('CrossEntropyLoss', `logits of ${this.#weight.size} classes`, `${classes}`);
    }
    return tf.tidy(() => {
      const counts = tf.notEqual(target, tf.scalar(ignored, 'int32'));
      const labels = tf.where(counts, target, tf.zerosLike(target));
      const weights = tf.mul(this.#weight ? tf.gather(this.#weight.value, labels) : 1, tf.cast(counts, 'float32'));
      const hard = tf.mul(softmaxCrossEntropy(input, labels), weights);
      const losses =
        smoothing === 0
          ? hard
          : tf.add(tf.mul(hard, 1 - smoothing), tf.mul(this.#overAllClasses(input, counts), smoothing / classes));
      if (reduction === 'none') return losses;
      const sum = tf.sum(losses);
      return reduction === 'sum' ? sum : tf.div(sum, tf.sum(weights));
    });
  }

  override methods(): Methods {
    return {
      forward: (inputs) => {
        const { input, target } = inputsOf(inputs, ['input', 'target']);
        return this.forward(input, target);
      },
    };
  }

  /** `sum_c w_c (-log p(c))` of each label that counts. */
  #overAllClasses(input: tf.Tensor, counts: tf.Tensor): tf.Tensor {
    const each = tf.neg(tf.logSoftmax(input));
    const weighted = this.#weight ? tf.mul(each, this.#weight.value) : each;
    return tf.mul(tf.sum(weighted, -1), tf.cast(counts, 'float32'));
  }
}
