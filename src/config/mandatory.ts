import type { Problem } from '../errors.js';
import { formatPath, type ConfigNode, type Path } from './tree.js';

/** What OmegaConf writes for a value that the user of a config has to give. */
const mandatory = '???';

/** Whether this stands for a value that is still to be given. */
export function isMandatory(node: ConfigNode): boolean {
  return node.kind === 'scalar' && node.value === mandatory;
}

/** What to say of one that was not given. */
export function describeMandatory(path: Path): Omit<Problem, 'where' | 'path'> {
  return { problem: 'a value must be given', found: mandatory, remedy: `give it: ${formatPath(path)}=…` };
}
