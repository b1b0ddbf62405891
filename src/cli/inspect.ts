import { annotate, annotatedYaml, instantiateFromConfig, stringifyConfig } from '../config/index.js';
import { startMeta } from '../engine/meta/index.js';
import { UserError } from '../errors.js';
import { Module } from '../nn/index.js';
import { RandomStreams } from '../random/index.js';
import { chosenComponent } from './component-config.js';
import { configWords } from './config-words.js';
import { booleanFlag, integerFlag, textFlag, type Flags } from './flags.js';
import { inspectComponent, withParts } from './inspect/components.js';
import { describeInspection, inspectionData } from './inspect/describe.js';
import { annotatedJson, annotateResolved } from './inspect/resolved.js';
import { trainingFacts } from './inspect/training.js';
import { loadConfig, loadTree } from './load-config.js';

/** `ldm inspect`: what a config describes, how large it is and what it costs, without computing. Returns the exit code. */
export async function inspect(words: readonly string[], flags: Flags): Promise<number> {
  const depth = integerFlag(flags, 'depth', 0) ?? 1;
  const wanted = textFlag(flags, 'component');
  const scale = booleanFlag(flags, 'scale_lr', true);
  const { configs, overrides } = configWords(words, 'inspect');
  if (flags.raw === true && (flags.resolved !== true || wanted !== undefined)) {
    throw new UserError({
      where: '--raw',
      problem: wanted === undefined ? 'belongs to --resolved' : 'shows the whole config, not a component',
      remedy: 'ldm inspect CONFIG --resolved --raw',
    });
  }
  if (flags.resolved === true) {
    const annotated =
      flags.raw === true
        ? annotate(loadTree(configs, overrides).root)
        : annotateResolved(await loadConfig(configs, overrides), wanted);
    process.stdout.write(flags.json === true ? annotatedJson(annotated) : annotatedYaml(annotated));
    return 0;
  }
  const loaded = await loadConfig(configs, overrides);
  const { path, config } = chosenComponent(loaded, wanted);
  const built = new Map<object, unknown>();
  const module = await instantiateFromConfig(config, loaded.registry, (part, made) => built.set(part, made));
  if (!(module instanceof Module)) {
    throw new UserError({
      where: configs.join(', '),
      path,
      problem: `${config.target} has no weights to inspect`,
      expected: 'a network or a model',
    });
  }
  // Weights without numbers, which take no memory.
  const meta = await startMeta();
  module.initialize(new RandomStreams(0));
  const root = inspectComponent(config, { built, meta, path });
  for (const { path: place, target, problem } of withParts(root)) {
    if (problem !== undefined) console.error(`${place || target}: what a call costs is not known: ${problem}`);
  }
  const facts = trainingFacts(root, { meta, tree: loaded.tree, scale });
  if (flags.json === true) console.log(JSON.stringify(inspectionData(root, module, facts), null, 2));
  else console.log(`${stringifyConfig({ ...config })}\n${describeInspection(root, facts, depth)}`);
  return 0;
}
