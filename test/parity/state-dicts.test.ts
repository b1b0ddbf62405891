import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { registry } from '../../registry/index.js';
import {
  instantiateFromConfig,
  loadExperimentTree,
  nodeAt,
  toPlain,
  type ComponentConfig,
} from '../../src/config/index.js';
import type { Module } from '../../src/nn/index.js';

/** What the published PyTorch code builds of a part of a configuration. */
interface PublishedPart {
  readonly target: string;
  /** Values of everything that is an `nn.Parameter`, trained or frozen; buffers do not count. */
  readonly parameters: number;
  /** Values of those that are trained, where the file says it. */
  readonly trainable?: number;
  readonly state_dict: Readonly<Record<string, readonly number[]>>;
}

const at = (path: string) => fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url));
const published = JSON.parse(gunzipSync(readFileSync(at('golden/state_dicts.json.gz'))).toString()) as Record<
  string,
  Record<string, PublishedPart>
>;

interface Weight {
  readonly shape: readonly number[];
  readonly size: number;
  readonly trainable: boolean;
}
type Weights = Map<string, Weight>;

const test = suite("names and shapes of every published configuration's weights");

for (const [file, parts] of Object.entries(published)) {
  for (const [part, expected] of Object.entries(parts)) {
    test(`${file}: ${part}`, async () => {
      const tree = loadExperimentTree([at(`compvis-configs/${file}`)]);
      const node = nodeAt(tree.root, part === 'model' ? ['model'] : ['model', 'params', part]);
      assert.ok(node, 'the configuration has the part');
      // A model's learning rate stands beside them.
      const { target, params } = withoutWeights(toPlain(node)) as ComponentConfig;
      assert.is(target, expected.target);
      assertSameWeights(await weightsOf({ target, params }), expected);
    });
  }
}

test.run();

function assertSameWeights(found: Weights, expected: PublishedPart): void {
  const shapes = (entries: Iterable<readonly [string, readonly number[]]>) =>
    [...entries].map(([name, shape]) => `${name} [${shape.join(', ')}]`).sort();
  assert.equal(
    shapes([...found].map(([name, { shape }]) => [name, shape] as const)),
    shapes(Object.entries(expected.state_dict)),
  );
  const sum = (counts: (name: string, weight: Weight) => boolean) =>
    [...found].reduce((total, [name, weight]) => total + (counts(name, weight) ? weight.size : 0), 0);
  assert.is(
    sum((name) => !isBuffer(name)),
    expected.parameters,
    'count of parameters',
  );
  if (expected.trainable === undefined) return;
  assert.is(
    sum((_, { trainable }) => trainable),
    expected.trainable,
    'count of trained parameters',
  );
}

/** What PyTorch registers as a buffer: statistics of batch norm, LPIPS's scaling, noise schedules, averages. */
function isBuffer(name: string): boolean {
  return (
    /(^|\.)(running_mean|running_var|num_batches_tracked|initialized|scaling_layer\.(shift|scale))$/.test(name) ||
    name.startsWith('model_ema.') ||
    /^[a-z_0-9]+$/.test(name)
  );
}

/** The weights of a component, none of which is allocated. */
async function weightsOf(config: ComponentConfig): Promise<Weights> {
  assert.ok(registry.resolve(config.target), `${config.target} is not in the registry`);
  const module = await instantiateFromConfig<Module>(config, registry);
  return new Map(
    [...module.namedParameters()].map(([name, { publishedShape: shape, size, trainable }]) => [
      name,
      { shape, size, trainable },
    ]),
  );
}

/** A configuration's plain values without the files of weights, which are not here. */
function withoutWeights(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWeights);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'ckpt_path');
  return Object.fromEntries(entries.map(([key, entry]) => [key, withoutWeights(entry)]));
}
