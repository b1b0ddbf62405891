import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../io/host-tensor.js';
import type { Generator } from '../random/index.js';
import type { Initializer } from './initializers.js';
import { asPublished, type WeightLayout } from './layout.js';

export interface ParameterOptions {
  /** The shape it is held in (HWIO for filters). */
  readonly shape: readonly number[];
  readonly init: Initializer;
  readonly layout?: WeightLayout;
  /** False for a buffer: saved and loaded, but not trained. */
  readonly trainable?: boolean;
}

/**
 * A weight or a buffer of a module. It allocates nothing until it is initialized or loaded, so that a network of any
 * size can be described, counted and checked for free.
 */
export class Parameter {
  readonly shape: readonly number[];
  readonly trainable: boolean;
  readonly #init: Initializer;
  readonly #layout: WeightLayout;
  #variable: tf.Variable | undefined;

  constructor({ shape, init, layout = asPublished, trainable = true }: ParameterOptions) {
    this.shape = shape;
    this.trainable = trainable;
    this.#init = init;
    this.#layout = layout;
  }

  get size(): number {
    return tf.util.sizeFromShape([...this.shape]);
  }

  get publishedShape(): number[] {
    return this.#layout.publishedShape(this.shape);
  }

  get isInitialized(): boolean {
    return this.#variable !== undefined;
  }

  /**
   * The tensor itself, not a copy: an optimizer step changes it in place.
   * @throws Error before the parameter is initialized or loaded
   */
  get value(): tf.Variable {
    if (!this.#variable) throw new Error('this parameter has no value yet: initialize the module or load its weights');
    return this.#variable;
  }

  /** Draws the first value, unless there is one already. */
  initialize(generator: Generator): void {
    if (!this.#variable) this.#assign(this.#init(this.shape, generator));
  }

  /** @param published in PyTorch's layout and this parameter's published shape, any data type with float32's range */
  load(published: tf.Tensor): void {
    this.#assign(tf.tidy(() => this.#layout.fromPublished(tf.cast(published, 'float32'), this.shape)));
  }

  /** A copy in PyTorch's layout: of the value, or of a tensor shaped like it, such as its gradient. */
  publish(held: tf.Tensor = this.value): HostTensor {
    return tf.tidy(() => ({
      dtype: 'F32',
      shape: this.publishedShape,
      data: this.#layout.toPublished(held).dataSync<'float32'>(),
    }));
  }

  dispose(): void {
    this.#variable?.dispose();
    this.#variable = undefined;
  }

  /** Takes over a tensor's data. */
  #assign(tensor: tf.Tensor): void {
    if (this.#variable) this.#variable.assign(tensor);
    else this.#variable = tf.variable(tensor, this.trainable);
    tensor.dispose();
  }
}
