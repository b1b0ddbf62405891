import * as tf from '@tensorflow/tfjs-core';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { valueAndGrads } from '../autodiff/index.js';
import { instantiateFromConfig } from '../config/index.js';
import { precisionNamed } from '../engine/index.js';
import { nearestNames, OutOfMemoryError, UserError } from '../errors.js';
import type { HostTensor } from '../io/host-tensor.js';
import { findCheckpoint } from '../io/find-checkpoint.js';
import { requireWritable } from '../io/require-writable.js';
import { readSafetensors, writeSafetensors } from '../io/safetensors.js';
import { openWeights } from '../io/weights-file.js';
import {
  describeInit,
  fromPublished,
  initFromCheckpoints,
  Module,
  publish,
  publishedShape,
  type ExampleCalls,
  type Methods,
  type NamedTensors,
} from '../nn/index.js';
import { mseLoss } from '../ops/index.js';
import { RandomStreams } from '../random/index.js';
import { chosenComponent } from './component-config.js';
import { engineFromFlags } from './engine-flags.js';
import { choiceFlag, integerFlag, textFlag, type Flags } from './flags.js';
import { loadConfig } from './load-config.js';

const losses = ['none', 'mse', 'mean', 'sum'] as const;
type Loss = (typeof losses)[number];

/** `ldm forward`: builds a component, calls it with the tensors of a file and writes what comes out. */
export async function forward(configFile: string, flags: Flags): Promise<number> {
  const inputsFile = requiredFlag(flags, 'inputs');
  const outputFile = requiredFlag(flags, 'output');
  const weightsFile = textFlag(flags, 'weights');
  if (!existsSync(dirname(outputFile))) {
    throw new UserError({ where: '--output', problem: 'there is no such folder', found: dirname(outputFile) });
  }
  const loss = choiceFlag(flags, 'loss', losses, 'none');
  const seed = integerFlag(flags, 'seed', 0) ?? 23;
  const startEngine = engineFromFlags(flags);
  const precision = precisionNamed(textFlag(flags, 'precision') ?? '32');
  const loaded = await loadConfig([configFile]);
  const { path, config } = chosenComponent(loaded, textFlag(flags, 'component'));
  const inputs = readSafetensors(inputsFile).tensors;
  if (loss === 'mse' && !inputs.has('target')) {
    throw new UserError({ where: inputsFile, problem: 'there is no tensor `target` for --loss mse' });
  }
  const weights = weightsFile === undefined ? undefined : openWeights(findCheckpoint(weightsFile));

  requireWritable(outputFile);
  await startEngine(precision);
  const module = await instantiateFromConfig(config, loaded.registry);
  if (!(module instanceof Module)) {
    throw new UserError({
      where: configFile,
      path,
      problem: `${config.target} has nothing to call`,
      expected: 'a network or a model',
    });
  }
  const methodName = textFlag(flags, 'method') ?? 'forward';
  const method = methodOf(module.methods(), methodName);
  const given = toNamedTensors(inputs, inputsFile);
  // Buffers that the file leaves out get the values their constructor computes.
  if (weights) module.loadStateDict(weights, { source: weightsFile, buffersOptional: true });
  else for (const report of initFromCheckpoints(module)) console.error(describeInit(report));
  weights?.close();
  module.initialize(new RandomStreams(seed));
  module.eval();
  let outputs;
  try {
    outputs = call(module, method, given, loss);
  } catch (error) {
    if (error instanceof UserError) {
      throw new UserError(
        error.problems.map((problem) => ({ where: inputsFile, ...problem })),
        { cause: error },
      );
    }
    throw isAboutInputs(error) ? badInputs(error, inputsFile, inputs, module.exampleCalls()[methodName]) : error;
  }
  writeSafetensors(outputFile, outputs);
  return 0;
}

function call(module: Module, method: Methods[string], given: NamedTensors, loss: Loss): Map<string, HostTensor> {
  const outputs = new Map<string, HostTensor>();
  const keep = (name: string, tensor: tf.Tensor): void => {
    outputs.set(name, publish(tensor));
  };
  const run = (): tf.Tensor => {
    const result = method(given);
    const named = result instanceof tf.Tensor ? { y: result } : result;
    for (const [name, tensor] of Object.entries(named)) keep(name, tensor);
    const main = named.loss ?? Object.values(named)[0];
    if (!main) throw new Error('the method returned nothing');
    return main;
  };
  if (loss === 'none') {
    tf.tidy(run);
    return outputs;
  }
  // What the output is compared with has no part in it; a method's own `target` has.
  const names = loss === 'mse' ? Object.keys(given) : Object.getOwnPropertyNames(given);
  const floats = names.flatMap((name): [string, tf.Tensor][] => {
    const tensor = given[name];
    return tensor?.dtype === 'float32' ? [[name, tensor]] : [];
  });
  const parameters = module.trainableParameters();
  const { value, grads } = valueAndGrads(
    () => scalarLoss(loss, run(), given.target),
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
  if (loss === 'mse' && target) {
    const [found, expected] = [target, y].map(({ shape }) => `[${publishedShape(shape).join(', ')}]`);
    if (found !== expected)
      throw new UserError({ problem: '`target` has not the shape of the output', found, expected });
    return mseLoss(y, target);
  }
  return loss === 'sum' ? tf.sum(y) : tf.mean(y);
}

/** Named tensors of a file on the engine, as methods take them. */
function toNamedTensors(tensors: ReadonlyMap<string, HostTensor>, file: string): NamedTensors {
  const named: Record<string, tf.Tensor> = {};
  for (const [name, tensor] of tensors) {
    try {
      // What `--loss mse` compares with need be no argument: it is there for a method that asks for it.
      Object.defineProperty(named, name, { value: fromPublished(tensor), enumerable: name !== 'target' });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UserError({ where: file, path: name, problem: error.message }, { cause: error });
    }
  }
  return named;
}

/** Whether the inputs may have been the cause: operations say of shapes and dtypes that do not fit just this. */
function isAboutInputs(error: unknown): error is Error {
  const isOther = [OutOfMemoryError, TypeError, ReferenceError].some((kind) => error instanceof kind);
  return error instanceof Error && !isOther;
}

function badInputs(
  error: Error,
  file: string,
  inputs: ReadonlyMap<string, HostTensor>,
  example: ExampleCalls[string] = {},
): UserError {
  const expected = Object.entries(example).map(
    ([name, { shape, dtype = 'float32' }]) => `${name} ${dtype} [${publishedShape(shape).join(', ')}]`,
  );
  return new UserError(
    {
      where: file,
      problem: `the component cannot be called with these tensors: ${error.message}`,
      found: [...inputs].map(([name, { dtype, shape }]) => `${name} ${dtype} [${shape.join(', ')}]`).join('\n'),
      ...(expected.length > 0 && { expected: `for example\n${expected.join('\n')}` }),
    },
    { cause: error },
  );
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
