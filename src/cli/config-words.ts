import { UserError } from '../errors.js';

/** What a command line says of an experiment. */
export interface ConfigWords {
  /** Configs, merged left to right. */
  readonly configs: readonly string[];
  /** `path=value`, `+path=value` and `~path`, applied after them. */
  readonly overrides: readonly string[];
}

/**
 * Tells configs and overrides apart.
 * @param verb of `ldm`, for the message
 * @throws UserError where there is no config
 */
export function configWords(words: readonly string[], verb: string): ConfigWords {
  const configs = words.filter((word) => !isOverride(word));
  if (configs.length === 0) {
    throw new UserError({
      where: `ldm ${verb}`,
      problem: `no config to ${verb}`,
      expected: `ldm ${verb} CONFIG… [path=value …]`,
      remedy: `ldm ${verb} configs/ddpm/mnist.yaml`,
    });
  }
  return { configs, overrides: words.filter(isOverride) };
}

/** `a.b=1`, `+a.b=1` and `~a.b`; a file may have a `=` in its name, but then ends as configs do. */
export function isOverride(word: string): boolean {
  return /^[+~]/.test(word) || (word.includes('=') && !isConfigName(word));
}

/** Whether a file ends as configs do. */
export function isConfigName(name: string): boolean {
  return /\.ya?ml$/i.test(name);
}
