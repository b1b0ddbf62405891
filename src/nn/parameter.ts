import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../io/host-tensor.js';
import type { TensorInfo } from '../io/tensor-source.js';
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
  /** Whether it is state that is no weight: saved and loaded, never trained, not counted as a parameter. */
  readonly isBuffer: boolean;
  readonly #init: Initializer;
  readonly #layout: WeightLayout;
  #trainable: boolean;
  #variable: tf.Variable | undefined;

  constructor({ shape, init, layout = asPublished, trainable = true }: ParameterOptions) {
    this.shape = shape;
    this.isBuffer = !trainable;
    this.#trainable = trainable;
    this.#init = init;
    this.#layout = layout;
  }

  /** False for a buffer and for a frozen weight. */
  get trainable(): boolean {
    return this.#trainable;
  }

  get size(): number {
    return tf.util.sizeFromShape([...this.shape]);
  }

  get publishedShape(): number[] {
    return this.#layout.publishedShape(this.shape);
  }

  /** What `publish` gives, without its values. */
  get published(): TensorInfo {
    return { dtype: 'F32', shape: this.publishedShape };
  }

  /** Whether it has been initialized or loaded. */
  get hasValue(): boolean {
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

  /** Trains it no more: PyTorch's `requires_grad = False`. */
  freeze(): void {
    this.#trainable = false;
    if (this.#variable) this.#variable.trainable = false;
  }

  /** Draws the first value, unless there is one already. */
  initialize(generator: Generator): void {
    if (!this.#variable) this.assign(this.#init(this.shape, generator));
  }

  /** Takes over the data of a tensor shaped like this parameter. */
  assign(tensor: tf.Tensor): void {
    if (this.#variable) this.#variable.assign(tensor);
    else this.#variable = tf.variable(tensor, this.#trainable);
    tensor.dispose();
  }

  /** Changes places with another parameter of the same shape, copying nothing. */
  exchange(other: Parameter): void {
    [this.#variable, other.#variable] = [other.#variable, this.#variable];
  }

  /** The options of a buffer that is held and published as this parameter is and begins as a copy of `initial()`. */
  shadow(initial: () => tf.Tensor): ParameterOptions {
    // Times one makes a copy: a clone would share the data that an optimizer changes in place.
    const init: Initializer = () => tf.mul(initial(), 1);
    return { shape: this.shape, layout: this.#layout, init, trainable: false };
  }

  /** @param published in PyTorch's layout and this parameter's published shape */
  load(published: tf.Tensor): void {
    this.assign(tf.tidy(() => this.held(published)));
  }

  /** A tensor in PyTorch's layout, such as a saved moment of this parameter, as it is held here. */
  held(published: tf.Tensor): tf.Tensor {
    return this.#layout.fromPublished(published, this.shape);
  }

  /** A copy in PyTorch's layout: of the value, or of a tensor shaped like it, such as its gradient. */
  publish(held: tf.Tensor = this.value): HostTensor {
    const published = tf.tidy(() => this.#layout.toPublished(held));
    // Not inside tf.tidy, which looks for tensors among the values it is given back, one value at a time.
    const data = published.dataSync<'float32'>();
    published.dispose();
    return { dtype: 'F32', shape: this.publishedShape, data };
  }

  dispose(): void {
    this.#variable?.dispose();
    this.#variable = undefined;
  }
}
