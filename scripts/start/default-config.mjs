const DEFAULT_CONFIG = 'configs/ddpm/mnist.yaml';
/** What says which experiment to run: a config by flag, or a run to go on with. */
const EXPERIMENT_FLAG = /^(-b|-r|--base|--resume)(=.*)?$/;
const CONFIG_FILE = /\.ya?ml$/i;

/**
 * The arguments of `ldm run`, led by the default experiment where they name none.
 *
 * @param {readonly string[]} args
 * @returns {string[]}
 */
export function withDefaultConfig(args) {
  const named = args.some((arg) => EXPERIMENT_FLAG.test(arg) || (CONFIG_FILE.test(arg) && !/^[-+~]|=/.test(arg)));
  return named ? [...args] : [DEFAULT_CONFIG, ...args];
}
