import type { Experiment } from '../config/index.js';
import { ConfigError, describeProblemInPlace, type Problem } from '../errors.js';
import { configWords } from './config-words.js';
import { modelOrExperimentOf, notesOf } from './experiment.js';
import type { Flags } from './flags.js';
import { loadConfig } from './load-config.js';

/**
 * `ldm check`: validates an experiment and builds nothing. Files it names that are not there are warnings: a config may be
 * checked elsewhere than where it will run. Returns the exit code. @throws ConfigError with all mistakes
 */
export async function check(words: readonly string[], flags: Flags): Promise<number> {
  const { configs, overrides } = configWords(words, 'check');
  const json = flags.json === true;
  try {
    const config = await loadConfig(configs, overrides);
    const experiment = modelOrExperimentOf(config);
    const warnings = [...(config.tree.warnings ?? []), ...experiment.missing, ...incomplete(experiment)];
    const notes = [...(config.tree.notes ?? []), ...notesOf(experiment)];
    if (json) console.log(JSON.stringify({ valid: true, problems: [], warnings, notes }, null, 2));
    else report(configs, { experiment, warnings, notes });
    return 0;
  } catch (error) {
    if (!json || !(error instanceof ConfigError)) throw error;
    console.log(JSON.stringify({ valid: false, problems: error.problems, warnings: [], notes: [] }, null, 2));
    return 2;
  }
}

/** What a run needs beside the model. */
function incomplete({ model, data }: Experiment): Problem[] {
  const missing = [
    ...(data ? [] : [['data', 'a data-module ({target, params})']]),
    ...(model.base_learning_rate === undefined ? [['model.base_learning_rate', 'number >= 0']] : []),
  ];
  return missing.map(([path, expected]) => ({
    path,
    problem: 'is missing: this model can be inspected, not trained',
    expected,
  }));
}

function report(
  configs: readonly string[],
  {
    experiment: { missing },
    warnings,
    notes,
  }: { experiment: Experiment; warnings: readonly Problem[]; notes: readonly string[] },
): void {
  for (const problem of warnings) console.error(`${describeProblemInPlace(asWarning(problem))}\n`);
  for (const note of notes) console.error(`note: ${note}`);
  const needed = missing.length === 1 ? '1 file or folder is' : `${missing.length} files and folders are`;
  console.log(`${configs.join(' + ')}: valid${missing.length > 0 ? `; ${needed} missing to run it here` : ''}`);
}

function asWarning(problem: Problem): Problem {
  return { ...problem, problem: `warning: ${problem.problem}` };
}
