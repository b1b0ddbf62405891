import * as tf from '@tensorflow/tfjs-core';
import { registry } from '../../registry/index.js';
import { valueAndGrads } from '../autodiff/index.js';
import {
  instantiateFromConfig,
  loadExperimentTree,
  nodeAt,
  validateConfig,
  type ComponentConfig,
  type ConfigNode,
} from '../config/index.js';
import { nearestNames, UserError } from '../errors.js';
import { toFloat32, toInt32, type HostTensor } from '../io/host-tensor.js';
import { readSafetensors, writeSafetensors } from '../io/safetensors.js';
import { openWeights } from '../io/weights-file.js';
import {
  describeInit,
  initFromCheckpoints,
  nchwToNhwc,
  nhwcToNchw,
  type Methods,
  type Module,
  type NamedTensors,
} from '../nn/index.js';
import { RandomStreams } from '../random/index.js';
import { engineFromFlags } from './engine-flags.js';
import { choiceFlag, integerFlag, textFlag, type Flags } from './flags.js';

const losses = ['none', 'mse', 'mean', 'sum'] as const;
type Loss = (typeof losses)[number];

/** `ldm forward`: builds a component, calls it with the tensors of a file and writes what comes out. */
export async function forward(config: string, flags: Flags): Promise<number> {
  const inputsFile = requiredFlag(flags, 'inputs');
  const outputFile = requiredFlag(flags, 'output');
  const weightsFile = textFlag(flags, 'weights');
  const loss = choiceFlag(flags, 'loss', losses, 'none');
  const startEngine = engineFromFlags(flags);
  const component = componentConfig(config, textFlag(flags, 'component'));
  const inputs = readSafetensors(inputsFile).tensors;
  const weights = weightsFile === undefined ? undefined : openWeights(weightsFile);

  await startEngine();
  const module = await instantiateFromConfig<Module>(component, registry);
  const method = methodOf(module.methods(), textFlag(flags, 'method') ?? 'forward');
  if (!weights) for (const report of initFromCheckpoints(module)) console.error(describeInit(report));
  module.initialize(new RandomStreams(integerFlag(flags, 'seed', 0) ?? 23));
  // Buffers that the file leaves out keep the values their constructor computes.
  if (weights) module.loadStateDict(weights, { source: weightsFile, buffersOptional: true });
  weights?.close();
  module.eval();
  writeSafetensors(outputFile, call(module, method, toNamedTensors(inputs), loss));
  return 0;
}

function call(module: Module, method: Methods[string], given: NamedTensors, loss: Loss): Map<string, HostTensor> {
  const outputs = new Map<string, HostTensor>();
  const { target, ...named } = given;
  const keep = (name: string, tensor: tf.Tensor): void => {
    outputs.set(name, published(tensor));
  };
  const run = (inputs: NamedTensors): tf.Tensor => {
    const result = method(inputs);
    if (!(result instanceof tf.Tensor)) {
      for (const [name, tensor] of Object.entries(result)) keep(name, tensor);
      return result.loss ?? Object.values(result)[0] ?? tf.scalar(0);
    }
    keep('y', result);
    return result;
  };
  if (loss === 'none') {
    tf.tidy(() => run(target ? given : named));
    return outputs;
  }
  if (loss === 'mse' && !target)
    throw new UserError({ where: '--loss mse', problem: 'the inputs have no tensor `target`' });
  const floats = Object.entries(named).filter(([, tensor]) => tensor.dtype === 'float32');
  const parameters = module.trainableParameters();
  const { value, grads } = valueAndGrads(
    () => scalarLoss(loss, run(named), target),
    [...parameters.map(([, parameter]) => parameter.value), ...floats.map(([, tensor]) => tensor)],
  );
  keep('loss', value);
  parameters.forEach(([name, parameter], i) => outputs.set(`grad.${name}`, parameter.publish(grads[i])));
  floats.forEach(([name], i) => {
    const gradient = grads[parameters.length + i];
    if (gradient) keep(`grad.in.${name}`, gradient);
  });
  return outputs;
}

function scalarLoss(loss: Exclude<Loss, 'none'>, y: tf.Tensor, target: tf.Tensor | undefined): tf.Scalar {
  if (loss === 'mse' && target) return tf.mean(tf.squaredDifference(y, target));
  return loss === 'sum' ? tf.sum(y) : tf.mean(y);
}

/** Named tensors of a file on the engine; images, `[N, C, H, W]` there, are `[N, H, W, C]` here. */
function toNamedTensors(tensors: ReadonlyMap<string, HostTensor>): NamedTensors {
  return Object.fromEntries(
    [...tensors].map(([name, tensor]) => [
      name,
      tf.tidy(() => {
        const shape = [...tensor.shape];
        const isFloat = /^(F|BF)/.test(tensor.dtype);
        const held = isFloat ? tf.tensor(toFloat32(tensor), shape) : tf.tensor(toInt32(tensor), shape, 'int32');
        return held.rank === 4 ? nchwToNhwc(held) : held;
      }),
    ]),
  );
}

function published(tensor: tf.Tensor): HostTensor {
  return tf.tidy(() => {
    const nchw = tensor.rank === 4 ? nhwcToNchw(tensor) : tensor;
    if (nchw.dtype === 'int32') return { dtype: 'I32', shape: nchw.shape, data: nchw.dataSync<'int32'>() };
    return { dtype: 'F32', shape: nchw.shape, data: nchw.dataSync<'float32'>() };
  });
}

/** The component at a dotted path of a config, validated; a config that is nothing but a component is meant whole. */
function componentConfig(file: string, path: string | undefined): ComponentConfig {
  const tree = loadExperimentTree([file]);
  const isComponent = path === undefined && tree.root.entries.has('target');
  const keys = isComponent ? [] : (path ?? 'model').split('.');
  const node = nodeAt(tree.root, keys);
  if (!node) {
    throw new UserError({
      where: file,
      path: keys.join('.'),
      problem: 'there is no such component',
      expected: 'the path of a {target, params} in the config',
      nearest: nearestNames(keys.join('.'), componentPaths(tree.root)),
      remedy: `--component ${componentPaths(tree.root)[0] ?? 'PATH'}`,
    });
  }
  const slot = keys.join('.') || 'config';
  const kinds = [...new Set(registry.components().map(({ kind }) => kind))];
  const { [slot]: config } = validateConfig(
    { root: { kind: 'map', entries: new Map([[slot, { value: node }]]) }, sources: tree.sources },
    { type: 'object', additionalProperties: false, required: [slot], properties: { [slot]: { component: kinds } } },
    registry,
    // What stands beside a model's target and params is for training.
    () => ({ keys: { base_learning_rate: { type: 'number' } } }),
  );
  return config as ComponentConfig;
}

/** The dotted paths of everything in a config that has a target. */
function componentPaths(node: ConfigNode, path: readonly string[] = []): string[] {
  if (node.kind !== 'map') return [];
  const own = node.entries.has('target') && path.length > 0 ? [path.join('.')] : [];
  return [...own, ...[...node.entries].flatMap(([key, { value }]) => componentPaths(value, [...path, key]))];
}

function methodOf(methods: Methods, name: string): Methods[string] {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method) return method;
  const names = Object.keys(methods);
  throw new UserError({
    where: '--method',
    problem: 'the component has no such method to call',
    found: name,
    expected: names.length > 0 ? `one of ${names.join(', ')}` : 'a component with methods, such as a network',
    nearest: nearestNames(name, names),
  });
}

function requiredFlag(flags: Flags, name: string): string {
  const value = textFlag(flags, name);
  if (value === undefined)
    throw new UserError({ where: `--${name}`, problem: 'is required', remedy: 'ldm forward --help' });
  return value;
}
