import * as tf from '@tensorflow/tfjs-core';
import { checkpoint } from '../autodiff/index.js';
import { listNames, nearestNames, UserError, type Problem } from '../errors.js';
import { toFloat32, type HostTensor } from '../io/host-tensor.js';
import { found, readAll, toSource, type TensorSource } from '../io/tensor-source.js';
import type { RandomStreams } from '../random/index.js';
import type { ExampleCalls, Methods } from './methods.js';
import { Parameter, type ParameterOptions } from './parameter.js';

/** Weights and buffers by published name, in PyTorch's layout. */
export type StateDict = ReadonlyMap<string, HostTensor>;

/** A file that a module's weights begin with, as configs say it with `ckpt_path` and `ignore_keys`. */
export interface InitialWeights {
  /** A file of weights, or a run folder. */
  readonly path: string;
  /** Weights whose name begins with one of these are left out. */
  readonly ignoreKeys?: readonly string[];
  /** The part they are for, where it is not the whole module: names in the file are then that part's own. */
  readonly into?: Module;
  /**
   * Where the file has names below this prefix, those alone are meant, without it: the part's weights in a file of the
   * whole.
   */
  readonly prefix?: string;
  /** Buffers that the configuration says: what the file has for them is passed over. */
  readonly computed?: readonly string[];
}

/** Reads all weights of a file, of any format, by their names in it. @throws FileError when it is missing or damaged */
export type WeightsReader = (path: string) => StateDict;

export interface LoadOptions {
  /** Whether every weight must be there and nothing else (default). */
  readonly strict?: boolean;
  /** Whether buffers may be absent, which then keep the values they have. */
  readonly buffersOptional?: boolean;
  /** Where the weights come from, for messages. */
  readonly source?: string | undefined;
}

/** What a non-strict load left out. */
export interface LoadReport {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

/**
 * A part of a network: parameters, buffers and child modules under the names that the published PyTorch code gives
 * them. A child's name may have dots (`in_layers.2`), so that a published `nn.Sequential` needs no class of its own.
 */
export abstract class Module {
  readonly #parameters = new Map<string, Parameter>();
  readonly #children = new Map<string, Module>();
  #training = true;
  #random: RandomStreams | undefined;

  /** Whether dropout and the like are active. */
  get training(): boolean {
    return this.#training;
  }

  /** The random streams of the run. @throws Error before `initialize` */
  protected get random(): RandomStreams {
    if (!this.#random) throw new Error('this module has no random streams yet: call initialize(streams)');
    return this.#random;
  }

  /**
   * Calls `f`, a part of this module, with gradient checkpointing or without: the values and the gradients have the
   * same bits.
   */
  protected checkpointed<Inputs extends readonly tf.Tensor[], Output extends tf.Tensor>(
    useCheckpoint: boolean,
    f: (...inputs: Inputs) => Output,
    inputs: Inputs,
  ): Output {
    if (useCheckpoint) {
      const weights = this.trainableParameters().map(([, parameter]) => parameter.value);
      return checkpoint(f, inputs, weights, this.#random);
    }
    // An input's gradients are then summed over this part first and over all parts after, as checkpointing does.
    return tf.tidy(() => f(...(inputs.map((input) => tf.clone(input)) as readonly tf.Tensor[] as Inputs)));
  }

  protected parameter(name: string, options: ParameterOptions): Parameter {
    const parameter = new Parameter(options);
    this.#parameters.set(name, parameter);
    return parameter;
  }

  protected child<M extends Module>(name: string, module: M): M {
    this.#children.set(name, module);
    return module;
  }

  /** Own parameters and buffers and those of all descendants, in order of definition. */
  *namedParameters(prefix = ''): IterableIterator<[string, Parameter]> {
    for (const [name, parameter] of this.#parameters) yield [prefix + name, parameter];
    for (const [name, child] of this.#children) yield* child.namedParameters(`${prefix}${name}.`);
  }

  /** This module and all descendants by name, parents first; its own name is the empty one. */
  *namedModules(name = ''): IterableIterator<[string, Module]> {
    yield [name, this];
    for (const [child, module] of this.#children) yield* module.namedModules(name === '' ? child : `${name}.${child}`);
  }

  /** The named parameters that are trained. */
  trainableParameters(): [string, Parameter][] {
    return [...this.namedParameters()].filter(([, parameter]) => parameter.trainable);
  }

  /** What can be called by name, e.g. by `ldm forward`; nothing where a module does not say. */
  methods(): Methods {
    return {};
  }

  /**
   * The methods that one pass over a sample calls, each with inputs to call it with, e.g. to count what that costs;
   * nothing where a module does not say.
   */
  exampleCalls(): ExampleCalls {
    return {};
  }

  /** Gives every parameter without a value its first one and every module the run's random streams. */
  initialize(streams: RandomStreams, prefix = ''): this {
    this.#random = streams;
    for (const [name, parameter] of this.#parameters) parameter.initialize(streams.begin(`init/${prefix}${name}`));
    for (const [name, child] of this.#children) child.initialize(streams, `${prefix}${name}.`);
    return this;
  }

  /** Switches dropout and the like on or off, here and below. */
  train(training = true): this {
    this.#training = training;
    for (const child of this.#children.values()) child.train(training);
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  /** Trains nothing here or below: weights that were learned elsewhere stay as they are. */
  freeze(): this {
    for (const [, parameter] of this.namedParameters()) parameter.freeze();
    return this;
  }

  /**
   * Reads weights that a training begins with and that are learned nowhere here, such as those of a perceptual loss. Not
   * called where a training goes on, which has them in its checkpoint.
   * @throws FileError where they are missing, saying what to fetch
   */
  loadPretrained?(): void;

  /** The file that the configuration names for the weights to begin with, if it names one. */
  initialWeights(): InitialWeights | undefined {
    return undefined;
  }

  /** The module itself and all below it, those further down first. */
  *descendants(): IterableIterator<Module> {
    for (const child of this.#children.values()) yield* child.descendants();
    yield this;
  }

  stateDict(): Map<string, HostTensor> {
    return readAll(this.stateSource());
  }

  /** The same one at a time, each as it is when it is read: nothing is held twice while a checkpoint is written. */
  stateSource(): TensorSource {
    const own = new Map(this.namedParameters());
    return {
      tensors: new Map([...own].map(([name, parameter]) => [name, parameter.published])),
      read: (name) => found(own, name).publish(),
    };
  }

  /**
   * Loads weights by published name, one at a time where they come from a file.
   * @throws UserError listing every missing and unexpected name (strict) and every shape that does not fit, before
   * anything is loaded; FileError where the file turns out to be damaged, after what was read before it is loaded
   */
  loadStateDict(
    state: StateDict | TensorSource,
    { strict = true, buffersOptional = false, source }: LoadOptions = {},
  ): LoadReport {
    const { tensors: given, read } = toSource(state);
    const own = new Map(this.namedParameters());
    const required = [...own].filter(([, parameter]) => !parameter.isBuffer || !buffersOptional);
    const missing = required.map(([name]) => name).filter((name) => !given.has(name));
    const unexpected = [...given.keys()].filter((name) => !own.has(name));
    const problems: Problem[] = [];
    if (strict && missing.length > 0) {
      problems.push({
        where: source,
        problem: `${missing.length} weights are missing`,
        expected: listNames(missing),
        nearest: nearestNames(missing[0] ?? '', unexpected),
      });
    }
    if (strict && unexpected.length > 0) {
      problems.push({
        where: source,
        problem: `${unexpected.length} weights belong to nothing here`,
        found: listNames(unexpected),
      });
    }
    for (const [name, parameter] of own) {
      const { shape } = given.get(name) ?? {};
      if (shape && !tf.util.arraysEqual([...shape], parameter.publishedShape)) {
        problems.push({
          where: source,
          problem: `${name} has the wrong shape`,
          found: `[${shape.join(', ')}]`,
          expected: `[${parameter.publishedShape.join(', ')}]`,
        });
      }
    }
    if (problems.length > 0) throw new UserError(problems);
    for (const [name, parameter] of own) {
      if (!given.has(name)) continue;
      tf.tidy(() => {
        const tensor = read(name);
        parameter.load(tf.tensor(toFloat32(tensor), [...tensor.shape]));
      });
    }
    return { missing, unexpected };
  }

  dispose(): void {
    for (const parameter of this.#parameters.values()) parameter.dispose();
    for (const child of this.#children.values()) child.dispose();
  }
}
