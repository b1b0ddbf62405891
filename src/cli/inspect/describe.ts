import { publishedShape, type Module, type Parameter } from '../../nn/index.js';
import { alignColumns, alignFacts } from '../columns.js';
import { sum, withParts, type InspectedComponent } from './components.js';
import type { TrainingFacts, TrainingMemory } from './training.js';

export const BYTES_PER_VALUE = 4;

/** Of what is not called by itself. */
const UNKNOWN = '-';

/** What `--json` prints. */
export function inspectionData(root: InspectedComponent, module: Module, { memory, rate }: TrainingFacts) {
  return {
    ...counts(module),
    components: withParts(root).map(({ path, target, module: part, multiplyAdds }) => ({
      path,
      target,
      parameters: part ? counts(part).parameters : 0,
      macs: multiplyAdds,
    })),
    ...(memory && { training_memory: published(memory) }),
    ...(rate && { learning_rate: { learning_rate: rate.learningRate, formula: rate.formula } }),
    state_dict: Object.fromEntries([...module.namedParameters()].map(([name, p]) => [name, p.publishedShape])),
  };
}

function published({ batchSize, ...bytes }: TrainingMemory) {
  return { batch_size: batchSize, ...bytes };
}

function counts(module: Module): { parameters: number; trainable: number } {
  const weights = parametersOf(module).filter(({ isBuffer }) => !isBuffer);
  return {
    parameters: sum(weights.map(({ size }) => size)),
    trainable: sum(weights.filter(({ trainable }) => trainable).map(({ size }) => size)),
  };
}

const header = ['', 'target', 'parameters', 'trainable', 'multiply-adds', 'weights', 'activations'];

/** A table of the components and, below each, its parts: modules whose names agree in the first `depth` words. */
export function describeInspection(root: InspectedComponent, facts: TrainingFacts, depth: number): string {
  const components = withParts(root);
  const rows = components.flatMap((component) => [componentRow(component), ...partRows(component, depth)]);
  return [alignColumns([header, ...rows], 2), '', ...notes(components), ...trainingNotes(facts)].join('\n');
}

function componentRow({ path, target, depth, module, cost, multiplyAdds }: InspectedComponent): string[] {
  const name = '  '.repeat(depth) + (path || lastWord(target));
  const { parameters, trainable } = module ? counts(module) : { parameters: 0, trainable: 0 };
  return [
    name,
    path ? lastWord(target) : '',
    grouped(parameters),
    grouped(trainable),
    multiplyAdds === null ? UNKNOWN : grouped(multiplyAdds),
    bytes(module ? weightBytes(module) : 0),
    cost ? bytes(sum(cost.activationBytes.values())) : UNKNOWN,
  ];
}

function partRows({ depth, module, cost, parts }: InspectedComponent, words: number): string[][] {
  if (!module || words === 0) return [];
  const modules = [...module.namedModules()];
  const components = modules.filter(([, below]) => parts.some((part) => part.module === below)).map(([name]) => name);
  const first = (name: string): string => name.split('.').slice(0, words).join('.');
  const names = [...new Set(modules.map(([name]) => first(name)))].filter(
    // What is a component, or has one in it, has a row of its own already.
    (name) => name !== '' && !components.some((other) => isWithin(other, name) || isWithin(name, other)),
  );
  return names.map((name) => {
    const weights = [...module.namedParameters()].filter(([parameter]) => isWithin(parameter, name)).map(([, p]) => p);
    const total = (selected: typeof weights): number => sum(selected.map(({ size }) => size));
    const costHere = (of: ReadonlyMap<string, number>): number =>
      sum([...of].filter(([part]) => isWithin(part, name)).map(([, count]) => count));
    return [
      '  '.repeat(depth + 1) + name,
      '',
      grouped(total(weights.filter(({ isBuffer }) => !isBuffer))),
      grouped(total(weights.filter(({ trainable }) => trainable))),
      cost ? grouped(costHere(cost.multiplyAdds)) : UNKNOWN,
      bytes(total(weights) * BYTES_PER_VALUE),
      cost ? bytes(costHere(cost.activationBytes)) : UNKNOWN,
    ];
  });
}

/** Whether a dotted name is another or lies below it. */
function isWithin(name: string, other: string): boolean {
  return name === other || name.startsWith(`${other}.`);
}

/** With its buffers. */
export function weightBytes(module: Module): number {
  return sum(parametersOf(module).map(({ size }) => size)) * BYTES_PER_VALUE;
}

/** Once each, also those that the module has under two names. */
export function parametersOf(module: Module): Parameter[] {
  return [...new Set([...module.namedParameters()].map(([, parameter]) => parameter))];
}

function notes(components: readonly InspectedComponent[]): string[] {
  const calls = components.flatMap(({ path, target, module, cost }) => {
    if (!cost || !module) return [];
    return Object.entries(module.exampleCalls()).map(([method, example]) => {
      const inputs = Object.entries(example).map(
        ([name, { shape }]) => `${name} [${publishedShape(shape).join(', ')}]`,
      );
      return `  ${path || lastWord(target)}: ${method} of ${inputs.join(', ')}`;
    });
  });
  if (calls.length === 0) return [];
  return [
    'multiply-adds: of convolutions and matrix products, in one call of each of these',
    ...calls,
    'weights: with buffers; activations: what the engine torch keeps of it for the backward pass; both in float32',
  ];
}

function trainingNotes({ memory, rate }: TrainingFacts): string[] {
  const facts: [string, string][] = [];
  if (memory) facts.push(['training', describeMemory(memory)]);
  if (rate) facts.push(['learning rate', rate.formula]);
  return facts.length > 0 ? ['', alignFacts(facts)] : [];
}

function describeMemory({ total, weights, gradients, optimizer, ema, activations, batchSize }: TrainingMemory): string {
  const parts = [
    `${bytes(weights)} (weights)`,
    `${bytes(gradients)} (gradients)`,
    `${bytes(optimizer)} (optimizer)`,
    ...(ema > 0 ? [`${bytes(ema)} (average of the weights)`] : []),
    `${batchSize} (batch_size) * ${bytes(activations / batchSize)} (activations)`,
  ];
  return `${bytes(total)} of memory = ${parts.join(' + ')}\nestimated from shapes, in float32; the batch and what is soon freed come on top`;
}

/** Of a published name, the class. */
function lastWord(target: string): string {
  return target.slice(target.lastIndexOf('.') + 1);
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** In MiB to three digits, or whole KiB. */
function bytes(count: number): string {
  const mebibytes = count / 2 ** 20;
  if (count === 0) return '0';
  return mebibytes < 1 ? `${Math.ceil(count / 2 ** 10)} KiB` : `${mebibytes.toFixed(mebibytes < 100 ? 1 : 0)} MiB`;
}
