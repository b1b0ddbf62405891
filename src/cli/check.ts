import type { MissingFile } from '../config/index.js';
import { ConfigError, describeProblemInPlace, UserError, type Problem } from '../errors.js';
import { experimentOf } from './experiment.js';
import type { Flags } from './flags.js';
import { loadConfig } from './load-config.js';
import { isOverride } from './run/request.js';

/**
 * `ldm check`: validates an experiment and builds nothing. Files it names that are not there are warnings: a config may be
 * checked elsewhere than where it will run. Returns the exit code. @throws ConfigError with all mistakes
 */
export async function check(words: readonly string[], flags: Flags): Promise<number> {
  const configs = words.filter((word) => !isOverride(word));
  if (configs.length === 0) {
    throw new UserError({
      where: 'ldm check',
      problem: 'no config to check',
      expected: 'ldm check CONFIG… [path=value …]',
      remedy: 'ldm check configs/ddpm/mnist.yaml',
    });
  }
  const json = flags.json === true;
  try {
    const { missing } = experimentOf(await loadConfig(configs, words.filter(isOverride)));
    if (json) console.log(JSON.stringify({ valid: true, problems: [], missing }, null, 2));
    else report(configs, missing);
    return 0;
  } catch (error) {
    if (!json || !(error instanceof ConfigError)) throw error;
    console.log(JSON.stringify({ valid: false, problems: error.problems, missing: [] }, null, 2));
    return 2;
  }
}

function report(configs: readonly string[], missing: readonly MissingFile[]): void {
  for (const problem of missing) console.error(`${describeProblemInPlace(asWarning(problem))}\n`);
  const needed = missing.length === 1 ? '1 file or folder is' : `${missing.length} files and folders are`;
  console.log(`${configs.join(' + ')}: valid${missing.length > 0 ? `; ${needed} missing to run it here` : ''}`);
}

function asWarning(problem: Problem): Problem {
  return { ...problem, problem: `warning: ${problem.problem}` };
}
