import { registry } from '../../registry/index.js';
import { validateComponent } from '../../src/config/index.js';
import { ConfigError } from '../../src/errors.js';

/** The problems that validation of a component finds, as `path: problem`, of each the first line. */
export function componentProblems(target: string, params: object): string[] {
  try {
    validateComponent({ target, params }, registry);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, problem }) => `${path?.replace(/^params\./, '') ?? ''}: ${problem}`);
  }
  return [];
}
