import {
  textArgument,
  wrongArgument,
  type ConfigExtensions,
  type ConfigNode,
  type ResolverCall,
} from '../config/index.js';
import { FileError } from '../errors.js';
import { checkpointOfRun, formatRunReference, parseRunReference, type RunReference } from '../io/run-reference.js';
import { describeChoice } from './found-checkpoint.js';

/** The keys whose values may be `latest:NAME`, with the checkpoint that is meant where the value does not say which. */
const CHECKPOINT_KEYS: Readonly<Record<string, 'best' | 'last'>> = {
  ckpt_path: 'best',
  resume_from_checkpoint: 'last',
};

/**
 * How configs refer to other runs: `${run:NAME}` is the path of a run's best checkpoint, `${run:NAME,last}` of its last one,
 * and so is `latest:NAME` where a checkpoint is expected. They become concrete paths when the config is read, so that what
 * is kept of it means the same ever after.
 * @param logdir the folder of all runs
 */
export function runReferences(logdir?: string): ConfigExtensions {
  return {
    resolvers: new Map([
      [
        'run',
        {
          usage: '${run:NAME} or ${run:NAME,last}',
          count: [1, 2],
          resolve: (call) => resolveRun(call, logdir),
        },
      ],
    ]),
    shorthand: (key, text) => {
      const fallback = Object.hasOwn(CHECKPOINT_KEYS, key) ? CHECKPOINT_KEYS[key] : undefined;
      const reference = fallback && parseRunReference(text);
      return reference && { resolver: 'run', args: [reference.name, reference.which ?? fallback] };
    },
  };
}

/** A run that is not there is no mistake of the config: it may be checked elsewhere than where it will run. */
function resolveRun(call: ResolverCall, logdir: string | undefined): ConfigNode {
  const reference = referenceIn(call);
  try {
    const found = checkpointOfRun(reference, logdir);
    call.note(describeChoice(call.text, found));
    return { kind: 'scalar', value: found.path };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const [{ problem, found, expected, nearest, remedy } = { problem: error.message }] = error.problems;
    const missing = { problem, found: found ?? call.text, expected, nearest, remedy };
    return { kind: 'scalar', value: formatRunReference(reference), missing };
  }
}

function referenceIn(call: ResolverCall): RunReference {
  const [first] = call.args;
  // A name of digits is read as a number.
  const written = first?.kind === 'scalar' && typeof first.value === 'number' ? first.text : undefined;
  const name = written ?? textArgument(call, 0, 'the name of a run, of its config, or the path of its folder');
  if (call.args.length === 1) return { name };
  const which = textArgument(call, 1, 'best or last');
  return which === 'best' || which === 'last' ? { name, which } : wrongArgument(call, 1, 'best or last');
}
